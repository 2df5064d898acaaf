"""An answer about a document as its page shows it: the words of `reports`, and pictures beside them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

import msgspec

from idbridge.identity.signers import SignerIdentity
from idbridge.rendering.pictures import ChangedPage, MarkKind, PagePicture, Pictures
from idbridge.rendering.rasters import data_address
from idbridge.services.document_pictures import DocumentPictures
from idbridge.services.documents import DocumentAnswer
from idbridge.services.extractors import report_of
from idbridge.signatures.etsi.validation_report import validation_report
from idbridge.signatures.report import SignatureReport
from idbridge.trust.drawing import draw_search
from idbridge.trust.picture import TerritoryOf
from idbridge.web.document_views import ChangedView, DocumentVerdict, Download, Drawn, MarkView, PagesView, PageView
from idbridge.web.path_lines import path_lines
from idbridge.web.reports.account import DocumentAccount
from idbridge.web.reports.documents import tell
from idbridge.web.reports.pdf import write_pdf
from idbridge.web.reports.voice import Voice
from idbridge.web.reports.wording import Label

MAX_PRINTED: Final = 20
"""Signatures of a report that comes along as PDF: typesetting takes some 20 ms for each. Programs get one of any size."""
MAX_DRAWINGS: Final = 20
"""Signatures whose path is drawn; of the others it is told in words."""


TECHNICAL: Final = (Label.CERTIFICATE, Label.ISSUER, Label.VALID, Label.FORM, Label.UNCHANGED)
"""Labels of facts that say nothing to most people; they stand below the others, folded."""


def document_verdict(
    answer: DocumentAnswer,
    voice: Voice,
    pictures: Pictures,
    drawing: DocumentPictures,
    territory_of: TerritoryOf,
    identities: Sequence[SignerIdentity],
) -> DocumentVerdict:
    """Return the page for *answer*, told by *voice*, with what is told of each signer."""
    account, signatures = tell(answer.report, voice, identities), answer.report.signatures
    titles = {one.id: str(one.title) for one in account.signatures}
    return DocumentVerdict(
        account=account,
        drawn={
            one.evidence.id: _drawn(one, drawing, territory_of, searched=number < MAX_DRAWINGS)
            for number, one in enumerate(signatures)
        },
        technical=frozenset(map(voice.say, TECHNICAL)),
        pages=_pages(pictures, titles),
        fetched=tuple((attempt.kind, attempt.url, attempt.code) for attempt in answer.fetched),
        downloads=tuple(_downloads(answer, identities, account, voice, territory_of)),
    )


def _drawn(signature: SignatureReport, drawing: DocumentPictures, territory_of: TerritoryOf, *, searched: bool) -> Drawn:
    path, seal = signature.path, drawing.seal(signature)
    search = draw_search(path, territory_of, captioned=False) if path is not None and searched else ""
    return Drawn(
        seal=data_address(seal.media_type, seal.data) if seal is not None else "",
        search=data_address("image/svg+xml", search.encode()) if search else "",
        paths=path_lines(path) if path is not None else (),
    )


def _pages(pictures: Pictures, titles: Mapping[str, str]) -> PagesView:
    def title_of(identifier: str) -> str:
        """Pictures name the field, S1, of which the report has each signature: S1.1."""
        within = (title for key, title in titles.items() if key.startswith(f"{identifier}."))
        return titles.get(identifier) or next(within, "")

    def pair(changed: ChangedPage) -> ChangedView:
        before = None if changed.before is None else _page(changed.before, title_of)
        after = None if changed.after is None else _page(changed.after, title_of)
        if before is not None and after is not None and (before.width, before.height) == (after.width, after.height):
            differs = tuple(mark for mark in after.marks if mark.kind == MarkKind.CHANGED)
            before = replace(before, marks=(*before.marks, *differs))
        return ChangedView(title_of(changed.signature), before, after)

    return PagesView(
        pages=tuple(_page(picture, title_of) for picture in pictures.pages),
        changed=tuple(map(pair, pictures.changed)),
        total=pictures.total,
        problem=pictures.code.value if pictures.code is not None else "",
    )


def _page(picture: PagePicture, title_of: Callable[[str], str]) -> PageView:
    marks = (
        MarkView(mark.kind.value, mark.box.x, mark.box.y, mark.box.width, mark.box.height, title_of(mark.signature))
        for mark in picture.marks
    )
    return PageView(
        number=picture.number,
        width=picture.width,
        height=picture.height,
        address=data_address(picture.media_type, picture.data),
        marks=tuple(marks),
        state=picture.state.value,
        parts=picture.parts,
        partial=picture.partial,
    )


def _downloads(
    answer: DocumentAnswer,
    identities: Sequence[SignerIdentity],
    account: DocumentAccount,
    voice: Voice,
    territory_of: TerritoryOf,
) -> Iterator[Download]:
    if len(account.signatures) <= MAX_PRINTED:
        printed = write_pdf(account, voice, territory_of)
        yield Download("pdf", f"{_file_name(answer)}.pdf", data_address("application/pdf", printed))
    encoded = msgspec.json.format(msgspec.json.encode(report_of(answer, identities)), indent=1)
    yield Download("json", f"{_file_name(answer)}.json", data_address("application/json", encoded))
    described = validation_report(answer.report, identities)
    yield Download("xml", f"{_file_name(answer)}.xml", data_address("application/xml", described))


def _file_name(answer: DocumentAnswer) -> str:
    return f"{answer.report.name or 'document'}.report"
