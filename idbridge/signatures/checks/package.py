"""Checks on the package that a signature stands in: GB/T 33190 clause 18."""

from __future__ import annotations

from typing import Final

from idbridge.signatures.judgement import Finding, Subject

PART_UNPROTECTED: Final = "part-unprotected"
SIGNATURE_UNLISTED: Final = "signature-unlisted"
"""The faults of a package, by their codes, that these checks judge."""


def parts_protected(subject: Subject) -> Finding:
    """Every part of the package is protected by one of its signatures: what none protects was put there unseen."""
    return _none_of(PART_UNPROTECTED, subject)


def signatures_listed(subject: Subject) -> Finding:
    """Every signature in the package is in its list: one that is not was taken out."""
    return _none_of(SIGNATURE_UNLISTED, subject)


def _none_of(code: str, subject: Subject) -> Finding:
    found = [fault.detail for fault in subject.document.faults if fault.code == code]
    return Finding(not found, "; ".join(found))
