"""Certificate requests (PKCS#10, RFC 2986): made, and judged, with proof that the sender has the private key.

`cryptography` parses every request, but checks the signature of its own key types only; SM2 requests are verified by
`sm2`, under the signer ID that was agreed for requests.
"""

from __future__ import annotations

from dataclasses import dataclass

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding

from idbridge.pki import sm2
from idbridge.pki.issuing.errors import RequestError
from idbridge.pki.issuing.signer import Signer
from idbridge.pki.issuing.structure import PLACEHOLDER, request_public_key_info, sign_request

MAX_REQUEST_BYTES = 64 * 1024
"""A request with an RSA-8192 key and a long list of names stays far below."""

SM2_WITH_SM3 = "1.2.156.10197.1.501"

_UNREADABLE = (
    ValueError,
    TypeError,
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
)


@dataclass(frozen=True, slots=True)
class VerifiedRequest:
    """A request whose sender proved to have the private key. What it *asks* for is still only a wish."""

    subject: x509.Name
    public_key_info: bytes
    alternative_names: tuple[x509.GeneralName, ...]


def make_request(subject: x509.Name, signer: Signer, *, alternative_names: tuple[x509.GeneralName, ...] = ()) -> bytes:
    """Return a certificate request as DER, signed by the key that it is for."""
    builder = x509.CertificateSigningRequestBuilder().subject_name(subject)
    if alternative_names:
        builder = builder.add_extension(x509.SubjectAlternativeName(alternative_names), critical=False)
    return sign_request(builder.sign(PLACEHOLDER, None).public_bytes(Encoding.DER), signer)


def verify_request(data: bytes, *, signer_id: bytes = sm2.DEFAULT_SIGNER_ID) -> VerifiedRequest:
    """Return what the request *data* (DER or PEM) asks for, after checking its signature.

    :raises RequestError: malformed, too long, or not signed by the key that it is for.
    """
    if len(data) > MAX_REQUEST_BYTES:
        raise RequestError(f"a certificate request has at most {MAX_REQUEST_BYTES} bytes")
    try:
        pem = data.lstrip().startswith(b"-----BEGIN")
        request = x509.load_pem_x509_csr(data) if pem else x509.load_der_x509_csr(data)
        info = request_public_key_info(request.public_bytes(Encoding.DER))
        names = _alternative_names(request)
        proven = _has_private_key(request, info, signer_id)
    except _UNREADABLE as error:
        raise RequestError("not a certificate request with a key that certificates are issued for") from error
    if not proven:
        raise RequestError("the certificate request is not signed by the key that it is for")
    return VerifiedRequest(request.subject, info, names)


def _has_private_key(request: x509.CertificateSigningRequest, info: bytes, signer_id: bytes) -> bool:
    if request.signature_algorithm_oid.dotted_string != SM2_WITH_SM3:
        return request.is_signature_valid
    point = sm2.point_from_public_key_info(info)
    return sm2.verify(point, request.tbs_certrequest_bytes, request.signature, signer_id=signer_id)


def _alternative_names(request: x509.CertificateSigningRequest) -> tuple[x509.GeneralName, ...]:
    try:
        return tuple(request.extensions.get_extension_for_class(x509.SubjectAlternativeName).value)
    except x509.ExtensionNotFound:
        return ()
