"""A region's switch: off means that no login begins there, and that none that was under way is finished."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from idbridge.exchange import Steps
from idbridge.identity.assertion import Issuer, RegionAssertion, RegionCode
from idbridge.regions.connector import Connector, Departure, Enquiry, Memo, Notice, RegionRefusal, Start


class Switched:
    """A connector behind its region's switch, looked at when a login begins and again when it comes back."""

    def __init__(self, connector: Connector, *, enabled: bool) -> None:
        self._connector = connector
        self._enabled = enabled

    @property
    def region(self) -> RegionCode:
        """The region's code."""
        return self._connector.region

    @property
    def issuer(self) -> Issuer:
        """The issuer of the region's assertions."""
        return self._connector.issuer

    @property
    def echoes_state(self) -> bool:
        """Whether the provider returns the state."""
        return self._connector.echoes_state

    def depart(self, start: Start) -> Steps[Departure]:
        """Begin a login, unless switched off."""
        self._check()
        return (yield from self._connector.depart(start))

    def arrive(self, answer: Mapping[str, str], memo: Memo, now: datetime) -> Steps[RegionAssertion]:
        """Finish a login, unless the region was switched off meanwhile."""
        self._check()
        return (yield from self._connector.arrive(answer, memo, now))

    def ask(self, assertion: RegionAssertion, memo: Memo, start: Start) -> Steps[Enquiry]:
        """Ask for attributes, unless switched off."""
        self._check()
        return (yield from self._connector.ask(assertion, memo, start))

    def hear(self, body: bytes, headers: Mapping[str, str], now: datetime) -> Steps[Notice]:
        """Read a posted message, unless switched off."""
        self._check()
        return (yield from self._connector.hear(body, headers, now))

    def acknowledgement(self) -> bytes:
        """Return the answer to a heard message."""
        return self._connector.acknowledgement()

    def _check(self) -> None:
        if not self._enabled:
            raise RegionRefusal(self.region, "disabled")
