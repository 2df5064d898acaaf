"""A Signature.xml: what it says that it protects, and where its value is (GB/T 33190 clauses 18.2 and 18.3)."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Final

from idbridge.signatures.algorithms import DIGEST_NAMES, XML_DIGESTS
from idbridge.signatures.evidence import StampPlace
from idbridge.signatures.formats.limits import Limits
from idbridge.signatures.formats.ofd.markup import child, children, local_name, parse, text
from idbridge.signatures.refusals import FormatRefusal, Refusal

DEFAULT_METHOD: Final = "MD5"
"""GB/T 33190 clause 18.2.2: what CheckMethod stands for where it is absent."""

STAMPS_LIMIT: Final = 2_000
"""Places of one seal that are shown: a seal across the fold has one on every page."""

_NAMES: Final[Mapping[str, str]] = {
    # GM/T 0006's own OIDs of foreign digests, without a key
    "1.2.156.10197.1.410": "SHA-1",
    "1.2.156.10197.1.410.1": "SHA-1",
    "1.2.156.10197.1.411": "SHA-256",
    "1.2.156.10197.1.411.1": "SHA-256",
    "MD5": "MD5",
    "SHA1": "SHA-1",
    "SHA224": "SHA-224",
    "SHA256": "SHA-256",
    "SHA384": "SHA-384",
    "SHA512": "SHA-512",
    "SM3": "SM3",
}
_SEPARATORS: Final = re.compile(r"[-_ ]")

CHINA_STANDARD_TIME: Final = timezone(timedelta(hours=8))
"""What a SignatureDateTime without an offset is in: writers put the local time of the one zone that China has."""

UTF_16: Final = (b"\xff\xfe", b"\xfe\xff")
"""The marks with which parts in UTF-16 begin."""

_DIGITS_TIME: Final = re.compile(r"(\d{14})(?:\.\d+)?Z")


@dataclass(frozen=True, slots=True)
class PartReference:
    """One protected part: where it says it is, and its digest (empty where that is no base64)."""

    location: str
    value: bytes


@dataclass(frozen=True, slots=True)
class SignaturePart:
    """What a Signature.xml says. `digest` is the name of the digest of its references; locations are as written.

    `identifiers` are those of its stamps, which count with the signatures' own.
    """

    method: str
    digest: str
    references: tuple[PartReference, ...]
    value: str
    seal: str | None
    stamps: tuple[StampPlace, ...]
    identifiers: tuple[str, ...]
    time: datetime | None
    provider: str


def digest_name(stated: str) -> str:
    """Return the digest that a CheckMethod names: by name, OID or URI. An unknown one stays as it is."""
    stated = stated.strip() or DEFAULT_METHOD
    plain = stated.removeprefix("urn:oid:")
    return DIGEST_NAMES.get(plain) or XML_DIGESTS.get(stated) or _NAMES.get(_SEPARATORS.sub("", plain).upper(), stated)


def read_signature_part(part: bytes, limits: Limits) -> SignaturePart:
    """Read a Signature.xml.

    :raises MarkupError: it is no XML.
    :raises FormatRefusal: it has more references than *limits* allow.
    """
    root = parse(part)
    info = child(root, "SignedInfo")
    info = info if info is not None else root  # without it there is nothing below either, and every field is empty
    references = child(info, "References")
    listed = list(children(references, "Reference")) if references is not None else []
    if len(listed) > limits.references:
        raise FormatRefusal(Refusal.TOO_MANY_ENTRIES, f"{len(listed)} references are more than {limits.references}")
    seal = child(info, "Seal", "BaseLoc")
    provider = child(info, "Provider")
    stamps = list(children(info, "StampAnnot"))[:STAMPS_LIMIT]
    return SignaturePart(
        method=text(child(info, "SignatureMethod")),
        digest=digest_name((references.get("CheckMethod") or "") if references is not None else ""),
        references=tuple(
            PartReference((item.get("FileRef") or "").strip(), _decoded(text(child(item, "CheckValue")))) for item in listed
        ),
        value=text(child(root, "SignedValue")),
        seal=text(seal) or None,
        stamps=tuple(StampPlace(item.get("PageRef") or "", item.get("Boundary") or "") for item in stamps),
        identifiers=tuple(item.get("ID") or "" for item in stamps),
        time=read_time(text(child(info, "SignatureDateTime"))),
        provider=(provider.get("ProviderName") or text(child(provider, "ProviderName"))) if provider is not None else "",
    )


def is_signature_part(part: bytes) -> bool:
    """Tell whether *part* is a Signature.xml."""
    if not part.startswith(UTF_16) and (b"Signature" not in part or b"SignedInfo" not in part):
        return False
    try:
        return local_name(parse(part)) == "Signature"
    except ValueError:
        return False


def _decoded(value: str) -> bytes:
    try:
        return base64.b64decode("".join(value.split()), validate=True)
    except (binascii.Error, ValueError):
        return b""


def read_time(stated: str) -> datetime | None:
    """Return a SignatureDateTime: ISO 8601, or fourteen digits and Z; None for what is neither."""
    try:
        if digits := _DIGITS_TIME.fullmatch(stated):
            return datetime.strptime(digits[1], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
        found = datetime.fromisoformat(stated)
        return (found if found.tzinfo else found.replace(tzinfo=CHINA_STANDARD_TIME)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
