"""One HTTP exchange as values.

Pure code asks for an exchange by yielding an `HttpRequest` and is given the `HttpResponse`; sending, limits and address
rules are `idbridge.outbound`'s. A failed sending is thrown into the generator as `ExchangeFailed`, so that a protocol can
fall back on what it still knows (its last good keys, for one).
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field
from typing import TypeAlias, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """A request to send: an absolute URL, header pairs and, for POST, the body's exact bytes.

    Any of them may hold a secret (Guangdong's token request has it in the query), so none is in the value's repr.
    """

    method: str
    url: str = field(repr=False)
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    body: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """What came back: the status, headers by lower-case name, and the whole body (bounded by the sender)."""

    status: int
    headers: dict[str, str] = field(repr=False)
    body: bytes = field(repr=False)


class ExchangeFailed(Exception):
    """No usable response: `code` is one of ``unreachable``, ``timeout``, ``too-large``, ``forbidden-address``, ``busy``."""

    def __init__(self, code: str, host: str) -> None:
        super().__init__(f"{code}: {host}")
        self.code = code
        self.host = host


Steps: TypeAlias = Generator[HttpRequest, HttpResponse, T]
"""A protocol that needs exchanges before it can return its result."""
