"""The sandbox's Guangdong: the unified identity platform's OAuth dialect, as integrators' code shows it.

``authorize`` for the browser, ``access_token`` and ``tokeninfo`` by GET, errors as ``errcode`` with status 200, the account as
JSON in a string, extended properties as ``k=v`` with ``-1`` for nothing. There is no ``state``.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from flask import Flask, Response, redirect, request

from idbridge.clock import Clock, system_clock
from idbridge.sandbox.memory import Expiring
from idbridge.sandbox.pages import Brand, SignInPages, create_provider_app
from idbridge.sandbox.personas import GuangdongAccount, Persona, load_personas

PREFIX = "/pscp/sso/connect/page/oauth2"
CODE_LIFETIME = timedelta(minutes=1)
TOKEN_LIFETIME = timedelta(minutes=10)

BRAND = Brand("GD", "广东省统一身份认证平台 (sandbox)", "粤")


@dataclass(frozen=True, slots=True)
class GuangdongSandboxConfig:
    """The platform and its one registered client; `redirect_uri` is compared without its query."""

    base_url: str
    client_id: str
    client_secret: str = field(repr=False)
    redirect_uri: str
    service: str = "idbridge"
    clock: Clock = system_clock
    personas: tuple[Persona, ...] = field(default_factory=load_personas)


@dataclass(frozen=True, slots=True)
class _Code:
    account: GuangdongAccount
    persona: Persona
    redirect_uri: str


def _properties(account: GuangdongAccount) -> list[str]:
    """Return the extended properties, those without a value included."""
    values = {
        "address": account.address,
        "accout_type": account.method,
        "uversion": account.version,
        "origin": "gdbs",
        "area": "guangdong",
        "legal_person": account.legal_name or "-1",
        "legal_code": account.legal_card_number or "-1",
        "legal_id_type": "10" if account.legal_card_number else "-1",
        "link_person_type": account.link_card_type or "-1",
        "link_person_code": account.link_card_number or "-1",
        "link_person_useridcode": account.link_id_code or "-1",
        "tax_code": "-1",
    }
    return [f"{name}={value}" for name, value in values.items()]


def account_object(persona: Persona, account: GuangdongAccount) -> dict[str, Any]:
    """Return an account as ``userobj`` holds it."""
    level = {"creditable_level_of_account": account.level, "creditable_level_of_account_way": account.ways}
    return {
        "uid": account.account,
        "cn": account.company or persona.hans,
        "usertype": "2" if account.company else "1",
        "idcardtype": account.card_type,
        "idcardnumber": account.card_number,
        "telephonenumber": account.phone,
        "mail": "-1",
        "sex": {"male": "1", "female": "2"}[persona.gender],
        "useridcode": account.id_code,
        "createtime": "20200101120000",
        "isreal": "false" if account.level == "L0" else "true",
        "realtype": "IC" if account.company else "PLV",
        "tokenid": "",
        **({"link_person_name": account.link_name} if account.company else {}),
        **level,
        "extproperties": _properties(account),
    }


class _Platform:
    """The platform's memory and its two endpoints for clients."""

    def __init__(self, config: GuangdongSandboxConfig) -> None:
        self.config = config
        self.codes: Expiring[_Code] = Expiring(CODE_LIFETIME)
        self.tokens: Expiring[_Code] = Expiring(TOKEN_LIFETIME)

    def is_registered(self, client_id: str, redirect_uri: str) -> bool:
        """Compare with the registration; the redirect URI's query may vary, its fragment must be absent."""
        parts = urlsplit(redirect_uri)
        bare = parts._replace(query="").geturl()
        return client_id == self.config.client_id and bare == self.config.redirect_uri

    def exchange(self, query: dict[str, str]) -> dict[str, Any]:
        config, now = self.config, self.config.clock()
        if query.get("client_id") != config.client_id or not secrets.compare_digest(
            query.get("client_secret", "").encode(), config.client_secret.encode()
        ):
            return {"errcode": "invalid_client", "errmsg": "client_id or client_secret is wrong"}
        if query.get("grant_type") != "authorization_code" or query.get("scope") != "all":
            return {"errcode": "unsupported_grant_type", "errmsg": "grant_type or scope is wrong"}
        code = self.codes.take(query.get("code", ""), now)
        if code is None or code.redirect_uri != query.get("redirect_uri"):
            return {"errcode": "invalid_grant", "errmsg": "code or redirect_uri is wrong"}
        return {
            "access_token": self.tokens.issue(code, now),
            "token_type": "Bearer",
            "expires_in": int(TOKEN_LIFETIME.total_seconds()),
        }

    def describe(self, access_token: str) -> dict[str, Any]:
        code = self.tokens.peek(access_token, self.config.clock())
        if code is None:
            return {"error_code": "invalid_token", "error_msg": "access_token is unknown or expired"}
        account = account_object(code.persona, code.account)
        level = {name: account[name] for name in ("creditable_level_of_account", "creditable_level_of_account_way")}
        return {"userobj": json.dumps(account, ensure_ascii=False), "pareobj": None, "user_creditable_level": level}


def _with_code(redirect_uri: str, code: str | None) -> str:
    """Send the browser back with the redirect URI's own query, and the code when there is one."""
    parts = urlsplit(redirect_uri)
    query = [*parse_qsl(parts.query, keep_blank_values=True), *([("code", code)] if code else [])]
    return parts._replace(query=urlencode(query)).geturl()


def create_guangdong(config: GuangdongSandboxConfig) -> Flask:
    """Make the platform as a Flask application."""
    app = create_provider_app("sandbox-guangdong")
    platform = _Platform(config)
    residents = tuple(persona for persona in config.personas if persona.guangdong)
    pages = SignInPages(BRAND, config.service, residents)

    @app.route(f"{PREFIX}/authorize", methods=["GET", "POST"])
    def authorize() -> Response:
        redirect_uri = request.args.get("redirect_uri", "")
        if not platform.is_registered(request.args.get("client_id", ""), redirect_uri):
            return pages.refused("client")
        if (request.args.get("response_type"), request.args.get("service")) != ("code", "initService"):
            return pages.refused("response_type")
        if request.method == "GET":
            return pages.sign_in()
        choice = pages.read_choice()
        if choice is None:
            return pages.refused("form")
        account = choice.persona.guangdong if choice.persona else None
        code = (
            platform.codes.issue(_Code(account, choice.persona, redirect_uri), config.clock())
            if choice.persona and account
            else None
        )
        return app.make_response(redirect(_with_code(redirect_uri, code)))

    @app.get(f"{PREFIX}/access_token")
    def access_token() -> dict[str, Any]:
        return platform.exchange(request.args.to_dict())

    @app.get(f"{PREFIX}/tokeninfo")
    def tokeninfo() -> dict[str, Any]:
        return platform.describe(request.args.get("access_token", ""))

    @app.get("/_tif_sso_logout_/")
    def logout() -> Response:
        """End the session (there is none here: every sign-in asks anew) and go on to this platform's own sign-in only."""
        target = request.args.get("redirect_uri", "")
        if not target.startswith(f"{config.base_url}{PREFIX}/authorize?"):
            return pages.refused("redirect_uri")
        return app.make_response(redirect(target))

    return app
