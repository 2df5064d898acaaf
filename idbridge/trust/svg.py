"""What our drawings have in common: elements of SVG, names that fit, and a colour for each territory.

Everything said by colour is said by form or words too. Colours are middle tones that stand out on white and on black.
"""

from __future__ import annotations

import re
from typing import Final

from lxml import etree

from idbridge.pki.certificate import Certificate

SVG: Final = "http://www.w3.org/2000/svg"

COLOURS: Final = {"GD": "#c2571a", "HK": "#a8348f", "MO": "#1f8a4c"}
OTHER: Final = "#5b7aa6"

_UNPRINTABLE: Final = re.compile(
    r"[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"  # XML 1.0 clause 2.2
    r"|[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"  # UAX #9 clause 2: marks, embeddings, overrides, isolates
)


def called(certificate: Certificate) -> str:
    """Return what an authority is called: its common name, or failing that its unit, organisation or whole name."""
    for kind in ("2.5.4.3", "2.5.4.11", "2.5.4.10"):
        if values := certificate.subject.values(kind):
            return values[-1]
    return str(certificate)


def shortened(text: str, columns: int) -> str:
    """Return *text* cut to so many columns; wide letters take two."""
    width = 0
    for index, letter in enumerate(text):
        width += 2 if ord(letter) > 0x2E7F else 1
        if width > columns:
            return text[: max(index - 1, 0)] + "…"
    return text


def colour(territory: str) -> str:
    """Return the colour of a territory."""
    return COLOURS.get(territory, OTHER)


def element(parent: etree._Element | None, tag: str, text: str | None = None, /, **attributes: object) -> etree._Element:
    """Add an element. Names come from strangers' certificates: what XML cannot hold, or reverses text, is replaced."""
    name = f"{{{SVG}}}{tag}"
    made = etree.Element(name, nsmap={None: SVG}) if parent is None else etree.SubElement(parent, name)
    for key, value in attributes.items():
        made.set(key, str(value))
    made.text = None if text is None else _UNPRINTABLE.sub("\ufffd", text)
    return made
