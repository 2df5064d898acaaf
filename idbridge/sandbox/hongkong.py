"""The sandbox's Hong Kong: iAM Smart, with pages in place of its app.

``getQR`` shows a picture of a QR code and the sign-in form; with a ticket it shows what a profile request asks for. Sharing
posts the profile to the client in the background and sends the browser back, as the real one does with two devices.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from flask import Flask, Response, redirect, request

from idbridge.sandbox.hongkong_messages import Refused, encrypt
from idbridge.sandbox.hongkong_server import SCOPES, Grant, HongkongConfig, IamSmart
from idbridge.sandbox.pages import Brand, SignInPages, create_provider_app

__all__ = ["HongkongConfig", "create_hongkong"]

BRAND = Brand("HK", "智方便 iAM Smart (sandbox)", "智")

_STATE = re.compile(r"[A-Za-z0-9_-]{1,36}")


def _add_messages(app: Flask, provider: IamSmart) -> None:
    """Add the addresses that clients post to."""

    def answer(make: Callable[[], dict[str, Any]], *, encrypted: bool) -> dict[str, Any]:
        try:
            provider.check(request.headers, request.get_data())
            content = make()
            sealed: Any = encrypt(provider.live_key(), content) if encrypted else content
        except Refused as refused:
            return {"txID": "", "code": refused.code, "message": refused.message, "content": None}
        return {"txID": "", "code": "D00000", "message": "SUCCESS", "content": sealed}

    @app.post("/api/v1/security/getKey")
    def get_key() -> dict[str, Any]:
        return answer(provider.give_key, encrypted=False)

    @app.post("/api/v1/security/revokeKey")
    def revoke_key() -> dict[str, Any]:
        def revoke() -> dict[str, Any]:
            provider.revoke_key()
            return {}

        return answer(revoke, encrypted=False)

    @app.post("/api/v1/auth/getToken")
    def get_token() -> dict[str, Any]:
        return answer(lambda: provider.give_token(provider.read(request.get_data())), encrypted=True)

    @app.post("/api/v1/account/auth/profile/initiateRequest")
    def initiate_profile() -> dict[str, Any]:
        return answer(lambda: provider.begin_profile(provider.read(request.get_data())), encrypted=True)


def _fault_of(config: HongkongConfig) -> str:
    """Return iAM Smart's code for what is wrong with a page's parameters; empty when nothing is."""
    asked = request.args
    if asked.get("clientID") != config.client_id:
        return "D20012"
    if asked.get("redirectURI") != config.redirect_uri:
        return "D20008"
    if not _STATE.fullmatch(asked.get("state", "")):
        return "D20003"
    if "ticketID" not in asked and asked.get("responseType") != "code":
        return "D20003"
    if "ticketID" not in asked and not {"eidapi_auth"} <= set(asked.get("scope", "").split()) <= SCOPES:
        return "D20015"
    return "" if asked.get("source", "").startswith(("PC_Browser", "Android_", "iOS_")) else "D20007"


class _Pages:
    """The two pages: signing in, and sharing a profile."""

    def __init__(self, app: Flask, provider: IamSmart) -> None:
        self._app = app
        self._provider = provider
        residents = tuple(persona for persona in provider.config.personas if persona.hongkong)
        self._pages = SignInPages(BRAND, provider.config.service, residents)

    def show(self) -> Response:
        """Answer a request for either page, or for neither."""
        if fault := _fault_of(self._provider.config):
            return self._pages.refused(fault)
        ticket_id = request.args.get("ticketID")
        return self._share(ticket_id) if ticket_id else self._sign_in()

    def _sign_in(self) -> Response:
        if request.method == "GET":
            return self._pages.sign_in(request.args.get("lang", ""), code=request.args["state"])
        choice = self._pages.read_choice()
        if choice is None:
            return self._pages.refused("form")
        if choice.persona is None or choice.persona.hongkong is None:
            return self._back(error_code="D40000")
        grant = Grant(choice.persona, choice.persona.hongkong, request.args["scope"])
        return self._back(code=self._provider.codes.issue(grant, self._provider.now()))

    def _share(self, ticket_id: str) -> Response:
        ticket = self._provider.ticket(ticket_id)
        if ticket is None:
            return self._pages.refused("D40003")
        owner = (ticket.grant.persona,)
        if request.method == "GET":
            return self._pages.sign_in(request.args.get("lang", ""), personas=owner, fields=ticket.fields, code=ticket_id)
        choice = self._pages.read_choice(owner)
        if choice is None or not self._provider.finish_profile(ticket_id, agreed=choice.persona is not None):
            return self._pages.refused("form")
        return self._back()

    def _back(self, **answer: str) -> Response:
        query = urlencode({**answer, "state": request.args["state"]})
        return self._app.make_response(redirect(f"{self._provider.config.redirect_uri}?{query}"))


def create_hongkong(config: HongkongConfig) -> Flask:
    """Make the provider as a Flask application."""
    app = create_provider_app("sandbox-hongkong")
    provider = IamSmart(config)
    _add_messages(app, provider)
    app.add_url_rule("/api/v1/auth/getQR", "get_qr", _Pages(app, provider).show, methods=["GET", "POST"])
    return app
