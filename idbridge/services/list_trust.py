"""Whom a verification trusts: the instance's trust lists, or certificates that the caller names instead of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from idbridge.pki.anchors import TrustAnchor
from idbridge.pki.certificate import Certificate
from idbridge.signatures.trust_lists import TrustLists as ListTrust
from idbridge.signatures.trusted import Trust, TrustedCertificates
from idbridge.trust.reliance import Reliance
from idbridge.trust.vocabulary import Scheme, Territory


class TrustSource(Protocol):
    """Where trust comes from: `services.trust_lists.TrustLists`, or `NamedCertificates`."""

    @property
    def known(self) -> tuple[Certificate, ...]:
        """Certificates that help to build paths and are not trusted themselves."""

    def anchors(self) -> tuple[TrustAnchor, ...]:
        """Return who is trusted to issue."""

    def in_force(self) -> Mapping[Territory, Reliance]:
        """Return the lists and whether each may be relied upon now; empty where there are none."""


@dataclass(frozen=True, slots=True)
class NamedCertificates:
    """Certificates that the caller trusts for every use, at any time. No region says anything."""

    trusted: tuple[Certificate, ...]
    known: tuple[Certificate, ...] = ()

    def anchors(self) -> tuple[TrustAnchor, ...]:
        """Return them all."""
        return tuple(map(TrustAnchor, self.trusted))

    def in_force(self) -> Mapping[Territory, Reliance]:
        """Return no list."""
        return {}


def trust_of(source: TrustSource, scheme: Scheme | None = None) -> Trust:
    """Return *source*, as it stands now, in the form that documents are judged by; *scheme*: recognition under it alone."""
    lists = source.in_force()
    return ListTrust(lists, source.known, scheme) if lists else TrustedCertificates(source.anchors(), source.known)
