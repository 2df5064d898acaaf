"""Criteria over certificate contents: met, not met, or cannot be told, and never yes by default."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idbridge.trust.content import CertificateContent, QcStatement
from idbridge.trust.criteria import (
    Assertion,
    CriteriaList,
    ExtendedKeyUsageCriterion,
    KeyUsageCriterion,
    PolicyCriterion,
    QcStatementCriterion,
    SubjectAttributeCriterion,
    UnknownCriterion,
)

CONTENT = CertificateContent(
    subject=(("2.5.4.3", "CHAN Tai Man"), ("2.5.4.6", "HK")),
    policies=frozenset({"1.2.3", "1.2.4"}),
    key_usage=frozenset({"digitalSignature", "nonRepudiation"}),
    extended_key_usage=frozenset({"1.3.6.1.5.5.7.3.4"}),
    qc_statements=(QcStatement("0.4.0.1862.1.1"), QcStatement("0.4.0.1862.1.6", types=frozenset({"0.4.0.1862.1.6.1"}))),
)
BARE = CertificateContent((), frozenset(), None, frozenset(), ())

YES, NO, UNKNOWN = PolicyCriterion(frozenset({"1.2.3"})), PolicyCriterion(frozenset({"9.9"})), UnknownCriterion("x")


@pytest.mark.parametrize(
    ("criterion", "expected"),
    [
        (KeyUsageCriterion(frozenset({"nonRepudiation"})), True),
        (KeyUsageCriterion(frozenset(), frozenset({"nonRepudiation"})), False),
        (KeyUsageCriterion(frozenset({"nonRepudiation"}), frozenset({"keyAgreement"})), True),
        (PolicyCriterion(frozenset({"1.2.3", "1.2.4"})), True),
        (PolicyCriterion(frozenset({"1.2.3", "1.2.5"})), False),
        (ExtendedKeyUsageCriterion(frozenset({"1.3.6.1.5.5.7.3.4"})), True),
        (ExtendedKeyUsageCriterion(frozenset({"1.3.6.1.5.5.7.3.9"})), False),
        (SubjectAttributeCriterion(frozenset({"2.5.4.3", "2.5.4.6"})), True),
        (SubjectAttributeCriterion(frozenset({"2.5.4.97"})), False),
        (QcStatementCriterion((QcStatement("0.4.0.1862.1.1"),)), True),
        (QcStatementCriterion((QcStatement("0.4.0.1862.1.6"),)), True),
        (QcStatementCriterion((QcStatement("0.4.0.1862.1.6", types=frozenset({"0.4.0.1862.1.6.1"})),)), True),
        (QcStatementCriterion((QcStatement("0.4.0.1862.1.6", types=frozenset({"0.4.0.1862.1.6.2"})),)), False),
        (QcStatementCriterion((QcStatement("0.4.0.1862.1.4"),)), False),
        (UnknownCriterion("{urn:x}Criterion"), None),
    ],
)
def test_a_criterion_compares_what_the_certificate_contains(criterion, expected):
    assert criterion.met_by(CONTENT) is expected


@pytest.mark.parametrize(
    "criterion",
    [
        KeyUsageCriterion(frozenset()),
        PolicyCriterion(frozenset()),
        ExtendedKeyUsageCriterion(frozenset()),
        SubjectAttributeCriterion(frozenset()),
        QcStatementCriterion(()),
    ],
)
def test_a_criterion_that_asks_nothing_is_not_met(criterion):
    assert criterion.met_by(BARE) is False


@pytest.mark.parametrize(
    ("assertion", "criteria", "expected"),
    [
        (Assertion.ALL, (YES, YES), True),
        (Assertion.ALL, (YES, NO), False),
        (Assertion.ALL, (YES, UNKNOWN), None),
        (Assertion.ALL, (NO, UNKNOWN), False),
        (Assertion.AT_LEAST_ONE, (YES, NO), True),
        (Assertion.AT_LEAST_ONE, (YES, UNKNOWN), True),
        (Assertion.AT_LEAST_ONE, (NO, UNKNOWN), None),
        (Assertion.AT_LEAST_ONE, (NO, NO), False),
        (Assertion.NONE, (NO, NO), True),
        (Assertion.NONE, (NO, YES), False),
        (Assertion.NONE, (NO, UNKNOWN), None),
        (Assertion.ALL, (), None),
        (Assertion.AT_LEAST_ONE, (), None),
        (Assertion.NONE, (), None),
        (None, (YES,), None),
    ],
)
def test_lists_combine_answers_in_three_values(assertion, criteria, expected):
    assert CriteriaList(assertion, criteria).met_by(CONTENT) is expected


trees = st.recursive(
    st.sampled_from([YES, NO, UNKNOWN]),
    lambda inner: st.builds(CriteriaList, st.sampled_from([*Assertion, None]), st.lists(inner, max_size=4).map(tuple)),
    max_leaves=12,
)


def decided(tree, unknown: bool):
    """The same in two values, with every unknown taken for *unknown*; None where a list says nothing."""
    if isinstance(tree, UnknownCriterion):
        return unknown
    if not isinstance(tree, CriteriaList):
        return tree.met_by(CONTENT)
    if not tree.criteria or tree.assertion is None:
        return unknown
    answers = [decided(item, unknown if tree.assertion is not Assertion.NONE else not unknown) for item in tree.criteria]
    if tree.assertion is Assertion.ALL:
        return all(answers)
    return any(answers) if tree.assertion is Assertion.AT_LEAST_ONE else not any(answers)


@given(trees)
def test_a_definite_answer_holds_whatever_the_unknown_ones_would_be(tree):
    answer = tree.met_by(CONTENT)
    if answer is not None:
        assert decided(tree, unknown=True) is answer
        assert decided(tree, unknown=False) is answer
