"""Hypothesis without a clock of its own (a busy machine is no fault of the code), and with as many examples as wanted."""

from __future__ import annotations

import os

from hypothesis import settings

settings.register_profile("untimed", deadline=None, max_examples=int(os.environ.get("IDBRIDGE_EXAMPLES", "100")))
settings.load_profile("untimed")
