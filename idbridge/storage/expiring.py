"""What expires: pending sign-ins, codes, sessions, replay guards, rate counters. The port, and the value that names a kind.

Every verb touches one key and is atomic, so that a cluster can hold the keys anywhere. Keys are hashed and values sealed by
the adapter: nothing readable stands in the store. Every verb raises `idbridge.storage.ports.StoreUnavailable` when the store
does not answer in time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

S = TypeVar("S")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Kind(Generic[T]):
    """One kind of expiring thing: its name (unique in the bridge), its life in seconds, and the type of its values.

    `holds` is anything msgspec encodes: a frozen dataclass, str, int, bytes, tuples of them. `remembered` is how long, in
    seconds, the tombstone of a used one stays after it; 0 leaves it the rest of the life.
    """

    name: str
    lifetime: int
    holds: type[T]
    remembered: int = 0


@dataclass(frozen=True, slots=True)
class Tombstone:
    """Stands where something was that could be used once, and was."""


@dataclass(frozen=True, slots=True)
class Put(Generic[T]):
    """A value to be put; `lifetime` in seconds overrules the kind's."""

    kind: Kind[T]
    key: str
    value: T
    lifetime: int | None = None


@dataclass(frozen=True, slots=True)
class Add:
    """A member to be added to a set of strings; the set lives on for `lifetime` (or the kind's) seconds from now."""

    kind: Kind[str]
    key: str
    member: str
    lifetime: int | None = None


class Expiring(Protocol):
    """The store of what expires."""

    def put(self, kind: Kind[T], key: str, value: T, lifetime: int | None = None) -> None:
        """Store, in the place of whatever was there."""
        ...

    def put_if_absent(self, kind: Kind[T], key: str, value: T, lifetime: int | None = None) -> bool:
        """Store if nothing is there (replay guards: the first succeeds); say whether."""
        ...

    def put_many(self, *writes: Put[Any] | Add) -> None:
        """Make several writes in one round trip. Each is atomic; all of them together are not."""
        ...

    def replace(self, kind: Kind[T], key: str, value: T) -> bool:
        """Store if something is there, for the rest of its life: an ended session cannot come back so. Say whether."""
        ...

    def get(self, kind: Kind[T], key: str) -> T | None:
        """Return the value; None when there is none (never stored, expired, taken, a tombstone, sealed with a lost key)."""
        ...

    def take(self, kind: Kind[T], key: str) -> T | None:
        """Return the value and delete it: of many at once, one gets it."""
        ...

    def get_then_swap(self, kind: Kind[T], swapped: Kind[S], key: str) -> tuple[T | None, S | Tombstone | None]:
        """Read what stands under a key as one kind; then take what stands there as another, and leave a tombstone.

        Of many at once, one gets the second value, and it has read the first before anybody else could see the tombstone. The
        others get the tombstone, so that a replay can be told from nonsense. What the second value led to has to follow from
        the key itself (a code's hash as identifier of its grant), for they do not get the value.
        """
        ...

    def delete(self, kind: Kind[Any], key: str) -> bool:
        """Delete; say whether there was something."""
        ...

    def extend(self, kind: Kind[Any], key: str, lifetime: int | None = None) -> bool:
        """Let it live for its whole life from now on; False when it is gone."""
        ...

    def count_up(self, kind: Kind[int], key: str, lifetime: int | None = None) -> int:
        """Count one more and return the count; the first starts the life, further ones do not prolong it."""
        ...

    def add(self, kind: Kind[str], key: str, member: str, lifetime: int | None = None) -> None:
        """Add a string to a set, which lives on for its whole life from now."""
        ...

    def members(self, kind: Kind[str], key: str) -> tuple[str, ...]:
        """Return the set's members, in no order; empty when there is no set."""
        ...

    def remove(self, kind: Kind[str], key: str, member: str) -> None:
        """Take a string out of a set."""
        ...

    def ping(self) -> None:
        """Return if the store answers (readiness)."""
        ...
