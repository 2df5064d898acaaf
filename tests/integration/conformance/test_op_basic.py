"""The modules of the OpenID Foundation's *OP Basic* plan, one function each, against the running bridge.

Every flow checks what the suite checks in all of its modules (`RelyingParty.tokens`, `Login.complete`): state and iss of the
answer, token type, cache headers, signature, issuer, audience, times, nonce and at_hash of the ID token, and one subject in it
and in userinfo. What the suite warns of counts as a failure here. Where it skips a module because a provider does not offer
the feature, the test shows that it is neither offered nor done.
"""

from __future__ import annotations

import json
import re
import subprocess
import time
from urllib.parse import urlencode, urlsplit

import jwt
import pytest

from tests.bridge.browser import Browser, Page, walk
from tests.bridge.demo import Demo
from tests.bridge.relying_party import Attempt, RelyingParty, Reply, Tokens, get, hang_up, post
from tests.integration.conformance.conftest import Login

STANDARD_CLAIMS = {
    "profile": {"name", "family_name", "given_name", "gender", "birthdate"},
    "email": {"email"},
    "phone": {"phone_number"},
    "address": {"address"},
}
"""The claims that the bridge has of OpenID Connect Core §5.4's, by scope."""

NEEDS_A_PAGE = {"login_required", "interaction_required", "account_selection_required", "consent_required"}
CHARACTERS_OF_A_REFRESH_TOKEN = re.compile(r"[\x20-\x7e]+")  # RFC 6749 appendix A.17


def discovery(client: RelyingParty) -> dict[str, object]:
    return get(f"{client.issuer}/.well-known/openid-configuration").json


def userinfo_url(client: RelyingParty) -> str:
    return f"{client.issuer}/oauth/userinfo"


def refused(login: Login, attempt: Attempt) -> dict[str, str]:
    """Return the error that the browser brought back without having been asked anything."""
    page = login.browser.get(attempt.url)
    assert page.is_return, page.body
    answer = login.client.answer(attempt, page.url)
    assert "code" not in answer
    return answer


def check_error_page(page: Page, *codes: str) -> None:
    """Check that an error is told on our own page: nobody was redirected."""
    assert page.status == 400
    assert page.error in codes


# --- Responses and ID tokens -----------------------------------------------------------------------------------------


def test_oidcc_server(login: Login) -> None:
    """The code flow succeeds; the answer has nothing but code, state and iss, the ID token a subject of at most 255 ASCII."""
    attempt = login.request()
    page = login.authorize(attempt)
    assert set(login.client.answer(attempt, page.url)) == {"code", "state", "iss"}
    claims = login.client.tokens(attempt, page.url).claims
    assert 0 < len(claims["sub"]) <= 255
    assert claims["sub"].isascii()
    assert claims["aud"] in (login.client.client_id, [login.client.client_id])
    assert claims["exp"] > time.time() - 5


def test_oidcc_response_type_missing(login: Login) -> None:
    """A request without response_type is refused, to the client."""
    attempt = login.client.request(pkce=False, left_out=("response_type",))
    assert refused(login, attempt)["error"] in {"invalid_request", "unsupported_response_type"}


def test_oidcc_idtoken_signature(login: Login, second_client: RelyingParty) -> None:
    """The ID token is signed with a published key that it names: RS256 for this client, ES256 for one that registered so."""
    assert jwt.get_unverified_header(login.run().id_token)["alg"] == "RS256"
    header = jwt.get_unverified_header(Login(second_client).run().id_token)
    assert header["alg"] == "ES256"
    assert header["kid"]


def test_oidcc_idtoken_unsigned(demo: Demo, client: RelyingParty) -> None:
    """Unsigned ID tokens are not offered, and no client can be registered for them (the suite skips the module then)."""
    assert discovery(client)["id_token_signing_alg_values_supported"] == ["ES256", "RS256"]
    with pytest.raises(subprocess.CalledProcessError):
        demo.register("--alg", "none")


def test_oidcc_ensure_request_without_nonce_succeeds_for_code_flow(login: Login) -> None:
    """A request without nonce succeeds, and its ID token has none."""
    attempt = login.client.request(pkce=False, left_out=("nonce",))
    assert "nonce" not in login.complete(attempt).claims


# --- Userinfo --------------------------------------------------------------------------------------------------------


def check_userinfo(reply: Reply, tokens: Tokens) -> None:
    assert reply.status == 200
    assert reply.headers["Content-Type"].split(";")[0] == "application/json"
    assert reply.json["sub"] == tokens.claims["sub"]


def test_oidcc_userinfo_get(login: Login) -> None:
    """Userinfo answers a GET with the token in the header, in JSON."""
    tokens = login.run()
    check_userinfo(login.client.userinfo(tokens.access_token), tokens)


def test_oidcc_userinfo_post_header(login: Login) -> None:
    """Userinfo answers a POST with the token in the header."""
    tokens = login.run()
    headers = {"Authorization": f"Bearer {tokens.access_token}"}
    check_userinfo(post(userinfo_url(login.client), {}, headers), tokens)


def test_oidcc_userinfo_post_body(login: Login) -> None:
    """Userinfo answers a POST with the token in the form."""
    tokens = login.run()
    check_userinfo(post(userinfo_url(login.client), {"access_token": tokens.access_token}), tokens)


# --- Scopes and claims -----------------------------------------------------------------------------------------------


def check_scope(login: Login, *scopes: str) -> None:
    """Check that userinfo has the claims of these scopes and of no other, and the ID token none of them (Core §5.4)."""
    tokens = login.run(scope=" ".join(("openid", *scopes)))
    told = set(login.client.userinfo(tokens.access_token).json)
    wanted = set().union(*(STANDARD_CLAIMS[scope] for scope in scopes))
    unwanted = set().union(*STANDARD_CLAIMS.values()) - wanted
    assert wanted <= told
    assert not unwanted & told
    assert not set().union(*STANDARD_CLAIMS.values()) & set(tokens.claims)


def test_oidcc_scope_profile(login: Login) -> None:
    """scope=profile opens the profile claims in userinfo."""
    check_scope(login, "profile")


def test_oidcc_scope_email(login: Login) -> None:
    """scope=email opens the e-mail address in userinfo, and no name."""
    check_scope(login, "email")


def test_oidcc_scope_address(login: Login) -> None:
    """scope=address opens the address, as a JSON object (Core §5.1.1)."""
    check_scope(login, "address")
    tokens = login.run(scope="openid address")
    assert isinstance(login.client.userinfo(tokens.access_token).json["address"], dict)


def test_oidcc_scope_phone(login: Login) -> None:
    """scope=phone opens the phone number."""
    check_scope(login, "phone")


def test_oidcc_scope_all(login: Login) -> None:
    """All standard scopes together open all of their claims."""
    check_scope(login, "email", "phone", "address", "profile")


def test_oidcc_alternate_happy_flow(login: Login) -> None:
    """The order of the scopes and of the parameters makes no difference."""
    attempt = login.request(scope="email openid")
    reordered = dict(reversed(attempt.parameters.items()))
    attempt = Attempt(f"{login.client.issuer}/oauth/authorize?{urlencode(reordered)}", reordered, "")
    tokens = login.complete(attempt)
    told = login.client.userinfo(tokens.access_token).json
    assert "email" in told
    assert "name" not in told
    assert "email" not in tokens.claims


def test_oidcc_claims_essential(login: Login) -> None:
    """An essential claim asked for by name comes in userinfo, and not in the ID token, where it was not asked for."""
    tokens = login.run(claims=json.dumps({"userinfo": {"name": {"essential": True}}}))
    assert login.client.userinfo(tokens.access_token).json["name"]
    assert "name" not in tokens.claims


# --- Parameters that must not disturb --------------------------------------------------------------------------------


def test_oidcc_display_page(login: Login) -> None:
    """display=page makes no error."""
    login.run(display="page")


def test_oidcc_display_popup(login: Login) -> None:
    """display=popup makes no error."""
    login.run(display="popup")


def test_oidcc_ensure_request_with_unknown_parameter_succeeds(login: Login) -> None:
    """An unknown parameter is ignored (RFC 6749 §3.1)."""
    login.run(extra="foobar")


def test_oidcc_login_hint(login: Login) -> None:
    """login_hint makes no error."""
    login.run(login_hint="buffy@rp.test")


def test_oidcc_ui_locales(login: Login) -> None:
    """ui_locales makes no error when no language fits, and chooses the page's language when one does."""
    login.run(ui_locales="se")
    page = Browser().get(login.request(ui_locales="fr pt zh-HK").url)
    assert page.document.get("lang") == "pt"


def test_oidcc_claims_locales(login: Login) -> None:
    """claims_locales makes no error."""
    login.run(claims_locales="se", scope="openid profile")


def test_oidcc_ensure_request_with_acr_values_succeeds(login: Login) -> None:
    """acr_values makes no error when no value is known, and a known one that was reached is stated."""
    login.run(acr_values="1 2")
    known = login.run(acr_values="urn:idbridge:loa:substantial")
    assert known.claims["acr"] == "urn:idbridge:loa:substantial"


def test_oidcc_ensure_post_request_succeeds(login: Login) -> None:
    """A request by POST succeeds like one by GET (Core §3.1.2.1)."""
    attempt = login.request()
    page = login.browser.post(f"{login.client.issuer}/oauth/authorize", attempt.parameters)
    page = walk(login.browser, page, login.region, login.persona)
    login.client.tokens(attempt, page.url)


def test_oidcc_ensure_request_with_valid_pkce_succeeds(login: Login) -> None:
    """PKCE by S256 succeeds, also for a client that does not have to use it; a wrong verifier is refused."""
    login.complete(login.client.request())
    attempt = login.client.request()
    code = login.client.answer(attempt, login.authorize(attempt).url)["code"]
    reply = login.client.redeem(code, attempt, code_verifier="w" * 43)
    assert (reply.status, reply.json["error"]) == (400, "invalid_grant")


def test_oidcc_server_client_secret_post(second_client: RelyingParty) -> None:
    """The code flow succeeds for a client that sends its secret in the form, and this one may send it in no other way."""
    login = Login(second_client)
    login.run()
    attempt = login.request()
    code = second_client.answer(attempt, login.authorize(attempt).url)["code"]
    as_basic = RelyingParty(
        second_client.issuer, second_client.client_id, second_client.client_secret, second_client.redirect_uri
    )
    assert as_basic.redeem(code, attempt).json["error"] == "invalid_client"


# --- Sessions --------------------------------------------------------------------------------------------------------


def test_oidcc_prompt_login(login: Login) -> None:
    """prompt=login makes the person sign in again; auth_time moves on, the subject stays."""
    first = login.run()
    before = login.visits
    time.sleep(1)
    second = login.run(prompt="login")
    assert login.visits > before
    assert second.claims["auth_time"] > first.claims["auth_time"]
    assert second.claims["sub"] == first.claims["sub"]


def test_oidcc_prompt_none_not_logged_in(login: Login) -> None:
    """prompt=none with nobody signed in is refused without a page; a state of 128 characters comes back whole."""
    answer = refused(login, login.request(prompt="none", state="s" * 128))
    assert answer["error"] in NEEDS_A_PAGE


def test_oidcc_prompt_none_logged_in(login: Login) -> None:
    """prompt=none with somebody signed in succeeds without a page: same subject, same auth_time."""
    first = login.run()
    attempt = login.request(prompt="none")
    second = login.client.tokens(attempt, login.browser.get(attempt.url).url)
    assert second.claims["sub"] == first.claims["sub"]
    assert second.claims["auth_time"] == first.claims["auth_time"]


def test_oidcc_max_age_1(login: Login) -> None:
    """A login older than max_age is repeated; the new auth_time is there, later and recent."""
    first = login.run()
    before = login.visits
    time.sleep(2)
    second = login.run(max_age="1")
    assert login.visits > before
    assert second.claims["auth_time"] > first.claims["auth_time"]
    assert abs(time.time() - second.claims["auth_time"]) < 30


def test_oidcc_max_age_10000(login: Login) -> None:
    """A login younger than max_age is not repeated; auth_time is there and the same."""
    first = login.run(max_age="15000")
    before = login.visits
    second = login.run(max_age="10000")
    assert login.visits == before
    assert second.claims["auth_time"] == first.claims["auth_time"]
    assert second.claims["sub"] == first.claims["sub"]


def test_oidcc_id_token_hint(login: Login) -> None:
    """prompt=none with the hint of the person who is signed in succeeds: same subject, same auth_time."""
    first = login.run()
    attempt = login.request(prompt="none", id_token_hint=first.id_token)
    second = login.client.tokens(attempt, login.browser.get(attempt.url).url)
    assert second.claims["sub"] == first.claims["sub"]
    assert second.claims["auth_time"] == first.claims["auth_time"]


# --- Codes and refresh tokens ----------------------------------------------------------------------------------------


def redeem_twice(login: Login, wait: float) -> Tokens:
    """Redeem a code, redeem it again after *wait* seconds, and return what the first time gave."""
    attempt = login.request()
    page = login.authorize(attempt)
    tokens = login.client.tokens(attempt, page.url)
    assert login.client.userinfo(tokens.access_token).status == 200
    time.sleep(wait)
    hang_up()
    again = login.client.redeem(login.client.answer(attempt, page.url)["code"], attempt)
    assert (again.status, again.json["error"]) == (400, "invalid_grant")
    return tokens


def test_oidcc_codereuse(login: Login) -> None:
    """A code that was used is refused."""
    redeem_twice(login, 0)


def test_oidcc_codereuse_30seconds(login: Login) -> None:
    """A code that was used is refused half a minute later too, and what it gave is revoked (RFC 6749 §4.1.2)."""
    tokens = redeem_twice(login, 30)
    assert login.client.userinfo(tokens.access_token).status == 401


def test_oidcc_refresh_token(login: Login, second_client: RelyingParty) -> None:
    """Both clients refresh: same issuer, subject, audience and auth_time, a new token each; nobody uses the other's token."""
    refresh_once(login)
    token = refresh_once(Login(second_client))
    stolen = login.client.refresh(token)
    assert (stolen.status, stolen.json["error"]) == (400, "invalid_grant")


def refresh_once(login: Login) -> str:
    """Sign in for offline access, refresh, and return the new refresh token (Core §12.2)."""
    first = login.run(scope="openid offline_access", prompt="consent")
    assert CHARACTERS_OF_A_REFRESH_TOKEN.fullmatch(first.refresh_token)
    time.sleep(1)
    second = login.client.verified(login.client.refresh(first.refresh_token), None)
    for name in ("iss", "sub", "aud", "auth_time"):
        assert second.claims[name] == first.claims[name], name
    assert second.claims["iat"] > first.claims["iat"]
    assert second.access_token != first.access_token
    assert second.refresh_token != first.refresh_token
    assert login.client.userinfo(second.access_token).json["sub"] == first.claims["sub"]
    return second.refresh_token


# --- Redirect URIs and request objects -------------------------------------------------------------------------------


def test_oidcc_ensure_registered_redirect_uri(login: Login) -> None:
    """An unregistered redirect URI, though only longer than the registered one, gets an error page and no redirect."""
    page = login.browser.get(login.request(redirect_uri=f"{login.client.redirect_uri}/more").url)
    check_error_page(page, "invalid_redirect_uri")


def request_object(claims: dict[str, str]) -> str:
    return jwt.encode(claims, None, algorithm="none")


def test_oidcc_request_uri_unsigned_supported_correctly_or_rejected_as_unsupported(login: Login) -> None:
    """request_uri is not offered, and refused as such; nothing is fetched."""
    assert discovery(login.client)["request_uri_parameter_supported"] is False
    answer = refused(login, login.request(request_uri="https://rp.test/request#fragment"))
    assert answer["error"] == "request_uri_not_supported"


def test_oidcc_unsigned_request_object_supported_correctly_or_rejected_as_unsupported(login: Login) -> None:
    """Request objects are not offered, and refused as such."""
    assert discovery(login.client)["request_parameter_supported"] is False
    attempt = login.request()
    attempt = login.request(**attempt.parameters, request=request_object(attempt.parameters))
    assert refused(login, attempt)["error"] == "request_not_supported"


def test_oidcc_ensure_request_object_with_redirect_uri(login: Login) -> None:
    """A wrong redirect URI beside a request object with the right one gets an error page: none is taken by default."""
    attempt = login.request()
    wrong = {**attempt.parameters, "redirect_uri": f"{login.client.redirect_uri}-invalid"}
    url = f"{login.client.issuer}/oauth/authorize?{urlencode({**wrong, 'request': request_object(attempt.parameters)})}"
    page = login.browser.get(url)
    check_error_page(page, "invalid_redirect_uri")
    assert urlsplit(page.url).hostname != "rp.test"
