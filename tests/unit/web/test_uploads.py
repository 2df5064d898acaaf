"""Forms with many files: what was sent comes out again, whatever its size, from memory or from one temporary file."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest
from flask import Request
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.test import EnvironBuilder, encode_multipart

from idbridge.web import uploads
from idbridge.web.calls import BadCall
from idbridge.web.uploads import IN_MEMORY, read_upload

ROOM = 1 << 30


def request(body, content_type):
    return Request(EnvironBuilder(method="POST", data=body, content_type=content_type).get_environ())


def form(files, fields=()):
    parts = [("file", FileStorage(io.BytesIO(data), name)) for name, data in files]
    boundary, body = encode_multipart(MultiDict([*parts, *fields]))
    return request(body, f"multipart/form-data; boundary={boundary}")


@pytest.mark.parametrize("sizes", [(0,), (0, 0, 3), (10, IN_MEMORY, 0, 5), (IN_MEMORY + 1,), (300_000,) * 10])
def test_what_was_sent_comes_out(sizes):
    files = [(f"file-{number}", os.urandom(size)) for number, size in enumerate(sizes)]
    upload = read_upload(form(files, [("at", "now"), ("digest", "a"), ("digest", "b")]), max_bytes=ROOM, max_parts=100)
    assert [(file.name, bytes(file.data)) for file in upload.files.getlist("file")] == files
    assert upload.fields.getlist("digest") == ["a", "b"]


@given(files=st.lists(st.binary(max_size=400), max_size=8), memory=st.integers(0, 500))
def test_wherever_it_is_spooled(files, memory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(uploads, "IN_MEMORY", memory)
        upload = read_upload(form([("x", data) for data in files]), max_bytes=ROOM, max_parts=100)
    assert [bytes(file.data) for file in upload.files.getlist("file")] == files


def test_a_thousand_files_are_one_open_file():
    descriptors = Path("/proc/self/fd")
    if not descriptors.exists():
        pytest.skip("no /proc to count open files in")
    before = len(list(descriptors.iterdir()))
    upload = read_upload(form([("x", bytes(3000))] * 1000), max_bytes=ROOM, max_parts=1001)
    assert len(upload.files.getlist("file")) == 1000
    assert len(list(descriptors.iterdir())) - before <= 2


def test_too_much_is_refused():
    sent = [("a", bytes(1000)), ("b", bytes(1000))]
    for bounds in ({"max_bytes": 1500, "max_parts": 9}, {"max_bytes": ROOM, "max_parts": 1}):
        with pytest.raises(RequestEntityTooLarge):
            read_upload(form(sent), **bounds)
    with pytest.raises(RequestEntityTooLarge):
        read_upload(form([], [("at", "x" * (uploads.MAX_FIELD + 1))]), max_bytes=ROOM, max_parts=9)


@pytest.mark.parametrize(
    "content_type", ["multipart/form-data", "multipart/form-data; boundary=é", "multipart/form-data; boundary=a"]
)
def test_what_is_no_form_is_refused(content_type):
    with pytest.raises(BadCall):
        read_upload(request(b"--b\r\n\r\nx", content_type), max_bytes=ROOM, max_parts=9)
