"""A signed token in compact form (RFC 7515 §7.1): read once and strictly, then verified with a chosen key.

Which algorithms are taken and which key is chosen is the caller's; nothing of a token is trusted before.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field

import jwt
import msgspec

from idbridge.regions.openid_keys import PublicKey

_EXTENSIONS = frozenset({"crit", "b64"})
"""Members that change what is signed or how; none is understood here, so a token with one is refused (RFC 7515 §4.1.11)."""

_decoder = msgspec.json.Decoder(dict[str, object])


class Unreadable(ValueError):
    """A text that is no signed token in compact form."""


class SignatureInvalid(Exception):
    """The key did not make this signature."""


@dataclass(frozen=True, slots=True)
class Header:
    """What decides how the token is verified; `algorithm` is empty when there is none."""

    algorithm: str
    kid: str | None


@dataclass(frozen=True, slots=True)
class UnverifiedToken:
    """A token's parts; `signed` is what the signature is over."""

    header: Header
    signed: bytes = field(repr=False)
    payload: bytes = field(repr=False)
    signature: bytes = field(repr=False)

    def verified(self, key: PublicKey) -> bytes:
        """Return the payload once the signature holds. Raises `SignatureInvalid`."""
        try:
            algorithm = jwt.get_algorithm_by_name(self.header.algorithm)
            holds = algorithm.verify(self.signed, algorithm.prepare_key(key), self.signature)
        except (jwt.PyJWTError, NotImplementedError, ValueError, TypeError) as error:
            raise SignatureInvalid from error
        if not holds:
            raise SignatureInvalid
        return self.payload


def read_token(token: str) -> UnverifiedToken:
    """Read a token. Raises `Unreadable`."""
    try:
        header, payload, signature = token.encode("ascii").split(b".", 3)
        signed = b".".join((header, payload))
        return UnverifiedToken(_header(_decoded(header)), signed, _decoded(payload), _decoded(signature))
    except (ValueError, RecursionError) as error:
        raise Unreadable from error


def _header(data: bytes) -> Header:
    members = _decoder.decode(data)
    algorithm, kid = members.get("alg"), members.get("kid")
    if not _EXTENSIONS.isdisjoint(members) or not (kid is None or isinstance(kid, str)):
        raise Unreadable
    return Header(algorithm if isinstance(algorithm, str) else "", kid)


def _decoded(segment: bytes) -> bytes:
    """Decode base64url without padding (RFC 7515 §2); each value has one form only."""
    data = urlsafe_b64decode(segment + b"=" * (-len(segment) % 4))
    if urlsafe_b64encode(data).rstrip(b"=") != segment:
        raise Unreadable
    return data
