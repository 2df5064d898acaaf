"""Lists that later signatures rewrote, restored."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idbridge.signatures.formats.ofd.signature_list import LIST_LIMIT, earlier_states
from tests.unit.signatures.seals import signature_list

ONE = b'<o:Signature ID="1" BaseLoc="a"/>'
TWO = b'<o:Signature ID="2" BaseLoc="b"></o:Signature>'


@pytest.mark.parametrize(
    ("now", "before"),
    [
        (b"<o:S>" + ONE + TWO + b"</o:S>", b"<o:S>" + ONE + b"</o:S>"),
        (b"<o:S>\n  " + ONE + b"\n  " + TWO + b"\n</o:S>", b"<o:S>\n  " + ONE + b"\n</o:S>"),
        (
            b"<o:S><o:MaxSignId>9</o:MaxSignId>" + ONE + TWO + b"</o:S>",
            b"<o:S><o:MaxSignId>4</o:MaxSignId>" + ONE + b"</o:S>",
        ),
        (
            b"<o:S>" + ONE + b"<o:MaxSignId>1</o:MaxSignId>" + TWO + b"<o:MaxSignId>2</o:MaxSignId></o:S>",
            b"<o:S>" + ONE + b"<o:MaxSignId>1</o:MaxSignId></o:S>",
        ),
    ],
    ids=["appended", "indented", "maximum raised", "maximum doubled"],
)
def test_restored(now: bytes, before: bytes) -> None:
    assert before in list(earlier_states(now, 1, ["1", "4"]))


@pytest.mark.parametrize("kept", [0, 2, 3])
def test_nothing_to_restore(kept: int) -> None:
    assert not list(earlier_states(signature_list("1", "2"), kept, ["1"]))


def test_bounded() -> None:
    huge = signature_list("1", "2") + b" " * LIST_LIMIT
    assert not list(earlier_states(huge, 1, ["1"]))
    many = [str(number) for number in range(1000)]
    assert len(list(earlier_states(signature_list("1", "2"), 1, many))) < 50


@given(st.integers(1, 5), st.integers(1, 5))
def test_any_number_of_later_entries(kept: int, added: int) -> None:
    identifiers = [str(number) for number in range(1, kept + added + 1)]
    before, now = signature_list(*identifiers[:kept]), signature_list(*identifiers)
    assert before in list(earlier_states(now, kept, [str(kept)]))
