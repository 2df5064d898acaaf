"""Authorization requests: what is accepted, and how each bad one is refused."""

from __future__ import annotations

import json
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from idbridge.identity.assurance import Assurance
from idbridge.oidc import authorization
from idbridge.oidc.authorization import AuthorizationRequest, Display, Prompt, RedirectedRefusal, ResponseMode
from idbridge.oidc.clients import Client
from idbridge.oidc.errors import DirectRefusal, Fault
from idbridge.oidc.keys import SigningKey, SigningKeys
from tests.unit.oidc.samples import CALLBACK, GD, NOW, PARAMETERS, PORTAL, PROVIDER, authorize, judge, keys, pairs

EXCUSED = replace(PORTAL, require_pkce=False)


def refused(client: Client = PORTAL, **changes: str | None) -> Fault:
    with pytest.raises(RedirectedRefusal) as refusal:
        authorize(client, **changes)
    answer = parse_qs(urlsplit(refusal.value.response(PROVIDER.issuer).url).query)
    # RFC 9207 §2 and RFC 6749 §4.1.2.1: every error tells who answers, and repeats the state.
    assert answer["iss"] == [PROVIDER.issuer]
    assert answer["state"] == [PARAMETERS["state"]]
    assert answer["error"] == [refusal.value.fault.error]
    return refusal.value.fault


def test_oidcc_server() -> None:
    request = authorize()
    assert (request.client_id, request.redirect_uri, request.scopes) == ("portal", CALLBACK, ("openid", "profile"))
    assert (request.state, request.nonce, request.received_at) == ("af0ifjsldkj", "n-0S6_WzA2Mj", NOW)
    assert request.code_challenge == PARAMETERS["code_challenge"]
    assert request.response_mode is ResponseMode.QUERY


def test_an_accepted_request_can_be_stored() -> None:
    request = authorize(
        prompt="consent login",
        max_age="30",
        scope="openid offline_access",
        acr_values="urn:idbridge:loa:high",
        claims='{"userinfo": {"name": null}, "id_token": {"acr": {"essential": true, "value": "urn:idbridge:loa:low"}}}',
    )
    assert msgspec.json.decode(msgspec.json.encode(request), type=AuthorizationRequest) == request
    assert request.wants_offline_access


def test_a_request_does_not_show_its_secrets() -> None:
    shown = repr(authorize())
    assert not [name for name in ("state", "nonce", "code_challenge") if PARAMETERS[name] in shown]


# What is answered on our own page


@pytest.mark.parametrize("client", [None, replace(PORTAL, client_id="other")])
def test_an_unknown_client_is_not_redirected_to(client: Client | None) -> None:
    with pytest.raises(DirectRefusal) as refusal:
        judge(pairs(), client)
    assert refusal.value.fault is Fault.CLIENT_UNKNOWN


@pytest.mark.parametrize("client_id", [None, "", "a\0b", "x" * 129])
def test_a_client_has_to_be_named(client_id: str | None) -> None:
    with pytest.raises(DirectRefusal):
        authorization.read(pairs(client_id=client_id))


@pytest.mark.parametrize("name", ["client_id", "redirect_uri"])
def test_who_is_asking_may_not_be_said_twice(name: str) -> None:
    with pytest.raises(DirectRefusal) as refusal:
        judge([*pairs(), (name, PARAMETERS[name])])
    assert refusal.value.fault is Fault.PARAMETER_REPEATED


@pytest.mark.parametrize(
    "redirect_uri",
    [
        pytest.param("https://evil.example/", id="oidcc-ensure-registered-redirect-uri"),
        pytest.param(CALLBACK + "?added=1", id="oidcc-redirect-uri-query-added"),
        pytest.param("https://portal.example/other?kept=2", id="oidcc-redirect-uri-query-mismatch"),
        pytest.param("https://portal.example/other", id="query left out"),
        pytest.param(CALLBACK + "/", id="slash"),
        pytest.param(CALLBACK + "/../x", id="dots"),
        pytest.param(CALLBACK + "#", id="fragment"),
        pytest.param(CALLBACK.replace("https", "http"), id="scheme"),
        pytest.param(CALLBACK.replace("portal", "PORTAL"), id="case"),
        pytest.param(CALLBACK.replace("portal.example", "portal.example:443"), id="port"),
        pytest.param(CALLBACK.replace("//", "//evil.example@"), id="userinfo"),
        pytest.param(CALLBACK + " ", id="space"),
        pytest.param("x" * 2049, id="length"),
        pytest.param(CALLBACK + "\r\nSet-Cookie: a=b", id="header"),
    ],
)
def test_redirect_uris_are_compared_exactly(redirect_uri: str) -> None:
    with pytest.raises(DirectRefusal):
        authorize(redirect_uri=redirect_uri)


def test_oidcc_ensure_redirect_uri_in_authorization_request() -> None:
    with pytest.raises(DirectRefusal) as refusal:
        authorize(redirect_uri=None)
    assert refusal.value.fault is Fault.REDIRECT_URI_MISSING


def test_oidcc_redirect_uri_query_ok() -> None:
    request = authorize(redirect_uri="https://portal.example/other?kept=1")
    assert request.return_to.with_code("c", PROVIDER.issuer).url.startswith("https://portal.example/other?kept=1&code=c&")


# What is answered to the client


def test_oidcc_response_type_missing() -> None:
    assert refused(response_type=None) is Fault.RESPONSE_TYPE_MISSING


@pytest.mark.parametrize("response_type", ["token", "id_token", "code id_token", "code token", "none", "CODE"])
def test_only_the_code_flow(response_type: str) -> None:
    assert refused(response_type=response_type) is Fault.RESPONSE_TYPE_UNSUPPORTED


def test_oidcc_unsigned_request_object_supported_correctly_or_rejected_as_unsupported() -> None:
    assert refused(request="eyJhbGciOiJub25lIn0.e30.") is Fault.REQUEST_OBJECT
    # The refusal comes before anything that the request object might have said otherwise.
    assert refused(request="eyJhbGciOiJub25lIn0.e30.", scope=None, response_type=None) is Fault.REQUEST_OBJECT


def test_oidcc_request_uri_unsigned_supported_correctly_or_rejected_as_unsupported() -> None:
    assert refused(request_uri="https://portal.example/request") is Fault.REQUEST_URI


def test_registration_on_the_fly_is_unsupported() -> None:
    assert refused(registration="{}") is Fault.REGISTRATION


@pytest.mark.parametrize("name", ["state", "nonce", "scope", "prompt", "anything"])
def test_no_parameter_twice(name: str) -> None:
    with pytest.raises(RedirectedRefusal) as refusal:
        judge([*pairs(), (name, "openid"), (name, "openid")])
    assert refusal.value.fault is Fault.PARAMETER_REPEATED


@pytest.mark.parametrize("state", ["x" * 4097, "a\r\nb", "\0"])
def test_a_state_that_cannot_be_sent_back_is_left_out(state: str) -> None:
    with pytest.raises(RedirectedRefusal) as refusal:
        authorize(state=state)
    assert refusal.value.return_to.state is None
    assert "state=" not in refusal.value.response(PROVIDER.issuer).url


def test_response_modes() -> None:
    assert authorize(response_mode="form_post").response_mode is ResponseMode.FORM_POST
    assert refused(response_mode="fragment") is Fault.RESPONSE_MODE_UNSUPPORTED
    with pytest.raises(RedirectedRefusal) as refusal:
        authorize(response_mode="form_post", response_type=None)
    assert refusal.value.response(PROVIDER.issuer).mode is ResponseMode.FORM_POST


@pytest.mark.parametrize("scope", [None, "profile", "OpenID", "openid,profile"])
def test_scope_must_hold_openid(scope: str | None) -> None:
    assert refused(scope=scope) is Fault.SCOPE_WITHOUT_OPENID


def test_unknown_scopes_and_those_of_others_are_ignored() -> None:
    assert authorize(scope="email openid nonsense openid").scopes == ("email", "openid")
    assert authorize(replace(PORTAL, scopes=("openid",)), scope="openid email").scopes == ("openid",)


def test_offline_access_counts_only_with_consent() -> None:
    """OpenID Connect Core §11."""
    assert not authorize(scope="openid offline_access").wants_offline_access
    assert authorize(scope="openid offline_access", prompt="consent").wants_offline_access
    forbidden = replace(PORTAL, scopes=("openid",))
    assert not authorize(forbidden, scope="openid offline_access", prompt="consent").wants_offline_access


def test_oidcc_ensure_request_without_nonce_succeeds_for_code_flow() -> None:
    assert authorize(nonce=None).nonce is None


def test_oidcc_ensure_request_with_unknown_parameter_succeeds() -> None:
    assert authorize(extra="foobar") == authorize()


def test_oidcc_ensure_request_with_valid_pkce_succeeds() -> None:
    assert authorize(EXCUSED).code_challenge == PARAMETERS["code_challenge"]


def test_pkce_is_required_unless_the_client_is_excused() -> None:
    without = {"code_challenge": None, "code_challenge_method": None}
    assert refused(**without) is Fault.PKCE_MISSING
    assert authorize(EXCUSED, **without).code_challenge is None
    assert refused(EXCUSED, code_challenge_method="plain") is Fault.PKCE_METHOD


def test_prompts() -> None:
    assert authorize(prompt="login consent").prompts == (Prompt.LOGIN, Prompt.CONSENT)
    assert authorize(prompt="none").is_silent
    assert refused(prompt="none login") is Fault.PROMPT_NONE_COMBINED
    assert refused(prompt="create") is Fault.PROMPT_UNKNOWN


@pytest.mark.parametrize(("display", "shown"), [("popup", Display.POPUP), ("wap", Display.PAGE), (None, Display.PAGE)])
def test_oidcc_display_page_and_popup(display: str | None, shown: Display) -> None:
    assert authorize(display=display).display is shown


@pytest.mark.parametrize("max_age", ["-1", "1.5", "one", "1" * 10, "+1", "１", "1\n"])
def test_max_age_is_a_number_of_seconds(max_age: str) -> None:
    assert refused(max_age=max_age) in {Fault.MAX_AGE_MALFORMED, Fault.PARAMETER_MALFORMED}


def test_max_age_has_the_clients_default() -> None:
    assert authorize(max_age="0").max_age == 0
    assert authorize(replace(PORTAL, default_max_age=60)).max_age == 60
    assert authorize(replace(PORTAL, default_max_age=60), max_age="10000").max_age == 10000


def test_oidcc_login_hint() -> None:
    request = authorize(login_hint="foo@bar.example")
    assert "foo@bar.example" not in msgspec.json.encode(request).decode()
    assert refused(login_hint="x" * 513) is Fault.PARAMETER_TOO_LONG


def test_oidcc_ui_locales_and_claims_locales() -> None:
    request = authorize(ui_locales="se zh-Hant zh-Hant", claims_locales="pt en")
    assert (request.ui_locales, request.claims_locales) == (("se", "zh-Hant"), ("pt", "en"))


def test_a_region_may_be_hinted() -> None:
    assert authorize(idp_hint="GD").region_hint == GD
    assert authorize(idp_hint="XX").region_hint is None


# acr


def test_oidcc_ensure_request_with_acr_values_succeeds() -> None:
    request = authorize(acr_values="1 urn:idbridge:loa:high 2 urn:idbridge:loa:low urn:idbridge:loa:HIGH")
    assert request.acr_values == (Assurance.HIGH, Assurance.LOW)
    assert request.essential_acr == ()


def acr_claim(**wish: object) -> str:
    return json.dumps({"id_token": {"acr": wish}})


def test_an_essential_acr_counts_when_it_names_levels() -> None:
    assert authorize(claims=acr_claim(essential=True, value="urn:idbridge:loa:high")).essential_acr == (Assurance.HIGH,)
    assert authorize(claims=acr_claim(essential=True, values=["x", "urn:idbridge:loa:low"])).essential_acr == (Assurance.LOW,)
    assert authorize(claims=acr_claim(essential=True)).essential_acr == ()
    assert authorize(claims='{"userinfo": {"acr": {"essential": true, "value": "x"}}}').essential_acr == ()


def test_a_voluntary_acr_claim_means_acr_values() -> None:
    assert authorize(claims=acr_claim(value="urn:idbridge:loa:high")).acr_values == (Assurance.HIGH,)
    assert authorize(claims=acr_claim(value="nonsense")).acr_values == ()


def test_an_essential_acr_that_nobody_knows_cannot_be_met() -> None:
    assert refused(claims=acr_claim(essential=True, value="urn:mace:incommon:iap:silver")) is Fault.ACR_UNKNOWN


# id_token_hint


def id_token(**changes: object) -> str:
    claims = {"iss": PROVIDER.issuer, "aud": "portal", "sub": "somebody", "auth_time": 1, "exp": 2, "sid": "s"}
    return keys().sign({name: value for name, value in {**claims, **changes}.items() if value is not None}, "ES256")


def test_oidcc_id_token_hint() -> None:
    assert authorize(id_token_hint=id_token()).subjects == ("somebody",)
    assert authorize().subjects == ()


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://evil.example"},
        {"iss": None},
        {"aud": "other"},
        {"aud": ["portal"]},
        {"aud": None},
        {"sub": None},
        {"sub": 1},
        {"auth_time": None},
    ],
)
def test_a_hint_must_be_an_id_token_for_this_client(changes: dict[str, object]) -> None:
    assert refused(id_token_hint=id_token(**changes)) is Fault.ID_TOKEN_HINT_INVALID


def test_a_hint_must_be_genuine() -> None:
    stranger = SigningKeys.of([SigningKey.generate("ES256")[0]])
    forged = stranger.sign({"iss": PROVIDER.issuer, "aud": "portal", "sub": "somebody", "auth_time": 1}, "ES256")
    assert refused(id_token_hint=forged) is Fault.ID_TOKEN_HINT_INVALID
    assert refused(id_token_hint="nonsense") is Fault.ID_TOKEN_HINT_INVALID


def test_a_subject_may_be_claimed_too() -> None:
    """OpenID Connect Core §5.5.1."""
    claims = '{"id_token": {"sub": {"value": "somebody"}}}'
    assert authorize(claims=claims).subjects == ("somebody",)
    assert authorize(claims=claims, id_token_hint=id_token()).subjects == ("somebody",)
    assert refused(claims=claims, id_token_hint=id_token(sub="somebody-else")) is Fault.SUBJECT_MISMATCH


# Anything


NAMES = st.sampled_from(
    [*PARAMETERS, "prompt", "max_age", "claims", "id_token_hint", "response_mode", "acr_values", "request", "x"]
)
VALUES = st.text(max_size=20) | st.sampled_from(
    [*PARAMETERS.values(), "none", "login", "0", "{}", '{"id_token": {"acr": null}}']
)


@given(st.lists(st.tuples(NAMES, VALUES), max_size=12), st.booleans())
def test_any_parameters_are_accepted_or_refused(sent: list[tuple[str, str]], on_top_of_good: bool) -> None:
    if on_top_of_good:
        changed = {name for name, _ in sent}
        sent = [*sent, *(pair for pair in pairs() if pair[0] not in changed)]
    try:
        request = judge(sent)
    except DirectRefusal:
        return
    except RedirectedRefusal as refusal:
        answer = refusal.response(PROVIDER.issuer)
        assert answer.redirect_uri in PORTAL.redirect_uris
        assert urlsplit(answer.url)[:2] == ("https", "portal.example")
        assert ("iss", PROVIDER.issuer) in answer.parameters
        return
    assert request.redirect_uri in PORTAL.redirect_uris
    assert "openid" in request.scopes
    assert msgspec.json.decode(msgspec.json.encode(request), type=AuthorizationRequest) == request
