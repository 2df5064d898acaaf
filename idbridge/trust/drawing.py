"""A path search as SVG: authorities by territory, cross-certificates highlighted, the chosen path bold, why others failed.

Everything said by colour is said by form or words too. Colours are middle tones that stand out on white and on black; text is
dark on light surroundings and light on dark ones.
"""

from __future__ import annotations

from collections.abc import Iterable
from textwrap import wrap
from typing import Final

from lxml import etree

from idbridge.pki.certificate import Certificate
from idbridge.pki.report import PathReport, TriedPath, plain
from idbridge.trust.picture import MAX_PATHS, Arrow, Box, Picture, TerritoryOf, picture
from idbridge.trust.svg import called, colour, element, shortened

_WIDTH, _HEIGHT, _GAP_X, _GAP_Y = 220, 58, 36, 62
_MARGIN, _HEAD, _LINE = 24, 64, 20
_TEXT_COLUMNS: Final = 26
"""Letters that fit a box; wide ones count twice."""

_STYLE: Final = """
svg { color: #1b1f24; font: 13px system-ui, "Noto Sans", "Noto Sans CJK SC", sans-serif; }
@media (prefers-color-scheme: dark) { svg { color: #f0f2f5; } }
text { fill: currentColor; }
.small { font-size: 11px; }
.head { font-size: 15px; font-weight: 600; }
.box { fill: none; stroke-width: 1.5; }
.chosen .box { stroke-width: 4; }
.chosen text { font-weight: 700; }
.arrow { fill: none; stroke: currentColor; stroke-opacity: .45; stroke-width: 1.2; }
.cross .arrow { stroke: #b8860b; stroke-opacity: 1; stroke-dasharray: 7 4; stroke-width: 2; }
.chosen .arrow { stroke-opacity: 1; stroke-width: 4; }
.tip { fill: currentColor; stroke: none; }
.band { fill: none; stroke-opacity: .5; stroke-dasharray: 2 4; }
"""

LEGEND: Final = "Bold: the path that holds. Dashed, gold: certificates issued across territories. Double frame: anchors."


def draw_search(
    report: PathReport, territory_of: TerritoryOf, certificates: Iterable[Certificate] = (), *, captioned: bool = True
) -> str:
    """Return the SVG document of a path search.

    *territory_of* says whose an authority is; *certificates* exist besides those that were tried. Where the surroundings say in
    words what is seen, and in another language, the picture need not be *captioned*.
    """
    layout = picture(report, certificates, territory_of)
    width = max(_MARGIN * 2 + layout.columns * (_WIDTH + _GAP_X), 640)
    said = [*explanations(report), LEGEND] if captioned else []
    lines = [line for text in said for line in wrap(text, (width - 2 * _MARGIN) // 8, subsequent_indent="    ")]
    floor = _HEAD + layout.rows * (_HEIGHT + _GAP_Y)
    height = floor + (_LINE * (len(lines) + 2) if lines else 0)
    root = element(None, "svg", viewBox=f"0 0 {width} {height}", width=width, height=height, role="img")
    root.set("aria-labelledby", "title description" if captioned else "title")
    title = f"Certificate paths of {report.certificate.subject}"
    element(root, "title", title, id="title")
    if captioned:
        element(root, "desc", "\n".join(said), id="description")
    element(root, "style", _STYLE)
    _bands(root, layout, floor)
    for arrow in layout.arrows:
        _arrow(root, arrow, layout)
    for box in layout.boxes:
        _box(root, box, layout)
    for number, line in enumerate(lines):
        indent = _MARGIN + (len(line) - len(line.lstrip())) * 6
        element(root, "text", line.strip(), x=indent, y=floor + _LINE * (number + 1))
    return etree.tostring(root, encoding="unicode", pretty_print=True)


def explanations(report: PathReport) -> list[str]:
    """Say in words what the picture shows: each path tried, and why it holds or does not."""
    lines = [
        f"{report.indication} at {report.at:%Y-%m-%dT%H:%M:%SZ}"
        + (f": {report.sub_indication}" if report.sub_indication else "")
    ]
    lines += [_explanation(number, path, chosen=path is report.path) for number, path in enumerate(report.paths[:MAX_PATHS], 1)]
    if len(report.paths) > MAX_PATHS:
        lines.append(f"and {len(report.paths) - MAX_PATHS} more paths")
    if not report.paths:
        lines.append("No path to an anchor was found.")
    return lines


def _explanation(number: int, path: TriedPath, *, chosen: bool) -> str:
    names = " ← ".join(called(certificate) for certificate in path.certificates)
    check = path.decisive
    if check is None:
        return f"Path {number}{' (chosen)' if chosen else ''}: {names}: {path.indication}"
    values = "; ".join(f"{name}: {_shown(value)}" for name, value in check.values.items() if value not in EMPTY)
    about = f" of {called(check.certificate)}" if check.certificate else ""
    return f"Path {number}: {names}: {path.indication}, {check.name}{about}{f' ({values})' if values else ''}, {check.clause}"


EMPTY: Final[tuple[object, ...]] = (None, "", (), [], frozenset())
"""Values that say nothing."""


def _shown(value: object) -> str:
    found = plain(value)
    return ", ".join(map(str, found)) if isinstance(found, list) else str(found)


def _bands(root: etree._Element, layout: Picture, floor: int) -> None:
    for territory, start, width in layout.territories:
        left = _MARGIN + start * (_WIDTH + _GAP_X) - _GAP_X // 3
        size = width * (_WIDTH + _GAP_X) - _GAP_X // 3
        frame = {"x": left, "y": _HEAD - 40, "width": size, "height": floor - _HEAD + 24, "rx": 10}
        element(root, "rect", **{"class": "band"}, stroke=colour(territory), **frame)
        element(root, "text", territory or "other", **{"class": "head"}, x=left + 12, y=_HEAD - 18)


def _box(root: etree._Element, box: Box, layout: Picture) -> None:
    group = element(root, "g", **{"class": "chosen" if box.chosen else "node"})
    x, y = _place(box, layout)
    certificate = box.certificate
    period = f"{certificate.not_before:%Y-%m-%d} – {certificate.not_after:%Y-%m-%d}"
    element(group, "title", f"{certificate.subject}\n{period}\nSHA-256 {certificate.sha256}")
    stroke = colour(box.territory)
    element(
        group,
        "rect",
        **{"class": "box"},
        x=x,
        y=y,
        width=_WIDTH,
        height=_HEIGHT,
        rx=8 if certificate.is_ca else 26,
        stroke=stroke,
    )
    if box.anchor:
        element(
            group, "rect", **{"class": "box"}, x=x + 5, y=y + 5, width=_WIDTH - 10, height=_HEIGHT - 10, rx=5, stroke=stroke
        )
    middle = x + _WIDTH // 2
    element(group, "text", shortened(called(certificate), _TEXT_COLUMNS), x=middle, y=y + 26, **{"text-anchor": "middle"})
    element(group, "text", period, **{"class": "small", "text-anchor": "middle"}, x=middle, y=y + 44)


def _arrow(root: etree._Element, arrow: Arrow, layout: Picture) -> None:
    """Draw from the issuer's lower edge to the subject's upper one; between boxes of one row, around their upper edges."""
    issuer, subject = layout.boxes[arrow.issuer], layout.boxes[arrow.subject]
    (x1, y1), (x2, y2) = _place(issuer, layout), _place(subject, layout)
    shift = 14 if arrow.issuer < arrow.subject else -14  # two that certify each other are two lines
    x1, x2 = x1 + _WIDTH // 2 + shift, x2 + _WIDTH // 2 + shift
    if y1 < y2:
        start, end, bend = y1 + _HEIGHT, y2, _GAP_Y // 2
        path = f"M {x1} {start} C {x1} {start + bend}, {x2} {end - bend}, {x2} {end}"
    else:
        end, bend = y2, 34
        path = f"M {x1} {y1} C {x1} {y1 - bend}, {x2} {end - bend}, {x2} {end}"
    kinds = [name for name, holds in (("chosen", arrow.chosen), ("cross", arrow.cross)) if holds]
    group = element(root, "g", **{"class": " ".join(kinds) or "edge"})
    certificate = arrow.certificate
    what = "Cross-certificate" if arrow.cross else "Certificate"
    element(group, "title", f"{what} for {certificate.subject}\nby {certificate.issuer}\nSHA-256 {certificate.sha256}")
    element(group, "path", **{"class": "arrow"}, d=path)
    element(group, "path", **{"class": "tip"}, d=f"M {x2} {end} l -5 -9 l 10 0 z")


def _place(box: Box, layout: Picture) -> tuple[int, int]:
    row = layout.rows - 1 - box.row  # anchors above
    return _MARGIN + box.column * (_WIDTH + _GAP_X), _HEAD + row * (_HEIGHT + _GAP_Y)
