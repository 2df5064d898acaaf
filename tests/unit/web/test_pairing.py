"""Which content each document of a call is over."""

from __future__ import annotations

import pytest

from idbridge.signatures.contents import HashedContent
from idbridge.web.calls import BadCall
from idbridge.web.pairing import label_of, pair


def content(name: str | None) -> HashedContent:
    return HashedContent({}, name)


def paired(documents: list[str], contents: list[str]) -> list[list[str]]:
    """Pair names, ``label:name`` for those with a label."""
    documents_given = [(label, name) for label, _, name in (one.rpartition(":") for one in documents)]
    contents_given = [(label, content(name)) for label, _, name in (one.rpartition(":") for one in contents)]
    return [[one.name or "" for one in some] for some in pair(documents_given, contents_given)]


@pytest.mark.parametrize(
    ("documents", "contents", "expected"),
    [
        (["a.p7s"], [], [[]]),
        (["a.p7s"], ["x", "y"], [["x", "y"]]),
        (["x.p7s"], ["y", "x"], [["x", "y"]]),
        (["x.pdf.p7s", "y.pdf.p7s"], ["y.pdf", "x.pdf"], [["x.pdf"], ["y.pdf"]]),
        (["x.pdf.asc.p7s", "y.p7s"], ["x.pdf", "y"], [["x.pdf"], ["y"]]),
        (["x.a.b", "x.c"], ["x", "x.a"], [["x.a"], ["x"]]),
        (["x.1.p7s", "x.2.p7s"], ["x"], [["x"], ["x"]]),
        (["x.p7s", "z.p7s"], ["x", "y", "w"], [["x"], ["y", "w"]]),
        (["x.p7s", "y.p7s"], ["x", "x"], [["x", "x"], []]),
        (["l:x.p7s", "x.p7s"], ["l:other", "x"], [["other"], ["x"]]),
        (["l:x.p7s", "y.p7s"], ["x"], [[], ["x"]]),
        (["l:x.p7s", "l:y.p7s", "m:z.p7s"], ["l:a", "l:b", "m:c"], [["a", "b"], ["a", "b"], ["c"]]),
        (["x" + 8 * ".s", "x" + 9 * ".s", "y.p"], ["x", "y", "z"], [["x"], ["z"], ["y"]]),
        (["", ""], ["", "x"], [["", "x"], ["", "x"]]),
        ([".p7s", "p7s"], ["x"], [["x"], ["x"]]),
    ],
)
def test_pairs(documents: list[str], contents: list[str], expected: list[list[str]]) -> None:
    assert paired(documents, contents) == expected


def test_content_for_no_document_is_refused() -> None:
    with pytest.raises(BadCall) as refused:
        pair([("l", "a.p7s"), ("", "b.p7s")], [("m", content("a"))])
    assert refused.value.code == "label-unknown"


@pytest.mark.parametrize(
    ("part", "label"),
    [
        ("document", ""),
        ("document.a", "a"),
        ("document.a.b", "a.b"),
        ("document.", None),
        ("documents", None),
        ("detached", None),
    ],
)
def test_labels(part: str, label: str | None) -> None:
    assert label_of(part, "document") == label
