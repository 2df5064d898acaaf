"""Hong Kong's iAM Smart (智方便): its own protocol, like OAuth 2 but encrypted, signed and half asynchronous.

A login gives a token, an ``openID`` and the user type; personal data are asked for separately, and arrive as a message that
iAM Smart posts to the bridge. Every login is a new authentication in the user's app, so `Start.fresh` needs nothing more.

A posted message is encrypted to a public key, which proves nothing about its sender. What proves it is inside: the
unguessable businessID of the enquiry and a state made from it with the client's secret, both told to iAM Smart alone.
"""

from __future__ import annotations

import hmac
import logging
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from datetime import datetime
from urllib.parse import urlencode

from idbridge.exchange import Steps
from idbridge.identity.assertion import Attributes, Issuer, RegionAssertion, RegionCode, UpstreamSubject
from idbridge.identity.assurance import Assurance
from idbridge.regions.attributes import read_attributes
from idbridge.regions.claims import Need
from idbridge.regions.connector import Departure, Enquiry, Memo, Notice, RegionRefusal, Start
from idbridge.regions.iamsmart_channel import IamSmartChannel, read_milliseconds
from idbridge.regions.iamsmart_config import LANGUAGES, IamSmartConfig, source_of
from idbridge.regions.levels import meet
from idbridge.regions.replies import UnverifiedObject, read_object, text

logger = logging.getLogger(__name__)

MAX_CODE = 1024
"""Characters of a code, token or openID; those seen have under a hundred."""

MAX_NOTICE = 256 * 1024
"""Bytes of a posted message: a profile has under four thousand."""

_NOTICE_CLAIMS = frozenset({"businessID", "state"})


class IamSmartConnector:
    """A `Connector` for iAM Smart. It keeps the content key in memory, nothing else."""

    echoes_state = True

    def __init__(self, config: IamSmartConfig, entropy: Callable[[int], bytes] = secrets.token_bytes) -> None:
        self.region: RegionCode = config.region
        self.issuer: Issuer = config.issuer
        self._config = config
        self._entropy = entropy
        self._channel = IamSmartChannel(config, entropy)
        self._levels = dict(config.levels)

    def depart(self, start: Start) -> Steps[Departure]:
        """Build the address of the QR page, which opens the app by itself on a phone."""
        yield from ()
        query = {
            "clientID": self._config.client_id,
            "responseType": "code",
            "source": source_of(start.user_agent),
            "redirectURI": start.return_url,
            "scope": " ".join(self._config.scopes),
            "lang": LANGUAGES.get(start.language, "en-US"),
            "state": start.state,
            "brokerPage": "true" if self._config.broker_page else "false",
        }
        url = f"{self._config.base_url}{self._config.paths.login_page}?{urlencode(query)}"
        return Departure(url, {"state": start.state, "least": start.least.name})

    def arrive(self, answer: Mapping[str, str], memo: Memo, now: datetime) -> Steps[RegionAssertion]:
        """Exchange the code, which lives 30 seconds. Adds to *memo* what `ask` needs. Raises `RegionRefusal`."""
        code = self._judge_answer(answer, memo)
        message = {"code": code, "grantType": "authorization_code"}
        granted = yield from self._channel.call(self._config.paths.code_exchange, message, "getToken", now)
        self._config.token_claims.sift(self.region, granted)
        subject = self._member(granted, "openID", 255)
        memo["access_token"] = self._member(granted, "accessToken", MAX_CODE)
        level = self._levels.get(str(granted.get("userType")), Assurance.NONE)
        meet(self.region, level, memo)
        modified = granted.get("lastModifiedDate")
        return RegionAssertion(
            region=self.region,
            issuer=self.issuer,
            subject=UpstreamSubject(subject),
            assurance=level,
            authenticated_at=self._authenticated(granted, now),
            methods=("iamsmart",),
            version=str(modified) if read_milliseconds(modified) else "",
        )

    def ask(self, assertion: RegionAssertion, memo: Memo, start: Start) -> Steps[Enquiry]:
        """Ask for the profile: the user agrees in the app, the answer comes to `Start.notice_url`. Raises `RegionRefusal`."""
        config = self._config
        reference = self._entropy(18).hex()  # businessID has at most 36 characters
        message = {
            "businessID": reference,
            "accessToken": memo["access_token"],
            "openID": assertion.subject,
            "source": source_of(start.user_agent),
            "redirectURI": start.notice_url,
            "state": self._enquiry_state(reference),
            "profileFields": [row.name for row in config.profile_claims.rows if row.need is not Need.IGNORED],
        }
        accepted = yield from self._channel.call(config.paths.profile, message, "profile", start.now)
        ticket = self._member(accepted, "ticketID", MAX_CODE)
        return Enquiry(reference, self._ticket_page(ticket, start) if accepted.get("authByQR") is True else None, {})

    def hear(self, body: bytes, headers: Mapping[str, str], now: datetime) -> Steps[Notice]:  # noqa: ARG002 - the protocol's
        """Read a posted profile. Raises `RegionRefusal` ``untrusted`` for a message that no enquiry of ours asked for.

        Once it is ours, whatever is wrong with it becomes the notice's `refused`, so that the user who waits is told.
        """
        yield from ()
        envelope, content = self._open(body)
        reference = text(content, "businessID", 36)
        state = text(content, "state", 36)
        if not reference or not hmac.compare_digest(state.encode(), self._enquiry_state(reference).encode()):
            raise RegionRefusal(self.region, "untrusted", "notice:state")
        try:
            return Notice(reference, self._profile(envelope, content))
        except RegionRefusal as refusal:
            return Notice(reference, None, f"{refusal.code} {refusal.check}".rstrip())

    def acknowledgement(self) -> bytes:
        """Return iAM Smart's envelope for success."""
        return f'{{"code":"{self._config.code_letter}00000","message":"SUCCESS"}}'.encode()

    def _judge_answer(self, answer: Mapping[str, str], memo: Memo) -> str:
        """Return the callback's code; one with nothing but a state is a user's no."""
        if not hmac.compare_digest(answer.get("state", "").encode(), memo["state"].encode()):
            raise RegionRefusal(self.region, "untrusted", "state")
        if number := answer.get("error_code", "")[:16].removeprefix(self._config.code_letter):
            raise self._channel.refusal_of(number, "answer") or RegionRefusal(self.region, "unavailable", "answer")
        code = answer.get("code", "")
        if not code:
            raise RegionRefusal(self.region, "cancelled")
        if len(code) > MAX_CODE:
            raise RegionRefusal(self.region, "untrusted", "code")
        return code

    def _member(self, values: UnverifiedObject, name: str, limit: int) -> str:
        found = text(values, name, limit)
        if not found or not found.isprintable():
            raise RegionRefusal(self.region, "untrusted", f"claim:{name}")
        return found

    def _authenticated(self, granted: UnverifiedObject, now: datetime) -> datetime:
        """Return when the token was issued, never later than now: the authentication was just before."""
        issued = read_milliseconds(granted.get("issueAt"))
        return min(issued, now) if issued else now

    def _enquiry_state(self, reference: str) -> str:
        digest = hmac.digest(self._config.client_secret.encode(), f"enquiry:{reference}".encode(), "sha256")
        return urlsafe_b64encode(digest[:24]).decode("ascii")

    def _ticket_page(self, ticket: str, start: Start) -> str:
        query = {
            "clientID": self._config.client_id,
            "ticketID": ticket,
            "source": source_of(start.user_agent),
            "redirectURI": start.return_url,
            "lang": LANGUAGES.get(start.language, "en-US"),
            "state": start.state,
        }
        return f"{self._config.base_url}{self._config.paths.ticket_page}?{urlencode(query)}"

    def _open(self, body: bytes) -> tuple[UnverifiedObject, UnverifiedObject]:
        """Return a posted message's envelope and its decrypted content."""
        if len(body) > MAX_NOTICE:
            raise RegionRefusal(self.region, "untrusted", "notice:size")
        try:
            envelope = read_object(body)
            return envelope, self._channel.open(envelope)
        except ValueError as error:  # `MessageFault` is one
            raise RegionRefusal(self.region, "untrusted", "notice:content") from error

    def _profile(self, envelope: UnverifiedObject, content: UnverifiedObject) -> Attributes:
        if (refused := self._channel.refusal_of(self._channel.number(envelope), "profile")) is not None:
            raise refused
        table = self._config.profile_claims
        return read_attributes(self.region, table, table.sift(self.region, content, _NOTICE_CLAIMS))
