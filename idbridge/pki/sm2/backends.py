"""Which implementation does the SM2 arithmetic here: the first one present that passes the known answers.

| backend   | where it works                               | verifies a second | GIL      |
|-----------|----------------------------------------------|-------------------|----------|
| libcrypto | OpenSSL ≥ 3 installed, with SM2 not left out | about 3,100       | released |
| gmssl     | wheel, x86-64: Linux, macOS, Windows         | about 1,600       | held     |
| portable  | everywhere: Python integers                  | about 490         | held     |

libcrypto comes first because it is the fastest, lets other threads run, and is patched with the operating system. The
figures were taken in one run, in which ``openssl speed sm2`` said 3,200. A backend is never trusted for its name:
each has to reproduce the worked example of the standard before its first use in a process, and is passed over if it
does not.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Protocol

from idbridge.pki.sm2 import curve, libcrypto, portable, wheel
from idbridge.pki.sm2.errors import Sm2UnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable


class Backend(Protocol):
    """Arithmetic on the SM2 curve. Callers have checked points and ranges; a backend need not."""

    @property
    def name(self) -> str:
        """Return the name shown to operators."""

    def verify(self, point: bytes, digest: bytes, r: int, s: int) -> bool:
        """Tell whether (r, s) signs the 32-byte *digest* under the 65-byte *point*."""

    def sign(self, scalar: int, point: bytes, digest: bytes, /) -> tuple[int, int]:
        """Return (r, s) over the 32-byte *digest* by the private key *scalar*, whose public key is *point*."""

    def public_point(self, scalar: int) -> bytes:
        """Return the public key that belongs to *scalar*, 65 bytes, uncompressed."""


LOADERS: tuple[Callable[[], Backend | None], ...] = (libcrypto.load, wheel.load, portable.load)
"""In order of preference; a loader returns None where its implementation is absent."""


@cache
def backend() -> Backend:
    """Return the backend of this process.

    :raises Sm2UnavailableError: every backend is absent or fails its self-test.
    """
    failed = []
    for load in LOADERS:
        candidate = load()
        if candidate is None:
            continue
        if passes_self_test(candidate):
            return candidate
        failed.append(candidate.name)
    raise Sm2UnavailableError(
        f"no SM2 implementation passes its self-test here (failed: {', '.join(failed) or 'none found'})"
    )


# GB/T 32918.5-2017 annex A.2: signer ID "1234567812345678", message "message digest".
_SCALAR = 0x3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8
_POINT = curve.encode(
    0x09F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020,
    0xCCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13,
)
_DIGEST = bytes.fromhex("F0B43E94BA45ACCAACE692ED534382EB17E6AB5A19CE7B31F4486FDFC0D28640")
_R = 0xF5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3
_S = 0xB1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA


def passes_self_test(candidate: Backend) -> bool:
    """Tell whether *candidate* gives the known answers: it accepts the right signature, no wrong one, and its own."""
    return (
        candidate.public_point(_SCALAR) == _POINT
        and candidate.verify(_POINT, _DIGEST, _R, _S)
        and not candidate.verify(_POINT, _DIGEST, _R, _S ^ 1)
        and not candidate.verify(_POINT, bytes(curve.SIZE), _R, _S)
        and candidate.verify(_POINT, _DIGEST, *candidate.sign(_SCALAR, _POINT, _DIGEST))
    )
