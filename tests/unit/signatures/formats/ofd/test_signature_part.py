"""Signature.xml: names of digests, forms of times."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from idbridge.signatures.formats.limits import LIMITS
from idbridge.signatures.formats.ofd.signature_part import (
    digest_name,
    is_signature_part,
    read_signature_part,
    read_time,
)
from idbridge.signatures.refusals import FormatRefusal
from tests.unit.signatures.seals import PARTS, signature_xml


@pytest.mark.parametrize(
    ("stated", "name"),
    [
        ("SM3", "SM3"),
        ("1.2.156.10197.1.401", "SM3"),
        ("1.2.156.10197.1.401.2", "SM3"),
        ("", "MD5"),
        ("MD5", "MD5"),
        ("SHA1", "SHA-1"),
        ("sha-256", "SHA-256"),
        ("SHA_384", "SHA-384"),
        ("2.16.840.1.101.3.4.2.1", "SHA-256"),
        ("http://www.w3.org/2001/04/xmlenc#sha256", "SHA-256"),
        ("GOST", "GOST"),
    ],
)
def test_digest_names(stated: str, name: str) -> None:
    assert digest_name(stated) == name


@pytest.mark.parametrize(
    ("stated", "time"),
    [
        ("20200723130907.763Z", datetime(2020, 7, 23, 13, 9, 7, tzinfo=UTC)),
        ("20200723130907Z", datetime(2020, 7, 23, 13, 9, 7, tzinfo=UTC)),
        ("2020-04-22 16:22:44", datetime(2020, 4, 22, 8, 22, 44, tzinfo=UTC)),
        ("2020-04-22T16:22:44+08:00", datetime(2020, 4, 22, 8, 22, 44, tzinfo=UTC)),
        ("0001-01-01T00:00:00", None),
        ("20201323130907Z", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_times(stated: str, time: datetime | None) -> None:
    assert read_time(stated) == time


def test_what_it_says() -> None:
    part = read_signature_part(signature_xml(PARTS), LIMITS)
    assert [reference.location for reference in part.references] == [f"/{name}" for name in PARTS]
    assert (part.digest, part.method) == ("SM3", "1.2.156.10197.1.501")
    assert (part.value, part.seal) == ("/Doc_0/Signs/Sign_0/SignedValue.dat", "/Doc_0/Signs/Sign_0/Seal.esl")
    assert part.identifiers == ("7",)


def test_value_that_is_no_base64_is_empty() -> None:
    xml = signature_xml({"a": b"a"})
    start = xml.index(b"<ofd:CheckValue>") + 16
    part = read_signature_part(xml[:start] + b"***" + xml[start + 3 :], LIMITS)
    assert part.references[0].value == b""


def test_too_many_references() -> None:
    with pytest.raises(FormatRefusal):
        read_signature_part(signature_xml(PARTS), replace(LIMITS, references=2))


def test_recognised() -> None:
    assert is_signature_part(signature_xml(PARTS))
    assert not is_signature_part(b"<a>Signature SignedInfo</a>")
    assert not is_signature_part(b"<Signature><SignedInfo>")
