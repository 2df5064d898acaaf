"""What a CA certificate allows below it, as extensions (RFC 5280 clauses 4.2.1.5, 4.2.1.10, 4.2.1.11, 4.2.1.14)."""

from __future__ import annotations

from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat import asn1
from cryptography.x509.oid import ExtensionOID

from idbridge.pki.issuing.identifiers import object_identifier
from idbridge.pki.structures import decode, encode


@dataclass(frozen=True, slots=True)
class Constraints:
    """Limits on the paths through a CA certificate.

    ``policy_mappings`` are pairs (issuer's policy, subject's policy) of dotted OIDs; ``permitted`` and ``excluded``
    are name subtrees; the three counts are numbers of certificates after which a rule takes effect (SkipCerts).
    """

    path_length: int | None = None
    policy_mappings: tuple[tuple[str, str], ...] = ()
    permitted: tuple[x509.GeneralName, ...] = ()
    excluded: tuple[x509.GeneralName, ...] = ()
    require_explicit_policy: int | None = None
    inhibit_policy_mapping: int | None = None
    inhibit_any_policy: int | None = None

    def extensions(self) -> tuple[tuple[x509.ExtensionType, bool], ...]:
        """Return the extensions, all critical: who does not understand a limit must not rely on the certificate.

        :raises DataError: a policy that is no OID.
        """
        found: list[x509.ExtensionType] = []
        if self.policy_mappings:
            found.append(x509.UnrecognizedExtension(ExtensionOID.POLICY_MAPPINGS, _mappings(self.policy_mappings)))
        if self.permitted or self.excluded:
            found.append(x509.NameConstraints(self.permitted or None, self.excluded or None))
        if (self.require_explicit_policy, self.inhibit_policy_mapping) != (None, None):
            found.append(x509.PolicyConstraints(self.require_explicit_policy, self.inhibit_policy_mapping))
        if self.inhibit_any_policy is not None:
            found.append(x509.InhibitAnyPolicy(self.inhibit_any_policy))
        return tuple((extension, True) for extension in found)


UNCONSTRAINED = Constraints()


@asn1.sequence
class _Mapping:
    issuer_policy: x509.ObjectIdentifier
    subject_policy: x509.ObjectIdentifier


@asn1.sequence
class _Holder:
    """One SEQUENCE around the SEQUENCE OF, which the encoder does not take bare."""

    mappings: list[_Mapping]


def read_policy_mappings(extension: bytes) -> tuple[tuple[str, str], ...]:
    """Return the pairs (issuer's policy, subject's policy) in the value of a policyMappings extension.

    :raises ValueError: malformed.
    """
    mappings = decode(_Holder, _in_sequence(extension)).mappings
    return tuple((one.issuer_policy.dotted_string, one.subject_policy.dotted_string) for one in mappings)


def _in_sequence(der: bytes) -> bytes:
    """Put one more SEQUENCE around *der*."""
    return encode(_Enclosing(content=decode(asn1.TLV, der)))


@asn1.sequence
class _Enclosing:
    content: asn1.TLV


def _mappings(pairs: tuple[tuple[str, str], ...]) -> bytes:
    mappings = [
        _Mapping(issuer_policy=object_identifier(ours), subject_policy=object_identifier(theirs)) for ours, theirs in pairs
    ]
    return bytes(decode(asn1.TLV, encode(_Holder(mappings=mappings))).data)
