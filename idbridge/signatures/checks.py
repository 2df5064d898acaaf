"""The checks, one small function each, and the tables that say in which building block of EN 319 102-1 each one runs.

Clauses are those of ETSI EN 319 102-1 V1.4.1 unless another document is named.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from idbridge.pki.algorithms import UnknownAlgorithmError, scheme_of
from idbridge.pki.keys import UnusableKeyError, import_key
from idbridge.signatures.evidence import Fault, Reference, TimestampKind
from idbridge.signatures.indications import SubIndication
from idbridge.signatures.judgement import Finding, Row, Subject
from idbridge.signatures.policy import Level

# --- format checking (5.2.2)


def _format_sound(subject: Subject) -> Finding:
    fatal = [fault for fault in (*subject.document.faults, *subject.signed.faults) if fault.fatal]
    return Finding(not fatal, _listed(fatal))


def _faults_tolerated(subject: Subject) -> Finding:
    faults = [fault for fault in (*subject.document.faults, *subject.signed.faults) if not fault.fatal]
    if not faults:
        return Finding(True)
    levels = {fault: subject.policy.fault_level(fault.code) for fault in faults}
    refused = [fault for fault in faults if levels[fault] is Level.REQUIRED]
    tolerated = [fault for fault in faults if levels[fault] is Level.WARN]
    return Finding(not refused, _listed(refused) if refused else f"tolerated: {_listed(tolerated)}")


def _listed(faults: list[Fault]) -> str:
    return "; ".join(f"{fault.code}: {fault.detail}" for fault in faults)


# --- identification of the signing certificate (5.2.3)


def _certificate_identified(subject: Subject) -> Finding:
    identified = subject.identified
    if identified.certificate is None:
        return Finding(False, identified.verdict.detail)
    if not identified.named and not identified.attribute_fits:
        return Finding(False, f"the document does not name {identified.certificate}, whose key fits")
    return Finding(True, f"{identified.certificate}, serial number {identified.certificate.serial_number:x}")


def _attribute_present(subject: Subject) -> Finding:
    references = subject.signed.certificate_references
    return Finding(bool(references), references[0].kind if references else "no attribute binds the certificate to the value")


def _attribute_fits(subject: Subject) -> Finding:
    fits = subject.identified.attribute_fits
    if fits is None:
        return Finding(None, "there is no such attribute")
    reference = subject.signed.certificate_references[0]
    stated = ", ".join(f"{d.algorithm} {d.value.hex()}" for d in reference.digests)
    return Finding(
        fits, f"{reference.kind} states {stated or 'no digest'}; the certificate is {subject.identified.certificate}"
    )


# --- validation context (5.2.4)


def _policy_supported(subject: Subject) -> Finding:
    policy = subject.signature.attributes.policy if subject.signature else None
    if policy is None:
        return Finding(None, "signed under no policy")
    return Finding(False, f"{policy.identifier or 'an implied policy'} is shown, its rules are not applied")


def _policy_intact(subject: Subject) -> Finding:
    policy = subject.signature.attributes.policy if subject.signature else None
    if policy is None or policy.reference is None or policy.reference.intact is None:
        return Finding(None, "no policy document at hand")
    detail = _difference(policy.reference)
    return Finding(policy.reference.intact, detail, SubIndication.POLICY_PROCESSING_ERROR)


# --- cryptographic verification (5.2.7)


def _references_found(subject: Subject) -> Finding:
    missing = [reference for reference in subject.signed.references if reference.computed is None]
    if subject.timestamp is not None and subject.timestamp.imprint.computed is None:
        missing.append(subject.timestamp.imprint)
    return Finding(not missing, "; ".join(f"{r.name or r.kind}: {r.missing or 'not found'}" for r in missing))


def _references_intact(subject: Subject) -> Finding:
    references = list(subject.signed.references)
    if subject.timestamp is not None:
        references.append(subject.timestamp.imprint)
    broken = [reference for reference in references if reference.intact is False]
    if broken:
        return Finding(False, "; ".join(map(_difference, broken)))
    return Finding(True, f"{sum(reference.intact is True for reference in references)} digests are as stated")


def _difference(reference: Reference) -> str:
    computed = reference.computed.hex() if reference.computed else "nothing"
    how = f" ({reference.how})" if reference.how else ""
    return f"{reference.name or reference.kind}{how}: {reference.algorithm} is {computed}, stated {reference.expected.hex()}"


def _value_fits(subject: Subject) -> Finding:
    verdict = subject.identified.verdict
    described = f"{verdict.algorithm} with {verdict.key}{': ' + verdict.detail if verdict.detail else ''}"
    if verdict.verdict == "unsupported":
        return Finding(False, described, _unverifiable(subject))
    return Finding(verdict.verdict == "valid", described)


def _unverifiable(subject: Subject) -> SubIndication:
    if subject.identified.certificate is None:
        return SubIndication.NO_SIGNING_CERTIFICATE_FOUND
    return SubIndication.SIGNED_DATA_NOT_FOUND if not subject.signed.value.messages else SubIndication.GENERIC


# --- X.509 certificate validation (5.2.6)


def _path_holds(subject: Subject) -> Finding:
    if subject.path is None:
        return Finding(False, "no certificate was identified")
    return Finding(subject.path.holds, subject.path.detail, subject.path.sub_indication)


def _signer_key_usage(subject: Subject) -> Finding:
    certificate = subject.identified.certificate
    if certificate is None or certificate.key_usage is None:
        return Finding(None, "the certificate limits no usage")
    usage = certificate.key_usage
    fits = bool(usage & {"digitalSignature", "contentCommitment", "nonRepudiation"})
    return Finding(fits, f"key usage {', '.join(sorted(usage)) or 'none'}")


TIME_STAMPING: Final = "1.3.6.1.5.5.7.3.8"


def _timestamping_purpose(subject: Subject) -> Finding:
    certificate = subject.identified.certificate
    if certificate is None:
        return Finding(False, "no certificate was identified")
    stated = certificate.extended_key_usage or ()
    return Finding(TIME_STAMPING in stated, f"extended key usage {', '.join(stated) or 'none'}")


# --- signature acceptance (5.2.8)


def _algorithms_acceptable(subject: Subject) -> Finding:
    """Judged at the earliest time for which existence is proved: what was safe then was made then (5.6.2.4)."""
    certificate, algorithm = subject.identified.certificate, subject.signed.value.algorithm
    if certificate is None or algorithm is None:
        return Finding(None, "no algorithm and key to judge")
    try:
        scheme, key = scheme_of(algorithm), import_key(certificate.public_key_info)
    except (UnknownAlgorithmError, UnusableKeyError) as error:
        return Finding(False, str(error))
    policy = subject.policy.algorithms
    objection = policy.objection(scheme, key, subject.existed.time)
    if objection is None:
        return Finding(True, f"{scheme.name} with {key} at {_shown(subject.existed.time)}")
    lasted = policy.objection(scheme, key, _LONG_AGO) is None
    return Finding(False, objection, SubIndication.CRYPTO_CONSTRAINTS_FAILURE_NO_POE if lasted else None)


_LONG_AGO: Final = datetime.fromisoformat("1990-01-01T00:00:00+00:00")


def _digests_acceptable(subject: Subject) -> Finding:
    references = [reference for reference in subject.signed.references if reference.computed is not None]
    if subject.timestamp is not None:
        references.append(subject.timestamp.imprint)
    digests, at = subject.policy.algorithms.digests, subject.existed.time
    names = sorted({reference.algorithm for reference in references})
    weak = [name for name in names if name not in digests or _ended(digests[name], at)]
    if not weak:
        return Finding(True, ", ".join(names))
    once = all(name in digests for name in weak)
    detail = f"{', '.join(weak)} not accepted at {_shown(at)} by policy {subject.policy.algorithms.name}"
    return Finding(False, detail, SubIndication.CRYPTO_CONSTRAINTS_FAILURE_NO_POE if once else None)


def _ended(until: datetime | None, at: datetime) -> bool:
    return until is not None and at >= until


def _signing_time_present(subject: Subject) -> Finding:
    time = _claimed(subject)
    return Finding(time is not None, _shown(time) if time else "the signer states no time")


def _scope_covers_document(subject: Subject) -> Finding:
    scope = subject.signature.scope if subject.signature else ()
    if any(part.whole_document for part in scope):
        return Finding(True, ", ".join(part.name for part in scope if part.whole_document))
    left_out = [name for part in scope for name in part.not_covered]
    parts = ", ".join(f"{part.kind} {part.name}" for part in scope) or "nothing"
    return Finding(False, f"signed: {parts}" + (f"; not covered: {', '.join(left_out)}" if left_out else ""))


# --- validation with time, clauses 5.5 and 5.6


def _timestamps_valid(subject: Subject) -> Finding:
    if not subject.timestamps:
        return Finding(None, "there are none")
    invalid = [outcome.evidence for outcome in subject.timestamps if not outcome.trusted]
    return Finding(not invalid, ", ".join(f"{t.id} ({t.kind}) proves nothing" for t in invalid))


def _timestamps_in_order(subject: Subject) -> Finding:
    """Clause 5.5.4 step 5 d: what a timestamp covers cannot be younger than the timestamp."""
    trusted = [o.evidence for o in subject.timestamps if o.trusted and o.evidence.time is not None]
    if not trusted:
        return Finding(None, "no trusted timestamp")
    content = [t.time for t in trusted if t.kind is TimestampKind.CONTENT and t.time]
    others = [t.time for t in trusted if t.kind is not TimestampKind.CONTENT and t.time]
    if content and others and max(content) > min(others):
        return Finding(False, f"the content's, {_shown(max(content))}, is after the signature's, {_shown(min(others))}")
    times = {t.id: t for t in trusted}
    for outer in trusted:
        for inner in (times[key] for key in sorted(outer.covers.timestamps) if key in times):
            if inner.time and outer.time and inner.time > outer.time:
                return Finding(False, f"{outer.id} covers {inner.id}, which is later")
    return Finding(True, ", ".join(f"{t.id} {_shown(t.time)}" for t in trusted if t.time))


def _issued_before(subject: Subject) -> Finding:
    """Clause 5.5.4 step 4: nobody signs with a certificate that does not exist yet."""
    certificate = subject.identified.certificate
    if certificate is None:
        return Finding(None, "no certificate was identified")
    existed = subject.existed.time
    holds = certificate.not_before <= existed
    return Finding(holds, f"issued {_shown(certificate.not_before)}, signature existed {_shown(existed)}")


def _revocation_after(subject: Subject) -> Finding:
    """Clauses 5.2.5 and 5.5.4: word from before the signature cannot tell whether the signer had revoked by then.

    Within the grace period of the policy a revocation may still be on its way into lists.
    """
    path = subject.path.report.path if subject.path is not None else None
    signed = subject.existed.time if subject.existed.by else _claimed(subject)
    checks = [check for check in path.checks if check.name == "revocation"] if path is not None else []
    of_signer = [check for check in checks if check.certificate == subject.identified.certificate]
    this_update = of_signer[0].values.get("this_update") if of_signer else None
    if signed is None or not isinstance(this_update, datetime):
        return Finding(None, "no time of signing, or no revocation evidence, to compare")
    holds = this_update >= signed + subject.policy.grace
    return Finding(holds, f"evidence of {_shown(this_update)}, signed {_shown(signed)}, grace {subject.policy.grace}")


def _claimed(subject: Subject) -> datetime | None:
    return subject.signature.attributes.signing_time if subject.signature else None


CLOCKS_DIFFER: Final = timedelta(minutes=10)
"""How far a signer's clock may run ahead of a timestamp authority's before the claim is called implausible."""


def _signing_time_plausible(subject: Subject) -> Finding:
    claimed = _claimed(subject)
    if claimed is None:
        return Finding(None, "the signer states no time")
    if claimed > subject.existed.time + CLOCKS_DIFFER:
        return Finding(False, f"{_shown(claimed)} is claimed, but it existed at {_shown(subject.existed.time)}")
    if subject.not_before is not None and claimed + CLOCKS_DIFFER < subject.not_before:
        return Finding(False, f"{_shown(claimed)} is claimed, but what is signed is of {_shown(subject.not_before)}")
    return Finding(True, _shown(claimed))


def _shown(time: datetime) -> str:
    return f"{time:%Y-%m-%dT%H:%M:%SZ}"


_Sub = SubIndication

FORMAT: Final = (
    Row("format-sound", "5.2.2", _Sub.FORMAT_FAILURE, _format_sound),
    Row("faults-tolerated", "5.2.2", _Sub.SIG_CONSTRAINTS_FAILURE, _faults_tolerated),
)
IDENTIFICATION: Final = (
    Row("signing-certificate-identified", "5.2.3", _Sub.NO_SIGNING_CERTIFICATE_FOUND, _certificate_identified),
    Row("signing-certificate-attribute-present", "5.2.3", _Sub.SIG_CONSTRAINTS_FAILURE, _attribute_present),
    Row("signing-certificate-attribute-fits", "5.2.3", _Sub.NO_SIGNING_CERTIFICATE_FOUND, _attribute_fits),
)
CONTEXT: Final = (
    Row("signature-policy-supported", "5.2.4", _Sub.SIGNATURE_POLICY_NOT_AVAILABLE, _policy_supported),
    Row("signature-policy-intact", "5.2.4", _Sub.POLICY_PROCESSING_ERROR, _policy_intact),
)
CRYPTOGRAPHY: Final = (
    Row("references-found", "5.2.7", _Sub.SIGNED_DATA_NOT_FOUND, _references_found),
    Row("references-intact", "5.2.7", _Sub.HASH_FAILURE, _references_intact),
    Row("signature-value", "5.2.7", _Sub.SIG_CRYPTO_FAILURE, _value_fits),
)
SIGNER_CERTIFICATE: Final = (
    Row("certificate-path", "5.2.6", _Sub.CERTIFICATE_CHAIN_GENERAL_FAILURE, _path_holds),
    Row("signer-key-usage", "5.2.6, RFC 5280 4.2.1.3", _Sub.CHAIN_CONSTRAINTS_FAILURE, _signer_key_usage),
)
TIMESTAMP_CERTIFICATE: Final = (
    SIGNER_CERTIFICATE[0],
    Row("timestamping-purpose", "RFC 3161 2.3", _Sub.CHAIN_CONSTRAINTS_FAILURE, _timestamping_purpose),
)
ALGORITHMS: Final = (
    Row("algorithms-acceptable", "5.2.8", _Sub.CRYPTO_CONSTRAINTS_FAILURE, _algorithms_acceptable),
    Row("digests-acceptable", "5.2.8", _Sub.CRYPTO_CONSTRAINTS_FAILURE, _digests_acceptable),
)
ACCEPTANCE: Final = (
    Row("signing-time-present", "5.2.8", _Sub.SIG_CONSTRAINTS_FAILURE, _signing_time_present),
    Row("scope-covers-document", "5.2.8", _Sub.SIG_CONSTRAINTS_FAILURE, _scope_covers_document),
)
ISSUED_BEFORE: Final = (Row("certificate-issued-before-signature", "5.5.4", _Sub.NOT_YET_VALID, _issued_before),)
TIME: Final = (
    Row("timestamps-valid", "5.5.4", _Sub.NO_POE, _timestamps_valid),
    Row("timestamps-in-order", "5.5.4", _Sub.TIMESTAMP_ORDER_FAILURE, _timestamps_in_order),
    *ISSUED_BEFORE,
    Row("revocation-after-signature", "5.2.5, 5.5.4", _Sub.TRY_LATER, _revocation_after),
    Row("signing-time-plausible", "5.5.4", _Sub.SIG_CONSTRAINTS_FAILURE, _signing_time_plausible),
)

SIGNATURE_CHECKS: Final = (
    *FORMAT,
    *IDENTIFICATION,
    *CONTEXT,
    *CRYPTOGRAPHY,
    *SIGNER_CERTIFICATE,
    *ALGORITHMS,
    *ACCEPTANCE,
    *TIME,
)
"""What a signature or counter-signature goes through (5.3, 5.5, 5.6), in the order of the report."""

TIMESTAMP_CHECKS: Final = (*FORMAT, *IDENTIFICATION, *CRYPTOGRAPHY, *TIMESTAMP_CERTIFICATE, *ALGORITHMS, *ISSUED_BEFORE)
"""What a timestamp goes through (5.4)."""

CHECK_NAMES: Final = frozenset(row.name for row in (*SIGNATURE_CHECKS, *TIMESTAMP_CHECKS))
"""All names that a policy may use."""
