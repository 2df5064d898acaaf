"""The ``claims`` parameter (OpenID Connect Core §5.5): JSON from a stranger, read into a small value."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import msgspec

from idbridge.identity.claims_request import ClaimsRequest, RequestedClaim
from idbridge.oidc.errors import Fault, Refusal

MAX_CLAIMS = 64  # in each of the two members; the catalogue has fewer than forty
MAX_VALUES = 16  # for one claim; no claim of ours has more values worth naming

REQUESTABLE_PROTOCOL_CLAIMS = frozenset({"sub", "acr", "auth_time"})
"""Claims that no release catalogue holds and that may be asked for all the same (OpenID Connect Core §5.5.1)."""


class _Wish(msgspec.Struct):
    """The object beside a claim's name. Members of it that are not understood are ignored (§5.5.1)."""

    essential: bool = False
    value: object = None
    values: list[object] | None = None


class _Document(msgspec.Struct):
    userinfo: dict[str, _Wish | None] | None = None
    id_token: dict[str, _Wish | None] | None = None


_DECODER = msgspec.json.Decoder(_Document)


def read_claims(parameter: str | None, known: Collection[str]) -> ClaimsRequest:
    """Read the parameter's JSON and keep the claims in *known* (names without language tag); others are ignored (§5.5).

    Raises `Refusal` with `Fault.CLAIMS_MALFORMED`.
    """
    if parameter is None:
        return ClaimsRequest()
    try:
        document = _DECODER.decode(parameter)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        raise Refusal(Fault.CLAIMS_MALFORMED) from None
    return ClaimsRequest(_member(document.userinfo, known), _member(document.id_token, known))


def _member(wishes: Mapping[str, _Wish | None] | None, known: Collection[str]) -> tuple[RequestedClaim, ...]:
    if wishes is None:
        return ()
    if len(wishes) > MAX_CLAIMS:
        raise Refusal(Fault.CLAIMS_MALFORMED, limit="claims")
    return tuple(_claim(name, wish) for name, wish in wishes.items() if _is_known(name, known))


def _is_known(name: str, known: Collection[str]) -> bool:
    base, _, tag = name.partition("#")
    # §5.2: a language tag (BCP 47) may follow the name; 35 characters hold every tag in use (RFC 5646 §4.4.1).
    return (base in REQUESTABLE_PROTOCOL_CLAIMS or base in known) and len(tag) <= 35 and tag.isascii() and tag.isprintable()


def _claim(name: str, wish: _Wish | None) -> RequestedClaim:
    if wish is None:  # §5.5.1: null asks for the claim in the default manner
        return RequestedClaim(name)
    values = wish.values if wish.values is not None else [] if wish.value is None else [wish.value]
    if len(values) > MAX_VALUES:
        raise Refusal(Fault.CLAIMS_MALFORMED, limit="values")
    return RequestedClaim(name, wish.essential, tuple(_text(value) for value in values))


def _text(value: object) -> str:
    """Return a value in the form in which it is compared: text as it is, anything else as its JSON."""
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    if not text.isprintable():
        raise Refusal(Fault.CLAIMS_MALFORMED)
    return text
