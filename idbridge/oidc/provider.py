"""What this provider is and offers: the one value that reading, dispatching and discovery agree on."""

from __future__ import annotations

from dataclasses import dataclass

from idbridge.identity.assertion import RegionCode
from idbridge.identity.assurance import Assurance

OPENID = "openid"
OFFLINE_ACCESS = "offline_access"
ORGANISATION = "organisation"

PROTOCOL_SCOPES = (OPENID, OFFLINE_ACCESS)
"""The scopes that release no claims of their own."""


@dataclass(frozen=True, slots=True)
class RegionOffer:
    """A region that is enabled now, and the highest level of assurance that a login there can reach."""

    code: RegionCode
    ceiling: Assurance = Assurance.HIGH


@dataclass(frozen=True, slots=True)
class Provider:
    """The bridge towards portals.

    `issuer` is an https URL without trailing slash; `scopes` and `claims` are those of the release catalogue
    (`identity.release`), without the protocol's own; `regions` are the enabled ones, in the order in which they are shown.
    """

    issuer: str
    regions: tuple[RegionOffer, ...]
    scopes: tuple[str, ...]
    claims: tuple[str, ...]
    languages: tuple[str, ...] = ("zh-Hans", "zh-Hant", "en", "pt")

    def __post_init__(self) -> None:
        if self.issuer.endswith("/"):
            raise ValueError("an issuer ends without a slash: endpoints are appended to it")
