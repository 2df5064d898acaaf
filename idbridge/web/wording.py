"""The words for the codes that views carry: regions, claims, assurance, problems.

English here, marked by `N_` for the translators; templates look a code up and translate what they find. A code that is not
in its table is answered by the table's fallback, never by an empty page.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from idbridge.identity.assurance import Assurance
from idbridge.web.views import Phrase, Region


def N_(message: str) -> str:  # noqa: N802 - the name that gettext tools look for
    """Mark *message* for extraction; the template translates it."""
    return message


@dataclass(frozen=True, slots=True)
class RegionWords:
    """A region: its name, the one character it is known by, and its service's names as the service itself writes them."""

    name: str
    mark: str
    services: tuple[Phrase, ...]


REGIONS: Final[Mapping[str, RegionWords]] = MappingProxyType(
    {
        "GD": RegionWords(
            N_("Guangdong"),
            "粤",
            (Phrase("粤省事", "zh-Hans"), Phrase("粤商通", "zh-Hans")),
        ),
        "HK": RegionWords(
            N_("Hong Kong"),
            "港",
            (Phrase("智方便", "zh-Hant"), Phrase("iAM Smart", "en")),
        ),
        "MO": RegionWords(
            N_("Macao"),
            "澳",
            (Phrase("一戶通", "zh-Hant"), Phrase("Conta Única de Macau", "pt")),
        ),
    }
)


def region_words(region: Region) -> RegionWords:
    """Return the words for *region*; one that only configuration knows goes by what the view says, else by its code."""
    known = REGIONS.get(region.code)
    return known or RegionWords(region.name or region.code, region.code[:2], region.services)


OBSTACLES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "disabled": N_("Not offered at the moment."),
        "unavailable": N_("Not answering right now. Please try again later or choose another."),
        "insufficient": N_("This service needs a stronger sign-in than this one can give."),
        "not-accepted": N_("This service does not accept it."),
        "linked": N_("Already linked to your identity."),
    }
)

ASSURANCE: Final[Mapping[Assurance, tuple[str, str]]] = MappingProxyType(
    {
        Assurance.NONE: (N_("Not verified"), N_("Nobody has checked who holds this account.")),
        Assurance.LOW: (
            N_("Basic"),
            N_("You signed in with an account whose holder was checked once."),
        ),
        Assurance.SUBSTANTIAL: (N_("Verified"), N_("Your identity was verified, and you signed in with two proofs.")),
        Assurance.HIGH: (N_("Strongly verified"), N_("Your identity was verified in person or by your face.")),
    }
)

CLAIMS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "sub": N_("A number for you that only this service knows"),
        "name": N_("Name"),
        "family_name": N_("Family name"),
        "given_name": N_("Given name"),
        "gender": N_("Gender"),
        "birthdate": N_("Date of birth"),
        "email": N_("E-mail address"),
        "email_verified": N_("Whether the e-mail address was checked"),
        "phone_number": N_("Phone number"),
        "phone_number_verified": N_("Whether the phone number was checked"),
        "address": N_("Address"),
        "represents": N_("Organisation you act for"),
        "region": N_("Region you signed in at"),
        "assurance": N_("How surely your identity was verified"),
        "document_kinds": N_("Kinds of your identity documents, without numbers"),
        "signature_match": N_("Whether a document was signed by you, by comparing numbers that stay here"),
    }
)

VALUES: Final[Mapping[tuple[str, str], str]] = MappingProxyType(
    {
        ("gender", "male"): N_("Male"),
        ("gender", "female"): N_("Female"),
        **{("region", code): region.name for code, region in REGIONS.items()},
        **{("assurance", level.name.lower()): words[0] for level, words in ASSURANCE.items()},
        ("represents", "legal-representative"): N_("Legal representative"),
        ("represents", "contact"): N_("Contact person"),
        ("document_kinds", "CN-RESIDENT-ID"): N_("Mainland resident identity card"),
        ("document_kinds", "CN-RESIDENCE-PERMIT-HK"): N_("Mainland residence permit for Hong Kong residents"),
        ("document_kinds", "CN-RESIDENCE-PERMIT-MO"): N_("Mainland residence permit for Macao residents"),
        ("document_kinds", "CN-RESIDENCE-PERMIT-TW"): N_("Mainland residence permit for Taiwan residents"),
        ("document_kinds", "MAINLAND-TRAVEL-PERMIT"): N_("Mainland travel permit for Hong Kong and Macao residents"),
        ("document_kinds", "MAINLAND-TRAVEL-PERMIT-NON-CHINESE"): N_(
            "Mainland travel permit for Hong Kong and Macao residents (non-Chinese citizens)"
        ),
        ("document_kinds", "HKID"): N_("Hong Kong identity card"),
        ("document_kinds", "MO-BIR"): N_("Macao resident identity card"),
        ("document_kinds", "PASSPORT"): N_("Passport"),
    }
)


def claim_label(name: str, label: str = "") -> str:
    """Return the words for a claim; an unknown one goes by the operator's label, else by its bare name."""
    return CLAIMS.get(name) or label or name.replace("_", " ")


def claim_value(name: str, value: str) -> str:
    """Return the words for a coded value (``gender``), or the value itself."""
    return VALUES.get((name, value), value)


@dataclass(frozen=True, slots=True)
class ProblemWords:
    """A problem: a heading, one sentence of what happened, one of what can be done. ``%(region)s`` is the failing region."""

    heading: str
    happened: str
    remedy: str


_SERVER: Final = ProblemWords(
    N_("Something went wrong"),
    N_("This is our fault, not yours. It has been recorded and will be looked at."),
    N_("Wait a few minutes, then start again from the service you came from."),
)

_REQUEST: Final = ProblemWords(
    N_("We cannot answer this request"),
    N_("The request that brought you here is incomplete or not allowed."),
    N_("Go back to the service you came from and start again."),
)

_REGIONS: Final[Mapping[str, ProblemWords]] = MappingProxyType(
    {
        "region_unavailable": ProblemWords(
            N_("%(region)s is not answering"),
            N_("The sign-in service of %(region)s is down or too slow. You are not signed in."),
            N_("Choose another region, or try again in a few minutes. The other regions are working."),
        ),
        "region_untrusted": ProblemWords(
            N_("The answer of %(region)s could not be trusted"),
            N_("What the sign-in service of %(region)s sent did not pass our checks, so we stopped. You are not signed in."),
            N_("Choose another region, or try again later. Nothing was passed on."),
        ),
        "region_cancelled": ProblemWords(
            N_("You cancelled signing in"),
            N_("You said no at the sign-in service of %(region)s. You are not signed in."),
            N_("Try again, choose another region, or go back to the service you came from."),
        ),
        "region_timeout": ProblemWords(
            N_("%(region)s waited too long for you"),
            N_("You did not answer in the app of %(region)s in time. You are not signed in."),
            N_("Try again and keep the app at hand, or choose another region."),
        ),
        "region_disabled": ProblemWords(
            N_("%(region)s is switched off"),
            N_("Signing in at %(region)s is not offered at the moment."),
            N_("Choose another region."),
        ),
        "region_insufficient": ProblemWords(
            N_("This sign-in is not strong enough"),
            N_("The service you want needs your identity verified more strongly than %(region)s did this time."),
            N_("Try again with a stronger means of %(region)s, or choose another region."),
        ),
    }
)

PROBLEMS: Final[Mapping[str, ProblemWords]] = MappingProxyType(
    {
        **_REGIONS,
        "unknown_client": ProblemWords(
            N_("We do not know the service that sent you"),
            N_("The service is not registered here, so we did not sign you in and sent nothing."),
            N_("Go back to the service and tell its operators."),
        ),
        "invalid_redirect_uri": ProblemWords(
            N_("We cannot send you back safely"),
            N_("The service asked us to send you to an address that it has not registered, so we stopped."),
            N_("Go back to the service and tell its operators."),
        ),
        "sign_in_expired": ProblemWords(
            N_("This sign-in has ended"),
            N_("It took too long, was finished already, or was started in another browser. You are not signed in."),
            N_("Start again from the service you came from, and use one window."),
        ),
        "form_expired": ProblemWords(
            N_("This page is too old"),
            N_("The form was opened too long ago or in another session, so we did not accept it."),
            N_("Open the page again and repeat what you did."),
        ),
        "link_conflict": ProblemWords(
            N_("This account belongs to another identity"),
            N_("Your account at %(region)s is already linked to another identity here. Nothing was changed."),
            N_("Sign in with %(region)s first and unlink it there, then link it here."),
        ),
        "last_link": ProblemWords(
            N_("Your last region cannot be unlinked"),
            N_("Without it you could not sign in any more. Nothing was changed."),
            N_("Link another region first."),
        ),
        "link_not_fresh": ProblemWords(
            N_("Please sign in again at both regions"),
            N_("Linking needs two sign-ins from the last few minutes, and one of yours is older. Nothing was changed."),
            N_("Start linking again."),
        ),
        "invalid_request": _REQUEST,
        "not_found": ProblemWords(
            N_("Page not found"),
            N_("There is no page at this address."),
            N_("Check the address, or go back to the service you came from."),
        ),
        "method_not_allowed": ProblemWords(
            N_("This address cannot be used in this way"),
            N_("The page exists, but not for this kind of request."),
            N_("Go back to the service you came from and start again."),
        ),
        "too_large": ProblemWords(
            N_("This is too large"),
            N_("What was sent is larger than we accept."),
            N_("Send less, or a smaller file."),
        ),
        "too_many_requests": ProblemWords(
            N_("Too many tries"),
            N_("We received many requests from you in a short time and stopped answering for a while."),
            N_("Wait a minute, then try again."),
        ),
        "unavailable": ProblemWords(
            N_("The service is not available right now"),
            N_("A part that we need does not answer. Nobody was signed in half-way, and nothing was lost."),
            N_("Wait a few minutes, then start again."),
        ),
        "server_error": _SERVER,
    }
)


def problem_words(code: str, status: int) -> ProblemWords:
    """Return the words for a problem; an unknown code goes by whose fault the status says it is."""
    return PROBLEMS.get(code) or (_SERVER if status >= 500 else _REQUEST)
