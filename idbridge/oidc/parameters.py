"""Parameters of a request, from a query or a form, as strangers send them.

Reading them counts and collects; taking one checks it. So an endpoint can refuse a bad parameter in the way that the
endpoint refuses, once it knows whom it is talking to.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from idbridge.oidc.errors import Fault, Refusal

Pairs = Iterable[tuple[str, str]]
"""Decoded name and value pairs in the order sent, repeated names included."""

MAX_PARAMETERS = 64  # the longest list any of our endpoints knows is 24 names; the rest are strangers' extensions

LIMITS: Mapping[str, int] = {
    "client_id": 128,
    "redirect_uri": 2048,  # as long as one may be registered
    "state": 4096,  # some client libraries keep a whole page's state in it
    "nonce": 1024,
    "scope": 1024,
    "claims": 8192,
    "id_token_hint": 8192,  # an ID token of ours with every claim is below 4 kB
    "ui_locales": 256,
    "claims_locales": 256,
    "acr_values": 512,
    "login_hint": 512,
    "post_logout_redirect_uri": 2048,
}
"""Greatest length in characters that a parameter may have; `OTHER_LIMIT` where not listed."""

OTHER_LIMIT = 512

_REPEATABLE = frozenset({"resource", "audience"})  # RFC 8707 §2, RFC 8693 §2.1; both are ignored here


@dataclass(frozen=True, slots=True)
class Parameters:
    """What was sent: `values` by name (the first of each), and the names that came more than once.

    `refusal` is how the endpoint that reads them refuses.
    """

    values: Mapping[str, str] = field(repr=False)
    repeated: frozenset[str] = frozenset()
    refusal: type[Refusal] = Refusal

    def take(self, name: str) -> str | None:
        """Return a parameter, None when absent. Raises `refusal` when it is repeated, too long or unprintable."""
        if name in self.repeated:
            raise self.refusal(Fault.PARAMETER_REPEATED, parameter=name)
        value = self.values.get(name)
        if value is None:
            return None
        if len(value) > LIMITS.get(name, OTHER_LIMIT):
            raise self.refusal(Fault.PARAMETER_TOO_LONG, parameter=name)
        # RFC 6749 App. A allows no control character anywhere; a lone surrogate could not even be sent back.
        # JSON is the exception, whose white space may be line breaks; its own parser judges it.
        if name != "claims" and not value.isprintable():
            raise self.refusal(Fault.PARAMETER_MALFORMED, parameter=name)
        return value

    def check_unrepeated(self) -> None:
        """Refuse a request in which any parameter is repeated, known to us or not (RFC 6749 §3.1). Raises `refusal`."""
        if self.repeated:
            raise self.refusal(Fault.PARAMETER_REPEATED, count=str(len(self.repeated)))


def read_parameters(pairs: Pairs, refusal: type[Refusal] = Refusal) -> Parameters:
    """Collect *pairs*. Raises *refusal* when there are too many.

    A parameter without a value counts as not sent (RFC 6749 §3.1).
    """
    values: dict[str, str] = {}
    repeated: set[str] = set()
    for count, (name, value) in enumerate(pairs):
        if count >= MAX_PARAMETERS:
            raise refusal(Fault.TOO_MANY_PARAMETERS)
        if not value:
            continue
        if name in values and name not in _REPEATABLE:
            repeated.add(name)
        values.setdefault(name, value)
    return Parameters(values, frozenset(repeated), refusal)
