"""The claims parameter: what §5.5 allows, and everything else."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idbridge.identity.claims_request import (
    MAX_CLAIMS,
    MAX_LENGTH,
    ClaimsRequest,
    ClaimsRequestRefusal,
    RequestedClaim,
    read_claims_request,
)

# OpenID Connect Core §5.5, the example of the standard.
OF_THE_STANDARD = """
{"userinfo": {"given_name": {"essential": true}, "nickname": null, "email": {"essential": true},
  "email_verified": {"essential": true}, "picture": null, "http://example.info/claims/groups": null},
 "id_token": {"auth_time": {"essential": true}, "acr": {"values": ["urn:mace:incommon:iap:silver"]}}}
"""


def test_reads_the_example_of_the_standard():
    request = read_claims_request(OF_THE_STANDARD)
    assert request.userinfo[0] == RequestedClaim("given_name", essential=True)
    assert request.userinfo[1] == RequestedClaim("nickname")
    assert len(request.userinfo) == 6
    assert request.of_id_token("acr") == RequestedClaim("acr", values=("urn:mace:incommon:iap:silver",))
    assert request.of_id_token("auth_time").essential
    assert request.of_id_token("email") is None
    assert request.wants_userinfo("email")
    assert not request.wants_id_token("email")


def test_value_and_values_are_read_together_and_only_strings_count():
    request = read_claims_request(
        '{"id_token": {"sub": {"value": "x"}, "acr": {"value": 7, "values": ["a", null, 2]}, "a": {"values": "b"}}}'
    )
    assert [claim.values for claim in request.id_token] == [("x",), ("a",), ()]


def test_language_tags_are_parted_from_names():
    request = read_claims_request('{"userinfo": {"name#zh-Hant": null, "name#en": null}, "id_token": {"name#en": null}}')
    assert request.userinfo[0].base == "name"
    assert request.wants_userinfo("name")
    assert request.languages == ("zh-Hant", "en")


@pytest.mark.parametrize("nothing", [None, "", "{}", '{"userinfo": null}', '{"userinfo": {}}', '{"other": {"name": null}}'])
def test_asking_for_nothing(nothing):
    assert read_claims_request(nothing) == ClaimsRequest()


@pytest.mark.parametrize(
    ("parameter", "code"),
    [
        (" ", "not-json"),
        ("{", "not-json"),
        ("[" * 5000, "not-json"),
        ('{"userinfo": ' + "[" * 5000, "not-json"),
        ("[]", "not-an-object"),
        ("null", "not-an-object"),
        ('"name"', "not-an-object"),
        ('{"userinfo": []}', "not-an-object"),
        ('{"userinfo": "name"}', "not-an-object"),
        ('{"userinfo": {"name": true}}', "not-an-object"),
        ('{"id_token": {"name": "x"}}', "not-an-object"),
        (" " * (MAX_LENGTH + 1), "too-long"),
        (json.dumps({"userinfo": {f"c{n}": None for n in range(MAX_CLAIMS + 1)}}), "too-many"),
    ],
)
def test_refuses_with_a_code(parameter, code):
    with pytest.raises(ClaimsRequestRefusal) as refusal:
        read_claims_request(parameter)
    assert refusal.value.code == code


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["userinfo", "id_token", "acr", "values"]), inner)
    ),
    max_leaves=12,
)


@given(st.text() | json_values.map(json.dumps))
def test_any_text_is_read_or_refused(parameter):
    try:
        request = read_claims_request(parameter)
    except ClaimsRequestRefusal:
        return
    assert all(isinstance(claim.name, str) for claim in (*request.userinfo, *request.id_token))
