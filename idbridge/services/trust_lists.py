"""The trust lists an instance relies on: loaded from its home, refreshed from where they are published, every version kept.

A good list stays in force until its own next update, whatever happens to its publisher; it is replaced only by a better one
(`trust.refresh` decides). How old it is, and how the last refresh went, is told to operators and stands in reports.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from idbridge.clock import Clock
from idbridge.exchange import ExchangeFailed, HttpRequest
from idbridge.outbound import Fetch
from idbridge.pki.anchors import TrustAnchor
from idbridge.pki.certificate import Certificate
from idbridge.storage.list_versions import ListVersions, StoredVersion
from idbridge.trust.anchors import trust_anchors
from idbridge.trust.model import SignedTrustList
from idbridge.trust.reading import read_list
from idbridge.trust.refresh import Decision, decide, signers_of_next
from idbridge.trust.refusals import TrustListRefused
from idbridge.trust.reliance import Reliance, Standing, reliance_at
from idbridge.trust.vocabulary import CA_TYPES, MIME_TYPE, Territory, Uri
from idbridge.trust.xml.parsing import MAX_BYTES

EXPIRES_SOON: Final = timedelta(days=7)
"""How long before its next update a list is worth an operator's attention: a publisher's holidays pass in that time."""


@dataclass(frozen=True, slots=True)
class ListSource:
    """Where a territory's list is published (None: it is only ever offered), and who may sign it (DER certificates)."""

    territory: Territory
    signers: tuple[bytes, ...]
    location: str | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """How a refresh went. ``code`` is that of the decision, ``http-<status>``, or that of the failed exchange."""

    at: datetime
    code: str
    detail: str = ""

    @property
    def succeeded(self) -> bool:
        """Whether the publisher's list is the one in force."""
        return self.code in {"accepted", "unchanged"}


@dataclass(frozen=True, slots=True)
class ListStatus:
    """What operators are told about one list. ``age`` is since its issue; None where there is no list.

    ``attempts`` counts the refreshes by how they went (`Attempt.code`), over all processes and restarts.
    """

    territory: Territory
    standing: Standing
    sequence: int | None = None
    sha256: str | None = None
    issued: datetime | None = None
    next_update: datetime | None = None
    age: timedelta | None = None
    last_attempt: Attempt | None = None
    attempts: Mapping[str, int] = field(default_factory=dict)

    @property
    def ready(self) -> bool:
        """Whether the list may be relied upon."""
        return self.standing is Standing.CURRENT

    def expires_soon(self, now: datetime) -> bool:
        """Whether a current list ends within `EXPIRES_SOON`."""
        return self.ready and self.next_update is not None and self.next_update - now < EXPIRES_SOON


@dataclass(frozen=True, slots=True)
class _Loaded:
    """The last good version of a list, and the state of the store it was found in."""

    signed: SignedTrustList | None
    stamp: tuple[int, int]


class TrustLists:
    """The lists of one instance. Threads share one; processes share the directory."""

    def __init__(
        self,
        sources: Iterable[ListSource],
        versions: ListVersions,
        clock: Clock,
        known: tuple[Certificate, ...] = (),
    ) -> None:
        """Rely on *sources*. *known* are certificates of authorities, cross-certificates mostly, that no list vouches for."""
        self.known = known
        self._sources = {source.territory: source for source in sources}
        self._versions = versions
        self._clock = clock
        self._loaded: dict[Territory, _Loaded] = {}
        self._lock = threading.Lock()

    def in_force(self) -> dict[Territory, Reliance]:
        """Return every configured list and whether it may be relied upon now."""
        now = self._clock()
        return {territory: reliance_at(self._good(territory), now) for territory in self._sources}

    def anchors(self, types: Iterable[Uri] = CA_TYPES) -> tuple[TrustAnchor, ...]:
        """Return the anchors of the lists that may be relied upon now."""
        return trust_anchors(self.in_force(), frozenset(types))

    def offer(self, territory: Territory, data: bytes) -> Decision:
        """Decide on new bytes for a configured list, and keep them if they are accepted.

        :raises KeyError: no list of *territory* is configured.
        """
        source = self._sources[territory]
        with self._lock:
            current = self._good(territory)
            decision = decide(current, data, territory=territory, signers=source.signers, now=self._clock())
            if decision.accepted and decision.in_force is not None:
                self._versions.keep(territory, decision.in_force.content.sequence, data)
                self._loaded[territory] = _Loaded(decision.in_force, self._versions.stamp(territory))
        return decision

    def refresh(self, fetch: Fetch, only: Collection[Territory] | None = None) -> Mapping[Territory, Attempt]:
        """Ask every publisher, or that of *only* some territories; one that fails leaves all good lists alone."""
        wanted = self._sources if only is None else only
        located = {name: source.location for name, source in self._sources.items() if source.location and name in wanted}
        return {territory: self._refresh(territory, location, fetch) for territory, location in located.items()}

    def status(self) -> tuple[ListStatus, ...]:
        """Return what operators are told, in the order of configuration."""
        return tuple(self._status(territory, reliance) for territory, reliance in self.in_force().items())

    def version(self, territory: Territory, sha256: str | None = None) -> bytes | None:
        """Return the bytes of the version with that hash, or of the last good one; None if there is none."""
        if territory not in self._sources:
            return None
        if sha256 is None:
            signed = self._good(territory)
            return None if signed is None else self._bytes(territory, signed)
        found = (version for version in self._versions.versions(territory) if version.sha256 == sha256)
        return next((self._versions.read(version) for version in found), None)

    def history(self, territory: Territory) -> tuple[StoredVersion, ...]:
        """Return every version that was ever relied upon, the newest first."""
        return self._versions.versions(territory)

    def _refresh(self, territory: Territory, location: str, fetch: Fetch) -> Attempt:
        request = HttpRequest("GET", location, (("Accept", f"{MIME_TYPE}, application/xml;q=0.9"),))
        now = self._clock()
        try:
            response = fetch(request, max_bytes=MAX_BYTES)
        except ExchangeFailed as failure:
            attempt = Attempt(now, failure.code, failure.host)
        else:
            if response.status == 200:
                decision = self.offer(territory, response.body)
                attempt = Attempt(now, decision.code, decision.detail)
            else:
                attempt = Attempt(now, f"http-{response.status}")
        self._versions.note_attempt(territory, {"at": attempt.at.isoformat(), "code": attempt.code, "detail": attempt.detail})
        return attempt

    def _good(self, territory: Territory) -> SignedTrustList | None:
        """Return the last good version, read again when another process has added one."""
        stamp = self._versions.stamp(territory)
        loaded = self._loaded.get(territory)
        if loaded is None or loaded.stamp != stamp:
            loaded = _Loaded(self._load(self._sources[territory]), stamp)
            self._loaded[territory] = loaded
        return loaded.signed

    def _load(self, source: ListSource) -> SignedTrustList | None:
        """Return the highest version on disk that is signed by a pinned signer, or by one announced from there on.

        Going down stops at the first that the configuration vouches for; going up from there follows the announced signers.
        """
        later: list[bytes] = []
        good: SignedTrustList | None = None
        for version in self._versions.versions(source.territory):
            data = self._versions.read(version)
            if data is not None and (good := _read(data, source.signers)) is not None:
                break
            later += [] if data is None else [data]
        for data in reversed(later):
            good = _successor(good, data, source.signers)
        return good

    def _bytes(self, territory: Territory, signed: SignedTrustList) -> bytes | None:
        return self._versions.read(StoredVersion(territory, signed.content.sequence, signed.sha256))

    def _status(self, territory: Territory, reliance: Reliance) -> ListStatus:
        attempt, attempts = _attempt(self._versions.last_attempt(territory)), self._versions.attempts(territory)
        if reliance.signed is None:
            return ListStatus(territory, reliance.standing, last_attempt=attempt, attempts=attempts)
        content = reliance.signed.content
        return ListStatus(
            territory,
            reliance.standing,
            content.sequence,
            reliance.signed.sha256,
            content.issued,
            content.next_update,
            reliance.age,
            attempt,
            attempts,
        )


def _read(data: bytes, signers: Iterable[bytes]) -> SignedTrustList | None:
    try:
        return read_list(data, tuple(signers))
    except TrustListRefused:
        return None


def _successor(good: SignedTrustList | None, data: bytes, configured: tuple[bytes, ...]) -> SignedTrustList | None:
    """Return the list in *data* if *good* announced who signed it; it was relied upon once, so its time is not asked."""
    if good is None:
        return None
    return _read(data, signers_of_next(good, configured, good.content.issued)) or good


def _attempt(noted: Mapping[str, object] | None) -> Attempt | None:
    try:
        return (noted and Attempt(datetime.fromisoformat(str(noted["at"])), str(noted["code"]), str(noted["detail"]))) or None
    except (KeyError, ValueError):
        return None
