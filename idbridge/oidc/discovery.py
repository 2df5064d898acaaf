"""The provider's own description: OpenID Connect Discovery 1.0 §3 and RFC 8414, with nothing in it that is not so."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import get_args

from idbridge.identity.assurance import Assurance
from idbridge.oidc import pkce
from idbridge.oidc.authorization.request import Display, Prompt
from idbridge.oidc.authorization.response import ResponseMode
from idbridge.oidc.clients import AuthenticationMethod, SigningAlgorithm, SubjectType
from idbridge.oidc.provider import PROTOCOL_SCOPES, Provider
from idbridge.oidc.token_request import GRANT_TYPES

ENDPOINTS: Mapping[str, str] = MappingProxyType(
    {
        "authorization_endpoint": "/oauth/authorize",
        "token_endpoint": "/oauth/token",
        "userinfo_endpoint": "/oauth/userinfo",
        "jwks_uri": "/oauth/jwks",
        "end_session_endpoint": "/oauth/end_session",
        "revocation_endpoint": "/oauth/revoke",
        "introspection_endpoint": "/oauth/introspect",
    }
)
"""Paths below the issuer, by their member of the document."""

PROTOCOL_CLAIMS = ("iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "sid", "at_hash")
"""The claims of `tokens`; a person's claims are the provider's (`Provider.claims`)."""

_AUTHENTICATION_METHODS = get_args(AuthenticationMethod)
_SECRET_METHODS = tuple(method for method in _AUTHENTICATION_METHODS if method != "none")


def openid_configuration(provider: Provider) -> dict[str, object]:
    """Return the document at ``/.well-known/openid-configuration`` (OpenID Connect Discovery §3)."""
    return {
        **authorization_server_metadata(provider),
        "subject_types_supported": list(get_args(SubjectType)),
        "id_token_signing_alg_values_supported": list(get_args(SigningAlgorithm)),
        "acr_values_supported": [level.acr for level in Assurance if level > Assurance.NONE],
        "claims_supported": [*PROTOCOL_CLAIMS, *provider.claims],
        "claim_types_supported": ["normal"],
        "claims_parameter_supported": True,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,  # Discovery §3: true when left out
        "display_values_supported": [display.value for display in Display],
        "prompt_values_supported": [prompt.value for prompt in Prompt],
    }


def authorization_server_metadata(provider: Provider) -> dict[str, object]:
    """Return the document at ``/.well-known/oauth-authorization-server`` (RFC 8414 §2)."""
    return {
        "issuer": provider.issuer,
        **{member: provider.issuer + path for member, path in ENDPOINTS.items()},
        "scopes_supported": [*PROTOCOL_SCOPES, *provider.scopes],
        "response_types_supported": ["code"],
        "response_modes_supported": [mode.value for mode in ResponseMode],
        "grant_types_supported": list(GRANT_TYPES),
        "code_challenge_methods_supported": [pkce.METHOD],
        "token_endpoint_auth_methods_supported": list(_AUTHENTICATION_METHODS),
        "revocation_endpoint_auth_methods_supported": list(_AUTHENTICATION_METHODS),
        "introspection_endpoint_auth_methods_supported": list(_SECRET_METHODS),
        "authorization_response_iss_parameter_supported": True,  # RFC 9207 §3
        "ui_locales_supported": list(provider.languages),
    }
