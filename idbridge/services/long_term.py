"""What a B-LT document has to carry, taken from a verification: the certificates and revocation information that decided."""

from __future__ import annotations

from collections.abc import Iterator

from idbridge.pki.errors import PkiError
from idbridge.pki.report import PathReport
from idbridge.pki.revocation.crl import CertificateList
from idbridge.signatures.evidence import FoundRevocation, RevocationKind, sha256
from idbridge.signatures.making.refusals import MakingRefusal, MakingRefused
from idbridge.signatures.making.steps import LongTermMaterial
from idbridge.signatures.report import DocumentReport, SignatureReport, TimestampReport


def material_used(report: DocumentReport) -> LongTermMaterial:
    """Return the certificates of the paths that hold, and the CRLs and OCSP responses that spoke for them.

    A delta CRL goes with all complete ones of its issuer, for one of them is its base.
    """
    paths = [path for path in _paths(report) if path.path is not None]
    chain = [certificate.der for path in paths if path.path is not None for certificate in path.path.certificates]
    sources = {source.partition(" ")[2] for path in paths for source in _sources(path)}
    used = [found for found in report.revocations if sha256(found.der) in sources]
    return _material(chain, [*used, *_bases(used, report)])


def material_at_hand(report: DocumentReport) -> LongTermMaterial:
    """Return everything that the verification had: signers of OCSP responses and CRLs may need what no path names."""
    used = material_used(report)
    chain = [*used.certificates, *(found.der for found in report.certificates)]
    return _material(chain, report.revocations)


def refuse_incomplete(report: DocumentReport) -> None:
    """Refuse a document whose signatures and timestamps are not all intact, with paths that hold.

    :raises MakingRefused: by the code, something is broken, or evidence is missing; the detail names it.
    """
    if not report.signatures:
        raise MakingRefused(MakingRefusal.FORMAT, "there is no signature in the document")
    for signed in _signed(report):
        identifier = signed.evidence.id
        if signed.integrity == "broken":
            raise MakingRefused(MakingRefusal.BROKEN, f"{identifier} is {signed.indication}/{signed.sub_indication}")
        if signed.integrity != "intact" or signed.path is None or signed.path.indication != "PASSED":
            raise MakingRefused(MakingRefusal.EVIDENCE_MISSING, f"{identifier}: {_lacking(signed)}")


def _signed(report: DocumentReport) -> Iterator[SignatureReport | TimestampReport]:
    yield from report.signatures
    yield from report.timestamps


def _paths(report: DocumentReport) -> Iterator[PathReport]:
    for signed in _signed(report):
        if signed.path is not None:
            yield signed.path


def _sources(path: PathReport) -> Iterator[str]:
    """Yield what the revocation checks name: kind and SHA-256 (`pki.revocation.status.Status.source`)."""
    for check in path.path.checks if path.path is not None else ():
        source = check.values.get("source")
        if check.name == "revocation" and isinstance(source, str):
            yield source


def _bases(used: list[FoundRevocation], report: DocumentReport) -> Iterator[FoundRevocation]:
    lists = [crl for found in used if (crl := _read(found)) is not None]
    issuers = {crl.issuer for crl in lists if crl.delta_base is not None}
    for found in report.revocations if issuers else ():
        crl = _read(found)
        if crl is not None and crl.issuer in issuers:
            yield found


def _read(found: FoundRevocation) -> CertificateList | None:
    try:
        return CertificateList.from_der(found.der) if found.kind is RevocationKind.CRL else None
    except PkiError:
        return None  # it decided nothing, so that nothing is missed


def _material(chain: list[bytes], revocations: list[FoundRevocation] | tuple[FoundRevocation, ...]) -> LongTermMaterial:
    def of(kind: RevocationKind) -> tuple[bytes, ...]:
        return tuple(dict.fromkeys(found.der for found in revocations if found.kind is kind))

    return LongTermMaterial(tuple(dict.fromkeys(chain)), of(RevocationKind.CRL), of(RevocationKind.OCSP))


def _lacking(signed: SignatureReport | TimestampReport) -> str:
    """Say what is missing, and where it was said to be."""
    path = signed.path
    if path is None or signed.integrity != "intact":
        return f"{signed.integrity}, {signed.sub_indication}"
    wanted = [f"{item.kind} at {', '.join(item.urls) or 'no stated address'}" for item in path.missing]
    return "; ".join([str(path.sub_indication), *wanted])
