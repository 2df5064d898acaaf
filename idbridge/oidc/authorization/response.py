"""What goes back to the client through the browser: a code or an error, always with ``iss`` and the request's ``state``."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import urlencode

from idbridge.oidc.errors import Fault, Refusal


class ResponseMode(StrEnum):
    """How the parameters travel: in the query, or in a form that the browser posts (OAuth 2.0 Form Post Response Mode)."""

    QUERY = "query"
    FORM_POST = "form_post"


@dataclass(frozen=True, slots=True)
class AuthorizationResponse:
    """An answer for the client: its address, the parameters in order, and how they travel."""

    redirect_uri: str
    parameters: tuple[tuple[str, str], ...] = field(repr=False)
    mode: ResponseMode

    @property
    def url(self) -> str:
        """The address to redirect to in mode ``query``; a query that was registered is kept (RFC 6749 §3.1.2)."""
        separator = "&" if "?" in self.redirect_uri else "?"
        return f"{self.redirect_uri}{separator}{urlencode(self.parameters)}"


@dataclass(frozen=True, slots=True)
class ReturnAddress:
    """Where a client may be answered: an address that is registered for it, the mode and the state it asked for."""

    redirect_uri: str
    mode: ResponseMode = ResponseMode.QUERY
    state: str | None = None

    def with_code(self, code: str, issuer: str) -> AuthorizationResponse:
        """Answer with an authorization code (RFC 6749 §4.1.2)."""
        return self._with((("code", code),), issuer)

    def with_fault(self, fault: Fault, issuer: str) -> AuthorizationResponse:
        """Answer with an error (RFC 6749 §4.1.2.1)."""
        return self._with((("error", fault.error.value), ("error_description", fault.description)), issuer)

    def _with(self, parameters: tuple[tuple[str, str], ...], issuer: str) -> AuthorizationResponse:
        state = (("state", self.state),) if self.state is not None else ()
        # RFC 9207 §2: iss names us in every answer, errors included, against mix-up.
        return AuthorizationResponse(self.redirect_uri, (*parameters, *state, ("iss", issuer)), self.mode)


class RedirectedRefusal(Refusal):
    """A refusal that the client is told of: its address is registered, so the browser may be sent there."""

    def __init__(self, fault: Fault, return_to: ReturnAddress, **evidence: str) -> None:
        super().__init__(fault, **evidence)
        self.return_to = return_to

    def response(self, issuer: str) -> AuthorizationResponse:
        """The answer to send."""
        return self.return_to.with_fault(self.fault, issuer)
