"""Options that signing commands share, each group gathered into one value: who, what is said, which seal and authority."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from functools import wraps
from pathlib import Path
from typing import Final

import click

from idbridge.cli import operators as op
from idbridge.cli.signatories import demo_key, own_key
from idbridge.clock import system_clock
from idbridge.pki.certificate import Certificate
from idbridge.pki.keys import key_digest
from idbridge.services.demo_pki import DemoPki
from idbridge.services.signing import SigningKey
from idbridge.services.timestamping import TimestampAuthority
from idbridge.settings import Settings
from idbridge.signatures.evidence import StampPlace
from idbridge.signatures.making.commitments import commitment_oid
from idbridge.signatures.making.steps import Statement

FILE: Final = click.Path(exists=True, dir_okay=False, path_type=Path)
DIGESTS: Final = ("SHA-256", "SHA-384", "SHA-512", "SM3")

Command = Callable[..., object]
Decorator = Callable[[Command], Command]


@dataclass(frozen=True, slots=True)
class Who:
    """Who signs."""

    name: str | None
    certificate: Path | None
    key: str | None
    chain: Path | None
    password_file: Path | None
    signer_id: str | None

    def open(self, settings: Settings) -> SigningKey:
        """Return the key.

        :raises click.UsageError: nobody is named, or two are.
        """
        if self.name is not None and self.certificate is None and self.key is None:
            return demo_key(settings, self.name)
        if self.name is not None or self.certificate is None or self.key is None:
            raise click.UsageError("who signs is told by --certificate and --key, or by --as alone")
        return own_key(self.certificate, self.key, self.chain, self.password_file, self.signer_id)

    def signer_ids(self, key: SigningKey) -> dict[str, bytes]:
        """Return the SM2 signer ID that *key* signs with, where one is told, by the digest that verifiers look it up by."""
        if self.signer_id is None:
            return {}
        return {key_digest(Certificate.from_der(key.certificate).public_key_info): self.signer_id.encode()}


@dataclass(frozen=True, slots=True)
class Said:
    """What is said beside the content; `reason` is for PDF alone."""

    commitments: tuple[str, ...]
    roles: tuple[str, ...]
    place: str | None
    policy: str | None
    reason: str | None

    @property
    def statement(self) -> Statement:
        """As makers want it, with the present moment."""
        return Statement(system_clock(), tuple(map(commitment_oid, self.commitments)), self.policy, self.roles, self.place)


@dataclass(frozen=True, slots=True)
class Sealing:
    """Which seal an OFD document gets, and where it shows."""

    seal: Path | None
    without_seal: bool
    stamps: tuple[tuple[str, str], ...]

    def read(self, settings: Settings, name: str | None) -> bytes | None:
        """Return the seal (DER): the file, else that of *name* of the demonstration PKI; None where nobody is named.

        :raises click.UsageError: there is to be a seal and none.
        :raises DataError: whoever is named has no seal.
        """
        if self.without_seal and self.seal is not None:
            raise click.UsageError("--without-seal does not go with --seal")
        if self.seal is not None:
            return self.seal.read_bytes()
        return None if self.without_seal or name is None else DemoPki(settings.home / "pki").seal(name)

    @property
    def places(self) -> tuple[StampPlace, ...]:
        """Where the seal shows."""
        return tuple(StampPlace(*stamp) for stamp in self.stamps)


@dataclass(frozen=True, slots=True)
class Stamping:
    """Which authority stamps."""

    tsa: str | None
    tsa_digest: str
    tsa_policy: str | None

    @property
    def authority(self) -> TimestampAuthority | None:
        """The authority, None where none is named."""
        return None if self.tsa is None else TimestampAuthority(self.tsa, self.tsa_digest, self.tsa_policy)


def _gathered(name: str, kind: type, options: Iterable[Decorator]) -> Decorator:
    """Return a decorator that takes *options* and hands them to the command as one *kind*, its argument *name*."""

    def decorate(function: Command) -> Command:
        @wraps(function)
        def gathering(**given: object) -> object:
            values = {field.name: given.pop(field.name) for field in fields(kind)}
            return function(**given, **{name: kind(**values)})

        decorated: Command = gathering
        for option in reversed(tuple(options)):
            decorated = option(decorated)
        return decorated

    return decorate


who_options = _gathered(
    "who",
    Who,
    (
        click.option("--as", "name", metavar="NAME", help="Somebody of the demonstration PKI in the home, such as hk-chan."),
        click.option("--certificate", type=FILE, help="The signer's certificate; authorities above may follow in the file."),
        click.option("--key", help="The signer's key: a file or a pkcs11: URI."),
        click.option("--chain", type=FILE, help="Certificates of the authorities above."),
        click.option("--signer-id", help="Of an SM2 key, where its authority uses another than the standard's."),
        op.password_option,
    ),
)
"""Takes who signs."""

said_options = _gathered(
    "said",
    Said,
    (
        click.option("--commitment", "commitments", multiple=True, metavar="TYPE", help="ProofOfApproval, …, or an OID."),
        click.option("--role", "roles", multiple=True, help="A role that the signer claims."),
        click.option("--place", help="Where it is signed."),
        click.option("--policy", metavar="OID", help="The signature policy."),
        click.option("--reason", help="Why, as a PDF's signature says it."),
    ),
)
"""Takes what is said beside the content."""

sealing_options = _gathered(
    "sealing",
    Sealing,
    (
        click.option(
            "--seal", type=FILE, help="The electronic seal (.esl) for an OFD document; with --as that of the same name."
        ),
        click.option("--without-seal", is_flag=True, help="Sign an OFD document by GB/T 35275 instead of sealing it."),
        click.option(
            "--stamp", "stamps", nargs=2, multiple=True, metavar="PAGE 'X Y W H'", help="Where the seal shows, in mm."
        ),
    ),
)
"""Takes the seal of an OFD document."""

stamping_options = _gathered(
    "stamping",
    Stamping,
    (
        click.option("--tsa", metavar="URL", help="The time-stamping authority (RFC 3161), for every level above B."),
        click.option("--tsa-digest", type=click.Choice(DIGESTS), default="SHA-256", show_default=True),
        click.option("--tsa-policy", metavar="OID", help="The policy to ask it for; its own default when left out."),
    ),
)
"""Takes a time-stamping authority."""
