"""How a sign-in goes on: the dispatcher (`next_step`) is asked what comes next, and that is done.

Every step of `sign_in` ends here; nothing decides an order of its own. A question to the person is kept as a `Flow` and shown
by the web under the flow's identifier, so that a page can be reloaded, left open or translated.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import datetime

from idbridge.identity.assertion import RegionCode
from idbridge.identity.person import Link
from idbridge.oidc import opaque
from idbridge.oidc.authorization import Answer, GoUpstream, Refuse, Standing, next_step
from idbridge.oidc.clients import Client
from idbridge.oidc.errors import DirectRefusal, Fault
from idbridge.oidc.grants import grant_answer
from idbridge.oidc.provider import Provider
from idbridge.services.clients import KnownClients
from idbridge.services.flow import Flow, Flows
from idbridge.services.grants import LiveGrants
from idbridge.services.linking import Linking
from idbridge.services.release import Prospect, Release
from idbridge.services.sessions import OWN_PAGES, Sessions, SignedIn
from idbridge.services.sign_in_limit import SignInLimit
from idbridge.services.turns import AnswerPortal, Ask, Done, GoTo, Question, RegionFailed, Turn, Visitor
from idbridge.services.upstream import LoginFailed, Upstream, Wish
from idbridge.storage.expiring import Expiring
from idbridge.storage.ports import Persons, SignIns
from idbridge.storage.records import SignIn as SignInRecord


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


class Proceeding:
    """Every method may raise `StoreUnavailable`, and `DirectRefusal` for a portal that was removed meanwhile."""

    def __init__(self, registry: Registry) -> None:
        self._r = registry
        self._own_client = own_client(registry.provider)
        self.flows = Flows(registry.expiring)

    def go_on(
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
        question = self.question(flow_id or "", flow, visitor, now, signed_in, link)
        begins = flow_id is None and signed_in is None
        if begins and not isinstance(question.step, Answer | Refuse):
            self._r.limit.count(visitor.address)
        match question.step:
            case GoUpstream(region, fresh, assurance, least):
                wish = Wish(region, fresh, assurance, least)
                return self.depart(replace(flow, chosen=None), wish, visitor, now)
            case Answer() as answer if question.prospect is not None:
                return self._answer(flow, answer, question.prospect, flow_id, now)
            case Refuse(fault):
                return self.refuse(flow, fault, flow_id)
        return Turn(Ask(flow_id or self.flows.keep(replace(flow, chosen=None))))

    def question(
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

    def refuse(self, flow: Flow, fault: Fault, flow_id: str | None) -> Turn:
        """Tell the portal no, for this reason; own pages have nobody to tell."""
        self.flows.settle(flow, flow_id)
        if flow.purpose != "portal":
            return Turn(Done(flow.request.redirect_uri))
        return Turn(AnswerPortal(flow.request.return_to.with_fault(fault, self._r.provider.issuer)))

    def depart(self, flow: Flow, wish: Wish, visitor: Visitor, now: datetime) -> Turn:
        """Send the browser to a region."""
        try:
            return Turn(GoTo(self._r.upstream.depart(flow, wish, visitor.user_agent, now)))
        except LoginFailed as failure:
            return self.failed(failure)

    def failed(self, failure: LoginFailed) -> Turn:
        """Keep the flow of a login that failed, so that it can go on with another region."""
        flow = replace(failure.flow, chosen=None)
        return Turn(RegionFailed(self.flows.keep(flow), flow, failure.refusal))

    def _standing(self, prospect: Prospect) -> Standing:
        signed_in, request = prospect.signed_in, prospect.request
        wanted = max((prospect.client.minimum_assurance, *request.acr_values, *request.essential_acr))
        linked: tuple[RegionCode, ...] = ()
        if signed_in.session.assurance < wanted:  # only a step up asks where else the person can sign in
            linked = tuple(link.region for link in self._r.persons.links(signed_in.person))
        subject = self._r.release.subject(signed_in.person, prospect.client)
        return Standing(signed_in.session, subject, linked, prospect.consented_at)

    def _answer(self, flow: Flow, answer: Answer, prospect: Prospect, flow_id: str | None, now: datetime) -> Turn:
        self.flows.settle(flow, flow_id)
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

    def _client(self, flow: Flow, now: datetime) -> Client:
        if flow.purpose != "portal":
            return self._own_client
        client = self._r.clients.get(flow.request.client_id, now)
        if client is None:  # removed while the person was away
            raise DirectRefusal(Fault.CLIENT_UNKNOWN, client=flow.request.client_id)
        return client


def own_client(provider: Provider) -> Client:
    """Return the client that the bridge's own pages are: nothing is released to it."""
    return Client(OWN_PAGES, names=(("en", "idbridge"),), redirect_uris=(f"{provider.issuer}/me",), subject_type="public")
