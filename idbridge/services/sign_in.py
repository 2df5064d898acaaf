"""Signing in: from a portal's authorization request to its answer.

`authorize`, `arrive` and every page's submission end in `_advance`, which asks the dispatcher (`next_step`) what comes next and
does it; nothing here decides an order of its own. A question to the person is stored as a `Flow` and shown by the web under
the flow's identifier, so that a page can be reloaded, left open or translated.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from idbridge.identity.assertion import RegionAssertion, RegionCode
from idbridge.identity.linking import Created, needs_attributes, resolve
from idbridge.identity.person import Link, LinkId, Person, PersonId
from idbridge.oidc import opaque
from idbridge.oidc.authorization import (
    Answer,
    AskConsent,
    AuthorizationRequest,
    ChooseOrganisation,
    ChooseRegion,
    GoUpstream,
    RedirectedRefusal,
    Refuse,
    Session,
    Standing,
    judge,
    next_step,
    read,
)
from idbridge.oidc.clients import Client
from idbridge.oidc.errors import DirectRefusal, Fault
from idbridge.oidc.grants import grant_answer
from idbridge.oidc.keys import SigningKeys
from idbridge.oidc.parameters import Pairs
from idbridge.oidc.provider import Provider
from idbridge.services.clients import KnownClients
from idbridge.services.flow import ANSWERED_SECONDS, FLOW, Flow
from idbridge.services.grants import LiveGrants
from idbridge.services.linking import Linking
from idbridge.services.release import Prospect, Release
from idbridge.services.sessions import OWN_PAGES, Sessions, SignedIn
from idbridge.services.sign_in_limit import SignInLimit
from idbridge.services.turns import AnswerPortal, Ask, ConfirmLink, Done, GoTo, Question, RegionFailed, Turn, Visitor
from idbridge.services.upstream import Arrived, LoginFailed, Upstream, Waiting, Wish
from idbridge.storage.expiring import Expiring
from idbridge.storage.ports import Persons, SignIns
from idbridge.storage.records import SignIn as SignInRecord

LINKING_MAX_AGE = 300
"""Seconds that the first login may be old when linking begins: the second one then still comes back in time (`linking`)."""

_FAULTS = {
    "cancelled": Fault.SIGN_IN_CANCELLED,
    "timeout": Fault.SIGN_IN_CANCELLED,
    "insufficient": Fault.ASSURANCE_UNMET,
    "untrusted": Fault.REGION_UNTRUSTED,
}
"""What a portal is told when its user gives up after a region's refusal; ``temporarily_unavailable`` where not listed."""


class FlowLost(Exception):
    """There is no such flow in this browser: too late, answered already, or never begun here."""


@dataclass(frozen=True, slots=True)
class Registry:
    """What signing in stands on; every part is shared by a worker's threads."""

    provider: Provider
    clients: KnownClients
    persons: Persons
    sign_ins: SignIns
    expiring: Expiring
    upstream: Upstream
    sessions: Sessions
    release: Release
    grants: LiveGrants
    linking: Linking
    limit: SignInLimit


class SigningIn:
    """The use case. Every method may raise `StoreUnavailable`; then nothing is half done and the step can be tried again.

    What begins a sign-in raises `TooManySignIns` for an address that began too many.
    """

    def __init__(self, registry: Registry) -> None:
        self._r = registry
        self.own_client = own_client(registry.provider)

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
            return self._advance(flow, visitor, now)
        self._r.limit.count(visitor.address)
        return Turn(Ask(self._keep(flow)))

    def own(self, visitor: Visitor, now: datetime, max_age: int | None = None, page: str = "/me") -> Turn:
        """Sign in to one of the bridge's own pages, with a login no older than *max_age* seconds."""
        flow = Flow("own", visitor.browser, visitor.language, self._own_request(page, now, max_age))
        return self._advance(flow, visitor, now)

    def link(self, region: RegionCode, visitor: Visitor, now: datetime) -> Turn:
        """Sign in at a second region, freshly, to link it; the person is signed in already."""
        self._r.limit.count(visitor.address)
        flow = Flow("link", visitor.browser, visitor.language, self._own_request("/me/links", now, 0))
        return self._depart(flow, Wish(region, fresh=True), visitor, now)

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
            return self._failed(failure)
        return self._arrived(Arrived(away.flow, away.wish, assertion), held, visitor, now)

    def resume(self, ticket: str, visitor: Visitor, now: datetime) -> Turn:
        """Go on when the region's answer has come, or wait on. Raises `LoginLost`."""
        try:
            arrived = self._r.upstream.resume(ticket, visitor.browser)
        except LoginFailed as failure:
            return self._failed(failure)
        if isinstance(arrived, Waiting):
            return Turn(arrived)
        held = self._r.persons.find_by_link(arrived.assertion.issuer, arrived.assertion.subject)
        return self._arrived(arrived, held, visitor, now)

    # --- Questions to the person -------------------------------------------------------------------------------------

    def show(self, flow_id: str, visitor: Visitor, now: datetime) -> Question | Turn:
        """Return the question that the flow's page asks, or what happens when there is none left. Raises `FlowLost`."""
        flow = self._flow(flow_id, visitor)
        question = self._question(flow_id, flow, visitor, now)
        if isinstance(question.step, ChooseRegion | ChooseOrganisation | AskConsent):
            return question
        return self._advance(flow, visitor, now, flow_id=flow_id)

    def choices(self, flow_id: str, visitor: Visitor, now: datetime) -> Question:
        """Return the choice of regions whatever the session: after one failed, or to use another. Raises `FlowLost`."""
        question = self._question(flow_id, self._flow(flow_id, visitor), visitor, now)
        if isinstance(question.step, ChooseRegion):
            return question
        accepted = question.client.regions
        offered = tuple(offer.code for offer in self._r.provider.regions if not accepted or offer.code in accepted)
        return replace(question, step=ChooseRegion(offered))

    def choose_region(self, flow_id: str, region: RegionCode, visitor: Visitor, now: datetime) -> Turn:
        """Go to the picked region. Raises `FlowLost`."""
        flow = self._flow(flow_id, visitor)
        return self._advance(replace(flow, chosen=region), visitor, now, flow_id=flow_id)

    def choose_organisation(self, flow_id: str, organisation: str, visitor: Visitor, now: datetime) -> Turn:
        """Act for an organisation (empty: for nobody) for the rest of the session. Raises `FlowLost`."""
        flow = self._flow(flow_id, visitor)
        signed_in = self._r.sessions.find(visitor.session)
        if signed_in is not None and organisation in {"", *signed_in.session.organisations}:
            chosen = replace(signed_in.session, acting_for=organisation or None, capacity_chosen=True)
            self._r.sessions.update(replace(signed_in, session=chosen))
        return self._advance(flow, visitor, now, flow_id=flow_id)

    def agree(self, flow_id: str, names: tuple[str, ...], cross_border: bool, visitor: Visitor, now: datetime) -> Turn:
        """Take the person's consent, with the optional claims that were ticked. Raises `FlowLost`.

        Without the separate consent to cross a border, where there has to be one, the page is shown again.
        """
        flow = self._flow(flow_id, visitor)
        question = self._question(flow_id, flow, visitor, now)
        if isinstance(question.step, AskConsent) and question.prospect is not None:
            if question.prospect.needs_separate_consent and not cross_border:
                return Turn(Ask(flow_id))
            self._r.release.agree(question.prospect, names, visitor.language, now)
        return self._advance(flow, visitor, now, flow_id=flow_id)

    def deny(self, flow_id: str, visitor: Visitor) -> Turn:
        """Return to the portal with the person's no. Raises `FlowLost`."""
        return self._refuse(self._flow(flow_id, visitor), Fault.CONSENT_DENIED, flow_id)

    def cancel(self, flow_id: str, visitor: Visitor) -> Turn:
        """Return to the portal without signing in. Raises `FlowLost`."""
        flow = self._flow(flow_id, visitor)
        return self._refuse(flow, Fault.SIGN_IN_CANCELLED, flow_id)

    def give_up(self, flow_id: str, code: str, visitor: Visitor) -> Turn:
        """Return to the portal after a region failed with *code*. Raises `FlowLost`."""
        return self._refuse(self._flow(flow_id, visitor), _FAULTS.get(code, Fault.REGION_UNAVAILABLE), flow_id)

    def stop_waiting(self, ticket: str, visitor: Visitor) -> Turn:
        """Leave the waiting page for the choice of regions. Raises `LoginLost`."""
        return Turn(Ask(self._keep(self._r.upstream.abandon(ticket, visitor.browser))))

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
        turn = self._advance(arrived.flow, visitor, now, signed_in=signed_in, link=link)
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

    def _advance(
        self,
        flow: Flow,
        visitor: Visitor,
        now: datetime,
        *,
        flow_id: str | None = None,
        signed_in: SignedIn | None = None,
        link: Link | None = None,
    ) -> Turn:
        """Do what the dispatcher says comes next."""
        question = self._question(flow_id or "", flow, visitor, now, signed_in, link)
        begins = flow_id is None and signed_in is None
        if begins and not isinstance(question.step, Answer | Refuse):
            self._r.limit.count(visitor.address)
        match question.step:
            case GoUpstream(region, fresh, assurance, least):
                wish = Wish(region, fresh, assurance, least)
                return self._depart(replace(flow, chosen=None), wish, visitor, now)
            case Answer() as answer if question.prospect is not None:
                return self._answer(flow, answer, question.prospect, flow_id, now)
            case Refuse(fault):
                return self._refuse(flow, fault, flow_id)
        return Turn(Ask(flow_id or self._keep(replace(flow, chosen=None))))

    def _question(
        self,
        flow_id: str,
        flow: Flow,
        visitor: Visitor,
        now: datetime,
        signed_in: SignedIn | None = None,
        link: Link | None = None,
    ) -> Question:
        """Ask the dispatcher, giving it what the stores know of the signed-in person."""
        client = self._client(flow, now)
        signed_in = signed_in or self._r.sessions.find(visitor.session)
        if signed_in is not None and link is None:
            link = next((one for one in self._r.persons.links(signed_in.person) if one.id == signed_in.link), None)
        standing = prospect = None
        if signed_in is not None and link is not None:  # a login whose link was removed meanwhile counts for nothing
            prospect = self._r.release.prospect(flow.request, client, signed_in, link)
            standing = self._standing(prospect)
        step = next_step(flow.request, client, self._r.provider, standing=standing, now=now, chosen=flow.chosen)
        return Question(flow_id, flow, client, step, prospect)

    def _standing(self, prospect: Prospect) -> Standing:
        signed_in, request = prospect.signed_in, prospect.request
        wanted = max((prospect.client.minimum_assurance, *request.acr_values, *request.essential_acr))
        linked: tuple[RegionCode, ...] = ()
        if signed_in.session.assurance < wanted:  # only a step up asks where else the person can sign in
            linked = tuple(link.region for link in self._r.persons.links(signed_in.person))
        subject = self._r.release.subject(signed_in.person, prospect.client)
        return Standing(signed_in.session, subject, linked, prospect.consented_at)

    def _answer(self, flow: Flow, answer: Answer, prospect: Prospect, flow_id: str | None, now: datetime) -> Turn:
        self._settle(flow, flow_id)
        if flow.purpose != "portal":
            return Turn(Done(flow.request.redirect_uri))
        code = secrets.token_urlsafe(32)
        grant, record = grant_answer(flow.request, self._standing(prospect), answer, grant_id=opaque.digest(code), now=now)
        self._r.grants.give(prospect.live(grant), record)
        self._r.sign_ins.append(
            SignInRecord(
                prospect.signed_in.person, prospect.link.id, grant.client_id, grant.region, prospect.facts.assurance, now
            )
        )
        return Turn(AnswerPortal(flow.request.return_to.with_code(code, self._r.provider.issuer)))

    def _refuse(self, flow: Flow, fault: Fault, flow_id: str | None) -> Turn:
        self._settle(flow, flow_id)
        if flow.purpose != "portal":
            return Turn(Done(flow.request.redirect_uri))
        return Turn(AnswerPortal(flow.request.return_to.with_fault(fault, self._r.provider.issuer)))

    def _depart(self, flow: Flow, wish: Wish, visitor: Visitor, now: datetime) -> Turn:
        try:
            return Turn(GoTo(self._r.upstream.depart(flow, wish, visitor.user_agent, now)))
        except LoginFailed as failure:
            return self._failed(failure)

    def _failed(self, failure: LoginFailed) -> Turn:
        flow = replace(failure.flow, chosen=None)
        return Turn(RegionFailed(self._keep(flow), flow, failure.refusal))

    def _client(self, flow: Flow, now: datetime) -> Client:
        if flow.purpose != "portal":
            return self.own_client
        client = self._r.clients.get(flow.request.client_id, now)
        if client is None:  # removed while the person was away
            raise DirectRefusal(Fault.CLIENT_UNKNOWN, client=flow.request.client_id)
        return client

    def _own_request(self, page: str, now: datetime, max_age: int | None) -> AuthorizationRequest:
        return AuthorizationRequest(OWN_PAGES, page, ("openid",), now, max_age=max_age)

    def _flow(self, flow_id: str, visitor: Visitor) -> Flow:
        flow = self._r.expiring.get(FLOW, flow_id)
        if flow is None or flow.browser != visitor.browser:
            raise FlowLost
        return flow

    def _keep(self, flow: Flow) -> str:
        flow_id = secrets.token_urlsafe(24)
        self._r.expiring.put(FLOW, flow_id, flow)
        return flow_id

    def _settle(self, flow: Flow, flow_id: str | None) -> None:
        """Let an answered flow live on for a moment, for the double click."""
        if flow_id:
            self._r.expiring.put(FLOW, flow_id, flow, ANSWERED_SECONDS)


def own_client(provider: Provider) -> Client:
    """Return the client that the bridge's own pages are: nothing is released to it."""
    return Client(OWN_PAGES, names=(("en", "idbridge"),), redirect_uris=(f"{provider.issuer}/me",), subject_type="public")
