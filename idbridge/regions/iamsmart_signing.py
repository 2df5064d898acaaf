"""Remote signing by iAM Smart (智方便數碼簽署): a digest goes out, the user approves in the app, a signature is posted back.

Two kinds: a hash is answered with the signature value and the user's certificate, a PDF's digest with a whole CMS message
for ``adbe.pkcs7.detached``. The document never leaves the service. Whose certificate it is and whether the signature holds
is for `services.remote_signing`; here only what was asked for is told from what was not.

Taken as the guides' names suggest, and refused by verifying if it is otherwise: hashCode and docDigest are SHA-256, and
``SHA256withRSA`` signs hashCode as the digest that it is.
"""

from __future__ import annotations

import hashlib
import secrets
from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from idbridge.exchange import Steps
from idbridge.regions.connector import RegionRefusal, Start
from idbridge.regions.iamsmart_channel import IamSmartChannel
from idbridge.regions.iamsmart_config import IamSmartConfig, source_of
from idbridge.regions.iamsmart_enquiry import MAX_NOTICE, Answered, Enquiries, acknowledgement
from idbridge.regions.replies import UnverifiedObject, text

SIGNATURE_ALGORITHM = "SHA256withRSA"
DIGEST_BYTES = 32

MAX_DEPARTMENT = 100
MAX_NAME = 255
"""Characters that the app shows, of the service's name and the document's (the guides' bounds)."""


class SigningKind(StrEnum):
    """What is asked for."""

    HASH = "hash"
    PDF = "pdf"


@dataclass(frozen=True, slots=True)
class SigningUser:
    """Whose signature is asked for: token and openID of a login with the scope ``eidapi_sign``."""

    access_token: str = field(repr=False)
    open_id: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SigningRequest:
    """What the user is to sign, and what the app says of it. `digest` is SHA-256.

    `identity_hash` is the `hkic_hash` of the person who must sign, where the service knows; it is personal data.
    """

    kind: SigningKind
    digest: bytes = field(repr=False)
    department: str
    service: str
    document: str = field(repr=False)
    identity_hash: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        if len(self.digest) != DIGEST_BYTES:
            raise ValueError(f"a digest has {DIGEST_BYTES} bytes")
        if len(self.department) > MAX_DEPARTMENT or max(len(self.service), len(self.document)) > MAX_NAME:
            raise ValueError(f"a department has at most {MAX_DEPARTMENT} characters, service and document {MAX_NAME}")


@dataclass(frozen=True, slots=True)
class SigningEnquiry:
    """A request under way: its reference, and where the browser goes; None: the app of the user was asked directly."""

    reference: str
    url: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class SigningAnswer:
    """What was posted for a request: the digest that was signed, and the value (a CMS message for a PDF), or why not.

    `certificate` (DER) comes with a hash only.
    """

    reference: str
    digest: bytes = field(default=b"", repr=False)
    value: bytes = field(default=b"", repr=False)
    certificate: bytes = field(default=b"", repr=False)
    refused: str | None = None


def hkic_hash(number: str) -> str:
    """Return HKICHash of an identity card number without its check digit ("A123456")."""
    return b64encode(hashlib.sha256(number.encode()).digest()).decode("ascii")


def identification_code(digest: bytes) -> str:
    """Return what the service shows and the user finds again in the app: the first eight digits of the hash, in fours."""
    digits = digest.hex().upper()
    return f"{digits[:4]} {digits[4:8]}"


class IamSmartSigning:
    """The protocol for one client. It keeps the content key in memory, nothing else."""

    def __init__(self, config: IamSmartConfig, entropy: Callable[[int], bytes] = secrets.token_bytes) -> None:
        self._config = config
        self._channel = IamSmartChannel(config, entropy)
        self._enquiries = Enquiries(config, self._channel, entropy, "signing")

    def ask(self, request: SigningRequest, user: SigningUser, start: Start) -> Steps[SigningEnquiry]:
        """Ask for a signature; the answer comes to `Start.notice_url`. Raises `RegionRefusal`."""
        reference = self._enquiries.reference()
        is_hash = request.kind is SigningKind.HASH
        digest = b64encode(request.digest).decode("ascii")
        message = {
            "businessID": reference,
            "accessToken": user.access_token,
            "openID": user.open_id,
            "source": source_of(start.user_agent),
            "redirectURI": start.notice_url,
            "state": self._enquiries.state(reference),
            "department": request.department,
            "serviceName": request.service,
            "documentName": request.document,
            **({"hashCode": digest, "sigAlgo": SIGNATURE_ALGORITHM} if is_hash else {"docDigest": digest}),
            **({"HKICHash": request.identity_hash} if request.identity_hash else {}),
        }
        path = self._config.paths.hash_signing if is_hash else self._config.paths.pdf_signing
        accepted = yield from self._channel.call(path, message, "signing", start.now)
        return SigningEnquiry(reference, self._enquiries.page(accepted, start))

    def hear(self, body: bytes, now: datetime) -> Steps[SigningAnswer]:  # noqa: ARG002 - as every step of a protocol
        """Read a posted answer. Raises `RegionRefusal` ``untrusted`` for a message that no request of ours asked for.

        Once it is ours, whatever is wrong with it becomes the answer's `refused`, so that the user who waits is told.
        """
        yield from ()
        answered = self._enquiries.read(body)
        try:
            return self._answer(answered)
        except RegionRefusal as refusal:
            return SigningAnswer(answered.reference, refused=f"{refusal.code} {refusal.check}".rstrip())

    def acknowledgement(self) -> bytes:
        """Return what a heard answer is answered with."""
        return acknowledgement(self._config)

    def _answer(self, answered: Answered) -> SigningAnswer:
        refused = self._channel.refusal_of(self._channel.number(answered.envelope), "signing")
        if refused is not None:
            raise refused
        content = answered.content
        if "pdfSignature" in content:
            return SigningAnswer(answered.reference, self._bytes(content, "docDigest"), self._bytes(content, "pdfSignature"))
        return SigningAnswer(
            answered.reference,
            self._bytes(content, "hashCode"),
            self._bytes(content, "signature"),
            self._bytes(content, "cert"),
        )

    def _bytes(self, content: UnverifiedObject, name: str) -> bytes:
        try:
            value = b64decode(text(content, name, MAX_NOTICE), validate=True)
        except ValueError:
            value = b""
        if not value:
            raise RegionRefusal(self._config.region, "untrusted", f"claim:{name}")
        return value
