"""The words for verdicts, for what kinds of thing there are, and for the headings that every shape has.

English here, marked by `N_` for the translators, as in `idbridge.web.wording`. Tables are keyed by the codes of the report;
a test holds each of them against all codes that can occur.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from idbridge.web.wording import N_

MORE: Final = N_("%(count)s more")

SIGNED_WHOLE: Final = N_("Valid: %(signer)s signed this document, and it has not been changed since.")
SIGNED_PART: Final = N_(
    "Valid for a part only: %(signer)s signed what is named below, but not the whole document as it is now."
)
SIGNED_SIGNATURE: Final = N_("Valid: %(signer)s confirmed another signature with this one.")
NOT_VALID: Final = N_("Not valid: %(why)s")
SENTENCE: Final = N_("%(what)s.")
"""Completes `NOT_VALID` with words that are no sentence of their own."""
CHANGED_THINGS: Final = N_("this was changed after it was signed: %(names)s.")
"""Likewise; named are the files that differ."""
NOT_BY: Final = N_("this is not the signature of %(signer)s: it is forged or damaged.")
UNKNOWN_ISSUER: Final = N_("nobody whom we trust vouches for its certificate, which was issued by %(issuer)s.")
"""Both complete `NOT_VALID` and `CANNOT_TELL`, and name whom it is about."""
CANNOT_TELL: Final = N_("It cannot be told whether this is valid: %(why)s")

NO_SIGNATURE: Final = N_("There is no signature in this document.")
ONLY_PROOFS: Final = N_("There is no signature in this document, but there is a proof of when it existed.")
UNREAD: Final = N_("It cannot be told whether this is valid: there is more in this document than we look at.")
ALL_WHOLE: Final = (
    N_("Valid: %(count)s signature is valid, and the document has not been changed since."),
    N_("Valid: all %(count)s signatures are valid, and the document has not been changed since."),
)
ALL_PARTLY: Final = (
    N_("Valid for a part only: %(count)s signature is valid, but not for the whole document as it is now."),
    N_("Valid for a part only: all %(count)s signatures are valid, but not each covers the whole document as it is now."),
)
SOME_NOT_VALID: Final = (
    N_("Not valid: %(count)s of the %(all)s signatures is not valid."),
    N_("Not valid: %(count)s of the %(all)s signatures are not valid."),
)
SOME_CANNOT_TELL: Final = (
    N_("It cannot be told whether this is valid: of %(all)s signatures, %(count)s could not be checked completely."),
    N_("It cannot be told whether this is valid: of %(all)s signatures, %(count)s could not be checked completely."),
)

STAMP_PROVES: Final = N_("Good: what it covers existed at %(time)s.")
STAMP_PROVES_NOTHING: Final = N_("It proves nothing: %(why)s")
STAMP_CANNOT_TELL: Final = N_("It cannot be told whether it proves anything: %(why)s")
RECORD_PROVES: Final = N_("Good: what it covers has been preserved unchanged since %(time)s.")

REASONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "FORMAT_FAILURE": N_("the file breaks the rules of its format."),
        "HASH_FAILURE": N_("what was signed has been changed since."),
        "SIG_CRYPTO_FAILURE": N_("the signature does not fit its signer’s key; it is forged or damaged."),
        "REVOKED": N_("the certificate had been revoked before it was used."),
        "EXPIRED": N_("the certificate had expired before it was used."),
        "NOT_YET_VALID": N_("it is older than the certificate that it was made with, or than the trust in it."),
        "SIG_CONSTRAINTS_FAILURE": N_("it lacks something that our rules ask for, or has something that they forbid."),
        "CHAIN_CONSTRAINTS_FAILURE": N_(
            "the certificate is not for this use, or an authority above it had no right to issue it."
        ),
        "CERTIFICATE_CHAIN_GENERAL_FAILURE": N_("the certificate, or one above it, is not as the standards require."),
        "CRYPTO_CONSTRAINTS_FAILURE": N_("it rests on an algorithm or a key that is too weak."),
        "POLICY_PROCESSING_ERROR": N_("the rules that it should be checked by cannot be applied."),
        "SIGNATURE_POLICY_NOT_AVAILABLE": N_("the rules that the signer signed under are not at hand."),
        "TIMESTAMP_ORDER_FAILURE": N_("the times in it contradict each other."),
        "NO_SIGNING_CERTIFICATE_FOUND": N_("the certificate of whoever made it is not at hand."),
        "NO_CERTIFICATE_CHAIN_FOUND": N_("no way leads from its certificate to an authority that we trust."),
        "NO_CERTIFICATE_CHAIN_FOUND_NO_POE": N_(
            "no way leads from its certificate to an authority that we trust now, and nothing proves that it was made earlier."
        ),
        "REVOKED_NO_POE": N_("the certificate has been revoked, and nothing proves that it was used before that."),
        "REVOKED_CA_NO_POE": N_(
            "an authority above the certificate has been revoked, and nothing proves that it was used before that."
        ),
        "OUT_OF_BOUNDS_NO_POE": N_("the certificate is not valid now, and nothing proves that it was used while it was."),
        "OUT_OF_BOUNDS_NOT_REVOKED": N_(
            "the certificate has expired, though it was never revoked, and nothing proves that it was used while it was valid."
        ),
        "REVOCATION_OUT_OF_BOUNDS_NO_POE": N_(
            "whoever could say that the certificate was not revoked can no longer be checked, and nothing proves it."
        ),
        "CRYPTO_CONSTRAINTS_FAILURE_NO_POE": N_(
            "it rests on an algorithm or a key that has become too weak, and nothing proves that it was made before."
        ),
        "NO_POE": N_("nothing proves that it existed in time."),
        "TRY_LATER": N_("whether the certificate is revoked could not be learnt; try again later."),
        "SIGNED_DATA_NOT_FOUND": N_("what was signed is not at hand."),
        "GENERIC": N_("a part of it could not be read or checked."),
        "NO_SIGNATURE_FOUND": N_("there is no signature in it."),
    }
)
"""By sub-indication; each completes `NOT_VALID`, `CANNOT_TELL` and their like."""

INDICATIONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "TOTAL_PASSED": N_("Valid"),
        "TOTAL_FAILED": N_("Not valid"),
        "INDETERMINATE": N_("Cannot be told"),
        "PASSED": N_("Good"),
        "FAILED": N_("Not good"),
    }
)

INTEGRITY: Final[Mapping[str, str]] = MappingProxyType(
    {
        "intact": N_("What was signed is unchanged, whoever signed it."),
        "broken": N_("What was signed is no longer what it was, or the signature was not made over it."),
        "unknown": N_("Whether what was signed is unchanged cannot be told."),
    }
)

DOCUMENTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "CMS": N_("signed file (CMS)"),
        "PDF": N_("PDF document"),
        "XML": N_("XML document"),
        "JWS": N_("signed JSON (JWS)"),
        "ASiC": N_("container of signed files (ASiC)"),
        "OFD": N_("OFD document"),
        "TIMESTAMP": N_("time stamp"),
        "EVIDENCE_RECORD": N_("evidence record"),
        "ASiC-S": N_("container with one signed file (ASiC-S)"),
        "ASiC-E": N_("container of signed files (ASiC-E)"),
        "ODF": N_("office document (ODF)"),
        "EPUB": N_("electronic book (EPUB)"),
        "ZIP": N_("ZIP archive"),
    }
)
"""By document format, and by profile of a container."""

FORMS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "CAdES": N_("electronic signature in the form CAdES"),
        "CMS": N_("digital signature in the form CMS"),
        "PAdES": N_("electronic signature in the form PAdES"),
        "PDF": N_("digital signature of a PDF document"),
        "PKCS7": N_("digital signature in the form PKCS #7"),
        "XAdES": N_("electronic signature in the form XAdES"),
        "XML": N_("digital signature in the form XML-DSig"),
        "JAdES": N_("electronic signature in the form JAdES"),
        "JSON": N_("digital signature in the form JWS"),
        "OFD-seal": N_("electronic seal of an OFD document"),
        "PDF-seal": N_("electronic seal of a PDF document"),
        "OFD": N_("digital signature of an OFD document"),
        "TIMESTAMP": N_("time stamp"),
    }
)

_PLAIN: Final = N_("Nothing is attached that proves when it was made.")
_TIMED: Final = N_("A time stamp is attached.")
_LONG: Final = N_("A time stamp, and what is needed to check it for years, are attached.")
_ARCHIVED: Final = N_("What is needed to check it in the long term is attached, under time stamps of its own.")
LEVELS: Final[Mapping[str, str]] = MappingProxyType(
    {
        **dict.fromkeys(("B-B", "BES", "EPES", "B", "NOT_ETSI"), _PLAIN),
        **dict.fromkeys(("B-T", "T", "C", "X"), _TIMED),
        **dict.fromkeys(("B-LT", "LT", "XL"), _LONG),
        **dict.fromkeys(("B-LTA", "LTA", "A", "LTV", "ERS"), _ARCHIVED),
    }
)
"""What each level has, in one sentence."""

CERTIFICATES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "0.4.0.1862.1.6.1": N_("certificate for the electronic signatures of a person"),
        "0.4.0.1862.1.6.2": N_("certificate for the electronic seals of an organisation"),
        "0.4.0.1862.1.6.3": N_("certificate of a web site"),
        "": N_("certificate that does not state its type"),
    }
)
"""By the type in the certificate's QcStatements (ETSI EN 319 412-5 clause 4.2.3)."""

SCOPES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "file": N_("the file “%(name)s”"),
        "element": N_("the element %(name)s of the document"),
        "pdf-revision": N_("the document as it stood when this signature was made"),
        "ofd-part": N_("the parts of the OFD document that the signature lists"),
        "bytes": N_("the data “%(name)s”"),
        "signature": N_("the signature %(name)s"),
        "manifest": N_("the list of files “%(name)s”"),
    }
)
CONTENT_WITHIN: Final = N_("the content that came with the signature")
WHOLE: Final = N_("The whole document: %(what)s.")
PART: Final = N_("Only a part: %(what)s.")
ANOTHER_SIGNATURE: Final = N_("Another signature of this document: %(what)s.")
NOTHING: Final = N_("Nothing: no signed content could be found.")

STAMPS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "content": N_("time stamp over the content, from before it was signed"),
        "signature": N_("time stamp over the signature"),
        "references": N_("time stamp over references to certificates"),
        "signature-and-references": N_("time stamp over the signature and references to certificates"),
        "archive": N_("archive time stamp"),
        "document": N_("time stamp over the document"),
        "container": N_("time stamp over the container"),
        "evidence-record": N_("time stamp of an evidence record"),
        "standalone": N_("time stamp that stands alone"),
    }
)

OUTCOMES: Final[Mapping[str, str]] = MappingProxyType(
    {"passed": N_("holds"), "failed": N_("does not hold"), "warned": N_("warning"), "skipped": N_("not looked at")}
)

SEALS: Final[Mapping[str, str]] = MappingProxyType(
    {"organisation": N_("seal of an organisation"), "person": N_("seal of a person")}
)


class Label:
    """The labels of facts and the headings of parts."""

    REPORT: Final = N_("Report on the signatures of a document")
    DOCUMENT: Final = N_("Document")
    KIND: Final = N_("Kind")
    AT: Final = N_("Checked as of")
    POLICY: Final = N_("Checked by the rules")
    SIGNATURE: Final = N_("Signature %(id)s")
    COUNTER_SIGNATURE: Final = N_("Counter-signature %(id)s, of signature %(parent)s")
    STAMP: Final = N_("Time stamp %(id)s")
    RECORD: Final = N_("Evidence record %(id)s")
    WHO: Final = N_("Who")
    WHAT: Final = N_("What was signed")
    WHEN: Final = N_("When")
    WHY: Final = N_("Why")
    REGIONS: Final = N_("In the regions")
    CHECKS: Final = N_("Every check")
    PROOFS: Final = N_("Time stamps and evidence records")
    LISTS: Final = N_("Trust lists relied upon")
    NOTES: Final = N_("About the document")
    NAME: Final = N_("Name")
    ORGANISATION: Final = N_("Organisation")
    REGION: Final = N_("Region")
    CERTIFICATE: Final = N_("Certificate")
    ISSUER: Final = N_("Issued by")
    VALID: Final = N_("Valid")
    SEAL: Final = N_("Seal")
    FORM: Final = N_("Form")
    SCOPE: Final = N_("Covered")
    LEFT_OUT: Final = N_("Not covered")
    CHANGED: Final = N_("Changed after signing")
    UNCHANGED: Final = N_("Unchanged?")
    CLAIMED: Final = N_("Time that the signer states")
    PROVEN: Final = N_("Time that is proved")
    REASON: Final = N_("Reason that the signer states")
    PLACE: Final = N_("Place that the signer states")
    ROLE: Final = N_("Role that the signer claims")
    PAGE: Final = N_("Page %(number)s of %(total)s")
    PATH: Final = N_("The way to an authority we know")


NOBODY: Final = N_("somebody unknown")
NONE_STATED: Final = N_("none stated")
NOT_KNOWN: Final = N_("not known")
NO_REGION: Final = N_("in the list of no region")
LISTED_IN: Final = N_("%(place)s, whose list has the authority above it")
PERIOD: Final = N_("from %(since)s until %(until)s")
NO_CLAIM: Final = N_("The signer states no time.")
NO_PROOF: Final = N_("Nothing proves an earlier time than that of this check: %(time)s.")
PROVED_BY: Final = N_("%(time)s at the latest, proved by %(proof)s.")
PROVED_BY_WHOM: Final = N_("%(time)s at the latest, proved by %(proof)s of %(authority)s.")
ALL_GOOD: Final = N_("Everything that was checked holds.")
LIST_CITED: Final = N_("%(place)s, number %(number)s of %(issued)s (SHA-256 %(sha256)s)")
DISCLAIMER: Final = N_("This report states what could be established from the document and the trust lists at the time named.")
MORE_SIGNATURES: Final = N_("%(count)s further signatures are not printed here; the report as data has them all.")
