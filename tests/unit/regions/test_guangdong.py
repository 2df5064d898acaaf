from __future__ import annotations

import json
import logging
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idbridge.exchange import HttpRequest, HttpResponse
from idbridge.identity.assertion import Issuer, RegionAssertion
from idbridge.identity.assurance import Assurance
from idbridge.regions.claims import Need
from idbridge.regions.connector import RegionRefusal, Start
from idbridge.regions.guangdong import GuangdongConnector
from idbridge.regions.guangdong_config import COMPANY_CLAIMS, PERSON_CLAIMS, GuangdongConfig
from idbridge.regions.guangdong_user import GuangdongFields, read_account, read_level, read_properties
from tests.simulators.driver import drive, nobody, query_of

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
CONFIG = GuangdongConfig("https://tyrz.example", Issuer("https://tyrz.example"), "bridge", "s3cret", link_key="k")
START = Start("state-1", "https://bridge.example/regions/GD/callback", "", "zh-Hans", NOW)
LEVELS = dict(CONFIG.levels)

PERSON: dict[str, Any] = {
    "uid": "limin88",
    "cn": "李敏",
    "usertype": "1",
    "idcardtype": "10",
    "idcardnumber": "440106198803123525",
    "telephonenumber": "13800000001",
    "sex": "2",
    "mail": "-1",
    "useridcode": "5a1d0c7be2f94c0c",
    "isreal": "true",
    "creditable_level_of_account": "L3",
    "extproperties": ["address=广东省广州市示例路1号", "accout_type=3", "uversion=3.0", "tax_code=-1", "area=guangzhou"],
}
COMPANY: dict[str, Any] = {
    "cn": "广州湾桥示例科技有限公司",
    "usertype": "2",
    "idcardtype": "49",
    "idcardnumber": "91440101MA5BDGE18J",
    "telephonenumber": "13800000009",
    "useridcode": "c0mpany",
    "link_person_name": "何俊",
    "creditable_level_of_account": "L3",
    "extproperties": [
        *("legal_code=440400197112254618", "link_person_type=10", "link_person_code=440600199909097779"),
        *("link_person_useridcode=0f9e8d7c", "accout_type=2"),
    ],
}


class Platform:
    """Answers the two GETs with what the test says."""

    def __init__(self, account: Any = None, *, token: Any = None, status: int = 200, **beside: Any) -> None:
        self.user = {"userobj": PERSON if account is None else account, **beside}
        self.token = {"access_token": "at", "token_type": "Bearer", "expires_in": 600} if token is None else token
        self.status = status
        self.requests: list[HttpRequest] = []

    def send(self, request: HttpRequest) -> HttpResponse:
        self.requests.append(request)
        body = self.token if "access_token?" in request.url else self.user
        return HttpResponse(self.status, {}, body if isinstance(body, bytes) else json.dumps(body).encode())


def sign_in(
    platform: Platform, config: GuangdongConfig = CONFIG, answer: dict[str, str] | None = None, start: Start = START
) -> RegionAssertion:
    connector = GuangdongConnector(config)
    departure = drive(connector.depart(start), nobody)
    given_answer = {"code": "c", "state": start.state} if answer is None else answer
    return drive(connector.arrive(given_answer, departure.memo, NOW), platform.send)


def refusal(platform: Platform, **how: Any) -> str:
    with pytest.raises(RegionRefusal) as caught:
        sign_in(platform, **how)
    return f"{caught.value.code} {caught.value.check}".strip()


def test_a_persons_login() -> None:
    assertion = sign_in(Platform())
    assert (assertion.region, assertion.issuer, assertion.subject) == ("GD", "https://tyrz.example", "5a1d0c7be2f94c0c")
    assert (assertion.assurance, assertion.methods, assertion.version) == (Assurance.HIGH, ("yss",), "3.0")
    attributes = assertion.attributes
    assert attributes is not None
    assert [(name.script, name.full) for name in attributes.names] == [("Hans", "李敏")]
    assert [(card.kind, card.number) for card in attributes.documents] == [("CN-RESIDENT-ID", "440106198803123525")]
    assert (attributes.gender, attributes.phone, attributes.email) == ("female", "13800000001", None)
    assert attributes.address == "广东省广州市示例路1号"
    assert attributes.organisations == ()


def test_the_person_is_the_subject_of_a_companys_account_and_the_company_what_it_acts_for() -> None:
    assertion = sign_in(Platform(COMPANY))
    assert assertion.subject == "0f9e8d7c"
    attributes = assertion.attributes
    assert attributes is not None
    assert [name.full for name in attributes.names] == ["何俊"]
    assert [card.number for card in attributes.documents] == ["440600199909097779"]
    assert attributes.phone is None  # the company's
    (company,) = attributes.organisations
    assert company.names == (("zh-Hans", "广州湾桥示例科技有限公司"),)
    assert (company.registration.kind, company.registration.number) == ("USCC", "91440101MA5BDGE18J")
    assert company.role == "contact"


def test_a_legal_representative_is_told_from_a_contact() -> None:
    account = {**COMPANY, "legal_code": "440600199909097779"}
    attributes = sign_in(Platform(account)).attributes
    assert attributes is not None
    assert attributes.organisations[0].role == "legal-representative"


@pytest.mark.parametrize(
    ("change", "check"),
    [
        ({"link_person_name": "-1"}, "claim:link_person_name"),
        ({"link_person_name": None}, "claim:link_person_name"),
        ({"link_person_name": "\n"}, "claim:link_person_name"),
        ({"idcardtype": "51"}, "claim:idcardnumber"),
        ({"idcardnumber": "91440101MA5BDGE18K"}, "claim:idcardnumber"),
        ({"cn": "-1"}, "claim:cn"),
        ({"usertype": "3"}, "claim:usertype"),
    ],
)
def test_a_companys_account_without_person_or_company_is_refused(change: dict[str, Any], check: str) -> None:
    assert refusal(Platform({**COMPANY, **change})) == f"untrusted {check}"


def test_a_linked_person_known_by_card_only_gets_a_subject_that_does_not_show_it() -> None:
    account = {**COMPANY, "extproperties": ["link_person_type=10", "link_person_code=440600199909097779"]}
    first = sign_in(Platform(account)).subject
    assert first == sign_in(Platform({**account, "useridcode": "another-company"})).subject
    assert first.startswith("link:")
    assert "440600199909097779" not in first
    assert first != sign_in(Platform(account), config=replace(CONFIG, link_key="other")).subject
    assert refusal(Platform(account), config=replace(CONFIG, link_key="")) == "untrusted claim:link_person_useridcode"
    nobody_named = {**account, "extproperties": []}
    assert refusal(Platform(nobody_named)) == "untrusted claim:link_person_useridcode"


def test_an_account_cannot_claim_the_subject_of_a_linked_person() -> None:
    assert refusal(Platform({**PERSON, "useridcode": "link:abcdef"})) == "untrusted claim:useridcode"


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        ("440106198803123525", "CN-RESIDENT-ID"),
        ("810000199008152634", "CN-RESIDENCE-PERMIT-HK"),
        ("M12345678", "MAINLAND-TRAVEL-PERMIT"),
        ("440106198803123524", None),
        ("nonsense", None),
    ],
)
def test_one_code_covers_the_mainlands_documents_and_the_number_tells_them_apart(
    number: str, kind: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    attributes = sign_in(Platform({**PERSON, "idcardnumber": number})).attributes
    assert attributes is not None
    assert [card.kind for card in attributes.documents] == ([kind] if kind else [])
    assert number not in caplog.text


@pytest.mark.parametrize("row", [row for row in PERSON_CLAIMS.rows if row.need is Need.REQUIRED])
def test_a_person_without_a_required_claim_is_refused(row: Any) -> None:
    assert refusal(Platform({**PERSON, row.name: "-1"})) == f"untrusted claim:{row.name}"


@pytest.mark.parametrize("row", [row for row in COMPANY_CLAIMS.rows if row.need is Need.REQUIRED])
def test_a_company_without_a_required_claim_is_refused(row: Any) -> None:
    assert refusal(Platform({**COMPANY, row.name: "-1"})) == f"untrusted claim:{row.name}"


@pytest.mark.parametrize("row", [row for row in PERSON_CLAIMS.rows if row.need is Need.OPTIONAL and row.meaning != "nothing"])
@pytest.mark.parametrize("value", [7, ["x"], {"a": 1}, "a\x00b", "x" * 10_000])
def test_an_unreadable_optional_claim_is_left_out_and_logged_by_name(
    row: Any, value: Any, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        sign_in(Platform({**PERSON, row.name: value}))
    assert f"GD: unreadable claim {row.name}" in caplog.text


def test_no_claim_seen_in_the_field_is_unknown_and_another_one_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        sign_in(Platform())
        sign_in(Platform(COMPANY))
    assert caplog.text == ""
    with caplog.at_level(logging.WARNING):
        sign_in(Platform({**PERSON, "blood_type": "AB"}))
    assert caplog.messages == ["GD: unknown claim blood_type"]


def test_the_account_may_come_as_json_in_a_string() -> None:
    assert sign_in(Platform(json.dumps(PERSON))).subject == sign_in(Platform()).subject


@pytest.mark.parametrize("account", ["", "no json", "[]", "7", [], 7, True, "{" * 100_000])
def test_an_account_that_is_none_is_refused(account: Any) -> None:
    assert refusal(Platform(account)) == "unavailable user:account"


@pytest.mark.parametrize(
    ("beside", "account", "level"),
    [
        ({}, {"creditable_level_of_account": "L0"}, Assurance.NONE),
        ({}, {"creditable_level_of_account": "L1"}, Assurance.LOW),
        ({}, {"creditable_level_of_account": "L2"}, Assurance.SUBSTANTIAL),
        ({}, {"creditable_level_of_account": "L3"}, Assurance.HIGH),
        ({}, {"creditable_level_of_account": "L9"}, Assurance.NONE),
        ({}, {}, Assurance.NONE),
        ({"user_creditable_level": "L2"}, {}, Assurance.SUBSTANTIAL),
        (
            {"user_creditable_level": {"creditable_level_of_account": "L1"}},
            {"creditable_level_of_account": "L3"},
            Assurance.LOW,
        ),
        ({}, {"creditable_level_of_account_way": "L2@YSS@1||L0@IDV@2||L3@GW@3"}, Assurance.HIGH),
        ({}, {"creditable_level_of_account_way": "L0@IDV@2||L2@YSS@1"}, Assurance.SUBSTANTIAL),
        ({}, {"creditable_level_of_account_way": "||@@||L7"}, Assurance.NONE),
        ({}, {"creditable_level_of_account": "L3", "isreal": "false"}, Assurance.NONE),
        ({}, {"creditable_level_of_account": "L3", "is_real": False}, Assurance.NONE),
        ({}, {"creditable_level_of_account": "L3", "isreal": "true", "is_real": True}, Assurance.HIGH),
    ],
)
def test_levels(beside: dict[str, Any], account: dict[str, Any], level: Assurance) -> None:
    assert read_level(beside, account, GuangdongFields(), LEVELS) is level


@pytest.mark.parametrize("wanted", [Assurance.LOW, Assurance.SUBSTANTIAL, Assurance.HIGH])
@pytest.mark.parametrize("level", ["L0", "L1", "L2", "L3"])
def test_a_level_is_enough_when_it_is_at_least_what_was_asked(level: str, wanted: Assurance) -> None:
    platform = Platform({**PERSON, "creditable_level_of_account": level})
    start = replace(START, assurance=wanted, least=wanted)
    if LEVELS[level] >= wanted:
        assert sign_in(platform, start=start).assurance is LEVELS[level]
    else:
        assert refusal(platform, start=start) == "insufficient assurance"


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({"code": "c"}, "untrusted state"),
        ({"code": "c", "state": "other"}, "untrusted state"),
        ({"code": "c", "state": "státe"}, "untrusted state"),
        ({"state": "state-1"}, "cancelled"),
        ({"state": "state-1", "error": "access_denied"}, "cancelled"),
        ({"state": "state-1", "errcode": "5001"}, "unavailable answer:5001"),
        ({"state": "state-1", "code": "x" * 1025}, "untrusted code"),
    ],
)
def test_the_browsers_answer_is_judged(answer: dict[str, str], expected: str) -> None:
    assert refusal(Platform(), answer=answer) == expected


@pytest.mark.parametrize(
    ("token", "status", "expected"),
    [
        ({"errcode": "invalid_grant"}, 200, "untrusted code"),
        ({"error": "invalid_grant"}, 400, "untrusted code"),
        ({"error_code": 40029}, 200, "unavailable token:40029"),
        ({"errcode": {"a": 1}}, 200, "unavailable token:status"),
        ({}, 200, "untrusted token"),
        ({"access_token": ""}, 200, "untrusted token"),
        ({"access_token": 7}, 200, "untrusted token"),
        ({"access_token": "at"}, 500, "unavailable token:status"),
        (b"<html>", 200, "unavailable token:json"),
        (b"", 200, "unavailable token:json"),
    ],
)
def test_the_token_answer_is_judged(token: Any, status: int, expected: str) -> None:
    assert refusal(Platform(token=token, status=status)) == expected


def test_an_error_code_of_zero_is_no_error() -> None:
    assert sign_in(Platform(errcode=0)).subject == "5a1d0c7be2f94c0c"


def test_an_error_of_tokeninfo_and_a_network_that_is_down_are_told() -> None:
    assert refusal(Platform(error_code="invalid_token")) == "unavailable user:invalid_token"
    connector = GuangdongConnector(CONFIG)
    departure = drive(connector.depart(START), nobody)
    with pytest.raises(RegionRefusal, match="GD: unavailable token:unreachable"):
        drive(connector.arrive({"code": "c", "state": "state-1"}, departure.memo, NOW), nobody)


def test_the_departure_carries_the_state_in_the_redirect_uri_only() -> None:
    connector = GuangdongConnector(CONFIG)
    asked = query_of(drive(connector.depart(START), nobody).url)
    assert connector.echoes_state
    assert "state" not in asked
    assert query_of(asked["redirect_uri"]) == {"state": "state-1"}
    assert (asked["service"], asked["scope"], asked["response_type"]) == ("initService", "all", "code")


def test_where_redirect_uris_are_compared_to_the_letter_the_cookie_alone_binds() -> None:
    config = replace(CONFIG, state_in="cookie")
    connector = GuangdongConnector(config)
    assert not connector.echoes_state
    assert query_of(drive(connector.depart(START), nobody).url)["redirect_uri"] == START.return_url
    assert sign_in(Platform(), config=config, answer={"code": "c"}).subject == "5a1d0c7be2f94c0c"


def test_a_fresh_login_goes_by_the_logout() -> None:
    url = drive(GuangdongConnector(CONFIG).depart(replace(START, fresh=True)), nobody).url
    assert url.startswith("https://tyrz.example/_tif_sso_logout_/?")
    assert query_of(url)["redirect_uri"].startswith("https://tyrz.example/pscp/sso/connect/page/oauth2/authorize?")


def test_the_token_request_repeats_the_redirect_uri() -> None:
    platform = Platform()
    sign_in(platform)
    asked = query_of(platform.requests[0].url)
    assert asked["redirect_uri"] == "https://bridge.example/regions/GD/callback?state=state-1"
    assert (asked["grant_type"], asked["client_secret"]) == ("authorization_code", "s3cret")


@pytest.mark.parametrize("missing", ["base_url", "issuer", "client_id", "client_secret"])
def test_a_configuration_needs_its_credentials(missing: str) -> None:
    with pytest.raises(ValueError, match="platform needs"):
        replace(CONFIG, **{missing: ""})  # type: ignore[arg-type] # strings all


@pytest.mark.parametrize(("number", "birthdate"), [("440106198803123525", date(1988, 3, 12)), ("M12345678", None)])
def test_the_birthdate_is_the_one_in_the_cards_number(number: str, birthdate: date | None) -> None:
    attributes = sign_in(Platform({**PERSON, "idcardnumber": number})).attributes
    assert attributes is not None
    assert attributes.birthdate == birthdate


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=10), inner, max_size=5),
    max_leaves=15,
)


@given(json_values)
def test_properties_of_any_shape_read_as_names_and_values_without_nulls(listed: Any) -> None:
    properties = read_properties(listed)
    assert all(value not in ("", "-1") for value in properties.values())


@given(
    st.dictionaries(st.text(st.characters(exclude_characters="="), min_size=1, max_size=10), st.text(max_size=20), max_size=20)
)
def test_properties_that_were_written_are_read(values: dict[str, str]) -> None:
    listed = [f"{name}={value}" for name, value in values.items()]
    assert read_properties(listed) == {name: value for name, value in values.items() if value not in ("", "-1")}


known_names = st.sampled_from([row.name for row in (*PERSON_CLAIMS.rows, *COMPANY_CLAIMS.rows)] + ["extproperties"])


@given(st.dictionaries(known_names, json_values | st.sampled_from(["1", "2", "10", "49", "L3", "true"]), max_size=12))
def test_any_account_is_an_assertion_or_a_refusal(account: dict[str, Any]) -> None:
    try:
        sign_in(Platform({**PERSON, **account}))
        sign_in(Platform({**COMPANY, **account}))
    except RegionRefusal as refused:
        assert refused.code in ("untrusted", "insufficient", "unavailable")  # noqa: PT017 - a refusal is one of two right outcomes


@given(st.text(max_size=200) | json_values)
def test_any_userobj_is_an_account_or_a_value_error(value: Any) -> None:
    try:
        account = read_account({"userobj": value}, GuangdongFields())
    except ValueError:
        return
    assert "-1" not in account.values()
