"""Is the signer this person: every answer, and that no number of another kind, country or form is taken for one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idbridge.identity.documents import hkic_hash, read
from idbridge.identity.matching import MatchAnswer, MatchReason, comparable, match
from idbridge.pki.identity_numbers import CertifiedNumber

KEY = bytes(range(32))
RESIDENT, OTHER = "440106198803123525", "440300199507041821"
PERMIT_HK = "810000199008152634"
HKID, BIR = "Y123456(9)", "5123456(7)"


def number(kind: str, value: str, *, hashed: str | None = None, confirmed: bool = True) -> CertifiedNumber:
    return CertifiedNumber(kind, value, hashed, "a CA", confirmed)


def hkid_hash(written: str) -> CertifiedNumber:
    return number("HKID", hkic_hash(read("HKID", written)), hashed="SHA-256")


def said(certified, *held):
    found = match(certified, [read(kind, value) for kind, value in held], KEY)
    return found.answer.value, found.reason.value


@pytest.mark.parametrize(
    ("certified", "held"),
    [
        (number("CN-RESIDENT-ID", RESIDENT), ("CN-RESIDENT-ID", RESIDENT)),
        (number("CN-RESIDENT-ID", PERMIT_HK), ("CN-RESIDENCE-PERMIT-HK", PERMIT_HK)),  # the extension has both
        (number("CN-RESIDENT-ID", "11010519491231002x"), ("CN-RESIDENT-ID", "11010519491231002X")),
        (number("HKID", HKID), ("HKID", "y123456 (9)")),
        (hkid_hash(HKID), ("HKID", HKID)),
        (number("MO-BIR", "51234567"), ("MO-BIR", BIR)),
    ],
)
def test_the_same_number_is_the_person(certified, held):
    assert said([certified], held) == ("yes", "same-number")
    assert said([certified], held, ("PASSPORT", "E12345678")) == ("yes", "same-number")


@pytest.mark.parametrize(
    ("certified", "held"),
    [
        (number("CN-RESIDENT-ID", RESIDENT), ("CN-RESIDENT-ID", OTHER)),
        (hkid_hash("K778899(1)"), ("HKID", HKID)),
        (number("MO-BIR", "12345678"), ("MO-BIR", BIR)),
    ],
)
def test_another_number_of_the_same_kind_is_not(certified, held):
    assert said([certified], held) == ("no", "other-number")


@pytest.mark.parametrize(
    ("certified", "held"),
    [
        (number("CN-RESIDENT-ID", RESIDENT), ("HKID", HKID)),
        (number("CN-RESIDENT-ID", RESIDENT), ("CN-RESIDENCE-PERMIT-HK", PERMIT_HK)),
        (number("MO-BIR", "51234567"), ("HK-BRN", "51234567")),  # the same digits, of another register
        (hkid_hash(HKID), ("CN-RESIDENT-ID", RESIDENT)),
        (number("MO-BIR", "51234567"), ("PASSPORT", "51234567")),
    ],
)
def test_a_number_of_another_kind_tells_nothing(certified, held):
    assert said([certified], held) == ("cannot-tell", "no-such-document")


@pytest.mark.parametrize(
    "certified",
    [
        number("CN-RESIDENT-ID", "440106********3525"),  # masked
        number("CN-RESIDENT-ID", "440106198803123524"),  # wrong check digit
        number("CN-RESIDENT-ID", "H12345678"),  # a travel permit's
        number("CN-RESIDENT-ID", RESIDENT, confirmed=False),
        number("CN-RESIDENT-ID", RESIDENT, hashed="SHA-256"),  # of what, nobody has said
        number("HKID", "Y123456"),
        number("HKID", hkic_hash(read("HKID", HKID)), hashed="SHA-1"),
        number("PASSPORT", "E12345678"),  # every country has one
        number("USCC", "91440101MA5BDGE18J"),
        number("NEW-KIND", RESIDENT),
    ],
)
def test_what_is_no_number_of_a_person_for_life_is_not_compared(certified):
    everything = ("CN-RESIDENT-ID", RESIDENT), ("HKID", HKID), ("PASSPORT", "E12345678"), ("USCC", "91440101MA5BDGE18J")
    assert not comparable([certified])
    assert said([certified], *everything) == ("cannot-tell", "no-number")


def test_numbers_that_contradict_each_other_tell_nothing():
    both = [number("CN-RESIDENT-ID", RESIDENT), hkid_hash("K778899(1)")]
    assert said(both, ("CN-RESIDENT-ID", RESIDENT), ("HKID", HKID)) == ("cannot-tell", "contradictory")
    assert said(both, ("CN-RESIDENT-ID", RESIDENT)) == ("yes", "same-number")


def test_one_of_several_documents_of_a_kind_is_enough():
    assert said([number("CN-RESIDENT-ID", RESIDENT)], ("CN-RESIDENT-ID", OTHER), ("CN-RESIDENT-ID", RESIDENT))[0] == "yes"


KINDS = st.sampled_from(["CN-RESIDENT-ID", "HKID", "MO-BIR", "PASSPORT", "USCC"])
HASHES = st.sampled_from([None, "SHA-256"])
NUMBERS = st.builds(CertifiedNumber, KINDS, st.text(max_size=30), HASHES, st.just("a CA"), st.booleans())


@given(certified=st.lists(NUMBERS, max_size=4), key=st.binary(min_size=32, max_size=32))
def test_no_text_in_a_certificate_is_taken_for_the_persons_number(certified, key):
    held = [read("CN-RESIDENT-ID", RESIDENT), read("HKID", HKID), read("MO-BIR", BIR)]
    found = match(certified, held, key)
    assert found.answer is not MatchAnswer.YES
    assert set(found.to_dict()) == {"answer", "reason"}
    assert found.reason is not MatchReason.NOT_PERMITTED
