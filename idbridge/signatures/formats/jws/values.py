"""JSON as a stranger writes it: parsed within bounds, and read member by member without believing any type.

What is absent and what is of another type look the same to who asks; the callers say where that is a fault.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping
from typing import Final, NoReturn, cast

from idbridge.signatures.algorithms import JOSE_DIGESTS, XML_DIGESTS
from idbridge.signatures.evidence import MessageDigest
from idbridge.signatures.formats.limits import Limits
from idbridge.signatures.refusals import FormatRefusal, Refusal

Object = Mapping[str, object]

TEXT_SHOWN: Final = 1_000
"""Characters of a text that are kept for the report."""

NOTHING: Final[Object] = {}

_BASE64URL: Final = re.compile(rb"[A-Za-z0-9_-]*")
_BLANK: Final = re.compile(r"\s+")


class JsonError(ValueError):
    """The text is no JSON, or an object in it has two members of one name (RFC 7515 clause 4 forbids that)."""


def parse(text: bytes, limits: Limits) -> object:
    """Return the JSON value in *text* (RFC 8259), in UTF-8 with or without a mark.

    :raises JsonError: it is none.
    :raises FormatRefusal: it is too large, or too deep.
    """
    if len(text) > limits.json_size:
        raise FormatRefusal(Refusal.TOO_LARGE, f"{len(text)} octets of JSON are more than {limits.json_size}")
    if sum(map(text.count, (b",", b"[", b"{"))) > limits.json_values:
        raise FormatRefusal(Refusal.TOO_MANY_ENTRIES, f"more than {limits.json_values} values in JSON")
    try:
        return json.loads(text.decode("utf-8-sig"), object_pairs_hook=_unique, parse_constant=_no_constant)
    except RecursionError as error:
        raise FormatRefusal(Refusal.TOO_DEEP, "JSON values too deep within one another") from error
    except JsonError:
        raise
    except ValueError as error:
        raise JsonError(f"no JSON: {error}") from error


def _unique(members: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(members)
    if len(found) != len(members):
        raise JsonError("an object has two members of one name")
    return found


def _no_constant(name: str) -> NoReturn:
    raise JsonError(f"{name} is no JSON")


def as_object(value: object) -> Object:
    """Return *value* if it is an object, else an empty one."""
    return cast("Object", value) if isinstance(value, dict) else NOTHING


def as_list(value: object) -> list[object]:
    """Return *value* if it is an array, else an empty one."""
    return value if isinstance(value, list) else []


def as_text(value: object) -> str:
    """Return *value* if it is a string, else an empty one; a surrogate without its other half becomes a question mark."""
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else ""


def shown(value: object) -> str:
    """Return a text, cut to what a report has room for."""
    return as_text(value)[:TEXT_SHOWN]


def from_base64url(text: bytes | str) -> bytes | None:
    """Return what *text* is in base64url without padding (RFC 7515 clause 2); None if it is not that."""
    octets = text.encode("utf-8", "replace") if isinstance(text, str) else text
    if not _BASE64URL.fullmatch(octets) or len(octets) % 4 == 1:
        return None
    return base64.urlsafe_b64decode(octets + b"=" * (-len(octets) % 4))


def to_base64url(octets: bytes) -> bytes:
    """Return *octets* in base64url without padding."""
    return base64.urlsafe_b64encode(octets).rstrip(b"=")


def from_base64(value: object) -> bytes | None:
    """Return what a string is in base64 (certificates, tokens; RFC 7515 clause 4.1.6); None if it is not that."""
    if not isinstance(value, str):
        return None
    try:
        return base64.b64decode(_BLANK.sub("", value), validate=True) or None
    except (binascii.Error, ValueError):
        return None


def digest_name(value: object) -> str:
    """Return the name of the digest that digAlg or hashM states (TS 119 182-1 clause 5.1.7), else what is written."""
    stated = shown(value)
    return JOSE_DIGESTS.get(stated) or XML_DIGESTS.get(stated, stated[:200])


def read_digest(value: object, algorithm: str = "digAlg", octets: str = "digVal") -> MessageDigest:
    """Read an object with a digest's algorithm and value; what is missing is empty, and fits nothing.

    The value is in base64url; some write it in base64.
    """
    stated = as_object(value)
    return MessageDigest(digest_name(stated.get(algorithm)), digest_octets(stated.get(octets)))


def digest_octets(value: object) -> bytes:
    """Return a digest's octets out of base64url or base64; empty if it is neither."""
    return from_base64url(as_text(value)) or from_base64(value) or b""
