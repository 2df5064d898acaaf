"""Guangdong's unified identity platform (广东省统一身份认证平台, behind 粤省事 and 粤商通): its dialect of OAuth 2.

The platform has no ``state`` of its own: it is put into the redirect URI, or, where the platform compares redirect URIs to
the letter, left out; the caller binds the answer to the browser by a cookie either way. Tokens and the client's secret
travel in query strings, so request URLs must never be logged.
"""

from __future__ import annotations

import hmac
import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from idbridge.exchange import HttpRequest, Steps
from idbridge.identity.assertion import (
    Attributes,
    IdentityDocument,
    Issuer,
    Organisation,
    PersonName,
    RegionAssertion,
    RegionCode,
    UpstreamSubject,
)
from idbridge.identity.documents import DocumentRefusal, birthdate
from idbridge.regions.attributes import Unreadable, read_attributes, read_text
from idbridge.regions.connector import AttributesAtOnce, Departure, Memo, RegionRefusal, Start
from idbridge.regions.guangdong_config import GuangdongConfig
from idbridge.regions.guangdong_user import Account, read_account, read_card, read_level
from idbridge.regions.levels import meet
from idbridge.regions.replies import UnverifiedObject, clean_name, log_names, object_of, send, text

logger = logging.getLogger(__name__)

MAX_CODE = 1024
"""Characters of a code or token; OpenAM's are far shorter."""


def _identified(attributes: Attributes, card: IdentityDocument | None) -> Attributes:
    """Add the card, and the date of birth that its number holds: the platform sends none."""
    if card is None:
        return attributes
    return replace(attributes, documents=(card,), birthdate=attributes.birthdate or birthdate(card))


class GuangdongConnector(AttributesAtOnce):
    """A `Connector` for Guangdong's platform. It holds no state."""

    def __init__(self, config: GuangdongConfig) -> None:
        self.region: RegionCode = config.region
        self.issuer: Issuer = config.issuer
        self.echoes_state = config.state_in == "redirect_uri"
        self._config = config
        self._kinds = dict(config.card_kinds)
        self._levels = dict(config.levels)

    def depart(self, start: Start) -> Steps[Departure]:
        """Build the redirect; a fresh login goes by the platform's logout, since it has no other way to ask for one."""
        yield from ()
        config = self._config
        return_url = start.return_url
        if self.echoes_state:
            return_url += ("&" if "?" in return_url else "?") + urlencode({"state": start.state})
        url = self._url(
            config.paths.authorize,
            service="initService",
            response_type="code",
            client_id=config.client_id,
            scope="all",
            redirect_uri=return_url,
        )
        if start.fresh:
            url = self._url(config.paths.logout, redirect_uri=url)
        return Departure(url, {"state": start.state, "return_url": return_url, "least": start.least.name})

    def arrive(self, answer: Mapping[str, str], memo: Memo, now: datetime) -> Steps[RegionAssertion]:
        """Exchange the code and read the account. Raises `RegionRefusal`."""
        code = self._judge_answer(answer, memo)
        reply = yield from self._user(code, memo)
        try:
            account = read_account(reply, self._config.fields)
        except ValueError as error:
            raise RegionRefusal(self.region, "unavailable", "user:account") from error
        level = read_level(reply, account, self._config.fields, self._levels)
        meet(self.region, level, memo)
        subject, attributes = self._read(account)
        method = dict(self._config.methods).get(str(account.get(self._config.fields.method)))
        return RegionAssertion(
            region=self.region,
            issuer=self.issuer,
            subject=subject,
            assurance=level,
            authenticated_at=now,
            methods=(method,) if method else (),
            version=clean_name(str(account.get(self._config.fields.version, ""))),
            attributes=attributes,
        )

    def _url(self, path: str, **query: str) -> str:
        return f"{self._config.base_url}{path}?{urlencode(query)}"

    def _judge_answer(self, answer: Mapping[str, str], memo: Memo) -> str:
        if self.echoes_state and not hmac.compare_digest(answer.get("state", "").encode(), memo["state"].encode()):
            raise RegionRefusal(self.region, "untrusted", "state")
        code = answer.get("code", "")
        if code:
            if len(code) > MAX_CODE:
                raise RegionRefusal(self.region, "untrusted", "code")
            return code
        error = next((answer[name] for name in self._config.fields.errors if answer.get(name)), "")
        if error in ("", "access_denied"):  # the platform sends a user who gives up back with nothing
            raise RegionRefusal(self.region, "cancelled")
        raise RegionRefusal(self.region, "unavailable", f"answer:{clean_name(error)}")

    def _user(self, code: str, memo: Memo) -> Steps[UnverifiedObject]:
        """Exchange the code for a token and the token for the account."""
        config = self._config
        token_url = self._url(
            config.paths.code_exchange,
            client_id=config.client_id,
            client_secret=config.client_secret,
            code=code,
            scope="all",
            grant_type="authorization_code",
            redirect_uri=memo["return_url"],
        )
        token = text((yield from self._get(token_url, "token")), "access_token", MAX_CODE)
        if not token:
            raise RegionRefusal(self.region, "untrusted", "token")
        return (yield from self._get(self._url(config.paths.user, access_token=token), "user"))

    def _get(self, url: str, purpose: str) -> Steps[UnverifiedObject]:
        """Get one object. Errors come with any status, in members of several names."""
        response = yield from send(self.region, HttpRequest("GET", url, (("Accept", "application/json"),)), purpose)
        reply = object_of(self.region, response, purpose)
        error = next((reply[name] for name in self._config.fields.errors if reply.get(name) not in (None, "", 0, "0")), None)
        if error == "invalid_grant":
            raise RegionRefusal(self.region, "untrusted", "code")
        if error is not None or response.status != 200:
            named = clean_name(str(error)) if isinstance(error, str | int) else "status"
            raise RegionRefusal(self.region, "unavailable", f"{purpose}:{named}")
        return reply

    def _read(self, account: Account) -> tuple[UpstreamSubject, Attributes]:
        user_type = str(account.get(self._config.fields.user_type))
        if user_type == self._config.person_type:
            return self._read_person(account)
        if user_type == self._config.company_type:
            return self._read_company(account)
        raise RegionRefusal(self.region, "untrusted", f"claim:{self._config.fields.user_type}")

    def _read_person(self, account: Account) -> tuple[UpstreamSubject, Attributes]:
        fields, table = self._config.fields, self._config.person_claims
        attributes = read_attributes(self.region, table, table.sift(self.region, account))
        card = self._card(account, fields.card_number, fields.card_type)
        return self._subject(account, fields.subject), _identified(attributes, card)

    def _read_company(self, account: Account) -> tuple[UpstreamSubject, Attributes]:
        """Read a company's account: its linked natural person is the subject, the company what the person acts for."""
        fields, table = self._config.fields, self._config.company_claims
        attributes = read_attributes(self.region, table, table.sift(self.region, account))
        registration = self._card(account, fields.card_number, fields.card_type)
        if registration is None or registration.kind != "USCC":
            raise RegionRefusal(self.region, "untrusted", f"claim:{fields.card_number}")
        card = self._card(account, fields.link_card_number, fields.link_card_type)
        if not any(isinstance(name, PersonName) for name in attributes.names):
            raise RegionRefusal(self.region, "untrusted", f"claim:{fields.link_name}")
        organisation = Organisation((("zh-Hans", self._text(account, fields.name)),), registration, self._role(account))
        return self._linked_subject(account, card), replace(_identified(attributes, card), organisations=(organisation,))

    def _role(self, account: Account) -> str:
        fields = self._config.fields
        number = account.get(fields.link_card_number)
        return "legal-representative" if number is not None and number == account.get(fields.legal_code) else "contact"

    def _linked_subject(self, account: Account, card: IdentityDocument | None) -> UpstreamSubject:
        """Return the linked person's own id, or one made of the card's number that does not show it."""
        if account.get(self._config.fields.link_subject) is not None:
            return self._subject(account, self._config.fields.link_subject)
        if card is None or not self._config.link_key:
            raise RegionRefusal(self.region, "untrusted", f"claim:{self._config.fields.link_subject}")
        digest = hmac.digest(self._config.link_key.encode(), f"{card.kind}:{card.number}".encode(), "sha256")
        return UpstreamSubject(f"link:{digest.hex()}")

    def _subject(self, account: Account, name: str) -> UpstreamSubject:
        subject = self._text(account, name)
        if len(subject) > 255 or subject.startswith("link:"):
            raise RegionRefusal(self.region, "untrusted", f"claim:{name}")
        return UpstreamSubject(subject)

    def _text(self, account: Mapping[str, Any], name: str) -> str:
        try:
            return read_text(account.get(name))
        except Unreadable as error:
            raise RegionRefusal(self.region, "untrusted", f"claim:{name}") from error

    def _card(self, account: Account, number: str, code: str) -> IdentityDocument | None:
        """Read a card; one that fails its checks is left out and logged by name."""
        try:
            return read_card(account.get(number), account.get(code), self._kinds)
        except DocumentRefusal:
            log_names(logger, self.region, "unreadable claim", [number])
            return None
