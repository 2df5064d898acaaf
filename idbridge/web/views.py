"""What each page shows, as plain values; the routes fill them in and `pages.Pages.render` turns them into HTML.

Every URL is given, because only the routes know them. Codes (of regions, claims, errors) stay codes: their words are
`wording`'s, by language. A form is always a POST; it carries the frame's CSRF token as ``csrf``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar, Literal

from idbridge.identity.assurance import Assurance


@dataclass(frozen=True, slots=True)
class Resend:
    """How an answer to a form can be had in another language: the form is sent once more, to `action`, with what it `carried`.

    Nothing carried: only a script that still has the form can do it.
    """

    action: str
    carried: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What surrounds every page.

    `here` is the page's own path and query when it can be asked for again by GET; the language links lead there. Empty (an
    answer to a POST) means that there are none, but perhaps a form for it, `resend`. `account` is the signed-in person's
    name, empty when nobody is.
    """

    language: str
    csrf_token: str = ""
    here: str = ""
    resend: Resend | None = None
    home: str = "/me"
    privacy: str = "/privacy"
    accessibility: str = "/accessibility"
    trust_lists: str = "/trust-lists"
    account: str = ""
    sign_out: str = ""


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words in a language of their own (BCP 47), whatever the page's: a service's name, an organisation's."""

    text: str
    lang: str


@dataclass(frozen=True, slots=True)
class Region:
    """A region by its code. `name` and `services` are needed only for a region that `wording.REGIONS` does not know."""

    code: str
    name: str = ""
    services: tuple[Phrase, ...] = ()


@dataclass(frozen=True, slots=True)
class Portal:
    """The service that asks: an OpenID client as its operator registered it. `region` is where it runs, if stated."""

    name: str
    region: Region | None = None
    operator: str = ""
    privacy: str = ""


# --- Signing in ------------------------------------------------------------------------------------------------------


Obstacle = Literal["", "disabled", "unavailable", "insufficient", "not-accepted", "linked"]
"""Why a region cannot be chosen; empty when it can."""


@dataclass(frozen=True, slots=True)
class RegionChoice:
    """One card of the chooser: why it cannot be chosen, or an empty string; whether this browser chose it last."""

    region: Region
    obstacle: Obstacle = ""
    used_last: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ChooseRegion:
    """Where to sign in. Posts ``region`` (a code) to `action`; to `cancel` without fields.

    `portal` is None when the person signs in to the bridge's own page or links a further region. `reason` says why the page
    is there: a first sign-in, one that must be stronger than the last, or a link.
    """

    template: ClassVar[str] = "choose_region.html"
    action: str
    cancel: str
    choices: tuple[RegionChoice, ...]
    portal: Portal | None = None
    reason: Literal["sign-in", "stronger", "link"] = "sign-in"


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """The region asks the person in its own app; the browser waits.

    `status` answers ``{"waiting": true}`` as JSON until the page is to be asked for again (`again`, by GET, which then leads
    on). Without JavaScript the page asks for `again` every `seconds`. `code` is what the app shows to compare, if it does.
    Giving up posts to `cancel`.
    """

    template: ClassVar[str] = "waiting.html"
    region: Region
    status: str
    again: str
    cancel: str
    code: str = ""
    seconds: int = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationChoice:
    """An organisation the person may act for: its value in the form, its names, its registration number and their role."""

    value: str
    names: tuple[Phrase, ...]
    registration: str
    role: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChooseOrganisation:
    """For whom the person acts. Posts ``organisation``: a choice's value, or an empty string for themselves."""

    template: ClassVar[str] = "choose_organisation.html"
    action: str
    portal: Portal
    person: str
    organisations: tuple[OrganisationChoice, ...]
    may_act_alone: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimLine:
    """One claim to release and its values as the portal would get them; dates, yes and no, and codes get the page's words.

    `label` is needed only for a claim that `wording.CLAIMS` does not know. `essential` claims go or the sign-in does not;
    the others have a check box, ticked when `chosen` (because the person chose so before). `sensitive` marks what PIPL art. 28
    singles out.
    """

    name: str
    values: tuple[str | bool | date, ...] = ()
    essential: bool = True
    sensitive: bool = False
    chosen: bool = False
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """What a portal may learn. Posts ``decision`` (``allow``, ``deny``) and ``claim`` (each optional claim that was ticked).

    `source` is the region the person signed in at. When it is not the portal's own, the claims leave it: the page then says
    so in a section of its own, and with `separate` asks for a tick beside it (``cross_border=yes``; PIPL art. 39 wants that
    consent apart). `offline` says that the portal may read the claims again while the person is away. `until` is when the
    consent ends by itself.
    """

    template: ClassVar[str] = "consent.html"
    action: str
    portal: Portal
    source: Region
    claims: tuple[ClaimLine, ...]
    person: str = ""
    purpose: str = ""
    represents: OrganisationChoice | None = None
    separate: bool = False
    offline: bool = False
    until: date | None = None
    withdraw: str = "/me/consents"

    @property
    def crosses_border(self) -> bool:
        """Whether the claims go to a portal in another region than the one that vouches for them."""
        return self.portal.region is not None and self.portal.region.code != self.source.code


@dataclass(frozen=True, slots=True, kw_only=True)
class FormPost:
    """The answer to a portal in a form that posts itself (OAuth 2.0 Form Post Response Mode)."""

    template: ClassVar[str] = "form_post.html"
    action: str
    fields: tuple[tuple[str, str], ...]
    portal: Portal


# --- My identity -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class MyPages:
    """Where the person's own pages are."""

    overview: str = "/me"
    links: str = "/me/links"
    consents: str = "/me/consents"
    activity: str = "/me/activity"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """A sign-in that was: when, by which region, how surely, to which portal (empty: the bridge's own pages)."""

    at: datetime
    region: Region
    assurance: Assurance
    portal: str = ""
    outcome: Literal["done", "refused", "cancelled"] = "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """The first of the person's own pages."""

    template: ClassVar[str] = "me_overview.html"
    person: str
    regions: tuple[Region, ...]
    consents: int
    last_sign_in: SignIn | None = None
    pages: MyPages = MyPages()


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedRegion:
    """A linked account.

    `assurance` is that of the last login by it, None when that is too long ago to be known. `unlink` is the page that asks
    before unlinking; empty when it is the last one.
    """

    region: Region
    since: datetime
    last_used: datetime | None
    assurance: Assurance | None
    unlink: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """The regions the person can sign in at. `link` is the page to link a further one; empty when none is left."""

    template: ClassVar[str] = "me_links.html"
    linked: tuple[LinkedRegion, ...]
    link: str = ""
    pages: MyPages = MyPages()


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenConsent:
    """A consent in force. Revoking posts ``consent`` (its `value`) to the page's `revoke`."""

    value: str
    portal: Portal
    claims: tuple[str, ...]
    since: datetime
    until: date | None = None
    offline: bool = False
    last_used: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Consents:
    """Who may learn what. `revoked` is the name of the portal whose consent has just ended."""

    template: ClassVar[str] = "me_consents.html"
    given: tuple[GivenConsent, ...]
    revoke: str
    revoked: str = ""
    pages: MyPages = MyPages()


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A browser that is signed in. Ending it posts ``session`` (its `value`) to the page's `end`."""

    value: str
    device: str
    since: datetime
    region: Region
    current: bool = False
    portals: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """Where and when the person signed in, newest first, and where they still are. `older` leads further back."""

    template: ClassVar[str] = "me_activity.html"
    sign_ins: tuple[SignIn, ...]
    sessions: tuple[Session, ...]
    end: str
    older: str = ""
    pages: MyPages = MyPages()


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmLink:
    """Before a second region is linked: both logins are fresh, nothing is stored yet. Posts ``agree=yes`` to `action`."""

    template: ClassVar[str] = "link_confirm.html"
    action: str
    cancel: str
    known: Region
    added: Region
    person: str
    added_person: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmUnlink:
    """Before a region is unlinked. Posts to `action`."""

    template: ClassVar[str] = "unlink_confirm.html"
    action: str
    cancel: str
    region: Region
    remaining: tuple[Region, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkChanged:
    """What came of linking or unlinking."""

    template: ClassVar[str] = "link_changed.html"
    region: Region
    change: Literal["linked", "unlinked", "already-linked"]
    pages: MyPages = MyPages()


# --- Leaving, and what went wrong ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class SignOut:
    """Whether to sign out (RP-initiated logout §2 asks the person). Posts ``decision=sign-out`` or ``stay`` with `fields`."""

    template: ClassVar[str] = "sign_out.html"
    action: str
    portal: Portal | None = None
    fields: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedOut:
    """The person is signed out here. `back` is the portal's address to return to, if it gave a registered one."""

    template: ClassVar[str] = "signed_out.html"
    portal: Portal | None = None
    back: str = ""
    regions: tuple[Region, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Something went wrong: `code` is stable (`wording.PROBLEMS`), `incident` finds it in the log.

    `region` is the one that failed. `other_region` is the page to choose another, `retry` the page to try again, `back` leads
    to the portal; each is left out when empty.
    """

    template: ClassVar[str] = "problem.html"
    code: str
    status: int
    incident: str = ""
    region: Region | None = None
    portal: Portal | None = None
    other_region: str = ""
    retry: str = ""
    back: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Privacy:
    """What the bridge keeps of people, for how long, and whom to ask."""

    template: ClassVar[str] = "privacy.html"
    contact: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accessibility:
    """How the pages can be used, and whom to tell when they cannot."""

    template: ClassVar[str] = "accessibility.html"
    contact: str = ""
