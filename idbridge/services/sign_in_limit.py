"""How many sign-ins one address may begin in a minute: enough for a family behind one router, too few for a script.

Counted is what costs the regions a request or the store a page: a sign-in that needs its person. Portals that ask silently for
somebody who is signed in are not counted, nor are people who go on with what they began.
"""

from __future__ import annotations

from ipaddress import IPv6Address, IPv6Network, ip_address

from idbridge.storage.expiring import Expiring, Kind

SECONDS = 60
BEGUN = Kind("sign-ins-begun", SECONDS, int)

HOME_PREFIX = 64
"""Bits of an IPv6 address that are a household's; the rest its devices choose themselves, anew each day (RFC 8981)."""


class TooManySignIns(Exception):
    """The address began more sign-ins than it may; after `SECONDS` at most it may again."""


class SignInLimit:
    """Counts over all workers. Addresses are kept as keyed hashes, for a minute."""

    def __init__(self, expiring: Expiring, per_minute: int) -> None:
        self._expiring = expiring
        self._per_minute = per_minute

    def count(self, address: str) -> None:
        """Count one beginning. Raises `TooManySignIns`, `StoreUnavailable`."""
        origin = _origin(address)
        if origin is not None and self._expiring.count_up(BEGUN, origin) > self._per_minute:
            raise TooManySignIns


def _origin(address: str) -> str | None:
    """Return what stands for a household; None for this machine itself.

    Who comes from here is a proxy that was not told to the settings: one count for all its people would lock them all out.
    """
    try:
        ip = ip_address(address)
    except ValueError:
        return address
    if isinstance(ip, IPv6Address):
        ip = ip.ipv4_mapped or ip
    if ip.is_loopback:
        return None
    return str(IPv6Network((ip, HOME_PREFIX), strict=False)) if isinstance(ip, IPv6Address) else str(ip)
