"""What an operator can change about an OpenID provider, and the claims that Macao's is taken to have."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

from idbridge.identity.assertion import Issuer, RegionCode
from idbridge.identity.assurance import Assurance
from idbridge.regions.claims import ClaimRow, ClaimTable, Need
from idbridge.regions.openid_client import ClientCredentials
from idbridge.regions.openid_keys import SIGNATURE_ALGORITHMS
from idbridge.regions.openid_provider import Freshness

MACAO_CLAIMS = ClaimTable(
    rows=(
        ClaimRow("name", Need.REQUIRED, "name-latn"),
        ClaimRow("name#zh-Hant", Need.OPTIONAL, "name-hant"),
        ClaimRow("family_name", Need.OPTIONAL, "family-latn"),
        ClaimRow("given_name", Need.OPTIONAL, "given-latn"),
        ClaimRow("birthdate", Need.OPTIONAL, "birthdate"),
        ClaimRow("gender", Need.OPTIONAL, "gender"),
        ClaimRow("bir_number", Need.OPTIONAL, "document", "MO-BIR"),
        ClaimRow("hkid_number", Need.OPTIONAL, "document", "HKID"),
        ClaimRow("travel_permit_number", Need.OPTIONAL, "document", "MAINLAND-TRAVEL-PERMIT"),
        ClaimRow("passport_number", Need.OPTIONAL, "document", "PASSPORT"),
        ClaimRow("email", Need.OPTIONAL, "email"),
        ClaimRow("email_verified", Need.OPTIONAL, "email-verified"),
        ClaimRow("phone_number", Need.OPTIONAL, "phone"),
        ClaimRow("phone_number_verified", Need.OPTIONAL, "phone-verified"),
        ClaimRow("address", Need.OPTIONAL, "address"),
        ClaimRow("locale", Need.IGNORED),
        ClaimRow("preferred_username", Need.IGNORED),
        ClaimRow("picture", Need.IGNORED),
        ClaimRow("zoneinfo", Need.IGNORED),
    )
)
"""The standard claims (OpenID Connect Core §5.1, §5.2 for scripts), and a name for each document that Macao's accounts take.

Macao publishes no interface; the document claims are this project's names, for an operator to replace.
"""


@dataclass(frozen=True, slots=True)
class OpenIDConfig:
    """One OpenID provider, as the operator of the bridge configures it.

    `levels` maps the provider's ``acr`` values to ours, `level_without_acr` is what a login without a known one is worth.
    `algorithms` pins what ID tokens may be signed with. `userinfo` says when to fetch it, `bearer_in` how the token is shown
    there (RFC 6750 §2.1, §2.2). `discovery_url` is only for a provider whose metadata do not lie under its issuer.
    Raises `ValueError` for an algorithm that is not asymmetric.
    """

    region: RegionCode
    issuer: Issuer
    client: ClientCredentials
    claims: ClaimTable = MACAO_CLAIMS
    scopes: tuple[str, ...] = ("openid", "profile", "email", "phone", "address")
    algorithms: tuple[str, ...] = ("ES256", "RS256")
    levels: tuple[tuple[str, Assurance], ...] = ()
    level_without_acr: Assurance = Assurance.NONE
    userinfo: Literal["always", "when-missing", "never"] = "when-missing"
    bearer_in: Literal["header", "body"] = "header"
    discovery_url: str = ""
    skew: timedelta = timedelta(seconds=30)
    oldest_token: timedelta = timedelta(minutes=5)
    freshness: Freshness = field(default_factory=Freshness)

    def __post_init__(self) -> None:
        if not self.algorithms or not set(self.algorithms) <= SIGNATURE_ALGORITHMS:
            raise ValueError("id tokens need asymmetric signature algorithms")
        if "openid" not in self.scopes:
            raise ValueError("the scope openid is what makes the flow OpenID Connect")
