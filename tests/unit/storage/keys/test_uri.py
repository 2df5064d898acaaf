"""PKCS#11 URIs (RFC 7512), as far as they are taken."""

from pathlib import Path

import pytest

from idbridge.storage.keys.errors import BadReferenceError
from idbridge.storage.keys.uri import TokenKey, parse_reference


def test_path():
    assert parse_reference("/keys/root.pem") == Path("/keys/root.pem")


def test_uri_with_everything():
    uri = "pkcs11:token=My%20CA;serial=1a;object=root;id=%01%FF;type=private?module-path=/lib/hsm.so&pin-source=file:/run/pin"
    assert parse_reference(uri) == TokenKey(Path("/lib/hsm.so"), "My CA", "1a", "root", b"\x01\xff", Path("/run/pin"))


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "pkcs11:",
        "pkcs11:token=a;object=b",
        "pkcs11:token=a?module-path=/m",
        "pkcs11:object=b?module-path=/m",
        "pkcs11:token=a;object=b?module-path=/m&pin-value=1234",
        "pkcs11:token=a;token=b;object=b?module-path=/m",
        "pkcs11:token;object=b?module-path=/m",
    ],
)
def test_refused(uri):
    with pytest.raises(BadReferenceError) as caught:
        parse_reference(uri)
    assert caught.value.code == "key-bad-reference"
    assert "1234" not in str(caught.value)
