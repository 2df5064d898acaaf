"""Read the values of a region's claims into the bridge's own vocabulary, `Attributes`.

A value that cannot be read counts as missing: the login is refused when its claim is required, else the claim is logged by
name and left out. Values of strangers are bounded in length and hold no control characters.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from datetime import date
from typing import Any, Literal

from idbridge.identity import documents
from idbridge.identity.assertion import Attributes, DocumentKind, IdentityDocument, PersonName, RegionCode
from idbridge.regions.claims import ClaimRow, ClaimTable, Meaning, Need, Sifted
from idbridge.regions.connector import RegionRefusal
from idbridge.regions.replies import log_names

logger = logging.getLogger(__name__)

MAX_TEXT = 512
"""Characters of a name or an address: longer than any real one, short enough to store and show."""

Read = dict[Meaning, Any]


class Unreadable(ValueError):
    """A value is not of the form that its meaning needs. Holds nothing of the value."""


_DATE = re.compile(r"[0-9]{4}(-?)[0-9]{2}\1[0-9]{2}")
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,255}")  # RFC 5321 §4.5.3.1: local part 64, domain 255 octets
_PHONE = re.compile(r"\+?[0-9][0-9 ()-]{3,30}")


def read_text(value: object) -> str:
    """Return the text without outer spaces; raises `Unreadable` when empty, too long or with control characters."""
    if not isinstance(value, str) or len(value) > MAX_TEXT:
        raise Unreadable
    stripped = value.strip()
    if not stripped or not stripped.isprintable():
        raise Unreadable
    return stripped


def read_date(value: object) -> date:
    """Read ``YYYY-MM-DD`` (OpenID Connect Core §5.1) or ``YYYYMMDD`` (iAM Smart); raises `Unreadable`."""
    if not _DATE.fullmatch(written := read_text(value)):
        raise Unreadable
    try:
        return date.fromisoformat(written)
    except ValueError as error:
        raise Unreadable from error


def read_document(kind: DocumentKind, value: object) -> IdentityDocument:
    """Read a document's number; raises `Unreadable` when it fails a check of its kind."""
    try:
        return documents.read(kind, read_text(value))
    except documents.DocumentRefusal as refusal:
        raise Unreadable from refusal


def _read_email(value: object) -> str:
    if not _EMAIL.fullmatch(written := read_text(value)):
        raise Unreadable
    return written


def _read_phone(value: object) -> str:
    if not _PHONE.fullmatch(written := read_text(value)):
        raise Unreadable
    return written


def _read_address(value: object) -> str:
    """Read a string, or the ``formatted`` member of an address object (OpenID Connect Core §5.1.1)."""
    if not isinstance(value, dict):
        return read_text(value)
    formatted = value.get("formatted")
    return read_text(" ".join(formatted.split()) if isinstance(formatted, str) else formatted)


def _read_flag(value: object) -> bool:
    """Read a boolean; only a real one counts, since ``"false"`` is true to a careless reader."""
    if not isinstance(value, bool):
        raise Unreadable
    return value


_READERS: dict[Meaning, Callable[[object], object]] = {
    "name-hans": read_text,
    "name-hant": read_text,
    "name-latn": read_text,
    "family-latn": read_text,
    "given-latn": read_text,
    "birthdate": read_date,
    "email": _read_email,
    "email-verified": _read_flag,
    "phone": _read_phone,
    "phone-verified": _read_flag,
    "address": _read_address,
}


def _unwrap(row: ClaimRow, value: object) -> object:
    """Join the members that the row names, when the provider wraps the value in an object."""
    if not row.parts:
        return value
    if not isinstance(value, dict):
        raise Unreadable
    return "".join(read_text(value[part]) for part in row.parts if part in value)


def _read_row(table: ClaimTable, row: ClaimRow, raw: object) -> object:
    value = _unwrap(row, raw)
    if row.meaning == "gender":
        genders = dict(table.genders)
        if not isinstance(value, str) or value not in genders:
            raise Unreadable
        return genders[value]
    if row.meaning == "document":
        if row.document is None:
            raise Unreadable
        return read_document(row.document, value)
    return _READERS[row.meaning](value)


def _latin_name(read: Read) -> PersonName | None:
    family, given = read.get("family-latn", ""), read.get("given-latn", "")
    if full := read.get("name-latn") or " ".join(part for part in (given, family) if part):
        if not family and full.count(", ") == 1:  # "SAN, Chi Nan", as Hong Kong's cards write it
            family, given = full.split(", ")
        return PersonName("Latn", full, family, given)
    return None


def _names(read: Read) -> tuple[PersonName, ...]:
    scripts: tuple[tuple[Meaning, Literal["Hans", "Hant"]], ...] = (("name-hans", "Hans"), ("name-hant", "Hant"))
    han = [PersonName(script, read[meaning]) for meaning, script in scripts if meaning in read]
    latin = _latin_name(read)
    return (*han, *((latin,) if latin else ()))


def compose(read: Read, found: tuple[IdentityDocument, ...]) -> Attributes:
    """Put values already read, by meaning, and the documents together."""
    return Attributes(
        names=_names(read),
        birthdate=read.get("birthdate"),
        gender=read.get("gender"),
        documents=found,
        email=read.get("email"),
        email_verified=read.get("email-verified", False),
        phone=read.get("phone"),
        phone_verified=read.get("phone-verified", False),
        address=read.get("address"),
    )


def read_attributes(region: RegionCode, table: ClaimTable, sifted: Sifted) -> Attributes:
    """Read every sifted claim. Raises `RegionRefusal` ``untrusted`` with ``claim:NAME`` when a required one is unreadable."""
    read: Read = {}
    found: list[IdentityDocument] = []
    unreadable: list[str] = []
    for row, value in sifted:
        if row.meaning == "nothing":
            continue
        try:
            outcome = _read_row(table, row, value)
        except Unreadable as error:
            if row.need is Need.REQUIRED:
                raise RegionRefusal(region, "untrusted", f"claim:{row.name}") from error
            unreadable.append(row.name)
            continue
        if isinstance(outcome, IdentityDocument):
            found.append(outcome)
        else:
            read[row.meaning] = outcome
    log_names(logger, region, "unreadable claim", unreadable)
    return compose(read, tuple(found))
