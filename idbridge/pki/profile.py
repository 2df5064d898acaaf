"""Whether a certificate is made as RFC 5280 §4 says: one table of rules, each a small function with its clause.

These rules look at one certificate alone. Those that bind strictly are duties of the authority that issued it and say
nothing about who holds the key; a caller who has to live with certificates as they are may have them as warnings.
"""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from idbridge.pki.name_constraints import is_local_part, malformed_subtree
from idbridge.pki.report import Check, Outcome, SubIndication

if TYPE_CHECKING:
    from collections.abc import Callable

    from idbridge.pki.certificate import Certificate

PROCESSED_EXTENSIONS: Final = frozenset(
    {
        "2.5.29.14",  # subjectKeyIdentifier
        "2.5.29.15",  # keyUsage
        "2.5.29.17",  # subjectAltName
        "2.5.29.18",  # issuerAltName: nothing depends on it
        "2.5.29.19",  # basicConstraints
        "2.5.29.30",  # nameConstraints
        "2.5.29.31",  # cRLDistributionPoints
        "2.5.29.32",  # certificatePolicies
        "2.5.29.33",  # policyMappings
        "2.5.29.35",  # authorityKeyIdentifier
        "2.5.29.36",  # policyConstraints
        "2.5.29.37",  # extKeyUsage
        "2.5.29.46",  # freshestCRL
        "2.5.29.54",  # inhibitAnyPolicy
        "1.3.6.1.5.5.7.1.1",  # authorityInfoAccess
        "1.3.6.1.5.5.7.1.3",  # qcStatements
        "1.3.6.1.5.5.7.48.1.5",  # id-pkix-ocsp-nocheck
    }
)
"""Extensions that validation knows; any other that is critical spoils the path (§4.2, §6.1.4 (o), §6.1.5 (f))."""

NON_CRITICAL: Final = {
    "2.5.29.14": "subjectKeyIdentifier",  # §4.2.1.2
    "2.5.29.35": "authorityKeyIdentifier",  # §4.2.1.1
    "2.5.29.46": "freshestCRL",  # §4.2.1.15
    "1.3.6.1.5.5.7.1.1": "authorityInfoAccess",  # §4.2.2.1
    "1.3.6.1.5.5.7.1.11": "subjectInfoAccess",  # §4.2.2.2
}
"""Extensions that "conforming CAs MUST mark as non-critical"."""

CRITICAL_IN_AUTHORITIES: Final = {
    "2.5.29.19": "basicConstraints",  # §4.2.1.9
    "2.5.29.30": "nameConstraints",  # §4.2.1.10
    "2.5.29.36": "policyConstraints",  # §4.2.1.11; RFC 3280 left it open
    "2.5.29.54": "inhibitAnyPolicy",  # §4.2.1.14
}
"""Extensions that "conforming CAs MUST mark as critical" in certificates of authorities."""

SERIAL_BITS: Final = 159  # twenty octets, the first bit being the sign (§4.1.2.2)

PREFERRED_NAME: Final = re.compile(
    r"(?:\*\.)?(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", re.IGNORECASE
)
"""The "preferred name syntax" of RFC 1034 §3.5 as changed by RFC 1123 §2.1, with the wildcard of RFC 9525 §6.3."""


class Rule(NamedTuple):
    """A rule: its name and clause, how it binds, and a function that returns what is wrong, or None."""

    name: str
    clause: str
    binds: Literal["always", "strictly"]
    objection: Callable[[Certificate], str | None]


def _readable(certificate: Certificate) -> str | None:
    if certificate.extensions.faults:
        identifier, reason = certificate.extensions.faults[0]
        return f"extension {identifier}: {reason}"
    return None


def _unrepeated(certificate: Certificate) -> str | None:
    repeated = certificate.extensions.duplicates
    return f"extension {repeated[0]} stands twice" if repeated else None


def _known_critical(certificate: Certificate) -> str | None:
    for identifier, extension in certificate.extensions.raw.items():
        if extension.critical and identifier not in PROCESSED_EXTENSIONS:
            return f"critical extension {identifier} is not known"
    return None


def _one_algorithm(certificate: Certificate) -> str | None:
    if certificate.signature_algorithm != certificate.inner_algorithm:
        return "the signature algorithm inside the certificate is another than outside"
    return None


def _applicable_constraints(certificate: Certificate) -> str | None:
    constraints = certificate.extensions.name_constraints
    return None if constraints is None else malformed_subtree(constraints)


def _version(certificate: Certificate) -> str | None:
    if certificate.version not in {1, 2, 3} or (certificate.extensions.raw and certificate.version != 3):
        return f"version {certificate.version} with {len(certificate.extensions.raw)} extensions"
    return None


def _serial_number(certificate: Certificate) -> str | None:
    number = certificate.serial_number
    if number == 0 and certificate.is_ca and certificate.is_self_issued:
        return None  # as old roots have it
    if number <= 0 or number.bit_length() > SERIAL_BITS:
        return f"serial number {number:x} is not positive, or longer than 20 octets"
    return None


def _issuer(certificate: Certificate) -> str | None:
    return "the issuer is empty" if certificate.issuer.is_empty else None


def _subject(certificate: Certificate) -> str | None:
    if not certificate.subject.is_empty:
        return None
    if certificate.is_ca:
        return "the subject of an authority is empty"
    if not certificate.extensions.critical("2.5.29.17"):
        return "the subject is empty and the alternative name, if any, not critical"
    return None


def _non_critical(certificate: Certificate) -> str | None:
    wrong = [name for identifier, name in NON_CRITICAL.items() if certificate.extensions.critical(identifier)]
    return f"{', '.join(wrong)} must not be critical" if wrong else None


def _critical(certificate: Certificate) -> str | None:
    if not certificate.is_ca:
        return None
    raw = certificate.extensions.raw
    wrong = [name for oid, name in CRITICAL_IN_AUTHORITIES.items() if oid in raw and not raw[oid].critical]
    return f"{', '.join(wrong)} must be critical" if wrong else None


def _key_usage(certificate: Certificate) -> str | None:
    usage = certificate.key_usage
    if usage is None:
        return None
    if not usage:
        return "no key usage is set"
    if "keyCertSign" in usage and not certificate.is_ca:
        return "keyCertSign without being an authority"
    return None


def _path_length(certificate: Certificate) -> str | None:
    constraints = certificate.extensions.basic_constraints
    if constraints is None or constraints.path_length is None or constraints.ca:
        return None
    return "a path length without being an authority"


def _constraints_in_authorities(certificate: Certificate) -> str | None:
    if certificate.extensions.name_constraints is not None and not certificate.is_ca:
        return "name constraints in a certificate of no authority"
    return None


def _alternative_names(certificate: Certificate) -> str | None:
    for name in certificate.alternative_names:
        if isinstance(name.value, str) and not _well_formed(name.kind, name.value):
            return f"{name} is no name of its kind"
        if name.kind == "ip" and isinstance(name.value, bytes) and len(name.value) not in {4, 16}:
            return f"an address of {len(name.value)} octets"
    return None


def _well_formed(kind: str, text: str) -> bool:
    match kind:
        case "dns":
            return PREFERRED_NAME.fullmatch(text) is not None and not _is_address(text)
        case "email":
            local, _, host = text.rpartition("@")
            return is_local_part(local) and PREFERRED_NAME.fullmatch(host) is not None
        case _:
            return bool(re.match(r"[a-z][a-z0-9+.-]*:.", text, re.IGNORECASE))  # §4.2.1.6: scheme and the rest, absolute


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


RULES: Final = (
    Rule("extensions-readable", "RFC 5280 §4.2", "always", _readable),
    Rule("extensions-once", "RFC 5280 §4.2", "always", _unrepeated),
    Rule("critical-extensions-known", "RFC 5280 §6.1.4 (o), §6.1.5 (f)", "always", _known_critical),
    Rule("one-algorithm", "RFC 5280 §4.1.1.2", "always", _one_algorithm),
    Rule("name-constraints-applicable", "RFC 5280 §4.2.1.10", "always", _applicable_constraints),
    Rule("version", "RFC 5280 §4.1.2.1", "strictly", _version),
    Rule("serial-number", "RFC 5280 §4.1.2.2", "strictly", _serial_number),
    Rule("issuer-present", "RFC 5280 §4.1.2.4", "strictly", _issuer),
    Rule("subject-present", "RFC 5280 §4.1.2.6", "strictly", _subject),
    Rule("non-critical-extensions", "RFC 5280 §4.2.1.1, §4.2.1.2, §4.2.1.15, §4.2.2", "strictly", _non_critical),
    Rule("critical-extensions", "RFC 5280 §4.2.1.9 to §4.2.1.11, §4.2.1.14", "strictly", _critical),
    Rule("key-usage-consistent", "RFC 5280 §4.2.1.3", "strictly", _key_usage),
    Rule("path-length-of-authority", "RFC 5280 §4.2.1.9", "strictly", _path_length),
    Rule("name-constraints-of-authority", "RFC 5280 §4.2.1.10", "strictly", _constraints_in_authorities),
    Rule("alternative-names", "RFC 5280 §4.2.1.6", "strictly", _alternative_names),
)


def judge_profile(certificate: Certificate, *, strict: bool) -> list[Check]:
    """Return one check for every rule that *certificate* breaks, or a single one that passed.

    What binds strictly is a warning where nobody is *strict*.
    """
    broken = []
    for rule in RULES:
        if (objection := rule.objection(certificate)) is not None:
            outcome: Outcome = "failed" if strict or rule.binds == "always" else "warned"
            sub_indication = SUB_INDICATIONS.get(rule.name, "CERTIFICATE_CHAIN_GENERAL_FAILURE")
            broken.append(Check(rule.name, rule.clause, outcome, certificate, {"objection": objection}, sub_indication))
    return broken or [Check("profile", "RFC 5280 §4", "passed", certificate)]


SUB_INDICATIONS: Final[dict[str, SubIndication]] = {"critical-extensions-known": "CHAIN_CONSTRAINTS_FAILURE"}
