"""`idbridge serve`: the bridge for real, in several worker processes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from idbridge.app import create_app
from idbridge.cli.instance import open_instance, told
from idbridge.settings import Settings
from idbridge.storage.valkey import EmbeddedValkey

THREADS = 32
"""Requests that a worker serves at once: most of the time of a sign-in is spent waiting for a region."""

STOP_SECONDS = 15
"""How long a worker may finish its requests when told to stop: a region has ten seconds to answer."""


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--workers", default=0, type=click.IntRange(0, 64), help="Worker processes; as many as processors when left out.")
def serve(host: str, port: int, workers: int) -> None:
    """Serve the bridge, usually behind a reverse proxy that speaks TLS.

    Example: IDBRIDGE_ISSUER=https://id.example idbridge serve --port 8000
    """
    with told():
        settings = open_instance()
        create_app(settings)  # what is wrong with the settings is said here, once, and not by every worker again and again
        with expiring_store(settings):
            run(settings, host, port, workers or os.cpu_count() or 1)


@contextmanager
def expiring_store(settings: Settings) -> Iterator[None]:
    """Have the embedded Valkey running meanwhile, unless the settings name another server."""
    if settings.redis_url:
        yield
        return
    valkey = EmbeddedValkey(settings.home)
    valkey.start()
    try:
        yield
    finally:
        valkey.stop()


def run(settings: Settings, host: str, port: int, workers: int) -> None:
    """Serve until told to stop; a worker that dies is replaced."""
    os.environ["IDBRIDGE_HOME"] = str(settings.home.resolve())
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(_metrics_directory(settings.home))
    from granian.constants import Interfaces  # noqa: PLC0415 - after the environment that the workers inherit is set
    from granian.log import LogLevels  # noqa: PLC0415

    from idbridge.cli.server import Server  # noqa: PLC0415

    Server(
        "idbridge.app:from_environment",
        factory=True,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=THREADS,
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=STOP_SECONDS,
        log_access=False,  # addresses hold codes and states
        log_level=LogLevels.error,
    ).serve()


def _metrics_directory(home: Path) -> Path:
    """Return an empty directory for the workers' counters: those of an earlier run would be added up."""
    directory = home / "metrics"
    directory.mkdir(mode=0o700, exist_ok=True)
    for leftover in directory.glob("*.db"):
        leftover.unlink()
    return directory
