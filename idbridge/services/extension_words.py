"""Extensions of certificates, CRLs and requests in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from types import MappingProxyType

from cryptography import x509
from cryptography.x509.oid import ExtensionOID

from idbridge.pki.issuing.constraints import read_policy_mappings
from idbridge.pki.issuing.profiles import KEY_USAGES


def extension_lines(extensions: x509.Extensions) -> Iterator[str]:
    """Yield a line for each extension that says something to people; unknown ones as text or in hexadecimal.

    :raises ValueError: an extension is malformed.
    """
    for extension in extensions:
        critical = " (critical)" if extension.critical else ""
        label, say = _WORDS.get(type(extension.value), (None, None))
        if label and say:
            yield f"  {label:<12} {say(extension.value)}{critical}"
        elif isinstance(extension.value, x509.UnrecognizedExtension):
            yield f"  {_unknown(extension.value)}{critical}"


def algorithm_name(oid: x509.ObjectIdentifier) -> str:
    """Return what an algorithm or purpose is called, its dotted OID where no name is known."""
    known = oid._name  # noqa: SLF001  # the only name that cryptography has for an OID
    return _NAMES.get(oid.dotted_string) or (oid.dotted_string if known == "Unknown OID" else known)


_NAMES = {"1.2.156.10197.1.501": "SM2 with SM3", "1.3.6.1.5.5.7.3.36": "documentSigning", "0.4.0.2231.3.0": "trustListSigning"}


def _authority(constraints: x509.BasicConstraints) -> str:
    if not constraints.ca:
        return "no"
    return "yes" if constraints.path_length is None else f"yes, {constraints.path_length} more below"


def _usages(usage: x509.KeyUsage) -> str:
    # The last two are only defined beside key agreement (RFC 5280 clause 4.2.1.3), and raise without it.
    names = KEY_USAGES if usage.key_agreement else KEY_USAGES[:-2]
    return ", ".join(name.replace("_", " ") for name in names if getattr(usage, name))


def _purposes(purposes: x509.ExtendedKeyUsage) -> str:
    return ", ".join(map(algorithm_name, purposes))


def _policies(policies: x509.CertificatePolicies) -> str:
    return ", ".join(policy.policy_identifier.dotted_string for policy in policies)


def _names(names: Iterable[x509.GeneralName] | None) -> str:
    return ", ".join(map(_name, names or ())) or "none"


def _name(name: x509.GeneralName) -> str:
    if isinstance(name, x509.DirectoryName):
        return name.value.rfc4514_string()
    if isinstance(name, x509.OtherName):
        return f"{name.type_id.dotted_string}: {_text(name.value)}"
    return str(name.value)


def _constraints(constraints: x509.NameConstraints) -> str:
    return f"names within {_names(constraints.permitted_subtrees)}; not within {_names(constraints.excluded_subtrees)}"


def _points(points: Iterable[x509.DistributionPoint]) -> str:
    return ", ".join(_names(point.full_name) for point in points)


def _access(access: x509.AuthorityInformationAccess) -> str:
    return ", ".join(_name(one.access_location) for one in access)


def _unknown(extension: x509.UnrecognizedExtension) -> str:
    if extension.oid == ExtensionOID.POLICY_MAPPINGS:
        mappings = read_policy_mappings(extension.value)
        return f"{'maps':<12} {', '.join(f'{ours} to {theirs}' for ours, theirs in mappings)}"
    return f"{'extension':<12} {extension.oid.dotted_string}: {_text(extension.value)}"


def _text(value: bytes) -> str:
    """Show a short string of an extension as text, anything else in hexadecimal."""
    text = value[2:].decode("utf-8", "replace") if len(value) > 2 else ""
    return text if text and text.isprintable() and "\ufffd" not in text else value.hex()


_WORDS: MappingProxyType[type[x509.ExtensionType], tuple[str, Callable[..., str]]] = MappingProxyType(
    {
        x509.BasicConstraints: ("authority", _authority),
        x509.KeyUsage: ("key usage", _usages),
        x509.ExtendedKeyUsage: ("purposes", _purposes),
        x509.CertificatePolicies: ("policies", _policies),
        x509.SubjectAlternativeName: ("also names", _names),
        x509.NameConstraints: ("constraints", _constraints),
        x509.CRLDistributionPoints: ("CRL at", _points),
        x509.FreshestCRL: ("delta CRL at", _points),
        x509.AuthorityInformationAccess: ("more at", _access),
        x509.CRLNumber: ("number", lambda number: str(number.crl_number)),
        x509.DeltaCRLIndicator: ("delta", lambda delta: f"changes since number {delta.crl_number}"),
        x509.IssuingDistributionPoint: ("covers", lambda point: f"the part at {_names(point.full_name)}"),
    }
)
"""Identifiers of keys and the like are left out."""
