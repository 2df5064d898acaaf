"""Opaque secrets: codes, access and refresh tokens, client secrets.

Each is at least 256 bits of randomness that the caller draws, so a plain SHA-256 hides it in a store: there is nothing to
guess, and a slow hash would only cost time. A store never holds more than the digest.
"""

from __future__ import annotations

import re
from hashlib import sha256
from hmac import compare_digest

MAX_LENGTH = 512  # ours are 43 characters; the bound keeps a stranger from making us hash megabytes

_OPAQUE = re.compile(r"[A-Za-z0-9._~+/=-]{1,512}")  # RFC 6750 §2.1, b64token
_NOBODY = sha256(b"").hexdigest()


def digest(secret: str) -> str:
    """Return what a store keeps of *secret*: its SHA-256 in lower-case hexadecimal."""
    return sha256(secret.encode()).hexdigest()


def is_wellformed(secret: str) -> bool:
    """Tell whether *secret* could be one of ours at all, before anything is hashed or looked up."""
    return _OPAQUE.fullmatch(secret) is not None


def matches(secret: str, stored: str | None) -> bool:
    """Compare in constant time, also when nothing is stored (*stored* None or empty), which never matches."""
    equal = compare_digest(digest(secret), stored or _NOBODY)
    return equal and bool(stored)
