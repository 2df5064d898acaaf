"""Fixtures that every kind of test shares."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.bridge.demo import EVERY_SCOPE, Demo, run_demo
from tests.bridge.relying_party import RelyingParty


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A demonstration for the whole run, one for each worker; its log and its home stay after it has stopped."""
    with run_demo(tmp_path_factory.mktemp("demo")) as running:
        yield running


@pytest.fixture(scope="session")
def portal(demo: Demo) -> RelyingParty:
    """A portal at the demonstration, registered as most are: with a secret, and for every scope."""
    return demo.register(*EVERY_SCOPE)
