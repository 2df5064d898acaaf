"""References to keys: a path, or a PKCS#11 URI (RFC 7512): ``pkcs11:token=ca;object=root?module-path=/usr/lib/hsm.so``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, unquote_to_bytes

from idbridge.storage.keys.errors import BadReferenceError

SCHEME = "pkcs11:"

_PATH_ATTRIBUTES = {"token", "object", "id", "serial", "type"}
_QUERY_ATTRIBUTES = {"module-path", "pin-source"}


@dataclass(frozen=True, slots=True)
class TokenKey:
    """Where a key is in hardware: token label (or serial number), key label and id, and the vendor's library."""

    module: Path
    token: str | None
    serial: str | None
    label: str | None
    id: bytes | None
    pin_source: Path | None = None


def parse_reference(reference: str) -> Path | TokenKey:
    """Return the path, or the place in a token, that *reference* names.

    :raises BadReferenceError: empty, or a PKCS#11 URI that lacks the library, the token or the key, or has attributes that
        are not understood. A PIN in the URI (``pin-value``) is refused: it would end up in logs.
    """
    if not reference.startswith(SCHEME):
        if not reference:
            raise BadReferenceError("an empty key reference")
        return Path(reference)
    path, _, query = reference.removeprefix(SCHEME).partition("?")
    place = _attributes(path, ";", _PATH_ATTRIBUTES)
    options = _attributes(query, "&", _QUERY_ATTRIBUTES)
    if "module-path" not in options or not {"token", "serial"} & set(place) or not {"object", "id"} & set(place):
        raise BadReferenceError("a PKCS#11 URI here needs token or serial, object or id, and module-path")
    return TokenKey(
        module=Path(unquote(options["module-path"])),
        token=_text(place, "token"),
        serial=_text(place, "serial"),
        label=_text(place, "object"),
        id=unquote_to_bytes(place["id"]) if "id" in place else None,
        pin_source=Path(unquote(options["pin-source"]).removeprefix("file:")) if "pin-source" in options else None,
    )


def _attributes(text: str, separator: str, known: set[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in filter(None, text.split(separator)):
        name, equals, value = part.partition("=")
        if not equals or name not in known or name in found:
            raise BadReferenceError(f"a PKCS#11 URI with the attribute {name!r} is not understood")
        found[name] = value
    return found


def _text(attributes: dict[str, str], name: str) -> str | None:
    return unquote(attributes[name]) if name in attributes else None
