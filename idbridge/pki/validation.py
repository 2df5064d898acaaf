"""Basic path validation (RFC 5280 §6.1): one path, one certificate after the other, from the anchor down.

The steps are tables of small functions; each returns a check, and a path is walked to its end even after one failed, so
that the report shows everything that is wrong with it. Revocation, §6.1.3 (a)(3), is asked afterwards and elsewhere, of
paths that hold otherwise: evidence of it has to be found, and has issuers with paths of their own.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from idbridge.pki.extensions import ANY_EXTENDED_KEY_USAGE
from idbridge.pki.graph import Candidate
from idbridge.pki.keys import UnusableKeyError, import_key, with_inherited_parameters
from idbridge.pki.name_constraints import COMPARISONS_LIMIT, ConstraintsBudgetError, ConstraintState
from idbridge.pki.names import GeneralName, carries
from idbridge.pki.policies import PolicyInputs, PolicyState
from idbridge.pki.profile import judge_profile
from idbridge.pki.report import Check, SubIndication, TriedPath

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from idbridge.pki.anchors import TrustAnchor
    from idbridge.pki.certificate import Certificate
    from idbridge.pki.signatures import SignatureBook


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a path: at which time, under which policies, for which purposes and names; how strictly."""

    at: datetime
    policies: PolicyInputs = field(default_factory=PolicyInputs)
    extended_key_usage: frozenset[str] = frozenset()
    key_usage: frozenset[str] = frozenset()
    names: tuple[GeneralName, ...] = ()
    strict: bool = True


class Walk:
    """The state variables of RFC 5280 §6.1.2, and where on the path they stand."""

    __slots__ = (
        "certificate",
        "constraints",
        "issuer",
        "issuer_key",
        "path_length",
        "policies",
        "question",
        "signatures",
    )

    def __init__(self, candidate: Candidate, question: Question, signatures: SignatureBook) -> None:
        """Start at the anchor, with the limits of the trust in it (RFC 5937 §3)."""
        anchor = candidate.anchor
        length = len(candidate.certificates)
        self.question = question
        self.signatures = signatures
        self.policies = PolicyState(_limited(question.policies, anchor), length)
        self.constraints = ConstraintState()
        self.path_length = length if anchor.max_path_length is None else anchor.max_path_length
        self.issuer = self.certificate = anchor.certificate
        self.issuer_key = anchor.certificate.public_key_info
        if anchor.name_constraints is not None:
            self.constraints.narrow(anchor.name_constraints)

    def check(self, name: str, clause: str, failure: SubIndication | None, **values: object) -> Check:
        """Return a check on the present certificate, passed unless there is a *failure*."""
        return Check(name, clause, "failed" if failure else "passed", self.certificate, values, failure)


def _limited(inputs: PolicyInputs, anchor: TrustAnchor) -> PolicyInputs:
    initial = inputs.initial
    if anchor.policies is not None:
        initial = anchor.policies if initial is None else initial & anchor.policies
    return PolicyInputs(
        initial,
        inputs.require_explicit or anchor.require_explicit_policy,
        inputs.inhibit_mapping or anchor.inhibit_policy_mapping,
        inputs.inhibit_any or anchor.inhibit_any_policy,
    )


def validate(candidate: Candidate, question: Question, signatures: SignatureBook) -> TriedPath:
    """Walk the path of *candidate* and return every check made on it; revocation is not among them.

    :raises SignatureBudgetError: from *signatures*.
    """
    walk = Walk(candidate, question, signatures)
    checks = _anchor_checks(walk, candidate.anchor)
    *issuers, target = reversed(candidate.certificates)
    for certificate in issuers:
        checks += _step(walk, certificate, BASIC + AS_ISSUER)
    checks += _step(walk, target, BASIC_LAST + AS_LAST)
    path = (*candidate.certificates, candidate.anchor.certificate)
    return TriedPath(path, tuple(checks), walk.policies.valid_policies())


def _step(walk: Walk, certificate: Certificate, steps: tuple[Callable[[Walk], Check], ...]) -> list[Check]:
    walk.certificate = certificate
    checks = [step(walk) for step in steps]
    checks += judge_profile(certificate, strict=walk.question.strict)
    walk.issuer, walk.issuer_key = certificate, with_inherited_parameters(certificate.public_key_info, walk.issuer_key)
    return checks


def _anchor_checks(walk: Walk, anchor: TrustAnchor) -> list[Check]:
    """Judge the trust and, if its certificate binds, the certificate: RFC 5280 itself asks nothing of anchors."""
    checks = [_trusted(walk, anchor)]
    if anchor.certificate_binds:
        checks += [step(walk) for step in AS_ANCHOR]
        checks += judge_profile(anchor.certificate, strict=walk.question.strict)
    return checks


def _trusted(walk: Walk, anchor: TrustAnchor) -> Check:
    at = walk.question.at
    failure: SubIndication | None = None
    if not anchor.is_trusted(at):
        failure = "NOT_YET_VALID" if anchor.trusted_from is not None and at < anchor.trusted_from else "EXPIRED"
    values = {"trusted_from": anchor.trusted_from, "trusted_until": anchor.trusted_until, "at": at}
    return walk.check("anchor-trusted", "RFC 5280 §6.1.1 (d)", failure, **values)


def validate_anchor(anchor: TrustAnchor, question: Question, signatures: SignatureBook) -> TriedPath:
    """Judge a certificate that is itself an anchor: a path of no steps, which needs nothing but the trust."""
    walk = Walk(Candidate((), anchor, flawed=False), question, signatures)
    checks = [_trusted(walk, anchor)]
    checks += [step(walk) for step in (_validity, *AS_LAST)]
    checks += judge_profile(anchor.certificate, strict=question.strict)
    return TriedPath((anchor.certificate,), tuple(checks), frozenset())


def _signature(walk: Walk) -> Check:
    certificate = walk.certificate
    verdict = walk.signatures.verdict(walk.issuer_key, certificate.signature_algorithm, certificate.tbs, certificate.signature)
    values = {"algorithm": verdict.algorithm, "key": verdict.key, "reason": verdict.detail, "at": walk.question.at}
    return walk.check("signature", "RFC 5280 §6.1.3 (a)(1)", SIGNATURE_FAILURES[verdict.verdict], **values)


SIGNATURE_FAILURES: Final[Mapping[str, SubIndication | None]] = {
    "valid": None,
    "invalid": "SIG_CRYPTO_FAILURE",
    "unsupported": "CRYPTO_CONSTRAINTS_FAILURE",
    "forbidden": "CRYPTO_CONSTRAINTS_FAILURE",
}


def _validity(walk: Walk) -> Check:
    certificate, at = walk.certificate, walk.question.at
    failure: SubIndication | None = None
    if at < certificate.not_before:
        failure = "NOT_YET_VALID"
    elif certificate.not_after < at.replace(microsecond=0):  # notAfter names the last second, all of it (§4.1.2.5)
        failure = "EXPIRED"
    values = {"not_before": certificate.not_before, "not_after": certificate.not_after, "at": at}
    return walk.check("validity", "RFC 5280 §6.1.3 (a)(2)", failure, **values)


def _name_chaining(walk: Walk) -> Check:
    issuer, expected = walk.certificate.issuer, walk.issuer.subject
    failure: SubIndication | None = None if issuer == expected else "CHAIN_CONSTRAINTS_FAILURE"
    return walk.check("name-chaining", "RFC 5280 §6.1.3 (a)(4)", failure, issuer=issuer)


def _key_identifiers(walk: Walk) -> Check:
    """Both certificates carry the issuer's key identifier, or neither does: an authority uses them or it does not."""
    named, own = walk.certificate.authority_key_identifier, walk.issuer.subject_key_identifier
    failure: SubIndication | None = None
    if (named is None) != (own is None) and walk.question.strict:
        failure = "CERTIFICATE_CHAIN_GENERAL_FAILURE"
    return walk.check("key-identifiers", "RFC 5280 §4.2.1.1, §4.2.1.2", failure, authority=named, issuer=own)


def _names_allowed(walk: Walk) -> Check:
    clause = "RFC 5280 §6.1.3 (b), (c)"
    try:
        violation = walk.constraints.violation(walk.certificate)
    except ConstraintsBudgetError:
        values = {"limit": COMPARISONS_LIMIT}
        failure: SubIndication = "CERTIFICATE_CHAIN_GENERAL_FAILURE"
        return Check("names-allowed", clause, "indeterminate", walk.certificate, values, failure)
    if violation is None:
        return walk.check("names-allowed", clause, None)
    return walk.check("names-allowed", clause, "CHAIN_CONSTRAINTS_FAILURE", offending=violation.name, rule=violation.rule)


def _names_allowed_of_issuer(walk: Walk) -> Check:
    """Self-issued certificates are exempt unless they are the last (§6.1.3 (b), (c))."""
    if walk.certificate.is_self_issued:
        return Check("names-allowed", "RFC 5280 §6.1.3 (b), (c)", "skipped", walk.certificate, SELF_ISSUED)
    return _names_allowed(walk)


def _policies_of_issuer(walk: Walk) -> Check:
    return _policies(walk, last=False)


def _policies_of_last(walk: Walk) -> Check:
    return _policies(walk, last=True)


def _policies(walk: Walk, *, last: bool) -> Check:
    holds = walk.policies.process(walk.certificate, last=last)
    failure: SubIndication | None = None if holds else "CHAIN_CONSTRAINTS_FAILURE"
    return walk.check("policies", "RFC 5280 §6.1.3 (d), (e), (f)", failure, **walk.policies.values())


def _policies_prepared(walk: Walk) -> Check:
    objection = walk.policies.prepare(walk.certificate)
    failure: SubIndication | None = "CHAIN_CONSTRAINTS_FAILURE" if objection else None
    return walk.check("policy-mappings", "RFC 5280 §6.1.4 (a), (b)", failure, objection=objection)


def _names_narrowed(walk: Walk) -> Check:
    constraints = walk.certificate.extensions.name_constraints
    if constraints is not None:
        walk.constraints.narrow(constraints)
    return walk.check("name-constraints", "RFC 5280 §6.1.4 (g)", None, present=constraints is not None)


def _is_authority(walk: Walk) -> Check:
    failure: SubIndication | None = None if walk.certificate.is_ca else "CHAIN_CONSTRAINTS_FAILURE"
    return walk.check("authority", "RFC 5280 §6.1.4 (k)", failure, ca=walk.certificate.is_ca)


def _path_length_left(walk: Walk) -> Check:
    failure: SubIndication | None = None
    left = walk.path_length
    if not walk.certificate.is_self_issued:
        failure = None if walk.path_length > 0 else "CHAIN_CONSTRAINTS_FAILURE"  # (l)
        walk.path_length -= 1
    return walk.check("path-length", "RFC 5280 §6.1.4 (l)", failure, left=left)


def _path_length_lowered(walk: Walk) -> Check:
    constraints = walk.certificate.extensions.basic_constraints
    if constraints is not None and constraints.path_length is not None:
        walk.path_length = min(walk.path_length, constraints.path_length)
    return walk.check("path-length-constraint", "RFC 5280 §6.1.4 (m)", None, left=walk.path_length)


def _may_sign_certificates(walk: Walk) -> Check:
    usage = walk.certificate.key_usage
    failure: SubIndication | None = None if usage is None or "keyCertSign" in usage else "CHAIN_CONSTRAINTS_FAILURE"
    return walk.check("key-usage", "RFC 5280 §6.1.4 (n)", failure, key_usage=usage)


def _policies_wrapped_up(walk: Walk) -> Check:
    failure: SubIndication | None = None if walk.policies.wrap_up(walk.certificate) else "CHAIN_CONSTRAINTS_FAILURE"
    values = {"valid": walk.policies.valid_policies(), "asked_for": walk.policies.inputs.initial}
    return walk.check("explicit-policy", "RFC 5280 §6.1.5 (a), (b), (g)", failure, **values)


def _key_strength(walk: Walk) -> Check:
    """Judge the last key too: it signs nothing on the path, but it is there to be used."""
    policy, at = walk.signatures.policy, walk.question.at
    try:
        key = import_key(with_inherited_parameters(walk.certificate.public_key_info, walk.issuer_key))
        objection = policy.key_objection(key, at)
    except UnusableKeyError as error:
        objection = str(error)
    failure: SubIndication | None = "CRYPTO_CONSTRAINTS_FAILURE" if objection else None
    return walk.check("key-strength", "ETSI TS 119 312", failure, objection=objection, policy=policy.name)


def _purposes(walk: Walk) -> Check:
    wanted, stated = walk.question.extended_key_usage, walk.certificate.extended_key_usage
    fits = stated is None or ANY_EXTENDED_KEY_USAGE in stated or wanted <= set(stated)
    failure: SubIndication | None = None if fits else "CHAIN_CONSTRAINTS_FAILURE"
    return walk.check("extended-key-usage", "RFC 5280 §4.2.1.12", failure, wanted=wanted, stated=stated)


def _usages(walk: Walk) -> Check:
    wanted, stated = walk.question.key_usage, walk.certificate.key_usage
    failure: SubIndication | None = None if stated is None or wanted <= stated else "CHAIN_CONSTRAINTS_FAILURE"
    return walk.check("key-usage", "RFC 5280 §4.2.1.3", failure, wanted=wanted, stated=stated)


def _names_carried(walk: Walk) -> Check:
    absent = [name for name in walk.question.names if not carries(walk.certificate.alternative_names, name)]
    failure: SubIndication | None = "CHAIN_CONSTRAINTS_FAILURE" if absent else None
    return walk.check("names-carried", "RFC 5280 §4.2.1.6, §7; RFC 9525 §6", failure, absent=absent)


SELF_ISSUED: Final = {"reason": "self-issued"}

BASIC: Final = (
    _signature,
    _validity,
    _name_chaining,
    _key_identifiers,
    _names_allowed_of_issuer,
    _policies_of_issuer,
)
"""RFC 5280 §6.1.3, for every certificate but the last."""

BASIC_LAST: Final = (*BASIC[:4], _names_allowed, _policies_of_last)
"""The same for the last, which no exemption for self-issued certificates covers."""

AS_ISSUER: Final = (
    _policies_prepared,
    _names_narrowed,
    _is_authority,
    _path_length_left,
    _path_length_lowered,
    _may_sign_certificates,
)
"""RFC 5280 §6.1.4, before the next certificate; (o) and (p) are in `profile`."""

AS_LAST: Final = (_policies_wrapped_up, _key_strength, _purposes, _usages, _names_carried)
"""RFC 5280 §6.1.5, and what the caller asks of the certificate."""

AS_ANCHOR: Final = (_validity, _names_narrowed, _is_authority, _path_length_lowered, _may_sign_certificates)
"""What is asked of an anchor's certificate that binds (RFC 5937 §3)."""
