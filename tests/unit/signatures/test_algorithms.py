"""Every name in the tables leads to a scheme that `pki.algorithms` knows."""

from __future__ import annotations

import pytest
from asn1crypto import algos
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from hypothesis import given
from hypothesis import strategies as st

from idbridge.pki.algorithms import scheme_of
from idbridge.signatures import algorithms
from idbridge.signatures.contents import DIGEST_SIZES, HASHLIB_NAMES


@pytest.mark.parametrize("uri", [*algorithms.XML_SCHEMES, *algorithms.XML_EDWARDS])
def test_xml_names(uri: str) -> None:
    found = algorithms.xml_algorithm(uri)
    assert found is not None
    scheme = scheme_of(found)
    if uri in algorithms.XML_SCHEMES:
        assert scheme.digest == algorithms.XML_SCHEMES[uri][1]


@pytest.mark.parametrize("name", [*algorithms.JOSE_SCHEMES, *algorithms.JOSE_EDWARDS])
def test_jose_names(name: str) -> None:
    found = algorithms.jose_algorithm(name)
    assert found is not None
    assert scheme_of(found).name


@pytest.mark.parametrize("name", ["none", "HS256", "", "rs256", "RSA1_5"])
def test_what_signs_nothing_has_no_algorithm(name: str) -> None:
    assert algorithms.jose_algorithm(name) is None
    assert algorithms.xml_algorithm("http://www.w3.org/2000/09/xmldsig#hmac-sha1") is None


@pytest.mark.parametrize(("kind", "digest"), algorithms.SCHEME_OIDS)
def test_schemes(kind: str, digest: str) -> None:
    found = algorithms.scheme(kind, digest)
    assert found is not None
    assert scheme_of(found).digest == digest


def test_no_combination_is_invented() -> None:
    assert algorithms.scheme(algorithms.SM2, "SHA-256") is None
    assert algorithms.scheme(algorithms.ECDSA, "MD5") is None


@pytest.mark.parametrize("digest", ["SHA-1", "SHA-256", "SHA-512"])
def test_pss_parameters_as_others_read_them(digest: str) -> None:
    found = algorithms.pss_algorithm(digest)
    assert found is not None
    read = algos.SignedDigestAlgorithm.load(found)
    assert read["parameters"]["salt_length"].native == DIGEST_SIZES[digest]
    assert read["parameters"]["hash_algorithm"]["algorithm"].native == digest.lower().replace("-", "")


def test_digest_names_can_all_be_computed_or_are_sm3() -> None:
    names = {*algorithms.DIGEST_NAMES.values(), *algorithms.XML_DIGESTS.values(), *algorithms.JOSE_DIGESTS.values()}
    assert names <= {*HASHLIB_NAMES, "SM3"}
    assert set(DIGEST_SIZES) == {*HASHLIB_NAMES, "SM3"}


@given(st.integers(1, 2**256 - 1), st.integers(1, 2**256 - 1))
def test_concatenated_values(r: int, s: int) -> None:
    der = algorithms.from_concatenation(r.to_bytes(32) + s.to_bytes(32))
    assert der is not None
    assert decode_dss_signature(der) == (r, s)


@pytest.mark.parametrize("value", [b"", b"1", bytes(65), bytes(134)])
def test_no_concatenated_value(value: bytes) -> None:
    assert algorithms.from_concatenation(value) is None
