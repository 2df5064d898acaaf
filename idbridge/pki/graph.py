"""The graph of certificates, and the search in it for paths from a certificate up to the anchors.

Nodes are names, edges are certificates from issuer to subject: cross-certificates, bridges, loops and rolled-over
keys are all just edges. Certificates of a search come from several graphs at once, so that a large one is indexed
once and the few that arrive with a document are laid over it. Only names and signatures are looked at here; whether a
path is any good is for `validation`, and what makes an edge unpromising the caller says.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from heapq import heappop, heappush
from itertools import islice
from typing import TYPE_CHECKING, Final, NamedTuple

from idbridge.pki.certificate import Certificate
from idbridge.pki.errors import MalformedCertificateError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from idbridge.pki.anchors import TrustAnchor

PATH_LIMIT: Final = 40
"""Certificates below the anchor. Real paths have at most a dozen; random meshes of 10,000 authorities about fifteen."""

EDGES_LIMIT: Final = 20_000
"""Edges looked at in all searches of one validation: about a tenth of a second."""

CERTIFICATES_LIMIT: Final = 200_000
"""Certificates in one graph: seven times the largest mesh to be coped with, and every public certificate authority."""

UNKNOWN_LIMIT: Final = 1000
"""Certificates looked at for issuers to fetch: whoever has more at hand has enough to start with."""

LARGE: Final = 1000  # certificates that take longer to index than to recognise: 50 microseconds against 0.05 each
GRAPHS_REMEMBERED: Final = 2  # the operator's mesh, and its successor while it is being replaced; 3 KB a certificate

FLAW: Final = 1000
"""Cost of an edge that cannot be on a valid path: beyond any length, so that such paths come last, to explain."""

MISMATCH: Final = 0.5  # a key identifier that differs makes an issuer unlikely (RFC 4158 §3.5), not impossible


class Edge(NamedTuple):
    """A certificate, and the comparable form of its issuer's name, which is dear to make."""

    certificate: Certificate
    issuer: bytes


class CertificateGraph:
    """Certificates indexed by subject and by issuer. Memory is linear in their number; it never changes once built."""

    __slots__ = ("_names", "issued", "of_subject", "refused")

    def __init__(self, certificates: Iterable[bytes | Certificate] = ()) -> None:
        """Index *certificates*; what is no certificate is left out and listed in `refused`, with the reason."""
        self.of_subject: dict[bytes, list[Edge]] = {}
        self.issued: dict[bytes, list[bytes]] = {}
        self.refused: list[str] = []
        self._names: dict[bytes, bytes] = {}  # one object a name: a search compares them by the million
        known: set[bytes] = set()
        for item in islice(certificates, CERTIFICATES_LIMIT):
            try:
                certificate = item if isinstance(item, Certificate) else Certificate.from_der(item)
            except MalformedCertificateError as error:
                self.refused.append(str(error))
                continue
            if certificate.der not in known:
                known.add(certificate.der)
                self._add(certificate)

    def _add(self, certificate: Certificate) -> None:
        subject, issuer = map(self._interned, (certificate.subject.key, certificate.issuer.key))
        self.of_subject.setdefault(subject, []).append(Edge(certificate, issuer))
        self.issued.setdefault(issuer, []).append(subject)

    def _interned(self, key: bytes) -> bytes:
        return self._names.setdefault(key, key)


def graph_of(certificates: Iterable[bytes | Certificate]) -> CertificateGraph:
    """Return the graph of *certificates*; a large collection that comes again is not indexed again."""
    items = tuple(certificates)
    return CertificateGraph(items) if len(items) < LARGE else _large_graph(items)


@lru_cache(GRAPHS_REMEMBERED)
def _large_graph(certificates: tuple[bytes | Certificate, ...]) -> CertificateGraph:
    return CertificateGraph(certificates)


class Step(NamedTuple):
    """A partial path by its newest certificate; complete when that is the certificate of an `anchor`.

    `penalty` is what the path costs beyond its length. `proved`: whether `certificate` was found to have signed the one
    below, or the failure has been charged.
    """

    certificate: Certificate
    issuer: bytes
    below: Step | None
    length: int
    penalty: float
    anchor: TrustAnchor | None = None
    proved: bool = False

    def certificates(self) -> tuple[Certificate, ...]:
        """Return the certificates, the one in question first."""
        return tuple(reversed([step.certificate for step in self._downwards()]))

    def visits(self, certificate: Certificate) -> bool:
        """Whether the path already has this name with this key: a loop (RFC 4158 §2.4)."""
        key, name = certificate.public_key_info, certificate.subject
        return any(step.certificate.public_key_info == key and step.certificate.subject == name for step in self._downwards())

    def _downwards(self) -> Iterator[Step]:
        step: Step | None = self
        while step is not None:
            yield step
            step = step.below


@dataclass(frozen=True, slots=True)
class Candidate:
    """A path that hangs together by names: certificates from the one in question to the one below the anchor.

    `flawed` paths are known not to be valid; they come last, to be explained.
    """

    certificates: tuple[Certificate, ...]
    anchor: TrustAnchor
    flawed: bool


class SearchBudgetError(Exception):
    """The search was given up before everything was tried; never leaves this room."""


class EdgeBudget:
    """How many edges the searches of one validation may still look at."""

    __slots__ = ("_left",)

    def __init__(self) -> None:
        """Start with `EDGES_LIMIT`."""
        self._left = EDGES_LIMIT

    def spend(self) -> None:
        """Look at one more edge.

        :raises SearchBudgetError: there are none left.
        """
        self._left -= 1
        if self._left < 0:
            raise SearchBudgetError


class Search:
    """One search. It yields candidates, the cheapest first: certificates so far, distance still to go, penalties."""

    def __init__(
        self,
        graphs: Sequence[CertificateGraph],
        anchors: Iterable[TrustAnchor],
        *,
        has_flaw: Callable[[Certificate | TrustAnchor], bool],
        is_signed_by: Callable[[Certificate, Certificate], bool],
        budget: EdgeBudget,
    ) -> None:
        """Prepare a search for paths to *anchors* through *graphs*, within *budget*.

        *has_flaw* tells whether an issuer cannot be on a valid path; *is_signed_by* whether the first certificate is
        signed by the second, which is asked as late as can be.
        """
        self._graphs = graphs
        self._has_flaw = has_flaw
        self._is_signed_by = is_signed_by
        self._budget = budget
        self._anchors: dict[bytes, list[TrustAnchor]] = {}
        for anchor in anchors:
            self._anchors.setdefault(anchor.certificate.subject.key, []).append(anchor)
        self._distances = self._reach()

    def _reach(self) -> Mapping[bytes, int]:
        """Return for each name below the anchors how many certificates lie between: breadth-first search downwards."""
        distances = dict.fromkeys(self._anchors, 0)
        frontier = set(distances)
        for distance in range(1, PATH_LIMIT):
            reached: set[bytes] = set()
            for graph in self._graphs:
                reached.update(*(graph.issued[issuer] for issuer in frontier & graph.issued.keys()))
            frontier = reached - distances.keys()
            if not frontier:
                break
            distances.update(dict.fromkeys(frontier, distance))
        return distances

    def candidates(self, target: Certificate) -> Iterator[Candidate]:
        """Yield the paths from *target* to the anchors, the cheapest first.

        :raises SearchBudgetError: from the iterator, when the budget did not suffice.
        """
        # (cost, -length, serial, step): of equal costs the longest goes on; the serial keeps steps from being compared
        heap: list[tuple[float, int, int, Step]] = []
        heappush(heap, (0, 0, 0, Step(target, target.issuer.key, None, 1, 0, proved=True)))
        serial = 0
        while heap:
            cost, _, _, taken = heappop(heap)
            step = taken if taken.proved else self._proved(taken)
            if step is None:
                continue
            if step.penalty > taken.penalty:
                heappush(heap, (cost + FLAW, -step.length, (serial := serial + 1), step))
            elif step.anchor is not None:
                yield Candidate(step.certificates()[:-1], step.anchor, step.penalty >= FLAW)
            else:
                for distance, longer in self._within_budget(step):
                    estimate = longer.length + distance + longer.penalty
                    heappush(heap, (estimate, -longer.length, (serial := serial + 1), longer))

    def _within_budget(self, step: Step) -> Iterator[tuple[int, Step]]:
        """Yield each longer path; those that cannot be valid simply end with the budget: nothing is missed by that."""
        try:
            yield from self._successors(step)
        except SearchBudgetError:
            if step.penalty < FLAW:
                raise

    def _proved(self, step: Step) -> Step | None:
        """Verify the newest signature; return the path, dearer if it failed, or None if the key is another."""
        below = step.below
        if below is None or self._is_signed_by(below.certificate, step.certificate):
            return step
        if _mismatched(below.certificate, step.certificate):
            return None
        return step._replace(penalty=step.penalty + FLAW, proved=True)

    def _successors(self, step: Step) -> Iterator[tuple[int, Step]]:
        """Yield each longer path, by an anchor or one more certificate, with the distance that is left."""
        issuer = step.issuer
        for anchor in self._anchors.get(issuer, ()):
            self._budget.spend()
            if not step.visits(anchor.certificate):
                penalty = step.penalty + self._penalty(step.certificate, anchor.certificate, anchor)
                yield 0, Step(anchor.certificate, issuer, step, step.length + 1, penalty, anchor)
        for graph in self._graphs:
            for parent, above in graph.of_subject.get(issuer, ()):
                self._budget.spend()
                distance = self._distances.get(above)
                if distance is None or step.length + distance >= PATH_LIMIT or step.visits(parent):
                    continue
                penalty = step.penalty + self._penalty(step.certificate, parent, parent)
                yield distance + 1, Step(parent, above, step, step.length + 1, penalty)

    def _penalty(self, certificate: Certificate, issuer: Certificate, judged: Certificate | TrustAnchor) -> float:
        return (FLAW if self._has_flaw(judged) else 0) + (MISMATCH if _mismatched(certificate, issuer) else 0)


def _mismatched(certificate: Certificate, issuer: Certificate) -> bool:
    """Whether the key identifiers say that another key of the issuer signed (RFC 5280 §4.2.1.1, §4.2.1.2)."""
    wanted, offered = certificate.authority_key_identifier, issuer.subject_key_identifier
    return wanted is not None and offered is not None and wanted != offered


def unknown_issuers(graphs: Sequence[CertificateGraph], target: Certificate) -> list[Certificate]:
    """Return the certificates at or above *target* whose issuer is in no graph: what to fetch issuers for."""
    seen = {target.subject.key}
    frontier, unknown = [Edge(target, target.issuer.key)], []
    for certificate, issuer in frontier:  # grows while it is walked
        parents = [parent for graph in graphs for parent in graph.of_subject.get(issuer, ())]
        if not parents:
            unknown.append(certificate)
        if issuer not in seen and len(frontier) < UNKNOWN_LIMIT:
            seen.add(issuer)
            frontier += parents
    return unknown
