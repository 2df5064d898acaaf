"""The pictures that go with a verdict: pages, and the seals of a document's signatures. They decide nothing.

The document is judged by `documents`; here it is drawn, as it was read there. Nothing is kept.
"""

from __future__ import annotations

from typing import Final

from idbridge.rendering.ofd.page import SealPicture
from idbridge.rendering.ofd.pages import draw_ofd, seal_picture
from idbridge.rendering.pdf.drawing import PdfDrawing
from idbridge.rendering.pdf.pages import draw_pdf
from idbridge.rendering.pictures import Pictures
from idbridge.signatures.evidence import DocumentFormat
from idbridge.signatures.formats.limits import LIMITS, Limits
from idbridge.signatures.formats.recognition import is_archive
from idbridge.signatures.report import DocumentReport, SignatureReport

MAX_DRAWN: Final = 64 << 20
"""Octets of a document that is drawn; drawing copies it."""


class DocumentPictures:
    """The use case."""

    def __init__(self, drawing: PdfDrawing, limits: Limits = LIMITS) -> None:
        self._drawing = drawing
        self._limits = limits

    def of(self, data: bytes, report: DocumentReport) -> Pictures:
        """Return pictures of the pages; none of a format that has no pages of its own."""
        if len(data) > MAX_DRAWN:
            return Pictures()
        if report.format is DocumentFormat.PDF:
            return draw_pdf(self._drawing, data, self._limits)
        if report.format is DocumentFormat.OFD and is_archive(data):
            return draw_ofd(data, [signature.evidence for signature in report.signatures], self._limits)
        return Pictures()

    def seal(self, signature: SignatureReport) -> SealPicture | None:
        """Return the picture of a signature's seal; None where there is none that a browser may be given."""
        seal = signature.evidence.attributes.seal
        return None if seal is None else seal_picture(seal.picture, self._limits)
