"""The words for what was changed in a PDF document after it was signed (`signatures.formats.pdf.changes`)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from idbridge.web.wording import N_

CHANGES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "validation-data": N_("data for checking signatures added"),
        "metadata": N_("information about the document changed"),
        "signature-added": N_("another signature added"),
        "timestamp-added": N_("a time stamp added"),
        "signature-removed": N_("a signature removed"),
        "signature-replaced": N_("a signature replaced"),
        "signature-appearance": N_("the look of a signature changed"),
        "field-filled": N_("a form field filled in"),
        "field-added": N_("a form field added"),
        "field-removed": N_("a form field removed"),
        "field-altered": N_("a form field changed"),
        "form": N_("the form changed"),
        "annotation-added": N_("a note, drawing or other annotation added"),
        "annotation-removed": N_("an annotation removed"),
        "annotation-altered": N_("an annotation changed"),
        "page-added": N_("the page added"),
        "page-removed": N_("the page removed"),
        "pages-reordered": N_("pages put in another order"),
        "page-contents": N_("what the page shows changed"),
        "catalogue": N_("settings of the document changed"),
        "structure": N_("the reading structure changed"),
        "cross-references": N_("the index of the file rewritten"),
        "irregular": N_("something hidden in the file changed"),
    }
)
CHANGED_SINCE: Final = N_("The document was changed after it was signed: %(changes)s.")
AFTER_SIGNING: Final = N_("after it was signed, %(changes)s.")
"""Completes `wording.NOT_VALID`; filled by the clauses below."""
PAGES_CHANGED: Final = (N_("page %(pages)s was changed"), N_("pages %(pages)s were changed"))
PAGES_ADDED: Final = (N_("page %(pages)s was added"), N_("pages %(pages)s were added"))
PAGES_REMOVED: Final = (N_("page %(pages)s was removed"), N_("pages %(pages)s were removed"))
SHOWN_CHANGED: Final = N_("what it shows was changed")
"""Of changes that are on no single page."""
ON_PAGE: Final = N_("page %(page)s: %(what)s")
IN_FIELD: Final = N_("%(what)s (“%(field)s”)")
