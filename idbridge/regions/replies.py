"""Send a request to a region's provider and read its answer as a JSON object.

Whatever a provider may answer, down to nothing at all, becomes a value or a `RegionRefusal` here; what the object means is
judged by the module of its protocol.
"""

from __future__ import annotations

import logging
import string
from collections.abc import Mapping
from typing import Any, Literal, NewType

import msgspec

from idbridge.exchange import ExchangeFailed, HttpRequest, HttpResponse, Steps
from idbridge.identity.assertion import RegionCode
from idbridge.regions.connector import RegionRefusal

UnverifiedObject = NewType("UnverifiedObject", dict[str, Any])
"""A JSON object as a provider sent it: nothing in it has been judged."""

MAX_LOGGED_NAME = 64
"""A name that a stranger chose is logged to this length: enough to recognise any real one, too little to flood a log."""

_NAME_CHARACTERS = frozenset(f"{string.ascii_letters}{string.digits}._:#-")

_decoder = msgspec.json.Decoder(dict[str, Any])


def read_object(data: bytes | str) -> UnverifiedObject:
    """Read a JSON object. Raises `ValueError` for anything else, nesting beyond the parser's bound included."""
    try:
        return UnverifiedObject(_decoder.decode(data))
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise ValueError("no JSON object") from error


def send(region: RegionCode, request: HttpRequest, purpose: str) -> Steps[HttpResponse]:
    """Exchange one request. Raises `RegionRefusal` ``unavailable`` naming the purpose and what went wrong."""
    try:
        return (yield request)
    except ExchangeFailed as failure:
        raise RegionRefusal(region, "unavailable", f"{purpose}:{failure.code}") from failure


def object_of(region: RegionCode, response: HttpResponse, purpose: str) -> UnverifiedObject:
    """Read a response's body whatever its status. Raises `RegionRefusal` ``unavailable`` when it is no JSON object."""
    try:
        return read_object(response.body)
    except ValueError as error:
        raise RegionRefusal(region, "unavailable", f"{purpose}:json") from error


def fetch_object(region: RegionCode, request: HttpRequest, purpose: str) -> Steps[UnverifiedObject]:
    """Exchange one request for the JSON object of a 200 answer. Raises `RegionRefusal` ``unavailable`` for any other."""
    response = yield from send(region, request, purpose)
    if response.status != 200:
        raise RegionRefusal(region, "unavailable", f"{purpose}:status")
    return object_of(region, response, purpose)


def text(values: Mapping[str, Any], name: str, limit: int) -> str:
    """Return a non-empty string member of at most *limit* characters, else an empty string."""
    value = values.get(name)
    return value if isinstance(value, str) and len(value) <= limit else ""


def clean_name(name: str) -> str:
    """Make a name that a stranger chose fit for a log line or a page: short, letters, digits and ``._:#-`` only."""
    return "".join(character if character in _NAME_CHARACTERS else "?" for character in name[:MAX_LOGGED_NAME])


def log_names(
    logger: logging.Logger, region: RegionCode, event: Literal["unknown claim", "unreadable claim"], names: list[str]
) -> None:
    """Log the names, never the values, of claims that were left out."""
    for name in names:
        logger.warning("%s: %s %s", clean_name(region), event, clean_name(name))
