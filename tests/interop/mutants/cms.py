"""Changes to CMS: what is beside the signature is taken away, doubled, reordered; what is in it is altered; other encodings."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from itertools import islice

from idbridge.signatures.algorithms import encode_oid
from idbridge.signatures.ber import OCTET_STRING, SEQUENCE, BerError, Value, encode, read_value
from tests.interop.mutants.change import Mutant, flipped, rearranged

MEMBERS = 8
"""Of a set that are taken away and doubled, each by itself."""
ALGORITHMS = ("1.2.840.113549.1.1.1", "1.2.840.113549.1.1.11", "1.2.840.10045.4.3.2", "1.2.3.4")
SHA512 = "2.16.840.1.101.3.4.2.3"

Path = tuple[int, ...]
"""From the whole to a value in it: which child, of that which child, and so on."""


def mutants(data: bytes) -> Iterator[Mutant]:
    """Yield the mutants of a CMS file in DER or BER; of another one nothing."""
    try:
        whole = read_value(data, trailing=True)
        signed = whole.member(1).member(0)
        fields = signed.children()
    except BerError:
        return
    yield from _encodings(data)
    place = {field.tag: number for number, field in enumerate(fields)}
    for name, tag in (("certificates", 0xA0), ("crls", 0xA1), ("signers", 0x31)):
        if tag in place:  # the digest algorithms are a SET too, and stand before the signers
            yield from _set(whole, (1, 0, place[tag]), name)
    yield from _content(whole)
    for number in range(len(fields[-1].children())):
        yield from _signer(whole, (1, 0, len(fields) - 1, number), f"signer {number}")


def _encodings(data: bytes) -> Iterator[Mutant]:
    yield Mutant("PEM", b"-----BEGIN PKCS7-----\n" + base64.encodebytes(data) + b"-----END PKCS7-----\n")
    yield Mutant("base64", base64.b64encode(data))
    yield Mutant("octets behind", data + b"\0" * 16)
    yield Mutant("cut off", data[:-1])
    if data[1] & 0x80 and data[1] != 0x80:
        yield Mutant("indefinite length", b"\x30\x80" + data[2 + (data[1] & 0x7F) :] + b"\0\0")


def replaced(value: Value, path: Path, *instead: bytes) -> bytes:
    """Return the encoding of *value* with what is at *path* in it replaced, or taken out; all lengths are definite."""
    if not path:
        return b"".join(instead)
    place, *rest = path
    children = [child.encoding for child in value.children()]
    children[place] = replaced(value.children()[place], tuple(rest), *instead)
    return encode(value.tag, *children)


def _at(value: Value, path: Path) -> Value:
    for place in path:
        value = value.children()[place]
    return value


def _set(whole: Value, path: Path, name: str) -> Iterator[Mutant]:
    holder = _at(whole, path)
    members = [child.encoding for child in holder.children()]
    for what, changed in rearranged(members[:MEMBERS]):
        yield Mutant(f"{name} {what}", replaced(whole, path, encode(holder.tag, *changed, *members[MEMBERS:])))
    yield Mutant(f"without {name}", replaced(whole, path))


def _content(whole: Value) -> Iterator[Mutant]:
    path = (1, 0, 2)
    members = _at(whole, path).children()
    if len(members) < 2:
        return
    yield Mutant("content taken out", replaced(whole, (*path, 1)))
    octets = b"".join(members[1].children()[0].pieces()) if members[1].children()[0].tag & 0x1F == OCTET_STRING else b""
    if octets:
        altered = encode(OCTET_STRING, flipped(octets, len(octets) // 2))
        yield Mutant("content altered", replaced(whole, (*path, 1, 0), altered))
        yield Mutant("content in pieces", replaced(whole, (*path, 1, 0), _in_pieces(octets)))


def _in_pieces(octets: bytes) -> bytes:
    half = len(octets) // 2
    return encode(OCTET_STRING | 0x20, encode(OCTET_STRING, octets[:half]), encode(OCTET_STRING, octets[half:]))


def _signer(whole: Value, path: Path, name: str) -> Iterator[Mutant]:
    fields = _at(whole, path).children()
    for number, field in enumerate(fields):
        here = (*path, number)
        if number >= 3 and field.tag in (0xA0, 0xA1):
            yield from _set(whole, here, f"{name} {'signed' if field.tag == 0xA0 else 'unsigned'} attributes")
            yield from _doubled_values(whole, here, name)
        elif field.tag == OCTET_STRING:
            value = field.content
            for what, changed in (("altered", flipped(value, len(value) // 2)), ("cut off", value[:-1]), ("empty", b"")):
                yield Mutant(f"{name} value {what}", replaced(whole, here, encode(OCTET_STRING, changed)))
    yield Mutant(f"{name} digest algorithm", replaced(whole, (*path, 2), encode(SEQUENCE, encode_oid(SHA512))))
    algorithm = next(number for number in (3, 4) if fields[number].tag == SEQUENCE)
    for oid in ALGORITHMS:
        changed = encode(SEQUENCE, encode_oid(oid))
        yield Mutant(f"{name} signature algorithm {oid}", replaced(whole, (*path, algorithm), changed))
    yield Mutant(f"{name} of nobody", replaced(whole, (*path, 1), encode(0x80, b"nobody's key")))
    yield Mutant(f"{name} version", replaced(whole, (*path, 0), b"\x02\x01\x05"))


def _doubled_values(whole: Value, path: Path, name: str) -> Iterator[Mutant]:
    """Give an attribute its value twice."""
    attributes: Sequence[Value] = _at(whole, path).children()
    for number, attribute in islice(enumerate(attributes), MEMBERS):
        values = attribute.children()[1]
        twice = encode(values.tag, *(child.encoding for child in (*values.children(), *values.children())))
        yield Mutant(f"{name} attribute {number} with two values", replaced(whole, (*path, number, 1), twice))
