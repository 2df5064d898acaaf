"""Which regions there are: each one's names, its protocol, its connector, and whether it is switched on.

A further region in a protocol that is here needs no code: a table in the settings is enough. A further protocol is one module
and one line in `PROTOCOLS`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, is_dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, TypeAlias, get_args, get_type_hints

import msgspec

from idbridge.exchange import Steps
from idbridge.identity.assertion import Issuer, RegionAssertion, RegionCode
from idbridge.identity.assurance import Assurance
from idbridge.regions.connector import Connector, Departure, Enquiry, Memo, Notice, RegionRefusal, Start
from idbridge.regions.guangdong import GuangdongConnector
from idbridge.regions.guangdong_config import GuangdongConfig
from idbridge.regions.iamsmart import IamSmartConnector
from idbridge.regions.iamsmart_config import IamSmartConfig
from idbridge.regions.openid import OpenIDConnector
from idbridge.regions.openid_config import OpenIDConfig

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


class Switched:
    """A connector behind its region's switch, looked at when a login begins and again when it comes back."""

    def __init__(self, connector: Connector, *, enabled: bool) -> None:
        self._connector = connector
        self._enabled = enabled

    @property
    def region(self) -> RegionCode:
        """The region's code."""
        return self._connector.region

    @property
    def issuer(self) -> Issuer:
        """The issuer of the region's assertions."""
        return self._connector.issuer

    @property
    def echoes_state(self) -> bool:
        """Whether the provider returns the state."""
        return self._connector.echoes_state

    def depart(self, start: Start) -> Steps[Departure]:
        """Begin a login, unless switched off."""
        self._check()
        return (yield from self._connector.depart(start))

    def arrive(self, answer: Mapping[str, str], memo: Memo, now: datetime) -> Steps[RegionAssertion]:
        """Finish a login, unless the region was switched off meanwhile."""
        self._check()
        return (yield from self._connector.arrive(answer, memo, now))

    def ask(self, assertion: RegionAssertion, memo: Memo, start: Start) -> Steps[Enquiry]:
        """Ask for attributes, unless switched off."""
        self._check()
        return (yield from self._connector.ask(assertion, memo, start))

    def hear(self, body: bytes, headers: Mapping[str, str], now: datetime) -> Steps[Notice]:
        """Read a posted message, unless switched off."""
        self._check()
        return (yield from self._connector.hear(body, headers, now))

    def acknowledgement(self) -> bytes:
        """Return the answer to a heard message."""
        return self._connector.acknowledgement()

    def _check(self) -> None:
        if not self._enabled:
            raise RegionRefusal(self.region, "disabled")


def connect(region: Region) -> Connector:
    """Make the region's connector, behind its switch. Raises `RegionFault` when a key in its configuration cannot be used."""
    try:
        connector = PROTOCOLS[region.protocol].connect(region.config)
    except ValueError as error:
        raise RegionFault(region.code, (str(error),)) from error
    return Switched(connector, enabled=region.enabled)


# Members of OpenIDConfig.client that stand beside the others in a table: an operator has one client, not two things.
_CLIENT_MEMBERS = MappingProxyType(
    {
        "client_id": "client_id",
        "client_secret": "secret",
        "client_authentication": "authentication",
        "client_key": "private_key",
        "client_key_id": "key_id",
        "client_key_algorithm": "key_algorithm",
    }
)

_DISPLAY_MEMBERS = ("names", "services")


@dataclass(slots=True)
class _Table:
    """A region's table while it is read: what was understood, and what is wrong with it."""

    values: dict[str, Any]
    faults: list[str] = field(default_factory=list)

    def levels(self) -> None:
        """Turn names of levels into levels, in ``levels`` and ``level_without_acr``."""
        if isinstance(self.values.get("levels"), dict):
            self.values["levels"] = [(name, self._level(level)) for name, level in self.values["levels"].items()]
        if "level_without_acr" in self.values:
            self.values["level_without_acr"] = self._level(self.values["level_without_acr"])

    def _level(self, name: object) -> int:
        level = Assurance.__members__.get(str(name).upper())
        if level is None:
            self.faults.append("a level is none of none, low, substantial, high")
        return int(level or Assurance.NONE)

    def pairs(self, *names: str) -> None:
        """Turn tables into pairs, which is how frozen configurations hold them."""
        for name in names:
            if isinstance(self.values.get(name), dict):
                self.values[name] = list(self.values[name].items())


def read_region(code: str, table: Mapping[str, Any]) -> Region:
    """Read a region's table: ``protocol``, ``enabled``, ``names``, ``services``, and the members of its configuration.

    ``levels``, ``card_kinds`` and ``methods`` may be tables; levels are written by name; durations are seconds. Raises
    `RegionFault` with everything that was found wrong.
    """
    protocol = PROTOCOLS.get(str(table.get("protocol")))
    if protocol is None:
        raise RegionFault(code, (f"protocol is none of {', '.join(PROTOCOLS)}",))
    beside = {"protocol", "enabled", *_DISPLAY_MEMBERS}
    read = _Table({name: value for name, value in table.items() if name not in beside})
    if protocol.config is OpenIDConfig:
        read.values["client"] = {
            inner: read.values.pop(outer) for outer, inner in _CLIENT_MEMBERS.items() if outer in read.values
        }
    read.levels()
    read.pairs("card_kinds", "methods")
    read.values.pop("region", None)  # the table's own name says it
    read.faults += [f"{name} is not known" for name in _unknown(protocol.config, read.values)]
    display, enabled = _read_display(code, table, read.faults), table.get("enabled", True)
    if not isinstance(enabled, bool):
        read.faults.append("enabled is neither true nor false")
    config = _convert(protocol.config, {**read.values, "region": code}, read.faults)
    if config is None or display is None or read.faults:
        raise RegionFault(code, tuple(read.faults))
    return Region(RegionCode(code), display, str(table["protocol"]), config, enabled)


def _unknown(kind: type[Any], values: Mapping[str, Any], path: str = "") -> Iterator[str]:
    """Name the members that a configuration does not have, nested ones too: a mistyped name must not pass for a default."""
    known = get_type_hints(kind)
    for name, value in values.items():
        if name not in known:
            yield path + name
            continue
        inner = next((each for each in (known[name], *get_args(known[name])) if is_dataclass(each)), None)
        for item in value if isinstance(value, list) else [value]:
            if isinstance(inner, type) and isinstance(item, dict):
                yield from _unknown(inner, item, f"{path}{name}.")


def _convert(kind: type[Config], values: dict[str, Any], faults: list[str]) -> Config | None:
    try:
        return msgspec.convert(values, kind, strict=False)
    except ValueError as error:  # msgspec's own is one; both name members and types, never values
        faults.append(str(error))
        return None


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
