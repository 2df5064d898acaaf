"""The ``claims`` parameter of an authorization request (OpenID Connect Core §5.5), read into a value.

What a claim's requested value means (``sub``, ``acr``) is `oidc`'s; that a claim exists at all is `release`'s: a name nobody
knows is no fault (§5.5, "ignored").
"""

from __future__ import annotations

import json
from dataclasses import dataclass

MAX_LENGTH = 8192
"""Characters of the parameter: room for every claim of the catalogue, both members, with values."""

MAX_CLAIMS = 64
"""Claims in one member: several times the catalogue with its language tags."""


class ClaimsRequestRefusal(Exception):
    """The parameter is not what §5.5 says; `code` is stable (``too-long``, ``not-json``, ``not-an-object``, ``too-many``)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class RequestedClaim:
    """One claim asked for by name, with the values that would do (none named: any)."""

    name: str
    essential: bool = False
    values: tuple[str, ...] = ()

    @property
    def base(self) -> str:
        """The name without its language tag (§5.2)."""
        return self.name.partition("#")[0]

    @property
    def language(self) -> str:
        """The language tag; empty when there is none."""
        return self.name.partition("#")[2]


@dataclass(frozen=True, slots=True)
class ClaimsRequest:
    """What was asked for in each of the two places claims can go."""

    userinfo: tuple[RequestedClaim, ...] = ()
    id_token: tuple[RequestedClaim, ...] = ()

    def wants_userinfo(self, name: str) -> bool:
        """Say whether the claim, in any language, was asked for at userinfo."""
        return any(claim.base == name for claim in self.userinfo)

    def wants_id_token(self, name: str) -> bool:
        """Say whether the claim, in any language, was asked for in the ID token."""
        return any(claim.base == name for claim in self.id_token)

    def of_id_token(self, name: str) -> RequestedClaim | None:
        """Return how a claim was asked for in the ID token (``acr``, ``auth_time``, ``sub``)."""
        return next((claim for claim in self.id_token if claim.name == name), None)

    @property
    def languages(self) -> tuple[str, ...]:
        """The language tags asked for on single claims, in order: further ``claims_locales``."""
        return tuple(dict.fromkeys(claim.language for claim in (*self.userinfo, *self.id_token) if claim.language))


def read_claims_request(parameter: str | None) -> ClaimsRequest:
    """Read the parameter; absent or empty asks for nothing. Raises `ClaimsRequestRefusal`."""
    if not parameter:
        return ClaimsRequest()
    if len(parameter) > MAX_LENGTH:
        raise ClaimsRequestRefusal("too-long")
    try:
        parsed = json.loads(parameter)
    except (ValueError, RecursionError):  # a parameter of nothing but opening brackets exhausts the stack
        raise ClaimsRequestRefusal("not-json") from None
    members = _object(parsed)
    return ClaimsRequest(userinfo=_claims(members.get("userinfo")), id_token=_claims(members.get("id_token")))


def _object(value: object) -> dict[str, object]:
    if not isinstance(value, dict):
        raise ClaimsRequestRefusal("not-an-object")
    return value


def _claims(member: object) -> tuple[RequestedClaim, ...]:
    if member is None:
        return ()
    wanted = _object(member)
    if len(wanted) > MAX_CLAIMS:
        raise ClaimsRequestRefusal("too-many")
    return tuple(_claim(name, how) for name, how in wanted.items())


def _claim(name: str, how: object) -> RequestedClaim:
    """§5.5.1: null, or an object with ``essential``, ``value``, ``values``; other members are not understood, and ignored."""
    if how is None:
        return RequestedClaim(name)
    members = _object(how)
    values = members.get("values")
    listed = values if isinstance(values, list) else []
    if "value" in members:
        listed = [members["value"], *listed]
    return RequestedClaim(name, members.get("essential") is True, tuple(value for value in listed if isinstance(value, str)))
