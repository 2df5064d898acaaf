"""Whose validation data is: the signer's path's, or that of the timestamps upon the signature.

EN 319 132-1 clauses 5.4 and 5.5.1 and TS 119 182-1 clauses 5.3.5 and 5.3.6.1 keep the two apart. What serves both counts as
the signer's, and nothing is repeated that the signature has already.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import TypeVar

from idbridge.pki.certificate import Certificate
from idbridge.pki.errors import PkiError
from idbridge.pki.revocation.crl import CertificateList
from idbridge.pki.revocation.ocsp import OcspResponse
from idbridge.signatures.formats.limits import LIMITS
from idbridge.signatures.making.refusals import MakingRefusal, MakingRefused
from idbridge.signatures.making.steps import BaselineLevel, LongTermMaterial

Read = TypeVar("Read", Certificate, CertificateList, OcspResponse)


@dataclass(frozen=True, slots=True)
class Divided:
    """Validation data that a signature has not yet: for its signer, and for its timestamps."""

    signer: LongTermMaterial
    timestamps: LongTermMaterial


def divided(material: LongTermMaterial, signer: bytes, held: Collection[bytes]) -> Divided:
    """Divide what of *material* is not among *held*, by the certificate path of *signer* (DER).

    :raises MakingRefused: something is no certificate, CRL or OCSP response; there is more than a reader takes.
    """
    _within_limits(material)
    certificates = _read(Certificate.from_der, material.certificates)
    crls = _read(CertificateList.from_der, material.crls)
    responses = _read(OcspResponse.from_der, material.ocsp_responses)
    path = _path(_read(Certificate.from_der, (signer,)), certificates, responses)
    issuers = {certificate.issuer for certificate in path}
    own = {found.der for found in path} | {crl.der for crl in crls if crl.issuer in issuers}
    own |= {response.der for response in responses if _is_about(response, path)}
    return Divided(
        _chosen(material, lambda der: der in own and der not in held),
        _chosen(material, lambda der: der not in own and der not in held),
    )


def is_empty(material: LongTermMaterial) -> bool:
    """Tell whether there is nothing in *material*."""
    return not (material.certificates or material.crls or material.ocsp_responses)


def refuse_idle(level: BaselineLevel, *, added: bool) -> None:
    """Refuse to give out a document as augmented to which nothing was added.

    :raises MakingRefused: it is so.
    """
    if not added:
        raise MakingRefused(MakingRefusal.NOTHING_TO_AUGMENT, f"every signature has what {level} asks for")


def joined(one: LongTermMaterial, other: LongTermMaterial) -> LongTermMaterial:
    """Return what is in either."""
    return LongTermMaterial(
        (*one.certificates, *other.certificates),
        (*one.crls, *other.crls),
        (*one.ocsp_responses, *other.ocsp_responses),
    )


def _within_limits(material: LongTermMaterial) -> None:
    revocations = len(material.crls) + len(material.ocsp_responses)
    if len(material.certificates) > LIMITS.certificates or revocations > LIMITS.revocations:
        raise MakingRefused(MakingRefusal.EVIDENCE_MISSING, "more certificates or revocation data than a reader takes")


def _read(reader: Callable[[bytes], Read], encodings: Iterable[bytes]) -> tuple[Read, ...]:
    try:
        return tuple(reader(der) for der in dict.fromkeys(encodings))
    except PkiError as error:
        raise MakingRefused(MakingRefusal.EVIDENCE_MISSING, f"what is to be kept cannot be read: {error}") from error


def _path(
    path: tuple[Certificate, ...], certificates: tuple[Certificate, ...], responses: tuple[OcspResponse, ...]
) -> tuple[Certificate, ...]:
    """Return *path* with all that stand above it, and with the responders who answer about it and who stand above those."""
    while True:
        names = {certificate.issuer for certificate in path}
        answering = [response for response in responses if _is_about(response, path)]
        further = tuple(c for c in certificates if c not in path and (c.subject in names or _responds(c, answering)))
        if not further:
            return path
        path = (*path, *further)  # each turn takes one at least from a bounded number


def _responds(certificate: Certificate, responses: list[OcspResponse]) -> bool:
    return any(response.is_by(certificate) for response in responses)


def _is_about(response: OcspResponse, path: tuple[Certificate, ...]) -> bool:
    """Tell so by serial numbers alone: where two issuers gave the same one, an answer is merely kept elsewhere."""
    serials = {certificate.serial_number for certificate in path}
    return any(answer.serial_number in serials for answer in response.answers)


def _chosen(material: LongTermMaterial, wanted: Callable[[bytes], bool]) -> LongTermMaterial:
    return LongTermMaterial(
        tuple(der for der in dict.fromkeys(material.certificates) if wanted(der)),
        tuple(der for der in dict.fromkeys(material.crls) if wanted(der)),
        tuple(der for der in dict.fromkeys(material.ocsp_responses) if wanted(der)),
    )
