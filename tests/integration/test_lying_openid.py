"""The lying provider over HTTP: the same lies reach the connector, and nothing else does."""

from __future__ import annotations

import pytest

from idbridge.identity.assertion import Issuer, RegionCode
from idbridge.identity.assurance import Assurance
from idbridge.regions.connector import RegionRefusal, Start
from idbridge.regions.openid import OpenIDConnector
from idbridge.regions.openid_client import ClientCredentials
from idbridge.regions.openid_config import OpenIDConfig
from tests.simulators.driver import Network, drive, query_of
from tests.simulators.lying_openid import CLAIM_LIES, NOW, SIGNATURE_LIES, LyingOpenID, create_app

START = Start("state-1", "https://bridge.example/regions/MO/callback", "", "en", NOW)


def sign_in(lie: str = "") -> str:
    network = Network(op=create_app(LyingOpenID(lie=lie), slow=0))
    client = ClientCredentials("bridge", secret="secret")
    levels = (("high", Assurance.HIGH),)
    config = OpenIDConfig(RegionCode("MO"), Issuer("https://op.example"), client, algorithms=("ES256",), levels=levels)
    connector = OpenIDConnector(config)
    departure = drive(connector.depart(START), network.send)
    app = network.app("https://op.example")
    location = app.test_client().get(departure.url.removeprefix("https://op.example")).headers["Location"]
    return drive(connector.arrive(query_of(location), departure.memo, NOW), network.send).subject


def test_it_is_honest_until_it_is_given_a_lie() -> None:
    assert sign_in() == "mo-1"


@pytest.mark.parametrize("lie", [*CLAIM_LIES, *SIGNATURE_LIES])
def test_its_lies_are_noticed(lie: str) -> None:
    check = {**{name: found for name, (_, found) in CLAIM_LIES.items()}, **SIGNATURE_LIES}[lie]
    with pytest.raises(RegionRefusal) as caught:
        sign_in(lie)
    assert caught.value.check == check


@pytest.mark.parametrize("lie", ["down", "slow"])
def test_it_can_be_down_or_slow(lie: str) -> None:
    with pytest.raises(RegionRefusal, match="MO: unavailable discovery"):
        sign_in(lie)
