"""Text around DER: PEM (RFC 7468) and bare base64, as CMS files are mailed and stored."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Final

_PEM: Final = re.compile(rb"-----BEGIN ([A-Z0-9 ]{1,40})-----(.*?)-----END \1-----", re.DOTALL)
_BASE64_DER: Final = re.compile(rb"\s*M[A-P][A-Za-z0-9+/]{6}")  # 0x30 and a length, in base64
_WHITE: Final = re.compile(rb"\s+")


def unwrapped(data: bytes) -> bytes:
    """Return the DER inside PEM or base64; anything else as it is."""
    if data[:1] == b"\x30" and not _BASE64_DER.match(data):
        return data
    if found := _PEM.search(data[: 1 << 12]) or (b"-----BEGIN" in data[:256] and _PEM.search(data)) or None:
        return _decoded(found[2]) or data
    if _BASE64_DER.match(data):
        return _decoded(data) or data
    return data


def blocks_in(data: bytes) -> int:
    """Return how many blocks of PEM there are: the first is read, and others may be to who looks for them."""
    return 0 if data[:1] == b"\x30" else data.count(b"-----BEGIN ")


def _decoded(text: bytes) -> bytes | None:
    try:
        return base64.b64decode(_WHITE.sub(b"", text), validate=True)
    except binascii.Error:
        return None
