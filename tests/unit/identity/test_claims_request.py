"""What a claims request asks for, and where."""

from __future__ import annotations

from idbridge.identity.claims_request import ClaimsRequest, RequestedClaim

REQUEST = ClaimsRequest(
    userinfo=(RequestedClaim("name#zh-Hant"), RequestedClaim("name#en"), RequestedClaim("email", essential=True)),
    id_token=(RequestedClaim("acr", values=("a", "b")), RequestedClaim("name#en"), RequestedClaim("gender")),
)


def test_a_language_tag_is_parted_from_its_name():
    assert (REQUEST.userinfo[0].base, REQUEST.userinfo[0].language) == ("name", "zh-Hant")
    assert (REQUEST.userinfo[2].base, REQUEST.userinfo[2].language) == ("email", "")
    assert REQUEST.languages == ("zh-Hant", "en")


def test_each_place_is_asked_about_for_itself():
    assert REQUEST.at_userinfo == {"name", "email"}
    assert REQUEST.in_id_token == {"acr", "name", "gender"}
    assert ClaimsRequest().at_userinfo == ClaimsRequest().in_id_token == frozenset()


def test_how_a_claim_was_asked_for():
    assert REQUEST.of_id_token("acr") == RequestedClaim("acr", values=("a", "b"))
    assert REQUEST.of_id_token("email") is None
