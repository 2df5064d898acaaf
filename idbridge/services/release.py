"""What one portal would learn of one person: the plan, the facts, and whether it was agreed to.

Joins the request (`oidc`), the link that the login came by (`identity`) and the consent that the store holds. The claims are
those of the region that vouched for *this* login; other linked regions add nothing to it.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from idbridge.identity.assertion import Attributes, Organisation, RegionCode
from idbridge.identity.assurance import Assurance
from idbridge.identity.claims_request import ClaimsRequest
from idbridge.identity.consent import Consent, ConsentId, ConsentQuestion, reason_to_ask
from idbridge.identity.person import Link, PersonId
from idbridge.identity.release import Facts, ReleasePlan, claims, plan_release
from idbridge.identity.subjects import SubjectSecret, organisation_subject, pairwise_subject, public_subject
from idbridge.oidc.authorization import AuthorizationRequest
from idbridge.oidc.clients import Client
from idbridge.oidc.grants import Grant
from idbridge.services.grants import LiveGrant, OfflineDetails
from idbridge.services.sessions import SignedIn
from idbridge.storage.ports import Consents

SEPARATE_CONSENT = frozenset({RegionCode("GD")})
"""Regions whose law wants a consent of its own before personal data leave them (PIPL art. 39)."""

OWN_SECTOR = "idbridge"
"""The sector of the bridge's own pages, for naming an organisation without its number."""


@dataclass(frozen=True, slots=True)
class Prospect:
    """What would go to the portal: the plan by names, the facts behind it, and the consent that is in force, if any."""

    client: Client
    request: AuthorizationRequest
    signed_in: SignedIn
    link: Link
    plan: ReleasePlan
    facts: Facts
    consent: Consent | None

    @property
    def essential(self) -> tuple[str, ...]:
        """The claims without which the portal is not answered: all but those asked for singly and not as essential."""
        by_scope = plan_release(self.request.scopes, ClaimsRequest()).userinfo
        asked = (*self.request.claims.userinfo, *self.request.claims.id_token)
        singly = {claim.base for claim in asked if claim.essential}
        return tuple(claim.name for claim in self.plan.to_consent if claim.name in by_scope or claim.name in singly)

    @property
    def consented_at(self) -> datetime | None:
        """When the person agreed to all that is essential here; None when the person must be asked.

        Who asks for nothing but ``openid`` learns a subject that means nothing elsewhere: that needs no question.
        """
        if self.consent is None:
            return None if self.plan.to_consent else self.request.received_at
        question = ConsentQuestion(self.essential, purpose_version(self.client))
        return self.consent.granted_at if reason_to_ask(self.consent, question) is None else None

    @property
    def needs_separate_consent(self) -> bool:
        """Whether the consent to send the claims across a border has to be given apart."""
        home, source = self.client.home_region, self.facts.region
        return home is not None and home != source and source in SEPARATE_CONSENT

    @property
    def agreed(self) -> ReleasePlan:
        """The part of the plan that the consent in force covers: nothing without one."""
        return self.plan.agreed(self.consent.claims if self.consent else ())

    def live(self, grant: Grant) -> LiveGrant:
        """Return *grant* with the claims it releases."""
        details = OfflineDetails(grant, self.agreed, self.link.id, self.facts.claims_locales, self.facts.ui_locales)
        return _live(details, self.facts)


class Release:
    """Puts prospects together and keeps consents. Raises `StoreUnavailable`."""

    def __init__(self, consents: Consents, secret: SubjectSecret) -> None:
        self._consents = consents
        self._secret = secret

    def subject(self, person: PersonId, client: Client) -> str:
        """Return the person's ``sub`` at the client."""
        if client.subject_type == "public":
            return public_subject(self._secret, person)
        return pairwise_subject(self._secret, client.sector, person)

    def organisations(self, link: Link) -> dict[str, Organisation]:
        """Return the organisations a login by this link may act for, by identifiers that do not hold their numbers."""
        attributes = link.attributes or Attributes()
        return {organisation_subject(self._secret, OWN_SECTOR, one.registration): one for one in attributes.organisations}

    def prospect(self, request: AuthorizationRequest, client: Client, signed_in: SignedIn, link: Link) -> Prospect:
        """Say what the portal would learn."""
        session = signed_in.session
        locales = request.claims_locales or request.claims.languages
        facts = self._facts(link, client, session.organisation, session.assurance, (locales, request.ui_locales))
        plan = plan_release(request.scopes, request.claims)
        consent = self._consents.find(signed_in.person, client.client_id, link.region)
        return Prospect(client, request, signed_in, link, plan, facts, consent)

    def renew(self, details: OfflineDetails, link: Link, client: Client) -> LiveGrant:
        """Return an offline grant with the claims as the region gives them now."""
        grant = details.grant
        locales = details.claims_locales, details.ui_locales
        return _live(details, self._facts(link, client, grant.organisation, grant.acr, locales))

    def agree(self, prospect: Prospect, names: tuple[str, ...], language: str, now: datetime) -> Consent:
        """Store the person's consent to the essential claims and to those of *names* that were offered; return it."""
        client = prospect.client
        offered = [claim.name for claim in prospect.plan.to_consent]
        consent = Consent(
            id=ConsentId(secrets.token_urlsafe(16)),
            person=prospect.signed_in.person,
            client_id=client.client_id,
            recipient=client.name(language),
            recipient_region=client.home_region,
            source_region=prospect.facts.region,
            scopes=prospect.request.scopes,
            claims=tuple(sorted(name for name in offered if name in prospect.essential or name in names)),
            purpose=client.purpose(language),
            purpose_version=purpose_version(client),
            granted_at=now,
        )
        self._consents.grant(consent, self.subject(consent.person, client))
        return consent

    def _facts(
        self,
        link: Link,
        client: Client,
        organisation: str | None,
        assurance: Assurance,
        locales: tuple[tuple[str, ...], tuple[str, ...]],
    ) -> Facts:
        acting = self.organisations(link).get(organisation or "")
        return Facts(
            region=link.region,
            assurance=assurance,
            attributes=link.attributes or Attributes(),
            organisations=((organisation_subject(self._secret, client.sector, acting.registration), acting),) if acting else (),
            claims_locales=locales[0],
            ui_locales=locales[1],
        )


def _live(details: OfflineDetails, facts: Facts) -> LiveGrant:
    plan = details.plan
    return LiveGrant(details, dict(claims(plan.userinfo, facts)), dict(claims(plan.id_token, facts)))


def purpose_version(client: Client) -> str:
    """Name the wording of a client's purpose: when the portal changes what it wants the data for, people are asked again."""
    return sha256(repr(client.purposes).encode()).hexdigest()[:16]
