"""Checks on the signer's certificate: EN 319 102-1 clause 5.2.6."""

from __future__ import annotations

from typing import Final

from idbridge.signatures.judgement import Finding, Subject


def path_holds(subject: Subject) -> Finding:
    """The certificate's path holds, now or when the signature is proved to have existed."""
    if subject.path is None:
        return Finding(False, "no certificate was identified")
    return Finding(subject.path.holds, subject.path.detail, subject.path.sub_indication)


TIME_STAMPING: Final = "1.3.6.1.5.5.7.3.8"
OCSP_SIGNING: Final = "1.3.6.1.5.5.7.3.9"
EXTENDED_KEY_USAGE: Final = "2.5.29.37"

NO_SIGNERS: Final = frozenset({TIME_STAMPING, OCSP_SIGNING})
"""Purposes of keys that sign what strangers send them: an answer of theirs could be presented as a document."""


def signer_key_usage(subject: Subject) -> Finding:
    """The certificate's key may sign documents: that of an encryption certificate, or of a service alone, may not."""
    certificate = subject.identified.certificate
    purposes = certificate.extended_key_usage if certificate is not None else None
    if purposes and NO_SIGNERS.issuperset(purposes):
        return Finding(False, f"extended key usage {', '.join(purposes)}")
    if certificate is None or certificate.key_usage is None:
        return Finding(None, "the certificate limits no usage")
    usage = certificate.key_usage
    fits = bool(usage & {"digitalSignature", "contentCommitment", "nonRepudiation"})
    return Finding(fits, f"key usage {', '.join(sorted(usage)) or 'none'}")


def timestamping_purpose(subject: Subject) -> Finding:
    """The certificate is a timestamp authority's, and for nothing else: its one purpose is stated in a critical extension."""
    certificate = subject.identified.certificate
    if certificate is None:
        return Finding(False, "no certificate was identified")
    stated = certificate.extended_key_usage or ()
    critical = certificate.extensions.critical(EXTENDED_KEY_USAGE)
    detail = f"extended key usage {', '.join(stated) or 'none'}, {'critical' if critical else 'not critical'}"
    return Finding(stated == (TIME_STAMPING,) and critical, detail)
