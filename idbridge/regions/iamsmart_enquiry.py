"""What all of iAM Smart's enquiries have in common: a reference, a state, the page of a ticket, the message that answers.

The answer is encrypted to a public key, which proves nothing about its sender. What proves it is inside: the unguessable
businessID of the enquiry and a state made from it with the client's secret, both told to iAM Smart alone. States are made for
one purpose, so that the answer to one kind of enquiry is never taken for that to another.
"""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from idbridge.regions.connector import RegionRefusal, Start
from idbridge.regions.iamsmart_channel import IamSmartChannel
from idbridge.regions.iamsmart_config import LANGUAGES, IamSmartConfig, source_of
from idbridge.regions.replies import UnverifiedObject, read_object, text

MAX_CODE = 1024
"""Characters of a code, token or openID; those seen have under a hundred."""

MAX_NOTICE = 256 * 1024
"""Bytes of a posted message: a profile has under four thousand, a signature's CMS some ten."""


@dataclass(frozen=True, slots=True)
class Answered:
    """A posted message that an enquiry of ours asked for: its envelope, and its content, which may still be a refusal."""

    reference: str
    envelope: UnverifiedObject
    content: UnverifiedObject


class Enquiries:
    """The enquiries of one client for one *purpose*."""

    def __init__(
        self, config: IamSmartConfig, channel: IamSmartChannel, entropy: Callable[[int], bytes], purpose: str = "enquiry"
    ) -> None:
        self._config = config
        self._channel = channel
        self._entropy = entropy
        self._purpose = purpose

    def reference(self) -> str:
        """Return a new businessID, which has at most 36 characters."""
        return self._entropy(18).hex()

    def state(self, reference: str) -> str:
        """Return the state that goes with a reference."""
        digest = hmac.digest(self._config.client_secret.encode(), f"{self._purpose}:{reference}".encode(), "sha256")
        return urlsafe_b64encode(digest[:24]).decode("ascii")

    def page(self, accepted: UnverifiedObject, start: Start) -> str | None:
        """Return where the browser goes while the user decides; None where the app is asked directly.

        Raises `RegionRefusal` for an answer without a ticket.
        """
        ticket = member(self._config, accepted, "ticketID", MAX_CODE)
        if accepted.get("authByQR") is not True:
            return None
        query = {
            "clientID": self._config.client_id,
            "ticketID": ticket,
            "source": source_of(start.user_agent),
            "redirectURI": start.return_url,
            "lang": LANGUAGES.get(start.language, "en-US"),
            "state": start.state,
        }
        return f"{self._config.base_url}{self._config.paths.ticket_page}?{urlencode(query)}"

    def read(self, body: bytes) -> Answered:
        """Read a posted message. Raises `RegionRefusal` ``untrusted`` for one that no enquiry of ours asked for."""
        envelope, content = self._open(body)
        reference = text(content, "businessID", 36)
        state = text(content, "state", 36)
        if not reference or not hmac.compare_digest(state.encode(), self.state(reference).encode()):
            raise RegionRefusal(self._config.region, "untrusted", "notice:state")
        return Answered(reference, envelope, content)

    def _open(self, body: bytes) -> tuple[UnverifiedObject, UnverifiedObject]:
        """Return a posted message's envelope and its decrypted content."""
        if len(body) > MAX_NOTICE:
            raise RegionRefusal(self._config.region, "untrusted", "notice:size")
        try:
            envelope = read_object(body)
            return envelope, self._channel.open(envelope)
        except ValueError as error:  # `MessageFault` is one
            raise RegionRefusal(self._config.region, "untrusted", "notice:content") from error


def member(config: IamSmartConfig, values: UnverifiedObject, name: str, limit: int) -> str:
    """Return a text that must be there. Raises `RegionRefusal` ``untrusted``."""
    found = text(values, name, limit)
    if not found or not found.isprintable():
        raise RegionRefusal(config.region, "untrusted", f"claim:{name}")
    return found


def acknowledgement(config: IamSmartConfig) -> bytes:
    """Return iAM Smart's envelope for success, which answers a message that was heard."""
    return f'{{"code":"{config.code_letter}00000","message":"SUCCESS"}}'.encode()
