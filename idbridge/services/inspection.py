"""Certificates, CRLs, requests and trust lists in words, for people. Says what is written, not whether it is true."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from datetime import datetime

from asn1crypto import pem
from cryptography import x509
from cryptography.x509.oid import ExtensionOID

from idbridge.pki.issuing.constraints import read_policy_mappings
from idbridge.pki.issuing.errors import DataError, KeyTypeError
from idbridge.pki.issuing.key_types import key_type_of
from idbridge.pki.issuing.structure import public_key_info, request_public_key_info
from idbridge.trust.entries import RecognitionEntry
from idbridge.trust.localised import preferred
from idbridge.trust.reading import read_unverified_list
from idbridge.trust.refusals import TrustListRefused

MAX_BYTES = 32 << 20
"""The largest CRLs in use have some 20 MB."""

MAX_LISTED = 20
"""Revoked certificates shown one by one; of more, the number says enough."""


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
        except (ValueError, TypeError, x509.InvalidVersion, x509.DuplicateExtension):
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
    yield f"  signed with  {_algorithm(certificate.signature_algorithm_oid)}"
    yield from _extensions(certificate.extensions)
    yield f"  SHA-256      {hashlib.sha256(der).hexdigest()}"


def _crl(der: bytes) -> Iterator[str]:
    crl = x509.load_der_x509_crl(der)
    yield "Certificate revocation list"
    yield f"  issued by    {crl.issuer.rfc4514_string()}"
    following = _time(crl.next_update_utc) if crl.next_update_utc else "not announced"
    yield f"  made         {_time(crl.last_update_utc)}; the next: {following}"
    yield f"  signed with  {_algorithm(crl.signature_algorithm_oid)}"
    yield from _extensions(crl.extensions)
    yield f"  lists        {len(crl)} certificates"
    for entry in list(crl[:MAX_LISTED]):
        yield f"    {entry.serial_number:x} since {_time(entry.revocation_date_utc)}{_reason(entry)}"


def _request(der: bytes) -> Iterator[str]:
    request = x509.load_der_x509_csr(der)
    yield "Certificate request"
    yield f"  asks for     {request.subject.rfc4514_string() or 'no name'}"
    yield f"  key          {_key_type(request_public_key_info(der))}"
    yield f"  signed with  {_algorithm(request.signature_algorithm_oid)}"
    yield from _extensions(request.extensions)


def _extensions(extensions: x509.Extensions) -> Iterator[str]:
    for extension in extensions:
        words = _WORDS.get(extension.oid)
        critical = " (critical)" if extension.critical else ""
        if words is not None:
            label, say = words
            yield f"  {label:<12} {say(extension.value)}{critical}"
        elif isinstance(extension.value, x509.UnrecognizedExtension):
            yield f"  extension    {extension.oid.dotted_string}: {_text(extension.value.value)}{critical}"


def _usages(usage: x509.KeyUsage) -> str:
    agreement = ("encipher_only", "decipher_only") if usage.key_agreement else ()
    names = (
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
    )
    return ", ".join(name.replace("_", " ") for name in (*names, "crl_sign", *agreement) if getattr(usage, name))


def _general(names: x509.GeneralNames | x509.SubjectAlternativeName | list[x509.GeneralName] | None) -> str:
    return ", ".join(_general_name(name) for name in names or ()) or "none"


def _general_name(name: x509.GeneralName) -> str:
    if isinstance(name, x509.DirectoryName):
        return name.value.rfc4514_string()
    if isinstance(name, x509.OtherName):
        return f"{name.type_id.dotted_string}: {_text(name.value)}"
    return str(name.value)


def _constraints(constraints: x509.NameConstraints) -> str:
    permitted, excluded = _general(constraints.permitted_subtrees), _general(constraints.excluded_subtrees)
    return f"names within {permitted}; not within {excluded}"


def _mappings(extension: x509.UnrecognizedExtension) -> str:
    return ", ".join(f"{ours} to {theirs}" for ours, theirs in read_policy_mappings(extension.value))


def _points(points: x509.CRLDistributionPoints | x509.FreshestCRL) -> str:
    return ", ".join(_general(point.full_name) for point in points)


_WORDS: dict[x509.ObjectIdentifier, tuple[str, Callable[..., str]]] = {
    ExtensionOID.BASIC_CONSTRAINTS: (
        "authority",
        lambda value: "no" if not value.ca else "yes" if value.path_length is None else f"yes, {value.path_length} more below",
    ),
    ExtensionOID.KEY_USAGE: ("key usage", _usages),
    ExtensionOID.EXTENDED_KEY_USAGE: ("purposes", lambda value: ", ".join(_algorithm(purpose) for purpose in value)),
    ExtensionOID.CERTIFICATE_POLICIES: (
        "policies",
        lambda value: ", ".join(policy.policy_identifier.dotted_string for policy in value),
    ),
    ExtensionOID.SUBJECT_ALTERNATIVE_NAME: ("also names", _general),
    ExtensionOID.NAME_CONSTRAINTS: ("constraints", _constraints),
    ExtensionOID.POLICY_MAPPINGS: ("maps", _mappings),
    ExtensionOID.CRL_DISTRIBUTION_POINTS: ("CRL at", _points),
    ExtensionOID.FRESHEST_CRL: ("delta CRL at", _points),
    ExtensionOID.AUTHORITY_INFORMATION_ACCESS: (
        "more at",
        lambda value: ", ".join(_general_name(access.access_location) for access in value),
    ),
    ExtensionOID.CRL_NUMBER: ("number", lambda value: str(value.crl_number)),
    ExtensionOID.DELTA_CRL_INDICATOR: ("delta", lambda value: f"changes since number {value.crl_number}"),
    ExtensionOID.ISSUING_DISTRIBUTION_POINT: ("covers", lambda value: f"the part at {_general(value.full_name)}"),
}
"""Extensions in words; the identifiers of keys and the like are left out."""


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


def _algorithm(oid: x509.ObjectIdentifier) -> str:
    names = {"1.2.156.10197.1.501": "SM2 with SM3"}
    known = oid._name  # noqa: SLF001  # the only name that cryptography has for an OID
    return names.get(oid.dotted_string) or (oid.dotted_string if known == "Unknown OID" else known)


def _reason(entry: x509.RevokedCertificate) -> str:
    try:
        return f", {entry.extensions.get_extension_for_class(x509.CRLReason).value.reason.value}"
    except x509.ExtensionNotFound:
        return ""


def _time(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def _text(value: bytes) -> str:
    """Show a short string of an extension as text, anything else in hexadecimal."""
    text = value[2:].decode("utf-8", "replace") if len(value) > 2 else ""
    return text if text and text.isprintable() and "\ufffd" not in text else value.hex()
