"""The words for faults of the form: what is wrong with how a document is written, for people who do not know its format.

Keyed by the codes of `signatures.evidence.Fault`, all of them: a test collects them from the source of the formats. Each
completes a sentence ("The file breaks the rules of its format: …"); where the report knows which file of the document it
is about, `THINGS` says how to read it from the evidence.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from idbridge.web.wording import N_

_BYTE_RANGE: Final = N_("the signature does not say properly which part of the file it is over")
_BUILT: Final = N_("the signature is not built as it has to be")
_UNREADABLE: Final = N_("the signature cannot be read")
_STATED: Final = N_("what the signer is made to state is not signed itself")
_MISLEADING: Final = N_("a name in it is made to mislead")
_KIND: Final = N_("it does not say at its beginning what kind of file it is")
_CONTENT_TYPE: Final = N_("it does not say rightly what kind of content it signs")
_TWICE: Final = N_("it says twice what may be said once")
_DEMANDS: Final = N_("it demands rules in a way that is not allowed")
_WRITTEN: Final = N_("it does not say properly how its content is written")
_RECORD: Final = N_("a proof of when it existed, which came along, cannot be read")
_CERTIFICATES: Final = N_("certificates that came along cannot be read")
_PART: Final = N_("a part of it that should hold a signature cannot be read")
_DETAILS: Final = N_("the signed details are not written as the standard asks")

_SIGNATURES: Final = {
    "algorithm-protection-malformed": _DETAILS,
    "algorithms-differ": N_("the methods that it names are not those that the signer stated"),
    "attribute-doubled": _TWICE,
    "attribute-malformed": N_("one of the things that the signer states cannot be read"),
    "certificate-values-malformed": _CERTIFICATES,
    "content-is-attributes": N_("it was put together from the inside of another signature, a known trick of forgers"),
    "content-type-differs": _CONTENT_TYPE,
    "content-type-malformed": _CONTENT_TYPE,
    "content-type-missing": _CONTENT_TYPE,
    "counter-signature-malformed": N_("a counter-signature in it cannot be read"),
    "counter-signature-of-another": N_("a counter-signature is over another signature than the one in which it stands"),
    "detached-content-differs": N_("the file given is not the one that the signature holds"),
    "evidence-record-malformed": _RECORD,
    "hash-index-malformed": N_("an archive time stamp does not say properly what it covers"),
    "message-digest-missing": N_("it does not say which content was signed"),
    "octets-beside-message": N_("the file goes on after what was signed"),
    "revocation-values-malformed": N_("information about revoked certificates that came along cannot be read"),
    "signed-attributes-malformed": _DETAILS,
    "signed-attributes-missing": N_("details that the standard asks for were not signed along"),
    "signed-attributes-not-der": _DETAILS,
    "signing-certificate-malformed": N_("it does not say properly which certificate the signer used"),
    "signing-time-malformed": N_("the time that the signer states cannot be read"),
    "timestamp-signers": N_("a time stamp has to be made by one authority, and this one has another number of makers"),
    "timestamp-unreadable": N_("a time stamp cannot be read"),
}

_PDF: Final = {
    "byte-range-gap": N_("the signature leaves out more of the file than itself, so that something may be hidden there"),
    "byte-range-malformed": _BYTE_RANGE,
    "byte-range-negative": _BYTE_RANGE,
    "byte-range-not-to-end": N_("the signature stops before the end of the file as it was saved then"),
    "byte-range-out-of-file": N_("the signature is over more than there is in the file: a piece of it is missing"),
    "byte-range-overlaps": _BYTE_RANGE,
    "byte-range-revision": N_("the signature is not over the file as it was saved at any time"),
    "byte-range-start": N_("the signature leaves out the beginning of the file"),
    "changed-after-signing": N_("what it shows was changed after signing"),
    "content-encapsulated": N_("the signature brings a content of its own beside the document"),
    "contents-padding": N_("the space kept for the signature holds more than the signature"),
    "contents-unreadable": _UNREADABLE,
    "dss-too-large": N_("more certificates and proofs came along than we look at"),
    "dss-value-malformed": N_("some of what came along for checking the signature cannot be read"),
    "extended-after-signing": N_("something was added after signing"),
    "field-lock-violated": N_("a field was changed that a signature locks"),
    "mdp-violated": N_("it was changed in a way that its author’s signature forbids"),
    "pdf-irregular": N_("its inner structure departs from the rules of PDF"),
    "pdf-leading-octets": N_("something stands before the beginning of the PDF"),
    "pdf-repaired": N_("the file is damaged and had to be repaired for reading"),
    "signer-count": N_("it has to be the signature of one signer, and has another number of them"),
    "sub-filter-unknown": N_("the signature does not say properly of which kind it is"),
    "usage-rights": N_("it grants rights to whoever fills it in, and what should prove them is not checked"),
}

_XML: Final = {
    "canonicalization-unknown": N_("the signature was made by a method that we do not know"),
    "enveloped-signature-elsewhere": N_("the signature does not stand in what it claims to sign: something was moved"),
    "identifier-doubled": N_("two parts of the document have the same name, so that it is open which one was signed"),
    "qualifying-properties-target": N_("what the signer is made to state is said of another signature"),
    "signature-malformed": _BUILT,
    "signed-info-malformed": _BUILT,
    "signed-properties-elsewhere": _STATED,
    "signed-properties-several": N_("it has several sets of statements by its signer, and may have one"),
    "signed-properties-type": N_("what the signer states is not marked as the standard asks"),
    "signed-properties-unsigned": _STATED,
    "timestamp-not-rfc3161": N_("a time stamp is of a kind that we do not read"),
    "transform-refused": N_("a program in the file would have to be run to know what was signed, and we run none"),
}

_JSON: Final = {
    "etsi-u-malformed": N_("what was added to the signature later cannot be read"),
    "jws-alg-mac": N_("it is protected by a shared secret, which is no signature"),
    "jws-alg-missing": N_("it does not say by which method it was signed"),
    "jws-alg-none": N_("it says itself that nobody signed it"),
    "jws-b64-malformed": _WRITTEN,
    "jws-b64-not-critical": _WRITTEN,
    "jws-b64-unprotected": _STATED,
    "jws-crit-absent": _DEMANDS,
    "jws-crit-malformed": _DEMANDS,
    "jws-crit-unknown": N_("it demands rules that we do not know"),
    "jws-header-doubled": _TWICE,
    "jws-header-malformed": N_("what it says about its signature cannot be read"),
    "jws-member-malformed": _BUILT,
    "jws-payload-malformed": N_("the content that was signed cannot be read"),
    "jws-serialization-mixed": N_("it is written in two ways at once, so that it is open which of them counts"),
    "jws-value-malformed": _UNREADABLE,
    "sig-d-boundaries": N_("the files were signed one behind the other: where one ends and the next begins is not signed"),
    "sig-d-http-headers": N_("what was signed is a message on its way through the web, which is not at hand any more"),
    "sig-d-malformed": N_("it does not say properly which files were signed"),
    "sig-d-unknown": N_("it names the signed files in a way that we do not know"),
    "sig-d-with-payload": N_("it holds a content and names files as well, so that it is open which was signed"),
    "x5c-malformed": _CERTIFICATES,
    "x5c-unprotected": N_("its certificate stands where the signature does not protect it"),
}

_ARCHIVES: Final = {
    "archive-duplicate-entry": N_("two files in it have the same name"),
    "archive-hidden-entry": N_("it holds a file that its own list does not name"),
    "archive-method": N_("a file in it is packed in a way that we do not unpack"),
    "archive-name": _MISLEADING,
    "archive-name-unusual": N_("a name in it is written in an unusual way, which other programs may read otherwise"),
    "archive-names-alike": N_("two names in it are so much alike that some systems take them for one"),
    "archive-part-unreadable": N_("a part of it cannot be unpacked"),
    "archive-symlink": _MISLEADING,
    "archive-traversal": _MISLEADING,
    "asic-evidence-record-malformed": _RECORD,
    "asic-manifest-doubled": N_("its list of signed files names a file twice"),
    "asic-manifest-empty": N_("its list of signed files is empty"),
    "asic-manifest-form": N_("its list of signed files is not arranged as it has to be"),
    "asic-manifest-malformed": N_("its list of signed files cannot be read"),
    "asic-manifest-missing": N_("no list in it says what was signed"),
    "asic-s-data-objects": N_("it has to hold one signed file, and holds another number"),
    "asic-signature-malformed": _PART,
    "mimetype-form": _KIND,
    "mimetype-not-first": _KIND,
}

_OFD: Final = {
    "document-root-missing": N_("the document that the package is about is not in it"),
    "part-missing": N_("a part that its own list names is not in it"),
    "part-unprotected": N_("no signature protects a part of it"),
    "references-missing": N_("the signature protects nothing"),
    "seal-signer-malformed": N_("the seal’s list of those who may use it has an entry that cannot be read"),
    "seal-version-differs": N_("the seal was used by the rules of another version than its own"),
    "sealed-part-differs": N_("the seal was put on a part of another name"),
    "signature-id-doubled": N_("two signatures in it have the same number"),
    "signature-list-malformed": N_("its list of signatures cannot be read"),
    "signature-list-missing": N_("its list of signatures is not in it"),
    "signature-list-rewritten": N_("a later signature wrote the list of signatures anew"),
    "signature-listed-twice": _TWICE,
    "signature-part-malformed": _PART,
    "signature-part-missing": N_("a signature that it lists is not in it"),
    "signature-part-unreadable": _PART,
    "signature-type-differs": N_("it calls a seal a signature, or a signature a seal"),
    "signature-unlisted": N_("a signature was taken out of its list"),
    "signature-value-bare": N_("the signature does not say who made it, as the standard asks"),
    "signature-value-malformed": _UNREADABLE,
    "signature-value-missing": N_("the signature itself is not in it"),
    "signature-value-unknown": N_("the signature is of a kind that we do not know"),
    "value-unaligned": _BUILT,
}

_LIMITS: Final = {
    "too-many-certificates": N_("there are more certificates in it than we look at"),
    "too-many-revisions": N_("it was saved and signed so often that we did not compare all of its versions"),
    "too-many-revocations": N_("there is more information about revoked certificates in it than we look at"),
    "too-many-timestamps": N_("there are more time stamps in it than we look at"),
}

FAULTS: Final[Mapping[str, str]] = MappingProxyType(_SIGNATURES | _PDF | _XML | _JSON | _ARCHIVES | _OFD | _LIMITS)
FAULT: Final = N_("rule “%(code)s” of the format")
"""For a code that has no words: no report goes without a reason."""
FAULT_IN: Final = N_("%(what)s (%(thing)s)")
"""A fault, and the file in the document that it is about."""

AFTERWARDS: Final = frozenset({"changed-after-signing", "mdp-violated", "field-lock-violated"})
"""Faults that are no matter of form to people: the document is another one than was signed."""


def _things(pattern: str, *codes: str) -> dict[str, re.Pattern[str]]:
    return dict.fromkeys(codes, re.compile(pattern, re.DOTALL))


_UNFIT: Final = r"""['"]?(.+?)['"]? (?:leads out of .+|is (?:no name of a part|a link|packed by .+|called .+ too))"""

THINGS: Final[Mapping[str, re.Pattern[str]]] = MappingProxyType(
    _things(r"(.+) is in the archive twice", "archive-duplicate-entry")
    | _things(_UNFIT, "archive-name", "archive-traversal", "archive-symlink", "archive-method")
    | _things(r"'(.+)' and '(.+)' are one file to some systems", "archive-names-alike")
    | _things(r"(.+?)(?:: .*| is too large to be read)", "archive-part-unreadable")
    | _things(r"(.+?): .*", "asic-evidence-record-malformed", "asic-manifest-form", "asic-signature-malformed")
    | _things(r"(.+?): .*", "signature-list-malformed", "signature-part-malformed")
    | _things(r"(.+) lists (?:no file|a file twice)", "asic-manifest-doubled", "asic-manifest-empty")
    | _things(r"(.+?)(?:: .*| is no ASiCManifest)", "asic-manifest-malformed")
    | _things(r"no manifest names (.+)", "asic-manifest-missing")
    | _things(r"(.+) is protected by no signature.*", "part-unprotected")
    | _things(r"(.+) protects nothing", "references-missing")
    | _things(r"(.+) is unreadable", "signature-part-unreadable")
    | _things(r"(.+) is listed .+ times", "signature-listed-twice")
    | _things(r"(.+) is listed in .+, and gone", "part-missing")
    | _things(r"'(.+)' of signature .+", "signature-part-missing")
    | _things(r"(.+) is a signature that no list has: .+", "signature-unlisted")
)
"""How a fault's evidence names the file, by code; a test holds each to the words that the formats write."""
