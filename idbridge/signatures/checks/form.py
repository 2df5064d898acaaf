"""Checks on form: the format's rules, the identification of the signer, the policy signed under.

ETSI EN 319 102-1 V1.4.1 clauses 5.2.2 to 5.2.4.
"""

from __future__ import annotations

from idbridge.signatures.checks.cryptography import difference
from idbridge.signatures.evidence import Fault
from idbridge.signatures.indications import SubIndication
from idbridge.signatures.judgement import Finding, Subject
from idbridge.signatures.policy import Level
from idbridge.signatures.signer import refers_to, to_signer


def format_sound(subject: Subject) -> Finding:
    """Nothing breaks the rules of the format."""
    fatal = [fault for fault in (*subject.document.faults, *subject.signed.faults) if fault.fatal]
    return Finding(not fatal, _listed(fatal))


def faults_tolerated(subject: Subject) -> Finding:
    """What else is wrong with the form is tolerated by the policy, code by code."""
    faults = [fault for fault in (*subject.document.faults, *subject.signed.faults) if not fault.fatal]
    if not faults:
        return Finding(True)
    levels = {fault: subject.policy.fault_level(fault.code) for fault in faults}
    refused = [fault for fault in faults if levels[fault] is Level.REQUIRED]
    tolerated = [fault for fault in faults if levels[fault] is Level.WARN]
    return Finding(not refused, _listed(refused) if refused else f"tolerated: {_listed(tolerated)}")


def _listed(faults: list[Fault]) -> str:
    return "; ".join(f"{fault.code}: {fault.detail}" for fault in faults)


def certificate_identified(subject: Subject) -> Finding:
    """The document leads to the certificate whose key was used."""
    identified = subject.identified
    if identified.certificate is None:
        return Finding(False, identified.verdict.detail)
    if not identified.named and not identified.attribute_fits:
        return Finding(False, f"the document does not name {identified.certificate}, whose key fits")
    return Finding(True, f"{identified.certificate}, serial number {identified.certificate.serial_number:x}")


def attribute_present(subject: Subject) -> Finding:
    """A signed attribute binds the certificate."""
    references = subject.signed.certificate_references
    return Finding(bool(references), references[0].kind if references else "no attribute binds the certificate to the value")


def attribute_fits(subject: Subject) -> Finding:
    """The certificate is the one that the signed attribute refers to."""
    fits, certificate = subject.identified.attribute_fits, subject.identified.certificate
    if fits is None:
        return Finding(None, "there is no such attribute")
    stated_ones = to_signer(subject.signed)
    others = [one for one in stated_ones if certificate is not None and not refers_to(one, certificate)]
    reference = (others or stated_ones)[0]
    stated = ", ".join(f"{d.algorithm} {d.value.hex()}" for d in reference.digests)
    return Finding(fits, f"{reference.kind} states {stated or 'no digest'}; the certificate is {certificate}")


def policy_supported(subject: Subject) -> Finding:
    """The rules of the policy that the signer signed under are applied: none are, which the report says."""
    policy = subject.signature.attributes.policy if subject.signature else None
    if policy is None:
        return Finding(None, "signed under no policy")
    return Finding(False, f"{policy.identifier or 'an implied policy'} is shown, its rules are not applied")


def policy_intact(subject: Subject) -> Finding:
    """The policy document in the signature is the one whose digest is signed."""
    policy = subject.signature.attributes.policy if subject.signature else None
    if policy is None or policy.reference is None or policy.reference.intact is None:
        return Finding(None, "no policy document at hand")
    detail = difference(policy.reference)
    return Finding(policy.reference.intact, detail, SubIndication.POLICY_PROCESSING_ERROR)
