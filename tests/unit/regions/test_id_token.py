"""The claim checks beside Authlib's, which we did not write: whatever those refuse, ours must refuse."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from authlib.oidc.core import CodeIDToken
from authlib.oidc.core.util import create_half_hash
from hypothesis import given
from hypothesis import strategies as st
from joserfc.errors import JoseError

from idbridge.identity.assertion import Issuer, RegionCode
from idbridge.regions.compact_jws import Header
from idbridge.regions.connector import RegionRefusal
from idbridge.regions.id_token import CHECKS, MAX_TOKEN, Expected, half_hash, judge_claims, moment, read_id_token
from tests.simulators.lying_openid import CLAIM_LIES

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
STAMP = int(NOW.timestamp())
HEADER = Header("ES256", "k1")
EXPECTED = Expected(
    region=RegionCode("MO"),
    issuer=Issuer("https://op.example"),
    client_id="bridge",
    nonce="n-1",
    access_token="at",
    now=NOW,
    skew=timedelta(0),
    oldest=timedelta(minutes=5),
)
GOOD: dict[str, Any] = {
    "iss": "https://op.example",
    "sub": "s-1",
    "aud": "bridge",
    "exp": STAMP + 60,
    "iat": STAMP - 5,
    "nonce": "n-1",
    "at_hash": half_hash("ES256", "at"),
}


def judge(claims: dict[str, Any], expected: Expected = EXPECTED) -> str:
    """Return the check that refuses the claims, or an empty string."""
    try:
        judge_claims(claims, expected, HEADER)
    except RegionRefusal as refusal:
        return refusal.check
    return ""


def authlib_refuses(claims: dict[str, Any]) -> bool:
    options: Any = {"iss": {"essential": True, "value": "https://op.example"}, "aud": {"essential": True, "value": "bridge"}}
    token = CodeIDToken(claims, {"alg": "ES256"}, options, {"nonce": "n-1", "client_id": "bridge", "access_token": "at"})
    try:
        token.validate(now=STAMP)
    except (JoseError, TypeError, AttributeError):  # the latter two: it trips over claims of another type
        return True
    return False


def test_good_claims_pass_here_and_there() -> None:
    assert judge(GOOD) == ""
    assert not authlib_refuses(GOOD)


@pytest.mark.parametrize("audience", ["bridge", ["bridge"]])
@pytest.mark.parametrize("azp", [{}, {"azp": "bridge"}])
def test_the_audience_may_be_a_list_of_us(audience: Any, azp: dict[str, str]) -> None:
    assert judge({**GOOD, **azp, "aud": audience}) == ""


@pytest.mark.parametrize("audience", [["bridge", "bridge"], ["bridge", "x"], {"bridge": 1}, "Bridge", "", None, ["bridge", 7]])
def test_any_other_audience_is_refused(audience: Any) -> None:
    assert judge({**GOOD, "aud": audience}) == "audience"


def test_every_check_has_a_lie_that_it_notices() -> None:
    assert {check for _, check in CLAIM_LIES.values()} == {name for name, _ in CHECKS}


@pytest.mark.parametrize(
    ("authenticated", "check"), [(0, ""), (-1, "auth_time"), (5, ""), (6, "auth_time"), (None, "auth_time")]
)
def test_a_fresh_authentication_lies_between_departure_and_now(authenticated: int | None, check: str) -> None:
    expected = replace(EXPECTED, authenticated_since=NOW - timedelta(seconds=5))
    claims = GOOD if authenticated is None else {**GOOD, "auth_time": STAMP - 5 + authenticated}
    assert judge(claims, expected) == check


@pytest.mark.parametrize("algorithm", ["RS256", "ES384", "PS512", "ES512"])
def test_half_hashes_are_authlibs(algorithm: str) -> None:
    assert half_hash(algorithm, "some-token") == create_half_hash("some-token", algorithm).decode()


def test_eddsas_hash_is_sha_512() -> None:
    # printf tok | openssl dgst -sha512 -binary | head -c 32 | base64 | tr '/+' '_-' | tr -d =
    assert half_hash("EdDSA", "tok") == half_hash("Ed25519", "tok") == "lngpzPywfaCgXwtiISU25VYNjtzOXuxwL8AkeL6bDNE"


@pytest.mark.parametrize(
    "value", [None, True, "1", float("nan"), float("inf"), -1, -0.5, 253_402_300_800, 1e300, 10**400, [1], {}]
)
def test_what_is_no_moment_is_none(value: Any) -> None:
    assert moment(value) is None


@pytest.mark.parametrize("value", [0, 0.5, STAMP, 253_402_300_799])
def test_moments(value: float) -> None:
    found = moment(value)
    assert found is not None
    assert found.timestamp() == value


@pytest.mark.parametrize(
    ("token", "check"),
    [
        ("", "token"),
        ("a.b", "token"),
        ("....", "token"),
        ("x" * (MAX_TOKEN + 1), "token"),
        ("bm90IGpzb24.e30.AA", "token"),
        ("W10.e30.AA", "token"),
        ("e30.e30.AA", "algorithm"),
        ("eyJhbGciOiJub25lIn0.e30.", "algorithm"),
        ("eyJhbGciOlsiRVMyNTYiXX0.e30.AA", "algorithm"),
        ("eyJhbGciOnt9fQ.e30.AA", "algorithm"),
    ],
)
def test_a_header_that_is_none_is_refused(token: str, check: str) -> None:
    with pytest.raises(RegionRefusal) as caught:
        read_id_token(RegionCode("MO"), token, ("ES256",))
    assert (caught.value.code, caught.value.check) == ("untrusted", check)


values = (
    st.none()
    | st.booleans()
    | st.integers(STAMP - 1000, STAMP + 1000)
    | st.floats()
    | st.sampled_from(["bridge", "https://op.example", "n-1", "", "x", ["bridge"], ["bridge", "x"], [], {}])
    | st.text(max_size=5)
)


@given(
    st.dictionaries(st.sampled_from([*GOOD, "azp", "auth_time", "nbf", "amr", "acr"]), values, max_size=3),
    st.sets(st.sampled_from(list(GOOD)), max_size=1),
)
def test_what_authlib_refuses_is_refused_here(changed: dict[str, Any], removed: set[str]) -> None:
    claims = {name: value for name, value in {**GOOD, **changed}.items() if name not in removed}
    if judge(claims) == "":
        ignored = {"amr", "acr"}  # what they are for is read elsewhere, and unreadable ones count for nothing
        assert not authlib_refuses({name: value for name, value in claims.items() if name not in ignored})


@given(st.text(max_size=300))
def test_any_text_is_a_header_or_a_refusal(token: str) -> None:
    with pytest.raises(RegionRefusal):
        read_id_token(RegionCode("MO"), token, ("ES256",))
