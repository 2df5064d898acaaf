"""Keys and values: what fits where the arithmetic is done loosely, or by numbers that the forger chose.

Bleichenbacher's forgery of PKCS #1 v1.5 (CRYPTO 2006), curves by parameters ("CurveBall", CVE-2020-0601), points of small
order, SM2 by the name of ECDSA, digests that collide.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from idbridge.pki import sm2
from idbridge.signatures.ber import NULL, OCTET_STRING, SEQUENCE, encode, read_value
from tests.contracts.attacks.messages import CRYPTO, GOOD, LETTER
from tests.contracts.attacks.scene import ALICE, AUTHORITY, EVE, Attack
from tests.unit.signatures import forge
from tests.unit.signatures.forge import algorithm, attribute, baseline_attributes, cms, oid

RSA_SHA256, ED25519, SM2_SM3 = "1.2.840.113549.1.1.11", "1.3.101.112", "1.2.156.10197.1.501"
SHA1, MD5 = "1.3.14.3.2.26", "1.2.840.113549.2.5"

P = 2**256 - 2**224 + 2**192 + 2**96 - 1
N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B

GENUINE: Mapping[str, Callable[[], bytes]] = {"ECDSA": lambda: forge.cades(ALICE, LETTER), "RSA": lambda: by_rsa(loosely=False)}


def message(certificate: bytes, scheme: bytes, value: bytes, attributes: list[bytes], *, digest: str = forge.SHA256) -> bytes:
    """A message by whoever has *certificate*, with this value over *attributes*."""
    read = x509.load_der_x509_certificate(certificate)
    sid = encode(SEQUENCE, read.issuer.public_bytes(), forge.integer(read.serial_number))
    signed = encode(0xA0, *sorted(attributes))
    signer = encode(SEQUENCE, forge.integer(1), sid, algorithm(digest), signed, scheme, encode(OCTET_STRING, value))
    return cms([signer], [certificate], content=LETTER)


def to_sign(attributes: list[bytes]) -> bytes:
    return encode(0x31, *sorted(attributes))


def issued(key: ed25519.Ed25519PublicKey | rsa.RSAPublicKey) -> bytes:
    """A certificate by the authority that is trusted, which looks at no key closely."""
    theirs = ALICE.certificate
    valid = theirs.not_valid_before_utc, theirs.not_valid_after_utc
    builder = x509.CertificateBuilder(theirs.issuer, theirs.subject, key, 7, *valid)
    return builder.sign(AUTHORITY.root.key, hashes.SHA256()).public_bytes(Encoding.DER)


def referring(certificate: bytes) -> list[bytes]:
    return baseline_attributes(_Named(certificate), LETTER)  # type: ignore[arg-type]


class _Named:
    """As much of a holder as attributes need."""

    def __init__(self, der: bytes) -> None:
        self.der = der


RSA_KEY = rsa.generate_private_key(3, 2048)


def by_rsa(*, loosely: bool) -> bytes:
    """By RSA with the exponent 3: in truth, or by a cube root of what begins as a padded digest does."""
    certificate = issued(RSA_KEY.public_key())
    attributes = referring(certificate)
    scheme = encode(SEQUENCE, oid(RSA_SHA256), encode(NULL))
    information = encode(
        SEQUENCE,
        encode(SEQUENCE, oid(forge.SHA256), encode(NULL)),
        encode(OCTET_STRING, hashlib.sha256(to_sign(attributes)).digest()),
    )
    if not loosely:
        return message(certificate, scheme, RSA_KEY.sign(to_sign(attributes), padding.PKCS1v15(), hashes.SHA256()), attributes)
    wanted = int.from_bytes((b"\x00\x01" + b"\xff" * 8 + b"\x00" + information).ljust(256, b"\x00"))
    return message(certificate, scheme, cube_root(wanted).to_bytes(256), attributes)


def cube_root(number: int) -> int:
    """The least number whose cube is no less."""
    low, high = 0, 1 << (number.bit_length() // 3 + 1)
    while low < high:
        middle = (low + high) // 2
        low, high = (middle + 1, high) if middle**3 < number else (low, middle)
    return low


def by_nobody() -> bytes:
    """The point of order 1 as a key: (1, 0) is its value over anything."""
    point = (1).to_bytes(32, "little")
    certificate = issued(ed25519.Ed25519PublicKey.from_public_bytes(point))
    return message(certificate, algorithm(ED25519), point + bytes(32), referring(certificate))


def explicit(generator: bytes, point: bytes) -> bytes:
    """P-256 spelt out, but for its generator (RFC 3279 clause 2.3.5)."""
    curve = encode(SEQUENCE, encode(OCTET_STRING, (P - 3).to_bytes(32)), encode(OCTET_STRING, B.to_bytes(32)))
    field = encode(SEQUENCE, oid("1.2.840.10045.1.1"), forge.integer(P))
    numbers = (forge.integer(1), field, curve, encode(OCTET_STRING, generator), forge.integer(N), forge.integer(1))
    return encode(SEQUENCE, encode(SEQUENCE, oid("1.2.840.10045.2.1"), encode(SEQUENCE, *numbers)), encode(0x03, b"\0" + point))


def by_chosen_curve() -> bytes:
    """A root with the key of the one that is trusted, on a curve whose generator is that key: its private key is 1."""
    root = AUTHORITY.root
    assert isinstance(root.key, ec.EllipticCurvePrivateKey)
    public = root.key.public_key()
    named = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    point = public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    eve = signed_by_one(forge.impostor(EVE, ALICE), public)
    chosen = signed_by_one(replaced(root.der, named, explicit(point, point)), public)
    info = forge.signer_info(EVE, baseline_attributes(_Named(eve), LETTER))  # type: ignore[arg-type]
    return cms([info.replace(forge.issuer_and_serial(EVE), forge.issuer_and_serial(ALICE))], [eve, chosen], content=LETTER)


def replaced(certificate: bytes, old: bytes, new: bytes) -> bytes:
    body, *rest = read_value(certificate).children()
    members = (new if member.encoding == old else member.encoding for member in body.children())
    return encode(SEQUENCE, encode(SEQUENCE, *members), *(member.encoding for member in rest))


def signed_by_one(certificate: bytes, generator: ec.EllipticCurvePublicKey) -> bytes:
    """Sign by the private key 1 where *generator* generates: k times it is what a key agreement with k comes to."""
    body, scheme, _ = read_value(certificate).children()
    once = ec.generate_private_key(ec.SECP256R1())
    r = int.from_bytes(once.exchange(ec.ECDH(), generator)) % N
    digest = int.from_bytes(hashlib.sha256(body.encoding).digest())
    s = pow(once.private_numbers().private_value, -1, N) * (digest + r) % N
    return encode(SEQUENCE, body.encoding, scheme.encoding, encode(0x03, b"\0" + encode_dss_signature(r, s)))


def by_sm2_key() -> bytes:
    named = ALICE.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    certificate = replaced(ALICE.der, named, sm2.public_key_info(sm2.generate().point))
    attributes = referring(certificate)
    return message(certificate, algorithm(forge.ECDSA_SHA256), ALICE.sign(to_sign(attributes)), attributes)


def of_weak_digest(dotted: str, name: str) -> bytes:
    """The content is bound by a digest of which two contents can be had; the value is sound."""
    weak = attribute(forge.MESSAGE_DIGEST, encode(OCTET_STRING, hashlib.new(name, LETTER, usedforsecurity=False).digest()))
    attributes = [weak if oid(forge.MESSAGE_DIGEST) in one[:16] else one for one in GOOD]
    value = ALICE.sign(to_sign(attributes))
    return message(ALICE.der, algorithm(forge.ECDSA_SHA256), value, attributes, digest=dotted)


def by_scheme(dotted: str) -> bytes:
    return message(ALICE.der, algorithm(dotted), ALICE.sign(to_sign(GOOD)), GOOD)


WEAK = "INDETERMINATE CRYPTO_CONSTRAINTS_FAILURE"

ATTACKS: Mapping[str, Attack] = {
    "a cube root for a padded digest": Attack(lambda: by_rsa(loosely=True), CRYPTO, "signature-value"),
    "a key of order 1": Attack(by_nobody, "INDETERMINATE GENERIC", "small order"),
    "a root on a curve of its own": Attack(
        by_chosen_curve, "INDETERMINATE CERTIFICATE_CHAIN_GENERAL_FAILURE", "certificate-path"
    ),
    "SM2 by a key of another curve": Attack(lambda: by_scheme(SM2_SM3), CRYPTO, "signature-value"),
    "ECDSA by a key on the curve of SM2": Attack(by_sm2_key, CRYPTO, "signature-value"),
    "RSA by a key of a curve": Attack(lambda: by_scheme(RSA_SHA256), CRYPTO, "signature-value"),
    "a content bound by SHA-1": Attack(lambda: of_weak_digest(SHA1, "sha1"), f"{WEAK}_NO_POE", "digests-acceptable"),
    "a content bound by MD5": Attack(lambda: of_weak_digest(MD5, "md5"), WEAK, "digests-acceptable"),
}
