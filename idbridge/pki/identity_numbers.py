"""Identity numbers in certificates: where each CA puts them, as a table, and what a certificate says by it.

No two CAs agree: the standard's extensions (GB/T 20518) are used with meanings swapped, values carry decoration, older
extensions live on, and outside the mainland the numbers stand in the subject or in alternative names, sometimes as a hash. So
the table (`certs/extractors.toml`) has rules for each CA, found by its issuer name; the first CA that matches counts. What is
read here is what the CA certified; whether a number is well formed is for `idbridge.identity.documents`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from idbridge.pki.certificate import Certificate
from idbridge.pki.names import TEXT_ENCODINGS

Place = Literal["extension", "subject", "other-name"]

MAX_TEXT = 256
"""Characters of a value that patterns are tried on. Identity numbers have some twenty, with decoration some forty."""

MAX_DEPTH = 4
"""Tags within tags around a value: [0] EXPLICIT within SET within SEQUENCE is the deepest seen."""

_CONSTRUCTED = 0x20
_CONTEXT = 0x80


class ExtractorFault(ValueError):
    """The table of extractors does not have the documented form."""

    code = "bad-extractor-table"


@dataclass(frozen=True, slots=True)
class Extractor:
    """One place of one number: ``oid`` names the extension, the subject attribute, or the other-name type.

    ``pattern`` must match the whole text; its first group, or all of it, is the number. ``hashed`` names the digest if the
    certificate has only that ("SHA-256", base64).
    """

    type: str
    place: Place
    oid: str
    pattern: re.Pattern[str]
    hashed: str | None = None


@dataclass(frozen=True, slots=True)
class AuthorityExtractors:
    """The extractors of a CA, known by attributes of its name (without any, of every CA).

    ``confirmed`` says that the CA's own documents do.
    """

    name: str
    issuer: tuple[tuple[str, str], ...]
    confirmed: bool
    extractors: tuple[Extractor, ...]

    def covers(self, certificate: Certificate) -> bool:
        """Tell whether the certificate's issuer has all the attributes."""
        return all(value in certificate.issuer.values(attribute) for attribute, value in self.issuer)


@dataclass(frozen=True, slots=True)
class CertifiedNumber:
    """A number that a certificate states. ``type`` is a document or register (``CN-RESIDENT-ID``, ``USCC``, …)."""

    type: str
    value: str = field(repr=False)
    hashed: str | None
    authority: str
    confirmed: bool


def identity_numbers(certificate: Certificate, table: Sequence[AuthorityExtractors]) -> tuple[CertifiedNumber, ...]:
    """Return the identity numbers in *certificate*, by the first CA in *table* that it is from; none if there is no such CA."""
    rules = next((entry for entry in table if entry.covers(certificate)), None)
    if rules is None:
        return ()
    found = (
        CertifiedNumber(extractor.type, match[min(match.re.groups, 1)], extractor.hashed, rules.name, rules.confirmed)
        for extractor in rules.extractors
        for text in _texts(certificate, extractor)
        if (match := extractor.pattern.fullmatch(text[:MAX_TEXT]))
    )
    return tuple(dict.fromkeys(found))


def extractors_from_table(table: Mapping[str, Any]) -> tuple[AuthorityExtractors, ...]:
    """Return the extractors of a parsed `extractors.toml`.

    :raises ExtractorFault: a member is missing or wrong; the message names the CA.
    """
    try:
        return tuple(map(_authority, table["authority"]))
    except (KeyError, TypeError) as error:
        raise ExtractorFault(f"no list of authorities: {error!r}") from error


def _authority(entry: Mapping[str, Any]) -> AuthorityExtractors:
    name = entry.get("name", "?")
    try:
        return AuthorityExtractors(
            name=entry["name"],
            issuer=tuple(entry["issuer"].items()),
            confirmed=entry["confirmed"] is True,
            extractors=tuple(_extractor(number) for number in entry["number"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError, re.error) as error:
        raise ExtractorFault(f"the extractors of {name}: {error!r}") from error


def _extractor(number: Mapping[str, Any]) -> Extractor:
    if number["from"] not in get_args(Place):
        raise ValueError(f"from is one of {', '.join(get_args(Place))}")
    pattern = re.compile(number["pattern"], re.ASCII)
    return Extractor(number["type"], number["from"], number["oid"], pattern, number.get("hashed"))


def _texts(certificate: Certificate, extractor: Extractor) -> Iterator[str]:
    match extractor.place:
        case "subject":
            yield from certificate.subject.values(extractor.oid)
        case "extension":
            if raw := certificate.extensions.raw.get(extractor.oid):
                yield from _text(raw.value)
        case "other-name":
            for name in certificate.alternative_names:
                if name.kind == "other" and isinstance(name.value, bytes):
                    yield from _other_name(name.value, extractor.oid)


def _other_name(content: bytes, oid: str) -> Iterator[str]:
    """RFC 5280 clause 4.2.1.6: the type's OID, then the value under [0]."""
    identifier = _element(content)
    if identifier is not None and content[0] == 0x06 and _dotted(identifier[0]) == oid:
        yield from _text(identifier[1])


def _text(der: bytes) -> Iterator[str]:
    """Yield the one string in *der*: of any string type, under any tags, or without a tag, as some CAs write it."""
    for _ in range(MAX_DEPTH):
        element = _element(der)
        if element is None or element[1]:
            break
        if not der[0] & _CONSTRUCTED:
            encoding = TEXT_ENCODINGS.get(der[:1], "utf-8" if der[0] & _CONTEXT or der[0] == 0x04 else None)
            der = element[0]
            if encoding is None:
                return
            yield from _decoded(der, encoding)
            return
        der = element[0]
    yield from _decoded(der, "ascii")


def _decoded(content: bytes, encoding: str) -> Iterator[str]:
    try:
        text = content.decode(encoding).strip()
    except UnicodeDecodeError:
        return
    if text and text.isprintable():
        yield text


def _element(der: bytes) -> tuple[bytes, bytes] | None:
    """Split off the first element: its content and what follows; None unless it is a short, well-formed one."""
    if len(der) < 2 or der[0] & 0x1F == 0x1F:
        return None
    length, start = der[1], 2
    if length == 0x81 and len(der) > 2:
        length, start = der[2], 3
    elif length >= 0x80:
        return None
    if len(der) < start + length:
        return None
    return der[start : start + length], der[start + length :]


def _dotted(content: bytes) -> str:
    """Return an OID's dotted form (X.690 clause 8.19); '' where it is malformed."""
    arcs, value = [], 0
    for octet in content:
        value = value << 7 | octet & 0x7F
        if not octet & 0x80:
            arcs.append(value)
            value = 0
    if not arcs or content[-1] & 0x80:
        return ""
    first = min(arcs[0] // 40, 2)
    return ".".join(map(str, (first, arcs[0] - 40 * first, *arcs[1:])))
