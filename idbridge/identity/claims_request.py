"""The claims that a request asks for by name (OpenID Connect Core §5.5), as a value.

Reading the parameter is `oidc`'s, as is what a requested ``sub`` or ``acr`` means; which claims exist is `release`'s.
"""

from __future__ import annotations

from dataclasses import dataclass


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

    @property
    def at_userinfo(self) -> frozenset[str]:
        """The names asked for at userinfo, in whatever language."""
        return frozenset(claim.base for claim in self.userinfo)

    @property
    def in_id_token(self) -> frozenset[str]:
        """The names asked for in the ID token, in whatever language."""
        return frozenset(claim.base for claim in self.id_token)

    def of_id_token(self, name: str) -> RequestedClaim | None:
        """Return how a claim was asked for in the ID token (``acr``, ``auth_time``, ``sub``)."""
        return next((claim for claim in self.id_token if claim.name == name), None)

    @property
    def languages(self) -> tuple[str, ...]:
        """The language tags asked for on single claims, in order: further ``claims_locales``."""
        return tuple(dict.fromkeys(claim.language for claim in (*self.userinfo, *self.id_token) if claim.language))
