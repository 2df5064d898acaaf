"""Checks on digests, the signature value, and the algorithms: EN 319 102-1 clauses 5.2.7 and 5.2.8."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from idbridge.pki.algorithms import UnknownAlgorithmError, scheme_of
from idbridge.pki.keys import UnusableKeyError, import_key
from idbridge.signatures.evidence import Reference
from idbridge.signatures.indications import SubIndication
from idbridge.signatures.judgement import Finding, Subject, shown


def references_found(subject: Subject) -> Finding:
    """Everything that is signed is at hand and can be digested."""
    missing = [reference for reference in subject.signed.references if reference.computed is None]
    if subject.timestamp is not None and subject.timestamp.imprint.computed is None:
        missing.append(subject.timestamp.imprint)
    return Finding(not missing, "; ".join(f"{r.name or r.kind}: {r.missing or 'not found'}" for r in missing))


def references_intact(subject: Subject) -> Finding:
    """Every digest is as stated."""
    references = list(subject.signed.references)
    if subject.timestamp is not None:
        references.append(subject.timestamp.imprint)
    broken = [reference for reference in references if reference.intact is False]
    if broken:
        return Finding(False, "; ".join(map(difference, broken)))
    return Finding(True, f"{sum(reference.intact is True for reference in references)} digests are as stated")


def difference(reference: Reference) -> str:
    """Return what was digested, and both digests: the reason for a failure names the thing."""
    computed = reference.computed.hex() if reference.computed else "nothing"
    how = f" ({reference.how})" if reference.how else ""
    return f"{reference.name or reference.kind}{how}: {reference.algorithm} is {computed}, stated {reference.expected.hex()}"


def value_fits(subject: Subject) -> Finding:
    """The signature value is that of the certificate's key."""
    verdict = subject.identified.verdict
    described = f"{verdict.algorithm} with {verdict.key}{': ' + verdict.detail if verdict.detail else ''}"
    if verdict.verdict == "unsupported":
        return Finding(False, described, _unverifiable(subject))
    return Finding(verdict.verdict == "valid", described)


def _unverifiable(subject: Subject) -> SubIndication:
    if subject.identified.certificate is None:
        return SubIndication.NO_SIGNING_CERTIFICATE_FOUND
    return SubIndication.SIGNED_DATA_NOT_FOUND if not subject.signed.value.messages else SubIndication.GENERIC


def algorithms_acceptable(subject: Subject) -> Finding:
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
        return Finding(True, f"{scheme.name} with {key} at {shown(subject.existed.time)}")
    lasted = policy.objection(scheme, key, _LONG_AGO) is None
    return Finding(False, objection, SubIndication.CRYPTO_CONSTRAINTS_FAILURE_NO_POE if lasted else None)


_LONG_AGO: Final = datetime.fromisoformat("1990-01-01T00:00:00+00:00")


def digests_acceptable(subject: Subject) -> Finding:
    """The digests of what is signed are accepted at the time for which existence is proved."""
    references = [reference for reference in subject.signed.references if reference.computed is not None]
    if subject.timestamp is not None:
        references.append(subject.timestamp.imprint)
    digests, at = subject.policy.algorithms.digests, subject.existed.time
    names = sorted({reference.algorithm for reference in references})
    weak = [name for name in names if name not in digests or _ended(digests[name], at)]
    if not weak:
        return Finding(True, ", ".join(names))
    once = all(name in digests for name in weak)
    detail = f"{', '.join(weak)} not accepted at {shown(at)} by policy {subject.policy.algorithms.name}"
    return Finding(False, detail, SubIndication.CRYPTO_CONSTRAINTS_FAILURE_NO_POE if once else None)


def _ended(until: datetime | None, at: datetime) -> bool:
    return until is not None and at >= until
