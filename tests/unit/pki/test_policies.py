"""The valid policy graph: RFC 9618's answers, in time that does not grow with mappings."""

from __future__ import annotations

import pytest
from cryptography import x509

from idbridge.pki.certificate import Certificate
from idbridge.pki.extensions import ANY_POLICY
from idbridge.pki.policies import PolicyInputs, PolicyState
from idbridge.pki.structures import header
from tests.authority import Authority, oid, policies
from tests.guards import no_hang

A, B, C, D = "1.2.3.1", "1.2.3.2", "1.2.3.3", "1.2.3.4"


def mappings(*pairs: tuple[str, str]) -> x509.UnrecognizedExtension:
    def encoded(dotted: str) -> bytes:
        return b"\x06\x03\x2a\x03" + bytes((int(dotted.rpartition(".")[2]),))

    members = b"".join(header(b"\x30", 10) + encoded(a) + encoded(b) for a, b in pairs)
    return x509.UnrecognizedExtension(oid("2.5.29.33"), header(b"\x30", len(members)) + members)


def authority(stated=None, mapped=(), constraints=None, inhibit_any=None) -> Certificate:
    extensions = []
    if stated is not None:
        extensions.append((policies(*stated), False))
    if mapped:
        extensions.append((mappings(*mapped), True))
    if constraints is not None:
        extensions.append((x509.PolicyConstraints(*constraints), True))
    if inhibit_any is not None:
        extensions.append((x509.InhibitAnyPolicy(inhibit_any), True))
    return Certificate.from_der(Authority("Above").certify("Below", ca=True, extensions=tuple(extensions)))


def leaf(*stated: str) -> Certificate:
    return authority(stated or None)


def walk(inputs: PolicyInputs, *path: Certificate) -> tuple[bool, frozenset[str]]:
    """Return whether the path is valid by its policies, and the user-constrained policy set."""
    state = PolicyState(inputs, len(path))
    *issuers, last = path
    holds = True
    for certificate in issuers:
        holds &= state.process(certificate, last=False)
        holds &= state.prepare(certificate) is None
    holds &= state.process(last, last=True)
    holds &= state.wrap_up(last)
    return holds, state.valid_policies()


EXPLICIT = PolicyInputs(require_explicit=True)


def asked(*wanted: str, **flags: bool) -> PolicyInputs:
    return PolicyInputs(frozenset(wanted), require_explicit=True, **flags)


@pytest.mark.parametrize(
    ("inputs", "path", "expected"),
    [
        (PolicyInputs(), (authority(), leaf()), (True, set())),
        (EXPLICIT, (authority(), leaf(A)), (False, set())),
        (EXPLICIT, (authority([A, B]), leaf(B, C)), (True, {B})),
        (EXPLICIT, (authority([ANY_POLICY]), leaf(A)), (True, {A})),
        (EXPLICIT, (authority([A]), leaf(ANY_POLICY)), (True, {A})),
        (EXPLICIT, (authority([ANY_POLICY]), leaf(ANY_POLICY)), (True, {ANY_POLICY})),
        (asked(C), (authority([ANY_POLICY]), leaf(ANY_POLICY)), (True, {C})),
        (asked(A), (authority([A, B]), leaf(A, B)), (True, {A})),
        (asked(C), (authority([A, B]), leaf(A, B)), (False, set())),
        # mappings: what the user asked for is named above, what is valid is named below
        (asked(A), (authority([A], [(A, B)]), leaf(B)), (True, {B})),
        (asked(B), (authority([A], [(A, B)]), leaf(B)), (False, set())),
        (asked(A), (authority([A], [(A, B)]), leaf(A)), (False, set())),
        (asked(A), (authority([ANY_POLICY], [(A, B)]), leaf(B)), (True, {B})),
        (asked(A, inhibit_mapping=True), (authority([A], [(A, B)]), leaf(B)), (False, set())),
        (asked(A), (authority([A, C], [(A, B), (C, D)]), leaf(B, D)), (True, {B})),
        # constraints within the path
        (PolicyInputs(), (authority(constraints=(0, None)), leaf()), (False, set())),
        (PolicyInputs(), (authority(constraints=(1, None)), leaf()), (False, set())),  # §6.1.5 (a) counts the last
        (PolicyInputs(), (authority(constraints=(2, None)), leaf()), (True, set())),
        (EXPLICIT, (authority([A], constraints=(None, 0)), authority([A], [(A, B)]), leaf(B)), (False, set())),
        (EXPLICIT, (authority([A], inhibit_any=0), leaf(ANY_POLICY)), (False, set())),
        (EXPLICIT, (authority([A], inhibit_any=1), leaf(ANY_POLICY)), (True, {A})),
        (PolicyInputs(None, True, False, True), (authority([ANY_POLICY]), leaf(A)), (False, set())),
    ],
)
def test_answers(inputs: PolicyInputs, path: tuple[Certificate, ...], expected: tuple[bool, set[str]]) -> None:
    assert walk(inputs, *path) == expected


@pytest.mark.parametrize("pair", [(A, B)])
def test_any_policy_is_not_mapped(pair: tuple[str, str]) -> None:
    certificate = authority([A], [pair])
    state = PolicyState(EXPLICIT, 2)
    assert state.process(certificate, last=False)
    assert state.prepare(certificate) is None
    any_mapped = x509.UnrecognizedExtension(oid("2.5.29.33"), bytes.fromhex("300d300b0604551d2000" + "06032a0301"))
    bad = Certificate.from_der(Authority("Above").certify("Below", ca=True, extensions=((any_mapped, True),)))
    assert PolicyState(EXPLICIT, 2).prepare(bad) is not None


def test_mappings_that_fan_out_cost_nothing() -> None:
    """Every policy mapped to every other, thirty times: a tree would have 4^30 leaves (RFC 9618)."""
    all_pairs = [(a, b) for a in (A, B, C, D) for b in (A, B, C, D)]
    path = [authority([A, B, C, D], all_pairs)] * 30
    with no_hang("mappings that fan out"):
        assert walk(EXPLICIT, *path, leaf(A))[0]
