"""Checks on the electronic seal that a document was sealed with: GB/T 38540-2020 clauses 6 (seals) and 7 (sealing).

A seal that stands alone is judged as a signature of its maker; what is about a signer does not apply to it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from idbridge.pki.certificate import Certificate
from idbridge.signatures.checks.cryptography import difference
from idbridge.signatures.contents import digest
from idbridge.signatures.evidence import Seal
from idbridge.signatures.indications import SubIndication
from idbridge.signatures.judgement import Finding, SealMaker, Subject, shown

ALONE: Final = "the seal stands alone: its maker is the signer"
SIGNING_USAGES: Final = frozenset({"digitalSignature", "contentCommitment", "nonRepudiation"})


def maker_signature(subject: Subject) -> Finding:
    """The maker's value is over this very seal: picture, name, validity and who may use it."""
    maker = subject.maker
    if maker is None:
        return Finding(None, ALONE)
    verdict = maker.identified.verdict
    detail = f"{verdict.algorithm} with {verdict.key}{': ' + verdict.detail if verdict.detail else ''}"
    if verdict.verdict == "unsupported":
        return Finding(False, detail, SubIndication.GENERIC)
    return Finding(verdict.verdict == "valid", f"{detail}, by {_maker(maker)}")


def maker_path(subject: Subject) -> Finding:
    """The maker's certificate leads to a trusted one."""
    if subject.maker is None:
        return Finding(None, ALONE)
    path = subject.maker.path
    if path is None:
        return Finding(False, "no certificate of the maker was identified", SubIndication.NO_SIGNING_CERTIFICATE_FOUND)
    return Finding(path.holds, path.detail, path.sub_indication)


def maker_key_usage(subject: Subject) -> Finding:
    """The maker's key may sign: that of an encryption certificate, or one for certificates alone, may not."""
    if subject.maker is None:
        return Finding(None, ALONE)
    certificate = subject.maker.identified.certificate
    if certificate is None or certificate.key_usage is None:
        return Finding(None, "the certificate limits no usage")
    return Finding(bool(certificate.key_usage & SIGNING_USAGES), f"key usage {', '.join(sorted(certificate.key_usage))}")


def signer_listed(subject: Subject) -> Finding:
    """The signer is one of those whom the seal lists, by certificate or by its digest."""
    seal, certificate = _seal(subject), subject.identified.certificate
    if seal is None or subject.maker is None:
        return Finding(None, ALONE)
    if certificate is None:
        return Finding(False, "no certificate was identified")
    by = "certificate" if seal.signers else "digest"
    count = len(seal.signers) + len(seal.signer_digests)
    if not _lists(seal, certificate):
        return Finding(False, f"{certificate} is not among the {count} signers that the seal lists")
    return Finding(True, f"{certificate} is listed by {by}, one of {count}")


def _lists(seal: Seal, certificate: Certificate) -> bool:
    listed = any(digest(stated.algorithm, certificate.der) == stated.value for stated in seal.signer_digests)
    return listed or certificate.der in seal.signers


def valid_at_signing(subject: Subject) -> Finding:
    """The seal was valid when it was used; a seal that stands alone, when it is looked at."""
    seal = _seal(subject)
    if seal is None:
        return Finding(None, "there is no seal")
    at, what = _used(subject)
    validity = f"valid from {shown(seal.not_before)} to {shown(seal.not_after)}, {what} {shown(at)}"
    return Finding(seal.not_before <= at <= seal.not_after, validity)


def signer_valid_at_signing(subject: Subject) -> Finding:
    """The time that the sealing states is within the validity of the signer's certificate."""
    certificate = subject.identified.certificate
    if subject.maker is None:
        return Finding(None, ALONE)
    if certificate is None:
        return Finding(None, "no certificate was identified")
    at, what = _used(subject)
    validity = f"valid from {shown(certificate.not_before)} to {shown(certificate.not_after)}, {what} {shown(at)}"
    return Finding(certificate.not_before <= at <= certificate.not_after, validity)


def file_fits(subject: Subject) -> Finding:
    """The seal's own file in the package is the seal that was used: readers may show the picture of either."""
    seal = _seal(subject)
    if seal is None or seal.file is None:
        return Finding(None, "the package has no file of the seal's own")
    return Finding(seal.file.intact is True, seal.file.name if seal.file.intact else difference(seal.file))


def _seal(subject: Subject) -> Seal | None:
    return subject.signature.attributes.seal if subject.signature is not None else None


def _used(subject: Subject) -> tuple[datetime, str]:
    """Return when the seal was used, as the sealing states; failing that, when it is proved to have existed."""
    stated = subject.signature.attributes.signing_time if subject.signature is not None else None
    if stated is None or subject.maker is None:
        return subject.existed.time, "existed"
    return stated, "sealed"


def _maker(maker: SealMaker) -> str:
    return str(maker.identified.certificate or "nobody known")
