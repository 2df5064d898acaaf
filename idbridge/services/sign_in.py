"""Signing in: from a portal's authorization request to its answer.

The ways in, the ways back from a region, and what a person decides on a page. Each ends in `Proceeding`, which asks the
dispatcher what comes next and does it.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from idbridge.identity.assertion import RegionAssertion, RegionCode
from idbridge.identity.linking import Created, needs_attributes, resolve
from idbridge.identity.person import Link, LinkId, Person, PersonId
from idbridge.oidc.authorization import (
    AskConsent,
    AuthorizationRequest,
    ChooseOrganisation,
    ChooseRegion,
    RedirectedRefusal,
    Session,
    judge,
    read,
)
from idbridge.oidc.errors import Fault
from idbridge.oidc.keys import SigningKeys
from idbridge.oidc.parameters import Pairs
from idbridge.services.flow import Flow
from idbridge.services.proceeding import Proceeding, Registry
from idbridge.services.sessions import OWN_PAGES, SignedIn
from idbridge.services.turns import AnswerPortal, Ask, AskRegion, ConfirmLink, Question, Turn, Visitor
from idbridge.services.upstream import Arrived, LoginFailed, Waiting, Wish

LINKING_MAX_AGE = 300
"""Seconds that the first login may be old when linking begins: the second one then still comes back in time (`linking`)."""

_FAULTS = {
    "cancelled": Fault.SIGN_IN_CANCELLED,
    "timeout": Fault.SIGN_IN_CANCELLED,
    "insufficient": Fault.ASSURANCE_UNMET,
    "untrusted": Fault.REGION_UNTRUSTED,
}
"""What a portal is told when its user gives up after a region's refusal; ``temporarily_unavailable`` where not listed."""


class SigningIn:
    """The use case. Every method may raise `StoreUnavailable`; then nothing is half done and the step can be tried again.

    What begins a sign-in raises `TooManySignIns` for an address that began too many.
    """

    def __init__(self, registry: Registry) -> None:
        self._r = registry
        self._proceeding = Proceeding(registry)
        self._flows = self._proceeding.flows

    # --- Ways in -----------------------------------------------------------------------------------------------------

    def authorize(self, pairs: Pairs, visitor: Visitor, keys: SigningKeys, now: datetime, *, posted: bool = False) -> Turn:
        """Take a portal's request. Raises `DirectRefusal`; every other refusal is an answer to the portal.

        A request that was *posted* came from the portal's site, without our session cookie: the page it leads to asks what
        comes next, with the cookie.
        """
        unjudged = read(pairs)
        client = self._r.clients.get(unjudged.client_id, now)
        try:
            request = judge(unjudged, client, provider=self._r.provider, keys=keys, now=now)
        except RedirectedRefusal as refusal:
            return Turn(AnswerPortal(refusal.response(self._r.provider.issuer)))
        flow = Flow("portal", visitor.browser, visitor.language, request)
        if not posted:
            return self._proceeding.go_on(flow, visitor, now)
        self._r.limit.count(visitor.address)
        return Turn(Ask(self._flows.keep(flow)))

    def own(self, visitor: Visitor, now: datetime, max_age: int | None = None, page: str = "/me") -> Turn:
        """Sign in to one of the bridge's own pages, with a login no older than *max_age* seconds."""
        flow = Flow("own", visitor.browser, visitor.language, self._own_request(page, now, max_age))
        return self._proceeding.go_on(flow, visitor, now)

    def link(self, region: RegionCode, visitor: Visitor, now: datetime) -> Turn:
        """Sign in at a second region, freshly, to link it; the person is signed in already."""
        self._r.limit.count(visitor.address)
        flow = Flow("link", visitor.browser, visitor.language, self._own_request("/me/links", now, 0))
        return self._proceeding.depart(flow, Wish(region, fresh=True), visitor, now)

    def arrive(self, region: RegionCode, answer: Mapping[str, str], visitor: Visitor, now: datetime) -> Turn:
        """Take the browser back from a region. Raises `LoginLost`."""
        try:
            arrived = self._r.upstream.arrive(region, answer, visitor.browser, now)
            if isinstance(arrived, Waiting):
                return Turn(arrived)
            away, assertion = arrived
            held = self._r.persons.find_by_link(assertion.issuer, assertion.subject)
            if needs_attributes(assertion, held[1] if held else None):
                return Turn(self._r.upstream.ask(away, assertion, visitor.user_agent, now))
        except LoginFailed as failure:
            return self._proceeding.failed(failure)
        return self._arrived(Arrived(away.flow, away.wish, assertion), held, visitor, now)

    def resume(self, ticket: str, visitor: Visitor, now: datetime) -> Turn:
        """Go on when the region's answer has come, or wait on. Raises `LoginLost`."""
        try:
            arrived = self._r.upstream.resume(ticket, visitor.browser)
        except LoginFailed as failure:
            return self._proceeding.failed(failure)
        if isinstance(arrived, Waiting):
            return Turn(arrived)
        held = self._r.persons.find_by_link(arrived.assertion.issuer, arrived.assertion.subject)
        return self._arrived(arrived, held, visitor, now)

    # --- Questions to the person -------------------------------------------------------------------------------------

    def show(self, flow_id: str, visitor: Visitor, now: datetime) -> Question | Turn:
        """Return the question that the flow's page asks, or what happens when there is none left. Raises `FlowLost`."""
        flow = self._flows.find(flow_id, visitor.browser)
        question = self._proceeding.question(flow_id, flow, visitor, now)
        if isinstance(question.step, ChooseRegion | ChooseOrganisation | AskConsent):
            return question
        return self._proceeding.go_on(flow, visitor, now, flow_id=flow_id)

    def choices(self, flow_id: str, visitor: Visitor, now: datetime) -> Question:
        """Return the choice of regions whatever the session: after one failed, or to use another. Raises `FlowLost`."""
        question = self._proceeding.question(flow_id, self._flows.find(flow_id, visitor.browser), visitor, now)
        if isinstance(question.step, ChooseRegion):
            return question
        accepted = question.client.regions
        offered = tuple(offer.code for offer in self._r.provider.regions if not accepted or offer.code in accepted)
        return replace(question, step=ChooseRegion(offered))

    def choose_region(self, flow_id: str, region: RegionCode, visitor: Visitor, now: datetime) -> Turn:
        """Go to the picked region. Raises `FlowLost`."""
        flow = self._flows.find(flow_id, visitor.browser)
        return self._proceeding.go_on(replace(flow, chosen=region), visitor, now, flow_id=flow_id)

    def choose_organisation(self, flow_id: str, organisation: str, visitor: Visitor, now: datetime) -> Turn:
        """Act for an organisation (empty: for nobody) for the rest of the session. Raises `FlowLost`."""
        flow = self._flows.find(flow_id, visitor.browser)
        signed_in = self._r.sessions.find(visitor.session)
        if signed_in is not None and organisation in {"", *signed_in.session.organisations}:
            chosen = replace(signed_in.session, acting_for=organisation or None, capacity_chosen=True)
            self._r.sessions.update(replace(signed_in, session=chosen))
        return self._proceeding.go_on(flow, visitor, now, flow_id=flow_id)

    def agree(self, flow_id: str, names: tuple[str, ...], cross_border: bool, visitor: Visitor, now: datetime) -> Turn:
        """Take the person's consent, with the optional claims that were ticked. Raises `FlowLost`.

        Without the separate consent to cross a border, where there has to be one, the page is shown again.
        """
        flow = self._flows.find(flow_id, visitor.browser)
        question = self._proceeding.question(flow_id, flow, visitor, now)
        if isinstance(question.step, AskConsent) and question.prospect is not None:
            if question.prospect.needs_separate_consent and not cross_border:
                return Turn(Ask(flow_id))
            self._r.release.agree(question.prospect, names, visitor.language, now)
        return self._proceeding.go_on(flow, visitor, now, flow_id=flow_id)

    def deny(self, flow_id: str, visitor: Visitor) -> Turn:
        """Return to the portal with the person's no. Raises `FlowLost`."""
        return self._proceeding.refuse(self._flows.find(flow_id, visitor.browser), Fault.CONSENT_DENIED, flow_id)

    def cancel(self, flow_id: str, visitor: Visitor) -> Turn:
        """Return to the portal without signing in. Raises `FlowLost`."""
        flow = self._flows.find(flow_id, visitor.browser)
        return self._proceeding.refuse(flow, Fault.SIGN_IN_CANCELLED, flow_id)

    def give_up(self, flow_id: str, code: str, visitor: Visitor) -> Turn:
        """Return to the portal after a region failed with *code*. Raises `FlowLost`."""
        flow = self._flows.find(flow_id, visitor.browser)
        return self._proceeding.refuse(flow, _FAULTS.get(code, Fault.REGION_UNAVAILABLE), flow_id)

    def stop_waiting(self, ticket: str, visitor: Visitor) -> Turn:
        """Leave the waiting page for the choice of regions. Raises `LoginLost`."""
        return Turn(AskRegion(self._flows.keep(self._r.upstream.abandon(ticket, visitor.browser))))

    # --- What follows ------------------------------------------------------------------------------------------------

    def _arrived(self, arrived: Arrived, held: tuple[Person, Link] | None, visitor: Visitor, now: datetime) -> Turn:
        """A login is finished: link it, or sign its person in and go on."""
        if arrived.flow.purpose == "link":
            return Turn(ConfirmLink(self._r.linking.keep(arrived)))
        person, link = self._person(arrived.assertion, held)
        session = Session(
            sid="",
            person=person.id,
            region=link.region,
            assurance=arrived.assertion.assurance,
            authenticated_at=arrived.assertion.authenticated_at,
            established_at=now,
            forced=arrived.wish.fresh,
            sought=arrived.wish.assurance,
            methods=arrived.assertion.methods,
            organisations=tuple(self._r.release.organisations(link)),
        )
        token, signed_in = self._r.sessions.begin(SignedIn(session, link.id, visitor.user_agent), visitor.session)
        turn = self._proceeding.go_on(arrived.flow, visitor, now, signed_in=signed_in, link=link)
        return replace(turn, session=token)

    def _person(self, assertion: RegionAssertion, held: tuple[Person, Link] | None) -> tuple[Person, Link]:
        """Return whose login it is, with the link as the region describes it now; stored, and never twice."""
        new_ids = PersonId(secrets.token_urlsafe(16)), LinkId(secrets.token_urlsafe(16))
        resolved = resolve(assertion, held, new_ids)
        if isinstance(resolved, Created):
            return self._r.persons.create(resolved.person, resolved.link)
        if resolved.refreshed:
            self._r.persons.refresh_link(resolved.link.id, resolved.link.version, resolved.link.attributes)
        return resolved.person, resolved.link

    def _own_request(self, page: str, now: datetime, max_age: int | None) -> AuthorizationRequest:
        return AuthorizationRequest(OWN_PAGES, page, ("openid",), now, max_age=max_age)
