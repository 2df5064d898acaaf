"""The bridge's only way out: one HTTP exchange at a time, bounded in host, size and time.

`doors` says which addresses may be reached, `wire` speaks HTTP on one connection, `resting` keeps connections between requests,
`client` puts them together and holds the limits.
"""

from idbridge.outbound.client import MAX_BYTES, MAX_CONCURRENT_PER_HOST, Fetch, Outbound, drive
from idbridge.outbound.doors import Doors, Network

__all__ = ["MAX_BYTES", "MAX_CONCURRENT_PER_HOST", "Doors", "Fetch", "Network", "Outbound", "drive"]
