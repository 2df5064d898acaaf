"""Key files: every type, read back by us and by openssl (tests/interop); nothing overwritten, nothing shown."""

import stat

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from idbridge.pki.issuing.key_types import generate_key
from idbridge.pki.issuing.signer import public_key_info_of
from idbridge.storage.keys.errors import KeyExistsError, KeyMissingError, KeyUnreadableError
from idbridge.storage.keys.files import MAX_FILE_BYTES, read_key, write_key
from tests.unit.pki.issuing.simple import KEY_TYPES, key


@pytest.mark.parametrize("key_type", KEY_TYPES)
def test_written_key_is_read(tmp_path, key_type):
    path = tmp_path / "deep" / "key.pem"
    write_key(path, key(key_type), b"secret")
    assert public_key_info_of(read_key(path, b"secret")) == public_key_info_of(key(key_type))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in path.parent.iterdir()] == ["key.pem"]


@pytest.mark.parametrize("key_type", ["ec-p256", "sm2"])
@pytest.mark.parametrize("password", [b"wrong", None, b""])
def test_another_password(tmp_path, key_type, password):
    write_key(tmp_path / "key.pem", key(key_type), b"secret")
    with pytest.raises(KeyUnreadableError) as caught:
        read_key(tmp_path / "key.pem", password)
    assert caught.value.code == "key-unreadable"


def test_key_is_never_overwritten(tmp_path):
    path = tmp_path / "key.pem"
    write_key(path, key("sm2"), b"secret")
    before = path.read_bytes()
    with pytest.raises(KeyExistsError):
        write_key(path, key("sm2", 1), b"secret")
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["key.pem"]


def test_key_is_never_written_plain(tmp_path):
    with pytest.raises(ValueError, match="password"):
        write_key(tmp_path / "key.pem", key("sm2"), b"")
    assert not list(tmp_path.iterdir())


def test_missing_long_and_foreign_files(tmp_path):
    with pytest.raises(KeyMissingError):
        read_key(tmp_path / "none.pem", b"secret")
    for content in (bytes(MAX_FILE_BYTES + 1), b"", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"):
        (tmp_path / "odd.pem").write_bytes(content)
        with pytest.raises(KeyUnreadableError):
            read_key(tmp_path / "odd.pem", b"secret")
    with pytest.raises(KeyUnreadableError):
        read_key(tmp_path, b"secret")


def test_plain_files_of_others_are_read_without_a_password(tmp_path):
    own = generate_key("ec-p256")
    pem = own.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "plain.pem").write_bytes(pem)
    assert public_key_info_of(read_key(tmp_path / "plain.pem", None)) == public_key_info_of(own)
