"""The invented people of the sandbox, read from `personas.toml`, and the accounts they have in each region."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal

import msgspec

PERSONA_FILE = Path(__file__).with_name("personas.toml")


@dataclass(frozen=True, slots=True)
class GuangdongAccount:
    """An account of the Guangdong platform; `company`, the `legal_` and `link_` values are set for a legal person's."""

    account: str
    id_code: str
    level: str
    ways: str
    method: str
    card_type: str
    card_number: str
    version: str
    phone: str = "-1"
    address: str = "-1"
    company: str = ""
    legal_name: str = ""
    legal_card_number: str = ""
    link_name: str = ""
    link_card_type: str = ""
    link_card_number: str = ""
    link_id_code: str = ""


@dataclass(frozen=True, slots=True)
class HongkongAccount:
    """An iAM Smart account: ``default``, or ``sign`` for iAM Smart+."""

    user_type: Literal["default", "sign"]
    hkid: str
    modified: datetime


@dataclass(frozen=True, slots=True)
class MacaoAccount:
    """A Macao One Account; `acr` says how its holder signs in."""

    subject: str
    acr: str
    methods: tuple[str, ...]
    bir: str = ""
    hkid: str = ""
    passport: str = ""
    email: str = ""
    phone: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class Persona:
    """One person; a name is empty in a script that the person does not use."""

    key: str
    latin: str
    birthdate: date
    gender: Literal["male", "female"]
    note: str
    hans: str = ""
    hant: str = ""
    family: str = ""
    given: str = ""
    guangdong: GuangdongAccount | None = None
    hongkong: HongkongAccount | None = None
    macao: MacaoAccount | None = None

    @property
    def label(self) -> str:
        """How the sign-in pages list the person."""
        return f"{self.hant or self.hans or self.latin} · {self.latin} — {self.note}"


def load_personas(path: Path = PERSONA_FILE) -> tuple[Persona, ...]:
    """Read the people of a file. Raises `ValueError` when one is not well formed or two have the same key."""
    document: dict[str, Any] = tomllib.loads(path.read_text("utf-8"))
    personas = msgspec.convert(document["persona"], tuple[Persona, ...])
    if len({persona.key for persona in personas}) != len(personas):
        raise ValueError(f"{path.name}: two personas with one key")
    return personas
