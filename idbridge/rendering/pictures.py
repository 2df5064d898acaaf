"""What a picture of a page is, whoever draws it; and why there is none.

Lengths are in the picture's own units (pixels, or millimetres of a page that is drawn as vectors), from the upper left.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class NoPicture(StrEnum):
    """Why there is no picture. The verdict does not depend on any of these."""

    UNREADABLE = "picture-unreadable"
    CRASHED = "picture-renderer-crashed"
    TIMEOUT = "picture-timeout"
    BUSY = "picture-renderer-busy"
    TOO_LARGE = "picture-too-large"


class MarkKind(StrEnum):
    """What a mark on a page points out."""

    SIGNATURE = "signature"
    CHANGED = "changed"


class PageState(StrEnum):
    """What signatures say of a page, where that is known of single pages."""

    UNKNOWN = ""
    SIGNED = "signed"
    CHANGED = "changed"
    UNPROTECTED = "unprotected"


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle; y grows downwards."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Mark:
    """A place on a page; `signature` is the id of the signature that stands there."""

    kind: MarkKind
    box: Box
    signature: str = ""


@dataclass(frozen=True, slots=True)
class PagePicture:
    """A page, by its number from 1, as a picture of the given media type.

    `parts` are those files of the package that make up the page and give it its `state`. `partial`: something on the page could
    not be drawn.
    """

    number: int
    width: float
    height: float
    media_type: str
    data: bytes = field(repr=False)
    marks: tuple[Mark, ...] = ()
    state: PageState = PageState.UNKNOWN
    parts: tuple[str, ...] = ()
    partial: bool = False


@dataclass(frozen=True, slots=True)
class ChangedPage:
    """A page that looks different since a signature: as it was signed, and as it is. None: there is, or was, no such page."""

    signature: str
    before: PagePicture | None
    after: PagePicture | None


@dataclass(frozen=True, slots=True)
class Pictures:
    """The pictures of a document of `total` pages (0: not known). `code` says why some, or all, are missing."""

    pages: tuple[PagePicture, ...] = ()
    changed: tuple[ChangedPage, ...] = ()
    total: int = 0
    code: NoPicture | None = None
