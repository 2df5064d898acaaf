"""One signature dictionary into evidence: CMS of every SubFilter, and the bare PKCS #1 value of the oldest one.

ISO 32000-2 clause 12.8.3, EN 319 142-1 clause 5.3. Mainland services have SubFilters of their own: for electronic seals
(`sealings`), and for messages of GB/T 35275, which may hold the digest of the byte range as their content. Any other is read
as the detached CMS that it mostly is; if it is none, a fault says so.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Final

from pikepdf import String

from idbridge.signatures.algorithms import encode_oid
from idbridge.signatures.ber import NULL, OCTET_STRING, SEQUENCE, BerError, encode, read_value
from idbridge.signatures.contents import DIGEST_SIZES, Content
from idbridge.signatures.evidence import (
    EvidenceId,
    Fault,
    FoundCertificate,
    MessageDigest,
    Reference,
    ReferenceKind,
    SignatureEvidence,
    SignatureForm,
    SignatureValue,
    SignedAttributes,
    SignedObject,
    SignerHint,
)
from idbridge.signatures.formats.cms import read_signatures
from idbridge.signatures.formats.limits import Limits
from idbridge.signatures.formats.pdf.byte_range import padding_faults
from idbridge.signatures.formats.pdf.fields import SignedField, items
from idbridge.signatures.formats.pdf.sealings import carries_sealing, read_sealed
from idbridge.signatures.formats.pdf.signature_material import CADES, PKCS7, SHA1, form_of, pdf_material
from idbridge.signatures.formats.signed_data import DATA_TYPES, SignedData, read_signed_data
from idbridge.signatures.refusals import FormatRefusal, NotADocument

RSA_SHA1: Final = "adbe.x509.rsa_sha1"
MAINLAND_CMS: Final = "GM.sm2cms.detached"
"""A message of GB/T 35275; in spite of its name the digest of the byte range may be within."""
_SHA1_WITH_RSA: Final = encode(SEQUENCE, encode_oid("1.2.840.113549.1.1.5"), encode(NULL, b""))
_DATE: Final = re.compile(r"(?:D:)?(\d{4})(\d\d)?(\d\d)?(\d\d)?(\d\d)?(\d\d)?(?:(Z)|([+-])(\d\d)'?(\d\d)?'?)?")


def read_signature(field: SignedField, content: Content, prefix: str, limits: Limits) -> tuple[SignatureEvidence, ...]:
    """Read the signers of one signature over *content*: exactly one, or there is a fault.

    :raises FormatRefusal: it is beyond *limits*.
    """
    if field.sub_filter == RSA_SHA1:
        return (_pkcs1(field, content, EvidenceId(f"{prefix}1")),)
    if carries_sealing(field.contents):
        return (_sealed(field, content, EvidenceId(f"{prefix}1"), limits),)
    try:
        signed_data = read_signed_data(field.contents, limits, trailing=True)
        used = len(read_value(field.contents, trailing=True).encoding)
    except (NotADocument, BerError) as error:
        return (_unreadable(field, EvidenceId(f"{prefix}1"), Fault("contents-unreadable", str(error), fatal=True)),)
    faults = [*padding_faults(field.contents, used), *_form_faults(field, signed_data)]
    sound = not any(fault.fatal for fault in faults)
    carried = field.sub_filter == SHA1 or _carries_digest(signed_data)
    read = signed_data if carried else replace(signed_data, content=None)
    found = read_signatures(read, () if field.sub_filter == SHA1 else (content,), limits, prefix=prefix)
    if not found:
        return (_unreadable(field, EvidenceId(f"{prefix}1"), *faults),)
    completed: list[SignatureEvidence] = []
    for signer, evidence in zip(signed_data.signers, found, strict=True):
        signed = replace(evidence.signed, faults=(*evidence.signed.faults, *faults))
        if field.sub_filter == SHA1:
            signed = replace(signed, references=(*signed.references, _digested(signed_data, content)))
        material = pdf_material(field, signed_data, signer, signed)
        completed.append(
            replace(
                evidence,
                form=form_of(field, signer, material, sound=sound),
                signed=signed,
                attributes=_attributes(field, evidence.attributes),
                material=material,
            )
        )
    return tuple(completed)


def _form_faults(field: SignedField, signed_data: SignedData) -> list[Fault]:
    """What ISO 32000-2 clause 12.8.3.3 and EN 319 142-1 clause 5.3 ask of the CMS."""
    faults: list[Fault] = []
    if len(signed_data.signers) != 1:
        faults.append(Fault("signer-count", f"{len(signed_data.signers)} signers where one is asked for", fatal=True))
    if signed_data.content is not None and field.sub_filter != SHA1 and not _carries_digest(signed_data):
        faults.append(Fault("content-encapsulated", "the signature carries content of its own", fatal=True))
    if field.sub_filter not in (CADES, MAINLAND_CMS, *PKCS7):
        faults.append(Fault("sub-filter-unknown", f"SubFilter {field.sub_filter or 'missing'}, read as detached CMS"))
    return faults


def _carries_digest(signed_data: SignedData) -> bool:
    """Tell whether the content may be the SM3 digest of the byte range, as a dialect of GB/T 35275 has it."""
    stated = b"".join(signed_data.content.pieces) if signed_data.content is not None else b""
    by_sm3 = {signer.digest for signer in signed_data.signers} == {"SM3"}
    return by_sm3 and len(stated) == DIGEST_SIZES["SM3"] and signed_data.content_type in DATA_TYPES


def _sealed(field: SignedField, content: Content, identifier: EvidenceId, limits: Limits) -> SignatureEvidence:
    try:
        found = read_sealed(field.contents, content, identifier, limits)
    except FormatRefusal:
        raise
    except ValueError as error:
        return _unreadable(field, identifier, Fault("contents-unreadable", str(error), fatal=True))
    return replace(found, attributes=_attributes(field, found.attributes))


def _digested(signed_data: SignedData, content: Content) -> Reference:
    """What adbe.pkcs7.sha1 signs is the SHA-1 digest of the byte range (ISO 32000-1 clause 12.8.3.3.1)."""
    stated = b"".join(signed_data.content.pieces) if signed_data.content is not None else b""
    how = "its digest is the signed content"
    return Reference(ReferenceKind.MESSAGE_DIGEST, "byte range", "SHA-1", stated, content.digest("SHA-1"), how=how)


def _pkcs1(field: SignedField, content: Content, identifier: EvidenceId) -> SignatureEvidence:
    """The value is an OCTET STRING with a PKCS #1 signature, the chain is in Cert (ISO 32000-1 clause 12.8.3.2)."""
    stated = field.dictionary.get("/Cert")
    chain = [bytes(value) for value in ([stated] if isinstance(stated, String) else items(stated)) if isinstance(value, String)]
    faults: tuple[Fault, ...] = ()
    try:
        value = read_value(field.contents, trailing=True).expect(OCTET_STRING).content
    except BerError as error:
        value, faults = b"", (Fault("contents-unreadable", str(error), fatal=True),)
    computed = content.digest("SHA-1")
    signed = SignedObject(
        references=(),
        value=SignatureValue(_SHA1_WITH_RSA, RSA_SHA1, value, () if computed is None else MessageDigest("SHA-1", computed)),
        signer=SignerHint(certificates=tuple(chain[:1])),
        certificates=tuple(FoundCertificate(der, "cert") for der in chain),
        faults=faults,
    )
    return SignatureEvidence(identifier, SignatureForm.PDF, signed, _attributes(field, SignedAttributes()))


def _unreadable(field: SignedField, identifier: EvidenceId, *faults: Fault) -> SignatureEvidence:
    signed = SignedObject(
        (), SignatureValue(None, field.sub_filter, b"", ()), SignerHint(name=field.text("/Name")), faults=faults
    )
    return SignatureEvidence(identifier, SignatureForm.PDF, signed, _attributes(field, SignedAttributes()))


def _attributes(field: SignedField, found: SignedAttributes) -> SignedAttributes:
    """Add what the signature dictionary says; it is signed with the rest of the revision (ISO 32000-2 table 255)."""
    location = field.text("/Location")
    return replace(
        found,
        signing_time=found.signing_time or read_date(field.text("/M")),
        reason=field.text("/Reason"),
        location=found.location or ((location,) if location else ()),
    )


def read_date(stated: str | None) -> datetime | None:
    """Read a date (ISO 32000-2 clause 7.9.4) as UTC; None for what is none. Without a time zone it is taken for UTC."""
    found = _DATE.match(stated or "")
    if found is None:
        return None
    *parts, _, sign, hours, minutes = found.groups()
    year, month, day, hour, minute, second = (
        int(part) if part else default for part, default in zip(parts, _FIRST, strict=True)
    )
    offset = timedelta(hours=int(hours or 0), minutes=int(minutes or 0)) * (-1 if sign == "-" else 1)
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=timezone(offset)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


_FIRST: Final = (1, 1, 1, 0, 0, 0)
