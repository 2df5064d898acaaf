"""The modules of the OpenID Foundation's *RP-initiated logout* plan, one function each, against the running bridge.

Where a sign-out is not proved to come from this session's portal, RP-Initiated Logout §2 lets the provider ask; ours does.
"""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode, urlsplit

import jwt
import pytest

from tests.bridge.browser import Page
from tests.bridge.relying_party import Tokens, get
from tests.integration.conformance.conftest import SIGNED_OUT, Login

STATE = "end-session-state"


@pytest.fixture
def tokens(login: Login) -> Tokens:
    """A sign-in, as every module begins with."""
    return login.run()


def end_session(login: Login, **parameters: str) -> Page:
    """Send the browser to the end-session endpoint."""
    return login.browser.get(f"{login.client.issuer}/oauth/end_session?{urlencode(parameters)}")


def query_of(page: Page) -> dict[str, str]:
    assert page.is_return
    assert page.url.split("?")[0] == SIGNED_OUT
    return dict(parse_qsl(urlsplit(page.url).query))


def is_signed_in(login: Login) -> bool:
    """Ask silently whether there is a session."""
    attempt = login.request(prompt="none")
    answer = login.client.answer(attempt, login.browser.get(attempt.url).url)
    if "error" in answer:
        assert answer["error"] == "login_required"
    return "code" in answer


def confirm(login: Login, page: Page, decision: str = "sign-out") -> Page:
    """Answer the question whether to sign out."""
    return login.browser.press(page, f"//form[@id='sign-out']//button[@value='{decision}']")


def check_refused(login: Login, page: Page) -> None:
    """Check that the request led to an error page, and that the person is still signed in."""
    assert page.status == 400
    assert page.error == "invalid_request"
    assert is_signed_in(login)


def check_asked_and_signed_out(login: Login, page: Page) -> None:
    """Check that the person is asked, stays on no, and sees the page that says so on yes."""
    assert is_signed_in(login)
    confirm(login, page, "stay")
    assert is_signed_in(login)
    done = confirm(login, page)
    assert done.has("//main[@data-signed-out]")
    assert not is_signed_in(login)


def test_oidcc_rp_initiated_logout_discovery_endpoint_verification(login: Login) -> None:
    """The discovery document names the end-session endpoint, and it is there."""
    document = get(f"{login.client.issuer}/.well-known/openid-configuration").json
    assert document["end_session_endpoint"] == f"{login.client.issuer}/oauth/end_session"
    assert login.browser.get(document["end_session_endpoint"]).status == 200


def test_oidcc_rp_initiated_logout(login: Login, tokens: Tokens) -> None:
    """With hint, address and state the person is signed out at once and brought back, with the state and nothing else."""
    page = end_session(login, id_token_hint=tokens.id_token, post_logout_redirect_uri=SIGNED_OUT, state=STATE)
    assert query_of(page) == {"state": STATE}
    assert not is_signed_in(login)
    assert login.client.userinfo(tokens.access_token).status == 401


def test_oidcc_rp_initiated_logout_bad_post_logout_redirect_uri(login: Login, tokens: Tokens) -> None:
    """An address that is not registered gets an error page."""
    bad = "https://rp.test/somewhere-else"
    check_refused(login, end_session(login, id_token_hint=tokens.id_token, post_logout_redirect_uri=bad, state=STATE))


def test_oidcc_rp_initiated_logout_modified_id_token_hint(login: Login, tokens: Tokens) -> None:
    """The ID token with its signature taken off, or of other content under the old signature, gets an error page."""
    unsigned = jwt.encode(tokens.claims, None, algorithm="none")
    head, _, signature = tokens.id_token.split(".")
    exchanged = f"{head}.{unsigned.split('.')[1]}.{signature[:-4]}AAAA"
    for hint in (unsigned, exchanged):
        check_refused(login, end_session(login, id_token_hint=hint, post_logout_redirect_uri=SIGNED_OUT, state=STATE))


def test_oidcc_rp_initiated_logout_bad_id_token_hint(login: Login, tokens: Tokens) -> None:
    """An ID token that the client signed itself with its secret gets an error page."""
    fake = jwt.encode(tokens.claims, login.client.client_secret, algorithm="HS256")
    check_refused(login, end_session(login, id_token_hint=fake, post_logout_redirect_uri=SIGNED_OUT, state=STATE))


def test_oidcc_rp_initiated_logout_no_id_token_hint(login: Login, tokens: Tokens) -> None:
    """Without hint and client there is nobody whose address it could be: an error page.

    With client_id the address can be checked but not who asks, so that the person is asked, and brought back on yes.
    """
    check_refused(login, end_session(login, post_logout_redirect_uri=SIGNED_OUT, state=STATE))
    client_id = login.client.client_id
    asked = end_session(login, client_id=client_id, post_logout_redirect_uri=SIGNED_OUT, state=STATE)
    assert is_signed_in(login)
    assert query_of(confirm(login, asked)) == {"state": STATE}
    assert not is_signed_in(login)


def test_oidcc_rp_initiated_logout_no_params(login: Login, tokens: Tokens) -> None:
    """Without any parameter the person is asked, signed out, and told so."""
    check_asked_and_signed_out(login, end_session(login))


def test_oidcc_rp_initiated_logout_only_state(login: Login, tokens: Tokens) -> None:
    """With nothing but a state the person is asked, signed out, and told so."""
    check_asked_and_signed_out(login, end_session(login, state=STATE))


def test_oidcc_rp_initiated_logout_no_post_logout_redirect_uri(login: Login, tokens: Tokens) -> None:
    """With hint and state but no address the person is signed out and told so."""
    page = end_session(login, id_token_hint=tokens.id_token, state=STATE)
    assert page.has("//main[@data-signed-out]")
    assert not is_signed_in(login)


def test_oidcc_rp_initiated_logout_no_state(login: Login, tokens: Tokens) -> None:
    """Without a state the person is brought back without one."""
    page = end_session(login, id_token_hint=tokens.id_token, post_logout_redirect_uri=SIGNED_OUT)
    assert query_of(page) == {}
    assert not is_signed_in(login)


def test_oidcc_rp_initiated_logout_query_added_to_post_logout_redirect_uri(login: Login, tokens: Tokens) -> None:
    """The registered address with a query added is another address: an error page."""
    bad = f"{SIGNED_OUT}?foo=bar"
    check_refused(login, end_session(login, id_token_hint=tokens.id_token, post_logout_redirect_uri=bad, state=STATE))
