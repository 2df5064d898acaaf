"""Ctrl-C is not forgotten."""

import os
import signal

import pytest

from idbridge.cli.interrupts import heeding


def test_what_was_swallowed_is_raised_again() -> None:
    before = signal.getsignal(signal.SIGINT)
    with heeding() as heed:
        heed()
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            heed()
    assert signal.getsignal(signal.SIGINT) is before
