"""What one login at a region said of a person, in one vocabulary for every region.

`regions` makes these values out of each provider's own answer after checking it; `linking` and `release` read them. Identity
numbers in here are already normalised and checked (`documents`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal, NewType

from idbridge.identity.assurance import Assurance

RegionCode = NewType("RegionCode", str)
"""``GD``, ``HK``, ``MO``, or the code of a region added by configuration."""

Issuer = NewType("Issuer", str)
"""Who vouches for the subject: an identity provider's issuer identifier."""

UpstreamSubject = NewType("UpstreamSubject", str)
"""The subject as its issuer names it. Never leaves the bridge."""

DocumentKind = Literal[
    "CN-RESIDENT-ID",  # 居民身份证 (GB 11643)
    "CN-RESIDENCE-PERMIT-HK",  # 港澳台居民居住证, 810000
    "CN-RESIDENCE-PERMIT-MO",  # 820000
    "CN-RESIDENCE-PERMIT-TW",  # 830000
    "MAINLAND-TRAVEL-PERMIT",  # 港澳居民来往内地通行证 (回乡证)
    "MAINLAND-TRAVEL-PERMIT-NON-CHINESE",  # 港澳居民来往内地通行证(非中国籍)
    "HKID",
    "MO-BIR",
    "PASSPORT",
    "USCC",  # 统一社会信用代码 (GB 32100)
    "HK-BRN",
]


@dataclass(frozen=True, slots=True)
class IdentityDocument:
    """A document the person was identified by: its kind and its normalised number (a secret: never in logs or answers)."""

    kind: DocumentKind
    number: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class PersonName:
    """A name in one script (ISO 15924: ``Hans``, ``Hant``, ``Latn``); the parts are empty where the source has one string."""

    script: Literal["Hans", "Hant", "Latn"]
    full: str = field(repr=False)
    family: str = field(default="", repr=False)
    given: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Organisation:
    """A legal person the subject may act for, as the region vouches: names by BCP 47 tag and its registration."""

    names: tuple[tuple[str, str], ...]
    registration: IdentityDocument
    role: str = ""


@dataclass(frozen=True, slots=True)
class Attributes:
    """What the region says of the person. Absent is None or empty, never a placeholder."""

    names: tuple[PersonName, ...] = ()
    birthdate: date | None = None
    gender: Literal["male", "female"] | None = None
    documents: tuple[IdentityDocument, ...] = ()
    email: str | None = field(default=None, repr=False)
    email_verified: bool = False
    phone: str | None = field(default=None, repr=False)
    phone_verified: bool = False
    address: str | None = field(default=None, repr=False)
    organisations: tuple[Organisation, ...] = ()


@dataclass(frozen=True, slots=True)
class RegionAssertion:
    """One checked login: who, vouched by whom, how surely, when, and what else was said.

    `version` changes when the region's data of the person changed (Hong Kong's ``lastModifiedDate``, Guangdong's ``uversion``).
    `attributes` is None when the region gives them in a separate request that was not made in this login.
    """

    region: RegionCode
    issuer: Issuer
    subject: UpstreamSubject = field(repr=False)
    assurance: Assurance
    authenticated_at: datetime
    methods: tuple[str, ...] = ()
    version: str = ""
    attributes: Attributes | None = None
