"""Typesets a sheet with Typst: with all fonts in it, the same octets for the same sheet on every machine.

What a sheet shows comes to it as data and is never read as markup; which sheet that is, its caller knows.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final

import typst

if TYPE_CHECKING:
    from typst import PDFStandard

FONT_PACKAGES: Final = ("manimgx_fonts", "manimgx_fonts_cjk")
"""Noto Sans, of many scripts and of Chinese, Japanese and Korean (SIL Open Font License), as wheels: no machine needs any."""


class NotTypeset(ValueError):
    """The sheet cannot be set: a letter has no glyph where the standard asks for one, or a picture is none."""


def typeset(sheet: bytes, data: Mapping[str, object], at: datetime, standards: tuple[PDFStandard, ...] = ()) -> bytes:
    """Return the PDF that *sheet*, the source of a Typst document, makes of *data*, dated *at* (aware, UTC).

    :raises NotTypeset: it cannot be, not under these *standards*.
    """
    try:
        return typst.compile(
            sheet,
            font_paths=_fonts(),
            sys_inputs={name: json.dumps(value, ensure_ascii=False) for name, value in data.items()},
            pdf_standards=list(standards),
            timestamp=at.astimezone(UTC).replace(microsecond=0),
        )
    except typst.TypstError as error:
        raise NotTypeset(str(error)) from error


@cache
def _fonts() -> typst.Fonts:
    """Those that are installed with us, and no other."""
    folders = [str(files(package)) for package in FONT_PACKAGES]
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=folders)
