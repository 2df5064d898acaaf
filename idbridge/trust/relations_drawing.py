"""The trust lists as SVG: regions one below the other with their authorities, recognition on the right, crossings on the left.

Narrow, so that it can be read on a telephone. Nothing in it needs a language but names: regions go by their one character and
code, schemes by what they are called where they were made.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from lxml import etree

from idbridge.trust.relations import Authority, AuthorityKey, Recognises, Relations
from idbridge.trust.svg import called, colour, element, shortened
from idbridge.trust.vocabulary import Territory

_WIDTH: Final = 390
_LEFT, _RIGHT = 62, 292
_INDENT: Final = 14
_BOX, _GAP, _HEAD = 34, 10, 44
_LANE: Final = 15
_KEY_LINE: Final = 24
_BEGINNING, _END = 17, 9
"""Letters of a name that are shown at its beginning (wide ones count twice) and, where it is cut, at its end: its year."""

MARKS: Final = {"GD": "粤", "HK": "港", "MO": "澳"}
SCHEMES: Final = {"gd-hk": "粤港互认", "gd-mo": "粤澳互认", "bidding": "招投标互认"}

_STYLE: Final = """
svg { color: #13233a; font: 13px system-ui, "Noto Sans CJK SC", "Noto Sans SC", sans-serif; }
@media (prefers-color-scheme: dark) { svg { color: #edf2f8; } }
text { fill: currentColor; }
.head { font-size: 16px; font-weight: 700; }
.mark { font-size: 15px; font-weight: 700; fill: #fff; }
.band { fill: none; stroke: currentColor; stroke-opacity: .22; }
.box { fill: none; stroke-width: 1.5; }
.former { opacity: .55; }
.former .box { stroke-dasharray: 3 3; }
.below { fill: none; stroke: currentColor; stroke-opacity: .45; stroke-width: 1.2; }
.lane { fill: none; stroke-width: 2; }
.lane-1 { stroke-dasharray: 2 3; }
.lane-2 { stroke-dasharray: 9 3; }
.cross path { fill: none; stroke: #b8860b; stroke-width: 2.5; stroke-dasharray: 7 4; }
.cross .tip { fill: #b8860b; stroke: none; }
"""


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where regions and authorities stand, from above (pixels)."""

    heads: dict[Territory, int]
    boxes: dict[AuthorityKey, int]
    ends: dict[Territory, int]
    height: int


def draw_relations(relations: Relations) -> str:
    """Return the SVG document."""
    layout = _layout(relations)
    height = layout.height + _KEY_LINE * (len(relations.recognitions) + 1)
    root = element(None, "svg", viewBox=f"0 0 {_WIDTH} {height}", width=_WIDTH, height=height, role="img")
    root.set("aria-labelledby", "title")
    element(root, "title", " · ".join(relations.territories), id="title")
    element(root, "style", _STYLE)
    for territory in relations.territories:
        _band(root, territory, layout)
    for authority in relations.authorities:
        _box(root, authority, layout)
    _cross(root, relations, layout)
    for number, recognition in enumerate(relations.recognitions):
        _lane(root, recognition, layout, number, _line(relations, number))
        _key(root, recognition, layout.height + (number + 1) * _KEY_LINE, _line(relations, number))
    return etree.tostring(root, encoding="unicode", pretty_print=True)


def _layout(relations: Relations) -> _Layout:
    y, heads, boxes, ends = 8, {}, {}, {}
    for territory in relations.territories:
        heads[territory] = y
        y += _HEAD
        for authority in relations.authorities:
            if authority.territory == territory:
                boxes[authority.key] = y
                y += _BOX + _GAP
        ends[territory] = y
        y += 22
    return _Layout(heads, boxes, ends, y)


def _band(root: etree._Element, territory: Territory, layout: _Layout) -> None:
    top, bottom = layout.heads[territory], layout.ends[territory]
    frame = {"x": _LEFT - 12, "y": top, "width": _RIGHT - _LEFT + 20, "height": bottom - top, "rx": 10}
    element(root, "rect", **{"class": "band"}, **frame)
    element(root, "circle", cx=_LEFT + 14, cy=top + 22, r=13, fill=colour(territory))
    mark = MARKS.get(territory, territory[:1])
    element(root, "text", mark, **{"class": "mark", "text-anchor": "middle"}, x=_LEFT + 14, y=top + 27)
    element(root, "text", territory, **{"class": "head"}, x=_LEFT + 36, y=top + 28)


def _box(root: etree._Element, authority: Authority, layout: _Layout) -> None:
    y, x = layout.boxes[authority.key], _left_of(authority)
    group = element(root, "g", **{"class": "authority" if authority.granted else "former"})
    element(group, "title", str(authority.certificate.subject))
    if authority.above in layout.boxes:
        above = layout.boxes[authority.above] + _BOX
        element(group, "path", **{"class": "below"}, d=f"M {_LEFT + 6} {above} V {y + _BOX // 2} H {x}")
    size = {"x": x, "y": y, "width": _RIGHT - x, "height": _BOX, "rx": 7}
    element(group, "rect", **{"class": "box"}, stroke=colour(authority.territory), **size)
    element(group, "text", _fitted(called(authority.certificate)), x=x + 10, y=y + 22)


def _fitted(name: str) -> str:
    whole = shortened(name, _BEGINNING + _END)
    return name if whole == name else f"{shortened(name, _BEGINNING)}{name[-_END:].lstrip()}"


def _left_of(authority: Authority) -> int:
    return _LEFT + (0 if authority.above is None else _INDENT)


def _cross(root: etree._Element, relations: Relations, layout: _Layout) -> None:
    """Draw cross-certificates on the left, each on a lane of its own; an arrow's tip is at whom the certificate is for."""
    by_key = {authority.key: authority for authority in relations.authorities}
    for number, crossing in enumerate(relations.crossings):
        issuer, subject = by_key[crossing.issuer], by_key[crossing.subject]
        shift = (number - len(relations.crossings) // 2) * 5  # several at one authority end side by side
        y1, y2 = (layout.boxes[end.key] + _BOX // 2 + shift for end in (issuer, subject))
        x1, x2, lane = _left_of(issuer), _left_of(subject), max(_LEFT - 22 - number * 11, 4)
        group = element(root, "g", **{"class": "cross"})
        names = f"{called(issuer.certificate)} {'↔' if crossing.mutual else '→'} {called(subject.certificate)}"
        element(group, "title", names)
        element(group, "path", d=f"M {x1} {y1} H {lane} V {y2} H {x2}")
        for x, y in ((x2, y2), (x1, y1)) if crossing.mutual else ((x2, y2),):
            element(group, "path", **{"class": "tip"}, d=f"M {x} {y} l -9 -5 v 10 z")


def _line(relations: Relations, number: int) -> str:
    """Return the class of a line: those of one region have its colour and are told apart by their dashes."""
    by = relations.recognitions[number].by
    return f"lane lane-{sum(before.by == by for before in relations.recognitions[:number])}"


def _lane(root: etree._Element, recognition: Recognises, layout: _Layout, number: int, line: str) -> None:
    """Draw from the region that recognises to each authority that it recognises."""
    tint, lane = colour(recognition.by), _RIGHT + 14 + number * _LANE
    group = element(root, "g", **{"class": "recognises"})
    element(group, "title", _words(recognition))
    start = layout.heads[recognition.by] + 12 + number * 5
    element(group, "circle", cx=_RIGHT + 8, cy=start, r=3.5, fill=tint)
    for key in recognition.authorities:
        end = layout.boxes[key] + _BOX // 2 + number * 5 - 10
        element(group, "path", **{"class": line}, stroke=tint, d=f"M {_RIGHT + 8} {start} H {lane} V {end} H {_RIGHT + 6}")
        element(group, "path", fill=tint, d=f"M {_RIGHT} {end} l 9 -5 v 10 z")


def _key(root: etree._Element, recognition: Recognises, y: int, line: str) -> None:
    tint = colour(recognition.by)
    element(root, "path", **{"class": line}, stroke=tint, d=f"M {_LEFT - 12} {y - 4} h 30")
    element(root, "path", fill=tint, d=f"M {_LEFT + 26} {y - 4} l -9 -5 v 10 z")
    element(root, "text", _words(recognition), x=_LEFT + 36, y=y)


def _words(recognition: Recognises) -> str:
    by, of = (f"{MARKS.get(name, '')} {name}".strip() for name in (recognition.by, recognition.of))
    return f"{by} → {of}  {SCHEMES.get(recognition.scheme, recognition.scheme)}"
