"""Sign-out that a client asks for (OpenID Connect RP-Initiated Logout 1.0).

`read_logout` reads the request and, through ``id_token_hint`` or ``client_id``, whose it says to be; the caller looks that
client up; `judge_logout` decides. The checks, all answered on an error page because nothing else may be trusted yet:

==============================================  ==========================
id_token_hint, when there is one, is ours       RP-Initiated Logout §§2, 4
client_id and the hint name one client          RP-Initiated Logout §2
that client is registered                       RP-Initiated Logout §2
post_logout_redirect_uri needs a client         RP-Initiated Logout §3
post_logout_redirect_uri is registered          RP-Initiated Logout §3
==============================================  ==========================

After that the browser's user is signed out at once when the hint is of this very session, and asked otherwise: anybody can
make a browser open our address. Without a hint there is no redirect that the user did not confirm.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias
from urllib.parse import urlencode

from idbridge.oidc.authorization.steps import Session
from idbridge.oidc.clients import Client, ClientId
from idbridge.oidc.errors import DirectRefusal, Fault
from idbridge.oidc.id_token_hint import Hint, InvalidHint, read_hint
from idbridge.oidc.keys import SigningKeys
from idbridge.oidc.parameters import Pairs, read_parameters


@dataclass(frozen=True, slots=True)
class LogoutRequest:
    """A request to sign out; `client_id` is whom it says to be from, proved only when there is a `hint`."""

    client_id: ClientId | None
    hint: Hint | None
    post_logout_redirect_uri: str | None
    state: str | None
    ui_locales: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RedirectBack:
    """Then send the browser back to the client."""

    url: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ShowSignedOut:
    """Then show our own page that says so."""


Afterwards: TypeAlias = RedirectBack | ShowSignedOut


@dataclass(frozen=True, slots=True)
class EndSession:
    """End the browser's session, if it has one, without asking."""

    afterwards: Afterwards


@dataclass(frozen=True, slots=True)
class AskToSignOut:
    """Ask the user; on yes, end the session and go on; on no, stay signed in."""

    afterwards: Afterwards


def read_logout(pairs: Pairs, *, keys: SigningKeys, issuer: str) -> LogoutRequest:
    """Read a GET's query or a POST's form. Raises `DirectRefusal`."""
    parameters = read_parameters(pairs, DirectRefusal)
    parameters.check_unrepeated()
    token, client_id = parameters.take("id_token_hint"), parameters.take("client_id")
    hint = None
    if token is not None:
        try:
            hint = read_hint(token, keys, issuer)
        except InvalidHint as invalid:
            raise DirectRefusal(Fault.LOGOUT_HINT_INVALID, reason=invalid.reason) from None
    if hint is not None and client_id not in {None, hint.client_id}:
        raise DirectRefusal(Fault.LOGOUT_CLIENT_MISMATCH)
    parameters.take("logout_hint")  # bounded and let go: the session is the browser's, whoever the portal means
    return LogoutRequest(
        client_id=hint.client_id if hint else None if client_id is None else ClientId(client_id),
        hint=hint,
        post_logout_redirect_uri=parameters.take("post_logout_redirect_uri"),
        state=parameters.take("state"),
        ui_locales=tuple((parameters.take("ui_locales") or "").split()),
    )


def judge_logout(
    request: LogoutRequest, client: Client | None, *, session: Session | None, subject: str | None
) -> EndSession | AskToSignOut:
    """Decide on a request by *client*, which is registered under the request's client id (None: not registered).

    *session* is the browser's, None when nobody is signed in; *subject* is its person's pairwise subject at that client.
    Raises `DirectRefusal`.
    """
    if request.client_id is not None and (client is None or client.client_id != request.client_id):
        raise DirectRefusal(Fault.LOGOUT_CLIENT_UNKNOWN)
    afterwards = _afterwards(request, client)
    if session is None:
        # Nothing to end and nobody to ask; without a hint nothing speaks for a redirect either.
        return EndSession(afterwards if request.hint else ShowSignedOut())
    if request.hint is not None and _is_of(request.hint, session, subject):
        return EndSession(afterwards)
    return AskToSignOut(afterwards)


def _is_of(hint: Hint, session: Session, subject: str | None) -> bool:
    """Whether the hint was issued in this session, or at least to this person (the session was renewed since)."""
    return hint.sid == session.sid_for(hint.client_id) or (subject is not None and hint.subject == subject)


def _afterwards(request: LogoutRequest, client: Client | None) -> Afterwards:
    uri = request.post_logout_redirect_uri
    if uri is None:
        return ShowSignedOut()
    if client is None:
        raise DirectRefusal(Fault.LOGOUT_URI_WITHOUT_CLIENT)
    if uri not in client.post_logout_redirect_uris:
        raise DirectRefusal(Fault.LOGOUT_URI_MISMATCH, client=client.client_id)
    if request.state is None:
        return RedirectBack(uri)
    return RedirectBack(f"{uri}{'&' if '?' in uri else '?'}{urlencode({'state': request.state})}")
