"""PKCE, S256 only (RFC 7636)."""

from __future__ import annotations

import pytest
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from hypothesis import given
from hypothesis import strategies as st

from idbridge.oidc import pkce
from idbridge.oidc.errors import EndpointRefusal, Fault, Refusal

VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def test_rfc_7636_appendix_b() -> None:
    assert pkce.challenge_of(VERIFIER) == CHALLENGE
    pkce.check_verifier(CHALLENGE, VERIFIER)


@given(st.from_regex(r"[A-Za-z0-9._~-]{43,128}", fullmatch=True))
def test_challenges_agree_with_authlib(verifier: str) -> None:
    challenge = pkce.challenge_of(verifier)
    assert challenge == create_s256_code_challenge(verifier)
    assert pkce.read_challenge(challenge, "S256", required=True) == challenge
    pkce.check_verifier(challenge, verifier)


@pytest.mark.parametrize(
    ("challenge", "method", "fault"),
    [
        (None, None, Fault.PKCE_MISSING),
        (None, "S256", Fault.PKCE_MISSING),
        (CHALLENGE, "plain", Fault.PKCE_METHOD),
        (CHALLENGE, None, Fault.PKCE_METHOD),
        (CHALLENGE, "s256", Fault.PKCE_METHOD),
        (CHALLENGE[:-1], "S256", Fault.PKCE_MALFORMED),
        (CHALLENGE + "=", "S256", Fault.PKCE_MALFORMED),
        (CHALLENGE[:-1] + "+", "S256", Fault.PKCE_MALFORMED),
        (CHALLENGE + "\n", "S256", Fault.PKCE_MALFORMED),
    ],
)
def test_challenges_refused(challenge: str | None, method: str | None, fault: Fault) -> None:
    with pytest.raises(Refusal) as refused:
        pkce.read_challenge(challenge, method, required=True)
    assert refused.value.fault is fault


def test_a_client_may_be_excused_from_pkce_but_not_from_s256() -> None:
    assert pkce.read_challenge(None, None, required=False) is None
    with pytest.raises(Refusal):
        pkce.read_challenge(CHALLENGE, "plain", required=False)
    with pytest.raises(Refusal):
        pkce.read_challenge(None, "S256", required=False)


@pytest.mark.parametrize(
    ("challenge", "verifier", "fault"),
    [
        (CHALLENGE, None, Fault.PKCE_VERIFIER_MISSING),
        (CHALLENGE, VERIFIER[:-1] + "l", Fault.PKCE_VERIFIER_MISMATCH),
        (CHALLENGE, "short", Fault.PKCE_VERIFIER_MISMATCH),
        (CHALLENGE, VERIFIER + "é", Fault.PKCE_VERIFIER_MISMATCH),
        (CHALLENGE, VERIFIER * 3, Fault.PKCE_VERIFIER_MISMATCH),
        (None, VERIFIER, Fault.PKCE_VERIFIER_UNEXPECTED),
    ],
)
def test_verifiers_refused(challenge: str | None, verifier: str | None, fault: Fault) -> None:
    with pytest.raises(EndpointRefusal) as refused:
        pkce.check_verifier(challenge, verifier)
    assert refused.value.fault is fault


def test_a_code_without_challenge_needs_no_verifier() -> None:
    pkce.check_verifier(None, None)
