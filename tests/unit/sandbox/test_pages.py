from __future__ import annotations

from idbridge.sandbox.pages import CODE_MODULES, draw_code


def test_the_drawn_code_has_three_corner_marks_and_is_the_seeds_own() -> None:
    rows = draw_code("seed")
    assert len(rows) == CODE_MODULES
    assert all(len(row) == CODE_MODULES for row in rows)
    last = CODE_MODULES - 1
    for top, left in ((0, 0), (0, last - 6), (last - 6, 0)):
        assert all(rows[top][left + step] and rows[top + 6][left + step] for step in range(7))
        assert rows[top + 3][left + 3]
        assert not rows[top + 1][left + 1]
    assert draw_code("seed") == rows
    assert draw_code("other") != rows
