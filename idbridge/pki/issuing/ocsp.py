"""OCSP answers (RFC 6960): one request judged, one response signed, by any signer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from idbridge.pki.issuing.crls import Reason, RevokedCertificate
from idbridge.pki.issuing.signer import Signer
from idbridge.pki.issuing.structure import PLACEHOLDER, key_bits, sign_ocsp_response

MAX_REQUEST_BYTES = 16 * 1024
"""A request names one certificate by two hashes and a number; a signed one adds a certificate or two."""

MAX_NONCE = 128
"""RFC 9654 clause 2.1."""

_ANY_TIME = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Good:
    """The certificate was issued and is neither revoked nor suspended."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """No such certificate was issued."""


CertificateStatus = Good | Unknown | RevokedCertificate


@dataclass(frozen=True, slots=True)
class Responder:
    """Who answers, the CA itself or its delegate for OCSP signing, and for which CA; certificates as DER."""

    certificate: bytes
    signer: Signer = field(repr=False)
    authority: bytes


def respond(
    request: bytes,
    status_of: Callable[[int], CertificateStatus],
    responder: Responder,
    *,
    this_update: datetime,
    next_update: datetime,
) -> bytes:
    """Return the OCSP response (DER) to *request* (DER); every request gets one, a bad one an error status.

    :param status_of: serial number to status, as of *this_update*.
    """
    try:
        asked = _read(request)
    except _UNREADABLE:
        return refusal(ocsp.OCSPResponseStatus.MALFORMED_REQUEST)
    if not _is_about(asked, responder.authority):
        return refusal(ocsp.OCSPResponseStatus.UNAUTHORIZED)  # clause 2.3: a CA it does not speak for
    status = status_of(asked.serial_number)
    revoked = status if isinstance(status, RevokedCertificate) else None
    builder = ocsp.OCSPResponseBuilder().add_response_by_hash(
        issuer_name_hash=asked.issuer_name_hash,
        issuer_key_hash=asked.issuer_key_hash,
        serial_number=asked.serial_number,
        algorithm=asked.hash_algorithm,
        cert_status=_STATUSES[type(status)],
        this_update=this_update,
        next_update=next_update,
        revocation_time=revoked.at if revoked else None,
        revocation_reason=_reason(revoked),
    )
    if (nonce := _nonce(asked)) is not None:
        builder = builder.add_extension(x509.OCSPNonce(nonce), critical=False)
    return _sign(builder, responder)


_UNREADABLE = (ValueError, NotImplementedError, UnsupportedAlgorithm, x509.DuplicateExtension, x509.InvalidVersion)


def _read(request: bytes) -> ocsp.OCSPRequest:
    """Read a request for one certificate, down to the parts that are parsed only when asked for."""
    if len(request) > MAX_REQUEST_BYTES:
        raise ValueError("too long")
    asked = ocsp.load_der_ocsp_request(request)
    if asked.serial_number < 0 or not asked.hash_algorithm.digest_size:
        raise ValueError("a negative serial number")
    _nonce(asked)
    return asked


def _is_about(asked: ocsp.OCSPRequest, authority: bytes) -> bool:
    name = x509.load_der_x509_certificate(authority).subject.public_bytes()
    hashes_of_issuer = (_digest(asked.hash_algorithm, name), _digest(asked.hash_algorithm, key_bits(authority)))
    return hashes_of_issuer == (asked.issuer_name_hash, asked.issuer_key_hash)


def refusal(status: ocsp.OCSPResponseStatus) -> bytes:
    """Return an unsigned error response (DER) (clause 2.3)."""
    return ocsp.OCSPResponseBuilder.build_unsuccessful(status).public_bytes(Encoding.DER)


_STATUSES = {
    Good: ocsp.OCSPCertStatus.GOOD,
    Unknown: ocsp.OCSPCertStatus.UNKNOWN,
    RevokedCertificate: ocsp.OCSPCertStatus.REVOKED,
}


def _reason(revoked: RevokedCertificate | None) -> x509.ReasonFlags | None:
    if revoked is None or revoked.reason is Reason.UNSPECIFIED:
        return None
    return x509.ReasonFlags(revoked.reason.value)


def _nonce(request: ocsp.OCSPRequest) -> bytes | None:
    try:
        nonce = request.extensions.get_extension_for_class(x509.OCSPNonce).value.nonce
    except x509.ExtensionNotFound:
        return None
    if not 1 <= len(nonce) <= MAX_NONCE:
        raise ValueError(f"a nonce has 1 to {MAX_NONCE} octets")
    return nonce


def _sign(builder: ocsp.OCSPResponseBuilder, responder: Responder) -> bytes:
    """Sign in the responder's name (ResponderID byName); a delegate's certificate goes along (clause 4.2.2.2)."""
    name = x509.load_der_x509_certificate(responder.certificate).subject
    builder = builder.responder_id(ocsp.OCSPResponderEncoding.NAME, _namesake(name))
    template = builder.sign(PLACEHOLDER, None).public_bytes(Encoding.DER)
    certificates = () if responder.certificate == responder.authority else (responder.certificate,)
    return sign_ocsp_response(template, responder.signer, certificates)


def _namesake(name: x509.Name) -> x509.Certificate:
    """Return a certificate with this name for the placeholder key; the builder insists on one that fits its key."""
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(PLACEHOLDER.public_key())
    builder = builder.serial_number(1).not_valid_before(_ANY_TIME).not_valid_after(_ANY_TIME)
    return builder.sign(PLACEHOLDER, None)


def _digest(algorithm: hashes.HashAlgorithm, data: bytes) -> bytes:
    state = hashes.Hash(algorithm)
    state.update(data)
    return state.finalize()
