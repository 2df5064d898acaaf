"""Whether a client's registration is sound: everything wrong with it, in one go."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from idbridge.oidc.clients import Client
from idbridge.oidc.provider import OPENID


@dataclass(frozen=True, slots=True)
class RegistrationFault:
    """One thing wrong with a registration: the metadata member, a stable code, and the value at fault."""

    member: str
    code: str
    value: str = ""


_CLIENT_ID = re.compile(r"[A-Za-z0-9._~-]{1,128}")  # survives every encoding unchanged, Basic credentials included
_DIGEST = re.compile(r"[0-9a-f]{64}")
_PRIVATE_SCHEME = re.compile(r"[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+")  # RFC 8252 §7.1: a reversed domain name
_HOST = re.compile(r"[a-z0-9.:-]{1,253}")
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})

MAX_URI = 2048
MAX_URIS = 32  # a portal has a handful; every authorization compares against all


def registration_faults(client: Client, *, loopback_http: bool = False) -> tuple[RegistrationFault, ...]:
    """Return everything that is wrong with a registration, so that it can be mended in one go; empty when it is sound.

    *loopback_http* allows plain http to this machine for confidential clients too, which development needs.
    """
    return tuple(fault for check in REGISTRATION_CHECKS for fault in check(client, loopback_http))


def _identified(client: Client, _loopback_http: bool) -> Iterator[RegistrationFault]:
    if not _CLIENT_ID.fullmatch(client.client_id):
        yield RegistrationFault("client_id", "malformed", client.client_id)
    if not client.names or not all(text.strip() for _, text in client.names):
        yield RegistrationFault("client_name", "missing")


def _credentials(client: Client, _loopback_http: bool) -> Iterator[RegistrationFault]:
    if client.is_public:
        if client.secret_sha256 is not None:
            yield RegistrationFault("client_secret", "public-client-with-secret")
        # RFC 9700 §2.1.1: public clients MUST use PKCE.
        if not client.require_pkce:
            yield RegistrationFault("require_pkce", "public-client-without-pkce")
    elif client.secret_sha256 is None:
        yield RegistrationFault("client_secret", "missing")
    elif not _DIGEST.fullmatch(client.secret_sha256):
        yield RegistrationFault("client_secret", "malformed")


def _redirect_uris(client: Client, loopback_http: bool) -> Iterator[RegistrationFault]:
    if not client.redirect_uris:
        yield RegistrationFault("redirect_uris", "missing")
    for member, uris in (
        ("redirect_uris", client.redirect_uris),
        ("post_logout_redirect_uris", client.post_logout_redirect_uris),
    ):
        if len(uris) > MAX_URIS:
            yield RegistrationFault(member, "too-many", str(len(uris)))
        if len(set(uris)) != len(uris):
            yield RegistrationFault(member, "repeated")
        for uri in uris:
            if code := _uri_fault(uri, native=client.is_public, loopback_http=loopback_http or client.is_public):
                yield RegistrationFault(member, code, uri)


def _linked_pages(client: Client, loopback_http: bool) -> Iterator[RegistrationFault]:
    # OpenID Connect Registration §2: initiate_login_uri MUST use https; a link that our pages show had better.
    for member, uri in (("initiate_login_uri", client.initiate_login_uri), ("policy_uri", client.privacy_uri)):
        if uri is not None and (code := _uri_fault(uri, native=False, loopback_http=loopback_http)):
            yield RegistrationFault(member, code, uri)


def _sector(client: Client, _loopback_http: bool) -> Iterator[RegistrationFault]:
    if client.subject_type != "pairwise":
        return
    # OpenID Connect Core §8.1: several hosts need an explicit sector, or there would be several subjects.
    if not client.sector:
        yield RegistrationFault("sector_identifier", "missing")
    elif not _HOST.fullmatch(client.sector):
        yield RegistrationFault("sector_identifier", "malformed", client.sector)


def _demands(client: Client, _loopback_http: bool) -> Iterator[RegistrationFault]:
    if OPENID not in client.scopes:
        yield RegistrationFault("scope", "without-openid")
    if client.default_max_age is not None and client.default_max_age < 0:
        yield RegistrationFault("default_max_age", "negative", str(client.default_max_age))


REGISTRATION_CHECKS: tuple[Callable[[Client, bool], Iterator[RegistrationFault]], ...] = (
    _identified,
    _credentials,
    _redirect_uris,
    _linked_pages,
    _sector,
    _demands,
)
"""What a registration is judged by; all run, in this order."""


def _uri_fault(uri: str, *, native: bool, loopback_http: bool) -> str | None:
    """Return the code of what is wrong with an address that browsers will be sent to, None when nothing is."""
    if len(uri) > MAX_URI or not uri.isascii() or not uri.isprintable() or any(c in uri for c in ' "<>\\^`{|}'):
        return "malformed"
    if "*" in uri:
        return "wildcard"
    # RFC 6749 §3.1.2: absolute, and no fragment component, not even an empty one.
    if "#" in uri:
        return "fragment"
    try:
        parts = urlsplit(uri)
        _ = parts.port
    except ValueError:
        return "malformed"
    return _scheme_fault(parts, native=native, loopback_http=loopback_http)


def _scheme_fault(parts: SplitResult, *, native: bool, loopback_http: bool) -> str | None:
    if not parts.scheme:
        return "relative"
    if parts.scheme in {"http", "https"}:
        if not parts.hostname:
            return "relative"
        if parts.username is not None or parts.password is not None:
            return "userinfo"
        if parts.scheme == "https" or (loopback_http and parts.hostname in _LOOPBACK):
            return None
        return "not-https"
    # RFC 8252 §7.1: apps may take a private scheme, which must be a domain name they own, in reverse.
    return None if native and _PRIVATE_SCHEME.fullmatch(parts.scheme) else "scheme"
