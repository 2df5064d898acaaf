"""Certificates, CRLs, requests and trust lists in words, for people. Says what is written, not whether it is true."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime

from asn1crypto import pem
from cryptography import x509

from idbridge.pki.issuing.errors import DataError, KeyTypeError
from idbridge.pki.issuing.key_types import key_type_of
from idbridge.pki.issuing.structure import public_key_info, request_public_key_info
from idbridge.services.extension_words import algorithm_name, extension_lines
from idbridge.trust.entries import RecognitionEntry
from idbridge.trust.localised import preferred
from idbridge.trust.reading import read_unverified_list
from idbridge.trust.refusals import TrustListRefused

MAX_BYTES = 32 << 20
"""The largest CRLs in use have some 20 MB."""

MAX_LISTED = 20
"""Revoked certificates shown one by one; of more, the number says enough."""


_UNREADABLE = (ValueError, TypeError, x509.InvalidVersion, x509.DuplicateExtension, x509.UnsupportedGeneralNameType)


def describe(data: bytes) -> tuple[str, ...]:
    """Return lines that say what the certificate, CRL or request (DER or PEM), or the trust list (XML), in *data* states.

    :raises DataError: it is none of them.
    """
    if len(data) > MAX_BYTES:
        raise DataError(f"more than {MAX_BYTES} bytes")
    if data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return _trust_list(data)
    try:
        der = pem.unarmor(data)[2] if pem.detect(data) else data
    except ValueError as error:
        raise DataError("damaged PEM") from error
    for reader in (_certificate, _crl, _request):
        try:
            return tuple(reader(der))
        except _UNREADABLE:
            continue
    raise DataError("neither a certificate nor a CRL nor a certificate request nor a trust list")


def _trust_list(data: bytes) -> tuple[str, ...]:
    try:
        content = read_unverified_list(data)
    except TrustListRefused as refusal:
        raise DataError(f"no trust list: {refusal}") from refusal
    following = _time(content.next_update) if content.next_update else "none, the list is closed"
    lines = [
        f"Trust list of {content.territory}, number {content.sequence}",
        f"  operated by  {preferred(content.scheme.operator_names)}",
        f"  issued       {_time(content.issued)}; the next: {following}",
        f"  points to    {', '.join(str(pointer.territory) for pointer in content.pointers) or 'no other list'}",
        f"  SHA-256      {hashlib.sha256(data).hexdigest()}",
    ]
    for provider, service in content.services():
        state = service.current
        lines.append(f"  {preferred(provider.names)}: {preferred(state.names)}")
        lines.append(f"    {state.status.rpartition('/')[2]} since {_time(state.since)}{_entry_words(state.extensions.entry)}")
    return tuple(lines)


def _entry_words(entry: RecognitionEntry | None) -> str:
    if entry is None:
        return ""
    purposes = ", ".join(sorted(entry.purposes))
    confirmed = "" if entry.confirmed else ", UNCONFIRMED"
    return f"; {entry.id} of {entry.region}, scheme {entry.scheme}, {entry.level}, for {purposes}{confirmed}"


def _certificate(der: bytes) -> Iterator[str]:
    certificate = x509.load_der_x509_certificate(der)
    kind = "Certificate of an authority" if _is_authority(certificate) else "Certificate"
    if certificate.subject == certificate.issuer:
        kind += ", self-issued"
    yield kind
    yield f"  names        {certificate.subject.rfc4514_string()}"
    yield f"  issued by    {certificate.issuer.rfc4514_string()}"
    yield f"  serial       {certificate.serial_number:x}"
    yield f"  valid        {_time(certificate.not_valid_before_utc)} to {_time(certificate.not_valid_after_utc)}"
    yield f"  key          {_key_type(public_key_info(der))}"
    yield f"  signed with  {algorithm_name(certificate.signature_algorithm_oid)}"
    yield from extension_lines(certificate.extensions)
    yield f"  SHA-256      {hashlib.sha256(der).hexdigest()}"


def _crl(der: bytes) -> Iterator[str]:
    crl = x509.load_der_x509_crl(der)
    yield "Certificate revocation list"
    yield f"  issued by    {crl.issuer.rfc4514_string()}"
    following = _time(crl.next_update_utc) if crl.next_update_utc else "not announced"
    yield f"  made         {_time(crl.last_update_utc)}; the next: {following}"
    yield f"  signed with  {algorithm_name(crl.signature_algorithm_oid)}"
    yield from extension_lines(crl.extensions)
    yield f"  lists        {len(crl)} certificates"
    for entry in list(crl[:MAX_LISTED]):
        yield f"    {entry.serial_number:x} since {_time(entry.revocation_date_utc)}{_reason(entry)}"


def _request(der: bytes) -> Iterator[str]:
    request = x509.load_der_x509_csr(der)
    yield "Certificate request"
    yield f"  asks for     {request.subject.rfc4514_string() or 'no name'}"
    yield f"  key          {_key_type(request_public_key_info(der))}"
    yield f"  signed with  {algorithm_name(request.signature_algorithm_oid)}"
    yield from extension_lines(request.extensions)


def _is_authority(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False


def _key_type(info: bytes) -> str:
    try:
        return key_type_of(info)
    except KeyTypeError:
        return "of another type"


def _reason(entry: x509.RevokedCertificate) -> str:
    try:
        return f", {entry.extensions.get_extension_for_class(x509.CRLReason).value.reason.value}"
    except x509.ExtensionNotFound:
        return ""


def _time(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
