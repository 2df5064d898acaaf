from __future__ import annotations

from typing import Any

import pytest

from idbridge.identity.assertion import Issuer, RegionCode
from idbridge.regions.connector import RegionRefusal
from idbridge.regions.openid_provider import read_metadata

ISSUER = Issuer("https://op.example/tenant")
DOCUMENT: dict[str, Any] = {
    "issuer": ISSUER,
    "authorization_endpoint": "https://login.op.example/authorize",
    "token_endpoint": "https://op.example/token",
    "jwks_uri": "https://op.example/jwks",
}


def read(issuer: str = ISSUER, /, **change: Any) -> Any:
    document = {name: value for name, value in {**DOCUMENT, **change}.items() if value is not None}
    return read_metadata(RegionCode("MO"), Issuer(issuer), document)


def test_endpoints_are_read_wherever_they_lie() -> None:
    metadata = read(userinfo_endpoint="https://api.op.example/me", authorization_response_iss_parameter_supported=True)
    assert metadata.authorization == "https://login.op.example/authorize"
    assert metadata.userinfo == "https://api.op.example/me"
    assert metadata.announces_iss is True
    assert read().userinfo == ""
    assert read().announces_iss is False


@pytest.mark.parametrize("issuer", ["https://op.example", f"{ISSUER}/", "HTTPS://op.example/tenant", "", None, 7])
def test_another_issuer_is_refused(issuer: Any) -> None:
    with pytest.raises(RegionRefusal, match="MO: untrusted discovery:issuer"):
        read_metadata(RegionCode("MO"), ISSUER, {**DOCUMENT, "issuer": issuer})


@pytest.mark.parametrize("name", ["authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint"])
@pytest.mark.parametrize(
    "url",
    [
        *("http://op.example/x", "ftp://op.example/x", "//op.example/x", "/x", "", "https://", "javascript:alert(1)"),
        *(
            "https://[::1/x",
            "https://op.example/x#f",
            "https://op.example/x\r\nHost: y",
            "https://op.example/" + "x" * 2048,
            7,
            [],
            True,
        ),
    ],
)
def test_an_endpoint_that_is_not_safe_is_refused(name: str, url: Any) -> None:
    with pytest.raises(RegionRefusal, match=f"MO: untrusted discovery:{name}"):
        read(**{name: url})


@pytest.mark.parametrize("name", ["authorization_endpoint", "token_endpoint", "jwks_uri"])
def test_a_missing_endpoint_is_refused(name: str) -> None:
    with pytest.raises(RegionRefusal, match=f"MO: untrusted discovery:{name}"):
        read(**{name: None})


def test_a_provider_on_this_machine_may_be_plain() -> None:
    plain = {"issuer": "http://127.0.0.1:8003", "token_endpoint": "http://127.0.0.1:8003/token"}
    assert read("http://127.0.0.1:8003", **plain).token == "http://127.0.0.1:8003/token"


@pytest.mark.parametrize("announced", ["true", 1, None, False])
def test_only_true_announces(announced: Any) -> None:
    assert read(authorization_response_iss_parameter_supported=announced).announces_iss is False
