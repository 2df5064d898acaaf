"""What a browser is in the middle of: an authorization request of a portal, a visit to its own pages, or a link to be made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from idbridge.identity.assertion import RegionCode
from idbridge.oidc.authorization import AuthorizationRequest
from idbridge.storage.expiring import Kind

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
