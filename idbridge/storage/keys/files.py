"""Private keys in PKCS#8 files (PEM): always encrypted, for their owner's eyes only, never overwritten."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from asn1crypto import pem
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from idbridge.pki import pbes2, sm2
from idbridge.pki.issuing.signer import PrivateKey
from idbridge.storage.keys.errors import KeyExistsError, KeyMissingError, KeyUnreadableError

MAX_FILE_BYTES = 64 * 1024
"""An RSA-16384 key in PEM has some 13 KB."""

_PEM_LABEL = "ENCRYPTED PRIVATE KEY"


def write_key(path: Path, key: PrivateKey, password: bytes) -> None:
    """Write *key* to the new file *path*, encrypted under *password*.

    :raises KeyExistsError: there is a file already; it is left as it is.
    :raises ValueError: the password is empty.
    """
    if not password:
        raise ValueError("a key file needs a password")
    path.parent.mkdir(parents=True, exist_ok=True)
    content = pem.armor(_PEM_LABEL, pbes2.encrypt(_pkcs8(key), password))
    # A hard link to a finished file: whole or not at all, and unlike a rename it fails where something is.
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}-") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
        try:
            os.link(file.name, path)
        except FileExistsError as error:
            raise KeyExistsError(f"{path} exists; keys are never overwritten") from error


def read_key(path: Path, password: bytes | None) -> PrivateKey:
    """Return the private key in the file *path*; without a *password*, of a file that is not encrypted.

    :raises KeyMissingError: there is no such file.
    :raises KeyUnreadableError: another password, damaged, or of a type that nothing is signed with.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
    except FileNotFoundError as error:
        raise KeyMissingError(f"there is no key file {path}") from error
    except OSError as error:
        raise KeyUnreadableError(f"{path}: {error.strerror}") from error
    if len(data) > MAX_FILE_BYTES:
        raise KeyUnreadableError(f"{path} is too long for a key file")
    try:
        return _load(data, password)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise KeyUnreadableError(f"{path} cannot be read as a private key with this password") from error


def _load(data: bytes, password: bytes | None) -> PrivateKey:
    try:
        key = load_pem_private_key(data, password)
    except UnsupportedAlgorithm:
        _, _, der = pem.unarmor(data)
        return sm2.from_pkcs8(der, password)
    if isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey):
        return key
    raise ValueError("nothing is signed with this type of key")


def _pkcs8(key: PrivateKey) -> bytes:
    if isinstance(key, sm2.PrivateKey):
        return sm2.to_pkcs8(key)
    return key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
