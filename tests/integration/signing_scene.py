"""iAM Smart's signing without a network: the sandbox's provider, a client's use case, a real store, one clock for all."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from typing import Any

from flask import Flask

from idbridge.exchange import HttpRequest, HttpResponse
from idbridge.regions.connector import Start
from idbridge.regions.iamsmart import IamSmartConnector
from idbridge.regions.iamsmart_channel import load_kek
from idbridge.regions.iamsmart_messages import unseal, unwrap_key
from idbridge.regions.iamsmart_signing import IamSmartSigning, SigningUser
from idbridge.sandbox.hongkong import create_hongkong
from idbridge.sandbox.hongkong_messages import encrypt, wrap
from idbridge.sandbox.hongkong_signing import PersonalKey
from idbridge.sandbox.registration import Addresses, hongkong_config, portal_iam_smart, portal_signing_config, register
from idbridge.services.remote_signing import Begun, Order, RemoteSigning
from idbridge.signatures.making.steps import Signatory, Statement
from idbridge.storage.expiring import Expiring
from tests.simulators.driver import Browser, Network, drive, query_of
from tests.unit.signatures.making.pdf.papers import PAPERS
from tests.unit.signatures.making.pdf.workshop import AT, Signer, signer

PORTAL = "https://portal.example"
ADDRESSES = Addresses("https://bridge.example", "https://gd.example", "https://hk.example", "https://mo.example")
CREDENTIALS = register()
CHAN, HO, WITHOUT_PLUS = "chan-siu-man", "ho-sou-fan", "wong-ka-yan"
PAPER = PAPERS["stream"]


class Clock:
    def __init__(self) -> None:
        self.now = AT

    def __call__(self) -> datetime:
        return self.now


@cache
def keys() -> dict[str, Signer]:
    """Two people's keys, from two authorities."""
    return {CHAN: signer("rsa-2048"), HO: signer("rsa-3072")}


def personal(by: Signer) -> PersonalKey:
    return PersonalKey(by.certificate, (by.root,), by.key)


def signatory(person: str = CHAN) -> Signatory:
    return keys()[person].signatory


@dataclass
class Scene:
    """One provider, one client, and what was posted to it but not delivered yet."""

    store: Expiring
    clock: Clock = field(default_factory=Clock)
    posted: list[bytes] = field(default_factory=list)
    app: Flask = field(init=False)
    network: Network = field(init=False)
    login: IamSmartConnector = field(init=False)
    remote: RemoteSigning = field(init=False)

    def __post_init__(self) -> None:

        def post(url: str, body: bytes) -> int:
            assert url == f"{PORTAL}/sign/notice"
            self.posted.append(body)
            return 200

        bridge = hongkong_config(CREDENTIALS, ADDRESSES, self.clock)
        portal = portal_signing_config(CREDENTIALS, ADDRESSES, PORTAL, self.clock)
        portal = replace(portal, post=post, run=lambda task: task())
        self.app = create_hongkong(bridge, portal, keys={person: personal(by) for person, by in keys().items()})
        self.network = Network(hk=self.app)
        config = portal_iam_smart(CREDENTIALS, ADDRESSES)
        self.login = IamSmartConnector(config)
        self.remote = self.client(IamSmartSigning(config))

    def client(self, protocol: IamSmartSigning, send: Callable[[HttpRequest], HttpResponse] | None = None) -> RemoteSigning:
        def fetch(request: HttpRequest, *, max_bytes: int = 0) -> HttpResponse:
            return (send or self.network.send)(request)

        return RemoteSigning(protocol, fetch, self.store, self.clock, service="Bay Area Services", department="Tests")

    def start(self) -> Start:
        return Start("state-1", f"{PORTAL}/sign/return", f"{PORTAL}/sign/notice", "en", self.clock.now)

    def sign_in(self, person: str = CHAN) -> SigningUser:
        departure = drive(self.login.depart(self.start()), self.network.send)
        location = self.browser().sign_in(departure.url, person)
        memo = departure.memo
        assertion = drive(self.login.arrive(query_of(location), memo, self.clock.now), self.network.send)
        return SigningUser(memo["access_token"], assertion.subject)

    def begin(self, order: Order | None = None, person: str = CHAN, identity_hash: str = "") -> Begun:
        return self.remote.begin(order or self.order(), self.sign_in(person), self.start(), identity_hash)

    def order(self, **settings: Any) -> Order:
        usual = {"document": PAPER, "name": "合約.pdf", "statement": Statement(self.clock.now)}
        return Order(**{**usual, **settings})

    def browser(self) -> Browser:
        return Browser(self.app, ADDRESSES.hongkong)

    def decide(self, begun: Begun, person: str = CHAN, decision: str = "approve") -> tuple[int, str]:
        browser = self.browser()
        assert begun.url
        return browser.post(begun.url, csrf=browser.csrf(begun.url), persona=person, decision=decision)

    def answered(self, begun: Begun, person: str = CHAN, decision: str = "approve") -> bytes:
        """Let the person decide, and return what was posted."""
        status, location = self.decide(begun, person, decision)
        assert (status, location) == (302, f"{PORTAL}/sign/return?state=state-1")
        return self.posted.pop()


def content_of(body: bytes) -> dict[str, Any]:
    """What a posted answer holds."""
    envelope = json.loads(body)
    key = unwrap_key(envelope["secretKey"], load_kek(CREDENTIALS["HK-portal"]["private_key"]), ("oaep-sha256",))
    return json.loads(unseal(key, envelope["content"]))


def forged(body: bytes, code: str | None = None, **changes: object) -> bytes:
    """A posted answer as somebody would send it who knows the client's public key, and saw the content."""
    envelope = json.loads(body)
    credentials = CREDENTIALS["HK-portal"]
    content = {**content_of(body), **changes}
    fresh = os.urandom(32)
    sealed = encrypt(fresh, {name: value for name, value in content.items() if value is not None})
    changed = {**envelope, "secretKey": wrap(fresh, credentials["public_key"]), "content": sealed}
    return json.dumps({**changed, "code": code or envelope["code"]}).encode()
