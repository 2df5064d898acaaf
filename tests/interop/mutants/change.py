"""What the mutators of all formats share: the value they yield, and the few ways to change a list or an octet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple, TypeVar

Item = TypeVar("Item")


class Mutant(NamedTuple):
    """A changed document, and what was changed."""

    change: str
    data: bytes


def rearranged(items: Sequence[Item]) -> Iterator[tuple[str, list[Item]]]:
    """Yield *items* without each one, with each one twice, and the other way round."""
    for place in range(len(items)):
        yield f"without {place}", [*items[:place], *items[place + 1 :]]
        yield f"{place} twice", [*items[: place + 1], *items[place:]]
    if len(items) > 1:
        yield "reversed", list(reversed(items))


def flipped(data: bytes, place: int) -> bytes:
    """Return *data* with one bit of the octet at *place* changed."""
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
