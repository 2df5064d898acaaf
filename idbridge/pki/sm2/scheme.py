"""The SM2 signature scheme: what is hashed, and the checks around the arithmetic of the backend.

Verifying never raises for what a stranger wrote: a point off the curve, a signature that is not strict DER or out of
range is False. GB/T 32918.2-2016 (the same as GM/T 0003.2-2012); steps are named at the lines.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cryptography.hazmat.primitives import hashes

from idbridge.pki.sm2 import curve, encoding
from idbridge.pki.sm2.backends import backend

if TYPE_CHECKING:
    from idbridge.pki.sm2.keys import PrivateKey

DEFAULT_SIGNER_ID = b"1234567812345678"
"""The signer ID where nothing else was agreed (GM/T 0009-2012 clause 10)."""

MAX_SIGNER_ID = 0xFFFF // 8
"""A signer ID's length in bits has to fit two bytes (ENTL, GB/T 32918.2 clause 5.5)."""

_CURVE = b"".join(number.to_bytes(curve.SIZE) for number in (curve.A, curve.B, curve.GX, curve.GY))


def sm3(*parts: bytes) -> bytes:
    """Return the 32-byte SM3 digest of *parts*, one after the other."""
    state = hashes.Hash(hashes.SM3())
    for part in parts:
        state.update(part)
    return state.finalize()


def za(point: bytes, signer_id: bytes = DEFAULT_SIGNER_ID) -> bytes:
    """Return Z_A, the digest that ties signer ID and public key to what is signed (clause 5.5).

    :param point: the public key, 65 bytes, uncompressed.
    :raises ValueError: the signer ID is longer than ``MAX_SIGNER_ID``.
    """
    if len(signer_id) > MAX_SIGNER_ID:
        raise ValueError(f"an SM2 signer ID has at most {MAX_SIGNER_ID} bytes")
    return sm3((len(signer_id) * 8).to_bytes(2), signer_id, _CURVE, point[1:])


def digest(point: bytes, message: bytes, *, signer_id: bytes = DEFAULT_SIGNER_ID) -> bytes:
    """Return e = SM3(Z_A ‖ M), the 32 bytes that are signed for *message* (clause 6.1, steps A1 and A2)."""
    return sm3(za(point, signer_id), message)


def verify(point: bytes, message: bytes, signature: bytes, *, signer_id: bytes = DEFAULT_SIGNER_ID) -> bool:
    """Tell whether *signature* (strict DER) over *message* belongs to *point* (65 bytes, uncompressed)."""
    numbers = encoding.from_der(signature)
    if numbers is None or len(signer_id) > MAX_SIGNER_ID:
        return False
    return verify_digest(point, digest(point, message, signer_id=signer_id), *numbers)


def verify_digest(point: bytes, digest: bytes, r: int, s: int) -> bool:
    """Tell whether (r, s) signs *digest*, the 32-byte e = SM3(Z_A ‖ M) (clause 7.1)."""
    if len(digest) != curve.SIZE or encoding.in_range(r, s) is None or curve.coordinates(point) is None:
        return False
    if (r + s) % curve.N == 0:  # step B5
        return False
    return backend().verify(point, digest, r, s)


def sign(private_key: PrivateKey, message: bytes, *, signer_id: bytes = DEFAULT_SIGNER_ID) -> bytes:
    """Return the DER signature of *private_key* over *message*."""
    return encoding.to_der(*sign_digest(private_key, digest(private_key.point, message, signer_id=signer_id)))


def sign_digest(private_key: PrivateKey, digest: bytes) -> tuple[int, int]:
    """Return (r, s) over *digest*, the 32-byte e = SM3(Z_A ‖ M).

    :raises ValueError: the digest has another length.
    """
    if len(digest) != curve.SIZE:
        raise ValueError("SM2 signs a digest of 32 bytes")
    return backend().sign(private_key.scalar, private_key.point, digest)
