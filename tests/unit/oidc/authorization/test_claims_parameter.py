"""The claims parameter (OpenID Connect Core §5.5)."""

from __future__ import annotations

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from idbridge.identity.claims_request import ClaimsRequest, RequestedClaim
from idbridge.oidc.authorization.claims_parameter import MAX_CLAIMS, MAX_VALUES, read_claims
from idbridge.oidc.errors import Fault, Refusal

KNOWN = ("name", "nickname", "email", "picture", "birthdate")


def test_no_parameter_no_claims() -> None:
    assert read_claims(None, KNOWN) == ClaimsRequest()


def test_openid_connect_core_section_5_5_example() -> None:
    example = """
    {
     "userinfo":
      {
       "given_name": {"essential": true},
       "nickname": null,
       "email": {"essential": true},
       "email_verified": {"essential": true},
       "picture": null,
       "http://example.info/claims/groups": null
      },
     "id_token":
      {
       "auth_time": {"essential": true},
       "acr": {"values": ["urn:mace:incommon:iap:silver"] }
      }
    }"""
    assert read_claims(example, KNOWN) == ClaimsRequest(
        userinfo=(RequestedClaim("nickname"), RequestedClaim("email", essential=True), RequestedClaim("picture")),
        id_token=(RequestedClaim("auth_time", essential=True), RequestedClaim("acr", values=("urn:mace:incommon:iap:silver",))),
    )


def test_oidcc_claims_essential() -> None:
    assert read_claims('{"userinfo": {"name": {"essential": true}}}', KNOWN).userinfo == (
        RequestedClaim("name", essential=True),
    )


def test_ekyc_server_unknown_claims_are_omitted() -> None:
    unknown = {
        "not_a_claim": None,
        "%/+&\n": {"essential": True},
        "": None,
        "#en": None,
        "name#" + "x" * 36: None,
        "name#a\0": None,
    }
    assert read_claims(json.dumps({"userinfo": unknown, "verified_claims": [1]}), KNOWN) == ClaimsRequest()


def test_a_language_may_be_named() -> None:
    assert read_claims('{"id_token": {"name#zh-Hant": null}}', KNOWN).id_token == (RequestedClaim("name#zh-Hant"),)


def test_values_are_compared_as_text() -> None:
    claims = read_claims('{"id_token": {"name": {"value": "A"}, "email": {"values": [1, true, {"a": [null]}]}}}', KNOWN)
    assert claims.of_id_token("name") == RequestedClaim("name", values=("A",))
    assert claims.of_id_token("email") == RequestedClaim("email", values=("1", "true", '{"a":[null]}'))
    assert claims.of_id_token("picture") is None


def test_members_not_understood_are_ignored() -> None:
    assert read_claims('{"userinfo": {"name": {"purpose": "x"}}, "x": 1}', KNOWN).userinfo == (RequestedClaim("name"),)
    assert read_claims('{"userinfo": null, "id_token": {}}', KNOWN) == ClaimsRequest()


def test_the_limits_themselves_are_allowed() -> None:
    many = {str(n): None for n in range(MAX_CLAIMS - 1)} | {"name": {"values": ["x"] * MAX_VALUES}}
    assert len(read_claims(json.dumps({"userinfo": many}), KNOWN).userinfo[0].values) == MAX_VALUES
    longest = "name#" + "x" * 35
    assert read_claims(json.dumps({"id_token": {longest: None}}), KNOWN).id_token == (RequestedClaim(longest),)


@pytest.mark.parametrize(
    "parameter",
    [
        "",
        "x",
        "[]",
        "null",
        '"userinfo"',
        '{"userinfo": []}',
        '{"userinfo": {"name": true}}',
        '{"userinfo": {"name": {"essential": "yes"}}}',
        '{"userinfo": {"name": {"values": "A"}}}',
        '{"userinfo": {"name": {"value": "\\u0000"}}}',
        '{"userinfo": {"name": {"value": NaN}}}',
        '{"userinfo": {}',
        "\ud800",
        pytest.param('{"userinfo": {"name": {"value": ' + "[" * 4000, id="deep"),
        pytest.param('{"userinfo": {"name": {"value": ' + "[" * 3000 + "]" * 3000 + "}}}", id="deep but closed"),
        pytest.param(json.dumps({"userinfo": {"name": {"values": [1] * (MAX_VALUES + 1)}}}), id="values"),
        pytest.param(json.dumps({"userinfo": {str(n): None for n in range(MAX_CLAIMS + 1)}}), id="claims"),
    ],
)
def test_claims_refused(parameter: str) -> None:
    with pytest.raises(Refusal) as refused:
        read_claims(parameter, KNOWN)
    assert refused.value.fault is Fault.CLAIMS_MALFORMED


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["userinfo", "id_token", "name", "acr", "value", "values", "essential"]), inner, max_size=3
        )
    ),
)


@given(st.text(max_size=50) | JSON.map(json.dumps))
def test_anything_is_read_or_refused(parameter: str) -> None:
    try:
        claims = read_claims(parameter, KNOWN)
    except Refusal:
        return
    assert msgspec.json.decode(msgspec.json.encode(claims), type=ClaimsRequest) == claims
