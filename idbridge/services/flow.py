"""What a browser is in the middle of: an authorization request of a portal, a visit to its own pages, or a link to be made."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Literal

from idbridge.identity.assertion import RegionCode
from idbridge.oidc.authorization import AuthorizationRequest
from idbridge.storage.expiring import Expiring, Kind

FLOW_SECONDS = 30 * 60
"""How long a page with a question may stay open; the request behind it is answered or forgotten by then."""

ANSWERED_SECONDS = 60
"""A second press of the same button within this time gets the same kind of answer instead of an error."""

Purpose = Literal["portal", "own", "link"]


@dataclass(frozen=True, slots=True)
class Flow:
    """One thing under way.

    `browser` is the digest of the binding cookie that it belongs to, `language` the page language. The bridge's own pages and
    linking make a request of their own client, so that one dispatcher serves all. `chosen` is a region that the person picked
    just now.
    """

    purpose: Purpose
    browser: str
    language: str
    request: AuthorizationRequest
    chosen: RegionCode | None = None


FLOW = Kind("flow", FLOW_SECONDS, Flow)


class FlowLost(Exception):
    """There is no such flow in this browser: too late, answered already, or never begun here."""


class Flows:
    """Flows that wait for a person, each under an identifier that is its page's address."""

    def __init__(self, expiring: Expiring) -> None:
        self._expiring = expiring

    def keep(self, flow: Flow) -> str:
        """Store a flow and return its identifier."""
        flow_id = secrets.token_urlsafe(24)
        self._expiring.put(FLOW, flow_id, flow)
        return flow_id

    def find(self, flow_id: str, browser: str) -> Flow:
        """Return a flow of this browser. Raises `FlowLost`."""
        flow = self._expiring.get(FLOW, flow_id)
        if flow is None or flow.browser != browser:
            raise FlowLost
        return flow

    def settle(self, flow: Flow, flow_id: str | None) -> None:
        """Let an answered flow live on for a moment, for the double click."""
        if flow_id:
            self._expiring.put(FLOW, flow_id, flow, ANSWERED_SECONDS)
