"""What comes next for an accepted request: the one place that decides, and to which every step returns.

`RULES` is the whole order: each rule looks at the situation and names a step or passes; who passes all of them is answered.
A rule looks only at facts (the session, the consent), never at where the user came from, so that a step that was left,
repeated or taken in another tab leads to the same next one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from idbridge.identity.assertion import RegionCode
from idbridge.identity.assurance import Assurance
from idbridge.oidc.authorization.request import AuthorizationRequest, Prompt
from idbridge.oidc.authorization.steps import (
    Answer,
    AskConsent,
    ChooseOrganisation,
    ChooseRegion,
    GoUpstream,
    Refuse,
    Session,
    Standing,
    Step,
)
from idbridge.oidc.clients import Client
from idbridge.oidc.errors import Fault
from idbridge.oidc.provider import ORGANISATION, Provider, RegionOffer


def next_step(
    request: AuthorizationRequest,
    client: Client,
    provider: Provider,
    *,
    standing: Standing | None,
    now: datetime,
    chosen: RegionCode | None = None,
) -> Step:
    """Say what to do with *request*.

    *standing* is the browser's signed-in person, None when nobody is. *chosen* is the region that the user picked just now,
    which outweighs the session there is; a region that may not be picked leads back to the choice.
    """
    situation = _Situation(request, client, provider, now, chosen)
    if standing is None or chosen is not None:
        return _or_silently(request, _sign_in(situation), Fault.LOGIN_NEEDED)
    for rule in RULES:
        if (step := rule.judge(situation, standing)) is not None:
            return _or_silently(request, step, rule.silently)
    return Answer(_stated_level(request, standing.session))


def required_assurance(request: AuthorizationRequest, client: Client) -> Assurance:
    """Return the level below which there is no answer: the client's minimum, and the least of the essential levels."""
    return max(client.minimum_assurance, min(request.essential_acr, default=Assurance.NONE))


def _or_silently(request: AuthorizationRequest, step: Step, fault: Fault) -> Step:
    """Refuse with *fault* where prompt=none forbids a page (OpenID Connect Core §3.1.2.6)."""
    return Refuse(fault) if request.is_silent and not isinstance(step, Refuse) else step


@dataclass(frozen=True, slots=True)
class _Situation:
    request: AuthorizationRequest
    client: Client
    provider: Provider
    now: datetime
    chosen: RegionCode | None

    @property
    def required(self) -> Assurance:
        return required_assurance(self.request, self.client)

    @property
    def wanted(self) -> Assurance:
        """The level to ask a region for: the most wanted of the request's, but at least what is required."""
        levels = (*self.request.acr_values, *self.request.essential_acr)
        return max(self.required, levels[0] if levels else Assurance.LOW)

    @property
    def welcome(self) -> Assurance:
        """The level that calls for no step up: any of those that the request names would do."""
        return max(self.required, min(self.request.acr_values, default=Assurance.NONE))

    @property
    def regions(self) -> tuple[RegionOffer, ...]:
        """The enabled regions that the client takes."""
        accepted = self.client.regions
        return tuple(offer for offer in self.provider.regions if not accepted or offer.code in accepted)

    def is_of_this_request(self, session: Session) -> bool:
        """Whether the login came after the request, so that it may count as what the request asked for."""
        return session.established_at > self.request.received_at


def _sign_in_where_accepted(s: _Situation, standing: Standing) -> Step | None:
    """The login is from a region that this client does not take, or that is switched off by now."""
    return None if any(offer.code == standing.session.region for offer in s.regions) else _sign_in(s)


def _sign_in_again(s: _Situation, standing: Standing) -> Step | None:
    """prompt=login, prompt=select_account, max_age (OpenID Connect Core §3.1.2.1)."""
    session, prompts = standing.session, s.request.prompts
    if session.forced and s.is_of_this_request(session):
        return None
    if Prompt.SELECT_ACCOUNT in prompts:
        return _sign_in(s)
    if Prompt.LOGIN in prompts or _is_stale(s, session):
        return _sign_in(s, fresh=True, prefer=session.region)
    return None


def _is_stale(s: _Situation, session: Session) -> bool:
    if s.request.max_age is None:
        return False
    # The region's clock may run ahead of ours; a login is never younger than its arrival here.
    age = s.now - min(session.authenticated_at, session.established_at)
    # max_age=0 always asks for a new login (OpenID Connect Core §3.1.2.1).
    return s.request.max_age == 0 or age.total_seconds() > s.request.max_age


def _sign_in_as_expected(s: _Situation, standing: Standing) -> Step | None:
    """The client expects another subject: one login to become that one, then login_required (Core §3.1.2.2)."""
    if not s.request.subjects or standing.subject in s.request.subjects:
        return None
    return Refuse(Fault.SUBJECT_MISMATCH) if s.is_of_this_request(standing.session) else _sign_in(s, fresh=True)


def _step_up(s: _Situation, standing: Standing) -> Step | None:
    """The login is weaker than asked: ask once more, at a region of this person that can do better."""
    session = standing.session
    if session.assurance >= s.welcome:
        return None
    short_of_required = session.assurance < s.required
    was_tried = s.is_of_this_request(session) and session.sought >= s.wanted
    target = None if was_tried else _stronger_region(s, standing)
    if target is not None and not (s.request.is_silent and not short_of_required):
        return GoUpstream(target, fresh=True, assurance=s.wanted, least=s.required)
    return Refuse(Fault.ASSURANCE_UNMET) if short_of_required else None


def _stronger_region(s: _Situation, standing: Standing) -> RegionCode | None:
    """Return the person's region to step up at: the session's own if it can, else the first linked one that can."""
    sufficient = s.required if standing.session.assurance < s.required else s.welcome
    able = {offer.code for offer in s.regions if offer.ceiling >= sufficient}
    return next((code for code in (standing.session.region, *standing.linked) if code in able), None)


def _choose_organisation(s: _Situation, standing: Standing) -> Step | None:
    """The client asks for the organisation, and the person may act for several."""
    session = standing.session
    if ORGANISATION not in s.request.scopes or session.capacity_chosen or len(session.organisations) < 2:
        return None
    return ChooseOrganisation(session.organisations)


def _ask_consent(s: _Situation, standing: Standing) -> Step | None:
    """Something is not agreed to yet, or prompt=consent wants the user asked anew."""
    agreed = standing.consented_at
    if agreed is None or (Prompt.CONSENT in s.request.prompts and agreed <= s.request.received_at):
        return AskConsent()
    return None


@dataclass(frozen=True, slots=True)
class Rule:
    """One check of a signed-in person: the step that it may name, and the error instead of it under prompt=none."""

    judge: Callable[[_Situation, Standing], Step | None]
    silently: Fault


RULES = (
    Rule(_sign_in_where_accepted, Fault.LOGIN_NEEDED),
    Rule(_sign_in_again, Fault.LOGIN_NEEDED),
    Rule(_sign_in_as_expected, Fault.SUBJECT_MISMATCH),
    Rule(_step_up, Fault.STEP_UP_NEEDED),
    Rule(_choose_organisation, Fault.ORGANISATION_NEEDED),
    Rule(_ask_consent, Fault.CONSENT_NEEDED),
)
"""The rules in their order: nobody is asked for consent who would have to sign in again."""


def _sign_in(s: _Situation, *, fresh: bool = False, prefer: RegionCode | None = None) -> Step:
    """Go to the chosen, hinted, preferred or only region, else let the user choose among those that can do it."""
    able = tuple(offer.code for offer in s.regions if offer.ceiling >= s.required)
    if not able:
        return Refuse(Fault.ASSURANCE_UNREACHABLE if s.regions else Fault.REGION_UNAVAILABLE)
    selecting = Prompt.SELECT_ACCOUNT in s.request.prompts
    likely = (s.chosen,) if s.chosen or selecting else (s.request.region_hint, prefer)
    region = next((code for code in likely if code in able), able[0] if len(able) == 1 else None)
    if region is None:
        return ChooseRegion(able)
    fresh = fresh or selecting or Prompt.LOGIN in s.request.prompts or s.request.max_age is not None
    return GoUpstream(region, fresh, s.wanted, s.required)


def _stated_level(request: AuthorizationRequest, session: Session) -> Assurance:
    """Return the level for ``acr``: the strongest of those asked for that was reached, else what the login is.

    An essential acr MUST be one of the values asked for (OpenID Connect Core §5.5.1.1), and a login of one level is also one
    of every lower level.
    """
    asked = request.essential_acr or request.acr_values
    return max((level for level in asked if level <= session.assurance), default=session.assurance)
