"""Which authorities and certificates a picture of a path search shows, and where.

Columns are territories, rows lead up to anchors. An authority is a name with a key, drawn once however many certificates it
has; a certificate is an arrow from its issuer to its subject. `drawing` makes SVG of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from idbridge.pki.certificate import Certificate
from idbridge.pki.report import PathReport

MAX_AUTHORITIES: Final = 120
"""More boxes are no picture any more; those of the tried paths come first, the rest is left out."""

MAX_PATHS: Final = 12
"""Tried paths that are shown and explained."""

TerritoryOf = Callable[[Certificate], str]
"""Says which territory's an authority is, '' if that is not known."""

Identity = tuple[bytes, bytes]


@dataclass(frozen=True, slots=True)
class Box:
    """An authority, or the certificate asked about (``row`` 0), at a place in the grid."""

    certificate: Certificate
    territory: str
    column: int
    row: int
    chosen: bool
    anchor: bool


@dataclass(frozen=True, slots=True)
class Arrow:
    """A certificate from issuer to subject, both numbers of boxes; ``cross``: issued across territories."""

    certificate: Certificate
    issuer: int
    subject: int
    chosen: bool
    cross: bool


@dataclass(frozen=True, slots=True)
class Picture:
    """Boxes and arrows, and for each territory its first column and how many it has."""

    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    territories: tuple[tuple[str, int, int], ...]

    @property
    def columns(self) -> int:
        """How wide the grid is."""
        return max(box.column for box in self.boxes) + 1

    @property
    def rows(self) -> int:
        """How high the grid is."""
        return max(box.row for box in self.boxes) + 1


def picture(report: PathReport, certificates: Iterable[Certificate], territory_of: TerritoryOf) -> Picture:
    """Return the picture of a path search, with *certificates* that exist besides those tried."""
    paths = [path.certificates for path in report.paths[:MAX_PATHS]]
    chosen = report.path.certificates if report.path is not None else (report.certificate,)
    tried = [certificate for path in paths for certificate in path]
    known = list(dict.fromkeys((report.certificate, *tried, *certificates)))
    rows = _rows(report.certificate, paths, known)
    members = _members(known, rows)
    anchors = {_identity(path[-1]) for path in paths if path}
    places, territories = _columns(members, rows, territory_of)
    shown = {_identity(certificate) for certificate in chosen} if report.indication == "PASSED" else set()
    boxes = tuple(
        Box(members[key], territory_of(members[key]), places[key], rows[key], key in shown, key in anchors) for key in members
    )
    numbers = {key: number for number, key in enumerate(members)}
    arrows = _arrows(known, numbers, boxes, set(chosen) if shown else set())
    return Picture(boxes, arrows, territories)


def _identity(certificate: Certificate) -> Identity:
    return certificate.subject.der, certificate.public_key_info


def _rows(asked: Certificate, paths: list[tuple[Certificate, ...]], known: list[Certificate]) -> dict[Identity, int]:
    """Return how far above the certificate asked about each authority stands, by the longest path tried."""
    rows = {_identity(asked): 0}
    for path in paths:
        for row, certificate in enumerate(path):
            rows[_identity(certificate)] = max(row, rows.get(_identity(certificate), 0))
    top = max([2, *rows.values()])
    for certificate in known:
        rows.setdefault(_identity(certificate), top if certificate.is_self_issued else 1)
    return rows


def _members(known: list[Certificate], rows: dict[Identity, int]) -> dict[Identity, Certificate]:
    """Return one certificate for each authority: its self-signed one where there is one, for that names nobody else."""
    members: dict[Identity, Certificate] = {}
    for certificate in known:
        key = _identity(certificate)
        if rows[key] == 0 or certificate.is_ca:
            if key in members and not certificate.is_self_issued:
                continue
            if key in members or len(members) < MAX_AUTHORITIES:
                members[key] = certificate
    return members


def _columns(
    members: dict[Identity, Certificate], rows: dict[Identity, int], territory_of: TerritoryOf
) -> tuple[dict[Identity, int], tuple[tuple[str, int, int], ...]]:
    """Give each territory as many columns as its fullest row needs."""
    by_territory: dict[str, dict[int, list[Identity]]] = {}
    for key, certificate in members.items():
        by_territory.setdefault(territory_of(certificate), {}).setdefault(rows[key], []).append(key)
    places: dict[Identity, int] = {}
    territories, start = [], 0
    for territory in sorted(by_territory, key=lambda name: (not name, name)):
        width = max(len(keys) for keys in by_territory[territory].values())
        for keys in by_territory[territory].values():
            places |= {key: start + index for index, key in enumerate(keys)}
        territories.append((territory, start, width))
        start += width
    return places, tuple(territories)


def _arrows(
    known: list[Certificate],
    numbers: dict[Identity, int],
    boxes: tuple[Box, ...],
    chosen: set[Certificate],
) -> tuple[Arrow, ...]:
    """Draw a certificate from every authority that has its issuer's name; its key is known only where a path was walked."""
    arrows = []
    for certificate in known:
        subject = numbers.get(_identity(certificate))
        if subject is None or certificate.is_self_issued:
            continue
        for issuer, box in enumerate(boxes):
            if box.certificate.subject == certificate.issuer and issuer != subject:
                cross = box.territory != boxes[subject].territory
                on_path = certificate in chosen and box.chosen
                arrows.append(Arrow(certificate, issuer, subject, on_path, cross))
    return tuple(arrows)
