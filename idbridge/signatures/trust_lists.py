"""Trust as the regions' lists state it: anchors in their periods, and what each region says of a signer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from idbridge.pki.anchors import TrustAnchor
from idbridge.pki.certificate import Certificate
from idbridge.pki.report import PathReport
from idbridge.signatures.trusted import Use
from idbridge.trust.anchors import listed_anchors, trust_anchors
from idbridge.trust.answers import question_about
from idbridge.trust.content import content_of
from idbridge.trust.entries import Purpose
from idbridge.trust.recognition import recognise
from idbridge.trust.reliance import Reliance
from idbridge.trust.vocabulary import CA_TYPES, TSA_TYPES, Territory

SEAL_TYPE: Final = "0.4.0.1862.1.6.2"
"""ETSI EN 319 412-5 clause 4.2.3: the certificate is for seals, by a legal person."""

_TYPES: Final = {Use.SIGNATURE: CA_TYPES, Use.TIMESTAMP: CA_TYPES | TSA_TYPES}
"""Whose certificates may stand above a signer's, and above a timestamp authority's (which may itself be listed)."""


class TrustLists:
    """The lists that a verification relies on, by territory (a `Trust`). Certificates of authorities may be given beside."""

    def __init__(self, lists: Mapping[Territory, Reliance], others: tuple[Certificate, ...] = ()) -> None:
        """Rely on *lists*; whether each may be relied upon was settled with them."""
        self._lists = lists
        self._others = others
        self._anchors = {use: trust_anchors(lists, types) for use, types in _TYPES.items()}

    def anchors(self, use: Use, at: datetime) -> tuple[TrustAnchor, ...]:
        """Return those trusted for *use* at *at*: each anchor knows its period."""
        return tuple(anchor for anchor in self._anchors[use] if anchor.is_trusted(at))

    def certificates(self) -> tuple[Certificate, ...]:
        """Return the others."""
        return self._others

    def recognition(self, report: PathReport, use: Use, at: datetime) -> Mapping[str, Mapping[str, object]]:
        """Return what each region says of a signer; of timestamps nobody is asked."""
        if use is not Use.SIGNATURE:
            return {}
        question = question_about(report, _purpose(report.certificate), at)
        return {territory: answer.to_dict() for territory, answer in recognise(question, self._lists).items()}

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
        """Return region, sequence number and digest of each list that there is, and how it stands."""
        return tuple(
            {
                "region": territory,
                "sequence": reliance.signed.content.sequence,
                "sha256": reliance.signed.sha256,
                "standing": reliance.standing.value,
            }
            for territory, reliance in self._lists.items()
            if reliance.signed is not None
        )


def _purpose(certificate: Certificate) -> Purpose:
    types = {kind for statement in content_of(certificate).qc_statements for kind in statement.types}
    return Purpose.SEAL if SEAL_TYPE in types else Purpose.SIGNATURE
