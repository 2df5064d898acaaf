"""Which regions there are: each one's names, its protocol, its connector, and whether it is switched on.

A further region in a protocol that is here needs no code: a table in the settings is enough. A further protocol is one module
and one line in `PROTOCOLS`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeAlias

import msgspec

from idbridge.identity.assertion import RegionCode
from idbridge.regions.config_table import read_config
from idbridge.regions.connector import Connector
from idbridge.regions.guangdong import GuangdongConnector
from idbridge.regions.guangdong_config import GuangdongConfig
from idbridge.regions.iamsmart import IamSmartConnector
from idbridge.regions.iamsmart_config import IamSmartConfig
from idbridge.regions.openid import OpenIDConnector
from idbridge.regions.openid_config import OpenIDConfig
from idbridge.regions.switch import Switched

Config: TypeAlias = OpenIDConfig | GuangdongConfig | IamSmartConfig

LANGUAGES = ("zh-Hans", "zh-Hant", "en", "pt")


@dataclass(frozen=True, slots=True)
class Protocol:
    """A protocol that regions speak: the shape of its configuration, and what makes a connector of one."""

    config: type[Config]
    connect: Callable[[Any], Connector]


PROTOCOLS: Mapping[str, Protocol] = MappingProxyType(
    {
        "openid": Protocol(OpenIDConfig, OpenIDConnector),
        "guangdong": Protocol(GuangdongConfig, GuangdongConnector),
        "iam-smart": Protocol(IamSmartConfig, IamSmartConnector),
    }
)


@dataclass(frozen=True, slots=True)
class RegionDisplay:
    """What the pages call a region and its services; `services` are the services' own names, which are not translated."""

    names: tuple[tuple[str, str], ...]
    services: tuple[str, ...] = ()

    def name(self, language: str) -> str:
        """Return the region's name in a language, else in English, else the first there is."""
        names = dict(self.names)
        return names.get(language) or names.get("en") or self.names[0][1]


DISPLAYS: Mapping[str, RegionDisplay] = MappingProxyType(
    {
        "GD": RegionDisplay(
            (("zh-Hans", "广东"), ("zh-Hant", "廣東"), ("en", "Guangdong"), ("pt", "Guangdong")),
            ("粤省事", "粤商通"),
        ),
        "HK": RegionDisplay(
            (("zh-Hans", "香港"), ("zh-Hant", "香港"), ("en", "Hong Kong"), ("pt", "Hong Kong")),
            ("智方便 iAM Smart",),
        ),
        "MO": RegionDisplay(
            (("zh-Hans", "澳门"), ("zh-Hant", "澳門"), ("en", "Macao"), ("pt", "Macau")),
            ("一户通 Conta Única",),
        ),
    }
)


@dataclass(frozen=True, slots=True)
class Region:
    """One configured region."""

    code: RegionCode
    display: RegionDisplay
    protocol: str
    config: Config
    enabled: bool = True


class RegionFault(Exception):
    """A region's table cannot be used; `faults` says why, one line each, and holds no secret."""

    def __init__(self, code: str, faults: tuple[str, ...]) -> None:
        super().__init__("\n".join(f"regions.{code}: {fault}" for fault in faults))
        self.code = code
        self.faults = faults


def connect(region: Region) -> Connector:
    """Make the region's connector, behind its switch. Raises `RegionFault` when a key in its configuration cannot be used."""
    try:
        connector = PROTOCOLS[region.protocol].connect(region.config)
    except ValueError as error:
        raise RegionFault(region.code, (str(error),)) from error
    return Switched(connector, enabled=region.enabled)


_DISPLAY_MEMBERS = ("names", "services")


def read_region(code: str, table: Mapping[str, Any]) -> Region:
    """Read a region's table: ``protocol``, ``enabled``, ``names``, ``services``, and the members of its configuration.

    ``levels``, ``card_kinds`` and ``methods`` may be tables; levels are written by name; durations are seconds. Raises
    `RegionFault` with everything that was found wrong.
    """
    protocol = PROTOCOLS.get(str(table.get("protocol")))
    if protocol is None:
        raise RegionFault(code, (f"protocol is none of {', '.join(PROTOCOLS)}",))
    beside = {"protocol", "enabled", "region", *_DISPLAY_MEMBERS}
    values = {name: value for name, value in table.items() if name not in beside}
    faults: list[str] = []
    display, enabled = _read_display(code, table, faults), table.get("enabled", True)
    if not isinstance(enabled, bool):
        faults.append("enabled is neither true nor false")
    config = read_config(protocol.config, {**values, "region": code}, faults)
    if config is None or display is None or faults:
        raise RegionFault(code, tuple(faults))
    return Region(RegionCode(code), display, str(table["protocol"]), config, enabled)


def _read_display(code: str, table: Mapping[str, Any], faults: list[str]) -> RegionDisplay | None:
    """Read what the pages call the region; a region of ours has names already."""
    known = DISPLAYS.get(code)
    names = table.get("names") or (dict(known.names) if known else {"en": code})
    services = table.get("services") or (known.services if known else ())
    try:
        return RegionDisplay(tuple(msgspec.convert(names, dict[str, str]).items()), msgspec.convert(services, tuple[str, ...]))
    except ValueError as error:
        faults.append(str(error))
        return None
