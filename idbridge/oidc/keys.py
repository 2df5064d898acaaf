"""The bridge's signing keys: imported once, published as a JWK set, used to sign and to recognise our own ID tokens.

Where private keys are kept and when they are rotated is the caller's; here a key is `active` (signs) or only published (what
it signed is still recognised, and portals that cached the set keep working).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey
from jwt import InvalidSignatureError, InvalidTokenError, PyJWS

from idbridge.oidc.clients import SigningAlgorithm

RSA_BITS = 2048  # RFC 7518 §3.3: 2048 bits or more

_JWS = PyJWS()


class UnusableKey(Exception):
    """A key could not be imported as a signing key; the message never holds key material."""


class NotOurToken(Exception):
    """A token is not a JWS that one of our keys made; `reason` is ``malformed``, ``unknown-key`` or ``signature``."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key ready to sign: its id (RFC 7638 thumbprint), algorithm, native keys, and the public JWK's members."""

    kid: str
    algorithm: SigningAlgorithm
    private: Any = field(repr=False)
    public: Any = field(repr=False)
    public_jwk: Mapping[str, str] = field(repr=False)

    @classmethod
    def from_private_jwk(cls, jwk: str) -> SigningKey:
        """Import a private JWK (P-256 signs ES256, RSA signs RS256). Raises `UnusableKey`."""
        try:
            members = msgspec.json.decode(jwk, type=dict[str, str])
            if members.get("kty") == "EC":
                return cls._of(ECKey.import_key({**members}), "ES256")
            return cls._of(RSAKey.import_key({**members}), "RS256")
        except (msgspec.MsgspecError, JoseError, ValueError, KeyError, TypeError) as error:
            raise UnusableKey(f"not a private EC or RSA JWK: {type(error).__name__}") from None

    @classmethod
    def generate(cls, algorithm: SigningAlgorithm) -> tuple[SigningKey, str]:
        """Draw a new key; return it with its private JWK, which is the only form to be stored (sealed)."""
        jwk = ECKey.generate_key("P-256") if algorithm == "ES256" else RSAKey.generate_key(RSA_BITS)
        return cls._of(jwk, algorithm), msgspec.json.encode(jwk.as_dict(private=True)).decode()

    @classmethod
    def _of(cls, jwk: ECKey | RSAKey, algorithm: SigningAlgorithm) -> SigningKey:
        private = jwk.private_key
        if private is None:
            raise UnusableKey("the key has no private part")
        if isinstance(jwk, ECKey) and jwk.curve_name != "P-256":
            raise UnusableKey("ES256 needs P-256")
        if isinstance(jwk, RSAKey) and private.key_size < RSA_BITS:
            raise UnusableKey(f"RS256 needs {RSA_BITS} bits")
        kid = jwk.thumbprint()
        members = {name: str(value) for name, value in jwk.as_dict(private=False).items()}
        public_jwk = {**members, "kid": kid, "use": "sig", "alg": algorithm}
        return cls(kid, algorithm, private, jwk.public_key, public_jwk)


@dataclass(frozen=True, slots=True)
class SigningKeys:
    """All keys: `active` by algorithm, and every key that is published, by its id."""

    active: Mapping[SigningAlgorithm, SigningKey]
    published: Mapping[str, SigningKey]

    @classmethod
    def of(cls, active: Iterable[SigningKey], retired: Iterable[SigningKey] = ()) -> SigningKeys:
        """Gather keys. Raises `ValueError` when an algorithm has two active keys."""
        by_algorithm: dict[SigningAlgorithm, SigningKey] = {}
        for key in active:
            if key.algorithm in by_algorithm:
                raise ValueError(f"two active keys for {key.algorithm}")
            by_algorithm[key.algorithm] = key
        published = {key.kid: key for key in (*by_algorithm.values(), *retired)}
        return cls(by_algorithm, published)

    def sign(self, claims: Mapping[str, object], algorithm: SigningAlgorithm) -> str:
        """Return *claims* as a compact JWS by the active key of *algorithm*. Raises `KeyError` when there is none."""
        key = self.active[algorithm]
        return _JWS.encode(msgspec.json.encode(claims), key.private, key.algorithm, headers={"kid": key.kid})

    def recognise(self, token: str) -> dict[str, object]:
        """Return the claims of a JWS that one of our keys made; its times are not looked at. Raises `NotOurToken`.

        The algorithm is the key's, whatever the header says (RFC 8725 §3.1).
        """
        key = self._named_by(token)
        try:
            payload = _JWS.decode(token, key.public, algorithms=[key.algorithm])
            return msgspec.json.decode(payload, type=dict[str, object])
        except InvalidSignatureError:
            raise NotOurToken("signature") from None
        except (InvalidTokenError, msgspec.MsgspecError, RecursionError):
            raise NotOurToken("malformed") from None

    def _named_by(self, token: str) -> SigningKey:
        try:
            kid = _JWS.get_unverified_header(token).get("kid")
        except (InvalidTokenError, UnicodeError):
            raise NotOurToken("malformed") from None
        key = self.published.get(kid) if isinstance(kid, str) else None
        if key is None:
            raise NotOurToken("unknown-key")
        return key

    def jwks(self) -> dict[str, list[dict[str, str]]]:
        """The JWK set document (RFC 7517 §5): public members only."""
        return {"keys": [dict(key.public_jwk) for key in self.published.values()]}
