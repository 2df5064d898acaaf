"""The formats: what each is recognised by, and which module reads it. One row a format.

A format module has one public function, `read`, of the shape of `FormatReader`; nothing else of it is called from outside
`formats`. It is imported when the first file of its kind comes, since some rest on large libraries.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from types import MappingProxyType
from typing import Final, Protocol, cast

from idbridge.signatures.contents import Content
from idbridge.signatures.evidence import Document, DocumentFormat
from idbridge.signatures.formats import recognition
from idbridge.signatures.formats.limits import LIMITS, Limits
from idbridge.signatures.refusals import FormatRefusal, NotADocument, Refusal


class FormatReader(Protocol):
    """What a format module's `read` promises."""

    def __call__(
        self, data: bytes, *, detached: tuple[Content, ...] = (), name: str | None = None, limits: Limits = LIMITS
    ) -> Document:
        """Read *data*, which was recognised as this format, into evidence.

        *detached* is what the signatures may be over, if it is not inside; several are told apart by name. *name* is the
        file's name, for scopes and messages only: nothing is decided by it. Whatever *data* is, the answer is a
        `Document` or one of the exceptions below; time and memory are linear in its size.

        :raises NotADocument: it only looked like this format.
        :raises FormatRefusal: it is beyond *limits*, encrypted, or made to harm its reader.
        """


FORMATS: Final[Mapping[DocumentFormat, tuple[str, Callable[[bytes], bool]]]] = MappingProxyType(
    {
        # Tried in this order: what the first octet decides comes first, for any of these may carry a PDF within
        DocumentFormat.TIMESTAMP: ("timestamp", recognition.is_timestamp),
        DocumentFormat.CMS: ("cms", recognition.is_cms),
        DocumentFormat.EVIDENCE_RECORD: ("evidence_record.reading", recognition.is_evidence_record),
        DocumentFormat.OFD: ("ofd", recognition.is_ofd),
        DocumentFormat.ASIC: ("asic", recognition.is_archive),
        DocumentFormat.XML: ("xmldsig.reading", recognition.is_xml),
        DocumentFormat.JWS: ("jws", recognition.is_jws),
        DocumentFormat.PDF: ("pdf", recognition.is_pdf),
    }
)
"""Each format's module in this package, and how its files are recognised."""


_TEXTS: Final = frozenset({DocumentFormat.XML, DocumentFormat.JWS})
"""Formats of text, in which what is signed is no PDF in the clear, and a comment or a member that is not signed may be."""


def recognise(data: bytes) -> DocumentFormat:
    """Return the format of *data*, by its content.

    :raises NotADocument: it is of none.
    """
    if not data:
        raise NotADocument(Refusal.EMPTY, "the file is empty")
    for kind, (_, recognises) in FORMATS.items():
        if recognises(data):
            return kind
    raise NotADocument(Refusal.UNKNOWN_FORMAT, f"{len(data)} octets that begin {data[:8].hex(' ')} are of no known format")


def reader(kind: DocumentFormat) -> FormatReader:
    """Return the reader of *kind*."""
    module = import_module(f"{__package__}.{FORMATS[kind][0]}")
    return cast("FormatReader", module.read)


def read_document(
    data: bytes, *, detached: tuple[Content, ...] = (), name: str | None = None, limits: Limits = LIMITS
) -> Document:
    """Recognise *data* and read it.

    :raises NotADocument: it is of no known format, or no well-formed file of the one it looked like.
    :raises FormatRefusal: it is beyond *limits*, encrypted, or made to harm its reader; or it is of two formats, so that who
        opens it would see another document than the one that was verified.
    """
    if len(data) > limits.document_size:
        raise FormatRefusal(Refusal.TOO_LARGE, f"{len(data)} octets are more than {limits.document_size}")
    kind = recognise(data)
    if kind in _TEXTS and recognition.is_pdf(data):
        raise FormatRefusal(Refusal.TWO_FORMATS, f"it is {kind}, and a PDF to readers who look for its header")
    return reader(kind)(data, detached=detached, name=name, limits=limits)
