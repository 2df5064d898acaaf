"""One signature in words: the verdict in a sentence, then who, what, when and why."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from idbridge.identity.signers import SignerIdentity
from idbridge.pki.certificate import Certificate
from idbridge.signatures.evidence import ScopeKind, Seal
from idbridge.signatures.indications import Indication, SubIndication
from idbridge.signatures.judgement import Check, Outcome
from idbridge.signatures.report import DocumentReport, SignatureReport, SignerReport
from idbridge.trust.content import content_of
from idbridge.trust.svg import called
from idbridge.web.reports.account import CheckLine, Fact, Picture, SignatureAccount
from idbridge.web.reports.faults import after_signing, fault_words, of_change
from idbridge.web.reports.identities import identity_facts
from idbridge.web.reports.reasons import Case, outcome, states, why
from idbridge.web.reports.regions import place_of, region_lines
from idbridge.web.reports.scopes import CAME_ALONG, covered, left_out
from idbridge.web.reports.voice import Voice, Words, quoted
from idbridge.web.reports.wording import (
    ALL_GOOD,
    CANNOT_TELL,
    CERTIFICATES,
    CHANGED_THINGS,
    FORMS,
    INTEGRITY,
    LEVELS,
    LISTED_IN,
    NO_CLAIM,
    NO_PROOF,
    NO_REGION,
    NOBODY,
    NOT_BY,
    NOT_VALID,
    PERIOD,
    PROVED_BY,
    PROVED_BY_WHOM,
    REASONS,
    SEALS,
    SENTENCE,
    SIGNED_PART,
    SIGNED_SIGNATURE,
    SIGNED_WHOLE,
    STAMPS,
    UNKNOWN_ISSUER,
    Label,
)

NAME_KINDS: Final = ("2.5.4.3", "2.5.4.11", "2.5.4.10")
"""Common name, unit, organisation: by the first of them somebody is called."""


def tell_signature(
    signature: SignatureReport, report: DocumentReport, voice: Voice, identity: SignerIdentity
) -> SignatureAccount:
    """Return the account of one signature of *report*, with what is told of who its signer is."""
    case = Case(report, signature, voice)
    parent = signature.evidence.parent
    title = voice.say(Label.COUNTER_SIGNATURE, id=signature.evidence.id, parent=parent) if parent else None
    seal = signature.evidence.attributes.seal
    return SignatureAccount(
        id=signature.evidence.id,
        title=title or voice.say(Label.SIGNATURE, id=signature.evidence.id),
        indication=signature.indication.value,
        verdict=signature_verdict(signature, report, voice),
        who=(*_who(signature, voice), *identity_facts(identity, voice)),
        what=tuple(_what(signature, voice)),
        when=tuple(_when(signature, report, voice)),
        why=reasons(signature.checks, case) or (voice.say(ALL_GOOD),),
        regions=tuple(region_lines(signature.recognition, voice)),
        checks=check_lines(signature.checks, case),
        picture=_picture(seal) if seal is not None else None,
        path=signature.path,
        whole=covers_document(signature),
    )


def signature_verdict(signature: SignatureReport, report: DocumentReport, voice: Voice) -> Words:
    """Return the verdict on a signature in one sentence. One over a part is never called one over the document."""
    if signature.indication is Indication.TOTAL_PASSED:
        signer = quoted(signature.signer.name) if signature.signer else voice.say(NOBODY)
        if signature.evidence.parent:
            return voice.say(SIGNED_SIGNATURE, signer=signer)
        return voice.say(SIGNED_WHOLE if covers_document(signature) else SIGNED_PART, signer=signer)
    template = NOT_VALID if signature.indication is Indication.TOTAL_FAILED else CANNOT_TELL
    return voice.say(template, why=_particular(signature, report, voice) or reason(signature.sub_indication, voice))


def covers_document(signature: SignatureReport) -> bool:
    """Tell whether nothing of the document is left out; a counter-signature covers the signature that it is meant for."""
    return signature.evidence.parent is not None or any(scope.whole_document for scope in signature.evidence.scope)


def reason(sub_indication: SubIndication | None, voice: Voice) -> Words:
    """Return what a sub-indication means, to complete a sentence."""
    return voice.say(REASONS[sub_indication or SubIndication.GENERIC])


def _particular(signature: SignatureReport, report: DocumentReport, voice: Voice) -> Words:
    """Return a reason that says more than the sub-indication: what was changed, or which rule is broken; else nothing."""
    evidence = signature.evidence
    match signature.sub_indication:
        case SubIndication.FORMAT_FAILURE:
            fatal = [fault for fault in (*evidence.signed.faults, *report.faults) if fault.fatal]
            if any(map(of_change, fatal)):
                return after_signing(evidence.scope, voice)
            return voice.say(SENTENCE, what=next(fault_words(fatal, voice))) if fatal else Words()
        case SubIndication.HASH_FAILURE:
            files = {scope.name for scope in evidence.scope if scope.kind is ScopeKind.FILE and scope.detail not in CAME_ALONG}
            broken = [one.name for one in evidence.signed.references if one.intact is False and one.name in files]
            return voice.say(CHANGED_THINGS, names=voice.listed(broken)) if broken else Words()
        case SubIndication.SIG_CRYPTO_FAILURE if signature.signer is not None:
            return voice.say(NOT_BY, signer=signature.signer.name)
        case SubIndication.NO_CERTIFICATE_CHAIN_FOUND if signature.signer is not None:
            return voice.say(UNKNOWN_ISSUER, issuer=issuer_of(signature.signer.certificate))
        case _:
            return Words()


def issuer_of(certificate: Certificate) -> str:
    """Return what the issuer of a certificate is called."""
    names = [name for kind in NAME_KINDS for name in certificate.issuer.values(kind)[-1:]]
    return names[0] if names else str(certificate.issuer)


def reasons(checks: tuple[Check, ...], case: Case) -> tuple[Words, ...]:
    """Return a sentence for each check that failed, then for each warning."""
    failed = [why(check, case) for check in checks if check.outcome is Outcome.FAILED]
    return tuple(dict.fromkeys((*failed, *(why(check, case) for check in checks if check.outcome is Outcome.WARNED))))


def check_lines(checks: tuple[Check, ...], case: Case) -> tuple[CheckLine, ...]:
    """Return a line for every check that there is."""
    return tuple(
        CheckLine(
            name=check.name,
            words=states(check, case.voice),
            outcome=check.outcome.value,
            outcome_words=outcome(check, case.voice),
            why=why(check, case),
            technical=quoted(check.detail),
            clause=check.clause,
        )
        for check in checks
    )


# --- who ---------------------------------------------------------------------------------------------------------------


def _who(signature: SignatureReport, voice: Voice) -> Iterator[Fact]:
    signer, attributes = signature.signer, signature.evidence.attributes
    yield from signer_facts(signer, voice)
    if attributes.claimed_roles:
        yield Fact(voice.say(Label.ROLE), (voice.listed(attributes.claimed_roles),))
    if (seal := attributes.seal) is not None:
        kind = (voice.say(SEALS[seal.kind]),) if seal.kind in SEALS else ()  # others are numbers of the maker's own
        yield Fact(voice.say(Label.SEAL), (quoted(seal.name), *kind))


def signer_facts(signer: SignerReport | None, voice: Voice) -> Iterator[Fact]:
    """Yield who holds the certificate, where it counts as listed, and the certificate itself."""
    if signer is None:
        yield Fact(voice.say(Label.NAME), (voice.say(NOBODY),))
        return
    certificate = signer.certificate
    yield Fact(voice.say(Label.NAME), (quoted(signer.name),))
    if signer.organisation:
        yield Fact(voice.say(Label.ORGANISATION), (quoted(signer.organisation),))
    place = place_of(signer.region, voice) if signer.region else None
    yield Fact(voice.say(Label.REGION), (voice.say(LISTED_IN, place=place) if place else voice.say(NO_REGION),))
    yield Fact(voice.say(Label.CERTIFICATE), certificate_types(certificate, voice))
    yield Fact(voice.say(Label.ISSUER), (quoted(certificate.issuer),))
    yield Fact(voice.say(Label.VALID), (voice.say(PERIOD, since=certificate.not_before, until=certificate.not_after),))


def certificate_types(certificate: Certificate, voice: Voice) -> tuple[Words, ...]:
    """Return the types that a certificate states of itself."""
    types = sorted({kind for statement in content_of(certificate).qc_statements for kind in statement.types})
    return tuple(voice.code(CERTIFICATES, kind) for kind in types) or (voice.say(CERTIFICATES[""]),)


# --- what --------------------------------------------------------------------------------------------------------------


def _what(signature: SignatureReport, voice: Voice) -> Iterator[Fact]:
    scopes = signature.evidence.scope
    yield Fact(voice.say(Label.SCOPE), tuple(dict.fromkeys(covered(scopes, voice))))
    if missing := left_out(scopes, voice):
        changed = any(scope.changes for scope in scopes)
        yield Fact(voice.say(Label.CHANGED if changed else Label.LEFT_OUT), (voice.listed(missing),))
    yield Fact(voice.say(Label.UNCHANGED), (voice.say(INTEGRITY[signature.integrity]),))
    form = quoted(f"{signature.evidence.form} {signature.level}".removesuffix(" NOT_ETSI"))
    yield Fact(voice.say(Label.FORM), (voice.code(FORMS, signature.evidence.form), form, voice.code(LEVELS, signature.level)))


# --- when --------------------------------------------------------------------------------------------------------------


def _when(signature: SignatureReport, report: DocumentReport, voice: Voice) -> Iterator[Fact]:
    attributes = signature.evidence.attributes
    claimed = attributes.signing_time
    yield Fact(voice.say(Label.CLAIMED), (voice.moment(claimed) if claimed else voice.say(NO_CLAIM),))
    yield Fact(voice.say(Label.PROVEN), (_proof(signature, report, voice),))
    if attributes.reason:
        yield Fact(voice.say(Label.REASON), (quoted(attributes.reason),))
    if attributes.location:
        yield Fact(voice.say(Label.PLACE), (voice.listed(attributes.location),))


def _proof(signature: SignatureReport, report: DocumentReport, voice: Voice) -> Words:
    existed = signature.existed
    if existed.by is None:
        return voice.say(NO_PROOF, time=existed.time)
    stamp = next((stamp for stamp in report.timestamps if stamp.evidence.id == existed.by), None)
    if stamp is None:
        return voice.say(PROVED_BY, time=existed.time, proof=voice.say(Label.RECORD, id=existed.by))
    proof = Words(f"{voice.say(STAMPS[stamp.evidence.kind])} {stamp.evidence.id}")
    if stamp.signer is None:
        return voice.say(PROVED_BY, time=existed.time, proof=proof)
    return voice.say(PROVED_BY_WHOM, time=existed.time, proof=proof, authority=called(stamp.signer.certificate))


def _picture(seal: Seal) -> Picture | None:
    return Picture(seal.picture_kind, seal.picture, seal.picture_size[0]) if seal.picture else None
