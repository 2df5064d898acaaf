"""Registered portals, remembered for a few seconds: every sign-in asks for its client several times."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

from idbridge.oidc.clients import Client
from idbridge.storage.ports import Clients

REMEMBERED = timedelta(seconds=5)
"""How long a registration that was changed or removed beside the running instance may still be used."""
MAX_REMEMBERED = 1024
"""Registrations and unknown identifiers kept; strangers can ask for any number of the latter."""


class KnownClients:
    """A cache in front of the store, shared by a worker's threads."""

    def __init__(self, clients: Clients[Client]) -> None:
        self._clients = clients
        self._known: dict[str, tuple[datetime, Client | None]] = {}
        self._lock = threading.Lock()

    def get(self, client_id: str, now: datetime) -> Client | None:
        """Return the client, None when there is none. Raises `StoreUnavailable`."""
        with self._lock:
            held = self._known.get(client_id)
        if held is not None and timedelta() <= now - held[0] < REMEMBERED:
            return held[1]
        client = self._clients.get(client_id)
        with self._lock:
            if len(self._known) >= MAX_REMEMBERED:
                self._known.clear()
            self._known[client_id] = (now, client)
        return client
