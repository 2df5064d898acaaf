"""Signed documents changed in one place each, as software in the field changes them, and breaks them.

Most changes keep the structure readable: a random octet says little about how two readers understand a format. Nothing here
is random: a document has always the same mutants, in the same order.
"""

from __future__ import annotations

from collections.abc import Iterator

from tests.interop.mutants import asic, cms, jws, pdf, xml
from tests.interop.mutants.change import Mutant


def mutants(family: str, data: bytes) -> Iterator[Mutant]:
    """Yield the mutants of a document of *family*: cades, pades, xades, jades, asic-cades, asic-xades."""
    match family:
        case "cades":
            yield from cms.mutants(data)
        case "pades":
            yield from pdf.mutants(data)
        case "xades":
            yield from xml.mutants(data)
        case "jades":
            yield from jws.mutants(data)
        case _:
            yield from asic.mutants(data)
