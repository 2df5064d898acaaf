"""The expiring port on the Redis protocol: Redis 7 or Valkey, one server, a replicated one, or a cluster.

Keys are keyed hashes and values are sealed, bound to their key: who reads the store learns only how much there is, and who
writes to it can end things but not make or move them. Every command touches one key.
"""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Callable
from typing import Any, TypeVar

import msgspec
from redis.exceptions import RedisClusterException, RedisError

from idbridge.identity.sealing import Keyring, SealBroken
from idbridge.storage.expiring import Add, Kind, Put, Tombstone
from idbridge.storage.ports import StoreUnavailable
from idbridge.storage.redis_clients import Client, Command, Reply

S = TypeVar("S")
T = TypeVar("T")

_TOMBSTONE = b"\0"  # no sealed value begins so
_KEY_BYTES = 18


class RedisExpiring:
    """`idbridge.storage.expiring.Expiring`. Shared by threads, safe across forks, reconnects by itself."""

    def __init__(self, client: Client, keyring: Keyring, prefix: str = "idbridge") -> None:
        """Several instances can share a server with different prefixes."""
        self._client = client
        self._keyring = keyring
        self._prefix = prefix
        self._decoders: dict[Kind[Any], msgspec.msgpack.Decoder[Any]] = {}

    def put(self, kind: Kind[T], key: str, value: T, lifetime: int | None = None) -> None:
        """Store, in the place of whatever was there."""
        self._do(*self._set(kind, key, value, lifetime))

    def put_if_absent(self, kind: Kind[T], key: str, value: T, lifetime: int | None = None) -> bool:
        """Store if nothing is there; say whether."""
        return bool(self._do(*self._set(kind, key, value, lifetime), "NX"))

    def put_many(self, *writes: Put[Any] | Add) -> None:
        """Make several writes in one round trip. Each is atomic; all of them together are not."""
        commands: list[Command] = []
        for write in writes:
            if isinstance(write, Add):
                commands += self._add(write.kind, write.key, write.member, write.lifetime)
            else:
                commands.append(self._set(write.kind, write.key, write.value, write.lifetime))
        self._do_all(commands)

    def replace(self, kind: Kind[T], key: str, value: T) -> bool:
        """Store if something is there, for the rest of its life; say whether."""
        name = self._name(kind, key)
        return bool(self._do("SET", name, self._seal(kind, name, value), "XX", "KEEPTTL"))

    def get(self, kind: Kind[T], key: str) -> T | None:
        """Return the value; None when there is none."""
        name = self._name(kind, key)
        return self._value(kind, name, self._do("GET", name))

    def take(self, kind: Kind[T], key: str) -> T | None:
        """Return the value and delete it: of many at once, one gets it."""
        name = self._name(kind, key)
        return self._value(kind, name, self._do("GETDEL", name))

    def get_then_swap(self, kind: Kind[T], swapped: Kind[S], key: str) -> tuple[T | None, S | Tombstone | None]:
        """Read what stands under a key as one kind; then take what stands there as another, and leave a tombstone."""
        read, taken = self._name(kind, key), self._name(swapped, key)
        rest: Command = ("EX", swapped.remembered) if swapped.remembered else ("KEEPTTL",)
        swap: Command = ("SET", taken, _TOMBSTONE, "XX", "GET", *rest)
        replies = self._do_all([("GET", read), swap], self._client.run_in_order)
        return self._value(kind, read, replies[0]), self._open(swapped, taken, replies[1])

    def delete(self, kind: Kind[Any], key: str) -> bool:
        """Delete; say whether there was something."""
        return bool(self._do("DEL", self._name(kind, key)))

    def extend(self, kind: Kind[Any], key: str, lifetime: int | None = None) -> bool:
        """Let it live for its whole life from now on; False when it is gone."""
        return bool(self._do("EXPIRE", self._name(kind, key), _seconds(kind, lifetime)))

    def count_up(self, kind: Kind[int], key: str, lifetime: int | None = None) -> int:
        """Count one more and return the count; the first starts the life, further ones do not prolong it."""
        name = self._name(kind, key)
        # NX at every count, and not only at the first: a counter whose first EXPIRE got lost would never end.
        count, _ = self._do_all([("INCR", name), ("EXPIRE", name, _seconds(kind, lifetime), "NX")])
        return int(count)

    def add(self, kind: Kind[str], key: str, member: str, lifetime: int | None = None) -> None:
        """Add a string to a set, which lives on for its whole life from now."""
        self._do_all(self._add(kind, key, member, lifetime))

    def members(self, kind: Kind[str], key: str) -> tuple[str, ...]:
        """Return the set's members, in no order; empty when there is no set."""
        name = self._name(kind, key)
        opened = [self._value(kind, name, sealed) for sealed in self._do("HVALS", name)]
        return tuple(member for member in opened if member is not None)

    def remove(self, kind: Kind[str], key: str, member: str) -> None:
        """Take a string out of a set."""
        self._do("HDEL", self._name(kind, key), self._hash(kind, member))

    def ping(self) -> None:
        """Return if the store answers."""
        self._do("PING")

    def close(self) -> None:
        """Close all connections."""
        self._client.close()

    def _set(self, kind: Kind[T], key: str, value: T, lifetime: int | None) -> Command:
        name = self._name(kind, key)
        return "SET", name, self._seal(kind, name, value), "EX", _seconds(kind, lifetime)

    def _add(self, kind: Kind[str], key: str, member: str, lifetime: int | None) -> list[Command]:
        """A set of sealed strings is a hash: the field is the member's keyed hash, so that adding twice adds once."""
        name = self._name(kind, key)
        return [
            ("HSET", name, self._hash(kind, member), self._seal(kind, name, member)),
            ("EXPIRE", name, _seconds(kind, lifetime)),
        ]

    def _do(self, *command: bytes | str | int) -> Reply:
        return self._do_all([command])[0]

    def _do_all(self, commands: list[Command], run: Callable[..., list[Reply]] | None = None) -> list[Reply]:
        try:
            return (run or self._client.run)(*commands)
        except (RedisError, RedisClusterException, OSError) as error:
            raise StoreUnavailable("expiring", type(error).__name__) from None

    def _hash(self, kind: Kind[Any], text: str) -> bytes:
        return urlsafe_b64encode(self._keyring.lookup(f"expiring.{kind.name}", text)[:_KEY_BYTES])

    def _name(self, kind: Kind[Any], key: str) -> bytes:
        return f"{self._prefix}:{kind.name}:".encode() + self._hash(kind, key)

    def _seal(self, kind: Kind[T], name: bytes, value: T) -> bytes:
        return self._keyring.seal(kind.name, msgspec.msgpack.encode(value), name)

    def _value(self, kind: Kind[T], name: bytes, sealed: bytes | None) -> T | None:
        found = self._open(kind, name, sealed)
        return None if isinstance(found, Tombstone) else found

    def _open(self, kind: Kind[T], name: bytes, sealed: bytes | None) -> T | Tombstone | None:
        """Read what stood in the store. What does not open, or is of an older version's shape, counts as gone."""
        if sealed is None:
            return None
        if sealed == _TOMBSTONE:
            return Tombstone()
        decoder = self._decoders.get(kind)
        if decoder is None:
            decoder = self._decoders[kind] = msgspec.msgpack.Decoder(kind.holds)
        try:
            value: T = decoder.decode(self._keyring.open(kind.name, sealed, name))
        except (SealBroken, msgspec.DecodeError):
            return None
        return value


def _seconds(kind: Kind[Any], lifetime: int | None) -> int:
    """Return a life the store accepts: a session in its last second still has one."""
    return max(1, kind.lifetime if lifetime is None else lifetime)
