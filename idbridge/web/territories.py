"""Whose an authority is, for drawings: by the lists in force."""

from __future__ import annotations

from idbridge.pki.certificate import Certificate
from idbridge.services.trust_lists import TrustLists
from idbridge.trust.picture import TerritoryOf
from idbridge.trust.relations import key_of, relations


def territories(lists: TrustLists) -> TerritoryOf:
    """Return what says whose an authority is: the lists do, and of anybody below, their issuer's territory."""
    authorities = relations(lists.in_force(), ()).authorities
    by_key = {authority.key: authority.territory for authority in authorities}
    by_name = {authority.certificate.subject: authority.territory for authority in authorities}

    def territory_of(certificate: Certificate) -> str:
        return by_key.get(key_of(certificate)) or by_name.get(certificate.issuer) or ""

    return territory_of
