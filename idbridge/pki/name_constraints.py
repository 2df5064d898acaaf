"""Name constraints (RFC 5280 §4.2.1.10, §6.1.3 (b) and (c), §6.1.4 (g)): which names the certificates below may carry.

Permitted subtrees of several authorities are kept side by side, and a name must fit each; that is the intersection
which §6.1.4 (g)(1) asks for, without computing it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from idbridge.pki.names import EMAIL_ADDRESS, GeneralName, Name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from idbridge.pki.certificate import Certificate
    from idbridge.pki.extensions import NameConstraints, Subtree

COMPARISONS_LIMIT: Final = 250_000
"""Names times constraints on one path, of whatever kinds: a thousand names under 250 constraints; about 0.05 s."""

DNS_NAME: Final = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?\.)*[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?", re.IGNORECASE)


class ConstraintsBudgetError(Exception):
    """More comparisons than `COMPARISONS_LIMIT`; never leaves this room."""


@dataclass(frozen=True, slots=True)
class Violation:
    """A name that is not allowed: which, and the constraint that says so."""

    name: str
    rule: str


@dataclass(slots=True)
class ConstraintState:
    """The permitted and excluded subtrees in force at a point of the path; grows from the anchor down."""

    permitted: list[tuple[Subtree, ...]] = field(default_factory=list)
    excluded: list[Subtree] = field(default_factory=list)
    comparisons: int = 0

    def narrow(self, constraints: NameConstraints) -> None:
        """Add what one authority's extension says (§6.1.4 (g))."""
        if constraints.permitted is not None:
            self.permitted.append(constraints.permitted)
        self.excluded.extend(constraints.excluded or ())

    def violation(self, certificate: Certificate) -> Violation | None:
        """Return the first name of *certificate* that the constraints forbid, or None (§6.1.3 (b) and (c)).

        :raises ConstraintsBudgetError: it would take too many comparisons to tell.
        """
        if not self.permitted and not self.excluded:
            return None
        return next(filter(None, map(self._objection, constrained_names(certificate))), None)

    def _objection(self, name: GeneralName) -> Violation | None:
        for subtree in self._relevant(self.excluded, name):
            if matches(subtree, name, excluding=True):
                return Violation(str(name), f"excluded {subtree.base}")
        for alternatives in self.permitted:
            relevant = self._relevant(alternatives, name)
            if relevant and not any(matches(subtree, name, excluding=False) for subtree in relevant):
                return Violation(str(name), "permitted only " + ", ".join(str(subtree.base) for subtree in relevant[:5]))
        return None

    def _relevant(self, subtrees: Sequence[Subtree], name: GeneralName) -> list[Subtree]:
        """Return the subtrees of the name's kind: a constraint says nothing about other kinds."""
        self.comparisons += len(subtrees)
        if self.comparisons > COMPARISONS_LIMIT:
            raise ConstraintsBudgetError
        return [subtree for subtree in subtrees if subtree.base.kind == name.kind]


def constrained_names(certificate: Certificate) -> list[GeneralName]:
    """Return the names that constraints apply to: subject, alternative names, and e-mail in a subject without those."""
    names = list(certificate.alternative_names)
    if not certificate.subject.is_empty:
        names.append(GeneralName("directory", certificate.subject))
    if certificate.extensions.alternative_names is None:
        names += [GeneralName("email", address) for address in certificate.subject.values(EMAIL_ADDRESS)]
    return names


def malformed_subtree(constraints: NameConstraints) -> str | None:
    """Return what is wrong with a subtree of *constraints*, or None.

    A constraint that cannot be applied must not be ignored, so that its certificate cannot be on a path.
    """
    for subtree in (*(constraints.permitted or ()), *(constraints.excluded or ())):
        if subtree.bounded:
            return f"{subtree.base} has a minimum or maximum"  # "minimum MUST be zero, and maximum MUST be absent"
        if not _well_formed(subtree.base):
            return f"{subtree.base} is no constraint of its kind"
    return None


def _well_formed(base: GeneralName) -> bool:
    match base.kind, base.value:
        case "dns", str(text):
            return not text or DNS_NAME.fullmatch(text) is not None  # no leading period, no wildcard
        case "email", str(text):
            local, at, host = text.rpartition("@")
            return (is_local_part(local) or not at) and _host_or_domain(host)
        case "uri", str(text):
            return _host_or_domain(text)
        case "ip", bytes(octets):
            return len(octets) in {8, 32} and _is_prefix_mask(octets[len(octets) // 2 :])
        case _:
            return True


def _host_or_domain(text: str) -> bool:
    return DNS_NAME.fullmatch(text.removeprefix(".")) is not None


def _is_prefix_mask(mask: bytes) -> bool:
    """Whether the set bits come first, as RFC 4632 wants; anything else has no agreed meaning."""
    return re.fullmatch("1*0*", "".join(f"{octet:08b}" for octet in mask)) is not None


def matches(subtree: Subtree, name: GeneralName, *, excluding: bool) -> bool:
    """Tell whether *name* lies in *subtree* of the same kind.

    What cannot be compared (kinds without rules, names that are malformed) matches every exclusion and no permission.
    """
    match subtree.base.value, name.value:
        case Name() as base, Name() as directory:
            return directory.rdn_keys[: len(base.rdn_keys)] == base.rdn_keys
        case str(base), str(text) if name.kind == "dns":
            found = _dns(base.lower(), text.lower(), excluding=excluding)
        case str(base), str(text) if name.kind == "email":
            found = _email(base, text)
        case str(base), str(text) if name.kind == "uri":
            found = _uri(base.lower(), text)
        case bytes(base), bytes(octets) if name.kind == "ip":
            found = _ip(base, octets)
        case _:
            found = None
    return excluding if found is None else found


def _dns(base: str, name: str, *, excluding: bool) -> bool | None:
    """Compare label by label from the right; a wildcard is excluded where any name it stands for is."""
    host = name.removeprefix("*.")
    if DNS_NAME.fullmatch(host) is None:
        return None
    if not base or name == base or name.endswith(f".{base}"):
        return True
    return excluding and host != name and base.partition(".")[2] == host


def _email(base: str, name: str) -> bool | None:
    """Compare with one mailbox (local part as written), all of one host, or all of the hosts below a domain."""
    local, _, host = name.rpartition("@")
    if not is_local_part(local) or DNS_NAME.fullmatch(host) is None:
        return None
    base_local, at, base_host = base.rpartition("@")
    if at:
        return local == base_local and host.lower() == base_host.lower()
    return _host(base_host.lower(), host.lower())


def is_local_part(text: str) -> bool:
    """Whether *text* can stand before the @ of a mailbox: not empty, and another @ only in quotes (RFC 5321 §4.1.2)."""
    return bool(text) and ("@" not in text or (len(text) > 1 and text[0] == text[-1] == '"'))


def _uri(base: str, name: str) -> bool | None:
    """Compare the host part; a URI without one, or with an address there, cannot be judged."""
    try:
        host = urlsplit(name).hostname
    except ValueError:
        return None
    if host is None or DNS_NAME.fullmatch(host) is None or host.rpartition(".")[2].isdigit():
        return None
    return _host(base, host.lower())


def _host(base: str, host: str) -> bool:
    return host.endswith(base) if base.startswith(".") else host == base


def _ip(base: bytes, address: bytes) -> bool | None:
    if len(address) not in {4, 16} or len(base) not in {8, 32}:
        return None
    if len(base) != 2 * len(address):
        return False
    network, mask = base[: len(address)], base[len(address) :]
    return all(a & m == n & m for a, n, m in zip(address, network, mask, strict=True))
