"""Hong Kong's iAM Smart (智方便): its own protocol, like OAuth 2 but encrypted, signed and half asynchronous.

A login gives a token, an ``openID`` and the user type; personal data are asked for separately, and arrive as a message that
iAM Smart posts to the bridge. Every login is a new authentication in the user's app, so `Start.fresh` needs nothing more.

How a posted message is told from a stranger's is `iamsmart_enquiry`'s.
"""

from __future__ import annotations

import hmac
import logging
import secrets
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
from idbridge.regions.iamsmart_enquiry import MAX_CODE, Enquiries, acknowledgement, member
from idbridge.regions.levels import meet
from idbridge.regions.replies import UnverifiedObject

logger = logging.getLogger(__name__)

_NOTICE_CLAIMS = frozenset({"businessID", "state"})


class IamSmartConnector:
    """A `Connector` for iAM Smart. It keeps the content key in memory, nothing else."""

    echoes_state = True

    def __init__(self, config: IamSmartConfig, entropy: Callable[[int], bytes] = secrets.token_bytes) -> None:
        self.region: RegionCode = config.region
        self.issuer: Issuer = config.issuer
        self._config = config
        self._channel = IamSmartChannel(config, entropy)
        self._enquiries = Enquiries(config, self._channel, entropy)
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
        subject = member(self._config, granted, "openID", 255)
        memo["access_token"] = member(self._config, granted, "accessToken", MAX_CODE)
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
        reference = self._enquiries.reference()
        message = {
            "businessID": reference,
            "accessToken": memo["access_token"],
            "openID": assertion.subject,
            "source": source_of(start.user_agent),
            "redirectURI": start.notice_url,
            "state": self._enquiries.state(reference),
            "profileFields": [row.name for row in config.profile_claims.rows if row.need is not Need.IGNORED],
        }
        accepted = yield from self._channel.call(config.paths.profile, message, "profile", start.now)
        return Enquiry(reference, self._enquiries.page(accepted, start), {})

    def hear(self, body: bytes, headers: Mapping[str, str], now: datetime) -> Steps[Notice]:  # noqa: ARG002 - the protocol's
        """Read a posted profile. Raises `RegionRefusal` ``untrusted`` for a message that no enquiry of ours asked for.

        Once it is ours, whatever is wrong with it becomes the notice's `refused`, so that the user who waits is told.
        """
        yield from ()
        heard = self._enquiries.read(body)
        try:
            return Notice(heard.reference, self._profile(heard.envelope, heard.content))
        except RegionRefusal as refusal:
            return Notice(heard.reference, None, f"{refusal.code} {refusal.check}".rstrip())

    def acknowledgement(self) -> bytes:
        """Return iAM Smart's envelope for success."""
        return acknowledgement(self._config)

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

    def _authenticated(self, granted: UnverifiedObject, now: datetime) -> datetime:
        """Return when the token was issued, never later than now: the authentication was just before."""
        issued = read_milliseconds(granted.get("issueAt"))
        return min(issued, now) if issued else now

    def _profile(self, envelope: UnverifiedObject, content: UnverifiedObject) -> Attributes:
        if (refused := self._channel.refusal_of(self._channel.number(envelope), "profile")) is not None:
            raise refused
        table = self._config.profile_claims
        return read_attributes(self.region, table, table.sift(self.region, content, _NOTICE_CLAIMS))
