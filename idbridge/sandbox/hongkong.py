"""The sandbox's Hong Kong: iAM Smart, with pages in place of its app.

``getQR`` shows a picture of a QR code and the sign-in form; with a ticket it shows what a profile request asks for. Sharing
posts the profile to the client in the background and sends the browser back, as the real one does with two devices. So does
signing a document, which shows its name and digits of its digest to compare.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any
from urllib.parse import urlencode

from flask import Flask, Response, redirect, request

from idbridge.sandbox.hongkong_messages import Refused, encrypt
from idbridge.sandbox.hongkong_server import SCOPES, Grant, HongkongConfig, IamSmart
from idbridge.sandbox.hongkong_signing import PersonalKey, Signatures, SigningTicket
from idbridge.sandbox.pages import Brand, SignInPages, create_provider_app

__all__ = ["HongkongConfig", "create_hongkong"]

NO_KEYS: Mapping[str, PersonalKey] = MappingProxyType({})

BRAND = Brand("HK", "智方便 iAM Smart (sandbox)", "智")

_STATE = re.compile(r"[A-Za-z0-9_-]{1,36}")


class Client:
    """A registered client: its dealings with iAM Smart."""

    def __init__(self, config: HongkongConfig, keys: Mapping[str, PersonalKey]) -> None:
        self.provider = IamSmart(config)
        self.signatures = Signatures(self.provider, keys)


Clients = Mapping[str, Client]
"""The registered clients by their ids."""


Message = Callable[[Client, bytes], dict[str, Any]]
"""Answers the body of a client's POST. Raises `Refused`."""


def _revoke_key(client: Client, _: bytes) -> dict[str, Any]:
    client.provider.revoke_key()
    return {}


_PLAIN: Mapping[str, Message] = {
    "security/revokeKey": _revoke_key,
    "security/getKey": lambda client, _: client.provider.give_key(),
}
_ENCRYPTED: Mapping[str, Message] = {
    "auth/getToken": lambda client, body: client.provider.give_token(client.provider.read(body)),
    "account/auth/profile/initiateRequest": lambda client, body: client.provider.begin_profile(client.provider.read(body)),
    "account/signing/initiateRequest": lambda client, body: client.signatures.begin("hash", client.provider.read(body)),
    "account/pdfsigning/initiateRequest": lambda client, body: client.signatures.begin("pdf", client.provider.read(body)),
}
"""The addresses that clients post to, below ``/api/v1/``."""


def _add_messages(app: Flask, clients: Clients) -> None:
    def answer(message: Message, *, encrypted: bool) -> dict[str, Any]:
        # One that is not registered is refused by the first thing that anybody's guard looks at.
        client = clients.get(request.headers.get("clientID", "")) or next(iter(clients.values()))
        body = request.get_data()
        try:
            client.provider.check(request.headers, body)
            content = message(client, body)
            sealed: Any = encrypt(client.provider.live_key(), content) if encrypted else content
        except Refused as refused:
            return {"txID": "", "code": refused.code, "message": refused.message, "content": None}
        return {"txID": "", "code": "D00000", "message": "SUCCESS", "content": sealed}

    for messages, encrypted in ((_PLAIN, False), (_ENCRYPTED, True)):
        for path, message in messages.items():
            app.add_url_rule(f"/api/v1/{path}", path, partial(answer, message, encrypted=encrypted), methods=["POST"])


def _fault_of(config: HongkongConfig) -> str:
    """Return iAM Smart's code for what is wrong with a page's parameters; empty when nothing is."""
    asked = request.args
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
    """One client's pages: signing in, sharing a profile, signing a document."""

    def __init__(self, app: Flask, client: Client) -> None:
        self._app = app
        self._provider = client.provider
        self._signatures = client.signatures
        residents = tuple(persona for persona in client.provider.config.personas if persona.hongkong)
        self._pages = SignInPages(BRAND, client.provider.config.service, residents)

    def show(self) -> Response:
        """Answer a request for any of the pages, or for none."""
        if fault := _fault_of(self._provider.config):
            return self._pages.refused(fault)
        ticket_id = request.args.get("ticketID")
        if not ticket_id:
            return self._sign_in()
        signing = self._signatures.ticket(ticket_id)
        return self._share(ticket_id) if signing is None else self._sign(ticket_id, signing)

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

    def _sign(self, ticket_id: str, ticket: SigningTicket) -> Response:
        """Only whose token asked for the signature can approve it."""
        owner = ticket.grant.persona
        if request.method == "GET":
            return self._pages.sign(request.args.get("lang", ""), owner, ticket.names, ticket.code)
        choice = self._pages.read_choice((owner,))
        if choice is None or not self._signatures.finish(ticket_id, agreed=choice.persona is not None):
            return self._pages.refused("form")
        return self._back()

    def _back(self, **answer: str) -> Response:
        query = urlencode({**answer, "state": request.args["state"]})
        return self._app.make_response(redirect(f"{self._provider.config.redirect_uri}?{query}"))


def create_hongkong(config: HongkongConfig, *others: HongkongConfig, keys: Mapping[str, PersonalKey] = NO_KEYS) -> Flask:
    """Make the provider as a Flask application, for one registered client or several; personas sign with their *keys*."""
    app = create_provider_app("sandbox-hongkong")
    clients = {registered.client_id: Client(registered, keys) for registered in (config, *others)}
    pages = {client_id: _Pages(app, client) for client_id, client in clients.items()}
    _add_messages(app, clients)

    @app.route("/api/v1/auth/getQR", methods=["GET", "POST"])
    def get_qr() -> Response:
        shown = pages.get(request.args.get("clientID", ""))
        return SignInPages(BRAND, "", ()).refused("D20012") if shown is None else shown.show()

    return app
