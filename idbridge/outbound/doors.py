"""Which addresses may be reached, and connecting to them.

A name is resolved once and every address judged here, before anything is sent, so that a name in a certificate or a trust list
cannot make the bridge knock on doors inside its own network (server-side request forgery).
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable
from dataclasses import dataclass

CONNECT_SECONDS = 3.0
"""A provider that does not accept a connection in this time is down for the person who waits."""
MAX_ADDRESSES = 4
"""A name with many dead addresses must not multiply the time to connect."""

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
"""RFC 6052 §2.1: a gateway takes these to the IPv4 address in their last 32 bits, also to a private one."""

_NOT_PUBLIC = tuple(
    map(
        ipaddress.IPv6Network,
        (
            "::/96",  # IPv4-compatible, deprecated: RFC 4291 §2.5.5.1
            "::ffff:0:0:0/96",  # IPv4-translated: RFC 2765 §2.1
            "2002::/16",  # 6to4, deprecated: RFC 7526
            "64:ff9b:1::/48",  # a site's own NAT64: RFC 8215
            "fec0::/10",  # site-local, deprecated: RFC 3879
        ),
    )
)
"""What `ipaddress` takes for global and yet may lead inside: to an IPv4 address that they hold, or to the site."""


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
        ip = _reached(ipaddress.ip_address(address))
        return _is_public(ip) or any(ip in network for network in self.private)

    def connect(self, host: str, port: int, seconds_left: Callable[[], float]) -> socket.socket:
        """Return a socket connected to the host's first admitted address that answers.

        *seconds_left* raises TimeoutError when there are none; how long a name may take is for the system's resolver to say.
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
            seconds = min(CONNECT_SECONDS, seconds_left())
            opened = socket.socket(family, style, protocol)
            try:
                opened.settimeout(seconds)
                opened.connect(address)
                opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            except OSError:
                opened.close()
            else:
                return opened
        raise NoConnection


def _reached(ip: Address) -> Address:
    """Return the IPv4 address that an IPv6 address stands for, where it does."""
    if ip.version == 4:
        return ip
    return ip.ipv4_mapped or (ipaddress.IPv4Address(ip.packed[12:]) if ip in _NAT64 else ip)


def _is_public(ip: Address) -> bool:
    return ip.is_global and not ip.is_multicast and not any(ip in network for network in _NOT_PUBLIC)
