"""The instance that a command works on, and its faults told in words instead of tracebacks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click

from idbridge.pki.identity_numbers import ExtractorFault
from idbridge.pki.sm2 import Sm2UnavailableError
from idbridge.regions.catalogue import RegionFault
from idbridge.settings import Settings, SettingsFault, load
from idbridge.storage.instance_keys import KeyFilesUnusable
from idbridge.storage.migrations import upgrade
from idbridge.storage.ports import StoreUnavailable
from idbridge.trust.tables import TableRefused


@contextmanager
def told() -> Iterator[None]:
    """Turn what can be wrong with an instance into one message on standard error and exit status 1."""
    try:
        yield
    except (SettingsFault, RegionFault) as fault:
        raise click.ClickException("the settings cannot be used:\n  " + "\n  ".join(fault.faults)) from None
    except (KeyFilesUnusable, StoreUnavailable, ExtractorFault, Sm2UnavailableError, TableRefused) as fault:
        raise click.ClickException(str(fault)) from None


def open_instance() -> Settings:
    """Return the settings of the instance that the environment names, with its directory and schema ready."""
    settings = load()
    settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    upgrade(settings.database)
    return settings
