"""The words for what trust lists and verdicts are made of: standings, schemes, levels, conditions, rules, checks.

English here, marked by `N_` for the translators, as in `wording`. A code that is not in its table is shown as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from idbridge.web.reports.path_wording import PROFILE
from idbridge.web.wording import N_

STANDINGS: Final[Mapping[str, str]] = MappingProxyType(
    {"current": N_("In force"), "expired": N_("Expired"), "missing": N_("Missing")}
)

SCHEMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "gd-hk": N_("Guangdong–Hong Kong mutual recognition (粤港互认)"),
        "gd-mo": N_("Guangdong–Macao mutual recognition (粤澳互认)"),
        "bidding": N_("mutual recognition for public bidding (招投标)"),
    }
)

LEVELS: Final[Mapping[str, str]] = MappingProxyType(
    {"advanced": N_("advanced electronic signature"), "qualified": N_("qualified electronic signature")}
)

PURPOSES: Final[Mapping[str, str]] = MappingProxyType(
    {"signature": N_("signatures of people"), "seal": N_("seals of organisations"), "authentication": N_("signing in")}
)

_TYPES: Final = "http://uri.etsi.org/TrstSvc/Svctype/"
SERVICE_TYPES: Final[Mapping[str, str]] = MappingProxyType(
    {
        _TYPES + "CA/QC": N_("issues qualified certificates"),
        _TYPES + "CA/PKC": N_("issues certificates"),
        _TYPES + "NationalRootCA-QC": N_("national root"),
        _TYPES + "TSA": N_("issues time stamps"),
        _TYPES + "TSA/QTST": N_("issues qualified time stamps"),
    }
)

CONDITIONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "issuer": N_("It was issued by %(what)s."),
        "root": N_("Above its issuer stands the root %(what)s."),
        "subject": N_("The holder’s name says “%(what)s”."),
        "policy": N_("Its certificate policy begins with %(what)s."),
        "policy-exact": N_("Its certificate policy is exactly %(what)s."),
    }
)

VERDICTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "PASSED": N_("This certificate is valid."),
        "FAILED": N_("This certificate is not valid."),
        "INDETERMINATE": N_("Whether this certificate is valid cannot be told."),
    }
)

REASONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "REVOKED": N_("Its issuer has revoked it, or one of the certificates above it."),
        "EXPIRED": N_("It has expired, or one of the certificates above it."),
        "NOT_YET_VALID": N_("It is not valid yet, or the trust in its issuer began later."),
        "SIG_CRYPTO_FAILURE": N_("Its signature does not fit its issuer’s key: it was changed, or is a forgery."),
        "CRYPTO_CONSTRAINTS_FAILURE": N_("It rests on an algorithm or a key that is too weak."),
        "CHAIN_CONSTRAINTS_FAILURE": N_("An authority above it was not allowed to issue it."),
        "CERTIFICATE_CHAIN_GENERAL_FAILURE": N_("It, or a certificate above it, is not made as the standards require."),
        "NO_CERTIFICATE_CHAIN_FOUND": N_("No way leads from it to an authority that one of the lists approves."),
        "TRY_LATER": N_("Whether it was revoked could not be learnt, or it is suspended. Try again later."),
    }
)

ANSWERS: Final[Mapping[str, str]] = MappingProxyType(
    {"recognised": N_("Recognised"), "not-recognised": N_("Not recognised"), "cannot-tell": N_("Cannot be told")}
)

RULES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "list-in-force": N_("The region’s list is in force"),
        "entry-exists": N_("The list says something about this kind of certificate"),
        "path-valid": N_("The certificate itself is valid"),
        "signature-valid": N_("The signature is valid"),
        "scheme": N_("It falls under the scheme asked about"),
        "purpose": N_("It is recognised for this purpose"),
        "key-usage": N_("The certificate may be used for this purpose"),
        "entry-confirmed": N_("The entry is confirmed, and not a template"),
        "agreement-enacted": N_("The agreement between the regions is in force"),
        "status-period": N_("The status of the entry held at the time"),
        "root": N_("The root above it is the one in the entry"),
        "issuing-ca": N_("Its issuer is the one in the entry"),
        "certificate-type": N_("It is of the type in the entry"),
        "policy": N_("It was issued under the policy in the entry"),
        "home-status": N_("Its issuer is approved in its own region"),
        "pointed-list": N_("The other region’s list is in force"),
        "service": N_("The listed authority stands above it"),
        "service-type": N_("The listed service is of the right type"),
        "certificate-content": N_("It contains what the agreement asks for"),
    }
)

OUTCOMES: Final[Mapping[str, str]] = MappingProxyType(
    {"passed": N_("yes"), "failed": N_("no"), "unknown": N_("cannot be told"), "skipped": N_("does not apply")}
)

CHECKS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "validity": N_("outside its period of validity"),
        "signature": N_("the signature does not fit"),
        "revocation": N_("revoked, suspended, or not known whether"),
        "names-allowed": N_("a name that an authority above does not allow"),
        "name-constraints": N_("a name that an authority above does not allow"),
        "policies": N_("no policy that holds along the whole path"),
        "policy-mappings": N_("no policy that holds along the whole path"),
        "explicit-policy": N_("no policy that holds along the whole path"),
        "authority": N_("not an authority that may issue certificates"),
        "path-length": N_("more authorities than allowed"),
        "path-length-constraint": N_("more authorities than allowed"),
        "key-usage": N_("the key may not be used for this"),
        "extended-key-usage": N_("the key may not be used for this"),
        "key-strength": N_("an algorithm or a key that is too weak"),
        "anchor-trusted": N_("not approved at that time"),
        "path-found": N_("no authority that we trust"),
        "name-chaining": N_("another issuer than the one above it"),
        "key-identifiers": N_("another key than that of the one above it"),
        "names-carried": N_("not the name that was asked for"),
        "search-budget": N_("so many ways that we stopped looking"),
        "input-readable": N_("something that came along cannot be read"),
        "critical-extensions-known": N_("a condition that we do not understand"),
        **PROFILE,
    }
)
"""What decided about a path that was tried, in a few words; by the checks of `pki`."""


def service_type(uri: str) -> str:
    """Return the words for a service type; of one that is not known, its own short name."""
    return SERVICE_TYPES.get(uri) or uri.rpartition("/")[2]
