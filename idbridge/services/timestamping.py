"""Timestamps from an authority over HTTP (RFC 3161 clause 3.4), through the bounded way out."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

from idbridge.exchange import ExchangeFailed, HttpRequest
from idbridge.outbound import Fetch
from idbridge.signatures.making.refusals import MakingRefusal, MakingRefused
from idbridge.signatures.making.steps import TimestampWanted
from idbridge.signatures.making.timestamping import (
    MEDIA_TYPE_QUERY,
    MEDIA_TYPE_REPLY,
    TimestampQuestion,
    token_of_answer,
)

MAX_TOKEN_BYTES: Final = 256 << 10
"""A token with its certificates has some 5 KB; authorities that add CRLs reach 100."""

NONCE_BITS: Final = 64
"""RFC 3161 clause 2.4.1: a large random number that is very likely generated only once, such as 64 bits."""


class Stamper(Protocol):
    """Whoever gives timestamps, and the digest that it takes where nothing else is asked for."""

    @property
    def digest(self) -> str:
        """Return the name of the digest."""

    def stamp(self, wanted: TimestampWanted) -> bytes:
        """Return a token.

        :raises MakingRefused: there is none to be had.
        """


def random_nonce() -> int:
    """Return a number that nobody has asked with before."""
    return secrets.randbits(NONCE_BITS)


@dataclass(frozen=True, slots=True)
class TimestampAuthority:
    """An authority: its address, the digest to send it, and the policy to ask for, None for its own default."""

    url: str
    digest: str = "SHA-256"
    policy: str | None = None


class TimestampClient:
    """A `Stamper` that asks an authority."""

    def __init__(self, authority: TimestampAuthority, fetch: Fetch, nonce: Callable[[], int] = random_nonce) -> None:
        self._authority = authority
        self._fetch = fetch
        self._nonce = nonce

    @property
    def digest(self) -> str:
        """The digest that the authority is sent by default."""
        return self._authority.digest

    def stamp(self, wanted: TimestampWanted) -> bytes:
        """Return a token that was judged (`signatures.making.timestamping`).

        :raises MakingRefused: the authority cannot be reached, refuses, or answers something else.
        """
        authority = self._authority
        question = TimestampQuestion(wanted.message, wanted.digest or authority.digest, self._nonce(), authority.policy)
        headers = (("Content-Type", MEDIA_TYPE_QUERY), ("Accept", MEDIA_TYPE_REPLY))
        try:
            response = self._fetch(HttpRequest("POST", authority.url, headers, question.encoding()), max_bytes=MAX_TOKEN_BYTES)
        except ExchangeFailed as failure:
            raise MakingRefused(MakingRefusal.TIMESTAMP_UNAVAILABLE, f"{authority.url}: {failure}") from failure
        media_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        if response.status != 200 or media_type != MEDIA_TYPE_REPLY:
            detail = f"{authority.url} answers {response.status} with {media_type or 'no media type'}"
            raise MakingRefused(MakingRefusal.TIMESTAMP_UNAVAILABLE, detail)
        return token_of_answer(response.body, question)
