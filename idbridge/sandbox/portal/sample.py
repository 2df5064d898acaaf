"""A short agreement as a PDF, for whoever has none at hand to try signing with."""

from __future__ import annotations

import io
from typing import Final

import pikepdf
from pikepdf import Array, Dictionary, Name

from idbridge.signatures.making.pdf.lettering import fit

NAME: Final = "agreement.pdf"
_PAGE: Final = (595, 842)
_LINES: Final = (
    "Agreement · 協議書 · 协议书 · Acordo",
    "",
    "The parties agree that this document exists to be signed.",
    "雙方同意：本文件僅供試用簽署。",
    "双方同意：本文件仅供试用签署。",
    "As partes acordam que este documento existe para ser assinado.",
    "",
    "Invented, and without any effect. 虛構文件，沒有任何效力。",
)


def sample_agreement() -> bytes:
    """Return the file, the same each time."""
    lettering = fit(_LINES, _PAGE[0] - 144, 400)
    with pikepdf.new() as pdf:
        fonts = Dictionary({f"/{name}": pdf.make_indirect(font.dictionary) for name, font in lettering.fonts.items()})
        page = Dictionary(
            Type=Name.Page,
            MediaBox=Array([0, 0, *_PAGE]),
            Resources=Dictionary(Font=fonts),
            Contents=pdf.make_stream(lettering.operators(72, _PAGE[1] - 72)),
        )
        pdf.pages.append(pikepdf.Page(pdf.make_indirect(page)))
        out = io.BytesIO()
        pdf.save(out, deterministic_id=True)
    return out.getvalue()
