"""Where attacks take place: an authority that is trusted, whom it issued to, and what is said of a document there.

Everything an honest signature needs is at hand (trust, a fresh list of the revoked), so that a genuine document passes
and only what was done to it can be why another does not.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from idbridge import verify_document
from idbridge.signatures.gathering import ValidationData
from idbridge.signatures.refusals import DocumentRefused
from idbridge.signatures.report import DocumentReport
from idbridge.signatures.verification import Detached
from tests.unit.signatures.forge import SIGNED_AT, Authority

AT: Final = SIGNED_AT + timedelta(days=14)
AUTHORITY: Final = Authority()
ALICE, BOB = AUTHORITY.issue("Alice"), AUTHORITY.issue("Bob")
STAMPER: Final = AUTHORITY.issue("TSA", timestamping=True)
EVE: Final = Authority().issue("Alice")
"""Called like a signer, by an authority called like the one that is trusted, with keys of her own."""

EVIDENCE: Final = ValidationData(crls=(AUTHORITY.crl(AT - timedelta(days=1)),))

UNTOUCHED: Final = "TOTAL_PASSED"
"""What is said of a genuine document: every signature passed, over the whole of it."""

IN_PART: Final = "TOTAL_PASSED in part"
"""Passed, and the report names what is not covered, or was changed since."""

REFUSED: Final = "refused"


@dataclass(frozen=True, slots=True)
class Attack:
    """A document that was made to mislead: `verdict` is what has to be said of it, and `names` what has to be named."""

    make: Callable[[], bytes]
    verdict: str
    names: str
    detached: Detached = None


def said(make: Callable[[], bytes], detached: Detached = None, evidence: ValidationData = EVIDENCE) -> tuple[str, str]:
    """Return the verdict on a document, and all that the report names: faults, failed checks, what is not covered."""
    try:
        report = verify_document(make(), trust=[AUTHORITY.root.der], at=AT, evidence=evidence, detached=detached)
    except DocumentRefused as refused:
        return REFUSED, refused.code.value
    verdict = " ".join(filter(None, (report.indication.value, report.sub_indication and report.sub_indication.value)))
    return verdict + (" in part" if verdict == UNTOUCHED and not _is_whole(report) else ""), "; ".join(_named(report))


def _is_whole(report: DocumentReport) -> bool:
    signatures = [signature.evidence for signature in report.signatures if signature.evidence.parent is None]
    return all(any(scope.whole_document for scope in signature.scope) for signature in signatures)


def _named(report: DocumentReport) -> list[str]:
    objects = [*report.signatures, *report.timestamps]
    faults = [*report.faults, *(fault for one in objects for fault in one.evidence.signed.faults)]
    failed = [check for one in objects for check in one.checks if check.outcome in ("failed", "warned")]
    scopes = [scope for signature in report.signatures for scope in signature.evidence.scope]
    left_out = [place for scope in scopes for place in scope.not_covered]
    return [*(fault.code for fault in faults), *(f"{check.name}: {check.detail}" for check in failed), *left_out]
