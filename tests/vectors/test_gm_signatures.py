"""GB/T 35275 signatures of a mainland authority's customer, taken out of an OFD file: SM2 with SM3, detached."""

from __future__ import annotations

import zipfile
from datetime import UTC, datetime

import pytest

from idbridge import verify_document
from tests.requirements import vectors

AT = datetime(2023, 1, 1, tzinfo=UTC)


def parts(number: int) -> tuple[bytes, bytes]:
    """The signed value of a signature, and the Signature.xml that it is over."""
    with zipfile.ZipFile(vectors("ofd", "testPathClip.ofd")) as package:
        folder = f"Doc_0/Signs/Sign_{number}"
        return package.read(f"{folder}/SignedValue.dat"), package.read(f"{folder}/Signature.xml")


@pytest.mark.parametrize("number", [0, 1])
def test_intact(number: int) -> None:
    value, content = parts(number)
    (signature,) = verify_document(value, trust=None, at=AT, detached=content).signatures
    assert signature.integrity == "intact"
    assert signature.signer is not None
    assert signature.signer.organisation == "topsec"
    assert signature.evidence.signed.references[0].algorithm == "SM3"


@pytest.mark.parametrize("number", [0, 1])
def test_changed_content(number: int) -> None:
    value, content = parts(number)
    report = verify_document(value, trust=None, at=AT, detached=content.replace(b"SM3", b"SM4", 1) + b" ")
    assert (report.indication, report.sub_indication) == ("TOTAL_FAILED", "HASH_FAILURE")


def test_swapped_values() -> None:
    (first, content), (second, _) = parts(0), parts(1)
    assert first != second
    assert verify_document(second, trust=None, at=AT, detached=content).signatures[0].integrity == "broken"
