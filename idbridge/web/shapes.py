"""The shapes that a program may ask for a document's report in: by media type, and those for people by language.

RFC 9110 §12.5.1 and §12.5.4. What fits no shape is refused before anything is judged.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from flask import Request, Response

from idbridge.identity.signers import SignerIdentity
from idbridge.signatures.etsi.validation_report import validation_report
from idbridge.signatures.report import DocumentReport
from idbridge.trust.picture import TerritoryOf
from idbridge.web.calls import BadCall
from idbridge.web.languages import LANGUAGE_PARAMETER, negotiate
from idbridge.web.reports.documents import tell
from idbridge.web.reports.pdf import write_pdf
from idbridge.web.reports.text import text_lines
from idbridge.web.reports.voice import Voice
from idbridge.web.site import NO_STORE

JSON: Final = "application/json"
AS_JSON: Final = (JSON, "application/jose+json")
"""JSON, and what others make of it (`signed_reports`)."""
XML: Final = "application/xml"
PDF: Final = "application/pdf"
TEXT: Final = "text/plain"

Identities = Sequence[SignerIdentity]
Writer = Callable[[DocumentReport, Identities, Voice, TerritoryOf], bytes]


def _xml(report: DocumentReport, identities: Identities, _: Voice, __: TerritoryOf) -> bytes:
    return validation_report(report, identities)


def _pdf(report: DocumentReport, identities: Identities, voice: Voice, territory_of: TerritoryOf) -> bytes:
    return write_pdf(tell(report, voice, identities), voice, territory_of)


def _text(report: DocumentReport, identities: Identities, voice: Voice, _: TerritoryOf) -> bytes:
    account = tell(report, voice, identities)
    lines = (f"{account.name}: {account.verdict}", *text_lines(account, voice, every=True))
    return "".join(f"{line}\n" for line in lines).encode()


WRITERS: Final[Mapping[str, Writer]] = MappingProxyType({XML: _xml, PDF: _pdf, TEXT: _text})
"""Shapes of one report, besides JSON."""
IN_WORDS: Final = frozenset({PDF, TEXT})
"""Shapes for people: they are in a language."""


@dataclass(frozen=True, slots=True)
class Shapes:
    """What reports are put into shape with: the voices, by language, and whose authorities are at the moment."""

    voices: Mapping[str, Voice]
    territory_of: Callable[[], TerritoryOf]

    def chosen(self, request: Request, *, several: bool) -> str:
        """Return the media type that *request* wants: `JSON`, or one of `WRITERS`. Raises `BadCall`.

        A list of several reports is JSON alone, and so is what is to be signed.
        """
        alone = several or request.args.get("signed", "").lower() in {"true", "1"}
        offered = AS_JSON if alone else (*AS_JSON, *WRITERS)
        if not request.accept_mimetypes:
            return JSON
        found = request.accept_mimetypes.best_match(offered)
        if found is None:
            raise BadCall("not-acceptable", f"the answer can be {', '.join(offered)}", 406)
        return JSON if found in AS_JSON else found

    def response(self, request: Request, media_type: str, report: DocumentReport, identities: Identities) -> Response:
        """Return *report* as *media_type*, one of `WRITERS`, in the language that *request* wants, with who signers are."""
        asked, accepted = request.args.get(LANGUAGE_PARAMETER), request.headers.get("Accept-Language")
        tag = negotiate(asked=asked, ui_locales=None, remembered=None, accept=accepted)
        body = WRITERS[media_type](report, identities, self.voices[tag], self.territory_of())
        charset = "; charset=utf-8" if media_type == TEXT else ""
        response = Response(body, content_type=media_type + charset, headers=NO_STORE)
        response.headers["Vary"] = "Accept, Accept-Language"
        if media_type in IN_WORDS:
            response.headers["Content-Language"] = tag
        return response
