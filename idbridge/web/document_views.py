"""What the page with the verdict on a document shows: the report in words, with what only a page has — pictures and files.

Pictures and files are ``data:`` addresses, which stand in the page and nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from idbridge.web.reports.account import DocumentAccount
from idbridge.web.trust_views import PathLine


@dataclass(frozen=True, slots=True)
class MarkView:
    """A rectangle on a page: ``signature`` or ``changed``; the title of the signature that stands there, empty if none does."""

    kind: str
    x: float
    y: float
    width: float
    height: float
    signature: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageView:
    """A page as a picture. `state`, `parts` and `partial` are those of `rendering.pictures`."""

    number: int
    width: float
    height: float
    address: str
    marks: tuple[MarkView, ...] = ()
    state: str = ""
    parts: tuple[str, ...] = ()
    partial: bool = False


@dataclass(frozen=True, slots=True)
class ChangedView:
    """A page that looks different since a signature: before and after. None: there was, or is, no such page."""

    signature: str
    before: PageView | None
    after: PageView | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PagesView:
    """The pictures of a document of `total` pages; `problem` says why some are missing."""

    pages: tuple[PageView, ...] = ()
    changed: tuple[ChangedView, ...] = ()
    total: int = 0
    problem: str = ""

    @property
    def doubtful(self) -> tuple[PageView, ...]:
        """The pages that are not, or not wholly, as they were signed."""
        return tuple(page for page in self.pages if page.state in {"changed", "unprotected"})

    @property
    def sound(self) -> tuple[PageView, ...]:
        """The other pages."""
        return tuple(page for page in self.pages if page not in self.doubtful)


@dataclass(frozen=True, slots=True)
class Drawn:
    """What goes with a signature's words: the picture of its seal, the drawing of its paths (addresses), the paths in words."""

    seal: str = ""
    search: str = ""
    paths: tuple[PathLine, ...] = ()


@dataclass(frozen=True, slots=True)
class Download:
    """The report as a file: what kind, its name, and its address."""

    kind: str
    name: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentVerdict:
    """The verdict on a document: the whole account of it, which begins with one sentence, and what goes with it.

    `drawn` is by the id of each signature; `technical` are the labels of facts to fold away.
    """

    template: ClassVar[str] = "document_verdict.html"
    account: DocumentAccount
    drawn: Mapping[str, Drawn]
    technical: frozenset[str] = frozenset()
    pages: PagesView = PagesView()
    fetched: tuple[tuple[str, str, str], ...] = ()
    """Kind, address and outcome of everything that was asked for."""
    downloads: tuple[Download, ...] = ()
    again: str = "/verify"
    trust_lists: str = "/trust-lists"
