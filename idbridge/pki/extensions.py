"""What the extensions of a certificate say, decoded once, with what could not be decoded kept as faults.

One table says which extension is read how. An extension that is not in the table stays available as bytes; whether an
unknown critical one, or a fault, spoils a path is judged by `profile`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from cryptography.hazmat import asn1
from cryptography.hazmat.asn1 import TLV, BitString
from cryptography.x509 import ObjectIdentifier

from idbridge.pki import structures
from idbridge.pki.errors import MalformedDerError
from idbridge.pki.names import GeneralName, rdn_key, read_general_name, read_rdn
from idbridge.pki.structures import bounded, decode, enclosed, encoded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

ANY_POLICY: Final = "2.5.29.32.0"
ANY_EXTENDED_KEY_USAGE: Final = "2.5.29.37.0"
OCSP_METHOD: Final = "1.3.6.1.5.5.7.48.1"
ISSUERS_METHOD: Final = "1.3.6.1.5.5.7.48.2"

KEY_USAGES: Final = (
    "digitalSignature",
    "nonRepudiation",
    "keyEncipherment",
    "dataEncipherment",
    "keyAgreement",
    "keyCertSign",
    "cRLSign",
    "encipherOnly",
    "decipherOnly",
)
"""The bits of KeyUsage in order (RFC 5280 §4.2.1.3)."""

REASONS: Final = (
    "unused",
    "keyCompromise",
    "cACompromise",
    "affiliationChanged",
    "superseded",
    "cessationOfOperation",
    "certificateHold",
    "privilegeWithdrawn",
    "aACompromise",
)
"""The bits of ReasonFlags in order (RFC 5280 §4.2.1.13)."""

ITEMS_LIMIT: Final = 10_000
"""Members of one extension. The largest seen in the field have a few hundred names; beyond this it is an attack."""

POLICIES_LIMIT: Final = 1000
"""Policies, or mappings, of one certificate: each is carried down the path. A dozen is much."""


class BasicConstraints(NamedTuple):
    """RFC 5280 §4.2.1.9."""

    ca: bool
    path_length: int | None


class PolicyConstraints(NamedTuple):
    """RFC 5280 §4.2.1.11: certificates to skip before each begins to bind; None where it never does."""

    require_explicit_policy: int | None
    inhibit_policy_mapping: int | None


class Subtree(NamedTuple):
    """A base name of RFC 5280 §4.2.1.10; `bounded` where minimum or maximum are used, which this profile forbids."""

    base: GeneralName
    bounded: bool


class NameConstraints(NamedTuple):
    """RFC 5280 §4.2.1.10; None where the field is absent."""

    permitted: tuple[Subtree, ...] | None
    excluded: tuple[Subtree, ...] | None


class QcStatement(NamedTuple):
    """A statement of RFC 3739 §3.2.6: its dotted OID and the DER of its information, or None."""

    identifier: str
    information: bytes | None


class DistributionPoint(NamedTuple):
    """RFC 5280 §4.2.1.13. `reasons` is None for all reasons; `relative_name` is the comparable form."""

    full_name: tuple[GeneralName, ...]
    relative_name: bytes | None
    reasons: frozenset[str] | None
    crl_issuer: tuple[GeneralName, ...]


class Access(NamedTuple):
    """RFC 5280 §4.2.2.1: what is found there (dotted method OID) and where."""

    method: str
    location: GeneralName


class RawExtension(NamedTuple):
    """An extension as it stands in the certificate."""

    critical: bool
    value: bytes


@dataclass(frozen=True, slots=True)
class Extensions:
    """The decoded extensions; None or empty where absent. `faults` names what could not be read, and why."""

    raw: Mapping[str, RawExtension]
    duplicates: tuple[str, ...] = ()
    faults: tuple[tuple[str, str], ...] = ()
    basic_constraints: BasicConstraints | None = None
    key_usage: frozenset[str] | None = None
    extended_key_usage: tuple[str, ...] | None = None
    subject_key_identifier: bytes | None = None
    authority_key_identifier: bytes | None = None
    alternative_names: tuple[GeneralName, ...] | None = None
    policies: tuple[str, ...] | None = None
    policy_mappings: tuple[tuple[str, str], ...] | None = None
    policy_constraints: PolicyConstraints | None = None
    inhibit_any_policy: int | None = None
    name_constraints: NameConstraints | None = None
    crl_distribution_points: tuple[DistributionPoint, ...] | None = None
    freshest_crl: tuple[DistributionPoint, ...] | None = None
    access: tuple[Access, ...] | None = None
    qc_statements: tuple[QcStatement, ...] | None = None
    ocsp_no_check: bool = False

    def critical(self, identifier: str) -> bool:
        """Whether the extension with this dotted OID is present and critical."""
        found = self.raw.get(identifier)
        return found is not None and found.critical


def read_extensions(members: Iterable[structures.Extension]) -> Extensions:
    """Decode the extensions of a certificate. Nothing raises: what is wrong is in `faults` and `duplicates`."""
    raw: dict[str, RawExtension] = {}
    duplicates: list[str] = []
    faults: list[tuple[str, str]] = []
    decoded: dict[str, Any] = {}
    for member in members:
        identifier = member.identifier.dotted_string
        if identifier in raw:
            duplicates.append(identifier)  # "MUST NOT include more than one instance" (RFC 5280 §4.2)
            continue
        raw[identifier] = RawExtension(bool(member.critical), member.value)
        if (row := DECODERS.get(identifier)) is None:
            continue
        field, read = row
        try:
            decoded[field] = read(member.value)
        except MalformedDerError as error:
            faults.append((identifier, str(error)))
    return Extensions(raw, tuple(duplicates), tuple(faults), **decoded)


def at_most(items: list[Any], limit: int = ITEMS_LIMIT) -> list[Any]:
    """Return *items* if there are not too many of them, and at least one (every list here is SIZE (1..MAX))."""
    if not 1 <= len(items) <= limit:
        raise MalformedDerError(f"{len(items)} members where 1 to {limit} may stand")
    return items


def read_general_names(members: list[TLV]) -> tuple[GeneralName, ...]:
    """Return the members of a GeneralNames."""
    return tuple(read_general_name(member) for member in at_most(members))


def read_named_bits(bits: BitString, names: tuple[str, ...]) -> frozenset[str]:
    """Return the names of the bits that are set; bits beyond the table have no name and are left out."""
    octets = bits.as_bytes()
    count = min(len(names), 8 * len(octets))
    return frozenset(names[index] for index in range(count) if octets[index // 8] & 0x80 >> index % 8)


def read_distribution_name(members: list[TLV] | None) -> tuple[tuple[GeneralName, ...], bytes | None]:
    """Return full names and comparable relative name of a DistributionPointName; at most one of them is there."""
    if members is None:
        return (), None
    if len(members) == 1 and members[0].tag_bytes == b"\xa0":
        content = structures.header(b"\x30", len(members[0].data)) + members[0].data
        return read_general_names(decode(structures.TlvHolder, enclosed(content)).items), None
    if len(members) == 1 and members[0].tag_bytes == b"\xa1":
        content = structures.header(b"\x31", len(members[0].data)) + members[0].data
        (relative,) = decode(structures.NameHolder, enclosed(enclosed(content))).items
        return (), rdn_key(read_rdn(relative))
    raise MalformedDerError("a distribution point name is neither full nor relative")


def read_reasons(bits: BitString | None) -> frozenset[str] | None:
    """Return the named reasons, or None for all of them."""
    return None if bits is None else read_named_bits(bits, REASONS)


@lru_cache(256)  # a handful of values occur in the world
def _key_usage(der: bytes) -> frozenset[str]:
    return read_named_bits(decode(BitString, der), KEY_USAGES)


def _basic_constraints(der: bytes) -> BasicConstraints:
    read = decode(structures.BasicConstraints, der)
    return BasicConstraints(bool(read.ca), _count(read.path_length))


def _extended_key_usage(der: bytes) -> tuple[str, ...]:
    return tuple(item.dotted_string for item in at_most(decode(structures.OidHolder, enclosed(der)).items))


def _authority_key_identifier(der: bytes) -> bytes | None:
    read = decode(structures.AuthorityKeyIdentifier, der)
    if (read.issuer is None) != (read.serial_number is None):
        raise MalformedDerError("authorityCertIssuer and authorityCertSerialNumber come together or not at all")  # §4.2.1.1
    return read.key_identifier


def _alternative_names(der: bytes) -> tuple[GeneralName, ...]:
    return read_general_names(decode(structures.TlvHolder, enclosed(der)).items)


def _policies(der: bytes) -> tuple[str, ...]:
    items = at_most(decode(structures.PolicyInformationHolder, enclosed(der)).items, POLICIES_LIMIT)
    found = tuple(item.identifier.dotted_string for item in items)
    if len(set(found)) != len(found):
        raise MalformedDerError("a policy stands twice")  # §4.2.1.4
    return found


def _policy_mappings(der: bytes) -> tuple[tuple[str, str], ...]:
    items = at_most(decode(structures.PolicyMappingHolder, enclosed(der)).items, POLICIES_LIMIT)
    return tuple((item.issuer_domain.dotted_string, item.subject_domain.dotted_string) for item in items)


def _count(value: int | None) -> int | None:
    """Return a count of certificates; `(0..MAX)` everywhere."""
    if value is not None and bounded(value) < 0:
        raise MalformedDerError("a negative count")
    return value


def _policy_constraints(der: bytes) -> PolicyConstraints:
    read = decode(structures.PolicyConstraints, der)
    return PolicyConstraints(_count(read.require_explicit_policy), _count(read.inhibit_policy_mapping))


def _inhibit_any_policy(der: bytes) -> int | None:
    return _count(decode(int, der))


def _subtrees(members: list[structures.GeneralSubtree] | None) -> tuple[Subtree, ...] | None:
    if members is None:
        return None
    return tuple(
        Subtree(read_general_name(member.base), bool(member.minimum) or member.maximum is not None)
        for member in at_most(members)
    )


def _name_constraints(der: bytes) -> NameConstraints:
    read = decode(structures.NameConstraints, der)
    if read.permitted is None and read.excluded is None:
        raise MalformedDerError("name constraints are empty")  # "MUST NOT be an empty sequence" (§4.2.1.10)
    return NameConstraints(_subtrees(read.permitted), _subtrees(read.excluded))


def _distribution_points(der: bytes) -> tuple[DistributionPoint, ...]:
    items = at_most(decode(structures.DistributionPointHolder, enclosed(der)).items)
    return tuple(
        DistributionPoint(
            *read_distribution_name(item.name),
            read_reasons(item.reasons),
            () if item.crl_issuer is None else read_general_names(item.crl_issuer),
        )
        for item in items
    )


def _access(der: bytes) -> tuple[Access, ...]:
    items = at_most(decode(structures.AccessDescriptionHolder, enclosed(der)).items)
    return tuple(Access(item.method.dotted_string, read_general_name(item.location)) for item in items)


def _qc_statements(der: bytes) -> tuple[QcStatement, ...]:
    return tuple(_qc_statement(item) for item in decode(structures.StatementsHolder, enclosed(der)).items)


def _qc_statement(members: list[TLV]) -> QcStatement:
    if not 1 <= len(members) <= 2:
        raise MalformedDerError("a statement has an identifier and perhaps information")
    identifier = decode(ObjectIdentifier, encoded(members[0]))
    return QcStatement(identifier.dotted_string, encoded(members[1]) if len(members) == 2 else None)


def _present(der: bytes) -> bool:
    decode(asn1.Null, der)
    return True


DECODERS: Final[Mapping[str, tuple[str, Callable[[bytes], object]]]] = {
    "2.5.29.14": ("subject_key_identifier", lambda der: decode(bytes, der)),
    "2.5.29.15": ("key_usage", _key_usage),
    "2.5.29.17": ("alternative_names", _alternative_names),
    "2.5.29.19": ("basic_constraints", _basic_constraints),
    "2.5.29.30": ("name_constraints", _name_constraints),
    "2.5.29.31": ("crl_distribution_points", _distribution_points),
    "2.5.29.32": ("policies", _policies),
    "2.5.29.33": ("policy_mappings", _policy_mappings),
    "2.5.29.35": ("authority_key_identifier", _authority_key_identifier),
    "2.5.29.36": ("policy_constraints", _policy_constraints),
    "2.5.29.37": ("extended_key_usage", _extended_key_usage),
    "2.5.29.46": ("freshest_crl", _distribution_points),
    "2.5.29.54": ("inhibit_any_policy", _inhibit_any_policy),
    "1.3.6.1.5.5.7.1.1": ("access", _access),
    "1.3.6.1.5.5.7.1.3": ("qc_statements", _qc_statements),
    "1.3.6.1.5.5.7.48.1.5": ("ocsp_no_check", _present),
}
"""Which extension goes where in `Extensions`, and how (RFC 5280 §4.2, RFC 3739 §3.2.6, RFC 6960 §4.2.2.2.1)."""
