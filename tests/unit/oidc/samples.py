"""A sound portal, provider, request and session to vary in tests, and the moment at which they stand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache

from idbridge.identity.assertion import RegionCode
from idbridge.identity.assurance import Assurance
from idbridge.oidc import authorization, opaque, pkce
from idbridge.oidc.authorization import AuthorizationRequest, Session, Standing
from idbridge.oidc.client_authentication import AuthenticatedClient
from idbridge.oidc.clients import Client, ClientId
from idbridge.oidc.keys import SigningKey, SigningKeys
from idbridge.oidc.provider import Provider, RegionOffer

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
EARLIER = NOW - timedelta(minutes=30)
LATER = NOW + timedelta(seconds=20)

GD, HK, MO = RegionCode("GD"), RegionCode("HK"), RegionCode("MO")

PROVIDER = Provider(
    issuer="https://bridge.example",
    regions=(RegionOffer(GD), RegionOffer(HK), RegionOffer(MO, Assurance.SUBSTANTIAL)),
    scopes=("profile", "email", "organisation"),
    claims=("name", "birthdate", "email"),
)

SECRET = "portal-secret-of-more-than-256-bits-portal-secret"
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"  # RFC 7636 App. B
CALLBACK = "https://portal.example/callback"

PORTAL = Client(
    client_id=ClientId("portal"),
    names=(("en", "Portal"), ("zh-Hant", "門戶")),
    purposes=(("en", "To open your file"),),
    redirect_uris=(CALLBACK, "https://portal.example/other?kept=1"),
    post_logout_redirect_uris=("https://portal.example/bye", "https://portal.example/bye?kept=1"),
    secret_sha256=opaque.digest(SECRET),
    scopes=("openid", "profile", "email", "organisation", "offline_access"),
    id_token_signed_response_alg="ES256",
)
AUTHENTICATED = AuthenticatedClient(PORTAL)

PARAMETERS = {
    "client_id": "portal",
    "redirect_uri": CALLBACK,
    "response_type": "code",
    "scope": "openid profile",
    "state": "af0ifjsldkj",
    "nonce": "n-0S6_WzA2Mj",
    "code_challenge": pkce.challenge_of(VERIFIER),
    "code_challenge_method": "S256",
}

SESSION = Session(
    sid="session-secret",
    person="person-1",
    region=HK,
    assurance=Assurance.SUBSTANTIAL,
    authenticated_at=EARLIER,
    established_at=EARLIER + timedelta(seconds=1),
    methods=("face",),
)


@cache
def keys() -> SigningKeys:
    return SigningKeys.of([SigningKey.generate("ES256")[0], SigningKey.generate("RS256")[0]])


def pairs(**changes: str | None) -> list[tuple[str, str]]:
    """The good request's parameters with *changes*; None leaves one out."""
    return [(name, value) for name, value in {**PARAMETERS, **changes}.items() if value is not None]


def judge(sent: list[tuple[str, str]], client: Client | None = PORTAL) -> AuthorizationRequest:
    return authorization.judge(authorization.read(sent), client, provider=PROVIDER, keys=keys(), now=NOW)


def authorize(client: Client = PORTAL, **changes: str | None) -> AuthorizationRequest:
    return judge(pairs(**changes), client)


def standing(*, consented_at: datetime | None = EARLIER, **changes: object) -> Standing:
    """The person of `SESSION` (with *changes*), linked at HK and GD."""
    session = replace(SESSION, **changes)  # type: ignore[arg-type]  # the fields of a dataclass, by name
    return Standing(session, "pairwise-subject", linked=(HK, GD), consented_at=consented_at)
