"""What the pages about trust show: the trust lists, and the verdict on a certificate or a document.

Like `views`: plain values, codes left as codes (`trust_wording` has their words), names already in the page's language.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from idbridge.web.views import Region


@dataclass(frozen=True, slots=True)
class Period:
    """A period of a status: whether it is an approval, and from when until when (None: it lasts)."""

    granted: bool
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedService:
    """A service of the region's own: who runs it, what it is called, its type (a URI), its periods, newest first."""

    name: str
    provider: str
    type: str
    periods: tuple[Period, ...]


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition that a certificate must meet: its kind (`trust_wording.CONDITIONS`) and the value that is asked for."""

    kind: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecognisedKind:
    """A certificate type of another region: from where, under which scheme, as what, since when, under which conditions."""

    name: str
    entry: str
    region: Region
    scheme: str
    level: str
    purposes: tuple[str, ...]
    periods: tuple[Period, ...]
    conditions: tuple[Condition, ...]
    confirmed: bool = True

    @property
    def granted(self) -> bool:
        """Whether it is recognised as the list stands."""
        return self.confirmed and self.periods[0].granted


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """An agreement with another region, about one kind of service."""

    region: Region
    scheme: str
    identifier: str
    periods: tuple[Period, ...]


@dataclass(frozen=True, slots=True)
class Refresh:
    """How the last refresh of a list went; `code` is stable."""

    at: datetime
    code: str
    succeeded: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedRegion:
    """A region's list: number, dates, how it stands (``current``, ``expired``, ``missing``), and what it says."""

    region: Region
    standing: str
    xml: str
    sequence: int | None = None
    issued: datetime | None = None
    age: timedelta | None = None
    next_update: datetime | None = None
    refresh: Refresh | None = None
    own: tuple[ListedService, ...] = ()
    recognised: tuple[RecognisedKind, ...] = ()
    agreements: tuple[Agreement, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Cross:
    """A pair of authorities of two regions of which the first certified the second, or each the other."""

    issuer: str
    issuer_region: Region
    subject: str
    subject_region: Region
    mutual: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustListsPage:
    """Who is recognised where: the lists, their drawing (`graph`, an address) and the same in words."""

    template: ClassVar[str] = "trust_lists.html"
    lists: tuple[ListedRegion, ...]
    graph: str
    crossings: tuple[Cross, ...] = ()
    verify: str = "/verify"


# --- Checking a file ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyPage:
    """Where a file is chosen: posts ``file`` of at most `max_bytes`, and what helps with it, to `action`.

    `problem`: why there is no verdict yet (`document_wording.REFUSALS`). `samples`: by kind (`document_wording.SAMPLES`),
    each with its files: format and name, which is posted as ``sample``.
    """

    template: ClassVar[str] = "verify.html"
    action: str = "/verify"
    problem: str = ""
    max_bytes: int = 0
    samples: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = ()
    trust_lists: str = "/trust-lists"


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionAnswer:
    """What one region says: its answer, the rule that decided, the entry, scheme and level, and every rule."""

    region: Region
    answer: str
    rule: str
    entry: str = ""
    scheme: str = ""
    level: str = ""
    rules: tuple[tuple[str, str, str], ...] = ()
    """Name, outcome and evidence of each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PathLine:
    """A path that was tried: the names from the certificate up, whether it is the one that holds, and what decided."""

    names: tuple[str, ...]
    indication: str
    chosen: bool = False
    check: str = ""
    about: str = ""
    clause: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateVerdict:
    """The verdict on a certificate. `picture` is the path search as a ``data:`` address."""

    template: ClassVar[str] = "certificate_verdict.html"
    name: str
    indication: str
    sub_indication: str
    at: datetime
    subject: str
    issuer: str
    serial_number: str
    not_before: datetime
    not_after: datetime
    regions: tuple[RegionAnswer, ...]
    paths: tuple[PathLine, ...]
    picture: str
    fetched: tuple[tuple[str, str, str], ...] = ()
    """Kind, address and outcome of everything that was asked for."""
    again: str = "/verify"
    trust_lists: str = "/trust-lists"
