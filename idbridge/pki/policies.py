"""Certificate policies along a path (RFC 5280 §6.1, with the valid policy graph of RFC 9618 §5).

RFC 5280's tree grows exponentially when mappings fan out; RFC 9618 replaces it by a graph with one node for each
policy and depth. Only the deepest level decides what follows, and of the levels above only whether a node descends
from a policy that the user accepts; so one level with that mark is all that is kept, and time and memory are linear
in the certificates.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from idbridge.pki.extensions import ANY_POLICY

if TYPE_CHECKING:
    from collections.abc import Mapping

    from idbridge.pki.certificate import Certificate


@dataclass(frozen=True, slots=True)
class Node:
    """A policy valid at the present depth: its names one certificate further down, and whether the user takes it.

    `accepted` means that a node of this branch just below the anchor's any-policy is in the user-initial-policy-set.
    """

    expected: frozenset[str]
    accepted: bool


Level = dict[str, Node]


@dataclass(frozen=True, slots=True)
class PolicyInputs:
    """What the user asks for (RFC 5280 §6.1.1 (c), (e), (f), (g)); `initial` None is any-policy."""

    initial: frozenset[str] | None = None
    require_explicit: bool = False
    inhibit_mapping: bool = False
    inhibit_any: bool = False

    def accepts(self, policy: str) -> bool:
        """Whether a policy of the anchor's domain is in the user-initial-policy-set."""
        return self.initial is None or policy in self.initial


class PolicyState:
    """The policy variables of RFC 5280 §6.1.2 while a path is walked from the anchor to its last certificate."""

    __slots__ = ("explicit", "inhibit_any", "inputs", "level", "mapping")

    def __init__(self, inputs: PolicyInputs, length: int) -> None:
        """Start at the anchor of a path of *length* certificates below it (§6.1.2 (a), (d), (e), (f))."""
        self.inputs = inputs
        self.level: Level = {ANY_POLICY: Node(frozenset((ANY_POLICY,)), accepted=True)}
        self.explicit = 0 if inputs.require_explicit else length + 1
        self.mapping = 0 if inputs.inhibit_mapping else length + 1
        self.inhibit_any = 0 if inputs.inhibit_any else length + 1

    def process(self, certificate: Certificate, *, last: bool) -> bool:
        """Take in the policies of the next certificate; tell whether the path is still valid (§6.1.3 (d), (e), (f))."""
        policies = certificate.extensions.policies
        if policies is None or not self.level:
            self.level = {}  # (e)
        else:
            any_allowed = self.inhibit_any > 0 or (not last and certificate.is_self_issued)
            self.level = self._next_level(policies, any_allowed=any_allowed)
        return self.explicit > 0 or bool(self.level)  # (f)

    def _next_level(self, policies: tuple[str, ...], *, any_allowed: bool) -> Level:
        expected: dict[str, bool] = {}  # policy → whether an accepted node expects it
        for node in self.level.values():
            for policy in node.expected:
                expected[policy] = expected.get(policy, False) or node.accepted
        level: Level = {}
        for policy in policies:
            if policy == ANY_POLICY:
                continue
            if policy in expected:  # (d)(1)(i)
                level[policy] = Node(frozenset((policy,)), expected[policy])
            elif ANY_POLICY in self.level:  # (d)(1)(ii): a node directly below any-policy
                level[policy] = Node(frozenset((policy,)), self.inputs.accepts(policy))
        if ANY_POLICY in policies and any_allowed:  # (d)(2)
            for policy, accepted in expected.items():
                level.setdefault(policy, Node(frozenset((policy,)), accepted))
        return level

    def prepare(self, certificate: Certificate) -> str | None:
        """Apply mappings and constraints before the next certificate (§6.1.4 (a), (b), (h), (i), (j)).

        Returns what is wrong with the certificate's mappings, or None.
        """
        mappings = certificate.extensions.policy_mappings or ()
        if any(ANY_POLICY in pair for pair in mappings):  # (a)
            return "a policy is mapped to or from any-policy"
        self._map(mappings)  # (b)
        if not certificate.is_self_issued:  # (h)
            self.explicit, self.mapping, self.inhibit_any = (
                max(count - 1, 0) for count in (self.explicit, self.mapping, self.inhibit_any)
            )
        self._constrain(certificate)
        return None

    def _map(self, mappings: tuple[tuple[str, str], ...]) -> None:
        targets: dict[str, set[str]] = {}
        for issuer_domain, subject_domain in mappings:
            targets.setdefault(issuer_domain, set()).add(subject_domain)
        for policy, mapped in targets.items():
            if self.mapping == 0:  # (b)(2)
                self.level.pop(policy, None)
            elif policy in self.level:  # (b)(1)
                self.level[policy] = Node(frozenset(mapped), self.level[policy].accepted)
            elif ANY_POLICY in self.level:
                self.level[policy] = Node(frozenset(mapped), self.inputs.accepts(policy))

    def _constrain(self, certificate: Certificate) -> None:
        constraints = certificate.extensions.policy_constraints
        if constraints is not None and constraints.require_explicit_policy is not None:  # (i)(1)
            self.explicit = min(self.explicit, constraints.require_explicit_policy)
        if constraints is not None and constraints.inhibit_policy_mapping is not None:  # (i)(2)
            self.mapping = min(self.mapping, constraints.inhibit_policy_mapping)
        if certificate.extensions.inhibit_any_policy is not None:  # (j)
            self.inhibit_any = min(self.inhibit_any, certificate.extensions.inhibit_any_policy)

    def wrap_up(self, certificate: Certificate) -> bool:
        """Finish with the last certificate; tell whether the path is valid (§6.1.5 (a), (b), (g))."""
        if self.explicit > 0:  # (a)
            self.explicit -= 1
        constraints = certificate.extensions.policy_constraints
        if constraints is not None and constraints.require_explicit_policy == 0:  # (b)
            self.explicit = 0
        return self.explicit > 0 or bool(self.valid_policies())

    def valid_policies(self) -> frozenset[str]:
        """Return the user-constrained-policy-set, in the names that the last certificate uses (RFC 9618 §5).

        Any-policy at the end stands for whatever the user asked for.
        """
        found = {policy for policy, node in self.level.items() if node.accepted and policy != ANY_POLICY}
        if ANY_POLICY in self.level:
            found |= {ANY_POLICY} if self.inputs.initial is None else self.inputs.initial
        return frozenset(found)

    def values(self) -> Mapping[str, object]:
        """Return the present state for a report."""
        return {"policies": tuple(sorted(self.level)), "explicit_policy_in": self.explicit}
