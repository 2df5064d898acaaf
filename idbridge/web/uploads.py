"""Forms with many files: read into one spool, so that neither memory nor open files grow with their number.

Werkzeug keeps every file of a form below half a mebibyte in memory and opens a temporary file for every larger one: a thousand
bid documents would be either 500 MB or more open files than a process may have. Here all of them stand one behind the other,
in memory while they are few, then in one temporary file that is mapped.
"""

from __future__ import annotations

import io
import mmap
import tempfile
from dataclasses import dataclass
from types import TracebackType
from typing import IO, Final, Self, cast

from flask import Request
from werkzeug.datastructures import MultiDict
from werkzeug.formparser import FormDataParser
from werkzeug.http import parse_options_header
from werkzeug.wsgi import get_input_stream

from idbridge.web.calls import BadCall

IN_MEMORY: Final = 1 << 20
"""Bytes of a form's files that need no temporary file."""
MAX_FIELD: Final = 256 * 1024
"""Bytes of one text field; the longest, a digest with a file's name, has some 400."""


@dataclass(frozen=True, slots=True)
class UploadedFile:
    """A file of a form; its bytes are nowhere copied."""

    name: str
    data: memoryview


@dataclass(frozen=True, slots=True)
class Upload:
    """A form: its text fields and its files, in the order they came."""

    fields: MultiDict[str, str]
    files: MultiDict[str, UploadedFile]


def read_upload(request: Request, *, max_bytes: int, max_parts: int) -> Upload:
    """Read a ``multipart/form-data`` request.

    :raises werkzeug.exceptions.RequestEntityTooLarge: it has more bytes, or more parts.
    :raises BadCall: it is malformed.
    """
    _, options = parse_options_header(request.content_type)
    with _Spool() as spool:
        parser = FormDataParser(spool.part, MAX_FIELD, max_bytes, silent=False, max_form_parts=max_parts)
        stream = get_input_stream(request.environ, max_content_length=max_bytes)
        try:
            _, fields, files = parser.parse(stream, "multipart/form-data", request.content_length, options)
        except ValueError:
            raise BadCall("malformed-form", "no multipart/form-data") from None
        whole = spool.view()
    found = [
        (name, UploadedFile(file.filename or "", cast("_Part", file.stream).of(whole)))
        for name, file in files.items(multi=True)
    ]
    return Upload(fields, MultiDict(found))


class _Spool:
    """Where the files of one form stand, one behind the other."""

    def __init__(self) -> None:
        self._file: IO[bytes] = io.BytesIO()
        self.size = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._file.close()  # the mapping lives on, and with it the nameless file

    def part(
        self,
        total_content_length: int | None,  # noqa: ARG002 - Werkzeug's signature of a stream factory
        content_type: str | None,  # noqa: ARG002
        filename: str | None,  # noqa: ARG002
        content_length: int | None = None,  # noqa: ARG002
    ) -> IO[bytes]:
        """Begin a file. Werkzeug writes one at a time, and to none again once the next has begun."""
        return cast("IO[bytes]", _Part(self))

    def write(self, data: bytes | bytearray) -> int:
        """Append *data*."""
        if isinstance(self._file, io.BytesIO) and self.size + len(data) > IN_MEMORY:
            kept = self._file.getbuffer()
            self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the spool
            self._file.write(kept)
        self.size += len(data)
        return self._file.write(data)

    def view(self) -> memoryview:
        """Return everything that was written."""
        if isinstance(self._file, io.BytesIO):
            return memoryview(self._file.getvalue())
        self._file.flush()
        return memoryview(mmap.mmap(self._file.fileno(), 0, access=mmap.ACCESS_READ))


class _Part:
    """One file of the form, as far as Werkzeug's parser needs a stream: written once, then wound back."""

    def __init__(self, spool: _Spool) -> None:
        self._spool = spool
        self._start = self._end = spool.size

    def write(self, data: bytes | bytearray) -> int:
        """Append *data*."""
        self._spool.write(data)
        self._end += len(data)
        return len(data)

    def seek(self, offset: int) -> int:
        """Do nothing: it is read by its place."""
        return offset

    def of(self, whole: memoryview) -> memoryview:
        """Return its bytes in those of the spool."""
        return whole[self._start : self._end]
