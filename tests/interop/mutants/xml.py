"""Changes to XML signatures, made in the text, so that all the rest stays as it was written."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.interop.mutants.change import Mutant, rearranged

ALGORITHMS = (
    ("xmlenc#sha256", "xmlenc#sha512"),
    ("xmldsig#sha1", "xmlenc#sha256"),
    ("xmldsig#rsa-sha1", "xmldsig-more#rsa-sha256"),
    ("xmldsig-more#rsa-sha256", "xmldsig-more#rsa-sha512"),
    ("2001/10/xml-exc-c14n#", "2006/12/xml-c14n11"),
    ("TR/2001/REC-xml-c14n-20010315", "2006/12/xml-c14n11"),
    ("TR/2001/REC-xml-c14n-20010315", "2001/10/xml-exc-c14n#"),
    ("2000/09/xmldsig#enveloped-signature", "2000/09/xmldsig#unheard-of"),
)
VALUES = ("DigestValue", "SignatureValue", "X509Certificate", "SigningTime", "EncapsulatedTimeStamp", "MimeType", "Identifier")
REMOVED = (
    "KeyInfo",
    "UnsignedProperties",
    "SignedProperties",
    "QualifyingProperties",
    "Transforms",
    "Object",
    "SignatureValue",
)
ELEMENT = r"<(?:[\w.-]+:)?%s(?:\s[^>]*)?(?:/>|>.*?</(?:[\w.-]+:)?%s\s*>)"
OPENING = re.compile(r"<(?:[\w.-]+:)?([\w.-]+)(?:\s[^<>]*)?>")
LIMIT = 6
"""Places at which one kind of change is tried."""


def mutants(data: bytes) -> Iterator[Mutant]:
    """Yield the mutants of an XML file in UTF-8; of another one nothing."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return
    yield from _encodings(data, text)
    for change, altered in _altered(text):
        if altered != text:
            yield Mutant(change, altered.encode("utf-8"))


def _encodings(data: bytes, text: str) -> Iterator[Mutant]:
    yield Mutant("byte order mark", b"\xef\xbb\xbf" + data.removeprefix(b"\xef\xbb\xbf"))
    yield Mutant("CRLF", data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))
    undeclared = re.sub(r"^\ufeff?<\?xml.*?\?>", "", text, count=1, flags=re.DOTALL)
    yield Mutant("UTF-16", undeclared.encode("utf-16"))
    yield Mutant("declaration dropped", undeclared.encode("utf-8"))
    yield Mutant("comment before", b"<!-- seen -->" + undeclared.encode("utf-8"))
    yield Mutant("comment behind", data + b"<!-- seen -->\n")
    yield Mutant("white space behind", data + b"\n\n")
    yield Mutant("wrapped", b"<envelope>" + undeclared.encode("utf-8") + b"</envelope>")
    yield Mutant("cut off", data[:-2])


def _altered(text: str) -> Iterator[tuple[str, str]]:
    yield from _properties(text)
    for name in REMOVED:
        yield f"without {name}", re.sub(ELEMENT % (name, name), "", text, count=1, flags=re.DOTALL)
    for name in VALUES:
        for number, match in enumerate(list(re.finditer(rf"<(?:[\w.-]+:)?{name}[^>]*>", text))[:LIMIT]):
            place = re.compile("[A-Za-z0-9]").search(text, match.end() + 3)
            if place is not None:
                other = "A" if place[0] != "A" else "B"
                yield f"{name} {number} altered", text[: place.start()] + other + text[place.end() :]
            yield f"{name} {number} broken into lines", text[: match.end()] + "\n" + text[match.end() :]
    for old, new in ALGORITHMS:
        for number, match in enumerate(list(re.finditer(re.escape(old) + '"', text))[:LIMIT]):
            yield f"{old} {number} → {new}", text[: match.start()] + new + '"' + text[match.end() :]
    yield from _attributes(text)
    for number, match in enumerate(list(OPENING.finditer(text))[:: max(1, text.count("<") // 12)]):
        yield f"comment in {match[1]} {number}", text[: match.end()] + "<!-- -->" + text[match.end() :]
        yield f"white space in {match[1]} {number}", text[: match.end()] + "\n " + text[match.end() :]
        yield f"element in {match[1]} {number}", text[: match.end()] + "<more/>" + text[match.end() :]


def _properties(text: str) -> Iterator[tuple[str, str]]:
    """The unsigned properties one by one, and the references, certificates and signatures."""
    for name in ("UnsignedSignatureProperties", "SignedInfo", "X509Data", "CertificateValues", "SignedSignatureProperties"):
        holder = re.search(rf"(<(?:[\w.-]+:)?{name}(?:\s[^>]*)?>)(.*?)(</(?:[\w.-]+:)?{name}\s*>)", text, re.DOTALL)
        if holder is None:
            continue
        for what, changed in rearranged(_children(holder[2])[:8]):
            yield f"{name} {what}", text[: holder.start(2)] + "".join(changed) + text[holder.end(2) :]


def _children(inner: str) -> list[str]:
    """Split the content of an element into its elements, with the white space before each."""
    found, depth, start = [], 0, 0
    for match in re.finditer(r"<(/?)(?:[\w.:-]+)(?:\s[^<>]*?)?(/?)>|<!--.*?-->", inner, re.DOTALL):
        if match[0].startswith("<!--"):
            continue
        depth += -1 if match[1] else 0 if match[2] else 1
        if depth == 0:
            found.append(inner[start : match.end()])
            start = match.end()
    return found


def _attributes(text: str) -> Iterator[tuple[str, str]]:
    for name in ("URI", "Id", "ID", "Type", "Target", "ObjectReference", "Encoding"):
        for number, match in enumerate(list(re.finditer(rf'\s{name}="([^"]*)"', text))[:LIMIT]):
            yield f"{name} {number} dropped", text[: match.start()] + text[match.end() :]
            yield f"{name} {number} altered", text[: match.end(1)] + "x" + text[match.end(1) :]
    yield "prefix renamed", re.sub(r"(</?)ds:", r"\1dsig:", text).replace("xmlns:ds=", "xmlns:dsig=")
    for version in ("1.1.1", "1.2.2", "1.4.1"):
        yield f"XAdES {version}", text.replace("01903/v1.3.2#", f"01903/v{version}#")
