"""The table of faults: stable codes, printable descriptions, the right status and challenge."""

from __future__ import annotations

import re

import pytest

from idbridge.oidc.errors import BearerRefusal, DirectRefusal, EndpointRefusal, ErrorCode, Fault, Refusal

# RFC 6749 §4.1.2.1: error_description MUST NOT include characters outside %x20-21 / %x23-5B / %x5D-7E.
DESCRIPTION = re.compile(r"[\x20-\x21\x23-\x5b\x5d-\x7e]+")


@pytest.mark.parametrize("fault", Fault)
def test_every_fault_can_go_over_the_wire(fault: Fault) -> None:
    assert DESCRIPTION.fullmatch(fault.description)
    assert fault.clause
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", fault.code)


def test_codes_are_kebab_case_names() -> None:
    assert Fault.REDIRECT_URI_MISMATCH.code == "redirect-uri-mismatch"


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (ErrorCode.INVALID_REQUEST, 400),
        (ErrorCode.INVALID_GRANT, 400),
        (ErrorCode.INVALID_CLIENT, 401),
        (ErrorCode.INVALID_TOKEN, 401),
        (ErrorCode.TEMPORARILY_UNAVAILABLE, 503),
    ],
)
def test_status_follows_the_error(error: ErrorCode, status: int) -> None:
    assert {fault.status for fault in Fault if fault.error is error} == {status}


def test_evidence_is_kept_apart_from_what_is_said() -> None:
    refusal = Refusal(Fault.CLIENT_UNKNOWN, client="stranger")
    assert refusal.evidence == {"client": "stranger"}
    assert "stranger" not in str(refusal)
    assert (refusal.code, refusal.status) == ("client-unknown", 401)


def test_an_error_page_is_a_bad_request() -> None:
    assert DirectRefusal(Fault.CLIENT_UNKNOWN).status == 400


def test_failed_client_authentication_is_challenged_for_basic() -> None:
    refusal = EndpointRefusal(Fault.CLIENT_AUTHENTICATION_FAILED)
    assert refusal.headers == {"Cache-Control": "no-store", "WWW-Authenticate": 'Basic realm="idbridge"'}
    assert refusal.body == {"error": "invalid_client", "error_description": "Client authentication failed"}


def test_a_bad_grant_is_not_challenged() -> None:
    assert "WWW-Authenticate" not in EndpointRefusal(Fault.CODE_EXPIRED).headers


def test_a_bad_access_token_is_challenged_with_its_error() -> None:
    refusal = BearerRefusal(Fault.TOKEN_INVALID)
    assert refusal.headers["WWW-Authenticate"] == (
        'Bearer realm="idbridge", error="invalid_token", error_description="The access token is not valid"'
    )
    assert refusal.body["error"] == "invalid_token"


def test_a_missing_scope_is_named() -> None:
    refusal = BearerRefusal(Fault.TOKEN_WITHOUT_OPENID)
    assert refusal.status == 403
    assert refusal.challenge.endswith(', scope="openid"')


def test_a_missing_access_token_is_challenged_without_error() -> None:
    refusal = BearerRefusal(Fault.TOKEN_MISSING)
    assert (refusal.status, refusal.challenge, refusal.body) == (401, 'Bearer realm="idbridge"', {})
