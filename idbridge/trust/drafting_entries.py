"""Recognition entries from their source (see `drafting`)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from idbridge.trust.entries import EntryId, Level, PolicyRule, Purpose, RecognitionEntry, SubjectRule
from idbridge.trust.tables import Table
from idbridge.trust.vocabulary import Scheme, Territory

Known = TypeVar("Known", Level, Purpose)


def draft_entry(table: Table, load: Callable[[str], bytes]) -> RecognitionEntry:
    """Return the entry that *table* describes.

    :raises TableRefused: it is incomplete, or asks nothing of a certificate but its issuer.
    """
    with table:
        policy = _policy(table)
        subject = tuple(map(_subject, table.tables("subject")))
        roots = tuple(map(load, table.texts("roots")))
        purposes = frozenset(_known(Purpose, table, value) for value in table.texts("purposes"))
        if not roots or not purposes or not (policy or subject):
            raise table.refused("an entry names roots, purposes, and a policy or a subject value")
        confirmed = table.optional("confirmed", bool)
        return RecognitionEntry(
            id=EntryId(table.required("id", str)),
            region=Territory(table.required("region", str)),
            scheme=Scheme(table.required("scheme", str)),
            level=_known(Level, table, table.required("level", str)),
            purposes=purposes,
            certificate_type=table.required_names("certificate_type"),
            roots=roots,
            policy=policy,
            subject=subject,
            confirmed=confirmed is not False,
        )


def _policy(table: Table) -> PolicyRule | None:
    prefix, exact = table.optional("policy", str), table.optional("policy_exact", str)
    if prefix is None:
        if exact is not None:
            raise table.refused("policy_exact narrows policy, which is missing")
        return None
    return PolicyRule(prefix, exact)


def _subject(table: Table) -> SubjectRule:
    with table:
        return SubjectRule(table.required("value", str), table.optional("attribute", str))


def _known(values: type[Known], table: Table, value: str) -> Known:
    try:
        return values(value)
    except ValueError as error:
        raise table.refused(f"{value!r} is no {values.__name__.lower()}") from error
