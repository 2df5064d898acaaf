"""Which algorithms and key sizes count, and until when: tables that an operator can read and replace.

An algorithm is refused for times from its sunset on and accepted for times before it, which only helps those who can
prove that a signature existed by then. What is in no table is refused.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Protocol

from idbridge.pki import sm2
from idbridge.pki.errors import BadRequestError
from idbridge.pki.keys import PublicKey, key_digest

if TYPE_CHECKING:
    from collections.abc import Mapping


class JudgedScheme(Protocol):
    """What a policy looks at in a signature scheme (`algorithms.Scheme`)."""

    @property
    def name(self) -> str:
        """Its name, for the report."""

    @property
    def digest(self) -> str | None:
        """The name of its digest; None where the scheme hashes by itself."""


@dataclass(frozen=True, slots=True)
class KeySize:
    """Keys of a modulus of at least `bits` are accepted before `until`; None: no end is foreseen."""

    bits: int
    until: datetime | None = None


def _day(year: int, month: int = 1, day: int = 1) -> datetime:
    return datetime(year, month, day, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class AlgorithmPolicy:
    """Tables of what is accepted.

    `digests` and `curves` give the sunset of each (None: none foreseen); `sizes` the modulus sizes of RSA and DSA, of
    which the most lenient that holds at the time counts. Schemes that hash by themselves (EdDSA) are judged by their
    curve. `signer_ids` gives the SM2 signer ID of keys that do not use the standard one, by the SHA-256 of their
    SubjectPublicKeyInfo. `strict`: whether certificates of that age are expected to be made as RFC 5280 §4 says.
    """

    name: str
    digests: dict[str, datetime | None]
    sizes: Mapping[str, tuple[KeySize, ...]]
    curves: dict[str, datetime | None]
    signer_ids: Mapping[str, bytes] = field(default_factory=dict)
    strict: bool = True

    def signer_id(self, public_key_info: bytes) -> bytes:
        """Return the SM2 signer ID that the holder of this key signs with."""
        if not self.signer_ids:
            return sm2.DEFAULT_SIGNER_ID
        return self.signer_ids.get(key_digest(public_key_info), sm2.DEFAULT_SIGNER_ID)

    def objection(self, scheme: JudgedScheme, key: PublicKey, at: datetime | None) -> str | None:
        """Return why a signature by *scheme* and *key* does not count as of *at*, or None if it does.

        Without a time, only what has no sunset counts.
        """
        if scheme.digest is not None and not _lasts(self.digests.get(scheme.digest, NEVER), at):
            return f"{scheme.digest} (in {scheme.name}) is not accepted {_then(at)} by policy {self.name}"
        return self.key_objection(key, at)

    def key_objection(self, key: PublicKey, at: datetime | None) -> str | None:
        """Return why *key* is too weak as of *at*, or None if it is not."""
        if key.kind in self.sizes:
            accepted = any(key.bits >= size.bits and _lasts(size.until, at) for size in self.sizes[key.kind])
        else:
            accepted = _lasts(self.curves.get(key.curve or key.kind, NEVER), at)
        return None if accepted else f"{key} keys are not accepted {_then(at)} by policy {self.name}"


NEVER: Final = _day(1)


def _lasts(until: datetime | None, at: datetime | None) -> bool:
    return until is None or (at is not None and at < until)


def _then(at: datetime | None) -> str:
    return f"at {at:%Y-%m-%d}" if at else "without a time"


DEFAULT: Final = AlgorithmPolicy(
    name="default",
    # ETSI TS 119 312 V1.5.1 (machine-readable form: TS 119 322); SM3 by GB/T 32905
    digests={
        "SHA-1": _day(2012, 8),
        "SHA-224": _day(2029),
        "SHA-256": None,
        "SHA-384": None,
        "SHA-512": None,
        "SHA3-256": None,
        "SHA3-384": None,
        "SHA3-512": None,
        "SM3": None,
    },
    # The same table: 1900 stands for 2048, leaving room for keys made a little short
    sizes={"rsa": (KeySize(1024, _day(2019, 10)), KeySize(1900, _day(2029)), KeySize(3000)), "dsa": ()},
    # FRP256v1 left out, nobody here uses it; SM2 by GB/T 32918
    curves={
        "secp256r1": None,
        "secp384r1": None,
        "secp521r1": None,
        "brainpoolP256r1": None,
        "brainpoolP384r1": None,
        "brainpoolP512r1": None,
        "ed25519": None,
        "ed448": None,
        "sm2p256v1": None,
    },
)
"""For signatures of today, and for old ones whose time is proved."""

LEGACY: Final = AlgorithmPolicy(
    name="legacy",
    digests=DEFAULT.digests | dict.fromkeys(("SHA-1", "SHA-224")),
    sizes={"rsa": (KeySize(1024),), "dsa": (KeySize(1024),)},
    curves=DEFAULT.curves | dict.fromkeys(("secp192r1", "secp224r1", "secp256k1")),
    strict=False,  # RFC 2459 and RFC 3280 asked less
)
"""For archives and old test suites: SHA-1, DSA and short keys at any time. Proves nothing against a forger of today."""

POLICIES: Final[Mapping[str, AlgorithmPolicy]] = {policy.name: policy for policy in (DEFAULT, LEGACY)}


def policy_named(policy: str | AlgorithmPolicy) -> AlgorithmPolicy:
    """Return *policy*, or the one of that name.

    :raises BadRequestError: no policy has the name.
    """
    if isinstance(policy, AlgorithmPolicy):
        return policy
    if policy not in POLICIES:
        raise BadRequestError(f"no algorithm policy is called {policy!r}; there are {', '.join(POLICIES)}")
    return POLICIES[policy]
