"""Feeds mutated signatures, keys, points and numbers to one backend, in a process of its own.

Run: python -m tests.unit.pki.sm2.mutating BACKEND COUNT. It prints how many it fed, if it is still there to do so: a library
below that aborts takes the process with it.
"""

from __future__ import annotations

import contextlib
import random
import sys
from collections.abc import Callable

from idbridge.pki import sm2
from idbridge.pki.sm2 import backends, curve
from idbridge.pki.sm2.backends import Backend

KEY = sm2.from_scalar(0x3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8)
MESSAGE = b"message digest"
SIGNATURE = sm2.sign(KEY, MESSAGE)
INFO, PKCS8 = sm2.public_key_info(KEY.point), sm2.to_pkcs8(KEY)
BORDERS = (0, 1, 2, curve.N - 1, curve.N, curve.P, (1 << 256) - 1)

Feed = Callable[[Backend, random.Random], None]


def mutated(data: bytes, dice: random.Random) -> bytes:
    """Change, cut or lengthen *data* in one to three places."""
    changed = bytearray(data)
    for _ in range(dice.randint(1, 3)):
        at = dice.randrange(len(changed) + 1)
        changed[at : at + dice.randint(0, 2)] = dice.randbytes(dice.randint(0, 2))
    return bytes(changed)


def signature(_: Backend, dice: random.Random) -> None:
    """A signature value, as it comes from a stranger."""
    changed = mutated(SIGNATURE, dice)
    assert not sm2.verify(KEY.point, MESSAGE, changed) or changed == SIGNATURE


def public_key(_: Backend, dice: random.Random) -> None:
    """A SubjectPublicKeyInfo: refused, or a key under which nothing verifies but its own."""
    with contextlib.suppress(sm2.Sm2KeyError):
        sm2.verify(sm2.point_from_public_key_info(mutated(INFO, dice)), MESSAGE, SIGNATURE)


def private_key(_: Backend, dice: random.Random) -> None:
    """A key file: refused, or a key that signs."""
    with contextlib.suppress(sm2.Sm2KeyError):
        key = sm2.from_pkcs8(mutated(PKCS8, dice))
        assert sm2.verify(key.point, MESSAGE, sm2.sign(key, MESSAGE))


def arithmetic(backend: Backend, dice: random.Random) -> None:
    """Points off the curve and numbers out of range, past the checks that keep them from the backend."""
    point = b"\x04" + mutated(KEY.point[1:], dice).ljust(64, b"\0")[:64]
    r, s = (dice.choice((*BORDERS, dice.getrandbits(256))) for _ in range(2))
    backend.verify(point, dice.randbytes(32), r, s)


FEEDS: tuple[Feed, ...] = (signature, signature, signature, public_key, private_key, arithmetic)


def main(name: str, count: int) -> None:
    """Feed backend *name* with *count* values."""
    backend = next(found for load in backends.LOADERS if (found := load()) is not None and found.name == name)
    backends.backend.cache_clear()
    backends.LOADERS = (lambda: backend,)
    assert sm2.backend() is backend
    dice = random.Random(f"{name} {count}")
    for _ in range(count):
        dice.choice(FEEDS)(backend, dice)
    print(count)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
