"""The signed attributes of CMS and CAdES signatures (RFC 5652 clause 11, EN 319 122-1 clause 5.2), in DER."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from idbridge.signatures.algorithms import encode_oid
from idbridge.signatures.ber import OCTET_STRING, SEQUENCE, UTF8_STRING, encode
from idbridge.signatures.contents import digest
from idbridge.signatures.formats import cms_attributes as oids
from idbridge.signatures.making.der import attribute, digest_algorithm, time
from idbridge.signatures.making.refusals import MakingRefusal, MakingRefused
from idbridge.signatures.making.steps import Signatory, Statement

_DEFAULT_DIGEST: Final = "SHA-256"  # RFC 5035 clause 4: ESSCertIDv2.hashAlgorithm DEFAULT, which DER leaves out
_NAME: Final = "2.5.4.41"  # id-at-name (X.520): what a role is claimed in, as free text
_LOCALITY: Final = 0xA1
_CLAIMED: Final = 0xA0


@dataclass(frozen=True, slots=True)
class CmsForm:
    """Which attributes a form of CMS signature has beside content type and message digest.

    PAdES has the time in the signature dictionary instead (EN 319 142-1 clause 6.3, table 1), a timestamp in what is signed.
    """

    signing_time: bool = True
    signing_certificate: bool = True


CADES: Final = CmsForm()
PADES: Final = CmsForm(signing_time=False)
TIMESTAMP: Final = CmsForm(signing_time=False)
PLAIN: Final = CmsForm(signing_certificate=False)


def signed_attributes(
    message_digest: bytes, digest_name: str, signatory: Signatory, statement: Statement, form: CmsForm, content_type: str | None
) -> tuple[bytes, ...]:
    """Return the attributes that *signatory* signs, not yet in order. A counter-signature has no *content_type*.

    :raises MakingRefused: the statement cannot be written.
    """
    return tuple(_attributes(message_digest, digest_name, signatory, statement, form, content_type))


def _attributes(
    message_digest: bytes, digest_name: str, signatory: Signatory, statement: Statement, form: CmsForm, content_type: str | None
) -> Iterator[bytes]:
    if content_type is not None:
        yield attribute(oids.CONTENT_TYPE, encode_oid(content_type))
    yield attribute(oids.MESSAGE_DIGEST, encode(OCTET_STRING, message_digest))
    if form.signing_time:
        yield attribute(oids.SIGNING_TIME, time(statement.signing_time))
    if form.signing_certificate:
        yield signing_certificate(signatory.certificate, digest_name)
    yield from _stated(statement)


def signing_certificate(certificate: bytes, digest_name: str) -> bytes:
    """Return signing-certificate-v2 (RFC 5035 clause 3); issuerSerial is left to the signer identifier (clause 4)."""
    name = b"" if digest_name == _DEFAULT_DIGEST else digest_algorithm(digest_name)
    value = digest(digest_name, certificate) or b""
    entry = encode(SEQUENCE, name, encode(OCTET_STRING, value))
    return attribute(oids.SIGNING_CERTIFICATE_V2, encode(SEQUENCE, encode(SEQUENCE, entry)))


def _stated(statement: Statement) -> Iterator[bytes]:
    if statement.commitments:  # clause 5.2.3: one attribute, a value for each commitment
        yield attribute(oids.COMMITMENT, *(encode(SEQUENCE, _oid(oid)) for oid in statement.commitments))
    if statement.place is not None:  # clause 5.2.5
        yield attribute(oids.SIGNER_LOCATION, encode(SEQUENCE, encode(_LOCALITY, _text(statement.place))))
    if statement.claimed_roles:  # clause 5.2.6.1
        roles = attribute(_NAME, *map(_text, statement.claimed_roles))
        yield attribute(oids.SIGNER_ATTRIBUTES_V2, encode(SEQUENCE, encode(_CLAIMED, encode(SEQUENCE, roles))))
    if statement.policy is not None:
        yield attribute(oids.SIGNATURE_POLICY, _policy(statement))


def _policy(statement: Statement) -> bytes:
    """SignaturePolicyId; the digest of the policy's document is optional (clause 5.2.9.1)."""
    stated = b""
    if statement.policy_digest is not None:
        known = statement.policy_digest
        stated = encode(SEQUENCE, digest_algorithm(known.algorithm), encode(OCTET_STRING, known.value))
    return encode(SEQUENCE, _oid(statement.policy or ""), stated)


def _oid(dotted: str) -> bytes:
    try:
        return encode_oid(dotted)
    except ValueError as error:
        raise MakingRefused(MakingRefusal.STATEMENT, f"{dotted!r} is no object identifier") from error


def _text(text: str) -> bytes:
    """DirectoryString as UTF8String: at least one character (X.520)."""
    if not text:
        raise MakingRefused(MakingRefusal.STATEMENT, "a role or place is at least one character")
    return encode(UTF8_STRING, text.encode())
