"""RP-initiated logout, under the names of the conformance modules."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idbridge.oidc.authorization import Session
from idbridge.oidc.clients import Client
from idbridge.oidc.errors import DirectRefusal, Fault
from idbridge.oidc.keys import SigningKey, SigningKeys
from idbridge.oidc.logout import (
    AskToSignOut,
    EndSession,
    RedirectBack,
    ShowSignedOut,
    judge_logout,
    read_logout,
)
from tests.unit.oidc.samples import PORTAL, PROVIDER, SESSION, keys

BYE = "https://portal.example/bye"


def id_token(signer: SigningKeys | None = None, **changes: object) -> str:
    """An ID token of the portal, long expired."""
    claims = {
        "iss": PROVIDER.issuer,
        "aud": "portal",
        "sub": "pairwise-subject",
        "sid": SESSION.sid_for(PORTAL.client_id),
        "auth_time": 1,
        "exp": 2,
    }
    return (signer or keys()).sign({**claims, **changes}, "ES256")


def sign_out(
    *, client: Client | None = PORTAL, session: Session | None = SESSION, subject: str | None = "pairwise-subject", **sent: str
) -> EndSession | AskToSignOut:
    request = read_logout(sent.items(), keys=keys(), issuer=PROVIDER.issuer)
    return judge_logout(request, client if request.client_id else None, session=session, subject=subject)


def test_oidcc_rp_initiated_logout() -> None:
    step = sign_out(id_token_hint=id_token(), post_logout_redirect_uri=BYE, state="a b")
    assert step == EndSession(RedirectBack(BYE + "?state=a+b"))


def test_oidcc_rp_initiated_logout_no_state() -> None:
    assert sign_out(id_token_hint=id_token(), post_logout_redirect_uri=BYE) == EndSession(RedirectBack(BYE))


def test_a_registered_query_is_kept() -> None:
    step = sign_out(id_token_hint=id_token(), post_logout_redirect_uri=BYE + "?kept=1", state="s")
    assert step == EndSession(RedirectBack(BYE + "?kept=1&state=s"))


@pytest.mark.parametrize(
    "uri",
    [
        pytest.param("https://evil.example/", id="oidcc-rp-initiated-logout-bad-post-logout-redirect-uri"),
        pytest.param(BYE + "?foo=bar", id="oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri"),
        pytest.param("https://portal.example/callback", id="a redirect_uri"),
    ],
)
def test_only_registered_addresses(uri: str) -> None:
    for sent in ({"id_token_hint": id_token()}, {"client_id": "portal"}):
        with pytest.raises(DirectRefusal) as refused:
            sign_out(post_logout_redirect_uri=uri, state="s", **sent)
        assert refused.value.fault is Fault.LOGOUT_URI_MISMATCH


def test_oidcc_rp_initiated_logout_modified_id_token_hint() -> None:
    header, payload, _ = id_token().split(".")
    with pytest.raises(DirectRefusal) as refused:
        sign_out(id_token_hint=f"{header}.{payload}.", post_logout_redirect_uri=BYE)
    assert refused.value.fault is Fault.LOGOUT_HINT_INVALID


@pytest.mark.parametrize(
    "hint",
    [
        "nonsense",
        "eyJhbGciOiJub25lIn0.e30.",
        pytest.param(id_token(SigningKeys.of([SigningKey.generate("ES256")[0]])), id="of another provider"),
        pytest.param(id_token(iss="https://evil.example"), id="in another name"),
    ],
)
def test_oidcc_rp_initiated_logout_bad_id_token_hint(hint: str) -> None:
    with pytest.raises(DirectRefusal) as refused:
        sign_out(id_token_hint=hint, post_logout_redirect_uri=BYE)
    assert refused.value.fault is Fault.LOGOUT_HINT_INVALID


def test_oidcc_rp_initiated_logout_no_id_token_hint() -> None:
    """The OP must not redirect: it shows an error, or asks the user first."""
    with pytest.raises(DirectRefusal) as refused:
        sign_out(post_logout_redirect_uri=BYE, state="s")
    assert refused.value.fault is Fault.LOGOUT_URI_WITHOUT_CLIENT
    assert sign_out(client_id="portal", post_logout_redirect_uri=BYE) == AskToSignOut(RedirectBack(BYE))


def test_oidcc_rp_initiated_logout_no_params() -> None:
    assert sign_out() == AskToSignOut(ShowSignedOut())
    assert sign_out(session=None) == EndSession(ShowSignedOut())


def test_oidcc_rp_initiated_logout_no_post_logout_redirect_uri() -> None:
    assert sign_out(id_token_hint=id_token(), state="s") == EndSession(ShowSignedOut())


def test_oidcc_rp_initiated_logout_only_state() -> None:
    assert sign_out(state="s") == AskToSignOut(ShowSignedOut())


def test_nobody_is_signed_in() -> None:
    hinted = {"id_token_hint": id_token(), "post_logout_redirect_uri": BYE}
    assert sign_out(session=None, subject=None, **hinted) == EndSession(RedirectBack(BYE))
    named = {"client_id": "portal", "post_logout_redirect_uri": BYE}
    assert sign_out(session=None, subject=None, **named) == EndSession(ShowSignedOut())


def test_a_hint_of_another_session_makes_us_ask() -> None:
    other = id_token(sid="another", sub="somebody-else")
    assert sign_out(id_token_hint=other, post_logout_redirect_uri=BYE) == AskToSignOut(RedirectBack(BYE))
    assert sign_out(id_token_hint=other, subject=None) == AskToSignOut(ShowSignedOut())


def test_a_hint_of_an_earlier_session_of_the_person_will_do() -> None:
    assert sign_out(id_token_hint=id_token(sid="earlier")) == EndSession(ShowSignedOut())
    assert sign_out(id_token_hint=id_token(sid=1)) == EndSession(ShowSignedOut())


def test_the_client_and_the_hint_agree() -> None:
    assert sign_out(id_token_hint=id_token(), client_id="portal") == EndSession(ShowSignedOut())
    with pytest.raises(DirectRefusal) as refused:
        sign_out(id_token_hint=id_token(), client_id="another")
    assert refused.value.fault is Fault.LOGOUT_CLIENT_MISMATCH


@pytest.mark.parametrize("sent", [{"client_id": "gone"}, {"id_token_hint": id_token(aud="gone")}])
@pytest.mark.parametrize("client", [None, PORTAL])
def test_the_client_is_registered(sent: dict[str, str], client: Client | None) -> None:
    with pytest.raises(DirectRefusal) as refused:
        sign_out(client=client, **sent)
    assert refused.value.fault is Fault.LOGOUT_CLIENT_UNKNOWN


def test_no_parameter_twice() -> None:
    with pytest.raises(DirectRefusal) as refused:
        read_logout([("state", "a"), ("state", "b")], keys=keys(), issuer=PROVIDER.issuer)
    assert refused.value.fault is Fault.PARAMETER_REPEATED


NAMES = st.sampled_from(["id_token_hint", "client_id", "post_logout_redirect_uri", "state", "ui_locales", "logout_hint"])
VALUES = st.text(max_size=12) | st.sampled_from(["portal", BYE, id_token()])


@given(st.dictionaries(NAMES, VALUES), st.sampled_from([None, SESSION]))
def test_any_request_is_answered_or_refused_and_never_sent_elsewhere(sent: dict[str, str], session: Session | None) -> None:
    try:
        step = sign_out(session=session, **sent)
    except DirectRefusal:
        return
    assert isinstance(step.afterwards, ShowSignedOut) or step.afterwards.url.startswith(BYE)
