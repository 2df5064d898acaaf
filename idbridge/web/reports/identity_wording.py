"""The words for who a signer is beside the name: kinds of identity numbers, and whether it is the person asked about."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from idbridge.web.wording import N_, VALUES

NUMBER: Final = N_("Identity number in the certificate")
PERSON: Final = N_("The person asked about?")

SHOWN: Final = N_("%(type)s: %(value)s")
DIGEST: Final = N_("%(type)s, as its %(algorithm)s digest: %(value)s")
HIDDEN: Final = N_("%(type)s; the number itself is not told here")

NUMBERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        **{kind: words for (claim, kind), words in VALUES.items() if claim == "document_kinds"},
        "USCC": N_("Unified social credit code of the mainland"),
        "CN-BUSINESS-REGISTRATION": N_("Business registration of the mainland"),
        "CN-ORGANISATION-CODE": N_("Organisation code of the mainland"),
        "CN-TAX-NUMBER": N_("Tax number of the mainland"),
        "SOCIAL-INSURANCE": N_("Social insurance number"),
        "HK-BRN": N_("Hong Kong business registration"),
        "MO-COMPANY": N_("Macao company registration"),
    }
)
"""By the types of `certs/extractors.toml`."""

MATCHES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "same-number": N_("Yes: the certificate states a number of that person."),
        "other-number": N_("No: the certificate states the number of somebody else."),
        "contradictory": N_("Cannot be told: one number in the certificate is that person’s, and another is not."),
        "signature-not-passed": N_(
            "Cannot be told: the signature is not valid, and anybody can write any number into a certificate of their own."
        ),
        "no-number": N_("Cannot be told: the certificate states no number that could be compared."),
        "no-such-document": N_("Cannot be told: that person never showed a document of this kind."),
        "not-permitted": N_("Cannot be told: that person is not known here, or did not agree to be compared."),
    }
)
"""By `identity.matching.MatchReason`."""
