"""Markup of a package: each part once, and together no more than a picture is worth."""

from __future__ import annotations

import pytest

from idbridge.rendering.ofd import markup_parts
from idbridge.rendering.ofd.markup_parts import MarkupParts
from idbridge.signatures.formats.limits import LIMITS
from idbridge.signatures.formats.ofd.package import Package
from tests.unit.signatures.seals import pack


def parts(**data: bytes) -> MarkupParts:
    return MarkupParts(Package(pack(data), LIMITS))


def test_a_part_is_parsed_once() -> None:
    found = parts(a=b"<a/>", b=b"no markup")
    assert found.root("a") is found.root("a") is not None
    assert found.root("b") is None
    assert found.root("c") is None
    assert not found.spent


@pytest.mark.parametrize(("limit", "value"), [("OCTETS_LIMIT", 10), ("TAGS_LIMIT", 3)])
def test_what_goes_beyond_is_left_out_and_said(monkeypatch: pytest.MonkeyPatch, limit: str, value: int) -> None:
    monkeypatch.setattr(markup_parts, limit, value)
    found = parts(a=b"<a>1</a>", b=b"<a>2</a>", c=b"")
    assert found.root("a") is not None
    assert not found.spent
    assert found.root("b") is None
    assert found.spent
    assert found.root("a") is not None
