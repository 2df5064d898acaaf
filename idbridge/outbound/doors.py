"""Which addresses may be reached, and connecting to them.

A name is resolved once and every address judged here, before anything is sent, so that a name in a certificate or a trust list
cannot make the bridge knock on doors inside its own network (server-side request forgery).
"""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass

CONNECT_SECONDS = 3.0
"""A provider that does not accept a connection in this time is down for the person who waits."""
MAX_ADDRESSES = 4
"""A name with many dead addresses must not multiply the time to connect."""

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class ForbiddenAddress(Exception):
    """Every address of the host is inside a network that may not be reached."""


class NoConnection(Exception):
    """The name is not found, or none of its addresses accepts a connection."""


@dataclass(frozen=True, slots=True)
class Doors:
    """Which addresses may be reached: public ones, and `private` networks named in the settings."""

    private: tuple[Network, ...] = ()

    def admit(self, address: str) -> bool:
        """Whether this IP address may be connected to."""
        ip = ipaddress.ip_address(address)
        mapped = getattr(ip, "ipv4_mapped", None)
        ip = mapped or ip
        return (ip.is_global and not ip.is_multicast) or any(ip in network for network in self.private)

    def connect(self, host: str, port: int) -> socket.socket:
        """Return a socket connected to the host's first admitted address that answers.

        Raises `ForbiddenAddress`, `NoConnection`.
        """
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise NoConnection from error
        admitted = [entry for entry in found if self.admit(str(entry[4][0]))]
        if not admitted:
            raise ForbiddenAddress(host)
        for family, style, protocol, _, address in admitted[:MAX_ADDRESSES]:
            opened = socket.socket(family, style, protocol)
            try:
                opened.settimeout(CONNECT_SECONDS)
                opened.connect(address)
                opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            except OSError:
                opened.close()
            else:
                return opened
        raise NoConnection
