"""Files that a browser sends: their names as they may be shown, and their content without a copy in memory."""

from __future__ import annotations

import mmap
from io import UnsupportedOperation
from typing import Final

from werkzeug.datastructures import FileStorage

from idbridge.signatures.contents import Buffer, Content, KnownContent

MAX_NAME: Final = 255
"""Characters of a file's name that are kept."""


def shown_name(file: FileStorage) -> str:
    """Return a file's name without folders and without what does not print: it stands on a page and names downloads."""
    name = (file.filename or "").replace("\\", "/").rpartition("/")[2]
    return "".join(character for character in name if character.isprintable())[:MAX_NAME].strip()


def content_of(file: FileStorage) -> Content:
    """Return a file as content to be digested: mapped from where it was spooled to, so that its size costs no memory."""
    try:
        mapped: Buffer = memoryview(mmap.mmap(file.stream.fileno(), 0, access=mmap.ACCESS_READ))
    except (UnsupportedOperation, AttributeError, ValueError):  # a small one, in memory; or an empty one
        mapped = file.stream.read()
    return KnownContent.of(mapped, name=shown_name(file) or None)
