"""Private keys under a password: EncryptedPrivateKeyInfo with PBES2 (RFC 8018), as OpenSSL 3 writes and reads it.

`cryptography` reads this for the key types that it knows, but not for SM2, and writes it with 2,048 iterations only; so the
container is made and opened here, with its ciphers.
PBKDF2 with HMAC-SHA-256 (or SM3, -384, -512, -1) and AES-CBC or SM4-CBC are read; HMAC-SHA-256 with AES-256-CBC is
written.
"""

from __future__ import annotations

import secrets
from types import MappingProxyType

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat import asn1
from cryptography.hazmat.primitives import hashes, padding
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES, SM4
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC
from cryptography.x509 import ObjectIdentifier

from idbridge.pki.structures import decode, encode


class EncryptedKeyError(ValueError):
    """The file is no encrypted PKCS#8, or not one that is read, or its password is another one."""

    code = "bad-encrypted-key"


ITERATIONS = 100_000
"""For keys written here. Passwords of CA keys come from a generator, not from memory; the count costs 30 ms a key."""

MAX_ITERATIONS = 2_000_000
"""Beyond this a key file would stop the process for more than a second."""

_PBES2 = ObjectIdentifier("1.2.840.113549.1.5.13")
_PBKDF2 = ObjectIdentifier("1.2.840.113549.1.5.12")
_HMAC_SHA256 = ObjectIdentifier("1.2.840.113549.2.9")
_AES_256_CBC = ObjectIdentifier("2.16.840.1.101.3.4.1.42")
_BLOCK = 16
_SHA1 = hashes.SHA1()  # noqa: S303  # as HMAC it is sound, and the default of RFC 8018

_PRFS: MappingProxyType[ObjectIdentifier, hashes.HashAlgorithm] = MappingProxyType(
    {
        ObjectIdentifier("1.2.840.113549.2.7"): _SHA1,
        _HMAC_SHA256: hashes.SHA256(),
        ObjectIdentifier("1.2.840.113549.2.10"): hashes.SHA384(),
        ObjectIdentifier("1.2.840.113549.2.11"): hashes.SHA512(),
        ObjectIdentifier("1.2.156.10197.1.401.2"): hashes.SM3(),
    }
)
_CIPHERS: MappingProxyType[ObjectIdentifier, tuple[type[AES] | type[SM4], int]] = MappingProxyType(
    {
        ObjectIdentifier("2.16.840.1.101.3.4.1.2"): (AES, 16),
        ObjectIdentifier("2.16.840.1.101.3.4.1.22"): (AES, 24),
        _AES_256_CBC: (AES, 32),
        ObjectIdentifier("1.2.156.10197.1.104.2"): (SM4, 16),
    }
)


@asn1.sequence
class _Prf:
    algorithm: ObjectIdentifier
    parameters: asn1.Null | None


@asn1.sequence
class _Pbkdf2Parameters:
    salt: bytes
    iterations: int
    key_length: int | None
    prf: _Prf | None


@asn1.sequence
class _KeyDerivation:
    algorithm: ObjectIdentifier
    parameters: _Pbkdf2Parameters


@asn1.sequence
class _Encryption:
    algorithm: ObjectIdentifier
    iv: bytes


@asn1.sequence
class _Pbes2Parameters:
    derivation: _KeyDerivation
    encryption: _Encryption


@asn1.sequence
class _Scheme:
    algorithm: ObjectIdentifier
    parameters: _Pbes2Parameters


@asn1.sequence
class _EncryptedPrivateKeyInfo:
    scheme: _Scheme
    encrypted: bytes


def encrypt(plain: bytes, password: bytes) -> bytes:
    """Return *plain* (PrivateKeyInfo DER) as EncryptedPrivateKeyInfo DER."""
    salt, iv = secrets.token_bytes(_BLOCK), secrets.token_bytes(_BLOCK)
    derivation = _Pbkdf2Parameters(
        salt=salt,
        iterations=ITERATIONS,
        key_length=None,
        prf=_Prf(algorithm=_HMAC_SHA256, parameters=asn1.Null()),
    )
    encryption = _Encryption(algorithm=_AES_256_CBC, iv=iv)
    parameters = _Pbes2Parameters(derivation=_KeyDerivation(algorithm=_PBKDF2, parameters=derivation), encryption=encryption)
    scheme = _Scheme(algorithm=_PBES2, parameters=parameters)
    padder = padding.PKCS7(_BLOCK * 8).padder()
    encryptor = _cipher(scheme, password).encryptor()
    padded = padder.update(plain) + padder.finalize()
    return encode(
        _EncryptedPrivateKeyInfo(
            scheme=scheme,
            encrypted=encryptor.update(padded) + encryptor.finalize(),
        )
    )


def decrypt(der: bytes, password: bytes) -> bytes:
    """Return the PrivateKeyInfo DER within EncryptedPrivateKeyInfo DER.

    :raises EncryptedKeyError: malformed, algorithms or counts that are not taken, or a wrong password (which padding mostly
        shows).
    """
    try:
        info = decode(_EncryptedPrivateKeyInfo, der)
        decryptor = _cipher(info.scheme, password).decryptor()
        unpadder = padding.PKCS7(_BLOCK * 8).unpadder()
        padded = decryptor.update(info.encrypted) + decryptor.finalize()
        return unpadder.update(padded) + unpadder.finalize()
    except EncryptedKeyError:
        raise
    except (ValueError, UnsupportedAlgorithm) as error:
        raise EncryptedKeyError("the key file is no encrypted PKCS#8, or its password is another one") from error


def _cipher(scheme: _Scheme, password: bytes) -> Cipher[CBC]:
    parameters = scheme.parameters
    derivation = parameters.derivation.parameters
    prf = _PRFS.get(derivation.prf.algorithm) if derivation.prf else _SHA1  # RFC 8018 A.2
    cipher = _CIPHERS.get(parameters.encryption.algorithm)
    if (scheme.algorithm, parameters.derivation.algorithm) != (_PBES2, _PBKDF2) or prf is None or cipher is None:
        raise EncryptedKeyError("the key file is encrypted with algorithms that are not supported")
    if not 1 <= derivation.iterations <= MAX_ITERATIONS:
        raise EncryptedKeyError(f"the key file asks for {derivation.iterations} iterations, the limit is {MAX_ITERATIONS}")
    algorithm, size = cipher
    if derivation.key_length not in (None, size):
        raise EncryptedKeyError("the key file derives a key of a length that its cipher does not take")
    key = PBKDF2HMAC(prf, size, derivation.salt, derivation.iterations).derive(password)
    return Cipher(algorithm(key), CBC(parameters.encryption.iv))
