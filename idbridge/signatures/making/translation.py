"""Refusals of readers, told as those of makers: whoever asks for a signature meets one kind."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from idbridge.signatures.making.refusals import MakingRefusal, MakingRefused
from idbridge.signatures.refusals import DocumentRefused


@contextmanager
def as_making_refusals() -> Iterator[None]:
    """Turn a reader's refusal into a maker's, with the reader's code in its detail.

    :raises MakingRefused: a reader refused.
    """
    try:
        yield
    except DocumentRefused as refused:
        raise MakingRefused(MakingRefusal.FORMAT, str(refused)) from refused
