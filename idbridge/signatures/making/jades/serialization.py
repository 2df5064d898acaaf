"""JWS as it is written, and as what is there is kept when something is added (RFC 7515 clause 7)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, cast

from idbridge.signatures.formats.jws.canonical import URI, canonical
from idbridge.signatures.formats.jws.serialization import read_serialization
from idbridge.signatures.formats.jws.values import JsonError, parse, to_base64url
from idbridge.signatures.formats.limits import Limits
from idbridge.signatures.making.refusals import MakingRefusal, MakingRefused
from idbridge.signatures.refusals import NotADocument

Members = dict[str, Any]
"""A JSON object that is ours to add to."""


class Serialization(StrEnum):
    """How a JWS is written. The compact one has no room for more than B-B."""

    COMPACT = "compact"
    FLATTENED = "flattened"
    GENERAL = "general"


def encoded(value: object) -> str:
    """Return *value* as JSON without needless space, in base64url."""
    return to_base64url(_json(value)).decode()


def _json(value: object) -> bytes:
    try:
        return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise MakingRefused(MakingRefusal.STATEMENT, f"a text with half a character: {error}") from error


@dataclass(frozen=True, slots=True)
class Jws:
    """A JWS taken apart: members as they stand. `payload` is None where it is detached; `compact` if it came so."""

    signatures: tuple[Members, ...]
    payload: str | None
    others: Mapping[str, object]
    compact: bool = False
    general: bool = False

    def written(self, serialization: Serialization | None = None) -> bytes:
        """Return it in JSON; flattened or general as it came, or as its number of signatures needs.

        :raises MakingRefused: it cannot be written in the *serialization* asked for.
        """
        if serialization is None:
            serialization = Serialization.GENERAL if self.general else Serialization.FLATTENED
        payload = {} if self.payload is None else {"payload": self.payload}
        if serialization is Serialization.COMPACT:
            return self._in_parts()
        if serialization is Serialization.FLATTENED and len(self.signatures) == 1:
            return _json({**self.others, **payload, **self.signatures[0]})
        return _json({**self.others, **payload, "signatures": list(self.signatures)})

    def _in_parts(self) -> bytes:
        (signature,) = self.signatures
        if "header" in signature:
            raise MakingRefused(MakingRefusal.LEVEL, "a compact JWS has no room for unsigned parameters")
        return ".".join((signature["protected"], self.payload or "", signature["signature"])).encode()


def read_jws(document: bytes, limits: Limits) -> Jws:
    """Take *document* apart; a compact one has no header but the protected one.

    :raises MakingRefused: it is no JWS.
    :raises FormatRefusal: it is beyond *limits*.
    """
    try:
        written = read_serialization(document, limits)
        text = document.removeprefix(b"\xef\xbb\xbf").strip()
        if not text.startswith(b"{"):
            parts = [part.decode("ascii") for part in text.split(b".")]
            return Jws(({"protected": parts[0], "signature": parts[2]},), parts[1] or None, {}, compact=True)
        outer = cast("Members", parse(text, limits))
    except (NotADocument, JsonError, UnicodeDecodeError) as error:
        raise MakingRefused(MakingRefusal.FORMAT, f"no JWS: {error}") from error
    if any(fault.fatal for one in written for fault in one.faults):
        raise MakingRefused(MakingRefusal.FORMAT, "the JWS is malformed: nothing can be added to it")
    general = "signatures" in outer
    members = outer.pop("signatures") if general else [_taken(outer)]
    if not all(map(_can_be_added_to, members)):
        raise MakingRefused(MakingRefusal.FORMAT, "an unprotected header is no object, or its etsiU no array of one kind")
    payload = outer.pop("payload", None)
    return Jws(tuple(members), payload, outer, general=general)


def _can_be_added_to(signature: Members) -> bool:
    header = signature.get("header", {})
    components = header.get("etsiU", []) if isinstance(header, dict) else None
    kinds = {type(one) for one in components} if isinstance(components, list) else {None}
    return kinds <= {str} or kinds <= {dict}


def _taken(outer: Members) -> Members:
    return {name: outer.pop(name) for name in ("protected", "header", "signature") if name in outer}


def add_component(signature: Members, name: str, value: object) -> None:
    """Append a component to `etsiU` (clause 5.3.1): in base64url, unless those that are there are clear."""
    components = signature.setdefault("header", {}).setdefault("etsiU", [])
    component = {name: value}
    components.append(component if any(isinstance(one, dict) for one in components) else encoded(component))


def component_octets(signature: Members) -> bytes:
    """Return the components as an archive timestamp takes them (clause 5.3.6.3): clear ones by RFC 8785.

    :raises MakingRefused: one has no canonical form.
    """
    try:
        return b"".join(
            one.encode() if isinstance(one, str) else canonical(one) for one in signature.get("header", {}).get("etsiU", ())
        )
    except ValueError as error:
        raise MakingRefused(MakingRefusal.FORMAT, f"an unsigned component without canonical form: {error}") from error


def canonicalization(signature: Members) -> dict[str, object]:
    """Return what a timestamp says of how clear components were brought to octets; nothing for those in base64url."""
    clear = any(isinstance(one, dict) for one in signature.get("header", {}).get("etsiU", ()))
    return {"canonAlg": URI} if clear else {}
