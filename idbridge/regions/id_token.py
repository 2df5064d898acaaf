"""Judge an ID token of an upstream provider (OpenID Connect Core §3.1.3.7): signature first, then every claim, in order.

The checks are a table; the first that fails refuses the login and names itself. Fetching the key is `openid_provider`'s.
"""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256, sha384, sha512
from hmac import compare_digest
from typing import Any

from idbridge.identity.assertion import Issuer, RegionCode
from idbridge.regions.compact_jws import Header, SignatureInvalid, Unreadable, UnverifiedToken, read_token
from idbridge.regions.connector import RegionRefusal
from idbridge.regions.openid_keys import VerificationKey
from idbridge.regions.replies import read_object

MAX_TOKEN = 32 * 1024
"""Characters of an ID token: with every claim of ours one has two thousand."""

MAX_SUBJECT = 255
"""OpenID Connect Core §2: sub MUST NOT exceed 255 ASCII characters."""

PROTOCOL_CLAIMS = frozenset(
    {
        *("iss", "sub", "aud", "azp", "exp", "nbf", "iat", "jti", "typ", "sid", "nonce"),
        *("auth_time", "acr", "amr", "at_hash", "c_hash", "s_hash", "updated_at"),
    }
)
"""Claims of the token itself, which no claim table need name."""

# RFC 7518 §3.1 and RFC 8032 §5.1 (Ed25519 uses SHA-512): the hash of at_hash is the signature algorithm's own.
_HASHES = {"256": sha256, "384": sha384, "512": sha512, "DSA": sha512, "519": sha512}


@dataclass(frozen=True, slots=True)
class Expected:
    """What the token must say. `authenticated_since` is set when a fresh authentication was asked for."""

    region: RegionCode
    issuer: Issuer
    client_id: str
    nonce: str = field(repr=False)
    access_token: str = field(repr=False)
    now: datetime
    skew: timedelta
    oldest: timedelta
    authenticated_since: datetime | None = None


Claims = dict[str, Any]


def read_id_token(region: RegionCode, token: str, algorithms: tuple[str, ...]) -> UnverifiedToken:
    """Read the token. Raises `RegionRefusal`: ``token`` when it is none, ``algorithm`` when it is not a configured one."""
    if len(token) > MAX_TOKEN:
        raise RegionRefusal(region, "untrusted", "token")
    try:
        unverified = read_token(token)
    except Unreadable as error:
        raise RegionRefusal(region, "untrusted", "token") from error
    if unverified.header.algorithm not in algorithms:  # Core §3.1.3.7 point 7: as registered, never what the token likes
        raise RegionRefusal(region, "untrusted", "algorithm")
    return unverified


def verify_signature(region: RegionCode, token: UnverifiedToken, key: VerificationKey) -> Claims:
    """Verify with the chosen key and return the claims. Raises `RegionRefusal` ``signature`` or ``token``."""
    try:
        payload = token.verified(key.key)
    except SignatureInvalid as error:
        raise RegionRefusal(region, "untrusted", "signature") from error
    try:
        return read_object(payload)
    except ValueError as error:
        raise RegionRefusal(region, "untrusted", "token") from error


def _seconds(value: object) -> float | None:
    """Return a NumericDate (RFC 7519 §2); None for what is no number, booleans included, or beyond any calendar."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 253_402_300_800:
        return None
    return float(value)


def moment(value: object) -> datetime | None:
    """Return a NumericDate as an aware UTC datetime, or None."""
    seconds = _seconds(value)
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def half_hash(algorithm: str, value: str) -> str:
    """Return the left half of the hash of a token or code, in base64url (Core §3.1.3.6)."""
    digest = _HASHES[algorithm[-3:]](value.encode("ascii", "replace")).digest()
    return urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode("ascii")


def _issuer(claims: Claims, expected: Expected, _: Header) -> bool:
    return bool(claims.get("iss") == expected.issuer)


def _subject(claims: Claims, _: Expected, __: Header) -> bool:
    subject = claims.get("sub")
    return isinstance(subject, str) and 0 < len(subject) <= MAX_SUBJECT and subject.isprintable()


def _audience(claims: Claims, expected: Expected, _: Header) -> bool:
    """Core §3.1.3.7 point 3: we must be in it, and no audience beside us is trusted."""
    audience = claims.get("aud")
    return audience in (expected.client_id, [expected.client_id])


def _authorized_party(claims: Claims, expected: Expected, _: Header) -> bool:
    return bool(claims.get("azp", expected.client_id) == expected.client_id)


def _not_expired(claims: Claims, expected: Expected, _: Header) -> bool:
    expiry = moment(claims.get("exp"))
    return expiry is not None and expected.now < expiry + expected.skew


def _begun(claims: Claims, expected: Expected, _: Header) -> bool:
    begin = moment(claims.get("nbf", 0))
    return begin is not None and begin <= expected.now + expected.skew


def _issued(claims: Claims, expected: Expected, _: Header) -> bool:
    """Core §3.1.3.7 point 10: a token issued long ago, or in the future, is not the answer to this login."""
    issued = moment(claims.get("iat"))
    return issued is not None and expected.now - expected.oldest - expected.skew <= issued <= expected.now + expected.skew


def _nonce(claims: Claims, expected: Expected, _: Header) -> bool:
    nonce = claims.get("nonce")
    return isinstance(nonce, str) and compare_digest(nonce.encode(), expected.nonce.encode())


def _access_token_hash(claims: Claims, expected: Expected, header: Header) -> bool:
    """Core §3.1.3.8: optional in the code flow, but never wrong."""
    return "at_hash" not in claims or bool(claims["at_hash"] == half_hash(header.algorithm, expected.access_token))


def _authentication_time(claims: Claims, expected: Expected, _: Header) -> bool:
    """Core §3.1.3.7 point 12: required where max_age was asked, and then not older than what was asked."""
    if "auth_time" not in claims and expected.authenticated_since is None:
        return True
    authenticated = moment(claims.get("auth_time"))
    if authenticated is None or authenticated > expected.now + expected.skew:
        return False
    return expected.authenticated_since is None or authenticated >= expected.authenticated_since - expected.skew


CHECKS: tuple[tuple[str, Callable[[Claims, Expected, Header], bool]], ...] = (
    ("issuer", _issuer),
    ("audience", _audience),
    ("azp", _authorized_party),
    ("subject", _subject),
    ("expired", _not_expired),
    ("nbf", _begun),
    ("iat", _issued),
    ("nonce", _nonce),
    ("at_hash", _access_token_hash),
    ("auth_time", _authentication_time),
)
"""Every check of a token's claims, in order; the name is what a refusal's `check` says."""


def judge_claims(claims: Claims, expected: Expected, header: Header) -> None:
    """Run every check. Raises `RegionRefusal` ``untrusted`` with the name of the first that fails."""
    for name, holds in CHECKS:
        if not holds(claims, expected, header):
            raise RegionRefusal(expected.region, "untrusted", name)
