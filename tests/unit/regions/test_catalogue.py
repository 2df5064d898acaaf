from __future__ import annotations

from typing import Any, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idbridge.identity.assurance import Assurance
from idbridge.regions.catalogue import DISPLAYS, LANGUAGES, PROTOCOLS, RegionFault, connect, read_region
from idbridge.regions.connector import RegionRefusal, Start
from idbridge.regions.openid_config import OpenIDConfig
from tests.simulators.driver import drive, nobody
from tests.simulators.lying_openid import NOW, LyingOpenID

START = Start("state-1", "https://bridge.example/regions/FJ/callback", "", "en", NOW)

FUJIAN: dict[str, Any] = {
    "protocol": "openid",
    "names": {"zh-Hans": "福建", "en": "Fujian"},
    "services": ["闽政通"],
    "issuer": "https://op.example",
    "client_id": "bridge",
    "client_secret": "secret",
    "algorithms": ["ES256"],
    "levels": {"low": "low", "high": "high"},
    "claims": {
        "rows": [
            {"name": "name", "need": "required", "meaning": "name-hans"},
            {"name": "bir_number", "need": "ignored"},
            {"name": "birthdate", "meaning": "birthdate"},
            {"name": "name#zh-Hant", "need": "ignored"},
        ]
    },
    "skew": 10,
}


def faults(table: dict[str, Any], code: str = "FJ") -> tuple[str, ...]:
    with pytest.raises(RegionFault) as caught:
        connect(read_region(code, table))
    return caught.value.faults


def test_a_fourth_region_in_standard_openid_connect_needs_configuration_only() -> None:
    region = read_region("FJ", FUJIAN)
    assert region.display.name("zh-Hans") == "福建"
    assert region.display.name("pt") == "Fujian"
    assert region.display.services == ("闽政通",)
    connector, provider = connect(region), LyingOpenID()
    departure = drive(connector.depart(START), provider.handle)
    assertion = drive(connector.arrive(provider.authorize(departure.url), departure.memo, NOW), provider.handle)
    assert (assertion.region, assertion.issuer, assertion.subject) == ("FJ", "https://op.example", "mo-1")
    assert assertion.assurance is Assurance.HIGH
    assert assertion.attributes is not None
    assert [(name.script, name.full) for name in assertion.attributes.names] == [("Hans", "Leong Wai Keng")]


def test_a_region_that_is_switched_off_neither_begins_nor_finishes_a_login() -> None:
    provider = LyingOpenID()
    departure = drive(connect(read_region("FJ", FUJIAN)).depart(START), provider.handle)
    answer = provider.authorize(departure.url)
    provider.requests.clear()
    connector = connect(read_region("FJ", {**FUJIAN, "enabled": False}))
    assert (connector.region, connector.issuer, connector.echoes_state) == ("FJ", "https://op.example", True)
    for steps in (
        connector.depart(START),
        connector.arrive(answer, departure.memo, NOW),
        connector.ask(None, {}, START),  # type: ignore[arg-type] # it is not looked at
        connector.hear(b"{}", {}, NOW),
    ):
        with pytest.raises(RegionRefusal, match=r"^FJ: disabled$"):
            drive(steps, nobody)  # type: ignore[arg-type] # steps of different results
    assert provider.requests == []


def test_a_region_that_is_switched_on_hands_everything_through() -> None:
    connector = connect(read_region("FJ", FUJIAN))
    with pytest.raises(RegionRefusal, match="FJ: unavailable enquiry"):
        drive(connector.ask(None, {}, START), nobody)  # type: ignore[arg-type] # it is not looked at
    with pytest.raises(RegionRefusal, match="FJ: untrusted notice"):
        drive(connector.hear(b"{}", {}, NOW), nobody)
    assert connector.acknowledgement() == b"{}"


@pytest.mark.parametrize("code", DISPLAYS)
def test_our_regions_have_names_in_every_language_and_services_of_their_own(code: str) -> None:
    display = DISPLAYS[code]
    assert [language for language, name in display.names if name] == list(LANGUAGES)
    assert display.services


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"protocol": "saml"}, "protocol is none of openid, guangdong, iam-smart"),
        ({"protocol": None}, "protocol is none of openid, guangdong, iam-smart"),
        ({"enabled": "no"}, "enabled is neither true nor false"),
        ({"isuer": "https://op.example"}, "isuer is not known"),
        ({"freshness": {"lifetim": 3}}, "freshness.lifetim is not known"),
        ({"claims": {"rows": [{"name": "name", "ned": "required"}]}}, "claims.rows.ned is not known"),
        ({"claims": {"rows": []}}, "a claim table needs rows, and each claim once - at `$.claims`"),
        ({"claims": {"rows": [{"name": "a"}, {"name": "a"}]}}, "a claim table needs rows, and each claim once - at `$.claims`"),
        ({"levels": {"x": "highest"}}, "a level is none of none, low, substantial, high"),
        ({"level_without_acr": 7}, "a level is none of none, low, substantial, high"),
        ({"algorithms": ["HS256"]}, "id tokens need asymmetric signature algorithms"),
        ({"client_secret": ""}, "client_secret_basic needs a client id and its secret or key - at `$.client`"),
        ({"names": "Fujian"}, "Expected `object`, got `str`"),
        ({"client_id": 7}, "Expected `str`, got `int` - at `$.client.client_id`"),
        (
            {"client_authentication": "private_key_jwt", "client_key": "no key"},
            "the client's key is no unencrypted PEM for ES256",
        ),
        ({"levels": [7]}, "a level is none of none, low, substantial, high"),
        ({"levels": [["a", "low", "b"]]}, "a level is none of none, low, substantial, high"),
    ],
)
def test_a_faulty_table_is_told_and_what_is_wrong_is_named(change: dict[str, Any], fault: str) -> None:
    found = faults({**FUJIAN, **change})
    assert fault in found
    assert "secret" not in "".join(found).replace("client_secret", "").replace("its secret", "")


def test_every_fault_of_a_table_is_told_together() -> None:
    found = faults({"protocol": "openid", "issuer": 7, "foo": 1, "bar": 2, "enabled": "yes"})
    assert len(found) == 4


def test_the_message_names_the_region_and_never_a_value() -> None:
    with pytest.raises(RegionFault, match=r"^regions\.HK: .*client_id") as caught:
        read_region("HK", {"protocol": "iam-smart", "base_url": "https://x", "issuer": "https://x", "client_secret": "hush"})
    assert "hush" not in str(caught.value)


def test_tables_and_pairs_are_read_alike() -> None:
    table = {
        "protocol": "guangdong",
        "base_url": "https://tyrz.example",
        "issuer": "https://tyrz.example",
        "client_id": "bridge",
        "client_secret": "s",
        "paths": {"authorize": "/tif/sso/connect/page/oauth2/authorize"},
    }
    with_table = read_region("GD", {**table, "card_kinds": {"10": "mainland"}, "levels": {"L1": "low"}})
    with_pairs = read_region("GD", {**table, "card_kinds": [["10", "mainland"]], "levels": {"L1": "LOW"}})
    assert with_table.config == with_pairs.config
    assert with_table.display is not None
    assert with_table.display.services == ("粤省事", "粤商通")


def test_durations_are_seconds() -> None:
    config = read_region("FJ", FUJIAN).config
    assert isinstance(config, OpenIDConfig)
    assert config.skew.total_seconds() == 10


def test_the_protocols_are_those_of_the_three_regions() -> None:
    assert list(PROTOCOLS) == ["openid", "guangdong", "iam-smart"]


def test_a_region_without_names_is_called_by_its_code() -> None:
    table = {name: value for name, value in FUJIAN.items() if name not in ("names", "services")}
    assert read_region("FJ", table).display.name("pt") == "FJ"


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from(["low", "HKID", "ES256"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8) | st.just("rows"), inner, max_size=3),
    max_leaves=8,
)
NAMES = sorted({name for protocol in PROTOCOLS.values() for name in get_type_hints(protocol.config)} | {*FUJIAN, "client_key"})


@given(st.sampled_from(list(PROTOCOLS)), st.dictionaries(st.sampled_from(NAMES), values, max_size=5))
def test_any_table_is_a_region_or_told_to_be_faulty(protocol: str, change: dict[str, Any]) -> None:
    credentials = {"base_url": "https://x.example", "issuer": "https://x.example", "client_id": "c", "client_secret": "s"}
    table = {**credentials, "private_key": "none", **change, "protocol": protocol}
    try:
        assert connect(read_region("XX", table)).region == "XX"
    except RegionFault as fault:
        told = fault.faults
    else:
        told = ("none",)
    assert told
