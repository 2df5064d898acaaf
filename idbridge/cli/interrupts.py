"""Ctrl-C, heeded also where Python only reports it: in a finaliser or a callback `KeyboardInterrupt` goes no further."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def heeding() -> Iterator[Callable[[], None]]:
    """Return what raises `KeyboardInterrupt` if Ctrl-C was pressed since; of the main thread alone."""
    pressed = False

    def interrupt(number: int, frame: FrameType | None) -> None:
        nonlocal pressed
        pressed = True
        signal.default_int_handler(number, frame)

    def heed() -> None:
        if pressed:
            raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, interrupt)
    try:
        yield heed
    finally:
        signal.signal(signal.SIGINT, before)
