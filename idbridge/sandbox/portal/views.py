"""What the portal's pages show, and the words for what it receives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import ClassVar, Final


def N_(message: str) -> str:  # noqa: N802 - the name that gettext tools look for
    """Mark *message* for extraction; the template translates it."""
    return message


SCOPES: Final = ("profile", "identity", "email", "phone", "address", "organisation", "offline_access")
"""The scopes that can be asked for besides ``openid``."""

DEFAULT_SCOPES: Final = ("profile", "identity")

LEVELS: Final = ("low", "substantial", "high")


@dataclass(frozen=True, slots=True)
class Home:
    """The first page: sign in at once, or with options. `notice` is ``signed-out`` after signing out."""

    template: ClassVar[str] = "home.html"
    scopes: tuple[str, ...] = SCOPES
    levels: tuple[str, ...] = LEVELS
    notice: str = ""
    can_sign: bool = False


@dataclass(frozen=True, slots=True)
class Sign:
    """Choosing a document to sign, of at most *limit* megabytes."""

    template: ClassVar[str] = "sign.html"
    limit: int


@dataclass(frozen=True, slots=True)
class Compare:
    """The code to compare with the app's, and where it goes on; None where the app asks by itself."""

    template: ClassVar[str] = "compare.html"
    name: str
    code: str
    url: str | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """A signature that has not come yet."""

    template: ClassVar[str] = "waiting.html"
    name: str
    code: str


@dataclass(frozen=True, slots=True)
class Signed:
    """A signed document, to be downloaded, and where it can be verified."""

    template: ClassVar[str] = "signed.html"
    name: str
    verify_url: str


@dataclass(frozen=True, slots=True)
class NotSigned:
    """A document that was not signed, by the code of the reason."""

    template: ClassVar[str] = "not_signed.html"
    code: str


@dataclass(frozen=True, slots=True)
class Fact:
    """A claim in plain words: its name and its value, either as text, as a code (`VALUES`) or as a moment."""

    name: str
    value: str | datetime


@dataclass(frozen=True, slots=True)
class Received:
    """What the bridge told the portal: in plain words, and as it came."""

    template: ClassVar[str] = "received.html"
    name: str
    subject: str
    facts: tuple[Fact, ...]
    id_token: str
    userinfo: str
    expires_at: datetime | None
    can_refresh: bool
    done: str = ""


@dataclass(frozen=True, slots=True)
class Failed:
    """A sign-in that did not succeed, by its code."""

    template: ClassVar[str] = "failed.html"
    code: str


FACTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "name": N_("Name"),
        "family_name": N_("Family name"),
        "given_name": N_("Given name"),
        "birthdate": N_("Date of birth"),
        "gender": N_("Gender"),
        "email": N_("E-mail address"),
        "phone_number": N_("Phone number"),
        "address": N_("Address"),
        "region": N_("Signed in through"),
        "acr": N_("How sure it is that this is you"),
        "auth_time": N_("Signed in at"),
        "represents": N_("Acts for"),
    }
)

VALUES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "urn:idbridge:loa:none": N_("Not verified"),
        "urn:idbridge:loa:low": N_("Basic"),
        "urn:idbridge:loa:substantial": N_("Verified"),
        "urn:idbridge:loa:high": N_("Strongly verified"),
        "GD": N_("Guangdong"),
        "HK": N_("Hong Kong"),
        "MO": N_("Macao"),
        "male": N_("Male"),
        "female": N_("Female"),
    }
)

SCOPE_WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "profile": N_("Name, date of birth, gender"),
        "identity": N_("Region, how surely I was verified, kinds of documents"),
        "organisation": N_("Organisation I act for"),
        "email": N_("E-mail address"),
        "phone": N_("Phone number"),
        "address": N_("Address"),
        "offline_access": N_("Stay connected while I am away"),
    }
)

LEVEL_WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {"low": N_("Basic"), "substantial": N_("Verified"), "high": N_("Strongly verified")}
)

FAILURES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "access_denied": N_("You did not sign in, or did not agree to share your details. Nothing was received."),
        "login_required": N_("You are not signed in at the bridge, and it was not allowed to ask you."),
        "consent_required": N_("You have not agreed yet, and the bridge was not allowed to ask you."),
        "interaction_required": N_("The bridge needed to ask you something and was not allowed to."),
        "unmet_authentication_requirements": N_("The bridge could not identify you as surely as was asked."),
        "temporarily_unavailable": N_("The bridge or the region you chose is not answering. Please try again later."),
        "server_error": N_("The bridge or the region you chose is not answering. Please try again later."),
        "unreachable": N_("The bridge is not answering. Please try again later."),
        "state": N_("This sign-in was not started in this browser, or was finished already."),
    }
)

OTHER_FAILURE: Final = N_("The answer that came back did not pass a check, so it was not used.")

SIGNING_FAILURES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "document-empty": N_("Choose a PDF file first, or take the sample."),
        "document-too-large": N_("The file is too large."),
        "document-malformed": N_("The file is no PDF, or a damaged one."),
        "document-encrypted": N_("The file is encrypted. Save it without a password first."),
        "making-document-damaged": N_("The file is no PDF, or a damaged one."),
        "making-not-permitted": N_("A signature that is in the file already does not permit further ones."),
        "cancelled": N_("You did not sign. The document is as it was."),
        "rejected": N_("You did not sign. The document is as it was."),
        "signing-not-allowed": N_("This account cannot sign: that takes iAM Smart+."),
        "expired": N_("This took too long. Please start again."),
        "timeout": N_("This took too long. Please start again."),
        "state": N_("This signing was not started in this browser, or is over."),
        "unreachable": N_("iAM Smart is not answering. Please try again later."),
    }
)

OTHER_SIGNING_FAILURE: Final = N_("What came back did not pass a check, so the document was not signed.")
