"""Signature algorithms against signatures of `cryptography`, the vectors and our SM2; policies by their tables."""

from __future__ import annotations

import base64
import re
from datetime import UTC, datetime, timedelta
from typing import NoReturn

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from idbridge.pki import sm2
from idbridge.pki.algorithm_policy import DEFAULT, LEGACY, AlgorithmPolicy, KeySize, policy_named
from idbridge.pki.algorithms import DIGESTS, Scheme, UnknownAlgorithmError, scheme_of, verify_signature
from idbridge.pki.certificate import Certificate
from idbridge.pki.errors import BadRequestError
from idbridge.pki.keys import UnusableKeyError, import_key, key_digest
from idbridge.pki.sm2 import scheme as sm2_scheme
from idbridge.pki.structures import header
from idbridge.signatures.algorithms import encode_oid, pss_algorithm
from idbridge.signatures.ber import encode
from tests.authority import AT, Authority
from tests.requirements import vectors

RSA = rsa.generate_private_key(65537, 2048)


def parts(certificate: Certificate, issuer: Certificate) -> tuple[bytes, bytes, bytes, bytes]:
    return issuer.public_key_info, certificate.signature_algorithm, certificate.tbs, certificate.signature


def self_signed(key, **options) -> tuple[bytes, bytes, bytes, bytes]:
    certificate = Certificate.from_der(Authority("CA", key).root(**options))
    return parts(certificate, certificate)


PSS_ALONE = bytes.fromhex("06092a864886f70d01010a")
PSS_SHA256_32 = PSS_ALONE + bytes.fromhex(
    "3034a00f300d06096086480165030402010500a11c301a06092a864886f70d010108300d06096086480165030402010500a203020120"
)
"""id-RSASSA-PSS, and with SHA-256 for message and mask and a salt of 32 octets, as `openssl genpkey` writes it."""

PSS = {"rsa_padding": padding.PSS(padding.MGF1(hashes.SHA384()), 48), "digest": hashes.SHA384()}

KINDS = {
    "RSA-SHA-256": (RSA, {}),
    "RSA-SHA-512": (RSA, {"digest": hashes.SHA512()}),
    "RSA-SHA3-256": (RSA, {"digest": hashes.SHA3_256()}),
    "RSA-PSS-SHA-384": (RSA, PSS),
    "ECDSA-SHA-256": (ec.generate_private_key(ec.SECP256R1()), {}),
    "ECDSA-SHA-384": (ec.generate_private_key(ec.SECP384R1()), {"digest": hashes.SHA384()}),
    "ECDSA-SHA-512": (ec.generate_private_key(ec.SECP521R1()), {"digest": hashes.SHA512()}),
    "ECDSA-SHA3-256": (ec.generate_private_key(ec.BrainpoolP256R1()), {"digest": hashes.SHA3_256()}),
    "Ed25519": (ed25519.Ed25519PrivateKey.generate(), {}),
    "Ed448": (ed448.Ed448PrivateKey.generate(), {}),
}


@pytest.mark.parametrize("name", KINDS)
def test_right_and_wrong_signatures(name: str) -> None:
    key, options = KINDS[name]
    info, algorithm, message, signature = self_signed(key, **options)
    right = verify_signature(info, algorithm, message, signature, policy=DEFAULT, at=AT)
    assert (right.verdict, right.algorithm) == ("valid", name)
    assert verify_signature(info, algorithm, message + b".", signature).verdict == "invalid"
    assert verify_signature(info, algorithm, message, signature[:-1]).verdict == "invalid"
    assert verify_signature(info, algorithm, message, b"").verdict == "invalid"


@pytest.mark.parametrize(("mask", "name"), [("SHA-1", "SHA-1"), ("SHA-512", "SHA-512")])
def test_pss_with_another_digest_for_its_mask(mask: str, name: str) -> None:
    algorithm = pss_algorithm("SHA-256", 32, mask)
    assert algorithm is not None
    signature = RSA.sign(b"message", padding.PSS(padding.MGF1(DIGESTS[mask]), 32), hashes.SHA256())
    info = RSA.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    verdict = verify_signature(info, algorithm, b"message", signature)
    assert (verdict.verdict, verdict.algorithm) == ("valid", f"RSA-PSS-SHA-256-MGF1-{name}")
    assert verify_signature(info, pss_algorithm("SHA-256", 32) or b"", b"message", signature).verdict == "invalid"


@pytest.mark.parametrize(
    ("oid", "digest"), [("2.16.840.1.101.3.4.3.3", hashes.SHA384()), ("2.16.840.1.101.3.4.3.4", hashes.SHA512())]
)
def test_dsa_with_long_digests(oid: str, digest: hashes.HashAlgorithm) -> None:
    key = dsa.generate_private_key(2048)
    info = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    algorithm = encode(0x30, encode_oid(oid))
    assert verify_signature(info, algorithm, b"message", key.sign(b"message", digest)).verdict == "valid"
    assert verify_signature(info, algorithm, b"another", key.sign(b"message", digest)).verdict == "invalid"


def test_a_verdict_is_no_truth_value() -> None:
    with pytest.raises(TypeError):
        bool(verify_signature(*self_signed(RSA)))


def test_a_key_of_another_kind_never_fits() -> None:
    info, *_ = self_signed(KINDS["Ed25519"][0])
    _, algorithm, message, signature = self_signed(RSA)
    assert verify_signature(info, algorithm, message, signature).verdict == "invalid"


@pytest.mark.parametrize(
    "algorithm",
    [
        b"",
        b"\x30\x00",
        bytes.fromhex("300506032a0304"),  # nobody's
        bytes.fromhex("300e06092a864886f70d01010b020101"),  # RSA with an integer for parameters
        bytes.fromhex("300b06092a864886f70d010102"),  # MD2
        bytes.fromhex("301306092a864886f70d01010a3006a203020180"),  # PSS with a negative salt
    ],
)
def test_unknown_algorithms(algorithm: bytes) -> None:
    info, _, message, signature = self_signed(RSA)
    with pytest.raises(UnknownAlgorithmError):
        scheme_of(algorithm)
    assert verify_signature(info, algorithm, message, signature).verdict == "unsupported"


@given(st.binary(max_size=80), st.binary(max_size=80), st.binary(max_size=80))
def test_any_octets_are_judged(info: bytes, algorithm: bytes, signature: bytes) -> None:
    assert verify_signature(info, algorithm, b"", signature).verdict == "unsupported"
    _, right, message, _ = self_signed(KINDS["Ed25519"][0])
    assert verify_signature(info, right, message, signature).verdict == "unsupported"


def pem(name: str) -> Certificate:
    text = vectors("sm2", name).read_text()
    body = re.search("-----BEGIN CERTIFICATE-----(.*?)-----END", text, re.DOTALL)
    assert body is not None
    return Certificate.from_der(base64.b64decode(body[1]))


class TestSm2:
    @pytest.mark.parametrize(
        ("certificate", "issuer"),
        [
            ("sm2-root-cert.pem", "sm2-root-cert.pem"),
            ("sm2-cert.pem", "sm2-root-cert.pem"),  # the SM2 identifier as key algorithm
            ("sm2-leaf.crt", "sm2-chain-ca.crt"),
        ],
    )
    def test_certificates_that_others_made(self, certificate: str, issuer: str) -> None:
        verdict = verify_signature(*parts(pem(certificate), pem(issuer)), policy=DEFAULT, at=AT)
        assert verdict.algorithm == "SM2-SM3"
        assert verdict.verdict == "valid"

    def test_without_z_a_is_no_signature(self) -> None:
        verdict = verify_signature(*parts(pem("sm2-noza-root-cert.pem"), pem("sm2-noza-root-cert.pem")))
        assert verdict.verdict == "invalid"

    @pytest.mark.parametrize("error", [sm2.Sm2UnavailableError, sm2.Sm2BackendError])
    def test_what_cannot_be_computed_is_unsupported(self, monkeypatch: pytest.MonkeyPatch, error: type[sm2.Sm2Error]) -> None:
        def unavailable() -> NoReturn:
            raise error("no SM2 here")

        monkeypatch.setattr(sm2_scheme, "backend", unavailable)
        verdict = verify_signature(*parts(pem("sm2-root-cert.pem"), pem("sm2-root-cert.pem")))
        assert (verdict.verdict, verdict.detail) == ("unsupported", "no SM2 here")

    def test_the_signer_id_is_set_by_key(self) -> None:
        key = sm2.generate()
        info, identifier = sm2.public_key_info(key.point), bytes.fromhex("300a06082a811ccf55018375")
        signature = sm2.sign(key, b"message", signer_id=b"GDCA")
        assert verify_signature(info, identifier, b"message", signature).verdict == "invalid"
        assert verify_signature(info, identifier, b"message", signature, signer_id=b"GDCA").verdict == "valid"
        policy = AlgorithmPolicy("own", DEFAULT.digests, DEFAULT.sizes, DEFAULT.curves, signer_ids={key_digest(info): b"GDCA"})
        assert verify_signature(info, identifier, b"message", signature, policy=policy, at=AT).verdict == "valid"


class TestKeys:
    def test_explicit_parameters_are_refused(self) -> None:
        named = self_signed(KINDS["ECDSA-SHA-256"][0])[0]
        curve = bytes.fromhex("06082a8648ce3d030107")
        assert curve in named
        with pytest.raises(UnusableKeyError):
            import_key(named.replace(curve, b"\x30" + bytes((len(curve) - 2,)) + b"\x05\x00" * 4))

    @pytest.mark.parametrize(
        ("limit", "digest", "salt", "fits"),
        [
            (PSS_ALONE, hashes.SHA256(), 32, True),
            (PSS_ALONE, hashes.SHA512(), 20, True),
            (PSS_SHA256_32, hashes.SHA256(), 32, True),
            (PSS_SHA256_32, hashes.SHA256(), 48, True),
            (PSS_SHA256_32, hashes.SHA256(), 20, False),
            (PSS_SHA256_32, hashes.SHA384(), 48, False),
            (PSS_ALONE, hashes.SHA256(), None, False),
            (PSS_SHA256_32, hashes.SHA256(), None, False),
        ],
    )
    def test_a_key_for_pss_alone_signs_in_no_other_way(self, limit: bytes, digest, salt: int | None, fits: bool) -> None:
        """RFC 4055 §3.3: the digests are the key's, the salt is at least as long; PKCS #1 v1.5 never."""
        scheme = padding.PKCS1v15() if salt is None else padding.PSS(padding.MGF1(digest), salt)
        options = {"digest": digest} | ({} if salt is None else {"rsa_padding": scheme})
        info, algorithm, message, signature = self_signed(RSA, **options)
        assert verify_signature(info, algorithm, message, signature).verdict == "valid"
        plain = bytes.fromhex("300d06092a864886f70d0101010500")
        assert plain in info
        bits = info[info.index(plain) + len(plain) :]
        body = header(b"\x30", len(limit)) + limit + bits
        limited = header(b"\x30", len(body)) + body
        assert import_key(limited).bits == 2048
        assert (verify_signature(limited, algorithm, message, signature).verdict == "valid") is fits

    @pytest.mark.parametrize("sign", [0, 0x80])
    @pytest.mark.parametrize(
        "y",
        [
            "01" + 31 * "00",
            31 * "00" + "00",
            "ec" + 30 * "ff" + "7f",
            "ed" + 30 * "ff" + "7f",
            "ee" + 30 * "ff" + "7f",
            "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
            "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        ],
    )
    def test_points_of_small_order_are_no_keys(self, y: str, sign: int) -> None:
        """Under each of them OpenSSL finds a value right, for some message or other, that was made without any secret."""
        point = bytes.fromhex(y)[:-1] + bytes([bytes.fromhex(y)[-1] | sign])
        key = ed25519.Ed25519PublicKey.from_public_bytes(point)
        assert any(
            fits(key, commitment + bytes(32), b"%d" % number) for commitment in (point, IDENTITY) for number in range(64)
        )
        with pytest.raises(UnusableKeyError, match="small order"):
            import_key(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))

    def test_points_of_small_order_on_the_longer_curve_are_no_keys(self) -> None:
        for y in (0, 1):
            key = ed448.Ed448PublicKey.from_public_bytes(y.to_bytes(57, "little"))
            with pytest.raises(UnusableKeyError, match="small order"):
                import_key(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))

    @pytest.mark.parametrize("info", [b"", b"\x30\x00", b"\x30\x04\x30\x00\x03\x00"])
    def test_no_keys(self, info: bytes) -> None:
        with pytest.raises(UnusableKeyError):
            import_key(info)


IDENTITY = (1).to_bytes(32, "little")


def fits(key: ed25519.Ed25519PublicKey, value: bytes, message: bytes) -> bool:
    try:
        key.verify(value, message)
    except InvalidSignature:
        return False
    return True


def _key(generated):
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415 - only here

    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return import_key(generated.public_key().public_bytes(serialization.Encoding.DER, form))


SHA1 = Scheme("RSA-SHA-1", "rsa", "SHA-1")
SHA256 = Scheme("RSA-SHA-256", "rsa", "SHA-256")


class TestPolicy:
    def test_sunset(self) -> None:
        key = _key(RSA)
        assert DEFAULT.objection(SHA1, key, datetime(2012, 7, 31, tzinfo=UTC)) is None
        assert "SHA-1" in str(DEFAULT.objection(SHA1, key, datetime(2012, 8, 1, tzinfo=UTC)))
        assert LEGACY.objection(SHA1, key, AT) is None

    def test_sizes_end_at_their_borders(self) -> None:
        key = _key(RSA)
        policy = AlgorithmPolicy("p", {"SHA-256": None}, {"rsa": (KeySize(2048, AT), KeySize(2049))}, {})
        assert policy.key_objection(key, AT - timedelta(microseconds=1)) is None
        assert policy.key_objection(key, AT) is not None
        assert policy.key_objection(key, None) is not None
        short = AlgorithmPolicy("p", {}, {"rsa": (KeySize(2049),)}, {})
        assert "2048" in str(short.key_objection(key, AT))

    def test_a_digest_outlives_no_key_and_no_key_its_digest(self) -> None:
        last = datetime(2028, 12, 31, 23, 59, 59, tzinfo=UTC)
        assert DEFAULT.objection(SHA256, _key(RSA), last) is None
        assert "2048" in str(DEFAULT.objection(SHA256, _key(RSA), last + timedelta(seconds=1)))
        assert "SHA-1" in str(DEFAULT.objection(SHA1, _key(RSA), last))

    def test_a_key_of_no_known_kind_has_no_table(self) -> None:
        without = AlgorithmPolicy("p", {"SHA-256": None}, {"dsa": ()}, {"secp256r1": None})
        assert without.key_objection(_key(RSA), AT) is not None
        assert without.key_objection(_key(dsa.generate_private_key(2048)), AT) is not None
        assert without.key_objection(_key(KINDS["ECDSA-SHA-384"][0]), AT) is not None

    def test_without_a_time_only_what_lasts_counts(self) -> None:
        assert DEFAULT.objection(SHA1, _key(RSA), None) is not None
        assert DEFAULT.key_objection(_key(KINDS["ECDSA-SHA-256"][0]), None) is None

    @pytest.mark.parametrize(
        ("generated", "default", "legacy"),
        [
            (rsa.generate_private_key(65537, 1024), False, True),
            (RSA, True, True),
            (dsa.generate_private_key(1024), False, True),
            (ec.generate_private_key(ec.SECP192R1()), False, True),
            (ec.generate_private_key(ec.BrainpoolP384R1()), True, True),
            (ed448.Ed448PrivateKey.generate(), True, True),
        ],
    )
    def test_keys(self, generated, default: bool, legacy: bool) -> None:
        key = _key(generated)
        assert (DEFAULT.key_objection(key, AT) is None) is default
        assert (LEGACY.key_objection(key, AT) is None) is legacy

    def test_what_is_in_no_table_is_refused(self) -> None:
        empty = AlgorithmPolicy("empty", {}, {"rsa": (KeySize(1),)}, {})
        assert empty.objection(SHA256, _key(RSA), AT) is not None
        assert empty.key_objection(_key(KINDS["Ed25519"][0]), AT) is not None

    def test_names(self) -> None:
        assert policy_named("legacy") is LEGACY
        assert policy_named(DEFAULT) is DEFAULT
        with pytest.raises(BadRequestError):
            policy_named("lax")
