"""What goes to a portal: by catalogue, by what was asked, and never a number."""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idbridge.identity.assertion import Attributes, IdentityDocument, Organisation, PersonName, RegionCode
from idbridge.identity.assurance import Assurance
from idbridge.identity.claims_request import ClaimsRequest, RequestedClaim
from idbridge.identity.release import BY_NAME, CATALOGUE, SCOPES, Facts, ReleasePlan, claims, plan_release

HKID = IdentityDocument("HKID", "A1234563")
PERMIT = IdentityDocument("MAINLAND-TRAVEL-PERMIT", "H12345678")
USCC = IdentityDocument("USCC", "91350100M000100Y43")

ATTRIBUTES = Attributes(
    names=(PersonName("Hant", "陳大文", "陳", "大文"), PersonName("Latn", "CHAN, Tai Man", "CHAN", "Tai Man")),
    birthdate=date(1990, 2, 3),
    gender="male",
    documents=(HKID, PERMIT, IdentityDocument("HKID", "G123456A")),
    email="tai.man@example.hk",
    email_verified=True,
    phone="+85212345678",
    phone_verified=False,
    address="香港中環",
)
FACTS = Facts(
    region=RegionCode("HK"),
    assurance=Assurance.HIGH,
    attributes=ATTRIBUTES,
    organisations=(("org-sub", Organisation((("zh-Hant", "示例"), ("en", "Example")), USCC, "director")),),
)
EVERYTHING = tuple(claim.name for claim in CATALOGUE)


def test_every_claim_in_its_standard_shape():
    assert claims(EVERYTHING, FACTS) == {
        "name": "陳大文",
        "family_name": "陳",
        "given_name": "大文",
        "gender": "male",
        "birthdate": "1990-02-03",
        "email": "tai.man@example.hk",
        "email_verified": True,
        "phone_number": "+85212345678",
        "phone_number_verified": False,
        "address": {"formatted": "香港中環"},
        "represents": [{"sub": "org-sub", "document_kind": "USCC", "name": "示例", "role": "director"}],
        "region": "HK",
        "assurance": "high",
        "document_kinds": ["HKID", "MAINLAND-TRAVEL-PERMIT"],
        "signature_match": True,
    }


def test_what_is_not_known_is_left_out():
    nobody = Facts(RegionCode("GD"), Assurance.LOW, Attributes())
    assert claims(EVERYTHING, nobody) == {"region": "GD", "assurance": "low"}


def test_names_follow_the_languages_asked_for():
    facts = Facts(RegionCode("HK"), Assurance.HIGH, ATTRIBUTES, FACTS.organisations, ("en", "zh-Hant"), ("zh-Hant",))
    told = claims(("name", "represents"), facts)
    assert told == {
        "name": "CHAN, Tai Man",
        "name#en": "CHAN, Tai Man",
        "name#zh-Hant": "陳大文",
        "represents": [
            {
                "sub": "org-sub",
                "document_kind": "USCC",
                "name": "Example",
                "name#en": "Example",
                "name#zh-Hant": "示例",
                "role": "director",
            }
        ],
    }
    by_page = Facts(RegionCode("HK"), Assurance.HIGH, ATTRIBUTES, ui_locales=("en",))
    assert claims(("name",), by_page) == {"name": "CHAN, Tai Man"}


@pytest.mark.parametrize(
    ("scope", "names"),
    [
        ("openid", set()),
        ("profile", {"name", "family_name", "given_name", "gender", "birthdate"}),
        ("email", {"email", "email_verified"}),
        ("phone", {"phone_number", "phone_number_verified"}),
        ("address", {"address"}),
        ("organisation", {"represents"}),
        ("identity", {"region", "assurance", "document_kinds"}),
        ("signatures", {"signature_match"}),
        ("offline_access", set()),
        ("unknown", set()),
    ],
)
def test_a_scope_asks_for_its_claims_at_userinfo(scope, names):
    plan = plan_release((scope,), ClaimsRequest())
    assert set(plan.userinfo) == names
    assert plan.id_token == ()


def test_the_claims_parameter_adds_single_claims_where_it_says():
    request = ClaimsRequest(
        userinfo=(RequestedClaim("email"), RequestedClaim("nickname")),
        id_token=(RequestedClaim("name#en"), RequestedClaim("acr")),
    )
    plan = plan_release(("openid", "address"), request)
    assert plan == ReleasePlan(userinfo=("email", "address"), id_token=("name",))
    assert [claim.name for claim in plan.to_consent] == ["name", "email", "address"]


def test_only_what_was_agreed_to_is_released():
    plan = ReleasePlan(userinfo=("name", "email"), id_token=("name", "birthdate"))
    assert plan.agreed(("birthdate", "email")) == ReleasePlan(userinfo=("email",), id_token=("birthdate",))
    assert plan.agreed(()) == ReleasePlan(userinfo=())


def test_names_outside_the_catalogue_release_nothing():
    assert claims(("sub", "documents", "subject", "", "name#en"), FACTS) == {}


def test_scopes_for_discovery():
    assert SCOPES == (
        "openid",
        "profile",
        "email",
        "phone",
        "address",
        "organisation",
        "identity",
        "signatures",
        "offline_access",
    )


def test_the_catalogue_is_whole():
    assert len(BY_NAME) == len(CATALOGUE)
    assert {"sub", "iss", "aud", "exp", "iat", "acr", "amr", "auth_time", "sid"}.isdisjoint(BY_NAME)
    known = {field.name for field in fields(Attributes)} | {"region", "assurance"}
    for claim in CATALOGUE:
        assert claim.source in known
        assert claim.scope in SCOPES
        assert claim.text == f"claim.{claim.name}"


@given(st.sets(st.sampled_from(EVERYTHING)), st.lists(st.sampled_from(["en", "zh", "zh-Hans", "pt", "xx"]), max_size=4))
def test_no_number_is_ever_told(names, locales):
    facts = Facts(RegionCode("HK"), Assurance.HIGH, ATTRIBUTES, FACTS.organisations, tuple(locales))
    told = json.dumps(claims(tuple(names), facts), ensure_ascii=False)
    for number in ("A123456", "H12345678", "G123456", "91350100", "M000100Y4"):
        assert number not in told
