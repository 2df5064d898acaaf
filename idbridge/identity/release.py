"""What may go to a portal: the catalogue of claims, what a request asks of it, and the claims of one answer.

The catalogue is a whitelist. No claim in it holds an identity number or anything by which a region names the person; of
documents only the kinds are told, and of an organisation its names and an identifier made for the portal's sector. What was
agreed to is `consent`'s; that a client may ask for a scope, and ``sub``, ``acr``, ``auth_time`` and the protocol's other
claims, are `oidc`'s.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from idbridge.identity.assertion import Attributes, Organisation, RegionCode
from idbridge.identity.assurance import Assurance
from idbridge.identity.claims_request import ClaimsRequest
from idbridge.identity.names import best_name, best_text, tagged_names, tagged_texts

Json: TypeAlias = "str | bool | list[Json] | dict[str, Json]"

Sensitivity = Literal["plain", "personal", "sensitive"]
"""``sensitive`` is what PIPL Art. 28 singles out and the consent page has to point at."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What one sign-in knows of a person, for one portal.

    `organisations` are those the person acts for in this sign-in, each with its identifier for the portal's sector
    (`subjects.organisation_subject`). Locales are BCP 47 tags in the portal's order of preference.
    """

    region: RegionCode
    assurance: Assurance
    attributes: Attributes
    organisations: tuple[tuple[str, Organisation], ...] = ()
    claims_locales: tuple[str, ...] = ()
    ui_locales: tuple[str, ...] = ()

    @property
    def locales(self) -> tuple[str, ...]:
        """The languages to choose one text by: those asked for claims before those asked for pages."""
        return self.claims_locales + self.ui_locales


Reader: TypeAlias = "Callable[[Facts], Json | None]"


@dataclass(frozen=True, slots=True)
class Claim:
    """One row of the catalogue.

    `source` names the attribute it is made from, `text` is the key of the words that tell a person what it is. `tagged`
    gives further values by language tag (OpenID Connect Core §5.2).
    """

    name: str
    scope: str
    source: str
    text: str
    sensitivity: Sensitivity
    read: Reader
    tagged: Callable[[Facts], dict[str, str]] | None = None


def _email(facts: Facts) -> Json | None:
    return facts.attributes.email or None


def _email_verified(facts: Facts) -> Json | None:
    return facts.attributes.email_verified if facts.attributes.email else None


def _phone(facts: Facts) -> Json | None:
    return facts.attributes.phone or None


def _phone_verified(facts: Facts) -> Json | None:
    return facts.attributes.phone_verified if facts.attributes.phone else None


def _address(facts: Facts) -> Json | None:
    """OpenID Connect Core §5.1.1: a JSON object, of which the regions' one string is ``formatted``."""
    return {"formatted": facts.attributes.address} if facts.attributes.address else None


def _birthdate(facts: Facts) -> Json | None:
    return facts.attributes.birthdate.isoformat() if facts.attributes.birthdate else None


def _document_kinds(facts: Facts) -> Json | None:
    return list(dict.fromkeys(document.kind for document in facts.attributes.documents)) or None


def _signature_match(facts: Facts) -> Json | None:
    return True if facts.attributes.documents else None


def _organisations(facts: Facts) -> Json | None:
    return [_organisation(facts, subject, organisation) for subject, organisation in facts.organisations] or None


def _organisation(facts: Facts, subject: str, organisation: Organisation) -> Json:
    told: dict[str, Json] = {"sub": subject, "document_kind": organisation.registration.kind}
    if name := best_text(organisation.names, facts.locales, facts.region):
        told["name"] = name
    for tag, text in tagged_texts(organisation.names, facts.claims_locales).items():
        told[f"name#{tag}"] = text
    if organisation.role:
        told["role"] = organisation.role
    return told


def _name(part: Literal["full", "family", "given"]) -> Reader:
    return lambda facts: best_name(facts.attributes.names, part, facts.locales, facts.region)


def _names(part: Literal["full", "family", "given"]) -> Callable[[Facts], dict[str, str]]:
    return lambda facts: tagged_names(facts.attributes.names, part, facts.claims_locales)


SIGNATURE_MATCH: Final = "signature_match"
"""The leave to be told whether a signer is this person (`identity.matching`). As a claim it is ``true``: the portal may ask."""

CATALOGUE: tuple[Claim, ...] = (
    Claim("name", "profile", "names", "claim.name", "personal", _name("full"), _names("full")),
    Claim("family_name", "profile", "names", "claim.family_name", "personal", _name("family"), _names("family")),
    Claim("given_name", "profile", "names", "claim.given_name", "personal", _name("given"), _names("given")),
    Claim("gender", "profile", "gender", "claim.gender", "personal", lambda facts: facts.attributes.gender),
    Claim("birthdate", "profile", "birthdate", "claim.birthdate", "personal", _birthdate),
    Claim("email", "email", "email", "claim.email", "personal", _email),
    Claim("email_verified", "email", "email_verified", "claim.email_verified", "plain", _email_verified),
    Claim("phone_number", "phone", "phone", "claim.phone_number", "personal", _phone),
    Claim("phone_number_verified", "phone", "phone_verified", "claim.phone_number_verified", "plain", _phone_verified),
    Claim("address", "address", "address", "claim.address", "sensitive", _address),
    Claim("represents", "organisation", "organisations", "claim.represents", "personal", _organisations),
    Claim("region", "identity", "region", "claim.region", "plain", lambda facts: facts.region),
    Claim("assurance", "identity", "assurance", "claim.assurance", "plain", lambda facts: facts.assurance.name.lower()),
    Claim("document_kinds", "identity", "documents", "claim.document_kinds", "sensitive", _document_kinds),
    Claim(SIGNATURE_MATCH, "signatures", "documents", "claim.signature_match", "sensitive", _signature_match),
)

BY_NAME: Mapping[str, Claim] = {claim.name: claim for claim in CATALOGUE}

SCOPES: tuple[str, ...] = ("openid", *dict.fromkeys(claim.scope for claim in CATALOGUE), "offline_access")
"""Every scope of the bridge, for discovery."""


@dataclass(frozen=True, slots=True)
class ReleasePlan:
    """Names of catalogue claims, in its order: what goes where if the person agrees. Language tags are dropped here."""

    userinfo: tuple[str, ...]
    id_token: tuple[str, ...] = ()

    @property
    def to_consent(self) -> tuple[Claim, ...]:
        """The claims a person is asked about: all that is released anywhere."""
        released = {*self.userinfo, *self.id_token}
        return tuple(claim for claim in CATALOGUE if claim.name in released)

    def agreed(self, claims: tuple[str, ...]) -> ReleasePlan:
        """Return the part of the plan that a consent covers."""
        return ReleasePlan(*(tuple(name for name in part if name in claims) for part in (self.userinfo, self.id_token)))


def plan_release(scopes: tuple[str, ...], request: ClaimsRequest) -> ReleasePlan:
    """Return what the accepted scopes and the ``claims`` parameter ask of the catalogue (OpenID Connect Core §5.4, §5.5).

    A scope's claims go to userinfo, for there always is an access token. Names that the catalogue lacks are left out.
    """
    at_userinfo, in_id_token = request.at_userinfo, request.in_id_token
    return ReleasePlan(
        userinfo=tuple(claim.name for claim in CATALOGUE if claim.scope in scopes or claim.name in at_userinfo),
        id_token=tuple(claim.name for claim in CATALOGUE if claim.name in in_id_token),
    )


def claims(names: tuple[str, ...], facts: Facts) -> dict[str, Json]:
    """Return the claims of these names that have a value: none is ever null or empty (OpenID Connect Core §5.3.2)."""
    told: dict[str, Json] = {}
    for claim in CATALOGUE:
        if claim.name not in names:
            continue
        value = claim.read(facts)
        if value is None or value == "":
            continue
        told[claim.name] = value
        if claim.tagged is not None:
            told.update({f"{claim.name}#{tag}": text for tag, text in claim.tagged(facts).items()})
    return told
