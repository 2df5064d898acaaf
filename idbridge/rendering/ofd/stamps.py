"""Where seals stand on the pages: the pictures of the seals, cut as their signatures say (GB/T 33190 clause 18.2.3).

A seal across the fold stands on each page in part: its boundary is that of the whole picture, its clip the part that is on the
page.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from idbridge.rendering.ofd.values import box
from idbridge.rendering.pictures import Box
from idbridge.signatures.evidence import SignatureEvidence
from idbridge.signatures.formats.ofd.markup import MarkupError, child, children, parse
from idbridge.signatures.formats.ofd.package import Package

STAMPS_LIMIT: Final = 2_000
"""Places of one signature: a seal across the fold of a book."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """A seal on a page. `picture` is the seal's own, of whatever kind; `clip` is seen from the corner of `boundary`."""

    signature: str
    page: str
    boundary: Box
    clip: Box | None
    picture: bytes = field(repr=False)

    @property
    def shown(self) -> Box:
        """The part of the page that the seal takes."""
        if self.clip is None:
            return self.boundary
        return Box(self.boundary.x + self.clip.x, self.boundary.y + self.clip.y, self.clip.width, self.clip.height)


def stamps_of(package: Package, signature: SignatureEvidence) -> Iterator[Stamp]:
    """Walk through the places where a signature's seal stands."""
    seal = signature.attributes.seal
    try:
        root = parse(package.read(signature.file or "") or b"")
    except MarkupError:
        return
    information = child(root, "SignedInfo")
    stated = list(children(information, "StampAnnot")) if information is not None else []
    for stamp in stated[:STAMPS_LIMIT]:
        boundary = box(stamp.get("Boundary"))
        if boundary is not None and boundary.width > 0 and boundary.height > 0:
            picture = seal.picture if seal is not None else b""
            yield Stamp(signature.id, stamp.get("PageRef") or "", boundary, box(stamp.get("Clip")), picture)
