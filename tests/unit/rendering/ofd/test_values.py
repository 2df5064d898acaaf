import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idbridge.rendering.ofd import values
from idbridge.rendering.ofd.values import IDENTITY, box, deltas, matrix, number, numbers, transform, written
from idbridge.rendering.pictures import Box


@pytest.mark.parametrize("text", [None, "", "x", "nan", "inf", "-inf", "1e300", "0x10", "1_0_"])
def test_what_is_no_number_is_the_default(text: str | None) -> None:
    assert number(text, 7) == 7


def test_numbers_end_with_the_first_that_is_none() -> None:
    assert numbers("1 2.5 -3 x 4") == (1, 2.5, -3)
    assert numbers(None) == ()


@pytest.mark.parametrize(
    ("text", "expected"), [("1 2 3 4", Box(1, 2, 3, 4)), ("1 2 3", None), ("1 2 -3 4", None), ("a b c d", None), (None, None)]
)
def test_a_box_has_four_numbers_and_no_negative_size(text: str | None, expected: Box | None) -> None:
    assert box(text) == expected


def test_a_matrix_has_six() -> None:
    assert matrix("1 0 0 2 3 4") == (1, 0, 0, 2, 3, 4)
    assert matrix("1 0 0 2 3") == matrix(None) == IDENTITY
    assert transform((0.0000353, 0, 0, 1, 2, 3)) == "matrix(3.53e-05 0 0 1 2 3)"


@pytest.mark.parametrize(
    ("text", "count", "expected"),
    [
        ("1 2 3", 9, (1, 2, 3)),
        ("g 3 1.5", 9, (1.5, 1.5, 1.5)),
        ("g 2 1 5 g 2 3", 9, (1, 1, 5, 3, 3)),
        ("g 999999 1", 4, (1, 1, 1, 1)),
        ("g", 4, ()),
        ("g 2", 4, (0, 0)),
        ("g -1 5 6", 4, (6,)),
        (None, 4, ()),
        ("1 2 3", 2, (1, 2)),
    ],
)
def test_distances_are_repeated_as_stated_and_never_more_than_asked_for(text, count, expected) -> None:
    assert deltas(text, count) == expected


@given(st.floats(-values.GREATEST, values.GREATEST))
def test_a_number_is_written_so_that_it_is_read_again(value: float) -> None:
    assert math.isclose(float(written(value)), value, abs_tol=0.0006)
    assert "e" not in written(value)


@given(st.text(max_size=60))
def test_any_text_is_read(text: str) -> None:
    for read in (numbers, box, matrix):
        read(text)
    assert len(deltas(text, 5)) <= 5
