"""Why a check did not hold, in one sentence that names the thing: the file, the digests, the certificate, the time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final

from idbridge.pki.algorithms import UnknownAlgorithmError, scheme_of
from idbridge.pki.certificate import Certificate
from idbridge.pki.keys import UnusableKeyError, import_key
from idbridge.pki.report import PathReport
from idbridge.signatures.checks.package import PART_UNPROTECTED, SIGNATURE_UNLISTED
from idbridge.signatures.evidence import Reference, SignatureEvidence, SignedObject, TimestampEvidence
from idbridge.signatures.indications import Indication
from idbridge.signatures.judgement import Check, Outcome
from idbridge.signatures.report import DocumentReport, SignatureReport, SignerReport, TimestampReport
from idbridge.trust.svg import called
from idbridge.web.reports.check_wording import (
    CHECKS,
    DIFFERENCE,
    KEY_NOT_NAMED,
    NAMELESS,
    NO_CERTIFICATE_FITS,
    ONLY_SIGNED,
    STAMP_AT,
    UNVERIFIABLE,
)
from idbridge.web.reports.faults import changes_since, fault_things, fault_words, of_change
from idbridge.web.reports.paths import path_sentences
from idbridge.web.reports.scopes import left_out, thing
from idbridge.web.reports.voice import Voice, Words, quoted
from idbridge.web.reports.wording import NOBODY, NONE_STATED, NOTHING, OUTCOMES

DIGEST_SHOWN: Final = 16
"""Hexadecimal digits of a digest that a sentence shows: enough to compare by eye, and the checks have it whole."""


@dataclass(frozen=True, slots=True)
class Case:
    """A signature or time stamp with the report that it is of, in one language."""

    report: DocumentReport
    subject: SignatureReport | TimestampReport
    voice: Voice

    @property
    def signed(self) -> SignedObject:
        """What was signed, and how."""
        evidence = self.subject.evidence
        return evidence.signed

    @property
    def signature(self) -> SignatureEvidence | None:
        """The evidence of a signature, None for that of a time stamp."""
        return self.subject.evidence if isinstance(self.subject, SignatureReport) else None

    @property
    def stamp(self) -> TimestampEvidence | None:
        """The evidence of a time stamp, None for that of a signature."""
        return self.subject.evidence if isinstance(self.subject, TimestampReport) else None

    @property
    def signer(self) -> SignerReport | None:
        """Who made it, as far as known."""
        return self.subject.signer

    @property
    def certificate(self) -> Certificate | None:
        """The certificate of whoever made it."""
        return None if self.signer is None else self.signer.certificate

    @property
    def path(self) -> PathReport | None:
        """The search for a way up from the certificate."""
        return self.subject.path

    @property
    def named(self) -> Words:
        """The holder of the certificate."""
        return quoted(called(self.certificate)) if self.certificate else self.voice.say(NOBODY)

    @property
    def existed(self) -> datetime:
        """Since when it is known to have existed."""
        return self.subject.existed.time if isinstance(self.subject, SignatureReport) else self.report.at

    @property
    def references(self) -> tuple[Reference, ...]:
        """Every digest it is over."""
        return self.signed.references if self.stamp is None else (*self.signed.references, self.stamp.imprint)


def states(check: Check, voice: Voice) -> Words:
    """Return what a check looked at."""
    return voice.say(CHECKS[check.name].states) if check.name in CHECKS else quoted(check.name)


def outcome(check: Check, voice: Voice) -> Words:
    """Return what came of it, in a word or two."""
    return voice.say(OUTCOMES[check.outcome])


def why(check: Check, case: Case) -> Words:
    """Return why *check* did not hold; nothing for one that did, or did not run."""
    if check.outcome not in {Outcome.FAILED, Outcome.WARNED}:
        return Words()
    special = SPECIAL.get(check.name)
    if special is not None and (said := special(case, check)):
        return said
    if check.name not in CHECKS:
        return quoted(check.detail)
    values = VALUES.get(check.name)
    return case.voice.say(CHECKS[check.name].failed, **(values(case) if values else _common(case)))


# --- sentences of their own ------------------------------------------------------------------------------------------


def _form(case: Case, check: Check) -> Words:
    """Say what was changed after signing as that; only what else is wrong is a matter of the format's rules."""
    fatal = [fault for fault in (*case.report.faults, *case.signed.faults) if fault.fatal]
    others = [fault for fault in fatal if not of_change(fault)]
    if len(others) == len(fatal) or case.signature is None:
        return Words()
    said = [changes_since(case.signature.scope, case.voice)]
    if others:
        faults = case.voice.listed(fault_words(others, case.voice))
        said.append(case.voice.say(CHECKS[check.name].failed, faults=faults))
    return Words(" ".join(said))


def _identified(case: Case, _: Check) -> Words:
    return Words() if case.certificate is None else case.voice.say(KEY_NOT_NAMED, certificate=case.named)


def _value(case: Case, check: Check) -> Words:
    if case.certificate is None:
        return case.voice.say(NO_CERTIFICATE_FITS)
    if check.sub_indication is not None and check.sub_indication.indication is Indication.INDETERMINATE:
        return case.voice.say(UNVERIFIABLE, certificate=case.named)
    return Words()


def _path(case: Case, _: Check) -> Words:
    if case.path is None:
        return case.voice.say(NO_CERTIFICATE_FITS)
    return Words(" ".join(path_sentences(case.path, case.voice, at=case.report.at)))


def _scope(case: Case, check: Check) -> Words:
    scopes = case.signature.scope if case.signature else ()
    if names := left_out(scopes, case.voice):
        return case.voice.say(CHECKS[check.name].failed, names=case.voice.listed(names))
    if not scopes:
        return case.voice.say(NOTHING)
    return case.voice.say(ONLY_SIGNED, things=case.voice.listed(thing(scope, case.voice) for scope in scopes))


SPECIAL: Final[Mapping[str, Callable[[Case, Check], Words]]] = MappingProxyType(
    {
        "format-sound": _form,
        "signing-certificate-identified": _identified,
        "signature-value": _value,
        "certificate-path": _path,
        "scope-covers-document": _scope,
    }
)
"""Checks that fail in more ways than one; an empty answer leaves it to the table."""


# --- what fills the places -------------------------------------------------------------------------------------------


def _common(case: Case) -> dict[str, object]:
    """The places that most sentences have; a sentence takes those that it names."""
    certificate, voice = case.certificate, case.voice
    seal = case.signature.attributes.seal if case.signature else None
    policy = case.signature.attributes.policy if case.signature else None
    stated = case.stamp.time if case.stamp else None
    unknown = quoted("–")
    return {
        "certificate": case.named,
        "existed": case.existed,
        "time": case.existed,
        "stated": stated or unknown,
        "issued": certificate.not_before if certificate else unknown,
        "expires": certificate.not_after if certificate else unknown,
        "claimed": (case.signature and case.signature.attributes.signing_time) or unknown,
        "usages": voice.listed(sorted(certificate.key_usage or ())) if certificate else unknown,
        "policy": (policy and policy.identifier) or case.report.policy,
        "seal": seal.name if seal else unknown,
        "since": seal.not_before if seal else unknown,
        "until": seal.not_after if seal else unknown,
        "parts": voice.listed(_parts(case)),
    }


def _parts(case: Case) -> Iterator[object]:
    for scope in case.signature.scope if case.signature else ():
        yield from scope.not_covered


def _named_by(code: str) -> Callable[[Case], dict[str, object]]:
    """What the document's faults of one code are about; failing that, what the signature leaves out."""

    def values(case: Case) -> dict[str, object]:
        things = tuple(fault_things((fault for fault in case.report.faults if fault.code == code), case.voice))
        return {"parts": case.voice.listed(things or _parts(case))}

    return values


def _faults(fatal: bool) -> Callable[[Case], dict[str, object]]:
    def values(case: Case) -> dict[str, object]:
        faults = (*case.report.faults, *case.signed.faults)
        return {"faults": case.voice.listed(fault_words((f for f in faults if f.fatal is fatal), case.voice))}

    return values


def _missing(case: Case) -> dict[str, object]:
    absent = [reference for reference in case.references if reference.computed is None]
    wanted = [reference for reference in absent if not reference.optional] or absent
    return {"names": case.voice.listed(_name(reference, case.voice) for reference in wanted)}


def _different(case: Case) -> dict[str, object]:
    broken = [reference for reference in case.references if reference.intact is False]
    return {"differences": case.voice.listed(_difference(reference, case.voice) for reference in broken)}


def _difference(reference: Reference, voice: Voice) -> Words:
    return voice.say(
        DIFFERENCE,
        name=_name(reference, voice),
        algorithm=reference.algorithm,
        computed=_digest(reference.computed, voice),
        stated=_digest(reference.expected, voice),
    )


def _digest(value: bytes | None, voice: Voice) -> Words:
    return quoted(f"{value.hex()[:DIGEST_SHOWN]}…") if value else voice.say(NONE_STATED)


def _name(reference: Reference, voice: Voice) -> Words:
    return quoted(reference.name) if reference.name else voice.say(NAMELESS)


def _algorithm(case: Case) -> dict[str, object]:
    return {"algorithm": algorithm_of(case.signed, case.certificate), "time": case.existed}


def algorithm_of(signed: SignedObject, certificate: Certificate | None) -> str:
    """Return the algorithm of a signature and its key; what is not known goes as the document writes it."""
    try:
        scheme = scheme_of(signed.value.algorithm).name if signed.value.algorithm else signed.value.stated
        key = f", {import_key(certificate.public_key_info)}" if certificate else ""
    except (UnknownAlgorithmError, UnusableKeyError):
        return signed.value.stated
    return f"{scheme}{key}"


def _digests(case: Case) -> dict[str, object]:
    names = sorted({reference.algorithm for reference in case.references if reference.computed is not None})
    return {"algorithms": case.voice.listed(names), "time": case.existed}


def _stamps(case: Case) -> Iterator[TimestampReport]:
    if case.signature is None:
        return
    own = {stamp.id for stamp in case.signature.timestamps}
    for stamp in case.report.timestamps:
        if stamp.evidence.id in own or case.signature.id in stamp.evidence.covers.signatures:
            yield stamp


def _idle(case: Case) -> dict[str, object]:
    idle = [stamp.evidence.id for stamp in _stamps(case) if stamp.indication is not Indication.PASSED]
    return {"stamps": case.voice.listed(idle)}


def _order(case: Case) -> dict[str, object]:
    stamps = [stamp.evidence for stamp in _stamps(case) if stamp.indication is Indication.PASSED]
    return {"stamps": case.voice.listed(case.voice.say(STAMP_AT, id=s.id, time=s.time) for s in stamps if s.time)}


def _known(case: Case) -> dict[str, object]:
    path = None if case.path is None else case.path.path
    found = () if path is None else path.checks
    own = (check for check in found if check.name == "revocation" and check.certificate == case.certificate)
    known = next((check.values.get("this_update") for check in own), None)
    claimed = case.signature.attributes.signing_time if case.signature else None
    proved = isinstance(case.subject, SignatureReport) and case.subject.existed.by is not None
    return {"known": known or quoted("–"), "existed": case.existed if proved or claimed is None else claimed}


VALUES: Final[Mapping[str, Callable[[Case], dict[str, object]]]] = MappingProxyType(
    {
        "format-sound": _faults(fatal=True),
        "faults-tolerated": _faults(fatal=False),
        "parts-protected": _named_by(PART_UNPROTECTED),
        "signatures-listed": _named_by(SIGNATURE_UNLISTED),
        "references-found": _missing,
        "references-intact": _different,
        "algorithms-acceptable": _algorithm,
        "digests-acceptable": _digests,
        "timestamps-valid": _idle,
        "timestamps-in-order": _order,
        "revocation-after-signature": _known,
    }
)
"""Checks whose sentence has places of its own; the others take `_common`."""
