"""Files that hold keys: for their owner only, whole or not at all, and made by whoever comes first of several processes."""

from __future__ import annotations

import contextlib
import fcntl
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path


class KeyFilesUnusable(Exception):
    """A key file is there but cannot be read: damaged, or not permitted. Never answered by making a new one."""


@contextlib.contextmanager
def locked(directory: Path) -> Iterator[None]:
    """Hold the directory's lock, so that of several processes that start together one makes the keys.

    :raises KeyFilesUnusable: the directory cannot be made or written.
    """
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(directory / ".lock", os.O_CREAT | os.O_RDWR, 0o600)
    except OSError as error:
        raise KeyFilesUnusable(f"{directory}: {error}") from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def write_whole(path: Path, content: bytes) -> None:
    """Replace a file whole, readable by its owner only, and on the disk before it has its name.

    :raises KeyFilesUnusable: it cannot be written.
    """
    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}-", delete=False) as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(file.name).replace(path)
    except OSError as error:
        raise KeyFilesUnusable(f"{path}: {error}") from error
