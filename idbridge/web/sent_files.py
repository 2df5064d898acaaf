"""Files that a browser sends: their names as they may be shown, and their content without a copy in memory."""

from __future__ import annotations

import mmap
from io import UnsupportedOperation
from typing import Final

from werkzeug.datastructures import FileStorage

from idbridge.signatures.contents import Buffer

MAX_NAME: Final = 255
"""Characters of a file's name that are kept."""


def shown_name(file: FileStorage | str) -> str:
    """Return a file's name without folders and without what does not print: it stands on a page and names downloads."""
    stated = file if isinstance(file, str) else file.filename or ""
    name = stated.replace("\\", "/").rpartition("/")[2]
    return "".join(character for character in name if character.isprintable())[:MAX_NAME].strip()


def data_of(file: FileStorage) -> Buffer:
    """Return a file's bytes: mapped from where it was spooled to, so that its size costs no memory."""
    try:
        return memoryview(mmap.mmap(file.stream.fileno(), 0, access=mmap.ACCESS_READ))
    except (UnsupportedOperation, AttributeError, ValueError):  # a small one, in memory; or an empty one
        return file.stream.read()
