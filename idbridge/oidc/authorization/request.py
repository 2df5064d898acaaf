"""An accepted authorization request as a value that can be stored until it is answered."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from idbridge.identity.assertion import RegionCode
from idbridge.identity.assurance import Assurance
from idbridge.identity.claims_request import ClaimsRequest
from idbridge.oidc.authorization.response import ResponseMode, ReturnAddress
from idbridge.oidc.clients import ClientId
from idbridge.oidc.provider import OFFLINE_ACCESS


class Prompt(StrEnum):
    """What the client wants the user to be asked (OpenID Connect Core §3.1.2.1)."""

    NONE = "none"
    LOGIN = "login"
    CONSENT = "consent"
    SELECT_ACCOUNT = "select_account"


class Display(StrEnum):
    """How the client shows our pages (OpenID Connect Core §3.1.2.1)."""

    PAGE = "page"
    POPUP = "popup"
    TOUCH = "touch"


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """A request that passed every check of `reading.judge`; nothing else makes one.

    `scopes` are those that the provider knows and the client may have. `max_age` is in seconds, the client's default
    included. `subjects` are those of whom the client expects one, by ``id_token_hint`` or the ``claims``
    parameter; empty: anybody. `acr_values` are the
    levels wanted, most wanted first; `essential_acr` those of which one must be reached. `received_at` is the bridge's clock
    to the microsecond, against which sign-ins and consents of this request are told from earlier ones.
    """

    client_id: ClientId
    redirect_uri: str
    scopes: tuple[str, ...]
    received_at: datetime
    response_mode: ResponseMode = ResponseMode.QUERY
    state: str | None = field(default=None, repr=False)
    nonce: str | None = field(default=None, repr=False)
    code_challenge: str | None = field(default=None, repr=False)
    prompts: tuple[Prompt, ...] = ()
    display: Display = Display.PAGE
    max_age: int | None = None
    subjects: tuple[str, ...] = field(default=(), repr=False)
    acr_values: tuple[Assurance, ...] = ()
    essential_acr: tuple[Assurance, ...] = ()
    claims: ClaimsRequest = field(default_factory=ClaimsRequest)
    ui_locales: tuple[str, ...] = ()
    claims_locales: tuple[str, ...] = ()
    region_hint: RegionCode | None = None

    @property
    def return_to(self) -> ReturnAddress:
        """Where the client is answered."""
        return ReturnAddress(self.redirect_uri, self.response_mode, self.state)

    @property
    def is_silent(self) -> bool:
        """Whether no page may be shown."""
        return Prompt.NONE in self.prompts

    @property
    def wants_offline_access(self) -> bool:
        """Whether a refresh token is asked for."""
        return OFFLINE_ACCESS in self.scopes
