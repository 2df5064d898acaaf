"""Is the signer this person: the numbers that a certificate states, held against those of the person's identity documents.

Compared are keyed digests, so that the time taken tells nothing of a number. Only numbers that one person has for life and
that nobody else can have are compared: a passport's, which is unique within one country alone, says neither yes nor no, and
numbers of organisations are not a person's. That the certificate is good, and that the person agreed to be compared, is for
the caller to know first.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from idbridge.identity.assertion import DocumentKind, IdentityDocument
from idbridge.identity.documents import DocumentRefusal, hkic_hash, read, recognise_mainland
from idbridge.identity.sealing import unambiguous
from idbridge.pki.identity_numbers import CertifiedNumber


class MatchAnswer(StrEnum):
    """Whether the signer is the person."""

    YES = "yes"
    NO = "no"
    CANNOT_TELL = "cannot-tell"


class MatchReason(StrEnum):
    """Why. What depends on the person is said only of one who agreed to it."""

    SAME_NUMBER = "same-number"
    OTHER_NUMBER = "other-number"
    CONTRADICTORY = "contradictory"  # one number is the person's, another is not
    SIGNATURE_NOT_PASSED = "signature-not-passed"  # anybody can write any number into a certificate of their own
    NO_NUMBER = "no-number"  # the certificate states no number that could be compared
    NO_SUCH_DOCUMENT = "no-such-document"  # the person was never identified by a document of that kind
    NOT_PERMITTED = "not-permitted"  # no such person, or one who did not agree: nobody learns which


@dataclass(frozen=True, slots=True)
class Match:
    """The answer on one signature."""

    answer: MatchAnswer
    reason: MatchReason

    def to_dict(self) -> dict[str, str]:
        """Return it as plain data, always of the same two members."""
        return {"answer": self.answer.value, "reason": self.reason.value}


def cannot_tell(reason: MatchReason) -> Match:
    """Return the answer that tells nothing."""
    return Match(MatchAnswer.CANNOT_TELL, reason)


@dataclass(frozen=True, slots=True)
class _Token:
    """A number as it is compared: of which kind of document, and its keyed digest."""

    kind: DocumentKind
    hashed: str
    digest: bytes


_PLAIN: Final = ""
_HKIC: Final = "SHA-256"
"""The one hash that certificates have: of an HKID without its check digit, as iAM Smart's ``HKICHash``."""

_RESIDENTS: Final = frozenset({"CN-RESIDENT-ID", "CN-RESIDENCE-PERMIT-HK", "CN-RESIDENCE-PERMIT-MO", "CN-RESIDENCE-PERMIT-TW"})
"""What the mainland's extension for a resident's number may hold: the permits' numbers have its form (GB 11643)."""


def match(certified: Iterable[CertifiedNumber], held: Sequence[IdentityDocument], key: bytes) -> Match:
    """Compare the numbers that a certificate states with a person's documents, under *key* (32 random bytes)."""
    stated = tuple(token for number in certified for token in _of_certificate(number, key))
    if not stated:
        return cannot_tell(MatchReason.NO_NUMBER)
    known = tuple(token for document in held for token in _of_document(document, key))
    found = {verdict for token in stated if (verdict := _verdict(token, known)) is not None}
    match found:
        case s if s == {True}:
            return Match(MatchAnswer.YES, MatchReason.SAME_NUMBER)
        case s if s == {False}:
            return Match(MatchAnswer.NO, MatchReason.OTHER_NUMBER)
        case s if not s:
            return cannot_tell(MatchReason.NO_SUCH_DOCUMENT)
        case _:
            return cannot_tell(MatchReason.CONTRADICTORY)


def comparable(certified: Iterable[CertifiedNumber]) -> bool:
    """Tell whether a certificate states anything that could be compared, whoever is asked about."""
    return any(True for number in certified for _ in _of_certificate(number, bytes(32)))


def _verdict(token: _Token, known: Sequence[_Token]) -> bool | None:
    """Tell whether the number is the person's; None where the person has no document of its kind. Every one is compared."""
    same = [
        hmac.compare_digest(token.digest, one.digest) for one in known if (one.kind, one.hashed) == (token.kind, token.hashed)
    ]
    return any(same) if same else None


def _of_document(document: IdentityDocument, key: bytes) -> Iterator[_Token]:
    yield _token(document.kind, _PLAIN, document.number, key)
    if document.kind == "HKID":
        yield _token("HKID", _HKIC, hkic_hash(document), key)


def _of_certificate(number: CertifiedNumber, key: bytes) -> Iterator[_Token]:
    """Yield the number as it is compared; nothing for one that is masked, malformed, or where the CA does not say it is one."""
    read_number = _READERS.get(number.type)
    if not number.confirmed or read_number is None:
        return
    if number.hashed is not None:
        if (number.type, number.hashed) == ("HKID", _HKIC):
            yield _token("HKID", _HKIC, number.value, key)
        return
    try:
        document = read_number(number.value)
    except DocumentRefusal:
        return
    yield _token(document.kind, _PLAIN, document.number, key)


def _token(kind: DocumentKind, hashed: str, value: str, key: bytes) -> _Token:
    return _Token(kind, hashed, hmac.digest(key, unambiguous(kind, hashed, value), "sha256"))


def _resident(text: str) -> IdentityDocument:
    kind = recognise_mainland(text)
    if kind not in _RESIDENTS:
        raise DocumentRefusal(kind, "kind")
    return read(kind, text)


_READERS: Final[dict[str, Callable[[str], IdentityDocument]]] = {
    "CN-RESIDENT-ID": _resident,
    "HKID": lambda text: read("HKID", text),
    "MO-BIR": lambda text: read("MO-BIR", text),
}
"""The types of `certs/extractors.toml` that are a person's number for life, and how each is read."""
