"""The protocol of the sandbox's iAM Smart; its pages and addresses are `hongkong`'s.

Every POST is checked for client, signature, timestamp and nonce. Contents are encrypted with a key that the client gets by
getKey and that lives for a while; codes live 30 seconds and are taken once; profiles are posted to the client's callback.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from werkzeug.datastructures import Headers

from idbridge.clock import Clock, system_clock
from idbridge.sandbox.hongkong_messages import Refused, RequestGuard, decrypt, encrypt, wrap
from idbridge.sandbox.memory import Expiring
from idbridge.sandbox.personas import HongkongAccount, Persona, load_personas

logger = logging.getLogger(__name__)

CODE_LIFETIME = timedelta(seconds=30)
TOKEN_LIFETIME = timedelta(hours=4)
TICKET_LIFETIME = timedelta(minutes=18)
KEY_LIFETIME = timedelta(days=1)
ATTEMPTS = 5
SCOPES = frozenset({"eidapi_auth", "eidapi_profiles", "eidapi_sign"})

Post = Callable[[str, bytes], int]
"""Posts a JSON body to an address and returns the status; raises `OSError` when nobody answers."""


def post_json(url: str, body: bytes) -> int:
    """Post by HTTP; the address is one that the client registered."""
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})  # noqa: S310 - registered, http(s) only
    try:
        with urllib.request.urlopen(request, timeout=5) as response:  # noqa: S310 - as above
            status: int = response.status
    except urllib.error.HTTPError as error:
        with error:
            return error.code
    return status


def in_background(task: Callable[[], None]) -> None:
    """Run a task in a thread that ends with the program."""
    threading.Thread(target=task, daemon=True).start()


@dataclass(frozen=True, slots=True)
class HongkongConfig:
    """The provider and its one registered client; `kek` is the PEM of the client's public key encryption key."""

    base_url: str
    client_id: str
    client_secret: str = field(repr=False)
    redirect_uri: str
    notice_uri: str
    kek: str
    service: str = "idbridge"
    clock: Clock = system_clock
    personas: tuple[Persona, ...] = field(default_factory=load_personas)
    post: Post = post_json
    run: Callable[[Callable[[], None]], None] = in_background


@dataclass(frozen=True, slots=True)
class Grant:
    """What a code or an access token stands for."""

    persona: Persona
    account: HongkongAccount
    scope: str


@dataclass(frozen=True, slots=True)
class Ticket:
    """A profile request that waits for its user."""

    grant: Grant
    business_id: str
    state: str
    fields: tuple[str, ...]


def profile_of(grant: Grant, fields: tuple[str, ...]) -> dict[str, Any]:
    """Return the asked profile fields of a person, in iAM Smart's shapes."""
    number, _, digit = grant.account.hkid.rstrip(")").partition("(")
    values: dict[str, Any] = {
        "idNo": {"Identification": number, "CheckDigit": digit},
        "enName": {"UnstructuredName": grant.persona.latin},
        "chName": {"ChineseName": grant.persona.hant} if grant.persona.hant else None,
        "gender": {"male": "M", "female": "F"}[grant.persona.gender],
        "birthDate": grant.persona.birthdate.strftime("%Y%m%d"),
    }
    return {name: values[name] for name in fields if values.get(name) is not None}


class IamSmart:
    """The provider's memory and its messages."""

    def __init__(self, config: HongkongConfig) -> None:
        self.config = config
        self.codes: Expiring[Grant] = Expiring(CODE_LIFETIME)
        self._tokens: Expiring[Grant] = Expiring(TOKEN_LIFETIME)
        self._tickets: Expiring[Ticket] = Expiring(TICKET_LIFETIME)
        self._businesses: Expiring[None] = Expiring(TICKET_LIFETIME)
        self._guard = RequestGuard(config.client_id, config.client_secret)
        self._lock = threading.Lock()
        self._key: tuple[bytes, datetime] | None = None

    def now(self) -> datetime:
        """Return the moment by the provider's clock."""
        return self.config.clock()

    def open_id(self, persona: Persona) -> str:
        """Return a person's tokenised id, another one for each client."""
        return hashlib.sha256(f"{self.config.client_id}:{persona.key}".encode()).hexdigest()[:40]

    def check(self, headers: Headers, body: bytes) -> None:
        """Check a POST's signed headers. Raises `Refused`."""
        self._guard.check(headers, body, self.now())

    def give_key(self) -> dict[str, Any]:
        """Return the content key, made anew when there is none or it has expired."""
        now = self.now()
        with self._lock:
            if self._key is None or self._key[1] <= now:
                self._key = (os.urandom(32), now + KEY_LIFETIME)
            key, until = self._key
        left = until - now
        return {
            "secretKey": wrap(key, self.config.kek),
            "pubKey": self.config.kek,
            "issueAt": milliseconds(now),
            "expiresIn": left // timedelta(milliseconds=1),
        }

    def revoke_key(self) -> None:
        """Forget the content key: messages under it are answered D30002 from now on."""
        with self._lock:
            self._key = None

    def live_key(self) -> bytes:
        """Return the content key. Raises `Refused` D30002 when there is none."""
        with self._lock:
            if self._key is None or self._key[1] <= self.now():
                raise Refused("D30002", "the content key is missing or expired")
            return self._key[0]

    def read(self, body: bytes) -> dict[str, Any]:
        """Decrypt a request's content. Raises `Refused`."""
        try:
            envelope = json.loads(body)
        except ValueError as error:
            raise Refused("D20003", "no JSON") from error
        return decrypt(self.live_key(), envelope.get("content") if isinstance(envelope, dict) else None)

    def give_token(self, content: Mapping[str, Any]) -> dict[str, Any]:
        """Exchange a code. Raises `Refused` D40004 for one that is unknown, used or older than 30 seconds."""
        if content.get("grantType") != "authorization_code":
            raise Refused("D20003", "grantType is wrong")
        now = self.now()
        grant = self.codes.take(str(content.get("code")), now)
        if grant is None:
            raise Refused("D40004", "the code is unknown or expired")
        return {
            "accessToken": self._tokens.issue(grant, now),
            "tokenType": "Bearer",
            "issueAt": milliseconds(now),
            "expiresIn": TOKEN_LIFETIME // timedelta(milliseconds=1),
            "openID": self.open_id(grant.persona),
            "lastModifiedDate": milliseconds(grant.account.modified),
            "userType": grant.account.user_type,
            "scope": grant.scope,
        }

    def authorised(self, content: Mapping[str, Any], scope: str) -> Grant:
        """Return whose access token a request has. Raises `Refused` for a wrong token, openID, scope or callback."""
        grant = self._tokens.peek(str(content.get("accessToken")), self.now())
        if grant is None:
            raise Refused("D20009", "the access token is unknown or expired")
        if content.get("openID") != self.open_id(grant.persona):
            raise Refused("D20010", "the openID is not the token's")
        if scope not in grant.scope.split():
            raise Refused("D20015", f"the scope does not cover {scope}")
        if content.get("redirectURI") != self.config.notice_uri:
            raise Refused("D20008", "the callback is not registered")
        return grant

    def claim_business(self, content: Mapping[str, Any]) -> tuple[str, str]:
        """Return a request's businessID, which nobody has used, and state. Raises `Refused`."""
        business_id, state = content.get("businessID"), content.get("state")
        if not isinstance(business_id, str) or not 0 < len(business_id) <= 36 or not isinstance(state, str) or len(state) > 36:
            raise Refused("D20003", "businessID or state is wrong")
        if not self._businesses.put_if_absent(business_id, None, self.now()):
            raise Refused("D20011", "the businessID was used before")
        return business_id, state

    def begin_profile(self, content: Mapping[str, Any]) -> dict[str, Any]:
        """Accept a profile request. Raises `Refused`."""
        grant = self.authorised(content, "eidapi_profiles")
        fields = _read_fields(content)
        business_id, state = self.claim_business(content)
        return {"authByQR": True, "ticketID": self._tickets.issue(Ticket(grant, business_id, state, fields), self.now())}

    def ticket(self, ticket_id: str) -> Ticket | None:
        """Return a profile request that still waits."""
        return self._tickets.peek(ticket_id, self.now())

    def finish_profile(self, ticket_id: str, *, agreed: bool) -> bool:
        """Post the profile, or the refusal, to the client; False when another answer was faster."""
        ticket = self._tickets.take(ticket_id, self.now())
        if ticket is None:
            return False
        content = {"businessID": ticket.business_id, "state": ticket.state}
        self.post_result({**content, **(profile_of(ticket.grant, ticket.fields) if agreed else {})}, agreed=agreed)
        return True

    def post_result(self, content: Mapping[str, Any], *, agreed: bool) -> None:
        """Post what came of a request to the client's callback, under a content key of its own, in the background."""
        key = os.urandom(32)
        body = {
            "txID": os.urandom(16).hex(),
            "code": "D00000" if agreed else "D40001",
            "message": "SUCCESS" if agreed else "the user rejected the request",
            "secretKey": wrap(key, self.config.kek),
            "content": encrypt(key, content),
        }
        self.config.run(lambda: self._deliver(self.config.notice_uri, json.dumps(body).encode()))

    def _deliver(self, url: str, body: bytes) -> None:
        """Post until the client acknowledges, some times, waiting longer each time."""
        for attempt in range(ATTEMPTS):
            try:
                if self.config.post(url, body) == 200:
                    return
            except OSError as error:
                logger.warning("callback not delivered: %s", error)
            time.sleep(0.2 * 2**attempt)
        logger.warning("callback given up")


def _read_fields(content: Mapping[str, Any]) -> tuple[str, ...]:
    fields = content.get("profileFields")
    known = {"idNo", "enName", "chName", "gender", "birthDate"}
    if not isinstance(fields, list) or not fields or not set(map(str, fields)) <= known:
        raise Refused("D20003", "profileFields is wrong")
    return tuple(map(str, fields))


def milliseconds(moment: datetime) -> int:
    """Return a moment in milliseconds since 1970, as iAM Smart writes them."""
    return int(moment.timestamp() * 1000)
