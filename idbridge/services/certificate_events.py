"""What happened to issued certificates, and what a CRL or an OCSP answer of a moment says of it. No I/O."""

from __future__ import annotations

from datetime import datetime

import msgspec

from idbridge.pki.issuing.crls import Reason, RevokedCertificate
from idbridge.storage.authorities import AuthorityIndex, Entry, Event


class StatusChangeError(Exception):
    """A certificate cannot be revoked, suspended or resumed: unknown, or not in the state for it."""

    code = "certificate-status-conflict"


def find_entry(index: AuthorityIndex, serial: int) -> Entry | None:
    """Return the certificate with this serial number, None if it was not issued here."""
    wanted = f"{serial:x}"
    return next((entry for entry in index.certificates if entry.serial == wanted), None)


def revocation_at(entry: Entry, at: datetime) -> RevokedCertificate | None:
    """Return the entry that a CRL of *at* has for a certificate; None while it is neither revoked nor suspended."""
    past = [event for event in entry.events if event.at <= at]
    if not past or past[-1].action == "resume":
        return None
    last = past[-1]
    return RevokedCertificate(int(entry.serial, 16), last.at, Reason(last.reason or Reason.UNSPECIFIED), last.invalid_since)


def crl_entries(index: AuthorityIndex, partition: int | None, at: datetime, base: datetime | None) -> list[RevokedCertificate]:
    """Return a complete CRL's entries, or with *base* (the time of the complete CRL) those that changed since.

    Expired certificates stay on the list, so that signatures made before can still be judged.
    """
    covered = [entry for entry in index.certificates if partition is None or entry.partition == partition]
    if base is None:
        return [found for entry in covered if (found := revocation_at(entry, at))]
    changes = ((entry, revocation_at(entry, base), revocation_at(entry, at)) for entry in covered)
    return [now or _resumed(entry, at) for entry, before, now in changes if now != before]


def _resumed(entry: Entry, at: datetime) -> RevokedCertificate:
    since = max(event.at for event in entry.events if event.at <= at)
    return RevokedCertificate(int(entry.serial, 16), since, Reason.RESUMED)


def changed(index: AuthorityIndex, serial: int, event: Event) -> tuple[Entry, Entry]:
    """Return the certificate's entry as it is, and as it is after *event*.

    :raises StatusChangeError: there is no such certificate, or the event cannot follow the ones before.
    """
    entry = find_entry(index, serial)
    if entry is None:
        raise StatusChangeError(f"this authority issued no certificate with the serial number {serial:x}")
    _check_change(index, entry, event)
    return entry, msgspec.structs.replace(entry, events=(*entry.events, event))


def _check_change(index: AuthorityIndex, entry: Entry, event: Event) -> None:
    """Refuse an *event* that cannot follow the ones before: revoked is for good, only the suspended are resumed."""
    last = entry.events[-1] if entry.events else None
    state = last.action if last else "resume"
    allowed = {"revoke": ("resume", "suspend"), "suspend": ("resume",), "resume": ("suspend",)}[event.action]
    if state not in allowed:
        words = {"revoke": "is revoked", "suspend": "is suspended", "resume": "is neither revoked nor suspended"}
        raise StatusChangeError(f"cannot {event.action} {entry.serial}: it {words[state]}")
    if last and event.at < last.at:
        raise StatusChangeError(f"cannot {event.action} {entry.serial} before its last event")
    if any(event.at <= published.this_update for published in index.complete.values()):
        # Neither that CRL nor a delta to it would ever have the event. What was before is `invalid_since`.
        raise StatusChangeError(f"cannot {event.action} {entry.serial} as of a time for which a CRL is published")
