"""Identity document numbers: published examples, computed ones, and every way to be wrong."""

from __future__ import annotations

from datetime import date, timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idbridge.identity.assertion import DocumentKind, IdentityDocument
from idbridge.identity.documents import MAX_WRITTEN, DocumentRefusal, birthdate, hkic_hash, read, recognise_mainland

VALID = [
    ("CN-RESIDENT-ID", "11010519491231002X", "11010519491231002X"),
    ("CN-RESIDENT-ID", " 110105 19491231 002x ", "11010519491231002X"),
    ("CN-RESIDENT-ID", "１１０１０５１９４９１２３１００２Ｘ", "11010519491231002X"),
    ("CN-RESIDENCE-PERMIT-HK", "810000199408230021", "810000199408230021"),
    ("CN-RESIDENCE-PERMIT-MO", "820000199009010056", None),
    ("CN-RESIDENCE-PERMIT-TW", "830000198101010034", None),
    ("MAINLAND-TRAVEL-PERMIT", "H12345678", "H12345678"),
    ("MAINLAND-TRAVEL-PERMIT", "h1234567801", "H12345678"),
    ("MAINLAND-TRAVEL-PERMIT", "M12345678（02）", "M12345678"),
    ("MAINLAND-TRAVEL-PERMIT-NON-CHINESE", "HA1234567", "HA1234567"),
    ("MAINLAND-TRAVEL-PERMIT-NON-CHINESE", "MA 1234567", "MA1234567"),
    ("HKID", "A123456(3)", "A1234563"),
    ("HKID", "ab987654（3）", "AB9876543"),
    ("HKID", "E364912(5)", "E3649125"),
    ("HKID", "G123456 (A)", "G123456A"),
    ("HKID", "Ａ１２３４５６３", "A1234563"),
    ("MO-BIR", "1234567(8)", "12345678"),
    ("MO-BIR", "50001234", "50001234"),
    ("PASSPORT", "K01234567", "K01234567"),
    ("PASSPORT", "EA1234567", "EA1234567"),
    ("USCC", "91350100M000100Y43", "91350100M000100Y43"),
    ("USCC", "91350100m000100y43", "91350100M000100Y43"),
    ("HK-BRN", "12345678", "12345678"),
    ("HK-BRN", "12345678-000-01-11-1", "12345678"),
    ("HK-BRN", "C0012345", "C0012345"),
    ("HK-BRN", "F0001234", "F0001234"),
]

REFUSED = [
    ("CN-RESIDENT-ID", "110105194912310021", "check-digit"),
    ("CN-RESIDENT-ID", "11010519490229002X", "date"),  # 1949 had no 29 February
    ("CN-RESIDENT-ID", "110105000012310020", "date"),  # no year 0
    ("CN-RESIDENT-ID", "99010519491231002X", "address-code"),
    ("CN-RESIDENT-ID", "810000199408230021", "form"),  # a residence permit
    ("CN-RESIDENT-ID", "110105491231002", "form"),  # fifteen digits, void since 2013
    ("CN-RESIDENT-ID", "X1010519491231002X", "form"),
    ("CN-RESIDENCE-PERMIT-HK", "810001199408230021", "form"),
    ("CN-RESIDENCE-PERMIT-HK", "820000199408230021", "form"),
    ("CN-RESIDENCE-PERMIT-HK", "810000199413230021", "date"),
    ("CN-RESIDENCE-PERMIT-HK", "810000199408230022", "check-digit"),
    ("MAINLAND-TRAVEL-PERMIT", "H123456780", "form"),
    ("MAINLAND-TRAVEL-PERMIT", "HA1234567", "form"),
    ("MAINLAND-TRAVEL-PERMIT", "A12345678", "form"),
    ("MAINLAND-TRAVEL-PERMIT", "H12345678(01", "form"),
    ("MAINLAND-TRAVEL-PERMIT-NON-CHINESE", "H12345678", "form"),
    ("MAINLAND-TRAVEL-PERMIT-NON-CHINESE", "HB1234567", "form"),
    ("HKID", "A123456(4)", "check-digit"),
    ("HKID", "AB987654(2)", "check-digit"),
    ("HKID", "G123456(0)", "check-digit"),
    ("HKID", "G123456(1)", "check-digit"),
    ("HKID", "A123456(B)", "form"),
    ("HKID", "A123456(3", "form"),
    ("HKID", "A123456", "form"),
    ("HKID", "ABC123456(3)", "form"),
    ("HKID", "1A23456(3)", "form"),
    ("HKID", "A12345６²", "characters"),
    ("HKID", "ſ123456(3)", "characters"),
    ("HKID", "A١٢٣٤٥٦(3)", "characters"),
    ("MO-BIR", "2234567(8)", "form"),
    ("MO-BIR", "1234567(A)", "form"),
    ("MO-BIR", "1234567", "form"),
    ("PASSPORT", "PASSPORT", "form"),
    ("PASSPORT", "1234", "form"),
    ("PASSPORT", "A123456789", "form"),
    ("USCC", "91350100M000100Y4Y", "check-digit"),
    ("USCC", "91350100M000100Y53", "check-digit"),
    ("USCC", "91350100I000100Y43", "form"),  # I, O, S, V and Z are not of the alphabet
    ("USCC", "9135010XM000100Y43", "form"),
    ("HK-BRN", "1234567", "form"),
    ("HK-BRN", "12345678-000", "form"),
    ("HK-BRN", "CC012345", "form"),
    ("HKID", "", "form"),
    ("HKID", "-1", "form"),
    ("HKID", "A" * (MAX_WRITTEN + 1), "too-long"),
    ("LIBRARY-CARD", "A1234563", "kind"),
]


def with_check(seventeen: str) -> str:
    """ISO 7064 MOD 11-2 by its recursive definition, not by the table of weights that the code uses."""
    remainder = 0
    for digit in seventeen:
        remainder = (remainder + int(digit)) * 2 % 11
    return seventeen + "0123456789X"[(12 - remainder) % 11]


@pytest.mark.parametrize(("kind", "written", "number"), VALID)
def test_reads_every_written_form(kind, written, number):
    if number is None:
        written = number = with_check(written[:17])
    assert read(kind, written) == IdentityDocument(kind, number)
    assert read(kind, number).number == number, "a normalised number reads as itself"


@pytest.mark.parametrize(("kind", "written", "code"), REFUSED)
def test_refuses_with_the_check_that_failed(kind, written, code):
    with pytest.raises(DocumentRefusal) as refusal:
        read(kind, written)
    assert refusal.value.code == code


def test_every_kind_has_a_scheme_and_examples():
    assert {kind for kind, *_ in VALID} == set(get_args(DocumentKind))
    assert {kind for kind, *_ in REFUSED} >= set(get_args(DocumentKind)) - {
        "CN-RESIDENCE-PERMIT-MO",
        "CN-RESIDENCE-PERMIT-TW",
    }


def test_the_number_never_shows_in_a_refusal_or_a_repr():
    with pytest.raises(DocumentRefusal) as refusal:
        read("HKID", "A123456(4)")
    assert "123456" not in f"{refusal.value!s}{refusal.value!r}"
    assert "123456" not in repr(read("HKID", "A123456(3)"))


@given(st.sampled_from(get_args(DocumentKind)), st.text(max_size=80))
def test_any_text_is_read_or_refused(kind, text):
    try:
        document = read(kind, text)
    except DocumentRefusal:
        return
    assert read(kind, document.number) == document


def wrong_in_one_place(number: str, place: int, other: str) -> str:
    return number[:place] + other + number[place + 1 :]


@given(
    st.dates(date(1900, 1, 1), date(2099, 12, 31)),
    st.integers(0, 999),
    st.sampled_from(["110105", "440305", "810000", "820000", "830000"]),
    st.data(),
)
def test_mod_11_2_finds_any_single_wrong_digit(born, order, area, data):
    number = with_check(f"{area}{born:%Y%m%d}{order:03}")
    document = read(recognise_mainland(number), number)
    assert birthdate(document) == born
    place = data.draw(st.integers(0, 16))
    other = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != number[place]]))
    with pytest.raises(DocumentRefusal):
        read(document.kind, wrong_in_one_place(number, place, other))


def accepts(kind: DocumentKind, number: str) -> bool:
    try:
        read(kind, number)
    except DocumentRefusal:
        return False
    return True


@given(st.from_regex(r"[A-Z]{1,2}[0-9]{6}", fullmatch=True))
def test_an_hkid_has_exactly_one_check_digit(prefix):
    assert [accepts("HKID", f"{prefix}({check})") for check in "0123456789A"].count(True) == 1


def test_a_remainder_of_zero_gives_the_digit_zero():
    """The known pitfall: 11 − (s mod 11) is 11, not 0, when s divides by 11."""
    total = 36 * 9 + 10 * 8  # a space and A
    digits = next(
        f"{n:06}" for n in range(1000) if (total + sum(map(int.__mul__, map(int, f"{n:06}"), range(7, 1, -1)))) % 11 == 0
    )
    assert accepts("HKID", f"A{digits}(0)")
    assert not accepts("HKID", f"A{digits}(1)")


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        ("11010519491231002X", "CN-RESIDENT-ID"),
        ("810000199408230021", "CN-RESIDENCE-PERMIT-HK"),
        ("820000199009010056", "CN-RESIDENCE-PERMIT-MO"),
        ("830000199009010056", "CN-RESIDENCE-PERMIT-TW"),
        ("H1234567801", "MAINLAND-TRAVEL-PERMIT"),
        ("ＨＡ1234567", "MAINLAND-TRAVEL-PERMIT-NON-CHINESE"),
    ],
)
def test_recognises_mainland_documents_by_form(number, kind):
    assert recognise_mainland(number) == kind


@pytest.mark.parametrize("number", ["", "A1234563", "91350100M000100Y43", "1234567(8)", "811234199408230021"])
def test_recognises_nothing_else_as_a_mainland_document(number):
    with pytest.raises(DocumentRefusal):
        recognise_mainland(number)


def test_birthdate_is_only_where_the_number_holds_it():
    assert birthdate(read("CN-RESIDENT-ID", "11010519491231002X")) == date(1949, 12, 31)
    assert birthdate(read("HKID", "A123456(3)")) is None
    assert birthdate(read("USCC", "91350100M000100Y43")) is None


def test_hkic_hash_leaves_out_the_check_digit():
    assert hkic_hash(read("HKID", "A123456(3)")) == "rDcExehSzsiEp2laLaJqrtaX2ua9sdaugwaY5ONmYwk="
    with pytest.raises(DocumentRefusal):
        hkic_hash(read("MO-BIR", "1234567(8)"))


def test_a_leap_day_is_a_date_only_in_a_leap_year():
    leap = date(2000, 2, 28) + timedelta(days=1)
    assert birthdate(read("CN-RESIDENT-ID", with_check(f"440305{leap:%Y%m%d}001"))) == leap
    with pytest.raises(DocumentRefusal) as refusal:
        read("CN-RESIDENT-ID", with_check("44030519000229001"))
    assert refusal.value.code == "date"
