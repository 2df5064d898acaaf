"""What is known of one OpenID provider: its metadata and keys, fetched lazily and kept in memory.

The issuer is pinned: metadata that names another one is never used. Good values outlive a failed refetch, but not for ever;
an unknown key makes one refetch, and a flood of unknown keys makes no flood of refetches. Algorithms are not learnt here:
they are the bridge's configuration.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Generic, TypeVar
from urllib.parse import urlsplit

from idbridge.exchange import HttpRequest, Steps
from idbridge.identity.assertion import Issuer, RegionCode
from idbridge.regions.connector import RegionRefusal
from idbridge.regions.openid_keys import KeySet, VerificationKey, read_keys
from idbridge.regions.replies import fetch_object

DISCOVERY_PATH = "/.well-known/openid-configuration"
"""OpenID Connect Discovery §4: appended to the issuer."""

MAX_URL = 2048
"""Characters of an endpoint: what every browser and server takes."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Metadata:
    """The endpoints of a provider (OpenID Connect Discovery §3, RFC 9207 §3); `userinfo` is empty where there is none."""

    authorization: str
    token: str
    keys: str
    userinfo: str = ""
    announces_iss: bool = False


@dataclass(frozen=True, slots=True)
class Freshness:
    """How long fetched values serve.

    After `lifetime` they are fetched again; when that fails they serve on until they are `kept_for` old, with `retry_after`
    between attempts. `refetches` keys may be fetched for unknown key ids within `refetch_window`.
    """

    lifetime: timedelta = timedelta(hours=1)
    kept_for: timedelta = timedelta(days=1)
    retry_after: timedelta = timedelta(seconds=30)
    refetches: int = 4
    refetch_window: timedelta = timedelta(minutes=1)


class _Kept(Generic[T]):
    """One fetched value with its age."""

    def __init__(self) -> None:
        self.value: T | None = None
        self.fetched = self.tried = datetime.min.replace(tzinfo=UTC)

    def keep(self, value: T, now: datetime) -> None:
        self.value, self.fetched, self.tried = value, now, now

    def usable(self, now: datetime, freshness: Freshness) -> T | None:
        """Return the value while it may serve at all."""
        return self.value if self.value is not None and now - self.fetched < freshness.kept_for else None

    def is_due(self, now: datetime, freshness: Freshness) -> bool:
        """Say whether to fetch now, and if so take the attempt."""
        if self.usable(now, freshness) is None:
            return True
        if now - self.fetched < freshness.lifetime or now - self.tried < freshness.retry_after:
            return False
        self.tried = now
        return True


def _endpoint(region: RegionCode, issuer: Issuer, document: Mapping[str, Any], name: str, *, required: bool = True) -> str:
    """Read an endpoint; it must be as well protected as the issuer (Discovery §3: https)."""
    url = document.get(name)
    if url is None and not required:
        return ""
    if not isinstance(url, str) or len(url) > MAX_URL or not _is_safe(issuer, url):
        raise RegionRefusal(region, "untrusted", f"discovery:{name}")
    return url


def _is_safe(issuer: Issuer, url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    protected = parts.scheme in ("https", urlsplit(issuer).scheme)
    return protected and bool(parts.hostname) and not parts.fragment and url.isprintable()


def read_metadata(region: RegionCode, issuer: Issuer, document: Mapping[str, Any]) -> Metadata:
    """Judge a discovery document (Discovery §4.3). Raises `RegionRefusal` ``untrusted``: another issuer, unsafe endpoint."""
    if document.get("issuer") != issuer:
        raise RegionRefusal(region, "untrusted", "discovery:issuer")
    return Metadata(
        authorization=_endpoint(region, issuer, document, "authorization_endpoint"),
        token=_endpoint(region, issuer, document, "token_endpoint"),
        keys=_endpoint(region, issuer, document, "jwks_uri"),
        userinfo=_endpoint(region, issuer, document, "userinfo_endpoint", required=False),
        announces_iss=document.get("authorization_response_iss_parameter_supported") is True,
    )


class KnownProvider:
    """One provider's metadata and keys, shared by a process's threads."""

    def __init__(self, region: RegionCode, issuer: Issuer, discovery_url: str, freshness: Freshness) -> None:
        self._region = region
        self._issuer = issuer
        self._discovery_url = discovery_url or issuer.rstrip("/") + DISCOVERY_PATH
        self._freshness = freshness
        self._lock = threading.Lock()
        self._metadata: _Kept[Metadata] = _Kept()
        self._keys: _Kept[KeySet] = _Kept()
        self._refetches: deque[datetime] = deque(maxlen=freshness.refetches)

    def metadata(self, now: datetime) -> Steps[Metadata]:
        """Return the metadata, fetched when unknown or old. Raises `RegionRefusal` when there are none to serve."""
        with self._lock:
            known, due = self._metadata.usable(now, self._freshness), self._metadata.is_due(now, self._freshness)
        if not due and known is not None:
            return known
        try:
            document = yield from fetch_object(self._region, HttpRequest("GET", self._discovery_url), "discovery")
            fetched = read_metadata(self._region, self._issuer, document)
        except RegionRefusal:
            if known is not None:
                return known
            raise
        with self._lock:
            self._metadata.keep(fetched, now)
        return fetched

    def verification_key(self, kid: str | None, algorithm: str, now: datetime) -> Steps[VerificationKey]:
        """Return the key for a token's header; an unknown one makes one refetch, within bounds.

        Raises `RegionRefusal`: ``unavailable`` when there are no keys to serve, ``untrusted`` ``key`` when none fits.
        """
        with self._lock:
            known, due = self._keys.usable(now, self._freshness), self._keys.is_due(now, self._freshness)
        keys = (yield from self._fetch_keys(now, known)) if due or known is None else known
        key = keys.choose(kid, algorithm)
        if key is None and not due and self._may_refetch(now):
            keys = yield from self._fetch_keys(now, known)
            key = keys.choose(kid, algorithm)
        if key is None:
            raise RegionRefusal(self._region, "untrusted", "key")
        return key

    def _may_refetch(self, now: datetime) -> bool:
        with self._lock:
            full = len(self._refetches) == self._refetches.maxlen
            if full and now - self._refetches[0] < self._freshness.refetch_window:
                return False
            self._refetches.append(now)
            return True

    def _fetch_keys(self, now: datetime, known: KeySet | None) -> Steps[KeySet]:
        """Fetch the key set; the last good one serves when that fails."""
        try:
            metadata = yield from self.metadata(now)
            document = yield from fetch_object(self._region, HttpRequest("GET", metadata.keys), "keys")
            fetched = read_keys(document)
        except RegionRefusal:
            if known is not None:
                return known
            raise
        except ValueError as error:
            if known is not None:
                return known
            raise RegionRefusal(self._region, "unavailable", "keys:set") from error
        with self._lock:
            self._keys.keep(fetched, now)
        return fetched
