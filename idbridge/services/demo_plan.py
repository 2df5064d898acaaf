"""The plan of the demonstration PKI, read strictly: an unknown member, a missing one or a dangling reference is an error."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

import msgspec
from cryptography import x509

from idbridge.pki.issuing.certificates import Validity
from idbridge.pki.issuing.constraints import Constraints
from idbridge.pki.issuing.errors import DataError
from idbridge.pki.issuing.subjects import IdentityNumber, alternative_name, name_from_table

PlannedName = dict[str, str | list[str]]

DEFAULT_AGE_DAYS = 30
"""Certificates are a month old when the plan does not say otherwise, so that documents of last week can be signed by them."""


class PlannedChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Something that happened to a certificate, so many days before the building."""

    action: Literal["revoke", "suspend", "resume"]
    days_ago: int
    reason: str = "unspecified"


class _Dated(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    id: str
    policies: tuple[str, ...] = ()
    days: int = 1095
    start: dt.date | None = msgspec.field(name="from", default=None)
    age_days: int = DEFAULT_AGE_DAYS

    def validity(self, now: dt.datetime) -> Validity:
        """Return from when to when the certificate is valid, built at *now*."""
        begin = now - dt.timedelta(days=self.age_days)
        if self.start is not None:
            begin = dt.datetime.combine(self.start, dt.time(), dt.UTC)
        return Validity(begin, begin + dt.timedelta(days=self.days))


class PlannedAuthority(_Dated, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A CA; without ``issuer`` a root."""

    region: Literal["GD", "HK", "MO"]
    profile: str
    key: str
    subject: PlannedName
    issuer: str | None = None
    partitions: int = 0
    deltas: bool = False
    ocsp: bool = False

    def name(self) -> x509.Name:
        """Return the distinguished name."""
        return name_from_table(self.subject)


class PlannedIdentity(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An identity number in an extension."""

    kind: str
    value: str


class PlannedCertificate(_Dated, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An end entity's certificate."""

    authority: str
    profile: str
    key: str
    subject: PlannedName
    alternative_names: tuple[str, ...] = ()
    identity: tuple[PlannedIdentity, ...] = ()
    events: tuple[PlannedChange, ...] = ()

    def name(self) -> x509.Name:
        """Return the distinguished name."""
        return name_from_table(self.subject)

    def general_names(self) -> tuple[x509.GeneralName, ...]:
        """Return the alternative names."""
        return tuple(map(alternative_name, self.alternative_names))

    def identity_numbers(self) -> tuple[IdentityNumber, ...]:
        """Return the identity numbers that stand in extensions."""
        return tuple(IdentityNumber(number.kind, number.value) for number in self.identity)


class PlannedCross(_Dated, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A cross-certificate: ``subject`` is the authority that ``issuer`` certifies."""

    issuer: str
    subject: str
    mappings: tuple[tuple[str, str], ...] = ()
    permitted: tuple[PlannedName, ...] = ()
    excluded: tuple[PlannedName, ...] = ()
    path_length: int | None = None
    require_explicit_policy: int | None = None
    inhibit_policy_mapping: int | None = None
    inhibit_any_policy: int | None = None


class PlannedSeal(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An electronic seal (GB/T 38540) that ``signers`` may use; ``picture`` is a file beside the plan, ``size`` in mm."""

    id: str
    maker: str
    signers: tuple[str, ...]
    name: str
    kind: Literal["organisation", "person"]
    picture: str
    size: tuple[int, int]
    days: int


class Plan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole plan; authorities stand after those that issue them."""

    policies: dict[str, str]
    authority: tuple[PlannedAuthority, ...]
    certificate: tuple[PlannedCertificate, ...]
    cross: tuple[PlannedCross, ...] = ()
    seal: tuple[PlannedSeal, ...] = ()

    def oids(self, names: Iterable[str]) -> tuple[str, ...]:
        """Return the policies' OIDs by their names in the plan."""
        return tuple(self.policies[name] for name in names)

    def constraints(self, cross: PlannedCross) -> Constraints:
        """Return the limits of a cross-certificate."""
        return Constraints(
            path_length=cross.path_length,
            policy_mappings=tuple((self.policies[ours], self.policies[theirs]) for ours, theirs in cross.mappings),
            permitted=tuple(x509.DirectoryName(name_from_table(table)) for table in cross.permitted),
            excluded=tuple(x509.DirectoryName(name_from_table(table)) for table in cross.excluded),
            require_explicit_policy=cross.require_explicit_policy,
            inhibit_policy_mapping=cross.inhibit_policy_mapping,
            inhibit_any_policy=cross.inhibit_any_policy,
        )


def read_plan(path: Path) -> Plan:
    """Return the plan in the TOML file *path*.

    :raises DataError: it cannot be read, or does not hang together.
    """
    try:
        plan = msgspec.toml.decode(path.read_bytes(), type=Plan)
    except (OSError, msgspec.MsgspecError) as error:
        raise DataError(f"{path}: {error}") from error
    _check_references(plan)
    return plan


def _check_references(plan: Plan) -> None:
    known: set[str] = set()
    for authority in plan.authority:
        _check(authority.issuer is None or authority.issuer in known, f"{authority.id}: its issuer does not stand before it")
        _check(authority.id not in known, f"{authority.id} stands twice")
        known.add(authority.id)
    identifiers = [planned.id for planned in (*plan.authority, *plan.certificate, *plan.cross)]
    _check(len(identifiers) == len(set(identifiers)), "two certificates have one id")
    for certificate in plan.certificate:
        _check(certificate.authority in known, f"{certificate.id}: unknown authority {certificate.authority}")
    entities = {certificate.id for certificate in plan.certificate}
    for seal in plan.seal:
        _check({seal.maker, *seal.signers} <= entities, f"{seal.id}: unknown maker or signer")
    for cross in plan.cross:
        _check({cross.issuer, cross.subject} <= known, f"{cross.id}: unknown authority")
        _check({name for pair in cross.mappings for name in pair} <= set(plan.policies), f"{cross.id}: unknown policy")
    for planned in (*plan.authority, *plan.certificate, *plan.cross):
        _check(set(planned.policies) <= set(plan.policies), f"{planned.id}: unknown policy")


def _check(condition: bool, message: str) -> None:
    if not condition:
        raise DataError(message)
