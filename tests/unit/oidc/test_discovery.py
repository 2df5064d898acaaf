"""The provider's description, with Authlib's validators as the judges."""

from __future__ import annotations

import pytest
from authlib.oauth2.rfc8414 import AuthorizationServerMetadata
from authlib.oidc.discovery import OpenIDProviderMetadata

from idbridge.oidc.discovery import PROTOCOL_CLAIMS, authorization_server_metadata, openid_configuration
from idbridge.oidc.provider import Provider
from tests.unit.oidc.samples import PROVIDER, authorize, keys

DOCUMENT = openid_configuration(PROVIDER)


def test_oidcc_discovery_endpoint_verification() -> None:
    OpenIDProviderMetadata(DOCUMENT).validate()
    assert DOCUMENT["issuer"] == PROVIDER.issuer
    assert DOCUMENT["jwks_uri"] == "https://bridge.example/oauth/jwks"
    assert DOCUMENT["claims_parameter_supported"] is True
    assert DOCUMENT["request_parameter_supported"] is False
    assert DOCUMENT["request_uri_parameter_supported"] is False
    assert "RS256" in DOCUMENT["id_token_signing_alg_values_supported"]
    assert "none" not in DOCUMENT["id_token_signing_alg_values_supported"]


def test_oidcc_rp_initiated_logout_discovery_endpoint_verification() -> None:
    assert DOCUMENT["end_session_endpoint"] == "https://bridge.example/oauth/end_session"


def test_rfc_8414() -> None:
    metadata = authorization_server_metadata(PROVIDER)
    AuthorizationServerMetadata(metadata).validate()
    assert metadata["authorization_response_iss_parameter_supported"] is True
    assert metadata["code_challenge_methods_supported"] == ["S256"]
    assert "none" not in metadata["introspection_endpoint_auth_methods_supported"]
    assert metadata.items() <= DOCUMENT.items()


def test_what_is_promised_is_kept() -> None:
    """Every value that the document lists is accepted, and its like that it does not list is refused."""
    for mode in DOCUMENT["response_modes_supported"]:
        assert authorize(response_mode=mode).response_mode == mode
    for prompt in DOCUMENT["prompt_values_supported"]:
        assert authorize(prompt=prompt).prompts == (prompt,)
    for display in DOCUMENT["display_values_supported"]:
        assert authorize(display=display).display == display
    for acr in DOCUMENT["acr_values_supported"]:
        assert authorize(acr_values=acr).acr_values[0].acr == acr
    for algorithm in DOCUMENT["id_token_signing_alg_values_supported"]:
        assert algorithm in keys().active
    for claim in PROVIDER.claims:
        assert claim in authorize(claims=f'{{"userinfo": {{"{claim}": null}}}}').claims.at_userinfo


def test_no_assurance_is_no_level_to_ask_for() -> None:
    assert DOCUMENT["acr_values_supported"] == [f"urn:idbridge:loa:{name}" for name in ("low", "substantial", "high")]


def test_claims_are_those_of_the_protocol_and_of_the_catalogue() -> None:
    assert DOCUMENT["claims_supported"] == [*PROTOCOL_CLAIMS, "name", "birthdate", "email"]
    assert DOCUMENT["scopes_supported"] == ["openid", "offline_access", "profile", "email", "organisation"]


def test_an_issuer_has_no_trailing_slash() -> None:
    with pytest.raises(ValueError, match="without a slash"):
        Provider("https://bridge.example/", (), (), ())
