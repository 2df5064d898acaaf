"""Elements of the report: what comes from documents is made fit for XML, and what recurs is written once."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

from lxml import etree

from idbridge.signatures.etsi.vocabulary import (
    DS,
    NAMESPACES,
    PROVED_BY_VALIDATION,
    VR,
    XADES,
    digest_method,
    main_indication,
    sub_indication,
)
from idbridge.signatures.indications import Indication, SubIndication

_UNPRINTABLE: Final = re.compile(r"[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 (clause 2.2) cannot hold, in whatever form."""


def root(name: str) -> etree._Element:
    """Return the element that all others are in."""
    return etree.Element(f"{{{VR}}}{name}", nsmap=NAMESPACES)


def add(parent: etree._Element, name: str, text: object = None, **attributes: str) -> etree._Element:
    """Add an element of the report's own namespace."""
    return _add(parent, VR, name, text, attributes)


def _add(parent: etree._Element, space: str, name: str, text: object, attributes: dict[str, str]) -> etree._Element:
    made = etree.SubElement(parent, f"{{{space}}}{name}")
    for key, value in attributes.items():
        made.set(key, value)
    made.text = None if text is None else _UNPRINTABLE.sub("\ufffd", str(text))
    return made


def xades(parent: etree._Element, name: str) -> etree._Element:
    """Add an empty element of XAdES."""
    return _add(parent, XADES, name, None, {})


def instant(time: datetime) -> str:
    """Return a moment as xs:dateTime: UTC, whole seconds, years of four digits."""
    return time.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def base64_text(octets: bytes) -> str:
    """Return octets as xs:base64Binary."""
    return base64.b64encode(octets).decode("ascii")


def digest(parent: etree._Element, algorithm: str, value: bytes) -> None:
    """Add DigestAlgAndValue."""
    digest_parts(add(parent, "DigestAlgAndValue"), algorithm, value)


def digest_parts(parent: etree._Element, algorithm: str, value: bytes) -> None:
    """Add DigestMethod and DigestValue."""
    _add(parent, DS, "DigestMethod", None, {"Algorithm": digest_method(algorithm)})
    _add(parent, DS, "DigestValue", base64_text(value), {})


def signature_value(parent: etree._Element, value: bytes) -> None:
    """Add ds:SignatureValue."""
    _add(parent, DS, "SignatureValue", base64_text(value), {})


def refer(parent: etree._Element, name: str, ids: Iterable[str]) -> None:
    """Add an element that refers to validation objects, if there are any to refer to."""
    if joined := " ".join(dict.fromkeys(ids)):
        add(parent, name, VOReference=joined)


def proof(parent: etree._Element, name: str, time: datetime, by: str | None) -> None:
    """Add a proof of existence (clause 4.3.12); *by* is the time stamp, None where validation itself is the proof."""
    made = add(parent, name)
    add(made, "POETime", instant(time))
    add(made, "TypeOfProof", PROVED_BY_VALIDATION)
    if by is not None:
        add(made, "POEObject", VOReference=by)


def status(parent: etree._Element, name: str, indication: Indication, code: SubIndication | None) -> etree._Element:
    """Add a verdict (clause 4.3.10) and return it, for what belongs to it."""
    made = add(parent, name)
    add(made, "MainIndication", main_indication(indication))
    if code is not None:
        add(made, "SubIndication", sub_indication(code))
    return made
