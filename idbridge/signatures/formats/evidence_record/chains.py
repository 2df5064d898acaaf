"""An evidence record as both syntaxes have it: chains of archive timestamps, each with its reduced hash tree."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from idbridge.signatures.contents import digest

HashTree = tuple[tuple[bytes, ...], ...]
"""Lists of digests, from the leaves up; empty where the timestamp is over the one digest itself."""


@dataclass(frozen=True, slots=True)
class ArchiveTimestamp:
    """One archive timestamp. `stated` is the octets that a renewal digests; `token` is the RFC 3161 token."""

    tree: HashTree
    token: bytes = field(repr=False)
    stated: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Chain:
    """Archive timestamps of one digest algorithm. `before` is the encoding of all chains before it."""

    algorithm: str
    timestamps: tuple[ArchiveTimestamp, ...]
    before: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Record:
    """A record: its form and its chains, first one first. `renewed` combines an object's digest with that of `before`.

    RFC 4998 clause 5.2 digests the two together; RFC 6283 clause 4.2.2 puts them beside one another in the tree.
    """

    form: str
    chains: tuple[Chain, ...]
    renewed: Callable[[str, tuple[bytes, ...], bytes], tuple[bytes, ...] | None] = field(repr=False)


def combined(algorithm: str, digests: tuple[bytes, ...]) -> bytes | None:
    """Return one digest for a list: itself if it is alone, else that of all, in binary ascending order.

    RFC 4998 clause 4.2, RFC 6283 clause 3.2.1. None for an algorithm that is not known.
    """
    if len(digests) == 1:
        return digests[0]
    return digest(algorithm, *sorted(digests))


def root_of(algorithm: str, tree: HashTree) -> bytes | None:
    """Return the root of a reduced hash tree (RFC 4998 clause 4.3, RFC 6283 clause 3.3)."""
    found: bytes | None = None
    for listed in tree:
        found = combined(algorithm, listed if found is None else (*listed, found))
        if found is None:
            return None
    return found
