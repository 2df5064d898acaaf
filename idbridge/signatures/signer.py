"""Whose signature it is, and whether it is intact: identification of the signing certificate and the arithmetic.

EN 319 102-1 clauses 5.2.3 and 5.2.7. Integrity is of the value and the digests alone, whoever signed; that the
certificate is the one which the signer meant is another question, and is answered apart.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final, Literal

from idbridge.pki.algorithms import SignatureVerdict
from idbridge.pki.certificate import Certificate
from idbridge.pki.errors import PkiError
from idbridge.pki.names import Name
from idbridge.signatures.ber import BerError, read_value
from idbridge.signatures.contents import digest
from idbridge.signatures.evidence import CertificateReference, MessageDigest, SignedObject, SignerHint
from idbridge.signatures.values import NOT_KNOWN, SignerIds, standard_signer_id, verify_value

Integrity = Literal["intact", "broken", "unknown"]

CANDIDATES_LIMIT: Final = 12
"""Certificates whose keys are tried on one value. Documents name the right one; the rest are for those that misname it."""


NO_KEY: Final = replace(NOT_KNOWN, detail="no certificate or key at hand made the signature")


@dataclass(frozen=True, slots=True)
class Identified:
    """The certificate whose key the document names, or failing that one whose key fits; and how its value was found.

    `named`: the document's own hint leads to it. `attribute_fits`: it is the certificate that the signed attribute refers
    to; None without the attribute. `integrity` is as reported.
    """

    certificate: Certificate | None
    verdict: SignatureVerdict
    integrity: Integrity
    named: bool = False
    attribute_fits: bool | None = None


def identify(signed: SignedObject, known: Iterable[Certificate], signer_id_of: SignerIds = standard_signer_id) -> Identified:
    """Find who made *signed*, among its own certificates and those *known* otherwise. Nothing raises."""
    pool = tuple(dict.fromkeys(itertools.chain(_read(signed), known)))
    certificate, verdict, named = _signer(signed, pool, signer_id_of)
    fits = None
    if signed.certificate_references:
        fits = certificate is not None and all(refers_to(one, certificate) for one in to_signer(signed))
    return Identified(certificate, verdict, integrity_of(signed, verdict), named, fits)


def integrity_of(signed: SignedObject, verdict: SignatureVerdict) -> Integrity:
    """Return "broken" if any digest or the value is wrong, "intact" if all are right, "unknown" if some cannot be told."""
    digests = {reference.intact for reference in signed.references if reference.counts}
    if False in digests or verdict.verdict == "invalid":
        return "broken"
    return "unknown" if None in digests or verdict.verdict == "unsupported" else "intact"


def _read(signed: SignedObject) -> Iterator[Certificate]:
    for der in itertools.chain(signed.signer.certificates, (found.der for found in signed.certificates)):
        try:
            yield Certificate.from_der(der)
        except PkiError:
            continue  # the format states what it could not read; a certificate that is none signs nothing


def _signer(
    signed: SignedObject, pool: tuple[Certificate, ...], signer_id_of: SignerIds
) -> tuple[Certificate | None, SignatureVerdict, bool]:
    """Try the candidates. Of those the document names, the first speaks if none fits: the value is then wrong.

    Others count only if their key fits. That it does not says nothing, for nobody claims that they signed.
    """
    named = [certificate for certificate in pool if hinted(signed.signer, certificate)]
    found: SignatureVerdict | None = None
    for certificate in (named or _referenced(signed, pool) or pool)[:CANDIDATES_LIMIT]:
        verdict = verify_value(certificate.public_key_info, signed.value, signer_id_of)
        if verdict.verdict == "valid":
            return certificate, verdict, bool(named)
        if found is None:
            found = verdict
    if named and found is not None:
        return named[0], found, True
    if signed.signer.public_key_info:
        return None, verify_value(signed.signer.public_key_info, signed.value, signer_id_of), False
    return None, NO_KEY, False


def _referenced(signed: SignedObject, pool: tuple[Certificate, ...]) -> list[Certificate]:
    if not signed.certificate_references:
        return []
    return [certificate for certificate in pool if refers_to(signed.certificate_references[0], certificate)]


def to_signer(signed: SignedObject) -> tuple[CertificateReference, ...]:
    """Return the references that are to the signer's certificate: the first of each attribute.

    Where there is more than one attribute each of them is to fit (RFC 5035 clauses 3 and 5 have one each).
    """
    return tuple({reference.kind: reference for reference in reversed(signed.certificate_references)}.values())


def hinted(hint: SignerHint, certificate: Certificate) -> bool:
    """Tell whether *hint* leads to *certificate*."""
    if certificate.der in hint.certificates:
        return True
    if hint.issuer is not None and hint.serial_number is not None:
        return certificate.serial_number == hint.serial_number and certificate.issuer == Name(hint.issuer)
    if hint.subject_key_identifier is not None:
        return _key_identifier(certificate) == hint.subject_key_identifier
    if hint.public_key_info is not None:
        return certificate.public_key_info == hint.public_key_info
    return bool(hint.digests) and _digests_fit(hint.digests, certificate)


def _key_identifier(certificate: Certificate) -> bytes | None:
    """The stated identifier, else the usual one: SHA-1 of the key's bits (RFC 5280 clause 4.2.1.2 (1))."""
    if certificate.subject_key_identifier is not None:
        return certificate.subject_key_identifier
    try:
        return digest("SHA-1", read_value(certificate.public_key_info).member(1).bits())
    except BerError:
        return None


def refers_to(reference: CertificateReference, certificate: Certificate) -> bool:
    """Tell whether *reference* is to *certificate*: every digest, and issuer and serial number if it states them.

    Only the digest binds (RFC 5035 clause 4): a reference without any refers to nothing. An issuer given as text is not
    compared, for text has many forms.
    """
    if reference.serial_number is not None and reference.serial_number != certificate.serial_number:
        return False
    if reference.issuer is not None and certificate.issuer != Name(reference.issuer):
        return False
    return _digests_fit(reference.digests, certificate)


def _digests_fit(digests: tuple[MessageDigest, ...], certificate: Certificate) -> bool:
    return bool(digests) and all(digest(d.algorithm, certificate.der) == d.value for d in digests)
