"""OFDEntries.xml: who adds a file to the package or takes one away is caught; what is in them it does not say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pytest

from tests.unit.signatures.checks.test_seal import PAGE, failed, office, sealed, verify
from tests.unit.signatures.seals import PARTS, signed_data, sm3

INVENTORY, VALUE = "OFDEntries.xml", "signedvalue.dat"
WAYS = {
    "detached": lambda part: (part, None),
    "over the digest": lambda part: (sm3(part), None),
    "digest as content": lambda part: (sm3(part), sm3(part)),
}


def listed(names: Iterable[str]) -> bytes:
    files = "".join(f'<ofd:File ID="{number}">/{name}</ofd:File>' for number, name in enumerate(names, 2))
    return (
        '<ofd:DocEntries xmlns:ofd="http://www.ofdspec.org/2016" ID="1" CreatorName="workshop" Version="1">'
        f"<ofd:FileList>{files}</ofd:FileList><ofd:SignedValueLoc>/{VALUE}</ofd:SignedValueLoc></ofd:DocEntries>"
    ).encode()


def closed(parts: Mapping[str, bytes], way: str = "digest as content") -> dict[str, bytes]:
    """The package with a list of its files, signed."""
    inventory = listed(parts)
    message, content = WAYS[way](inventory)
    return {**parts, INVENTORY: inventory, VALUE: signed_data(office().signer, message, content=content)}


@pytest.mark.parametrize("way", WAYS)
def test_sealed_package_that_was_closed_passes(way: str) -> None:
    report = verify(closed(sealed(), way))
    assert (report.indication, failed(report)) == ("TOTAL_PASSED", {})
    own = report.signatures[1].evidence
    assert (own.form, own.file, own.scope[0].whole_document) == ("OFD", INVENTORY, False)
    assert report.signatures[0].evidence.scope[0].whole_document


def test_part_put_in_afterwards() -> None:
    report = verify({**closed(sealed()), "Doc_0/x.png": b"x"})
    assert report.indication == "TOTAL_FAILED"
    assert "Doc_0/x.png is not in OFDEntries.xml" in failed(report)["format-sound"]


def test_part_taken_away() -> None:
    parts = closed(sealed())
    del parts["Doc_0/Signs/Sign_0/Seal.esl"]
    assert "/Doc_0/Signs/Sign_0/Seal.esl is listed in OFDEntries.xml, and gone" in failed(verify(parts))["format-sound"]


@pytest.mark.parametrize("way", WAYS)
def test_list_edited(way: str) -> None:
    parts = closed(sealed(), way)
    edited = parts[INVENTORY].replace(b"</ofd:FileList>", b'<ofd:File ID="99">/Doc_0/x.png</ofd:File></ofd:FileList>')
    assert verify({**parts, "Doc_0/x.png": b"x", INVENTORY: edited}).indication == "TOTAL_FAILED"


def test_closed_package_without_a_seal_says_nothing_of_what_is_in_it() -> None:
    parts = {name: part for name, part in PARTS.items() if name != "OFD.xml"}
    parts["OFD.xml"] = PARTS["OFD.xml"].replace(b"<ofd:Signatures>Doc_0/Signs/Signatures.xml</ofd:Signatures>", b"")
    report = verify(closed(parts))
    assert (report.indication, report.signatures[0].integrity) == ("INDETERMINATE", "intact")
    assert f"{PAGE} is protected by no signature" in failed(report)["parts-protected"]


@pytest.mark.parametrize(
    ("name", "part", "said"),
    [
        (VALUE, b"", "signature-value-malformed"),
        (VALUE, b"\x30\x00", "signature-value-malformed"),
        (INVENTORY, b"<x", "signature-part-malformed"),
        (INVENTORY, b"<x/>", "signature-value-missing"),
    ],
)
def test_what_cannot_be_read_fails(name: str, part: bytes, said: str) -> None:
    report = verify({**closed(sealed()), name: part})
    assert report.indication == "TOTAL_FAILED"
    assert said in failed(report)["format-sound"]
