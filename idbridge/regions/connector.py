"""What every region's module offers the bridge, whatever protocol its provider speaks.

A login is `depart` (build the redirect), the browser's return to `arrive` (judge the answer, exchanging messages with the
provider as it goes), and, where a provider hands out personal data separately, `ask` and a `Notice` that the provider posts
to the bridge. Nothing here sends, stores or reads a clock; the caller drives the `Steps` and keeps each `Memo` until it is
used once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from idbridge.exchange import Steps
from idbridge.identity.assertion import Attributes, Issuer, RegionAssertion, RegionCode
from idbridge.identity.assurance import Assurance

Memo = dict[str, str]
"""What a connector must remember from one step to the next (nonces, verifiers, tokens). Stored sealed, taken once."""


@dataclass(frozen=True, slots=True)
class Start:
    """What the bridge wants of a login.

    `state` is at most 36 characters of ``[A-Za-z0-9_-]`` (iAM Smart's bound), `return_url` is the bridge's callback.
    `fresh` asks for a new authentication (prompt=login, max_age, linking); `assurance` is the level wanted, `least` the one
    below which the login is refused.
    """

    state: str
    return_url: str
    notice_url: str
    language: str
    now: datetime
    user_agent: str = ""
    fresh: bool = False
    assurance: Assurance = Assurance.LOW
    least: Assurance = Assurance.LOW


@dataclass(frozen=True, slots=True)
class Departure:
    """Where to send the browser, and what to keep until it returns."""

    url: str = field(repr=False)
    memo: Memo = field(repr=False)


@dataclass(frozen=True, slots=True)
class Enquiry:
    """A request for attributes that is under way: keep `memo` under `reference`; the answer comes as a `Notice` naming it.

    `url` is where the browser goes meanwhile (a QR or app page that returns to the callback); None: show a waiting page.
    """

    reference: str
    url: str | None = field(repr=False)
    memo: Memo = field(repr=False)


@dataclass(frozen=True, slots=True)
class Notice:
    """What a provider posted to the bridge about an `Enquiry`: the attributes, or why there are none."""

    reference: str
    attributes: Attributes | None
    refused: str | None = None


class RegionRefusal(Exception):
    """A login at a region did not succeed.

    `code` is stable. ``cancelled``: the user said no; ``timeout``: the user did not answer; ``unavailable``: the provider is
    down or answered nonsense (HTTP errors, no JSON); ``untrusted``: the answer failed a check, which `check` names (``issuer``,
    ``audience``, ``nonce``, ``signature``, ``algorithm``, ``expired``, ``subject``, ``state``, ``claim:NAME`` …); ``disabled``:
    the region is switched off; ``insufficient``: the login is below what was asked. The message never holds personal data or
    secrets.
    """

    def __init__(
        self,
        region: RegionCode,
        code: Literal["cancelled", "unavailable", "untrusted", "disabled", "insufficient", "timeout"],
        check: str = "",
    ) -> None:
        super().__init__(f"{region}: {code} {check}".rstrip())
        self.region = region
        self.code = code
        self.check = check


class Connector(Protocol):
    """One region's protocol, configured. Instances may cache keys in memory; they are shared by a process's threads."""

    @property
    def region(self) -> RegionCode:
        """The region's code."""
        ...

    @property
    def issuer(self) -> Issuer:
        """The issuer that its assertions name; with the subject, the key of a link."""
        ...

    @property
    def echoes_state(self) -> bool:
        """Whether the provider returns ``state``; if not, the caller finds the login by a cookie in the same browser."""
        ...

    def depart(self, start: Start) -> Steps[Departure]:
        """Build the redirect to the provider. Raises `RegionRefusal`."""
        ...

    def arrive(self, answer: Mapping[str, str], memo: Memo, now: datetime) -> Steps[RegionAssertion]:
        """Judge the browser's return (its query or form parameters). Raises `RegionRefusal`."""
        ...

    def ask(self, assertion: RegionAssertion, memo: Memo, start: Start) -> Steps[Enquiry]:
        """Ask for the attributes that `arrive` left out (`attributes` None). Raises `RegionRefusal`."""
        ...

    def hear(self, body: bytes, headers: Mapping[str, str], now: datetime) -> Steps[Notice]:
        """Judge a message that the provider posted to the notice URL. Raises `RegionRefusal`."""
        ...

    def acknowledgement(self) -> bytes:
        """The JSON body to answer a heard message with."""
        ...


class AttributesAtOnce:
    """The second half of a `Connector` whose provider sends a person's attributes with the login: nothing to ask or hear."""

    region: RegionCode

    def ask(self, assertion: RegionAssertion, memo: Memo, start: Start) -> Steps[Enquiry]:  # noqa: ARG002 - the protocol's
        """Refuse with ``unavailable``: there is no second request."""
        yield from ()
        raise RegionRefusal(self.region, "unavailable", "enquiry")

    def hear(self, body: bytes, headers: Mapping[str, str], now: datetime) -> Steps[Notice]:  # noqa: ARG002 - the protocol's
        """Refuse with ``untrusted``: nothing is expected from this provider unasked."""
        yield from ()
        raise RegionRefusal(self.region, "untrusted", "notice")

    def acknowledgement(self) -> bytes:
        """Return an empty JSON object."""
        return b"{}"
