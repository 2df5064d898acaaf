"""XML of OFD parts: bounded, without entities; and what locations may name."""

from __future__ import annotations

import pytest

from idbridge.signatures.formats.ofd import markup

BOMB = b'<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;">]><a>&c;</a>'


@pytest.mark.parametrize("part", [b"", b"<a>", b"text", BOMB, b"<!DOCTYPE a><a/>", b"<a>" * 300 + b"</a>" * 300])
def test_refused(part: bytes) -> None:
    with pytest.raises(markup.MarkupError):
        markup.parse(part)


def test_too_large() -> None:
    with pytest.raises(markup.MarkupError, match="more than"):
        markup.parse(b"<a>" + b" " * markup.STRUCTURE_LIMIT + b"</a>")


def test_names_are_compared_without_namespace() -> None:
    root = markup.parse(b'<o:a xmlns:o="urn:x"><!-- --><o:b> text </o:b><b/></o:a>')
    assert markup.local_name(root) == "a"
    assert markup.text(markup.child(root, "b")) == "text"
    assert len(list(markup.children(root, "b"))) == 2
    assert markup.child(root, "b", "c") is None
    assert markup.text(None) == ""


@pytest.mark.parametrize(
    ("location", "named"),
    [
        ("/Doc_0/x.xml", ("Doc_0/x.xml",)),
        ("x.xml", ("Doc_0/Signs/x.xml", "x.xml")),
        ("../x.xml", ("Doc_0/x.xml",)),
        ("./x.xml", ("Doc_0/Signs/x.xml", "x.xml")),
        ("..\\x.xml", ("Doc_0/x.xml",)),
        ("../../../x.xml", ()),
        ("/../x.xml", ()),
        ("", ("Doc_0/Signs",)),
        ("/", ()),
    ],
)
def test_locations(location: str, named: tuple[str, ...]) -> None:
    assert markup.locations(location, "Doc_0/Signs/Signatures.xml") == named


def test_tags_are_counted_before_they_are_read() -> None:
    with pytest.raises(markup.MarkupError, match="tags are more than"):
        markup.parse(b"<a>" + b"<x/>" * markup.TAGS_LIMIT + b"</a>")
    assert len(markup.parse(b"<a>" + b"<x/>" * 1_000 + b"</a>")) == 1_000
