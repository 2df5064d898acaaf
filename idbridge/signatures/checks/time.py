"""Checks on times, and on what was signed: EN 319 102-1 clauses 5.2.8, 5.5 and 5.6."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from idbridge.signatures.evidence import TimestampKind
from idbridge.signatures.judgement import Finding, Subject, shown


def signing_time_present(subject: Subject) -> Finding:
    """The signer states a time."""
    time = claimed_time(subject)
    return Finding(time is not None, shown(time) if time else "the signer states no time")


def scope_covers_document(subject: Subject) -> Finding:
    """Nothing of the document is left unsigned."""
    scope = subject.signature.scope if subject.signature else ()
    if any(part.whole_document for part in scope):
        return Finding(True, ", ".join(part.name for part in scope if part.whole_document))
    left_out = [name for part in scope for name in part.not_covered]
    parts = ", ".join(f"{part.kind} {part.name}" for part in scope) or "nothing"
    return Finding(False, f"signed: {parts}" + (f"; not covered: {', '.join(left_out)}" if left_out else ""))


def timestamps_valid(subject: Subject) -> Finding:
    """Every timestamp of the signature proves something."""
    if not subject.timestamps:
        return Finding(None, "there are none")
    invalid = [outcome.evidence for outcome in subject.timestamps if not outcome.trusted]
    return Finding(not invalid, ", ".join(f"{t.id} ({t.kind}) proves nothing" for t in invalid))


def timestamps_in_order(subject: Subject) -> Finding:
    """Clause 5.5.4 step 5 d: what a timestamp covers cannot be younger than the timestamp."""
    trusted = [o.evidence for o in subject.timestamps if o.trusted and o.evidence.time is not None]
    if not trusted:
        return Finding(None, "no trusted timestamp")
    content = [t.time for t in trusted if t.kind is TimestampKind.CONTENT and t.time]
    others = [t.time for t in trusted if t.kind is not TimestampKind.CONTENT and t.time]
    if content and others and max(content) > min(others):
        return Finding(False, f"the content's, {shown(max(content))}, is after the signature's, {shown(min(others))}")
    times = {t.id: t for t in trusted}
    for outer in trusted:
        for inner in (times[key] for key in sorted(outer.covers.timestamps) if key in times):
            if inner.time and outer.time and inner.time > outer.time:
                return Finding(False, f"{outer.id} covers {inner.id}, which is later")
    return Finding(True, ", ".join(f"{t.id} {shown(t.time)}" for t in trusted if t.time))


def issued_before(subject: Subject) -> Finding:
    """Clause 5.5.4 step 4: nobody signs with a certificate that does not exist yet. A timestamp states when it was made."""
    certificate = subject.identified.certificate
    if certificate is None:
        return Finding(None, "no certificate was identified")
    existed = subject.existed.time
    if subject.timestamp is not None and subject.timestamp.time is not None:
        existed = min(existed, subject.timestamp.time)
    holds = certificate.not_before <= existed
    return Finding(holds, f"issued {shown(certificate.not_before)}, signature existed {shown(existed)}")


def not_in_the_future(subject: Subject) -> Finding:
    """The timestamp's time has come."""
    time = subject.timestamp.time if subject.timestamp is not None else None
    if time is None:
        return Finding(False, "the timestamp states no time")
    return Finding(time <= subject.existed.time + CLOCKS_DIFFER, f"states {shown(time)}, existed {shown(subject.existed.time)}")


def revocation_after(subject: Subject) -> Finding:
    """Clauses 5.2.5 and 5.5.4: word from before the signature cannot tell whether the signer had revoked by then.

    Within the grace period of the policy a revocation may still be on its way into lists.
    """
    path = subject.path.report.path if subject.path is not None else None
    signed = subject.existed.time if subject.existed.by else claimed_time(subject)
    checks = [check for check in path.checks if check.name == "revocation"] if path is not None else []
    of_signer = [check for check in checks if check.certificate == subject.identified.certificate]
    this_update = of_signer[0].values.get("this_update") if of_signer else None
    if signed is None or not isinstance(this_update, datetime):
        return Finding(None, "no time of signing, or no revocation evidence, to compare")
    holds = this_update >= signed + subject.policy.grace
    return Finding(holds, f"evidence of {shown(this_update)}, signed {shown(signed)}, grace {subject.policy.grace}")


def claimed_time(subject: Subject) -> datetime | None:
    """Return the time that the signer states."""
    return subject.signature.attributes.signing_time if subject.signature else None


CLOCKS_DIFFER: Final = timedelta(minutes=10)
"""How far a signer's clock may run ahead of a timestamp authority's before the claim is called implausible."""


def signing_time_plausible(subject: Subject) -> Finding:
    """The time that the signer states does not contradict what is proved."""
    claimed = claimed_time(subject)
    if claimed is None:
        return Finding(None, "the signer states no time")
    if claimed > subject.existed.time + CLOCKS_DIFFER:
        return Finding(False, f"{shown(claimed)} is claimed, but it existed at {shown(subject.existed.time)}")
    if subject.not_before is not None and claimed + CLOCKS_DIFFER < subject.not_before:
        return Finding(False, f"{shown(claimed)} is claimed, but what is signed is of {shown(subject.not_before)}")
    return Finding(True, shown(claimed))
