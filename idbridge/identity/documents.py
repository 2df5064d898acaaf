"""Numbers of identity documents: one written form each, and every check that its scheme publishes.

`read` is the only way in: it takes a number as people and providers write it (full-width characters, brackets, spaces) and
returns it normalised and checked, or refuses. That a document exists, is valid today or belongs to somebody is not said here.
Macao does not publish the check digit of its BIR, and none is known of travel permits, passports and Hong Kong business
registration numbers: of these only the form is checked.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Literal

from idbridge.identity.assertion import DocumentKind, IdentityDocument

MAX_WRITTEN = 64
"""Characters accepted before normalising: the longest form has 20, the rest is room for spaces and brackets."""

DocumentFault = Literal["kind", "too-long", "characters", "form", "address-code", "date", "check-digit"]


class DocumentRefusal(Exception):
    """A number is not one of its kind: `code` is stable and says which check failed. The number itself is never in here."""

    def __init__(self, kind: str, code: DocumentFault) -> None:
        super().__init__(f"{kind}: {code}")
        self.kind = kind
        self.code = code


# GB/T 2260: the first two digits of the address code, by province. 71 is Taiwan; 81, 82 and 83 are for residence permits only.
_PROVINCES = frozenset(
    str(code)
    for first, last in ((11, 15), (21, 23), (31, 37), (41, 46), (50, 54), (61, 65), (71, 71))
    for code in range(first, last + 1)
)

_MOD_11_2_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_MOD_11_2_CHARACTERS = "10X98765432"

_HKID_WEIGHTS = (9, 8, 7, 6, 5, 4, 3, 2)
_HKID_SPACE = 36

_USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


def _has_province(number: str) -> bool:
    return number[:2] in _PROVINCES


def _has_real_birthdate(number: str) -> bool:
    try:
        date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return False
    return True


def _passes_mod_11_2(number: str) -> bool:
    """Check the last character by ISO 7064 MOD 11-2 (GB 11643-1999 §4.2.4)."""
    total = sum(int(digit) * weight for digit, weight in zip(number, _MOD_11_2_WEIGHTS, strict=False))
    return number[-1] == _MOD_11_2_CHARACTERS[total % 11]


def _passes_hkid(number: str) -> bool:
    """Check the digit in an HKID's brackets; a one-letter prefix counts as if a space stood before it."""
    values = [int(character, 36) for character in number[:-1]]
    padded = [_HKID_SPACE] * (len(_HKID_WEIGHTS) - len(values)) + values
    total = sum(value * weight for value, weight in zip(padded, _HKID_WEIGHTS, strict=True))
    return int(number[-1], 16) == -total % 11


def _passes_organisation_code(number: str) -> bool:
    """Check characters 9 to 17, the organisation code, by GB 11714-1997 (MOD 11, X for ten)."""
    code = number[8:17]
    total = sum(int(character, 36) * weight for character, weight in zip(code, _ORGANISATION_WEIGHTS, strict=False))
    return code[-1] == "0123456789X"[-total % 11]


def _passes_mod_31(number: str) -> bool:
    """Check the last character by GB 32100-2015 §5.1; values are places in its own alphabet, not ordinals of letters."""
    values = [_USCC_ALPHABET.index(character) for character in number]
    total = sum(value * weight for value, weight in zip(values, _USCC_WEIGHTS, strict=False))
    return values[-1] == -total % 31


@dataclass(frozen=True, slots=True)
class _Scheme:
    """The pattern's groups, joined, are the normalised number; the checks run in order on it."""

    pattern: re.Pattern[str]
    checks: tuple[tuple[DocumentFault, Callable[[str], bool]], ...] = ()


_BIRTH_AND_CHECK: tuple[tuple[DocumentFault, Callable[[str], bool]], ...] = (
    ("date", _has_real_birthdate),
    ("check-digit", _passes_mod_11_2),
)

_SCHEMES: dict[DocumentKind, _Scheme] = {
    "CN-RESIDENT-ID": _Scheme(re.compile(r"((?!8[123])[0-9]{17}[0-9X])"), (("address-code", _has_province), *_BIRTH_AND_CHECK)),
    "CN-RESIDENCE-PERMIT-HK": _Scheme(re.compile(r"(810000[0-9]{11}[0-9X])"), _BIRTH_AND_CHECK),
    "CN-RESIDENCE-PERMIT-MO": _Scheme(re.compile(r"(820000[0-9]{11}[0-9X])"), _BIRTH_AND_CHECK),
    "CN-RESIDENCE-PERMIT-TW": _Scheme(re.compile(r"(830000[0-9]{11}[0-9X])"), _BIRTH_AND_CHECK),
    # The card of 1999 prints two more digits, its count of issues; the first nine characters stay for life.
    "MAINLAND-TRAVEL-PERMIT": _Scheme(re.compile(r"([HM][0-9]{8})(?:[0-9]{2}|\([0-9]{2}\))?")),
    "MAINLAND-TRAVEL-PERMIT-NON-CHINESE": _Scheme(re.compile(r"([HM]A[0-9]{7})")),
    "HKID": _Scheme(re.compile(r"([A-Z]{1,2}[0-9]{6})(?:\(([0-9A])\)|([0-9A]))"), (("check-digit", _passes_hkid),)),
    "MO-BIR": _Scheme(re.compile(r"([157][0-9]{6})(?:\(([0-9])\)|([0-9]))")),
    # ICAO Doc 9303-4 §4.2.2: a passport's number has at most nine characters.
    "PASSPORT": _Scheme(re.compile(r"((?=[A-Z]*[0-9])[A-Z0-9]{5,9})")),
    # GB 32100-2015 §4: two characters of authority and type, six digits of district, organisation code, check character.
    "USCC": _Scheme(
        re.compile(rf"([{_USCC_ALPHABET}]{{2}}[0-9]{{6}}[{_USCC_ALPHABET}]{{10}})"),
        (("check-digit", _passes_organisation_code), ("check-digit", _passes_mod_31)),
    ),
    # The whole certificate number 12345678-000-01-11-1 begins with it; bodies exempt from registration have a letter in front.
    "HK-BRN": _Scheme(re.compile(r"([0-9A-Z][0-9]{7})(?:-[0-9]{3}-[0-9]{2}-[0-9]{2}-[0-9A-Z])?")),
}

_MAINLAND: tuple[DocumentKind, ...] = (
    "CN-RESIDENT-ID",
    "CN-RESIDENCE-PERMIT-HK",
    "CN-RESIDENCE-PERMIT-MO",
    "CN-RESIDENCE-PERMIT-TW",
    "MAINLAND-TRAVEL-PERMIT",
    "MAINLAND-TRAVEL-PERMIT-NON-CHINESE",
)

_WITH_BIRTHDATE = frozenset(kind for kind, scheme in _SCHEMES.items() if ("date", _has_real_birthdate) in scheme.checks)

# Full-width forms U+FF01 to U+FF5E are ASCII at a fixed distance. Nothing else is folded: NFKC would take ² and ① for digits.
_TO_ASCII = {full: full - 0xFEE0 for full in range(0xFF01, 0xFF5F)}


def _normalise(kind: str, raw: str) -> str:
    if len(raw) > MAX_WRITTEN:
        raise DocumentRefusal(kind, "too-long")
    text = "".join(raw.translate(_TO_ASCII).split())
    if not text.isascii():  # before upper(), which would make ASCII letters of some that are not
        raise DocumentRefusal(kind, "characters")
    return text.upper()


def read(kind: DocumentKind, raw: str) -> IdentityDocument:
    """Return the document with its number normalised: upper-case ASCII letters and digits, no brackets, check digit included.

    Raises `DocumentRefusal` for a kind that is not known, and for a number that is not of the kind's form or fails a check.
    """
    if (scheme := _SCHEMES.get(kind)) is None:
        raise DocumentRefusal("unknown", "kind")
    match = scheme.pattern.fullmatch(_normalise(kind, raw))
    if match is None:
        raise DocumentRefusal(kind, "form")
    number = "".join(part for part in match.groups() if part)
    for fault, passes in scheme.checks:
        if not passes(number):
            raise DocumentRefusal(kind, fault)
    return IdentityDocument(kind, number)


def recognise_mainland(raw: str) -> DocumentKind:
    """Tell by its form which document of the Mainland a person's number is of; `read` still has to check it.

    Raises `DocumentRefusal` with ``form`` when it is of none. Their forms do not overlap.
    """
    number = _normalise("mainland", raw)
    for kind in _MAINLAND:
        if _SCHEMES[kind].pattern.fullmatch(number):
            return kind
    raise DocumentRefusal("mainland", "form")


def birthdate(document: IdentityDocument) -> date | None:
    """Return the date of birth that the number itself holds; None when its kind holds none."""
    if document.kind not in _WITH_BIRTHDATE:
        return None
    return date(int(document.number[6:10]), int(document.number[10:12]), int(document.number[12:14]))


def hkic_hash(document: IdentityDocument) -> str:
    """Return iAM Smart's ``HKICHash``: Base64 of the SHA-256 of an HKID without its check digit.

    There are only some 2.6 × 10⁷ HKIDs, so the hash is as personal as the number. Raises `DocumentRefusal` for other kinds.
    """
    if document.kind != "HKID":
        raise DocumentRefusal(document.kind, "kind")
    return b64encode(sha256(document.number[:-1].encode()).digest()).decode()
