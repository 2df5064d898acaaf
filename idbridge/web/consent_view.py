"""The consent page's content: each claim with the very value that the portal would get."""

from __future__ import annotations

from datetime import date

from idbridge.identity.assertion import Organisation
from idbridge.identity.release import Claim, Facts, Json, claims
from idbridge.services.my_identity import display_name
from idbridge.services.release import Prospect
from idbridge.web import views

LEGIBLE = frozenset({"formatted", "name", "role"})
"""Members of a structured claim that a person can read; the others are identifiers made for the portal."""


def consent_view(prospect: Prospect, portal: views.Portal, source: views.Region, action: str, language: str) -> views.Consent:
    """Return the page that asks the person to agree to *prospect*."""
    return views.Consent(
        action=action,
        portal=portal,
        source=source,
        claims=tuple(line for claim in prospect.plan.to_consent if (line := _line(claim, prospect)) is not None),
        person=person_name(prospect, language),
        purpose=prospect.client.purpose(language),
        separate=prospect.needs_separate_consent,
        offline="offline_access" in prospect.request.scopes,
    )


def person_name(prospect: Prospect, language: str) -> str:
    """Return the name to greet the person by; empty when the region gave none."""
    return display_name(prospect.link.attributes, prospect.link.region, language)


def organisation_view(value: str, organisation: Organisation) -> views.OrganisationChoice:
    """Return an organisation to choose. Its registration number is the person's own business and is shown to nobody else."""
    names = tuple(views.Phrase(text, tag) for tag, text in organisation.names)
    return views.OrganisationChoice(
        value=value, names=names, registration=organisation.registration.number, role=organisation.role
    )


def _line(claim: Claim, prospect: Prospect) -> views.ClaimLine | None:
    """Return the claim's line; None for one that the region did not give, and that therefore does not go anywhere."""
    values = _values(claim, prospect.facts)
    if not values:
        return None
    held = prospect.consent.claims if prospect.consent else ()
    return views.ClaimLine(
        name=claim.name, values=values, essential=claim.name in prospect.essential, chosen=claim.name in held
    )


def _values(claim: Claim, facts: Facts) -> tuple[str | date, ...]:
    if claim.name == "birthdate" and facts.attributes.birthdate is not None:
        return (facts.attributes.birthdate,)
    texts = [text for value in claims((claim.name,), facts).values() for text in _texts(value)]
    return tuple(dict.fromkeys(texts))


def _texts(value: Json) -> list[str]:
    """Return what a person can read of a claim's value; the identifiers made for the portal are not that."""
    if isinstance(value, bool):
        return ["yes" if value else "no"]
    if isinstance(value, str):
        return [value]
    if isinstance(value, list):
        return [text for one in value for text in _texts(one)]
    told = (one for name, one in value.items() if name.partition("#")[0] in LEGIBLE)
    return [text for one in told for text in _texts(one)]
