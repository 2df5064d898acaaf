"""Claim tables: which claims a region's provider may send, which it must, and what each one means.

A table is configuration. Every claim that arrives is looked up in it: one that is not there is logged by name and left out,
one that is required and missing or unreadable refuses the login. How a value is read is `attributes`' matter.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Literal

from idbridge.identity.assertion import DocumentKind, RegionCode
from idbridge.regions.connector import RegionRefusal
from idbridge.regions.replies import log_names

logger = logging.getLogger(__name__)

MAX_LOGGED_CLAIMS = 20
"""Unknown claims logged for one login: more says nothing new, and a provider gone wrong must not fill the disk."""


class Need(Enum):
    """What the bridge does about a claim: refuse without it, use it, or know it and leave it out."""

    REQUIRED = "required"
    OPTIONAL = "optional"
    IGNORED = "ignored"


Meaning = Literal[
    "nothing",
    "name-hans",
    "name-hant",
    "name-latn",
    "family-latn",
    "given-latn",
    "birthdate",
    "gender",
    "document",
    "email",
    "email-verified",
    "phone",
    "phone-verified",
    "address",
]


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """One claim by the provider's name for it; `document` is the kind of document whose number it holds.

    `parts` names the members to join when the provider wraps the value in an object.
    """

    name: str
    need: Need = Need.OPTIONAL
    meaning: Meaning = "nothing"
    document: DocumentKind | None = None
    parts: tuple[str, ...] = ()


Sifted = tuple[tuple[ClaimRow, Any], ...]
"""The claims that a table knows and the bridge uses, each with the value as it was sent."""


@dataclass(frozen=True, slots=True)
class ClaimTable:
    """A provider's claims, and its words for gender. Raises `ValueError` when empty or when a claim stands twice."""

    rows: tuple[ClaimRow, ...]
    genders: tuple[tuple[str, Literal["male", "female"]], ...] = (("male", "male"), ("female", "female"))

    def __post_init__(self) -> None:
        names = [row.name for row in self.rows]
        if not names or len(set(names)) != len(names):
            raise ValueError("a claim table needs rows, and each claim once")

    def lacks(self, claims: Mapping[str, Any]) -> bool:
        """Say whether any claim that the bridge would use is absent."""
        return any(row.need is not Need.IGNORED and claims.get(row.name) is None for row in self.rows)

    def sift(self, region: RegionCode, claims: Mapping[str, Any], known: frozenset[str] = frozenset()) -> Sifted:
        """Pick what the bridge uses; *known* are the protocol's own claims, judged elsewhere.

        Raises `RegionRefusal` ``untrusted`` with ``claim:NAME`` when a required claim is missing (null counts as missing).
        """
        rows = {row.name: row for row in self.rows}
        unknown = [name for name in claims if name not in rows and name not in known]
        log_names(logger, region, "unknown claim", unknown[:MAX_LOGGED_CLAIMS])
        for row in self.rows:
            if row.need is Need.REQUIRED and claims.get(row.name) is None:
                raise RegionRefusal(region, "untrusted", f"claim:{row.name}")
        return tuple(
            (row, claims[row.name]) for row in self.rows if row.need is not Need.IGNORED and claims.get(row.name) is not None
        )
