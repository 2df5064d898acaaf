"""`verify_certificate`: from a certificate, through whatever certificates there are, to an anchor, at a time.

The plan:

1. Read what was handed in. The certificate in question must be one; what cannot be read of the rest is noted and left
   out.
2. Search paths by names and keys, the most promising first (`graph`).
3. Walk each from the anchor down (`validation`, RFC 5280 §6.1).
4. If it holds, ask whether its certificates were revoked (`revocation`, RFC 5280 §6.3, RFC 6960). Signers of evidence
   need valid paths to the same anchor, for which 2 to 4 run again.
5. Stop at the first path that holds; otherwise go on, until all were tried or a budget ran out.
6. Decide, by the table in `report`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC
from typing import TYPE_CHECKING, Final

from idbridge.pki.algorithm_policy import policy_named
from idbridge.pki.anchors import TrustAnchor, read_anchors
from idbridge.pki.certificate import Certificate
from idbridge.pki.errors import BadRequestError
from idbridge.pki.extensions import ANY_POLICY
from idbridge.pki.graph import CertificateGraph, EdgeBudget, Search, SearchBudgetError, graph_of, unknown_issuers
from idbridge.pki.keys import lacks_parameters, with_inherited_parameters
from idbridge.pki.policies import PolicyInputs
from idbridge.pki.report import Check, MissingEvidence, PathReport, TriedPath
from idbridge.pki.revocation.judging import Evidence, RevocationMode, revocation_check
from idbridge.pki.revocation.status import Status, Subject
from idbridge.pki.signatures import SignatureBook, SignatureBudgetError
from idbridge.pki.validation import Question, validate, validate_anchor

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from idbridge.pki.algorithm_policy import AlgorithmPolicy
    from idbridge.pki.graph import Candidate
    from idbridge.pki.names import GeneralName, Name
    from idbridge.pki.revocation.crl import CertificateList
    from idbridge.pki.revocation.ocsp import OcspResponse

PATHS_LIMIT: Final = 30
"""Paths walked in one search. Each costs about a millisecond with revocation; whoever needs more has a broken mesh."""

EXPLAINED_LIMIT: Final = 3
"""Paths walked that are known to be flawed, only so that the report can say why."""

SIGNER_PATHS_LIMIT: Final = 20
"""Searches for paths of evidence's signers in one validation; one or two a certificate are usual."""

REVOCATION_MODES: Final = ("require", "when-available", "off")


def verify_certificate(  # noqa: PLR0913 - the options of RFC 5280 §6.1.1, each by its name
    der: bytes | Certificate,
    *,
    anchors: Iterable[bytes | Certificate | TrustAnchor],
    intermediates: Iterable[bytes | Certificate] | CertificateGraph = (),
    crls: Iterable[bytes | CertificateList] = (),
    ocsp_responses: Iterable[bytes | OcspResponse] = (),
    at: datetime,
    initial_policies: Iterable[str] | None = None,
    require_explicit_policy: bool = False,
    inhibit_policy_mapping: bool = False,
    inhibit_any_policy: bool = False,
    revocation: RevocationMode = "require",
    algorithms: str | AlgorithmPolicy = "default",
    extended_key_usage: Iterable[str] = (),
    key_usage: Iterable[str] = (),
    names: Iterable[GeneralName] = (),
    strict: bool | None = None,
    signatures: SignatureBook | None = None,
) -> PathReport:
    """Judge the certificate *der* as of *at* (aware): whether there is a valid path to one of *anchors*.

    *intermediates* are certificates that may lie between, in any order, and with them anything else; a
    `CertificateGraph` saves indexing many of them again. *initial_policies* are dotted OIDs, None for any.
    *extended_key_usage* (dotted OIDs) and *key_usage* (names of RFC 5280 §4.2.1.3) must all be allowed by the
    certificate where it limits them, and all of *names* be among its alternative names. Unless *strict* (by default
    as the *algorithms* say), breaches of RFC 5280 §4 that are the issuer's and say nothing about the holder are
    warnings. *signatures* are those of an earlier call by the same *algorithms* as of the same time, whose verdicts need
    not be computed again. Nothing is fetched; what is missing is reported.

    :raises MalformedCertificateError: *der*, or one of *anchors*, is no certificate.
    :raises BadRequestError: *at* is naive or not within the calendar, an option does not exist, or *signatures* are of other
        *algorithms* or another time.
    """
    at = _in_utc(at)
    if revocation not in REVOCATION_MODES:
        raise BadRequestError(f"revocation is one of {', '.join(REVOCATION_MODES)}, not {revocation!r}")
    policies = PolicyInputs(
        _initial_policies(initial_policies), require_explicit_policy, inhibit_policy_mapping, inhibit_any_policy
    )
    algorithm_policy = policy_named(algorithms)
    question = Question(
        at,
        policies,
        frozenset(extended_key_usage),
        frozenset(key_usage),
        tuple(names),
        algorithm_policy.strict if strict is None else strict,
    )
    target = der if isinstance(der, Certificate) else Certificate.from_der(der)
    graph = intermediates if isinstance(intermediates, CertificateGraph) else graph_of(intermediates)
    validation = Validation(
        graph,
        read_anchors(anchors),
        Evidence(crls, ocsp_responses),
        revocation,
        _signatures(signatures, algorithm_policy, at),
    )
    return validation.report(target, question)


def _signatures(known: SignatureBook | None, policy: AlgorithmPolicy, at: datetime) -> SignatureBook:
    if known is None:
        return SignatureBook(policy, at)
    if (known.policy, known.at) != (policy, at):
        raise BadRequestError("the signatures were judged by other algorithms, or as of another time")
    return known.for_another()


def _in_utc(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise BadRequestError("the time asked about must be aware")
    try:
        return at.astimezone(UTC)
    except OverflowError as error:
        raise BadRequestError("the time asked about lies before the year 1, or after 9999, in UTC") from error


def _initial_policies(policies: Iterable[str] | None) -> frozenset[str] | None:
    if policies is None:
        return None
    found = frozenset(policies)
    return None if ANY_POLICY in found else found


@dataclass(slots=True)
class Attempts:
    """The paths tried for one certificate, and which budget ended the search, if one did."""

    paths: list[TriedPath]
    budget: str | None = None

    @property
    def passed(self) -> TriedPath | None:
        """The path that holds: the last tried, if any."""
        return self.paths[-1] if self.paths and self.paths[-1].indication == "PASSED" else None


class Validation:
    """All that one call of `verify_certificate` works with: the material, and what was found out so far."""

    def __init__(
        self,
        graph: CertificateGraph,
        anchors: tuple[TrustAnchor, ...],
        evidence: Evidence,
        mode: RevocationMode,
        signatures: SignatureBook,
    ) -> None:
        """Take the material; nothing is computed yet."""
        self.graph = graph
        self.anchors = anchors
        self.evidence = evidence
        self.mode: RevocationMode = mode
        self.signatures = signatures
        self.edges = EdgeBudget()
        self.signer_paths = 0
        self.judging: set[bytes] = set()  # signers whose paths are being judged: evidence must not vouch for itself
        self.trusted_signers: set[tuple[bytes, bytes, datetime]] = set()

    def report(self, target: Certificate, question: Question) -> PathReport:
        """Try the paths of *target* and decide (step 6)."""
        attempts = self.attempt(target, self.anchors, question)
        path = attempts.passed or _closest(attempts.paths)
        missing = () if path is None else path.missing
        refused = (*self.graph.refused, *self.evidence.refused)
        checks = [Check("input-readable", "RFC 5280 §4, §5", "warned", values={"objection": text}) for text in refused]
        if attempts.passed is None and attempts.budget is not None:
            checks.append(_exhausted(target, attempts))
        elif path is None:
            missing = _missing_issuers(self.graph, target)
            checks.append(_no_path(target, missing))
        return PathReport(target, question.at, path, tuple(attempts.paths), tuple(checks), missing)

    def attempt(self, target: Certificate, anchors: tuple[TrustAnchor, ...], question: Question) -> Attempts:
        """Try paths from *target* to *anchors* until one holds (steps 2 to 5)."""
        attempts = Attempts([])
        try:
            for anchor in anchors:
                if anchor.certificate == target:
                    attempts.paths.append(validate_anchor(anchor, question, self.signatures))
                    if attempts.passed is not None:
                        return attempts
            self._search(target, anchors, question, attempts)
        except SearchBudgetError:
            attempts.budget = "edges"
        except SignatureBudgetError:
            attempts.budget = "signatures"
        return attempts

    def _search(self, target: Certificate, anchors: tuple[TrustAnchor, ...], question: Question, attempts: Attempts) -> None:
        search = Search(
            (self.graph,),
            anchors,
            has_flaw=lambda judged: _has_flaw(judged, question.at),
            is_signed_by=self._is_signed_by,
            budget=self.edges,
        )
        flawed = 0
        for candidate in search.candidates(target):
            if candidate.flawed and flawed >= EXPLAINED_LIMIT:
                return
            if len(attempts.paths) >= PATHS_LIMIT:
                attempts.budget = "paths"
                return
            flawed += candidate.flawed
            tried = validate(candidate, question, self.signatures)
            if tried.indication == "PASSED":
                tried = self._with_revocation(tried, candidate, question)
            attempts.paths.append(tried)
            if tried.indication == "PASSED":
                return

    def _is_signed_by(self, certificate: Certificate, issuer: Certificate) -> bool:
        """Whether the signature can stand; a key that inherits its parameters is known only on its path."""
        if lacks_parameters(issuer.public_key_info):
            return True
        verdict = self.signatures.verdict(
            issuer.public_key_info, certificate.signature_algorithm, certificate.tbs, certificate.signature
        )
        return verdict.verdict == "valid"

    def _with_revocation(self, tried: TriedPath, candidate: Candidate, question: Question) -> TriedPath:
        """Return the path with a check on each certificate's revocation, from the anchor down (step 4)."""
        checks: list[Check] = []
        missing: list[MissingEvidence] = []
        authorities = PathAuthorities(self, candidate.anchor, question)
        issuer, key = candidate.anchor.certificate, candidate.anchor.certificate.public_key_info
        for certificate in reversed(candidate.certificates):
            if self.mode == "off":
                checks.append(Check("revocation", "RFC 5280 §6.1.3 (a)(3)", "skipped", certificate, {"mode": "off"}))
            else:
                subject = Subject(certificate, issuer, key, question.at, question.strict)
                check, wanted = revocation_check(subject, self._status(subject, authorities), self.mode)
                checks.append(check)
                missing += wanted
            issuer, key = certificate, with_inherited_parameters(certificate.public_key_info, key)
        return replace(tried, checks=tried.checks + tuple(checks), missing=tuple(missing))

    def _status(self, subject: Subject, authorities: PathAuthorities) -> Status:
        if subject.certificate.der in self.judging and subject.certificate.extensions.ocsp_no_check:
            return Status("good", source="id-pkix-ocsp-nocheck")  # RFC 6960 §4.2.2.2.1
        return self.evidence.status(subject, authorities)


class PathAuthorities:
    """Who may sign evidence for one path: whoever has a valid path to the same anchor."""

    def __init__(self, validation: Validation, anchor: TrustAnchor, question: Question) -> None:
        """Answer for paths below *anchor*."""
        self._validation = validation
        self._anchor = anchor
        self._question = question

    @property
    def signatures(self) -> SignatureBook:
        """Where signatures are verified."""
        return self._validation.signatures

    def named(self, name: Name) -> Iterator[Certificate]:
        """Yield the certificates at hand with that subject, the anchor's among them."""
        if self._anchor.certificate.subject == name:
            yield self._anchor.certificate
        yield from (edge.certificate for edge in self._validation.graph.of_subject.get(name.key, ()))

    def holds(self, certificate: Certificate, usage: str | None, at: datetime) -> bool:
        """Whether *certificate* has a valid path to the anchor, revocation included.

        :raises SignatureBudgetError: too many signers had to be judged.
        """
        if certificate == self._anchor.certificate:
            return True
        validation = self._validation
        key = (certificate.der, self._anchor.certificate.der, at)
        if key in validation.trusted_signers:
            return True
        if certificate.der in validation.judging:
            return False
        validation.signer_paths += 1
        if validation.signer_paths > SIGNER_PATHS_LIMIT:
            raise SignatureBudgetError
        validation.judging.add(certificate.der)
        usages = frozenset((usage,)) if usage else frozenset[str]()
        question = Question(at, key_usage=usages, strict=self._question.strict)
        attempts = validation.attempt(certificate, (self._anchor,), question)
        validation.judging.discard(certificate.der)
        if attempts.passed is None:
            return False
        validation.trusted_signers.add(key)
        return True


def _has_flaw(judged: Certificate | TrustAnchor, at: datetime) -> bool:
    """Whether a certificate cannot be an issuer at that time: what a walk would find, seen before any signature."""
    if isinstance(judged, TrustAnchor):
        return not judged.is_trusted(at) or (judged.certificate_binds and _has_flaw(judged.certificate, at))
    if not judged.not_before <= at or judged.not_after < at.replace(microsecond=0) or not judged.is_ca:
        return True
    return judged.key_usage is not None and "keyCertSign" not in judged.key_usage


def _closest(paths: list[TriedPath]) -> TriedPath | None:
    """Return the path that came closest: the first that only lacks something, else the first."""
    return next((path for path in paths if path.indication == "INDETERMINATE"), paths[0] if paths else None)


def _exhausted(target: Certificate, attempts: Attempts) -> Check:
    values = {"exhausted": attempts.budget, "paths_tried": len(attempts.paths)}
    return Check("search-budget", "RFC 4158 §2.4", "indeterminate", target, values, "CERTIFICATE_CHAIN_GENERAL_FAILURE")


def _no_path(target: Certificate, missing: tuple[MissingEvidence, ...]) -> Check:
    values = {"issuer": target.issuer, "urls": tuple(url for item in missing for url in item.urls)}
    return Check("path-found", "RFC 5280 §6", "indeterminate", target, values, "NO_CERTIFICATE_CHAIN_FOUND")


def _missing_issuers(graph: CertificateGraph, target: Certificate) -> tuple[MissingEvidence, ...]:
    unknown = unknown_issuers((graph,), target)
    return tuple(MissingEvidence("issuer", certificate.sha256, certificate.aia_urls) for certificate in unknown)
