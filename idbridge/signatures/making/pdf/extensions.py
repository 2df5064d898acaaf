"""What a PDF before 2.0 declares of PAdES: ESI's developer extension (ISO 32000-2 clause 7.12, EN 319 142-1 clause 5.6)."""

from __future__ import annotations

import re
from typing import Final

from pikepdf import Dictionary, Name

from idbridge.signatures.making.pdf.revision import Update

_HEADER: Final = re.compile(rb"%PDF-(\d)\.(\d)")
_LEVEL: Final = 1


def declare_pades(update: Update) -> None:
    """Add the declaration unless the document has one, or is of a version that knows these signatures itself."""
    header = _HEADER.match(update.data)
    if header is not None and int(header[1]) >= 2:
        return
    extensions = update.root.within("/Extensions", Dictionary)
    if "/ESIC" not in extensions.value:
        extensions.value["/ESIC"] = Dictionary(BaseVersion=Name("/1.7"), ExtensionLevel=_LEVEL)
        for place in (update.root, extensions):
            update.change(place)
