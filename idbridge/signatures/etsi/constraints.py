"""ValidationConstraintsEvaluationReport (clause 4.3.4): each check is a constraint, and what came of it its status."""

from __future__ import annotations

from collections.abc import Iterable

from lxml import etree

from idbridge.signatures.etsi.elements import add, status, xades
from idbridge.signatures.etsi.vocabulary import APPLIED, DISABLED, OURS, OVERRIDDEN, identifier
from idbridge.signatures.indications import Indication
from idbridge.signatures.judgement import Check, Outcome


def add_constraints(parent: etree._Element, checks: Iterable[Check], policy: str) -> None:
    """Add the constraints that were evaluated under *policy*."""
    made = add(parent, "ValidationConstraintsEvaluationReport")
    of_policy = add(made, "SignatureValidationPolicy")
    xades(add(of_policy, "SignaturePolicyIdentifier"), "SignaturePolicyImplied")
    add(of_policy, "PolicyName", policy)
    for check in checks:
        _add_constraint(made, check, policy)


def _add_constraint(parent: etree._Element, check: Check, policy: str) -> None:
    """A failure that the policy lets pass with a warning is a constraint that it overrides."""
    made = add(parent, "ValidationConstraint")
    add(made, "ValidationConstraintIdentifier", f"{OURS}check:{check.name}")
    state = add(made, "ConstraintStatus")
    add(state, "Status", {Outcome.SKIPPED: DISABLED, Outcome.WARNED: OVERRIDDEN}.get(check.outcome, APPLIED))
    if check.outcome is Outcome.WARNED:
        add(state, "OverriddenBy", identifier(policy, "policy"))
    if check.outcome is Outcome.PASSED:
        status(made, "ValidationStatus", Indication.PASSED, None)
    elif check.sub_indication is not None:
        status(made, "ValidationStatus", check.sub_indication.indication, check.sub_indication)
    add(made, "Indications", f"{check.outcome}, {check.clause}" + (f": {check.detail}" if check.detail else ""))
