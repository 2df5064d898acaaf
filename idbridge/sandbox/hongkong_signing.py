"""Remote signing at the sandbox's iAM Smart: what the app would ask of its user, and the signature that goes to the client.

Keys are those of the demonstration PKI, one for each persona that has iAM Smart+. A hash is answered with the RSA value and
the certificate, a PDF's digest with a CMS message.
"""

from __future__ import annotations

import hashlib
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

from idbridge.pki.issuing.signer import KeySigner
from idbridge.sandbox.hongkong_messages import Refused
from idbridge.sandbox.hongkong_server import TICKET_LIFETIME, Grant, IamSmart, milliseconds
from idbridge.sandbox.memory import Expiring
from idbridge.sandbox.personas import Persona
from idbridge.services.demo_pki import DemoPki
from idbridge.signatures.contents import HashedContent
from idbridge.signatures.making.cms.attributes import PLAIN
from idbridge.signatures.making.cms.signing import make_cades
from idbridge.signatures.making.steps import Making, Signatory, SignatureWanted, Statement

SCOPE = "eidapi_sign"
_TEXTS = (("department", 100), ("serviceName", 255), ("documentName", 255))

SigningKind = Literal["hash", "pdf"]


@dataclass(frozen=True, slots=True)
class PersonalKey:
    """A persona's signing certificate, the authorities above it, and the key."""

    certificate: bytes = field(repr=False)
    chain: tuple[bytes, ...] = field(repr=False)
    signer: KeySigner = field(repr=False)


@dataclass(frozen=True, slots=True)
class SigningTicket:
    """A request for a signature that waits for its user; `names` are department, service and document."""

    kind: SigningKind
    grant: Grant
    business_id: str
    state: str
    digest: bytes = field(repr=False)
    names: tuple[str, ...]
    key: PersonalKey

    @property
    def code(self) -> str:
        """What the user compares with the service's page."""
        first = self.digest[:4].hex().upper()
        return f"{first[:4]} {first[4:]}"


class Signatures:
    """Requests for signatures at one client's iAM Smart. *keys* are by the personas' keys."""

    def __init__(self, provider: IamSmart, keys: Mapping[str, PersonalKey]) -> None:
        self._provider = provider
        self._keys = keys
        self._tickets: Expiring[SigningTicket] = Expiring(TICKET_LIFETIME)

    def begin(self, kind: SigningKind, content: Mapping[str, Any]) -> dict[str, Any]:
        """Accept a request. Raises `Refused`: D70004 for one who may not sign, D70005 for another person's identity card."""
        grant = self._provider.authorised(content, SCOPE)
        key = self._keys.get(grant.persona.key)
        if grant.account.user_type != "sign" or key is None:
            raise Refused("D70004", "the user has no iAM Smart+")
        asked = content.get("HKICHash")
        if asked is not None and asked != _hkic_hash(grant.account.hkid):
            raise Refused("D70005", "the identity card is another person's")
        if kind == "hash" and content.get("sigAlgo", "SHA256withRSA") != "SHA256withRSA":
            raise Refused("D20003", "sigAlgo is not supported here")
        names = tuple(_text(content, name, limit) for name, limit in _TEXTS)
        digest = _digest(content.get("hashCode" if kind == "hash" else "docDigest"))
        business_id, state = self._provider.claim_business(content)
        ticket = SigningTicket(kind, grant, business_id, state, digest, names, key)
        return {"authByQR": True, "ticketID": self._tickets.issue(ticket, self._provider.now())}

    def ticket(self, ticket_id: str) -> SigningTicket | None:
        """Return a request that still waits."""
        return self._tickets.peek(ticket_id, self._provider.now())

    def finish(self, ticket_id: str, *, agreed: bool) -> bool:
        """Post the signature, or the refusal, to the client; False when another answer was faster."""
        now = self._provider.now()
        ticket = self._tickets.take(ticket_id, now)
        if ticket is None:
            return False
        content = {"businessID": ticket.business_id, "state": ticket.state}
        if agreed:
            content |= {"timestamp": str(milliseconds(now)), **_signed(ticket, now)}
        self._provider.post_result(content, agreed=agreed)
        return True


def demo_keys(pki: DemoPki, personas: Iterable[Persona]) -> Mapping[str, PersonalKey]:
    """Return the keys of those who have iAM Smart+, as far as the demonstration PKI has certificates for them."""
    issued = {planned.id: planned.authority for planned in pki.manifest.certificates}
    above = {planned.id: planned.issuer for planned in pki.manifest.authorities}
    keys: dict[str, PersonalKey] = {}
    for persona in personas:
        name = f"hk-{persona.key}"
        if persona.hongkong is not None and persona.hongkong.user_type == "sign" and name in issued:
            chain: list[bytes] = []
            authority: str | None = issued[name]
            while authority is not None:
                chain.append(pki.certificate(authority))
                authority = above[authority]
            keys[persona.key] = PersonalKey(pki.certificate(name), tuple(chain), pki.signer(name))
    return keys


def _signed(ticket: SigningTicket, now: datetime) -> dict[str, str]:
    digest = b64encode(ticket.digest).decode()
    if ticket.kind == "pdf":
        return {"docDigest": digest, "pdfSignature": b64encode(_message(ticket, now)).decode()}
    private_key = ticket.key.signer.private_key
    if not isinstance(private_key, rsa.RSAPrivateKey):
        raise TypeError("personal keys are RSA")
    value = private_key.sign(ticket.digest, padding.PKCS1v15(), Prehashed(hashes.SHA256()))
    certificate = b64encode(ticket.key.certificate).decode()
    return {"hashCode": digest, "signature": b64encode(value).decode(), "cert": certificate}


def _message(ticket: SigningTicket, now: datetime) -> bytes:
    key = ticket.key
    signatory = Signatory(key.certificate, key.signer.algorithm, key.chain)
    content = HashedContent({"SHA-256": ticket.digest})
    return _run(make_cades(content, signatory, Statement(now), attached=False, form=PLAIN), key.signer)


def _run(making: Making, signer: KeySigner) -> bytes:
    try:
        wanted = next(making)
        while isinstance(wanted, SignatureWanted):
            wanted = making.send(signer.sign(wanted.message))
    except StopIteration as done:
        message: bytes = done.value
        return message
    raise TypeError("a plain message wants nothing but a signature")


def _hkic_hash(hkid: str) -> str:
    number = hkid.partition("(")[0]
    return b64encode(hashlib.sha256(number.encode()).digest()).decode()


def _digest(value: object) -> bytes:
    try:
        digest = b64decode(str(value), validate=True)
    except ValueError:
        digest = b""
    if len(digest) != 32:
        raise Refused("D20003", "the digest is no SHA-256")
    return digest


def _text(content: Mapping[str, Any], name: str, limit: int) -> str:
    value = content.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= limit:
        raise Refused("D20003", f"{name} is wrong")
    return value
