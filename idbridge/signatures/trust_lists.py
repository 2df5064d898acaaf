"""Trust as the regions' lists state it: anchors in their periods, and what each region says of a signer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from idbridge.pki.algorithms import verify_signature
from idbridge.pki.anchors import TrustAnchor
from idbridge.pki.certificate import Certificate
from idbridge.pki.errors import PkiError
from idbridge.pki.report import PathReport
from idbridge.signatures.indications import Indication
from idbridge.signatures.trusted import Use
from idbridge.trust.anchors import listed_anchors, trust_anchors
from idbridge.trust.answers import question_about
from idbridge.trust.content import content_of
from idbridge.trust.entries import Purpose
from idbridge.trust.recognition import recognise
from idbridge.trust.reliance import Reliance, cited
from idbridge.trust.vocabulary import CA_TYPES, TSA_TYPES, Scheme, Territory

SEAL_TYPE: Final = "0.4.0.1862.1.6.2"
"""ETSI EN 319 412-5 clause 4.2.3: the certificate is for seals, by a legal person."""

STEPS_LIMIT: Final = 5
"""Certificates above an anchor; a listed issuing authority is one or two below its root."""

_TYPES: Final = {Use.SIGNATURE: CA_TYPES, Use.TIMESTAMP: CA_TYPES | TSA_TYPES}
"""Whose certificates may stand above a signer's, and above a timestamp authority's (which may itself be listed)."""


class TrustLists:
    """The lists that a verification relies on, by territory (a `Trust`). Certificates of authorities may be given beside."""

    def __init__(
        self, lists: Mapping[Territory, Reliance], others: tuple[Certificate, ...] = (), scheme: Scheme | None = None
    ) -> None:
        """Rely on *lists*; whether each may be relied upon was settled with them. *scheme*: recognition under it alone."""
        self._lists = lists
        self._scheme = scheme
        self._others = others
        self._anchors = {use: trust_anchors(lists, types) for use, types in _TYPES.items()}
        self._authorities = (*others, *_roots(lists))

    def anchors(self, use: Use, at: datetime) -> tuple[TrustAnchor, ...]:
        """Return those trusted for *use* at *at*: each anchor knows its period."""
        return tuple(anchor for anchor in self._anchors[use] if anchor.is_trusted(at))

    def certificates(self) -> tuple[Certificate, ...]:
        """Return the others."""
        return self._others

    def recognition(self, report: PathReport, signature: Indication, at: datetime) -> Mapping[str, Mapping[str, object]]:
        """Return what each region says of a signature."""
        question = question_about(report, _purpose(report.certificate), at, self._scheme)
        question = replace(question, path=tuple(self._continued(question.path)), signature=signature.value)
        return {territory: answer.to_dict() for territory, answer in recognise(question, self._lists).items()}

    def _continued(self, path: tuple[Certificate, ...]) -> Iterator[Certificate]:
        """Go on above the anchor to its root: an entry may ask for the root where a list trusts the issuing authority."""
        yield from path
        top = path[-1]
        for _ in range(STEPS_LIMIT):
            above = next((ca for ca in self._authorities if not top.is_self_issued and _issued(ca, top)), None)
            if above is None:
                return
            yield above
            top = above

    def region(self, report: PathReport, use: Use) -> str | None:
        """Return the territory whose own list has the path's anchor."""
        if report.path is None:
            return None
        anchor = report.path.certificates[-1]
        for territory, reliance in self._lists.items():
            content = reliance.content
            if content is not None and any(a.certificate == anchor for a in listed_anchors(content, _TYPES[use])):
                return territory
        return None

    def cited(self) -> tuple[Mapping[str, object], ...]:
        """Return which versions of the lists there are, how each stands, and how old it is."""
        return cited(self._lists)


def _roots(lists: Mapping[Territory, Reliance]) -> Iterator[Certificate]:
    """Walk through the roots that the lists' recognition entries name."""
    contents = (reliance.content for reliance in lists.values())
    states = (service.current for content in contents if content for _, service in content.services())
    for der in (der for state in states if state.extensions.entry for der in state.extensions.entry.roots):
        try:
            yield Certificate.from_der(der)
        except PkiError:
            continue  # what cannot be read is no root


def _issued(authority: Certificate, certificate: Certificate) -> bool:
    if authority.subject != certificate.issuer:
        return False
    verdict = verify_signature(
        authority.public_key_info, certificate.signature_algorithm, certificate.tbs, certificate.signature
    )
    return verdict.verdict == "valid"


def _purpose(certificate: Certificate) -> Purpose:
    types = {kind for statement in content_of(certificate).qc_statements for kind in statement.types}
    return Purpose.SEAL if SEAL_TYPE in types else Purpose.SIGNATURE
