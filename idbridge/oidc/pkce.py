"""Proof Key for Code Exchange, S256 only (RFC 7636).

``plain`` is not here: whoever sees the authorization request could redeem the code (RFC 9700 §2.1.1).
"""

from __future__ import annotations

import re
from base64 import urlsafe_b64encode
from hashlib import sha256
from hmac import compare_digest

from idbridge.oidc.errors import EndpointRefusal, Fault, Refusal

METHOD = "S256"

_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")  # RFC 7636 §4.2: base64url of 32 octets, unpadded
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")  # RFC 7636 §4.1


def challenge_of(verifier: str) -> str:
    """Return the S256 challenge of *verifier* (RFC 7636 §4.2)."""
    return urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def read_challenge(challenge: str | None, method: str | None, *, required: bool) -> str | None:
    """Return the challenge of an authorization request; None when there is none and none is *required*.

    Raises `Refusal`. A challenge without a method would mean ``plain`` (RFC 7636 §4.3) and is refused as such.
    """
    if challenge is None and method is None and not required:
        return None
    if challenge is None:
        raise Refusal(Fault.PKCE_MISSING)
    if method != METHOD:
        raise Refusal(Fault.PKCE_METHOD)
    if not _CHALLENGE.fullmatch(challenge):
        raise Refusal(Fault.PKCE_MALFORMED)
    return challenge


def check_verifier(challenge: str | None, verifier: str | None) -> None:
    """Judge the verifier of a code redemption against the authorization's challenge (RFC 7636 §4.6).

    Raises `EndpointRefusal`.
    """
    if challenge is None:
        # RFC 9700 §2.1.1: a verifier for a code without challenge shows that somebody stripped the challenge (PKCE downgrade).
        if verifier is not None:
            raise EndpointRefusal(Fault.PKCE_VERIFIER_UNEXPECTED)
        return
    if verifier is None:
        raise EndpointRefusal(Fault.PKCE_VERIFIER_MISSING)
    if not _VERIFIER.fullmatch(verifier) or not compare_digest(challenge_of(verifier), challenge):
        raise EndpointRefusal(Fault.PKCE_VERIFIER_MISMATCH)
