"""An ID token of ours that comes back as a hint, at authorization or at sign-out: may be expired, must be genuine."""

from __future__ import annotations

from dataclasses import dataclass

from idbridge.oidc.clients import ClientId
from idbridge.oidc.keys import NotOurToken, SigningKeys


class InvalidHint(Exception):
    """A hint that is no ID token of ours; `reason` is one of `NotOurToken`'s, or the claim at fault."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Hint:
    """What a genuine ID token of ours says: for which client it was made, of whom, and of which session."""

    client_id: ClientId
    subject: str
    sid: str | None


def read_hint(token: str, keys: SigningKeys, issuer: str) -> Hint:
    """Read *token*; its expiry is not looked at (OpenID Connect Core §3.1.2.1, RP-Initiated Logout §4).

    Raises `InvalidHint`.
    """
    try:
        claims = keys.recognise(token)
    except NotOurToken as refusal:
        raise InvalidHint(refusal.reason) from None
    if claims.get("iss") != issuer:
        raise InvalidHint("iss")
    # Of all that our keys may sign, only an ID token says when somebody signed in.
    if "auth_time" not in claims:
        raise InvalidHint("auth_time")
    audience, subject, sid = claims.get("aud"), claims.get("sub"), claims.get("sid")
    if not isinstance(audience, str):
        raise InvalidHint("aud")
    if not isinstance(subject, str):
        raise InvalidHint("sub")
    return Hint(ClientId(audience), subject, sid if isinstance(sid, str) else None)
