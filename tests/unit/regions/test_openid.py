from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from idbridge.exchange import HttpRequest, HttpResponse
from idbridge.identity.assertion import Issuer, RegionAssertion, RegionCode
from idbridge.identity.assurance import Assurance
from idbridge.regions.connector import RegionRefusal, Start
from idbridge.regions.openid import OpenIDConnector
from idbridge.regions.openid_client import ClientCredentials
from idbridge.regions.openid_config import OpenIDConfig
from tests.simulators.driver import drive, nobody, query_of
from tests.simulators.lying_openid import CLAIM_LIES, ENDPOINT_LIES, NOW, SIGNATURE_LIES, LyingOpenID

CONFIG = OpenIDConfig(
    region=RegionCode("MO"),
    issuer=Issuer("https://op.example"),
    client=ClientCredentials("bridge", secret="secret"),
    algorithms=("ES256",),
    levels=(("low", Assurance.LOW), ("middle", Assurance.SUBSTANTIAL), ("high", Assurance.HIGH)),
)
START = Start("state-1", "https://bridge.example/regions/MO/callback", "", "zh-Hant", NOW)


def sign_in(provider: LyingOpenID, connector: OpenIDConnector, start: Start = START) -> RegionAssertion:
    departure = drive(connector.depart(start), provider.handle)
    answer = provider.authorize(departure.url)
    return drive(connector.arrive(answer, departure.memo, start.now), provider.handle)


def refusal(provider: LyingOpenID, config: OpenIDConfig = CONFIG, start: Start = START) -> tuple[str, str]:
    with pytest.raises(RegionRefusal) as caught:
        sign_in(provider, OpenIDConnector(config), start)
    return caught.value.code, caught.value.check


def test_a_login_says_who_how_surely_and_when() -> None:
    assertion = sign_in(LyingOpenID(), OpenIDConnector(CONFIG))
    assert (assertion.region, assertion.issuer, assertion.subject) == ("MO", "https://op.example", "mo-1")
    assert assertion.assurance is Assurance.HIGH
    assert assertion.authenticated_at == NOW
    assert assertion.attributes is not None
    assert [(name.script, name.full) for name in assertion.attributes.names] == [("Hant", "梁慧瓊"), ("Latn", "Leong Wai Keng")]
    assert [(document.kind, document.number) for document in assertion.attributes.documents] == [("MO-BIR", "51234567")]


def test_the_request_carries_everything_that_binds_the_answer() -> None:
    departure = drive(OpenIDConnector(CONFIG).depart(START), LyingOpenID().handle)
    asked = query_of(departure.url)
    assert departure.url.startswith("https://op.example/authorize?")
    assert asked["response_type"] == "code"
    assert asked["state"] == "state-1"
    assert asked["nonce"] == departure.memo["nonce"]
    assert asked["code_challenge_method"] == "S256"
    assert departure.memo["verifier"] not in departure.url
    assert asked["ui_locales"] == "zh-Hant"
    assert asked["acr_values"] == "low middle high"
    assert "prompt" not in asked


def test_a_fresh_login_asks_for_a_new_authentication_at_the_wanted_level() -> None:
    start = replace(START, fresh=True, assurance=Assurance.SUBSTANTIAL)
    asked = query_of(drive(OpenIDConnector(CONFIG).depart(start), LyingOpenID().handle).url)
    assert (asked["prompt"], asked["max_age"], asked["acr_values"]) == ("login", "0", "middle high")


@pytest.mark.parametrize(("auth_time", "accepted"), [(0, True), (-29, True), (-31, False), (None, False)])
def test_a_fresh_login_needs_an_authentication_since_the_departure(auth_time: int | None, accepted: bool) -> None:
    provider = LyingOpenID()
    provider.fresh_auth_time = None if auth_time is None else NOW.timestamp() + auth_time
    start = replace(START, fresh=True)
    if accepted:
        assert sign_in(provider, OpenIDConnector(CONFIG), start).subject == "mo-1"
    else:
        assert refusal(provider, start=start) == ("untrusted", "auth_time")


@pytest.mark.parametrize("lie", CLAIM_LIES)
def test_a_lie_in_a_claim_is_noticed_by_its_check(lie: str) -> None:
    assert refusal(LyingOpenID(lie=lie)) == ("untrusted", CLAIM_LIES[lie][1])


@pytest.mark.parametrize("lie", SIGNATURE_LIES)
def test_a_token_that_the_provider_did_not_sign_as_agreed_is_refused(lie: str) -> None:
    assert refusal(LyingOpenID(lie=lie)) == ("untrusted", SIGNATURE_LIES[lie])


@pytest.mark.parametrize("lie", ENDPOINT_LIES)
def test_a_lying_or_broken_endpoint_is_refused(lie: str) -> None:
    assert refusal(LyingOpenID(lie=lie)) == ENDPOINT_LIES[lie]


def test_boundaries_of_the_times_are_inside() -> None:
    provider = LyingOpenID()
    provider.id_token_claims = {"exp": NOW.timestamp() - 29, "iat": NOW.timestamp() + 30, "nbf": NOW.timestamp() + 30}
    assert sign_in(provider, OpenIDConnector(CONFIG)).subject == "mo-1"


@pytest.mark.parametrize(
    ("error", "code", "check"),
    [
        ("access_denied", "cancelled", ""),
        ("consent_required", "cancelled", ""),
        ("unmet_authentication_requirements", "insufficient", ""),
        ("server_error", "unavailable", "answer:server_error"),
        ("<b>\n" * 50, "unavailable", None),
    ],
)
def test_an_error_answer_is_named(error: str, code: str, check: str | None) -> None:
    provider = LyingOpenID()
    connector = OpenIDConnector(CONFIG)
    departure = drive(connector.depart(START), provider.handle)
    answer = {"error": error, "state": "state-1", "iss": "https://op.example"}
    with pytest.raises(RegionRefusal) as caught:
        drive(connector.arrive(answer, departure.memo, NOW), provider.handle)
    assert caught.value.code == code
    assert caught.value.check.isprintable()
    assert len(caught.value.check) < 80
    if check is not None:
        assert caught.value.check == check


@pytest.mark.parametrize("code", ["", "x" * 4097, "never-issued"])
def test_a_code_that_is_none_is_refused(code: str) -> None:
    provider = LyingOpenID()
    connector = OpenIDConnector(CONFIG)
    departure = drive(connector.depart(START), provider.handle)
    answer = {**provider.authorize(departure.url), "code": code}
    with pytest.raises(RegionRefusal, match="untrusted code"):
        drive(connector.arrive(answer, departure.memo, NOW), provider.handle)


def test_another_logins_memo_does_not_fit() -> None:
    provider = LyingOpenID()
    connector = OpenIDConnector(CONFIG)
    first = drive(connector.depart(START), provider.handle)
    second = drive(connector.depart(START), provider.handle)
    with pytest.raises(RegionRefusal, match="untrusted code"):  # the provider notices: PKCE
        drive(connector.arrive(provider.authorize(first.url), second.memo, NOW), provider.handle)


@pytest.mark.parametrize(
    ("acr", "wanted", "outcome"),
    [
        ("middle", Assurance.LOW, Assurance.SUBSTANTIAL),
        ("high", Assurance.SUBSTANTIAL, Assurance.HIGH),
        ("low", Assurance.SUBSTANTIAL, "insufficient"),
        ("never heard of", Assurance.LOW, "insufficient"),
        (None, Assurance.LOW, "insufficient"),
        (None, Assurance.NONE, Assurance.NONE),
    ],
)
def test_the_level_is_compared_by_strength(acr: str | None, wanted: Assurance, outcome: Assurance | str) -> None:
    provider = LyingOpenID()
    provider.acr = acr
    start = replace(START, assurance=wanted, least=wanted)
    if isinstance(outcome, str):
        assert refusal(provider, start=start)[0] == outcome
    else:
        assert sign_in(provider, OpenIDConnector(CONFIG), start).assurance is outcome


def test_a_warm_login_costs_two_requests() -> None:
    provider = LyingOpenID()
    connector = OpenIDConnector(CONFIG)
    sign_in(provider, connector)
    provider.requests.clear()
    sign_in(provider, connector)
    assert [request.url.rpartition("/")[2] for request in provider.requests] == ["token", "userinfo"]


@pytest.mark.parametrize(("policy", "asked"), [("always", True), ("when-missing", False), ("never", False)])
def test_userinfo_is_asked_when_wanted(policy: str, asked: bool) -> None:
    provider = LyingOpenID()
    provider.id_token_claims = {row.name: "x" for row in CONFIG.claims.rows} | provider.person
    connector = OpenIDConnector(replace(CONFIG, userinfo=policy))  # type: ignore[arg-type] # one of the literals above
    sign_in(provider, connector)
    assert any(request.url.endswith("/userinfo") for request in provider.requests) is asked


def test_a_missing_required_claim_refuses_and_an_unknown_one_is_logged_by_name_only(caplog: pytest.LogCaptureFixture) -> None:
    provider = LyingOpenID()
    provider.person["shoe size\n"] = "secret-value"
    with caplog.at_level(logging.WARNING):
        sign_in(provider, OpenIDConnector(CONFIG))
    assert "unknown claim shoe?size?" in caplog.text
    assert "secret-value" not in caplog.text
    del provider.person["name"]
    assert refusal(provider) == ("untrusted", "claim:name")


def test_an_unknown_key_is_fetched_once_and_used() -> None:
    provider = LyingOpenID()
    connector = OpenIDConnector(CONFIG)
    sign_in(provider, connector)
    provider.rotate("k2")
    provider.requests.clear()
    assert sign_in(provider, connector).subject == "mo-1"
    assert [request.url.rpartition("/")[2] for request in provider.requests].count("jwks") == 1


def test_a_flood_of_unknown_keys_makes_few_refetches() -> None:
    provider = LyingOpenID()
    connector = OpenIDConnector(CONFIG)
    sign_in(provider, connector)
    provider.lie = "unknown-kid"
    provider.requests.clear()
    for _ in range(20):
        with pytest.raises(RegionRefusal, match="untrusted key"):
            sign_in(provider, connector)
    assert sum(request.url.endswith("/jwks") for request in provider.requests) == CONFIG.freshness.refetches
    later = replace(START, now=NOW + CONFIG.freshness.refetch_window)
    provider.clock = lambda: later.now
    provider.lie = ""
    provider.rotate("k3")
    assert sign_in(provider, connector, later).subject == "mo-1"


@pytest.mark.parametrize("lie", ["keys-500", "keys-html", "keys-empty", "discovery-issuer", "discovery-500"])
def test_the_last_good_values_outlive_a_failed_refetch_for_a_day(lie: str) -> None:
    provider = LyingOpenID()
    connector = OpenIDConnector(CONFIG)
    sign_in(provider, connector)
    provider.lie = lie
    hours = replace(START, now=NOW + timedelta(hours=2))
    provider.clock = lambda: hours.now
    assert sign_in(provider, connector, hours).subject == "mo-1"
    provider.requests.clear()
    assert sign_in(provider, connector, hours).subject == "mo-1"
    assert len(provider.requests) == 2  # no new attempt until some seconds have passed
    days = replace(START, now=NOW + timedelta(days=1, hours=3))
    provider.clock = lambda: days.now
    with pytest.raises(RegionRefusal):
        sign_in(provider, connector, days)


def test_keys_are_replaced_when_they_grow_old() -> None:
    provider = LyingOpenID()
    connector = OpenIDConnector(CONFIG)
    sign_in(provider, connector)
    withdrawn = provider.published
    provider.rotate("k2")
    provider.published, published = withdrawn, provider.published  # still signs with the withdrawn key
    later = replace(START, now=NOW + timedelta(hours=2))
    provider.clock = lambda: later.now

    def only_new(request: HttpRequest) -> HttpResponse:
        if not request.url.endswith("/jwks"):
            return provider.handle(request)
        provider.published, signing = published, provider.published
        try:
            return provider.handle(request)
        finally:
            provider.published = signing

    departure = drive(connector.depart(later), only_new)
    with pytest.raises(RegionRefusal, match="untrusted key"):
        drive(connector.arrive(provider.authorize(departure.url), departure.memo, later.now), only_new)


def test_a_secret_with_any_character_arrives() -> None:
    seen: list[str] = []

    def record(request: HttpRequest) -> HttpResponse:
        seen.extend(value for name, value in request.headers if name == "Authorization")
        return provider.handle(request)

    provider = LyingOpenID()
    connector = OpenIDConnector(replace(CONFIG, client=ClientCredentials("bridge", secret="ä:% 密")))
    departure = drive(connector.depart(START), record)
    with pytest.raises(RegionRefusal, match="unavailable token:invalid_client"):
        drive(connector.arrive(provider.authorize(departure.url), departure.memo, NOW), record)
    assert seen[0].startswith("Basic ")


def test_client_secret_post() -> None:
    client = ClientCredentials("bridge", "client_secret_post", secret="secret")
    provider = LyingOpenID()
    assert sign_in(provider, OpenIDConnector(replace(CONFIG, client=client))).subject == "mo-1"
    token = next(request for request in provider.requests if request.url.endswith("/token"))
    assert "Authorization" not in dict(token.headers)


def test_private_key_jwt() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    client = ClientCredentials("bridge", "private_key_jwt", private_key=pem, key_id="c1")
    provider = LyingOpenID()
    provider.client_key = key.public_key()
    assert sign_in(provider, OpenIDConnector(replace(CONFIG, client=client))).subject == "mo-1"


def test_a_provider_that_is_down_refuses_without_a_request_of_the_user() -> None:
    with pytest.raises(RegionRefusal, match="MO: unavailable discovery:unreachable"):
        drive(OpenIDConnector(CONFIG).depart(START), nobody)


@pytest.mark.parametrize(
    "broken",
    [{"algorithms": ("none",)}, {"algorithms": ("HS256",)}, {"algorithms": ()}, {"scopes": ("profile",)}],
)
def test_a_configuration_that_would_be_unsafe_is_no_configuration(broken: dict[str, tuple[str, ...]]) -> None:
    with pytest.raises(ValueError, match=r"id tokens|openid"):
        replace(CONFIG, **broken)  # type: ignore[arg-type] # the very point


@pytest.mark.parametrize("authentication", ["client_secret_basic", "client_secret_post", "private_key_jwt"])
def test_credentials_need_their_proof(authentication: str) -> None:
    with pytest.raises(ValueError, match=authentication):
        ClientCredentials("bridge", authentication)  # type: ignore[arg-type] # one of the literals above


def test_nothing_is_asked_or_heard_beside_the_login() -> None:
    connector = OpenIDConnector(CONFIG)
    assertion = sign_in(LyingOpenID(), connector)
    with pytest.raises(RegionRefusal, match="unavailable enquiry"):
        drive(connector.ask(assertion, {}, START), nobody)
    with pytest.raises(RegionRefusal, match="untrusted notice"):
        drive(connector.hear(b"{}", {}, NOW), nobody)
    assert connector.acknowledgement() == b"{}"


def test_no_secret_is_in_a_representation() -> None:
    departure = drive(OpenIDConnector(CONFIG).depart(START), LyingOpenID().handle)
    shown = repr((CONFIG, departure, sign_in(LyingOpenID(), OpenIDConnector(CONFIG))))
    for secret in (CONFIG.client.secret, departure.memo["verifier"], departure.memo["nonce"], "mo-1", "51234567", "梁慧瓊"):
        assert f"'{secret}'" not in shown
