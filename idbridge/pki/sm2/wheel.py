"""SM2 arithmetic by GmSSL, from the `gmssl-pyx` wheel: for machines without a system OpenSSL.

Of the wheels that bring SM2, it is the one that is kept up and that survived fuzzing (others abort the process on bad
DER, or have not been released for years). It holds the GIL while it works, and writes a line to stderr for each
signature that it refuses. Only well-formed values reach it: points and ranges are checked before, and the DER that it
reads is written here.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from idbridge.pki.sm2 import curve, encoding, portable
from idbridge.pki.sm2.errors import Sm2BackendError

if TYPE_CHECKING:
    from types import ModuleType


def load() -> Wheel | None:
    """Return the backend, or None where the wheel is not installed."""
    try:
        return Wheel(import_module("gmssl_pyx"))
    except ImportError:
        return None


class Wheel:
    """GmSSL behind :class:`idbridge.pki.sm2.backends.Backend`."""

    name = "gmssl"

    def __init__(self, library: ModuleType) -> None:
        self._library = library

    def verify(self, point: bytes, digest: bytes, r: int, s: int) -> bool:
        """See :class:`idbridge.pki.sm2.backends.Backend`."""
        try:
            return bool(self._library.sm2_verify_sm3_digest(point[1:], digest, encoding.to_der(r, s)))
        except self._library.GmsslInnerError:
            return False

    def sign(self, scalar: int, _point: bytes, digest: bytes) -> tuple[int, int]:
        """See :class:`idbridge.pki.sm2.backends.Backend`."""
        numbers = encoding.from_der(self._library.sm2_sign_sm3_digest(scalar.to_bytes(curve.SIZE), digest))
        if numbers is None:
            raise Sm2BackendError("GmSSL returned a signature that is not DER")
        return numbers

    def public_point(self, scalar: int) -> bytes:
        """See :class:`idbridge.pki.sm2.backends.Backend`; the wheel does not offer it, and it is needed once a key."""
        return portable.load().public_point(scalar)
