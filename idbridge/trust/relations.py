"""Who stands to whom, over all lists: authorities by region, which region recognises which of them, and cross-certificates.

The facts behind the drawing of the lists (`relations_drawing`) and behind its equivalent in words.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, NewType

from idbridge.pki.certificate import Certificate
from idbridge.trust.overview import Overview, overview
from idbridge.trust.reliance import Reliance
from idbridge.trust.vocabulary import CA_TYPES, Scheme, Territory

MAX_AUTHORITIES: Final = 60
"""More boxes are no picture any more; those that come first in the lists are shown."""

AuthorityKey = NewType("AuthorityKey", tuple[bytes, bytes])
"""An authority is a name with a key, however many certificates it has."""


@dataclass(frozen=True, slots=True)
class Authority:
    """An authority: whose it is, the one above it in its own region (None: it is a root), whether it is approved today."""

    key: AuthorityKey
    certificate: Certificate
    territory: Territory
    above: AuthorityKey | None
    granted: bool


@dataclass(frozen=True, slots=True)
class Recognises:
    """One region's list recognises certificate types of another region's authorities, under a scheme."""

    by: Territory
    of: Territory
    scheme: Scheme
    authorities: tuple[AuthorityKey, ...]


@dataclass(frozen=True, slots=True)
class Crossing:
    """Authorities of two regions certified one another (*mutual*), or the first the second."""

    issuer: AuthorityKey
    subject: AuthorityKey
    mutual: bool


@dataclass(frozen=True, slots=True)
class Relations:
    """What is drawn: authorities in the order of their regions and ranks."""

    territories: tuple[Territory, ...]
    authorities: tuple[Authority, ...]
    recognitions: tuple[Recognises, ...]
    crossings: tuple[Crossing, ...]


def relations(lists: Mapping[Territory, Reliance], certificates: Iterable[Certificate] = ()) -> Relations:
    """Return the relations that *lists* state, by what each said last, and the cross-certificates among *certificates*."""
    overviews = {name: overview(reliance.signed.content) for name, reliance in lists.items() if reliance.signed}
    listed = dict(_listed(overviews))
    authorities = tuple(_ordered(listed, tuple(lists)))[:MAX_AUTHORITIES]
    shown = {authority.key for authority in authorities}
    return Relations(
        tuple(lists),
        authorities,
        tuple(_recognitions(overviews, shown)),
        tuple(_crossings(certificates, {authority.key: authority for authority in authorities})),
    )


def key_of(certificate: Certificate) -> AuthorityKey:
    """Return which authority a certificate names."""
    return AuthorityKey((certificate.subject.der, certificate.public_key_info))


def _listed(overviews: Mapping[Territory, Overview]) -> Iterator[tuple[AuthorityKey, Authority]]:
    """Walk through everyone that a list names; of several mentions the last counts: that of the authority's own region."""
    for seen in overviews.values():
        for kind in seen.recognised:
            for ca in (*kind.roots, *kind.issuers):
                yield _authority(ca, kind.entry.region, granted=kind.granted)
    for territory, seen in overviews.items():
        for service in seen.own:
            if service.type in CA_TYPES:
                for ca in service.certificates:
                    yield _authority(ca, territory, granted=service.granted)


def _authority(ca: Certificate, territory: Territory, *, granted: bool) -> tuple[AuthorityKey, Authority]:
    return key_of(ca), Authority(key_of(ca), ca, territory, None, granted)


def _ordered(listed: Mapping[AuthorityKey, Authority], territories: tuple[Territory, ...]) -> Iterator[Authority]:
    """Walk through the authorities by region, each root followed by those below it."""
    for territory in territories:
        own = [authority for authority in listed.values() if authority.territory == territory]
        roots = [authority for authority in own if _above(authority, own) is None]
        for root in roots:
            yield root
            for authority in own:
                if _above(authority, own) == root.key:
                    yield Authority(authority.key, authority.certificate, authority.territory, root.key, authority.granted)


def _above(authority: Authority, own: Iterable[Authority]) -> AuthorityKey | None:
    """Return the authority of the same region that issued this one's certificate, by its name."""
    if authority.certificate.is_self_issued:
        return None
    issuer = authority.certificate.issuer
    return next((one.key for one in own if one.certificate.subject == issuer and one.certificate.is_self_issued), None)


def _recognitions(overviews: Mapping[Territory, Overview], shown: set[AuthorityKey]) -> Iterator[Recognises]:
    grouped: dict[tuple[Territory, Territory, Scheme], list[AuthorityKey]] = {}
    for by, seen in overviews.items():
        for kind in (kind for kind in seen.recognised if kind.granted):
            keys = grouped.setdefault((by, kind.entry.region, kind.entry.scheme), [])
            keys += [key for key in map(key_of, kind.issuers) if key in shown and key not in keys]
    for (by, of, scheme), keys in grouped.items():
        yield Recognises(by, of, scheme, tuple(keys))


def _crossings(certificates: Iterable[Certificate], authorities: Mapping[AuthorityKey, Authority]) -> Iterator[Crossing]:
    """Walk through the pairs of authorities of different regions, each once."""
    by_name = {authority.certificate.subject: authority for authority in authorities.values()}
    pairs: dict[tuple[AuthorityKey, AuthorityKey], None] = {}
    for certificate in certificates:
        issuer, subject = by_name.get(certificate.issuer), authorities.get(key_of(certificate))
        if issuer and subject and issuer.territory != subject.territory:
            pairs[issuer.key, subject.key] = None
    for issuer_key, subject_key in pairs:
        mutual = (subject_key, issuer_key) in pairs
        if not mutual or issuer_key < subject_key:
            yield Crossing(issuer_key, subject_key, mutual)
