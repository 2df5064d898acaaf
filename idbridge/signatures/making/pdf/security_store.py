"""Writes the document security store: certificates, CRLs and OCSP responses, and which signatures they are for (VRI).

ISO 32000-2 clause 12.8.4.3, EN 319 142-1 clause 5.4. What the store has it keeps; nothing gets in twice.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Final, cast

from pikepdf import Array, Dictionary, Name, Object, PdfError, Stream

from idbridge.signatures.formats.pdf.fields import form_fields, items, signed_fields
from idbridge.signatures.formats.pdf.revisions import Key
from idbridge.signatures.making.pdf.revision import Place, Update
from idbridge.signatures.making.refusals import MakingRefusal, MakingRefused
from idbridge.signatures.making.steps import LongTermMaterial

_KINDS: Final = (("/Certs", "/Cert"), ("/CRLs", "/CRL"), ("/OCSPs", "/OCSP"))
"""Each kind's entry in the store and in VRI (tables 261 and 262)."""


def add_material(update: Update, material: LongTermMaterial) -> bool:
    """Add *material* to the store, for all signatures that are there; tell whether anything was new.

    A signature that has an entry in VRI keeps it, and what is new for it stands in the store's own lists.

    :raises MakingRefused: the store that is there is broken.
    """
    store = update.root.within("/DSS", Dictionary)
    store.value["/Type"] = Name.DSS
    lists = (material.certificates, material.crls, material.ocsp_responses)
    kinds = zip(_KINDS, lists, strict=True)
    streams = {inside: _added(update, store, key, values) for (key, inside), values in kinds if values}
    if not any(new for _, new in streams.values()):
        return False
    used = {inside: found for inside, (found, _) in streams.items()}
    _enter(update, store, used)
    for place in (update.root, store):
        update.change(place)
    return True


def _added(update: Update, store: Place, key: str, values: tuple[bytes, ...]) -> tuple[list[Object], bool]:
    """Return the stream of each value in the store, and whether any had to be added."""
    place = store.within(key, Array)
    known = _known(update, place.value)
    before = len(known)
    for value in dict.fromkeys(values):
        digest = hashlib.sha256(value).digest()
        if digest not in known:
            known[digest] = update.add_stream(value)
            cast("Array", place.value).append(known[digest])
    update.change(place)
    return [known[hashlib.sha256(value).digest()] for value in dict.fromkeys(values)], len(known) > before


def _known(update: Update, array: Object) -> dict[bytes, Object]:
    """Return the store's streams by the SHA-256 of what they hold."""
    limit = max(update.limits.certificates, update.limits.revocations)
    found: dict[bytes, Object] = {}
    for _, stream in zip(range(limit), items(array), strict=False):
        if isinstance(stream, Stream):
            try:
                found[hashlib.sha256(stream.read_bytes()).digest()] = stream
            except PdfError as error:
                raise MakingRefused(MakingRefusal.DAMAGED, f"the security store cannot be read: {error}") from error
    return found


def _enter(update: Update, store: Place, used: dict[str, list[Object]]) -> None:
    """Say of each signature that has no entry yet what there is to validate it."""
    entries = store.within("/VRI", Dictionary)
    for key in _keys(update):
        if key not in entries.value:
            entries.value[key] = Dictionary({inside: Array(streams) for inside, streams in used.items() if streams})
    update.change(entries)


def _keys(update: Update) -> Iterable[str]:
    """Return the key of each signature: the SHA-1 of Contents, filling included, in capital hexadecimal digits."""
    seen: set[Key] = set()
    for signed in signed_fields(form_fields(update.revision)):
        if signed.key not in seen:
            seen.add(signed.key)
            yield "/" + hashlib.sha1(signed.contents, usedforsecurity=False).hexdigest().upper()
