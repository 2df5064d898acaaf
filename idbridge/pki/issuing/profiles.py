"""Certificate profiles: what a kind of certificate contains, and what an order for it must have.

A profile is data (`certs/profiles.toml`); this module reads and applies it. Key usages bear the names of RFC 5280
clause 4.2.1.3 in snake case, extended usages their OID or one of ``PURPOSES``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from fnmatch import fnmatchcase
from types import MappingProxyType
from typing import Any

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from idbridge.pki.issuing.errors import DataError, ProfileViolationError
from idbridge.pki.issuing.subjects import ATTRIBUTES

KEY_USAGES = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)

PURPOSES: MappingProxyType[str, x509.ObjectIdentifier] = MappingProxyType(
    {
        "server-authentication": ExtendedKeyUsageOID.SERVER_AUTH,
        "client-authentication": ExtendedKeyUsageOID.CLIENT_AUTH,
        "email-protection": ExtendedKeyUsageOID.EMAIL_PROTECTION,
        "time-stamping": ExtendedKeyUsageOID.TIME_STAMPING,
        "ocsp-signing": ExtendedKeyUsageOID.OCSP_SIGNING,
        "document-signing": x509.ObjectIdentifier("1.3.6.1.5.5.7.3.36"),  # RFC 9336
        "trust-list-signing": x509.ObjectIdentifier("0.4.0.2231.3.0"),  # ETSI TS 119 612 clause 5.7.1
    }
)


ATTRIBUTE_NAMES = MappingProxyType({identifier: name for name, identifier in ATTRIBUTES.items()})


@dataclass(frozen=True, slots=True)
class Profile:
    """A kind of certificate.

    ``keys`` are patterns of key types (``rsa-*``); ``subject`` lists the attributes that must be named.
    """

    name: str
    key_usage: frozenset[str]
    max_validity: timedelta
    keys: tuple[str, ...]
    ca: bool = False
    path_length: int | None = None
    extended_key_usage: tuple[x509.ObjectIdentifier, ...] = ()
    extended_key_usage_critical: bool = False
    subject: tuple[x509.ObjectIdentifier, ...] = ()
    ocsp_no_check: bool = False

    def check(self, *, subject: x509.Name, key_type: str, validity: timedelta) -> None:
        """Refuse what does not fit.

        :raises ProfileViolationError: the key type, the period, or a missing name attribute.
        """
        if not any(fnmatchcase(key_type, pattern) for pattern in self.keys):
            allowed = ", ".join(self.keys)
            raise ProfileViolationError(f"{self.name} is not issued for {key_type} keys, but for {allowed}")
        if not timedelta(0) < validity <= self.max_validity:
            raise ProfileViolationError(f"{self.name} is valid for at most {self.max_validity.days} days")
        for attribute in self.subject:
            if not subject.get_attributes_for_oid(attribute):
                raise ProfileViolationError(f"{self.name} needs {ATTRIBUTE_NAMES[attribute]} in the subject")

    def extensions(self, path_length: int | None = None) -> tuple[tuple[x509.ExtensionType, bool], ...]:
        """Return what every such certificate has, with criticality; *path_length* overrides the profile's."""
        found: list[tuple[x509.ExtensionType, bool]] = [
            (x509.BasicConstraints(ca=self.ca, path_length=self.path_length if path_length is None else path_length), True),
            (x509.KeyUsage(**{usage: usage in self.key_usage for usage in KEY_USAGES}), True),
        ]
        if self.extended_key_usage:
            found.append((x509.ExtendedKeyUsage(self.extended_key_usage), self.extended_key_usage_critical))
        if self.ocsp_no_check:
            found.append((x509.OCSPNoCheck(), False))  # RFC 6960 clause 4.2.2.2.1
        return tuple(found)


def profiles_from_table(table: Mapping[str, Any]) -> Mapping[str, Profile]:
    """Return the profiles of a parsed `profiles.toml`, by name.

    :raises DataError: a member that is missing, unknown or of the wrong type.
    """
    return MappingProxyType({name: _profile(name, entry) for name, entry in table.items()})


_MEMBERS = frozenset(
    {
        "key_usage",
        "max_days",
        "keys",
        "ca",
        "path_length",
        "extended_key_usage",
        "extended_key_usage_critical",
        "subject",
        "ocsp_no_check",
        "about",
    }
)


def _profile(name: str, entry: Mapping[str, Any]) -> Profile:
    if unknown := set(entry) - _MEMBERS:
        raise DataError(f"profile {name}: unknown members {', '.join(sorted(unknown))}")
    usages = frozenset(entry.get("key_usage", ()))
    if not usages or not usages <= set(KEY_USAGES):
        raise DataError(f"profile {name}: key_usage is one or more of {', '.join(KEY_USAGES)}")
    try:
        return Profile(
            name=name,
            key_usage=usages,
            max_validity=timedelta(days=entry["max_days"]),
            keys=tuple(entry["keys"]),
            ca=entry.get("ca", False),
            path_length=entry.get("path_length"),
            extended_key_usage=tuple(_purpose(purpose) for purpose in entry.get("extended_key_usage", ())),
            extended_key_usage_critical=entry.get("extended_key_usage_critical", False),
            subject=tuple(ATTRIBUTES[attribute] for attribute in entry.get("subject", ())),
            ocsp_no_check=entry.get("ocsp_no_check", False),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise DataError(f"profile {name}: {error!r}") from error


def _purpose(purpose: str) -> x509.ObjectIdentifier:
    return PURPOSES.get(purpose) or x509.ObjectIdentifier(purpose)
