"""Validation policies: which checks are required, warned of or off, for which purpose (EN 319 102-1 clause 5.1.4).

A policy is data in TOML; `policies/default.toml` is the default and explains the form. It can be strict, and lenient in
matters of form, but it cannot make a broken or anonymous signature good: the checks in `INDISPENSABLE` stay required.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from functools import lru_cache
from importlib.resources import files
from typing import Final, Literal, cast

from idbridge.pki.algorithm_policy import DEFAULT, POLICIES, AlgorithmPolicy
from idbridge.signatures.refusals import PolicyRefused

RevocationMode = Literal["require", "when-available", "off"]
REVOCATION_MODES: Final[tuple[RevocationMode, ...]] = ("require", "when-available", "off")


class Level(StrEnum):
    """What a failed check does."""

    REQUIRED = "required"
    WARN = "warn"
    OFF = "off"


class Purpose(StrEnum):
    """What a signature is judged as."""

    SIGNATURE = "signature"
    COUNTER_SIGNATURE = "counter-signature"
    TIMESTAMP = "timestamp"


INDISPENSABLE: Final = frozenset(
    {
        "format-sound",
        "signing-certificate-identified",
        "references-found",
        "references-intact",
        "signature-value",
        "certificate-path",
        "timestamping-purpose",
        "seal-maker-signature",
        "seal-maker-certificate",
    }
)
"""Checks that no policy can lower: without any one of them the word signature means nothing."""

ANY_FAULT: Final = "*"
GRACE_LIMIT: Final = 24 * 366  # whoever waits longer than a year for a revocation list does not want an answer
MEMBERS: Final = frozenset({"name", "algorithms", "revocation", "strict_certificates", "grace_hours", "checks", "faults"})


@dataclass(frozen=True, slots=True)
class Policy:
    """A validation policy. `checks` and `faults` give levels by name; whatever is not named is required.

    `strict_certificates` asks for every formality of RFC 5280 clause 4, which real issuers break without harm. `grace` is how
    long after a signature revocation evidence must be from (`revocation-after-signature`).
    """

    name: str
    checks: Mapping[Purpose, Mapping[str, Level]]
    faults: Mapping[str, Level] = field(default_factory=dict)
    algorithms: AlgorithmPolicy = DEFAULT
    revocation: RevocationMode = "require"
    strict_certificates: bool = False
    grace: timedelta = timedelta()

    def level(self, purpose: Purpose, check: str) -> Level:
        """Return the level of a check."""
        return self.checks.get(purpose, {}).get(check, Level.REQUIRED)

    def fault_level(self, code: str) -> Level:
        """Return the level of a fault by its code."""
        return self.faults.get(code, self.faults.get(ANY_FAULT, Level.REQUIRED))

    def states(self, purpose: Purpose) -> bool:
        """Tell whether the policy requires anything at all for *purpose*: one that does not passes nothing."""
        return Level.REQUIRED in self.checks.get(purpose, {}).values()


def read_policy(text: str, known_checks: frozenset[str]) -> Policy:
    """Return the policy in TOML *text*, whose checks are among *known_checks*.

    :raises PolicyRefused: it is no TOML, names a check, purpose or level that does not exist, or lowers one of
        `INDISPENSABLE`.
    """
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PolicyRefused(f"the policy is no TOML: {error}") from error
    if unknown := sorted(set(table) - MEMBERS):
        raise PolicyRefused(f"the policy has members that mean nothing: {', '.join(unknown)}")
    algorithms = POLICIES.get(str(table.get("algorithms", DEFAULT.name)))
    revocation = table.get("revocation", "require")
    if algorithms is None or revocation not in REVOCATION_MODES:
        raise PolicyRefused(f"algorithms are one of {', '.join(POLICIES)}, revocation of {', '.join(REVOCATION_MODES)}")
    return Policy(
        name=str(table.get("name", "unnamed")),
        checks=_checks(_table(table, "checks"), known_checks),
        faults={str(code): _level(code, level) for code, level in _table(table, "faults").items()},
        algorithms=algorithms,
        revocation=cast("RevocationMode", revocation),
        grace=_grace(table.get("grace_hours", 0)),
        strict_certificates=table.get("strict_certificates") is True,
    )


@lru_cache(1)
def default_policy(known_checks: frozenset[str]) -> Policy:
    """Return the policy of this package."""
    return read_policy((files(__package__) / "policies" / "default.toml").read_text("utf-8"), known_checks)


def _grace(hours: object) -> timedelta:
    if not isinstance(hours, int) or not 0 <= hours <= GRACE_LIMIT:
        raise PolicyRefused(f"grace_hours is a whole number up to {GRACE_LIMIT}")
    return timedelta(hours=hours)


def _table(table: Mapping[str, object], name: str) -> Mapping[str, object]:
    found = table.get(name, {})
    if not isinstance(found, dict):
        raise PolicyRefused(f"{name} is a table")
    return found


def _checks(table: Mapping[str, object], known: frozenset[str]) -> dict[Purpose, dict[str, Level]]:
    checks: dict[Purpose, dict[str, Level]] = {}
    for name in table:
        if name not in tuple(Purpose):
            raise PolicyRefused(f"no purpose is called {name!r}; there are {', '.join(Purpose)}")
        levels = {check: _level(check, level) for check, level in _table(table, name).items()}
        if unknown := sorted(levels.keys() - known):
            raise PolicyRefused(f"no check is called {', '.join(unknown)}")
        if lowered := sorted(c for c in INDISPENSABLE & levels.keys() if levels[c] is not Level.REQUIRED):
            raise PolicyRefused(f"{', '.join(lowered)} cannot be lowered")
        checks[Purpose(name)] = levels
    return checks


def _level(name: str, level: object) -> Level:
    if level not in tuple(Level):
        raise PolicyRefused(f"{name} is required, warn or off, not {level!r}")
    return Level(str(level))
