"""Client authentication at the token endpoint (RFC 6749 §2.3)."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import replace
from urllib.parse import quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idbridge.oidc import opaque
from idbridge.oidc.client_authentication import Credentials, authenticate, read_credentials
from idbridge.oidc.clients import Client, ClientId
from idbridge.oidc.errors import EndpointRefusal, Fault
from idbridge.oidc.token_request import read_form
from tests.unit.oidc.samples import PORTAL, SECRET

POST = replace(PORTAL, token_endpoint_auth_method="client_secret_post")
PUBLIC = replace(PORTAL, token_endpoint_auth_method="none", secret_sha256=None)


def basic(user: str, password: str) -> str:
    return "Basic " + b64encode(f"{quote_plus(user)}:{quote_plus(password)}".encode()).decode()


def log_in(client: Client | None, authorization: str | None = None, **form: str) -> Client:
    return authenticate(client, read_credentials(authorization, read_form(form.items())))


def test_rfc_6749_section_2_3_1_example() -> None:
    credentials = read_credentials("Basic czZCaGRSa3F0MzpnWDFmQmF0M2JW", read_form([]))
    assert credentials == Credentials(ClientId("s6BhdRkqt3"), "client_secret_basic", "gX1fBat3bV")


@given(user=st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S"]), min_size=1), password=st.text())
def test_basic_credentials_survive_their_encodings(user: str, password: str) -> None:
    try:
        header = basic(user, password)
    except UnicodeEncodeError:
        return
    assert read_credentials(header, read_form([])) == Credentials(ClientId(user), "client_secret_basic", password)


def test_each_method_proves_its_client() -> None:
    assert log_in(PORTAL, basic("portal", SECRET)) is PORTAL
    assert log_in(PORTAL, basic("portal", SECRET).replace("Basic", "bAsIc"), client_id="portal") is PORTAL
    assert log_in(PUBLIC, client_id="portal") is PUBLIC


def test_oidcc_server_client_secret_post() -> None:
    assert log_in(POST, client_id="portal", client_secret=SECRET) is POST


@pytest.mark.parametrize(
    ("client", "authorization", "form"),
    [
        pytest.param(None, basic("portal", SECRET), {}, id="not registered"),
        pytest.param(PORTAL, basic("other", SECRET), {}, id="another client"),
        pytest.param(PORTAL, basic("portal", "wrong"), {}, id="wrong secret"),
        pytest.param(PORTAL, basic("portal", ""), {}, id="empty secret"),
        pytest.param(replace(PORTAL, secret_sha256=None), basic("portal", ""), {}, id="no secret kept"),
        pytest.param(replace(PORTAL, secret_sha256=opaque.digest("")), basic("portal", "x"), {}, id="empty secret kept"),
        pytest.param(PORTAL, None, {"client_id": "portal", "client_secret": SECRET}, id="post, registered for basic"),
        pytest.param(POST, basic("portal", SECRET), {}, id="basic, registered for post"),
        pytest.param(PORTAL, None, {"client_id": "portal"}, id="no proof of a confidential client"),
        pytest.param(PUBLIC, basic("portal", SECRET), {}, id="a secret of a public client"),
        pytest.param(PUBLIC, None, {"client_id": "portal", "client_assertion": "a.b.c"}, id="assertion"),
    ],
)
def test_failed_authentication(client: Client | None, authorization: str | None, form: dict[str, str]) -> None:
    with pytest.raises(EndpointRefusal) as refused:
        log_in(client, authorization, **form)
    assert refused.value.fault is Fault.CLIENT_AUTHENTICATION_FAILED
    assert refused.value.status == 401
    assert SECRET not in str(refused.value.evidence)


@pytest.mark.parametrize(
    "form",
    [
        {"client_secret": SECRET},
        {"client_id": "portal", "client_secret": SECRET},
        {"client_id": "other"},
        {"client_assertion": "a.b.c"},
        {"client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"},
    ],
)
def test_two_methods_at_once(form: dict[str, str]) -> None:
    with pytest.raises(EndpointRefusal) as refused:
        log_in(PORTAL, basic("portal", SECRET), **form)
    assert refused.value.fault is Fault.CLIENT_AUTHENTICATION_TWICE


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Basic",
        "Basic ",
        "Bearer abc",
        "Basic !!!!",
        "Basic " + b64encode(b"no colon").decode(),
        "Basic " + b64encode(b":secret").decode(),
        "Basic " + b64encode(b"\xff\xfe:x").decode(),
        "Basic " + b64encode(b"%ff:x").decode(),
        "Basic " + b64encode(b"a%00b:x").decode(),
        "Basic " + b64encode(b"a:" + b"x" * 4096).decode(),
        "Basic é",
    ],
)
def test_malformed_basic_credentials(header: str) -> None:
    with pytest.raises(EndpointRefusal) as refused:
        log_in(PORTAL, header)
    assert refused.value.fault is Fault.CLIENT_AUTHENTICATION_MALFORMED


def test_nobody_is_named() -> None:
    with pytest.raises(EndpointRefusal) as refused:
        log_in(None)
    assert refused.value.fault is Fault.CLIENT_AUTHENTICATION_MISSING


def test_a_repeated_secret_is_refused() -> None:
    with pytest.raises(EndpointRefusal) as refused:
        read_form([("client_secret", "a"), ("client_secret", "b")])
    assert refused.value.fault is Fault.PARAMETER_REPEATED


@given(st.text(max_size=40) | st.from_regex(r"Basic [A-Za-z0-9+/=]{0,40}", fullmatch=True))
def test_any_header_is_read_or_refused(header: str) -> None:
    with pytest.raises(EndpointRefusal):
        log_in(PORTAL, header)


def test_credentials_do_not_show_their_secret() -> None:
    assert SECRET not in repr(read_credentials(basic("portal", SECRET), read_form([])))
