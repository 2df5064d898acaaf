"""SM2 arithmetic in Python integers: slow, everywhere.

The last resort where neither OpenSSL nor a wheel is at hand, so that no platform is left without SM2. Verifying
handles public values only. Signing is *not* constant in time: the nonce is blinded by a random multiple of the order,
which hides its length but not every pattern, so that a CA whose keys matter runs where libcrypto is.
"""

from __future__ import annotations

import secrets

from idbridge.pki.sm2 import curve
from idbridge.pki.sm2.curve import GX, GY, A, N, P

_Jacobian = tuple[int, int, int]
_INFINITY: _Jacobian = (1, 1, 0)
_BLINDING_BITS = 64


def load() -> Portable:
    """Return the backend; it is always there."""
    return Portable()


class Portable:
    """The textbook formulas of GB/T 32918.1 annex A, in Jacobian coordinates."""

    name = "portable"

    def verify(self, point: bytes, digest: bytes, r: int, s: int) -> bool:
        """See :class:`idbridge.pki.sm2.backends.Backend`."""
        coordinates = curve.coordinates(point)
        if coordinates is None:
            return False
        x = _affine_x(_sum_of_two(s, (GX, GY, 1), (r + s) % N, (*coordinates, 1)))
        return x is not None and (int.from_bytes(digest) + x) % N == r

    def sign(self, scalar: int, _point: bytes, digest: bytes) -> tuple[int, int]:
        """See :class:`idbridge.pki.sm2.backends.Backend`; GB/T 32918.2 clause 6.1, steps A3 to A6."""
        while True:
            k = secrets.randbelow(N - 1) + 1
            x = _affine_x(_multiple(k + N * secrets.randbits(_BLINDING_BITS), (GX, GY, 1))) or 0
            r = (int.from_bytes(digest) + x) % N
            s = pow(1 + scalar, -1, N) * (k - r * scalar) % N
            if r != 0 and r + k != N and s != 0:
                return r, s

    def public_point(self, scalar: int) -> bytes:
        """See :class:`idbridge.pki.sm2.backends.Backend`."""
        x, y, z = _multiple(scalar, (GX, GY, 1))
        inverse = pow(z, -1, P)
        return curve.encode(x * inverse**2 % P, y * inverse**3 % P)


def _double(point: _Jacobian) -> _Jacobian:
    x, y, z = point
    if not y or not z:
        return _INFINITY
    square = y * y % P
    s = 4 * x * square % P
    m = (3 * x * x + A * z**4) % P
    doubled_x = (m * m - 2 * s) % P
    return doubled_x, (m * (s - doubled_x) - 8 * square * square) % P, 2 * y * z % P


def _add(first: _Jacobian, second: _Jacobian) -> _Jacobian:
    (x1, y1, z1), (x2, y2, z2) = first, second
    if not z1:
        return second
    if not z2:
        return first
    z1_square, z2_square = z1 * z1 % P, z2 * z2 % P
    u, s = x1 * z2_square % P, y1 * z2_square * z2 % P
    h, r = (x2 * z1_square - u) % P, (y2 * z1_square * z1 - s) % P
    if not h:
        return _INFINITY if r else _double(first)
    h_square = h * h % P
    h_cube, v = h_square * h % P, u * h_square % P
    x = (r * r - h_cube - 2 * v) % P
    return x, (r * (v - x) - s * h_cube) % P, z1 * z2 * h % P


def _sum_of_two(a: int, first: _Jacobian, b: int, second: _Jacobian) -> _Jacobian:
    """Return a·first + b·second, doubling once for both (Shamir's trick)."""
    table = (_INFINITY, first, second, _add(first, second))
    result = _INFINITY
    for bit in reversed(range(max(a.bit_length(), b.bit_length()))):
        result = _double(result)
        if chosen := (a >> bit & 1) | (b >> bit & 1) << 1:
            result = _add(result, table[chosen])
    return result


def _multiple(scalar: int, point: _Jacobian) -> _Jacobian:
    return _sum_of_two(scalar, point, 0, _INFINITY)


def _affine_x(point: _Jacobian) -> int | None:
    x, _, z = point
    return x * pow(z, -2, P) % P if z else None
