"""Bytes that are no list, and bounds: each refused with its code before anything is believed."""

from __future__ import annotations

import pytest

from idbridge.trust.refusals import Refusal, TrustListRefused
from idbridge.trust.writing import write_list
from idbridge.trust.xml import parsing
from tests.unit.trust.lists import GD, draft

EMPTY_LIST = b'<TrustServiceStatusList xmlns="http://uri.etsi.org/02231/v2#"/>'


def refusal(data: bytes) -> Refusal:
    with pytest.raises(TrustListRefused) as refused:
        parsing.parse_list(data)
    assert str(refused.value).startswith(refused.value.code)
    return refused.value.code


def listed(content: bytes) -> bytes:
    return EMPTY_LIST[:-2] + b">" + content + b"</TrustServiceStatusList>"


@pytest.mark.parametrize("data", [b"", b"   \n", b"\xef\xbb\xbf", b"\xef\xbb\xbf \n"])
def test_nothing_is_no_list(data):
    assert refusal(data) is Refusal.EMPTY


@pytest.mark.parametrize(
    "page",
    [
        b"<!DOCTYPE html><html><body>503</body></html>",
        b"\n<!doctype HTML>\n<html lang=en>",
        b"<html><head><title>Login</title></head></html>",
        b'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><body/></html>',
    ],
)
def test_an_error_page_is_never_taken_for_a_list(page):
    assert refusal(page) is Refusal.HTML_PAGE


@pytest.mark.parametrize(
    "document",
    [
        b'<!DOCTYPE TrustServiceStatusList [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>' + listed(b"&b;"),
        b'<!DOCTYPE x SYSTEM "file:///etc/passwd">' + EMPTY_LIST,
        b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY x SYSTEM "http://127.0.0.1/">]>' + listed(b"&x;"),
    ],
)
def test_document_type_declarations_are_refused(document):
    assert refusal(document) is Refusal.DOCTYPE


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "utf-7", "cp037"])
def test_a_declaration_cannot_hide_in_another_encoding(encoding):
    document = f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE a [<!ENTITY e "x">]>' + EMPTY_LIST.decode()
    assert refusal(document.encode(encoding)) in {Refusal.NOT_WELL_FORMED, Refusal.DOCTYPE}


@pytest.mark.parametrize(
    "data", [b"PK\x03\x04", b"{}", b"<a>", b"%PDF-1.7", listed(b"&undefined;"), listed(b"<a></b>"), b"\x00" * 40]
)
def test_what_is_not_well_formed_is_refused(data):
    assert refusal(data) is Refusal.NOT_WELL_FORMED


def test_another_document_is_no_list():
    assert refusal(b"<TrustServiceStatusList/>") is Refusal.NOT_A_LIST  # no namespace


@pytest.mark.parametrize("content", [b"<?php x?>", b"<a><?x y?></a>"])
def test_processing_instructions_are_refused(content):
    assert refusal(listed(content)) is Refusal.PROCESSING_INSTRUCTION
    assert refusal(b"<?x y?>" + EMPTY_LIST) is Refusal.PROCESSING_INSTRUCTION


def test_the_bounds_are_bounds(monkeypatch):
    data = write_list(draft(GD))
    monkeypatch.setattr(parsing, "MAX_BYTES", len(data))
    assert parsing.parse_list(data) is not None
    assert refusal(data + b" ") is Refusal.TOO_LARGE
    monkeypatch.undo()
    monkeypatch.setattr(parsing, "MAX_TAGS", data.count(b"<") - 1)
    assert refusal(data) is Refusal.TOO_LARGE
    monkeypatch.undo()
    monkeypatch.setattr(parsing, "MAX_EQUALS_SIGNS", data.count(b"=") - 1)
    assert refusal(data) is Refusal.TOO_LARGE


@pytest.mark.parametrize(("depth", "refused"), [(parsing.MAX_DEPTH - 1, False), (parsing.MAX_DEPTH, True), (5000, True)])
def test_depth_is_bounded(depth, refused):
    data = listed(b"<a>" * depth + b"</a>" * depth)
    if refused:
        assert refusal(data) in {
            Refusal.TOO_DEEP,
            Refusal.NOT_WELL_FORMED,
        }  # the parser's own bound comes first for the deepest
    else:
        assert parsing.parse_list(data) is not None
