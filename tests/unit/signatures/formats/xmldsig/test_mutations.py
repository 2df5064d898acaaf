"""Genuine signatures, changed in their structure at random: whatever comes out gets a verdict or a coded refusal, soon.

`IDBRIDGE_FUZZ_COUNT` of them (100,000 before a release; few by default). Octets are mutated by the contract of all formats;
here the XML stays well-formed, so that every part of the reader is reached.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import chain

from lxml import etree

from idbridge.signatures.contents import KnownContent
from idbridge.signatures.formats.xmldsig.canonical import METHODS
from idbridge.signatures.formats.xmldsig.reading import read
from idbridge.signatures.formats.xmldsig.transforms import TRANSFORMS, XSLT
from idbridge.signatures.refusals import DocumentRefused
from idbridge.signatures.report import DocumentReport
from idbridge.signatures.verification import judge_document
from tests.guards import hostile, no_growth
from tests.requirements import vectors
from tests.unit.signatures.formats.xmldsig.test_reading import SIGNER, STAMPER, countersigned
from tests.unit.signatures.xml_forge import enveloped, enveloping

AT = datetime(2026, 1, 1, tzinfo=UTC)
COUNT = int(os.environ.get("IDBRIDGE_FUZZ_COUNT", "150"))
SAMPLE_SIZE = 100_000

Dice = random.Random
URIS = [
    *METHODS,
    *TRANSFORMS,
    XSLT,
    "",
    "urn:x",
    "http://www.w3.org/2001/04/xmlenc#sha256",
    "http://www.w3.org/2000/09/xmldsig#sha1",
]
EXPRESSIONS = [
    "not(ancestor-or-self::ds:Signature)",
    "/descendant::ds:Signature",
    "//*",
    "id('x')/node()",
    "/*/*/*",
    "here()/ancestor::ds:Signature[1]",
    "ancestor-or-self::*",
    "/",
]


def samples() -> list[bytes]:
    made = [enveloped(SIGNER, stamper=STAMPER), enveloping(SIGNER, stamper=STAMPER), countersigned()]
    files = sorted(vectors("dss", "xades").glob("*.xml"))
    return [text.encode() for text in made] + [f.read_bytes() for f in files if f.stat().st_size <= SAMPLE_SIZE]


def remove(element: etree._Element, other: etree._Element, dice: Dice) -> None:
    if (parent := element.getparent()) is not None:
        parent.remove(element)


def put_into_another(element: etree._Element, other: etree._Element, dice: Dice) -> None:
    if element is not other and element not in set(other.iterancestors()):
        other.insert(dice.randint(0, len(other)), element)


def copy_into_another(element: etree._Element, other: etree._Element, dice: Dice) -> None:
    other.insert(dice.randint(0, len(other)), etree.fromstring(etree.tostring(element, with_tail=False)))


def exchange_attributes(element: etree._Element, other: etree._Element, dice: Dice) -> None:
    for name in list(element.attrib):
        element.set(name, dice.choice([*other.attrib.values(), "#x", "", "x" * 300]))


def change_algorithm(element: etree._Element, other: etree._Element, dice: Dice) -> None:
    for changed in (element, other):
        if changed.get("Algorithm") is not None:
            changed.set("Algorithm", dice.choice(URIS))


def change_text(element: etree._Element, other: etree._Element, dice: Dice) -> None:
    element.text = dice.choice([other.text, "", "x", "AAAA", "-1", "9" * 100, "0001-01-01T00:00:00+23:59", *EXPRESSIONS])


def change_name(element: etree._Element, other: etree._Element, dice: Dice) -> None:
    element.tag = dice.choice([other.tag, "x", "{http://www.w3.org/2000/09/xmldsig#}XPath"])


def add_comment(element: etree._Element, other: etree._Element, dice: Dice) -> None:
    element.insert(0, dice.choice((etree.Comment("c"), etree.ProcessingInstruction("a", "b"))))


def filter_by(element: etree._Element, other: etree._Element, dice: Dice) -> None:
    """Turn a transform into an XPath one."""
    for transform in element.getroottree().getroot().iter("{http://www.w3.org/2000/09/xmldsig#}Transform"):
        space = dice.choice(("http://www.w3.org/TR/1999/REC-xpath-19991116", "http://www.w3.org/2002/06/xmldsig-filter2"))
        transform.set("Algorithm", space)
        for _ in range(dice.randint(1, 3)):
            names = {"ds": "http://www.w3.org/2000/09/xmldsig#"}
            held = etree.SubElement(transform, f"{{{space}}}XPath", nsmap=names)
            held.set("Filter", dice.choice(("intersect", "subtract", "union")))
            held.text = dice.choice(EXPRESSIONS)
        if dice.random() < 0.5:
            return


MUTATIONS: tuple[Callable[[etree._Element, etree._Element, Dice], None], ...] = (
    remove,
    put_into_another,
    copy_into_another,
    exchange_attributes,
    change_algorithm,
    change_text,
    change_name,
    add_comment,
    filter_by,
)


def mutants(count: int) -> Iterator[bytes]:
    dice = random.Random("idbridge xml")
    originals = samples()
    for _ in range(count):
        root = etree.fromstring(dice.choice(originals))
        for _ in range(dice.choice((1, 1, 2, 3, 5))):
            elements = list(root.iter("*"))
            dice.choice(MUTATIONS)(dice.choice(elements), dice.choice(elements), dice)
        yield etree.tostring(root)


def outcome(data: bytes) -> DocumentReport | None:
    try:
        document = read(data, detached=(KnownContent.of(b"<a/>"),))
    except DocumentRefused:
        return None
    return judge_document(document, trust=None, at=AT)


def test_well_formed_mutants_give_a_verdict_or_a_coded_refusal() -> None:
    tried = mutants(COUNT)
    first = next(tried)  # reads the originals, which are no growth
    with no_growth():
        for data in chain((first,), tried):
            with hostile(data):
                report = outcome(data)
                if report is not None:
                    report.to_dict()
