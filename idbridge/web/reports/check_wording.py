"""The words for checks: what each one looks at, and what it means that it did not hold.

Keyed by the names of `signatures.checks`. The places in a sentence are filled by `reasons`, which names the thing.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from idbridge.web.wording import N_


class CheckWords(NamedTuple):
    """What a check looks at, as a statement that holds or does not; and the sentence that says why it does not."""

    states: str
    failed: str


CHECKS: Final[Mapping[str, CheckWords]] = MappingProxyType(
    {
        "policy-states-checks": CheckWords(
            N_("There are rules to check by"),
            N_("The rules “%(policy)s” ask for nothing, so nothing can be valid by them."),
        ),
        "format-sound": CheckWords(
            N_("The file keeps the rules of its format"),
            N_("The file breaks the rules of its format: %(faults)s."),
        ),
        "faults-tolerated": CheckWords(
            N_("Nothing else about the form is wrong"),
            N_("Something about the form is not as it should be: %(faults)s."),
        ),
        "signing-certificate-identified": CheckWords(
            N_("The document leads to the certificate of whoever signed"),
            N_("The document does not lead to the certificate whose key was used."),
        ),
        "signing-certificate-attribute-present": CheckWords(
            N_("The signature binds the certificate"),
            N_("The signature does not say itself which certificate is its own; it was taken to be that of %(certificate)s."),
        ),
        "signing-certificate-attribute-fits": CheckWords(
            N_("The certificate is the one that the signature binds"),
            N_("The signature binds another certificate than this one: %(certificate)s."),
        ),
        "signature-policy-supported": CheckWords(
            N_("Rules that the signer signed under are applied"),
            N_("The signer signed under rules of their own (%(policy)s). They are shown and not applied."),
        ),
        "signature-policy-intact": CheckWords(
            N_("The text of those rules is the one that was signed"),
            N_("The text of the rules in the document (%(policy)s) is not the one that was signed."),
        ),
        "references-found": CheckWords(
            N_("Everything that was signed is at hand"),
            N_("What was signed is not at hand, or cannot be processed: %(names)s."),
        ),
        "references-intact": CheckWords(
            N_("Everything that was signed is unchanged"),
            N_("It is no longer what was signed: %(differences)s."),
        ),
        "signature-value": CheckWords(
            N_("The signature was made with the signer’s key"),
            N_("The signature does not fit the key of %(certificate)s."),
        ),
        "certificate-path": CheckWords(
            N_("The certificate is valid and leads to an authority that we trust"),
            N_("The certificate could not be established: %(certificate)s."),
        ),
        "signer-key-usage": CheckWords(
            N_("The certificate is for signing"),
            N_("The certificate of %(certificate)s is not for signing; it is for: %(usages)s."),
        ),
        "timestamping-purpose": CheckWords(
            N_("The certificate is for making time stamps"),
            N_("The certificate of %(certificate)s is not for making time stamps."),
        ),
        "algorithms-acceptable": CheckWords(
            N_("Algorithm and key are strong enough"),
            N_("Algorithm or key (%(algorithm)s) do not count as safe at %(time)s."),
        ),
        "digests-acceptable": CheckWords(
            N_("The digests are strong enough"),
            N_("Not all of the digests used (%(algorithms)s) count as safe at %(time)s."),
        ),
        "signing-time-present": CheckWords(
            N_("The signer states when they signed"),
            N_("The signer states no time."),
        ),
        "scope-covers-document": CheckWords(
            N_("The whole document is signed"),
            N_("Not the whole document is signed. Left out, or changed since: %(names)s."),
        ),
        "timestamps-valid": CheckWords(
            N_("Its time stamps prove something"),
            N_("These time stamps prove nothing: %(stamps)s."),
        ),
        "timestamps-in-order": CheckWords(
            N_("The time stamps do not contradict each other"),
            N_("The time stamps contradict each other: %(stamps)s."),
        ),
        "certificate-issued-before-signature": CheckWords(
            N_("The certificate existed before it was used"),
            N_("The certificate was issued only at %(issued)s, but this existed at %(existed)s."),
        ),
        "revocation-after-signature": CheckWords(
            N_("What is known about revocation is from after the signing"),
            N_("Whether the certificate was revoked is known as of %(known)s only; it was used at %(existed)s, after that."),
        ),
        "signing-time-plausible": CheckWords(
            N_("The time that the signer states is possible"),
            N_("The signer states %(claimed)s, which contradicts what is proved: %(existed)s."),
        ),
        "timestamp-not-in-future": CheckWords(
            N_("The time stamp’s time has come"),
            N_("The time stamp states %(stated)s, and it existed at %(existed)s already."),
        ),
        "seal-maker-signature": CheckWords(
            N_("The seal is as its maker made it"),
            N_("The seal “%(seal)s” is not as its maker made it: it is forged or was changed."),
        ),
        "seal-maker-certificate": CheckWords(
            N_("The seal’s maker has a valid certificate that leads to an authority that we trust"),
            N_("The certificate of the maker of the seal “%(seal)s” is not valid, or leads to no authority that we trust."),
        ),
        "seal-maker-key-usage": CheckWords(
            N_("The certificate of the seal’s maker is for signing"),
            N_("The certificate of the maker of the seal “%(seal)s” is not for signing."),
        ),
        "seal-signer-listed": CheckWords(
            N_("The signer is one of those who may use the seal"),
            N_("%(certificate)s is not among those who may use the seal “%(seal)s”."),
        ),
        "seal-valid-at-signing": CheckWords(
            N_("The seal was valid when it was used"),
            N_("The seal “%(seal)s” was not valid when it was used; it is valid from %(since)s until %(until)s."),
        ),
        "signer-valid-at-signing": CheckWords(
            N_("The certificate was valid when the seal was used"),
            N_(
                "The certificate of %(certificate)s was not valid when the seal was used: it is from %(issued)s to %(expires)s."
            ),
        ),
        "seal-file-fits": CheckWords(
            N_("The seal that is shown is the one that was used"),
            N_("The seal in the package is another one than “%(seal)s”, which was used."),
        ),
        "parts-protected": CheckWords(
            N_("Every part of the package is protected by a signature"),
            N_("No signature protects these parts of the package: %(parts)s."),
        ),
        "signatures-listed": CheckWords(
            N_("No signature was taken out of the package’s list"),
            N_("A signature was taken out of the package’s list: %(parts)s."),
        ),
    }
)

ONLY_SIGNED: Final = N_("Not the whole document is signed, only: %(things)s.")
NO_CERTIFICATE_FITS: Final = N_("No certificate at hand has the key that the signature was made with.")
UNVERIFIABLE: Final = N_("Whether the signature fits the key of %(certificate)s cannot be computed here.")
KEY_NOT_NAMED: Final = N_("The key of %(certificate)s was used, but the document does not name that certificate.")
DIFFERENCE: Final = N_("%(name)s (its %(algorithm)s digest is %(computed)s, and the signature states %(stated)s)")
STAMP_AT: Final = N_("%(id)s of %(time)s")
NAMELESS: Final = N_("the signed content")
