"""The SM2 curve: its numbers, and which points and scalars are admissible.

No arithmetic beyond the curve equation; multiplying points is the business of the backends.
Numbers: GB/T 32918.5-2017 clause 2 ("sm2p256v1").
"""

from __future__ import annotations

P = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
A = P - 3
B = 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
N = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
GX = 0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7
GY = 0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0

SIZE = 32
"""Length of a coordinate, a scalar and an SM3 digest, in bytes."""


def coordinates(point: bytes) -> tuple[int, int] | None:
    """Return (x, y) of an uncompressed point ``04 ‖ x ‖ y``; None unless it is 65 bytes long and on the curve.

    The cofactor is 1, so that every point on the curve has order N (GB/T 32918.1 clause 6.2: no further check is
    needed).
    """
    if len(point) != 1 + 2 * SIZE or point[0] != 4:
        return None
    x, y = int.from_bytes(point[1 : 1 + SIZE]), int.from_bytes(point[1 + SIZE :])
    if x >= P or y >= P or (y * y - (x * x + A) * x - B) % P != 0:
        return None
    return x, y


def encode(x: int, y: int) -> bytes:
    """Return the 65-byte uncompressed form of a point."""
    return b"\x04" + x.to_bytes(SIZE) + y.to_bytes(SIZE)


def is_private_scalar(scalar: int) -> bool:
    """Tell whether *scalar* may be a private key: 1 … n-2 (GB/T 32918.1 clause 6.1).

    For n-1 signing would have to divide by zero.
    """
    return 1 <= scalar <= N - 2
