"""Reads a region's settings table into the frozen configuration of its protocol, and names everything that is wrong with it.

What an operator writes is plainer than what the code holds: one client beside the other members, tables for pairs, names for
levels of assurance, seconds for durations.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import is_dataclass
from types import MappingProxyType
from typing import Any, TypeVar, get_args, get_type_hints

import msgspec

from idbridge.identity.assurance import Assurance

ConfigT = TypeVar("ConfigT")

# Members of OpenIDConfig.client that stand beside the others in a table: an operator thinks of one client.
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

_PAIRS = ("levels", "card_kinds", "methods")


def read_config(kind: type[ConfigT], table: Mapping[str, Any], faults: list[str]) -> ConfigT | None:
    """Return the configuration; None, and *faults* longer, when there is none. Faults hold names and types, never values."""
    values = dict(table)
    if "client" in get_type_hints(kind):
        values["client"] = {inner: values.pop(outer) for outer, inner in _CLIENT_MEMBERS.items() if outer in values}
    for name in _PAIRS:
        if isinstance(values.get(name), dict):
            values[name] = list(values[name].items())
    if isinstance(values.get("levels"), list):
        values["levels"] = [_level_pair(pair, faults) for pair in values["levels"]]
    if "level_without_acr" in values:
        values["level_without_acr"] = _level(values["level_without_acr"], faults)
    faults += [f"{name} is not known" for name in _unknown(kind, values)]
    try:
        return msgspec.convert(values, kind, strict=False)
    except ValueError as error:  # msgspec's own is one, and so are the configurations'
        faults.append(str(error))
        return None


def _level_pair(pair: object, faults: list[str]) -> tuple[object, int]:
    name, level = pair if isinstance(pair, list | tuple) and len(pair) == 2 else ("", pair)
    return name, _level(level, faults)


def _level(name: object, faults: list[str]) -> int:
    level = Assurance.__members__.get(str(name).upper())
    if level is None:
        faults.append("a level is none of none, low, substantial, high")
    return int(level or Assurance.NONE)


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
