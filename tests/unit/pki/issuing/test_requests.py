"""Certificate requests: proof of possession for every key type, and refusals."""

from contextlib import suppress

import pytest
from cryptography import x509
from hypothesis import given, settings
from hypothesis import strategies as st

from idbridge.pki.issuing.errors import RequestError
from idbridge.pki.issuing.requests import MAX_REQUEST_BYTES, make_request, verify_request
from idbridge.pki.issuing.signer import signer_for
from idbridge.pki.issuing.subjects import name_from_table
from tests.unit.pki.issuing.simple import KEY_TYPES, key

SUBJECT = name_from_table({"C": "MO", "CN": "LEI Ka Ian"})
REQUEST = make_request(SUBJECT, signer_for(key("sm2", 1)))


@pytest.mark.parametrize("key_type", KEY_TYPES)
def test_request_is_verified(key_type):
    signer = signer_for(key(key_type, 1))
    names = (x509.RFC822Name("lei@example.mo"),)
    request = verify_request(make_request(SUBJECT, signer, alternative_names=names))
    assert (request.subject, request.public_key_info, request.alternative_names) == (SUBJECT, signer.public_key_info, names)


@pytest.mark.parametrize("key_type", KEY_TYPES)
def test_changed_request_is_refused(key_type):
    data = make_request(SUBJECT, signer_for(key(key_type, 1)))
    changed = data.replace(b"LEI Ka Ian", b"LEI Ka Ion")
    assert changed != data
    with pytest.raises(RequestError, match="not signed") as caught:
        verify_request(changed)
    assert caught.value.code == "bad-certificate-request"


def test_sm2_request_under_another_signer_id_is_refused():
    data = make_request(SUBJECT, signer_for(key("sm2", 1), signer_id=b"other"))
    assert verify_request(data, signer_id=b"other")
    with pytest.raises(RequestError):
        verify_request(data)


def test_too_long_request_is_not_parsed():
    with pytest.raises(RequestError, match="at most"):
        verify_request(bytes(MAX_REQUEST_BYTES + 1))


@settings(max_examples=200)
@given(st.data())
def test_mutated_requests_are_refused_or_say_the_same(data):
    """The count of unused bits of the signature is not signed; `cryptography` lets it vary."""
    der = bytearray(REQUEST)
    position = data.draw(st.integers(0, len(der) - 1))
    der[position] ^= data.draw(st.integers(1, 255))
    with suppress(RequestError):
        assert verify_request(bytes(der)) == verify_request(REQUEST)


@given(st.binary(max_size=200))
def test_anything_else_is_refused(data):
    with pytest.raises(RequestError):
        verify_request(data)
