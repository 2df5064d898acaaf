"""A small OCSP responder over HTTP (RFC 6960 appendix A) for the sandbox: a WSGI application, one authority.

Not for production: it signs each answer when asked, and knows only the authority's own folder.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import unquote

from cryptography.x509.ocsp import OCSPResponseStatus

from idbridge.clock import Clock
from idbridge.pki.issuing.ocsp import MAX_REQUEST_BYTES, Responder, refusal, respond
from idbridge.services.certificate_authority import CertificateAuthority

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

ANSWER_PERIOD = timedelta(hours=12)
"""How long an answer may be relied upon."""


class OcspApplication:
    """Answers about the certificates of one authority, by POST or by GET with the request in the path."""

    def __init__(self, authority: CertificateAuthority, responder: Responder, clock: Clock) -> None:
        self._authority = authority
        self._responder = responder
        self._clock = clock

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one HTTP request."""
        if environ["REQUEST_METHOD"] not in ("GET", "POST"):
            start_response("405 Method Not Allowed", [("Allow", "GET, POST"), ("Content-Length", "0")])
            return [b""]
        answer = self._answer(_request(environ))
        start_response("200 OK", [("Content-Type", "application/ocsp-response"), ("Content-Length", str(len(answer)))])
        return [answer]

    def _answer(self, request: bytes | None) -> bytes:
        if request is None:
            return refusal(OCSPResponseStatus.MALFORMED_REQUEST)
        now = self._clock().replace(microsecond=0)
        return respond(
            request,
            lambda serial: self._authority.status(serial, now),
            self._responder,
            this_update=now,
            next_update=now + ANSWER_PERIOD,
        )


def _request(environ: WSGIEnvironment) -> bytes | None:
    """Return the DER request, None where there is none that can be read."""
    if environ["REQUEST_METHOD"] == "POST":
        length = environ.get("CONTENT_LENGTH") or "0"
        if not length.isascii() or not length.isdigit() or int(length) > MAX_REQUEST_BYTES:
            return None
        body: bytes = environ["wsgi.input"].read(int(length))
        return body
    encoded = unquote(environ.get("PATH_INFO", "")).lstrip("/")
    if len(encoded) > 2 * MAX_REQUEST_BYTES:
        return None
    try:
        return base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        return None
