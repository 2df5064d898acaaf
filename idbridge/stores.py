"""The stores of one instance: settings name them, `app.py` and the commands open them.

Apart from the wiring of the application, so that a command that registers a portal does not load what reads documents.
"""

from __future__ import annotations

from dataclasses import dataclass

from idbridge.oidc.clients import Client
from idbridge.settings import Settings
from idbridge.storage.instance_keys import InstanceKeys, InstanceSecrets
from idbridge.storage.redis import RedisExpiring
from idbridge.storage.redis_clients import connect
from idbridge.storage.sql import DurableStores, open_durable
from idbridge.storage.valkey import socket_url


@dataclass(frozen=True, slots=True)
class Stores:
    """The adapters of one instance."""

    secrets: InstanceSecrets
    keys: InstanceKeys
    durable: DurableStores[Client]
    expiring: RedisExpiring


def open_stores(settings: Settings) -> Stores:
    """Pick the adapters that the settings name. Neither store is connected to before its first use."""
    keys = InstanceKeys(settings.home / "keys")
    secrets = keys.secrets()
    durable = open_durable(settings.database, secrets.keyring, Client)
    expiring = RedisExpiring(connect(settings.redis_url or socket_url(settings.home)), secrets.keyring)
    return Stores(secrets, keys, durable, expiring)
