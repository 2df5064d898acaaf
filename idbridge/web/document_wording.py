"""The words that only the page about a document has: of its pictures and its files. The verdict's are those of `reports`.

English here, marked by `N_` for the translators, as in `wording`.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from idbridge.web.wording import N_

PAGE_STATES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "signed": N_("as it was signed"),
        "changed": N_("changed since it was signed"),
        "unprotected": N_("not, or not wholly, covered by a signature"),
    }
)
"""By `rendering.pictures.PageState`."""

PICTURE_PROBLEMS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "picture-unreadable": N_("Not all pages could be drawn: something in the file is broken."),
        "picture-renderer-crashed": N_("Not all pages could be drawn: the file made our drawing program stop."),
        "picture-timeout": N_("Not all pages were drawn: it took too long."),
        "picture-renderer-busy": N_("The pages were not drawn: too many others are being drawn at the moment."),
        "picture-too-large": N_("Not all pages are shown: their pictures are too large."),
    }
)
"""By `rendering.pictures.NoPicture`."""

DOWNLOADS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "json": N_("The report as JSON"),
        "xml": N_("The report as XML (ETSI TS 119 102-2)"),
        "pdf": N_("The report as PDF"),
    }
)

FETCHED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "fetched": N_("It answered."),
        "kept": N_("We had its answer already."),
        "unreadable": N_("Its answer cannot be read."),
        "unreachable": N_("It cannot be reached."),
        "timeout": N_("It did not answer in time."),
        "too-large": N_("Its answer is too large."),
        "forbidden-address": N_("We do not ask at such an address."),
        "busy": N_("We were asking too many others at the moment."),
        "http": N_("It has nothing there."),
        "scheme": N_("We do not ask at such an address."),
    }
)
"""What came of asking an address, by the code of the attempt (`services.evidence`); `http-404` goes by what it begins with."""

ASKED_FOR: Final[Mapping[str, str]] = MappingProxyType(
    {
        "crl": N_("list of revoked certificates"),
        "ocsp": N_("whether a certificate is revoked"),
        "issuer": N_("certificate of an authority"),
    }
)
"""By the kind of an `Attempt`."""


def fetched(code: str) -> str:
    """Return the words for what came of asking; of a code that is not known, the code."""
    return FETCHED.get(code) or FETCHED.get(code.partition("-")[0]) or code


SAMPLES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "good": N_("Good: signed by somebody known, and unchanged since."),
        "one-region": N_("Good, but recognised in one region only."),
        "changed": N_("The amount was changed after it was signed."),
        "forged": N_("Forged: made in the name of somebody who did not sign it."),
        "unknown-authority": N_("Signed with a certificate of an authority that is in no list."),
    }
)
"""By `services.samples.SampleKind`: what there is to see, in one line."""

REFUSALS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "missing": N_("Choose a file first."),
        "malformed": N_("This certificate is broken: we cannot read it."),
        "document-empty": N_("This file is empty."),
        "document-format-unknown": N_(
            "This is no kind of signed document that we know. If its signature is a file of its own, choose that file, and "
            "under “More” the document."
        ),
        "document-too-large": N_("This file is too large for this page."),
        "document-too-many-entries": N_("There is more in this file than we look at."),
        "document-too-deep": N_("There is more in this file than we look at."),
        "document-too-many-signatures": N_("There are more signatures in this file than we check."),
        "archive-ratio": N_("This file unpacks to so much that we stopped: it may be made to do harm."),
        "archive-names": N_("Names in this archive are made to mislead, so we did not read it."),
        "document-of-two-formats": N_(
            "Other programs would open this file as a PDF, with another content, so we did not read it."
        ),
        "archive-ambiguous": N_("Other programs would read another content in this archive, so we did not read it."),
        "document-encrypted": N_("This file is encrypted, so that we cannot read it."),
        "xml-has-doctype": N_(
            "This XML file brings a document type of its own, which may be made to do harm. We do not read it."
        ),
        "document-malformed": N_("This file is broken: we cannot read it."),
        "document-not-supported": N_("Something in this file is written in a way that we do not read."),
        "bad-request": N_("What was sent with the file cannot be used."),
        "validation-policy": N_("Our rules for checking cannot be applied."),
    }
)
"""By `signatures.refusals.Refusal`, and two of the page's own."""
