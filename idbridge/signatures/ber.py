"""A bounded reader of BER, the encoding that CMS allows (X.690 clause 8; RFC 5652 clause 2).

It reads values where they stand, without copying and without looking into what nobody asks for, which is what makes a
signature cheap to read: certificates and lists inside are passed by as single values. Indefinite lengths, constructed
strings and lengths with needless zeros are read; the caller decides what may be signed in such a form.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final

from idbridge.signatures.contents import Buffer

DEPTH_LIMIT: Final = 64
"""Constructed values within one another; the deepest structures of CMS reach 20."""

CHILDREN_LIMIT: Final = 20_000
"""Members of one constructed value. Large CRLs have more entries, but are never opened here."""

BOOLEAN: Final = 0x01
INTEGER: Final = 0x02
BIT_STRING: Final = 0x03
OCTET_STRING: Final = 0x04
NULL: Final = 0x05
OBJECT_IDENTIFIER: Final = 0x06
UTF8_STRING: Final = 0x0C
PRINTABLE_STRING: Final = 0x13
IA5_STRING: Final = 0x16
SEQUENCE: Final = 0x30
SET: Final = 0x31
UTC_TIME: Final = 0x17
GENERALIZED_TIME: Final = 0x18

_CONSTRUCTED: Final = 0x20
_INDEFINITE: Final = -1


class BerError(ValueError):
    """The bytes are not BER, or not the value that was asked for. Readers of formats translate it."""


@dataclass(frozen=True, slots=True)
class Value:
    """One encoded value within `data`: its header begins at `start`, its content is [`first`, `last`), it ends at `end`.

    `tag` is the identifier octet (tags above 30 do not occur in these structures). `end` is past the end-of-contents
    octets where the length is indefinite.
    """

    data: bytes
    tag: int
    start: int
    first: int
    last: int
    end: int

    @property
    def encoding(self) -> bytes:
        """The whole value as it stands."""
        return self.data[self.start : self.end]

    @property
    def view(self) -> memoryview:
        """The whole value as it stands, uncopied."""
        return memoryview(self.data)[self.start : self.end]

    @property
    def content(self) -> bytes:
        """The content octets as they stand."""
        return self.data[self.first : self.last]

    @property
    def indefinite(self) -> bool:
        """Whether the length is indefinite."""
        return self.end != self.last

    def expect(self, *tags: int) -> Value:
        """Return the value itself if its tag is one of *tags*.

        :raises BerError: it is not.
        """
        if self.tag not in tags:
            raise BerError(f"tag {self.tag:02x} at {self.start} where {' or '.join(f'{tag:02x}' for tag in tags)} belongs")
        return self

    def children(self, *tags: int) -> tuple[Value, ...]:
        """Return the members of a constructed value, after checking that its tag is one of *tags* if any are given.

        :raises BerError: it is primitive, malformed inside, or has too many members.
        """
        if tags:
            self.expect(*tags)
        if not self.tag & _CONSTRUCTED:
            raise BerError(f"the value at {self.start} is primitive")
        members: list[Value] = []
        at = self.first
        while at < self.last:
            member = _value(self.data, at, self.last, 0)
            members.append(member)
            at = member.end
            if len(members) > CHILDREN_LIMIT:
                raise BerError(f"more than {CHILDREN_LIMIT} members at {self.start}")
        return tuple(members)

    def member(self, index: int, *tags: int) -> Value:
        """Return one member of a constructed value, as `children` does.

        :raises BerError: there are not so many.
        """
        members = self.children(*tags)
        if index >= len(members):
            raise BerError(f"{len(members)} members at {self.start} where at least {index + 1} belong")
        return members[index]

    def pieces(self) -> tuple[Buffer, ...]:
        """Return the octets of an OCTET STRING, in the pieces that a constructed one has (clause 8.7.3), uncopied."""
        view = memoryview(self.data)
        if not self.tag & _CONSTRUCTED:
            return (view[self.first : self.last],)
        found: list[Buffer] = []
        pending = list(reversed(self.children()))
        while pending:
            member = pending.pop().expect(OCTET_STRING, OCTET_STRING | _CONSTRUCTED)
            if member.tag & _CONSTRUCTED:
                pending.extend(reversed(member.children()))
            else:
                found.append(view[member.first : member.last])
        return tuple(found)

    def octets(self) -> bytes:
        """Return the octets of an OCTET STRING, primitive or constructed, whatever its tag."""
        return self.content if not self.tag & _CONSTRUCTED else b"".join(self.pieces())

    def bits(self) -> bytes:
        """Return the octets of a BIT STRING with no unused bits.

        :raises BerError: it has some, or is constructed.
        """
        content = self.content
        if self.tag & _CONSTRUCTED or content[:1] != b"\x00":
            raise BerError(f"no whole octets in the bit string at {self.start}")
        return content[1:]

    def integer(self) -> int:
        """Return the value of an INTEGER (its tag may be implicit)."""
        if self.first == self.last:
            raise BerError(f"an empty integer at {self.start}")
        return int.from_bytes(self.content, signed=True)

    def identifier(self) -> str:
        """Return the dotted form of an OBJECT IDENTIFIER."""
        self.expect(OBJECT_IDENTIFIER)
        return dotted(self.content)

    def text(self) -> str:
        """Return the text of a string of any of the types used in signatures."""
        encoding = _TEXT.get(self.tag & 0x1F, "utf-8")
        return self.octets().decode(encoding, "replace")

    def time(self) -> datetime:
        """Return a UTCTime or GeneralizedTime as an aware UTC datetime.

        :raises BerError: it is neither, or no moment.
        """
        return moment(self.tag, self.content)


_TEXT: Final = {0x0C: "utf-8", 0x12: "ascii", 0x13: "ascii", 0x14: "latin-1", 0x16: "ascii", 0x1A: "ascii", 0x1E: "utf-16-be"}


def read_value(data: bytes, *, trailing: bool = False) -> Value:
    """Return the value that *data* is; what follows it is an error unless *trailing* is allowed.

    :raises BerError: it is none.
    """
    value = _value(data, 0, len(data), 0)
    if value.end != len(data) and not trailing:
        raise BerError(f"{len(data) - value.end} octets follow the value")
    return value


def _value(data: bytes, at: int, limit: int, depth: int) -> Value:
    if at + 2 > limit:
        raise BerError(f"the encoding ends within a header at {at}")
    tag = data[at]
    if tag & 0x1F == 0x1F:
        raise BerError(f"a tag above 30 at {at}")
    length, first = _length(data, at + 1, limit)
    if length != _INDEFINITE:
        last = first + length
        if last > limit:
            raise BerError(f"the value at {at} ends after what holds it")
        return Value(data, tag, at, first, last, last)
    if not tag & _CONSTRUCTED or depth >= DEPTH_LIMIT:
        raise BerError(f"an indefinite length at {at} that is primitive or too deep")
    last = _end_of_contents(data, first, limit, depth)
    return Value(data, tag, at, first, last, last + 2)


def _length(data: bytes, at: int, limit: int) -> tuple[int, int]:
    """Return the length that stands at *at*, and where the content begins (clause 8.1.3)."""
    short = data[at]
    if short < 0x80:
        return short, at + 1
    count = short & 0x7F
    if count == 0:
        return _INDEFINITE, at + 1
    if count > 8 or at + 1 + count > limit:
        raise BerError(f"a length of {count} octets at {at}")
    return int.from_bytes(data[at + 1 : at + 1 + count]), at + 1 + count


def _end_of_contents(data: bytes, at: int, limit: int, depth: int) -> int:
    """Return where the end-of-contents octets of an indefinite value begin (clause 8.1.5)."""
    while data[at : at + 2] != b"\x00\x00" or at + 2 > limit:
        at = _value(data, at, limit, depth + 1).end
    return at


@lru_cache(1024)  # the few hundred identifiers of the field recur in every signature
def dotted(content: bytes) -> str:
    """Return the dotted form of an object identifier's content octets (clause 8.19).

    :raises BerError: it is empty, unfinished, or longer than any in use.
    """
    if not content or content[-1] & 0x80 or len(content) > 64:
        raise BerError("no object identifier")
    arcs: list[int] = []
    arc = 0
    for octet in content:
        arc = arc << 7 | octet & 0x7F
        if not octet & 0x80:
            arcs.append(arc)
            arc = 0
    head = min(arcs[0] // 40, 2)
    return ".".join(map(str, (head, arcs[0] - 40 * head, *arcs[1:])))


def moment(tag: int, content: bytes) -> datetime:
    """Return the moment that a time's content octets state: UTCTime or GeneralizedTime, with fractions and offsets.

    X.680 clauses 46 and 47; RFC 5280 clause 4.1.2.5.1 for the century of two-digit years.

    :raises BerError: it states none.
    """
    try:
        text = content.decode("ascii")
        if tag == UTC_TIME:
            text = ("19" if text[:2] >= "50" else "20") + text
        elif tag != GENERALIZED_TIME:
            raise BerError(f"tag {tag:02x} is no time")
        return _instant(text)
    except (UnicodeDecodeError, ValueError, OverflowError) as error:
        raise BerError(f"no time: {error}") from error


def _instant(text: str) -> datetime:
    zone = timedelta()
    if text.endswith("Z"):
        text = text[:-1]
    elif len(text) > 5 and text[-5] in "+-":
        sign = 1 if text[-5] == "+" else -1
        zone = sign * timedelta(hours=_number(text[-4:-2]), minutes=_number(text[-2:]))
        text = text[:-5]
    digits, _, fraction = text.replace(",", ".").partition(".")
    if len(digits) not in (12, 14):
        raise ValueError(f"{len(digits)} digits")
    parts = (digits[:4], *(digits[i : i + 2] for i in range(4, len(digits), 2)))
    micro = _number(fraction[:6].ljust(6, "0")) if fraction else 0
    year, month, day, hour, minute, *second = map(_number, parts)
    return datetime(year, month, day, hour, minute, second[0] if second else 0, micro, tzinfo=UTC) - zone


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise ValueError(f"{text!r} are no digits")
    return int(text)


def encode(tag: int, *contents: bytes) -> bytes:
    """Return the DER encoding of a value with this identifier octet and content."""
    return header(tag, sum(map(len, contents))) + b"".join(contents)


def header(tag: int, length: int) -> bytes:
    """Return the identifier and length octets in DER of a value with so many octets of content."""
    if length < 0x80:
        return bytes((tag, length))
    octets = length.to_bytes((length.bit_length() + 7) // 8)
    return bytes((tag, 0x80 | len(octets))) + octets


def to_der(value: Value, depth: int = 0) -> bytes:
    """Return *value* in definite lengths, strings in one piece and sets in order (X.690 clauses 10 and 11).

    :raises BerError: it is malformed inside, or too deep.
    """
    if not value.tag & _CONSTRUCTED:
        return encode(value.tag, value.content)
    if depth >= DEPTH_LIMIT:
        raise BerError("values too deep within one another")
    if value.tag == OCTET_STRING | _CONSTRUCTED:
        return encode(OCTET_STRING, value.octets())
    members = [to_der(member, depth + 1) for member in value.children()]
    if value.tag == SET:
        members.sort()  # SET OF; a SET of the structures read here is always one
    return encode(value.tag, *members)
