"""Time-stamping authorities over HTTP (RFC 3161 clause 3.4) for the sandbox: a WSGI application, ``/<certificate's id>`` each.

Not for production: the time is this machine's clock, whose accuracy nobody watches over, and the keys are files.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final

from idbridge.clock import Clock
from idbridge.services.demo_pki import DemoPki
from idbridge.services.signing import SigningKey, drive
from idbridge.signatures.making.timestamp_answers import TimestampPolicy, answer_request, refusal_answer
from idbridge.signatures.making.timestamping import MEDIA_TYPE_QUERY, MEDIA_TYPE_REPLY

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

MAX_REQUEST_BYTES: Final = 4 << 10
"""A request with SHA-512, nonce and policy has under 200 octets."""

SERIAL_BITS: Final = 127
"""Up to 160 are to be expected by clients (clause 2.4.2); drawn at random, so that none is given twice after a restart."""

POLICY: Final = "2.25.209418468690324040839483063307340586841.4.1"
"""Ours, below the UUID that the demonstration PKI's policies are below: stamps of a demonstration, good for nothing else."""

PROFILE: Final = "time-stamping"


class TimestampApplication:
    """The authorities of a PKI, by the ids of their certificates."""

    def __init__(self, authorities: Mapping[str, SigningKey], clock: Clock, policy: TimestampPolicy | None = None) -> None:
        self._authorities = authorities
        self._clock = clock
        self._policy = policy or TimestampPolicy((POLICY,))

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one HTTP request."""
        authority = self._authorities.get(str(environ.get("PATH_INFO", "")).strip("/"))
        if authority is None:
            start_response("404 Not Found", [("Content-Length", "0")])
            return [b""]
        if environ["REQUEST_METHOD"] != "POST":
            start_response("405 Method Not Allowed", [("Allow", "POST"), ("Content-Length", "0")])
            return [b""]
        if environ.get("CONTENT_TYPE", "").partition(";")[0].strip().lower() != MEDIA_TYPE_QUERY:
            start_response("415 Unsupported Media Type", [("Accept", MEDIA_TYPE_QUERY), ("Content-Length", "0")])
            return [b""]
        answer = self._answer(_request(environ), authority)
        start_response("200 OK", [("Content-Type", MEDIA_TYPE_REPLY), ("Content-Length", str(len(answer)))])
        return [answer]

    def _answer(self, request: bytes | None, authority: SigningKey) -> bytes:
        if request is None:
            return refusal_answer("badDataFormat", f"a request has at most {MAX_REQUEST_BYTES} octets, and says how many")
        serial_number = 1 + secrets.randbits(SERIAL_BITS)
        making = answer_request(request, authority.signatory, self._policy, self._clock(), serial_number)
        return drive(making, authority.signer, None)


def _request(environ: WSGIEnvironment) -> bytes | None:
    """Return the request's body; None where it is too long, or of unknown length."""
    length = environ.get("CONTENT_LENGTH") or ""
    if not (length.isascii() and length.isdigit()) or int(length) > MAX_REQUEST_BYTES:
        return None
    body: bytes = environ["wsgi.input"].read(int(length))
    return body


def demo_authorities(pki: DemoPki) -> Mapping[str, SigningKey]:
    """Return the time-stamping authorities of a demonstration PKI; a token carries the authorities above too, without roots."""
    names = [planned.id for planned in pki.manifest.certificates if planned.profile == PROFILE]
    return {name: SigningKey(pki.certificate(name), pki.signer(name), pki.chain(name)[1:-1]) for name in names}
