"""Lines of text in an appearance: which font can write them, how wide they are, how large they may be.

Latin text is written in Helvetica, which every reader has (ISO 32000-2 clause 9.6.2.2). Chinese is written in a font that
readers have or replace, by a predefined CMap (clauses 9.7.5.2 and 9.7.3): nothing is embedded, so that a document of PDF/A
stays one only with Latin lettering, or none.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import Final

from pikepdf import Array, Dictionary, Name, String

from idbridge.signatures.making.refusals import MakingRefusal, MakingRefused

LINE_LIMIT: Final = 500
"""Characters of one line before it is broken: a reason is a sentence."""
LINES_LIMIT: Final = 12

_SIZES: Final = tuple(size / 2 for size in range(24, 7, -1))
"""Points, the largest that fits is taken: 12 down to 4, which can just be read when enlarged."""
_LEADING: Final = 1.25
_WESTERN: Final = "cp1252"
_FULL: Final = 1.0
_CAPITAL: Final = 0.72
_SMALL: Final = 0.56
"""Widths in em: an ideograph's, and no less than most letters of Helvetica have, so that a line never runs out of its place."""


@dataclass(frozen=True, slots=True)
class Font:
    """A font that is not embedded: its name among the resources, and how text is encoded for it."""

    name: str
    dictionary: Dictionary
    codec: str

    def encoded(self, text: str) -> bytes:
        """Return the operand of a Tj operator."""
        return b"<%b>" % text.encode(self.codec, "replace").hex().encode("ascii")


@dataclass(frozen=True, slots=True)
class Run:
    """A part of a line that one font writes."""

    text: str
    font: Font

    def operators(self, size: float) -> bytes:
        """Return what draws it where the last run ended."""
        return b"/%b %.2f Tf %b Tj" % (self.font.name.encode("ascii"), size, self.font.encoded(self.text))


@dataclass(frozen=True, slots=True)
class Lettering:
    """Lines broken to fit, and their size in points."""

    lines: tuple[tuple[Run, ...], ...]
    size: float

    @property
    def fonts(self) -> dict[str, Font]:
        """The fonts that are used, by their names."""
        return {run.font.name: run.font for line in self.lines for run in line}

    def operators(self, left: float, top: float) -> bytes:
        """Return the text object that draws the lines from the upper left corner on (clause 9.4)."""
        leading = self.size * _LEADING
        begun = b"BT 0 g %.2f TL 1 0 0 1 %.2f %.2f Tm" % (leading, left, top + leading - self.size)
        drawn = (b"\n".join((b"T*", *(run.operators(self.size) for run in line))) for line in self.lines)
        return b"\n".join((begun, *drawn, b"ET"))


def fit(texts: tuple[str, ...], width: float, height: float) -> Lettering:
    """Return *texts*, each from a new line, as large as they fit into *width* by *height* points.

    :raises MakingRefused: they do not fit at all, or are too many.
    """
    if len(texts) > LINES_LIMIT or any(len(text) > LINE_LIMIT for text in texts):
        raise MakingRefused(
            MakingRefusal.APPEARANCE, f"more than {LINES_LIMIT} lines, or one of more than {LINE_LIMIT} characters"
        )
    cleaned = ["".join(letter if letter.isprintable() else " " for letter in text) for text in texts]
    for size in _SIZES:
        broken = [part for text in cleaned for part in _broken(text, width / size)]
        if len(broken) * size * _LEADING <= height and all(_width(part) <= width / size for part in broken):
            return Lettering(tuple(map(_runs, broken)), size)
    raise MakingRefused(MakingRefusal.APPEARANCE, f"the text does not fit into {width:.0f} by {height:.0f} points")


def _broken(text: str, width: float) -> list[str]:
    """Break a text of more than *width* em: at spaces, and between ideographs."""
    parts = [""]
    for word in _words(text):
        if parts[-1] and _width(parts[-1] + word.rstrip()) > width:
            parts.append("")
        parts[-1] += word
    return [part.rstrip() for part in parts]


def _words(text: str) -> list[str]:
    words = [""]
    for letter in text:
        if words[-1] and (_is_full(letter) or _is_full(words[-1][-1]) or words[-1][-1] == " "):
            words.append("")
        words[-1] += letter
    return words


def _width(text: str) -> float:
    return sum(_FULL if _is_full(letter) else _CAPITAL if letter.isupper() else _SMALL for letter in text)


def _is_full(letter: str) -> bool:
    return letter >= "\u2e80"


def _composite(name: str, base: str, cmap: str, ordering: str, supplement: int) -> Font:
    """A Type 0 font (clauses 9.7.4 to 9.7.6); every glyph of ours has the default width of an em."""
    descriptor = Dictionary(
        Type=Name.FontDescriptor,
        FontName=Name(f"/{base}"),
        Flags=4,
        FontBBox=[-25, -254, 1000, 880],
        ItalicAngle=0,
        Ascent=880,
        Descent=-120,
        CapHeight=880,
        StemV=93,
    )
    descendant = Dictionary(
        Type=Name.Font,
        Subtype=Name.CIDFontType0,
        BaseFont=Name(f"/{base}"),
        CIDSystemInfo=Dictionary(Registry=String("Adobe"), Ordering=String(ordering), Supplement=supplement),
        FontDescriptor=descriptor,
    )
    font = Dictionary(
        Type=Name.Font,
        Subtype=Name.Type0,
        BaseFont=Name(f"/{base}-{cmap}"),
        Encoding=Name(f"/{cmap}"),
        DescendantFonts=Array([descendant]),
    )
    return Font(name, font, "utf-16-be")


def _runs(text: str) -> tuple[Run, ...]:
    """Write what Helvetica can write in it, the rest in Chinese; which characters a line has tells its writing."""
    latin = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica, Encoding=Name.WinAnsiEncoding)
    parts = [(is_latin, "".join(letters)) for is_latin, letters in groupby(text, lambda letter: _can(letter, _WESTERN))]
    chinese = "".join(part for is_latin, part in parts if not is_latin)
    if _can(chinese, "big5hkscs") and not _can(chinese, "gb2312"):
        other = _composite("Hant", "MSung-Light", "UniCNS-UTF16-H", "CNS1", 7)
    else:
        other = _composite("Hans", "STSong-Light", "UniGB-UTF16-H", "GB1", 5)
    return tuple(Run(part, Font("Latin", latin, _WESTERN) if is_latin else other) for is_latin, part in parts)


def _can(text: str, codec: str) -> bool:
    try:
        text.encode(codec)
    except UnicodeEncodeError:
        return False
    return True
