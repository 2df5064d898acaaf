import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from idbridge.rendering.ofd.shapes import CLIPS_LIMIT, clip_shapes, path_data


@pytest.mark.parametrize(
    ("abbreviated", "expected"),
    [
        ("M 0 0 L 10 0 L 10.5 5 C", "M 0 0 L 10 0 L 10.5 5 Z"),
        ("S 1 2 L 3 4", "M 1 2 L 3 4"),
        ("M 0 0 Q 1 1 2 0 B 1 1 2 2 3 0", "M 0 0 Q 1 1 2 0 C 1 1 2 2 3 0"),
        ("M 0 0 A 5 -5 0 1 0 9 9", "M 0 0 A 5 5 0 1 0 9 9"),
        ("L 1 1", ""),
        ("M 0 0 L 1", "M 0 0"),
        ("M 0 0 L x 1", "M 0 0"),
        ("M 0 0 <script>", "M 0 0"),
        ("", ""),
    ],
)
def test_operators_become_those_of_svg(abbreviated: str, expected: str) -> None:
    assert path_data(abbreviated) == expected


@given(st.lists(st.sampled_from([*"SMLQBAC", "1", "-2.5", "nan", "x"]), max_size=40))
def test_only_what_svg_knows_comes_out(tokens: list[str]) -> None:
    written = path_data(" ".join(tokens)).split()
    assert all(token in "MLQCAZ" or float(token) is not None for token in written)


def shown(clips: str, attributes: str = "") -> etree._Element:
    return etree.fromstring(f"<PathObject {attributes}>{clips}</PathObject>")


AREA = '<Area CTM="2 0 0 2 0 0"><Path Boundary="1 2 3 4"><AbbreviatedData>M 0 0 L 1 1</AbbreviatedData></Path></Area>'


def test_a_clip_moves_with_its_object_unless_it_says_otherwise() -> None:
    own = list(clip_shapes(shown(f'<Clips TransFlag="false"><Clip>{AREA}</Clip></Clips>', 'CTM="3 0 0 3 0 0"')))
    assert own == [[("M 0 0 L 1 1", "matrix(2 0 0 2 0 0) translate(1 2) matrix(1 0 0 1 0 0)")]]
    moved = list(clip_shapes(shown(f"<Clips><Clip>{AREA}</Clip></Clips>", 'CTM="3 0 0 3 0 0"')))
    assert moved[0][0][1].startswith("matrix(3 0 0 3 0 0) matrix(2 0 0 2 0 0)")


def test_clips_are_bounded_and_those_by_text_hide_nothing() -> None:
    assert list(clip_shapes(shown(""))) == []
    assert list(clip_shapes(shown("<Clips><Clip><Area><Text/></Area></Clip></Clips>"))) == []
    many = f"<Clips>{f'<Clip>{AREA * 30}</Clip>' * 30}</Clips>"
    assert [len(clip) for clip in clip_shapes(shown(many))] == [CLIPS_LIMIT] * CLIPS_LIMIT
