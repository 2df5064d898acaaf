"""The demonstration PKI as its authorities would publish it: certificates, CRLs, OCSP answers, and the three trust lists.

The addresses are those that stand in the certificates, below the PKI's base URL. Only these files are served; keys lie in the
same folders and are not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from idbridge.clock import Clock
from idbridge.pki.issuing.ocsp import Responder
from idbridge.sandbox.ocsp import OcspApplication
from idbridge.services.demo_pki import DemoPki, read_profiles
from idbridge.trust.vocabulary import MIME_TYPE

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_NAME: Final = r"[a-z0-9][a-z0-9-]{0,63}"
_FILES: Final = (
    (re.compile(rf"/({_NAME})/certificate\.cer"), "authorities/{0}/certificate.cer", "application/pkix-cert"),
    (re.compile(rf"/({_NAME})/crl/({_NAME})\.crl"), "authorities/{0}/crl/{1}.crl", "application/pkix-crl"),
    (re.compile(r"/lists/([A-Z]{2})\.xml"), "lists/{0}.xml", MIME_TYPE),
)
"""Public addresses, where their files are, and the media types (RFC 2585 §4, TS 119 612 clause 6.1)."""

_OCSP: Final = re.compile(rf"/({_NAME})/ocsp(/.*)?")


class Publication:
    """A WSGI application for one built PKI."""

    def __init__(self, pki: DemoPki, certificates: Path, clock: Clock) -> None:
        self._folder = pki.folder
        self._responders = _responders(pki, certificates, clock)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one HTTP request."""
        path = str(environ.get("PATH_INFO", ""))
        if asked := _OCSP.fullmatch(path):
            responder = self._responders.get(asked[1])
            if responder is not None:
                return responder({**environ, "PATH_INFO": asked[2] or ""}, start_response)
        for pattern, place, media_type in _FILES:
            if found := pattern.fullmatch(path):
                file = self._folder / place.format(*found.groups())
                if file.is_file():
                    content = file.read_bytes()
                    start_response("200 OK", [("Content-Type", media_type), ("Content-Length", str(len(content)))])
                    return [content]
        start_response("404 Not Found", [("Content-Length", "0")])
        return [b""]


def _responders(pki: DemoPki, certificates: Path, clock: Clock) -> Mapping[str, WSGIApplication]:
    """Return the OCSP responder of every authority that has one."""
    profiles = read_profiles(certificates / "profiles.toml")
    made: dict[str, WSGIApplication] = {}
    for planned in pki.manifest.certificates:
        if planned.profile == "ocsp-responder":
            authority = pki.authority(planned.authority, profiles)
            responder = Responder(pki.certificate(planned.id), pki.signer(planned.id), pki.certificate(planned.authority))
            made[planned.authority] = OcspApplication(authority, responder, clock)
    return made
