"""Names in certificates: distinguished names compared as RFC 5280 §7.1 says, and the alternative names of §4.2.1.6.

Which names a constraint allows is for `name_constraints`.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import ip_address
from typing import TYPE_CHECKING, Final, Literal

from idbridge.pki.errors import MalformedDerError
from idbridge.pki.structures import AttributeTypeAndValue, NameHolder, decode, enclosed, encoded, header

if TYPE_CHECKING:
    from collections.abc import Callable

    from cryptography.hazmat.asn1 import TLV, SetOf

EMAIL_ADDRESS: Final = "1.2.840.113549.1.9.1"

SHORT_NAMES: Final = {
    "2.5.4.3": "CN",
    "2.5.4.4": "SN",
    "2.5.4.5": "serialNumber",
    "2.5.4.6": "C",
    "2.5.4.7": "L",
    "2.5.4.8": "ST",
    "2.5.4.9": "street",
    "2.5.4.10": "O",
    "2.5.4.11": "OU",
    "2.5.4.12": "title",
    "2.5.4.42": "GN",
    "2.5.4.65": "pseudonym",
    "2.5.4.97": "organizationIdentifier",
    "0.9.2342.19200300.100.1.1": "UID",
    "0.9.2342.19200300.100.1.25": "DC",
    EMAIL_ADDRESS: "emailAddress",
}
"""Attribute types as RFC 4514 §3 and practice write them; others appear as dotted OIDs."""

NUMBERS: Final = frozenset({"2.5.4.5", "0.9.2342.19200300.100.1.1", "2.5.4.45"})
"""serialNumber, UID and x500UniqueIdentifier: where a subject's identity number stands (EN 319 412-1 clause 5.1.3)."""

WITHHELD: Final = "…"

TEXT_ENCODINGS: Final = {
    b"\x0c": "utf-8",  # UTF8String
    b"\x12": "ascii",  # NumericString
    b"\x13": "ascii",  # PrintableString
    b"\x14": "latin-1",  # TeletexString: T.61 on paper, Latin-1 in every certificate that uses it
    b"\x16": "ascii",  # IA5String
    b"\x1a": "ascii",  # VisibleString
    b"\x1c": "utf-32-be",  # UniversalString
    b"\x1e": "utf-16-be",  # BMPString
}
"""String types by their DER tag. Values compare by their text, whichever type carries it (§7.1)."""

NAMES_REMEMBERED: Final = 4096  # issuers recur in every certificate; end entities' names pass through

Attribute = tuple[str, str | bytes]
"""An attribute's dotted type and its value: text, or the whole DER of what is no text."""


@dataclass(frozen=True, slots=True, eq=False)
class Name:
    """A distinguished name. Equal names have equal `key`, whatever string types, case and spacing they use."""

    der: bytes

    @property
    def rdns(self) -> tuple[tuple[Attribute, ...], ...]:
        """The relative distinguished names in order, values as written."""
        return _rdns(self.der)

    @property
    def rdn_keys(self) -> tuple[bytes, ...]:
        """The comparable form of each relative distinguished name, in order."""
        return _keys(self.der)[0]

    @property
    def key(self) -> bytes:
        """The comparable form of the whole: equal names, and only they, have equal keys."""
        return _keys(self.der)[1]

    def values(self, attribute_type: str) -> tuple[str, ...]:
        """Return the textual values of the dotted *attribute_type*, in order."""
        found = (value for rdn in self.rdns for name, value in rdn if name == attribute_type)
        return tuple(value for value in found if isinstance(value, str))

    @property
    def is_empty(self) -> bool:
        """Whether the name has no attribute at all."""
        return self.der == b"\x30\x00"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Name):
            return NotImplemented
        return self.der == other.der or self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)

    def __str__(self) -> str:
        """Write the name for reports and logs: `rfc4514`, but of a number that may be a person's only that it is there."""
        return self._written(_withheld)

    @property
    def rfc4514(self) -> str:
        """The whole name as RFC 4514 writes it, the last relative name first."""
        return self._written(_written)

    def _written(self, write: Callable[[Attribute], str]) -> str:
        return ",".join("+".join(map(write, rdn)) for rdn in reversed(self.rdns))


@lru_cache(NAMES_REMEMBERED)
def _rdns(der: bytes) -> tuple[tuple[Attribute, ...], ...]:
    try:
        members = decode(NameHolder, enclosed(der)).items
    except MalformedDerError:
        # Such a name equals only itself, byte by byte, and is shown in hexadecimal.
        return ((("name", der),),)
    return tuple(read_rdn(member) for member in members)


def read_rdn(members: SetOf[AttributeTypeAndValue]) -> tuple[Attribute, ...]:
    """Return the attributes of one relative distinguished name."""
    return tuple((member.type.dotted_string, _value(member.value)) for member in members.as_list())


@lru_cache(NAMES_REMEMBERED)
def _keys(der: bytes) -> tuple[tuple[bytes, ...], bytes]:
    keys = tuple(rdn_key(rdn) for rdn in _rdns(der))
    return keys, b"".join(len(key).to_bytes(4) + key for key in keys)


def rdn_key(rdn: tuple[Attribute, ...]) -> bytes:
    """Return the comparable form of one relative distinguished name, which is a set (X.501 §9.3)."""
    if len(rdn) == 1:
        return _attribute_key(rdn[0])
    return b"+".join(sorted(len(key).to_bytes(4) + key for key in map(_attribute_key, rdn)))


def _attribute_key(attribute: Attribute) -> bytes:
    name, value = attribute
    return f"{name}={prepared(value)}".encode() if isinstance(value, str) else f"{name}#".encode() + value


def _value(value: TLV) -> str | bytes:
    encoding = TEXT_ENCODINGS.get(value.tag_bytes)
    if encoding is not None:
        try:
            return str(value.data, encoding)
        except UnicodeDecodeError:
            pass  # text that is not what its type says compares as bytes
    return encoded(value)


def prepared(text: str) -> str:
    """Prepare *text* for comparison: map, normalise, fold case, squeeze spaces (RFC 5280 §7.1, RFC 4518 §2)."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return " ".join(text.lower().split())


def _written(attribute: Attribute) -> str:
    name, value = attribute
    if isinstance(value, bytes):
        return f"{SHORT_NAMES.get(name, name)}=#{value.hex()}"
    escaped = "".join(f"\\{mark}" if mark in '\\,+"<>;=' else mark for mark in value)
    return f"{SHORT_NAMES.get(name, name)}={escaped}"


def _withheld(attribute: Attribute) -> str:
    name, _ = attribute
    return f"{SHORT_NAMES.get(name, name)}={WITHHELD}" if name in NUMBERS else _written(attribute)


NameKind = Literal["other", "email", "dns", "x400", "directory", "edi", "uri", "ip", "registered-id"]

KINDS: Final[dict[bytes, NameKind]] = {
    b"\xa0": "other",
    b"\x81": "email",
    b"\x82": "dns",
    b"\xa3": "x400",
    b"\xa4": "directory",
    b"\xa5": "edi",
    b"\x86": "uri",
    b"\x87": "ip",
    b"\x88": "registered-id",
}
"""The CHOICE of GeneralName (RFC 5280 §4.2.1.6) by its tags."""


@dataclass(frozen=True, slots=True)
class GeneralName:
    """One alternative name: text for e-mail, DNS and URI, a `Name` for directory names, content octets for others."""

    kind: NameKind
    value: str | bytes | Name

    def __str__(self) -> str:
        if self.kind == "ip" and isinstance(self.value, bytes) and len(self.value) in {4, 16}:
            return f"ip:{ip_address(self.value)}"
        return f"{self.kind}:{self.value.hex() if isinstance(self.value, bytes) else self.value}"


def read_general_name(value: TLV) -> GeneralName:
    """Return the GeneralName that *value* holds.

    :raises MalformedDerError: an unknown tag, text that is not ASCII (§4.2.1.6: IA5String), or no Name.
    """
    kind = KINDS.get(value.tag_bytes)
    content = bytes(value.data)
    match kind:
        case None:
            raise MalformedDerError(f"no GeneralName has the tag {value.tag_bytes.hex()}")
        case "email" | "dns" | "uri":
            if not content.isascii():
                raise MalformedDerError(f"{kind} name is not IA5String: {content!r}")
            return GeneralName(kind, content.decode("ascii"))
        case "directory":
            decode(NameHolder, header(b"\x30", len(content)) + content)
            return GeneralName(kind, Name(content))
        case _:
            return GeneralName(kind, content)


def carries(names: tuple[GeneralName, ...], wanted: GeneralName) -> bool:
    """Whether one of *names* is *wanted*: hosts without case, wildcards expanded (RFC 5280 §7.2, RFC 9525 §6.3)."""
    return any(name.kind == wanted.kind and _same(name, wanted) for name in names)


def _same(name: GeneralName, wanted: GeneralName) -> bool:
    match name.kind, name.value, wanted.value:
        case "dns", str(offered), str(host):
            offered, host = offered.lower(), host.lower()
            label, _, domain = host.partition(".")
            return offered == host or (bool(label) and "." in domain and offered == f"*.{domain}")
        case "email", str(offered), str(address):
            (local, _, host), (wanted_local, _, wanted_host) = offered.rpartition("@"), address.rpartition("@")
            return local == wanted_local and host.lower() == wanted_host.lower()  # §7.5
        case _, offered_value, wanted_value:
            return offered_value == wanted_value
