"""The words for certificate paths: why the way from a certificate to an authority does not hold.

Keyed by the names of the checks of `pki`. Every sentence may name the certificate, its issuer, its period, and the time.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from idbridge.web.reports.wording import NONE_STATED
from idbridge.web.wording import N_

NO_PATH: Final = N_(
    "No way leads from the certificate of %(certificate)s, issued by %(issuer)s, to an authority that we trust."
)
SAID_TO_BE_AT: Final = N_("What is missing is said to be at: %(urls)s.")
HOLDS: Final = N_("The certificate is valid and leads to an authority that we trust.")
HELD_THEN: Final = N_("The certificate was valid at %(at)s, when it is proved to have been used.")

REVOCATION: Final[Mapping[str, str]] = MappingProxyType(
    {
        "revoked": N_(
            "The certificate of %(certificate)s was revoked at %(date)s by its issuer, %(issuer)s. Reason: %(reason)s."
        ),
        "suspended": N_("The certificate of %(certificate)s was suspended at %(date)s by its issuer, %(issuer)s."),
        "unknown": N_(
            "Whether the certificate of %(certificate)s is revoked is not known: nothing recent of its issuer, %(issuer)s."
        ),
    }
)
"""By the status that was found."""

REVOCATION_REASONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "": NONE_STATED,
        "unspecified": NONE_STATED,
        "keyCompromise": N_("its key fell into other hands"),
        "cACompromise": N_("the key of its authority fell into other hands"),
        "affiliationChanged": N_("its holder’s details changed"),
        "superseded": N_("another certificate took its place"),
        "cessationOfOperation": N_("it was no longer needed"),
        "certificateHold": N_("suspended"),
        "removeFromCRL": N_("no longer suspended"),
        "privilegeWithdrawn": N_("its holder lost the right to use it"),
        "aACompromise": N_("the key of its authority fell into other hands"),
    }
)
"""RFC 5280 §5.3.1."""

WEAK_SIGNATURE: Final = N_(
    "The certificate of %(certificate)s was signed with an algorithm or key that does not count as safe: %(algorithm)s."
)
BREAKS_PROFILE: Final = N_("The certificate of %(certificate)s is not made as the standards require: %(what)s.")
NOT_AS_REQUIRED: Final = N_("The certificate of %(certificate)s is not made as the standards require (rule “%(rule)s”).")

PATHS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "path-found": NO_PATH,
        "revocation": REVOCATION["unknown"],
        "validity": N_("The certificate of %(certificate)s is valid from %(since)s until %(until)s, and so not at %(at)s."),
        "anchor-trusted": N_("The authority %(certificate)s did not count as approved at %(at)s."),
        "signature": N_(
            "The certificate of %(certificate)s was not signed by the authority that it names: it is forged or was changed."
        ),
        "name-chaining": N_("The certificate of %(certificate)s names another issuer than the authority above it."),
        "key-identifiers": N_("The certificate of %(certificate)s and the one above it do not name the same key."),
        "names-allowed": N_("An authority above %(certificate)s has no right to issue certificates for such a name."),
        "name-constraints": N_("An authority above %(certificate)s has no right to issue certificates for such a name."),
        "policies": N_("No rules of issuing hold all the way down to the certificate of %(certificate)s."),
        "policy-mappings": N_("No rules of issuing hold all the way down to the certificate of %(certificate)s."),
        "explicit-policy": N_("No rules of issuing hold all the way down to the certificate of %(certificate)s."),
        "authority": N_("%(certificate)s is no authority and has no right to issue certificates."),
        "path-length": N_("There are more authorities between %(certificate)s and the signer than allowed."),
        "path-length-constraint": N_("There are more authorities between %(certificate)s and the signer than allowed."),
        "key-usage": N_("The key of %(certificate)s is not for this use."),
        "extended-key-usage": N_("The certificate of %(certificate)s is for other purposes."),
        "key-strength": N_("The key of %(certificate)s is too weak."),
        "names-carried": N_("The certificate of %(certificate)s does not have the name that was asked for."),
        "search-budget": N_("So many ways lead up from the certificate of %(certificate)s that we stopped looking."),
        "input-readable": N_("Something that came along could not be read."),
        "critical-extensions-known": N_("The certificate of %(certificate)s has a condition that we do not understand."),
    }
)
"""By the check that decided. Rules about how a certificate is made are in `PROFILE`, but for the last."""

PROFILE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "extensions-readable": N_("a part of it cannot be read"),
        "extensions-once": N_("it says one thing twice"),
        "one-algorithm": N_("it names two methods by which it was signed"),
        "name-constraints-applicable": N_("it restricts names in a way that cannot be applied"),
        "version": N_("it is written by the rules of an older version"),
        "serial-number": N_("its serial number is not as it has to be"),
        "issuer-present": N_("it does not name who issued it"),
        "subject-present": N_("it does not name its holder"),
        "non-critical-extensions": N_("it calls something decisive that must not be"),
        "critical-extensions": N_("it does not call something decisive that has to be"),
        "key-usage-consistent": N_("it contradicts itself about what its key is for"),
        "path-length-of-authority": N_("it says how many authorities may stand below it, though it is none"),
        "name-constraints-of-authority": N_("it says for which names it may issue certificates, though it is no authority"),
        "alternative-names": N_("its holder’s further names are not written as they have to be"),
    }
)
"""By the rule of `pki.profile` that a certificate breaks; each completes `BREAKS_PROFILE`."""
