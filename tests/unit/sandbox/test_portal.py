from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from flask.testing import FlaskClient
from lxml import html

from idbridge.sandbox.portal import create_portal
from idbridge.sandbox.portal.site import MAX_SESSIONS, Sessions
from idbridge.web.languages import LANGUAGES
from tests.unit.sandbox.provider_double import CONFIG, ISSUER, NOW, UNREACHABLE, Answer, Provider


@pytest.fixture
def provider() -> Provider:
    return Provider()


@pytest.fixture
def browser(provider: Provider) -> FlaskClient:
    return create_portal(CONFIG, provider).test_client()  # type: ignore[arg-type]


def depart(browser: FlaskClient, provider: Provider, query: str = "") -> dict[str, str]:
    """Start a sign-in as the browser would; return the parameters of the authorization request."""
    answer = browser.get(f"/sign-in{query}", base_url=CONFIG.base_url)
    assert answer.status_code == 303
    url = urlsplit(answer.headers["Location"])
    sent = {name: values[0] for name, values in parse_qs(url.query).items()}
    provider.nonce, provider.challenge = sent["nonce"], sent["code_challenge"]
    return sent


def arrive(browser: FlaskClient, sent: dict[str, str], **changes: str) -> Any:
    query = {"code": "c1", "state": sent["state"], "iss": ISSUER, **changes}
    answer = browser.get("/callback", query_string=query, base_url=CONFIG.base_url)
    return browser.get(answer.headers["Location"], base_url=CONFIG.base_url) if answer.status_code == 303 else answer


def code_of(answer: Any) -> str:
    return html.document_fromstring(answer.text).xpath("//main/@data-error")[0]


def press(browser: FlaskClient, page: Any, path: str) -> Any:
    token = html.document_fromstring(page.text).xpath(f"//form[@action='{path}']//input[@name='csrf']/@value")[0]
    return browser.post(path, data={"csrf": token}, base_url=CONFIG.base_url)


def test_a_sign_in_shows_what_was_received(browser: FlaskClient, provider: Provider) -> None:
    answer = arrive(browser, depart(browser, provider))
    root = html.document_fromstring(answer.text)
    assert root.xpath("//main/@data-sub") == ["pairwise-1"]
    facts = {row.get("data-claim"): row.findtext("dd") or row.find("dd")[0].text for row in root.xpath("//dl/div")}
    assert facts["name"] == "陳大文"
    assert facts["gender"] == "Male"
    assert facts["address"] == "1 Harbour Road"
    assert facts["acr"] == "Strongly verified"
    assert facts["region"] == "Hong Kong"
    assert facts["auth_time"] == "9 March 2026, 10:04"


def test_options_become_parameters_and_empty_ones_are_left_out(browser: FlaskClient, provider: Provider) -> None:
    sent = depart(browser, provider, "?scope=email&scope=phone&scope=evil&prompt=login&max_age=&idp_hint=MO&ui_locales=pt&x=1")
    assert sent["scope"] == "openid email phone"
    assert (sent["prompt"], sent["idp_hint"], sent["ui_locales"]) == ("login", "MO", "pt")
    assert sent["redirect_uri"] == "https://portal.test/callback"
    assert sent["code_challenge_method"] == "S256"
    assert not {"max_age", "acr_values", "x"} & set(sent)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"state": "other"}, "state"),
        ({"state": ""}, "state"),
        ({"iss": "https://evil.test"}, "issuer"),
        ({"code": "", "error": "access_denied"}, "access_denied"),
        ({"error": "<script>"}, "authorization_failed"),
    ],
)
def test_an_answer_that_is_not_ours_is_refused(browser: FlaskClient, provider: Provider, changes: Any, code: str) -> None:
    answer = arrive(browser, depart(browser, provider), **changes)
    assert answer.status_code == 400
    assert code_of(answer) == code
    assert "token" not in provider.requests


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ({"iss": "https://evil.test"}, "id_token"),
        ({"aud": "another"}, "id_token"),
        ({"sub": None}, "id_token"),
        ({"exp": int(NOW.timestamp()) - 60}, "expired"),
        ({"iat": int(NOW.timestamp()) + 60}, "expired"),
        ({"nonce": "another"}, "nonce"),
        ({"nonce": None}, "nonce"),
        ({"at_hash": "another"}, "at_hash"),
        ({"azp": "another"}, "azp"),
        ({"sub": "another"}, "sub"),
    ],
)
def test_an_id_token_that_lies_is_refused(browser: FlaskClient, provider: Provider, claims: Any, code: str) -> None:
    provider.claims = claims
    assert code_of(arrive(browser, depart(browser, provider))) == code


def test_a_sign_in_older_than_asked_is_refused(browser: FlaskClient, provider: Provider) -> None:
    provider.claims = {"auth_time": int(NOW.timestamp()) - 100}
    assert code_of(arrive(browser, depart(browser, provider, "?max_age=60"))) == "auth_time"
    assert arrive(browser, depart(browser, provider, "?max_age=120")).status_code == 200


def test_only_the_providers_key_and_algorithms_are_believed(browser: FlaskClient, provider: Provider) -> None:
    forged = jwt.encode({"iss": ISSUER, "aud": CONFIG.client_id, "sub": "x", "iat": 0, "exp": 9e9}, None, "none", {"kid": "k1"})
    provider.spoil["token"] = lambda answer: {**answer, "id_token": forged}
    assert code_of(arrive(browser, depart(browser, provider))) == "id_token"
    provider.spoil.clear()
    provider.key, real = ec.generate_private_key(ec.SECP256R1()), provider.key
    assert code_of(arrive(browser, depart(browser, provider))) == "id_token"
    provider.key, provider.kid = real, "k2"
    assert arrive(browser, depart(browser, provider)).status_code == 200  # a new key is fetched once


@pytest.mark.parametrize(
    ("endpoint", "raw", "code"),
    [
        ("openid-configuration", UNREACHABLE, "unreachable"),
        ("token", UNREACHABLE, "unreachable"),
        ("token", Answer(200, b"<html>"), "unreachable"),
        ("token", Answer(200, b"[1]"), "unreadable"),
        ("token", Answer(200, b"{}"), "id_token"),
        ("token", Answer(200, b"[" * 100_000), "unreachable"),
        ("token", Answer(400, b'{"error": "invalid_grant"}'), "invalid_grant"),
        ("jwks", Answer(200, b'{"keys": []}'), "id_token"),
        ("userinfo", Answer(401, b"{}"), "unreachable"),
    ],
)
def test_a_provider_that_is_down_or_talks_nonsense_gives_a_page(
    browser: FlaskClient, provider: Provider, endpoint: str, raw: Any, code: str
) -> None:
    if endpoint == "openid-configuration":
        provider.raw[endpoint] = raw
        assert code_of(browser.get("/sign-in")) == code
        return
    sent = depart(browser, provider)
    provider.raw[endpoint] = raw
    assert code_of(arrive(browser, sent)) == code


def test_metadata_of_another_issuer_is_refused(browser: FlaskClient, provider: Provider) -> None:
    provider.spoil["openid-configuration"] = lambda answer: {**answer, "issuer": "https://evil.test"}
    assert code_of(browser.get("/sign-in")) == "issuer"


def test_an_answer_counts_once_and_only_in_the_browser_that_asked(browser: FlaskClient, provider: Provider) -> None:
    sent = depart(browser, provider)
    stranger = browser.application.test_client()
    assert code_of(arrive(stranger, sent)) == "state"
    assert arrive(browser, sent).status_code == 200
    assert code_of(arrive(browser, sent)) == "state"


def test_userinfo_and_refresh_can_be_asked_again(browser: FlaskClient, provider: Provider) -> None:
    page = arrive(browser, depart(browser, provider))
    for path, done in (("/userinfo", "userinfo"), ("/refresh", "refresh")):
        page = press(browser, page, path)
        assert html.document_fromstring(page.text).xpath("//@data-done") == [done]
    assert provider.requests.count("userinfo") == 3
    provider.claims = {"sub": "another"}
    assert code_of(press(browser, page, "/refresh")) == "sub"


def test_signing_out_goes_on_to_the_bridge_and_ends_the_session(browser: FlaskClient, provider: Provider) -> None:
    page = arrive(browser, depart(browser, provider))
    answer = press(browser, page, "/sign-out")
    target = urlsplit(answer.headers["Location"])
    query = parse_qs(target.query)
    assert target.path == "/end_session"
    assert query["post_logout_redirect_uri"] == ["https://portal.test/signed-out"]
    assert query["id_token_hint"]
    assert "data-signed-out" in browser.get("/signed-out").text
    assert 'data-portal="home"' in browser.get("/", base_url=CONFIG.base_url).text


@pytest.mark.parametrize("path", ["/userinfo", "/refresh", "/sign-out"])
def test_a_form_without_the_token_is_refused(browser: FlaskClient, provider: Provider, path: str) -> None:
    arrive(browser, depart(browser, provider))
    assert browser.post(path, base_url=CONFIG.base_url).status_code == 403
    assert browser.post(path, data={"csrf": "é"}, base_url=CONFIG.base_url).status_code == 403
    assert browser.get(path).status_code == 405


@pytest.mark.parametrize("tag", [spoken.tag for spoken in LANGUAGES])
def test_the_portal_speaks_every_language_and_remembers_it(browser: FlaskClient, provider: Provider, tag: str) -> None:
    root = html.document_fromstring(browser.get(f"/?lang={tag}", base_url=CONFIG.base_url).text)
    assert root.get("lang") == tag
    assert len(root.xpath("//h1")) == 1
    assert root.xpath("//a[@id='sign-in']")
    answer = arrive(browser, depart(browser, provider))
    assert html.document_fromstring(answer.text).get("lang") == tag


def test_every_answer_is_guarded(browser: FlaskClient) -> None:
    for path in ("/", "/nowhere", "/callback"):
        headers = browser.get(path).headers
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert headers["Cache-Control"] == "no-store"
        assert headers["X-Content-Type-Options"] == "nosniff"
    style = re.search(r"/static/portal\.\w+\.css", browser.get("/").text)
    assert style
    assert "immutable" in browser.get(style[0]).headers["Cache-Control"]


def test_sessions_are_bounded() -> None:
    sessions = Sessions()
    first, _ = sessions.start()
    for _ in range(MAX_SESSIONS):
        last, _ = sessions.start()
    assert sessions.get(first) is None
    assert sessions.get(last)
