"""The sandbox's Macao: an OpenID provider as Macao One Account might be one.

Authorization code with PKCE, nonce and ``iss``; ES256 ID tokens; userinfo. Macao publishes no interface; this one is standard.
"""

from __future__ import annotations

from typing import Any

from authlib.oauth2 import OAuth2Error
from flask import Flask, Response, request

from idbridge.sandbox.macao_server import SCOPE_CLAIMS, MacaoConfig, Provider, User
from idbridge.sandbox.pages import Brand, Choice, SignInPages, create_provider_app

BRAND = Brand("MO", "一户通 · Conta Única (sandbox)", "澳")


def _discovery(base_url: str) -> dict[str, Any]:
    """Return the provider's metadata (OpenID Connect Discovery §3)."""
    return {
        "issuer": base_url,
        "authorization_endpoint": f"{base_url}/authorize",
        "token_endpoint": f"{base_url}/token",
        "userinfo_endpoint": f"{base_url}/userinfo",
        "jwks_uri": f"{base_url}/jwks",
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic"],
        "code_challenge_methods_supported": ["S256"],
        "scopes_supported": list(SCOPE_CLAIMS),
        "claims_supported": [name for names in SCOPE_CLAIMS.values() for name in names],
        "ui_locales_supported": ["zh-Hant", "zh-Hans", "pt", "en"],
        "authorization_response_iss_parameter_supported": True,
    }


def _add_tokens(app: Flask, provider: Provider) -> None:
    """Add the addresses that clients call directly."""

    @app.get("/.well-known/openid-configuration")
    def discovery() -> dict[str, Any]:
        return _discovery(provider.config.base_url)

    @app.get("/jwks")
    def jwks() -> dict[str, Any]:
        return {"keys": [provider.key.as_dict(private=False, use="sig", alg="ES256")]}

    @app.post("/token")
    def token() -> Response:
        response: Response = provider.server.create_token_response()
        return response

    @app.route("/userinfo", methods=["GET", "POST"])
    def userinfo() -> Response:
        response: Response = provider.server.create_endpoint_response("userinfo")
        return response


def _user(provider: Provider, choice: Choice) -> User | None:
    account = choice.persona.macao if choice.persona else None
    return User(choice.persona, account, provider.now()) if choice.persona and account else None


def create_macao(config: MacaoConfig) -> Flask:
    """Make the provider as a Flask application."""
    app = create_provider_app("sandbox-macao")
    provider = Provider(app, config)
    residents = tuple(persona for persona in config.personas if persona.macao)
    pages = SignInPages(BRAND, config.service, residents)

    _add_tokens(app, provider)

    @app.route("/authorize", methods=["GET", "POST"])
    def authorize() -> Response:
        if request.args.get("redirect_uri") != config.redirect_uri or request.args.get("client_id") != config.client_id:
            return pages.refused("client")
        try:
            grant = provider.server.get_consent_grant(end_user=None)
        except OAuth2Error as error:
            answer: Response = provider.server.handle_error_response(provider.server.create_oauth2_request(request), error)
            return answer
        if request.method == "GET":
            return pages.sign_in(request.args.get("ui_locales", ""))
        choice = pages.read_choice()
        if choice is None:
            return pages.refused("form")
        response: Response = provider.server.create_authorization_response(grant_user=_user(provider, choice), grant=grant)
        return response

    return app
