"""The two written forms of an SM2 signature: DER ``SEQUENCE {r, s}`` and the bare 64 bytes ``r ‖ s``.

Reading is strict. A signature has exactly one DER form (X.690 clause 10); readers that take others let a stranger
change the bytes of a signed document without breaking it. Ranges are 1 … n-1 in both forms (GB/T 32918.2 clause 7.1,
steps B1 and B2).
"""

from __future__ import annotations

from idbridge.pki.sm2.curve import SIZE, N

_SEQUENCE, _INTEGER = 0x30, 0x02


def from_der(signature: bytes) -> tuple[int, int] | None:
    """Return (r, s) of a DER signature; None unless it is the one canonical encoding of two numbers in range."""
    # Two integers of at most 33 bytes each: every length fits the short form.
    if len(signature) < 2 or signature[0] != _SEQUENCE or signature[1] != len(signature) - 2 or signature[1] >= 0x80:
        return None
    first = _integer(signature, 2)
    second = _integer(signature, first[1]) if first else None
    if first is None or second is None or second[1] != len(signature):
        return None
    return in_range(first[0], second[0])


def to_der(r: int, s: int) -> bytes:
    """Return the DER form of (r, s)."""
    body = b"".join(_encode_integer(value) for value in (r, s))
    return bytes((_SEQUENCE, len(body))) + body


def from_concatenation(signature: bytes) -> tuple[int, int] | None:
    """Return (r, s) of the 64-byte form ``r ‖ s``; None unless both are in range."""
    if len(signature) != 2 * SIZE:
        return None
    return in_range(int.from_bytes(signature[:SIZE]), int.from_bytes(signature[SIZE:]))


def to_concatenation(r: int, s: int) -> bytes:
    """Return the 64-byte form ``r ‖ s``."""
    return r.to_bytes(SIZE) + s.to_bytes(SIZE)


def in_range(r: int, s: int) -> tuple[int, int] | None:
    """Return (r, s) if both are within 1 … n-1, else None."""
    return (r, s) if 1 <= r < N and 1 <= s < N else None


def _integer(data: bytes, start: int) -> tuple[int, int] | None:
    """Read a canonical non-negative INTEGER at *start*; return its value and where it ends, or None."""
    if len(data) < start + 3 or data[start] != _INTEGER:
        return None
    end = start + 2 + data[start + 1]
    value = data[start + 2 : end]
    if not 1 <= data[start + 1] <= SIZE + 1 or end > len(data):
        return None
    if value[0] & 0x80 or (value[0] == 0 and len(value) > 1 and not value[1] & 0x80):
        return None  # negative, or padded with a zero byte it does not need
    return int.from_bytes(value), end


def _encode_integer(value: int) -> bytes:
    content = value.to_bytes(value.bit_length() // 8 + 1)
    return bytes((_INTEGER, len(content))) + content
