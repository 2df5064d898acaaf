"""What the worker computes itself; that it draws, and within its bounds, is `test_drawing`'s."""

from __future__ import annotations

import resource
import subprocess
import sys

from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from idbridge.rendering.pdf import worker
from idbridge.rendering.pdf.drawing import WORKER
from idbridge.rendering.pdf.worker import MAX_REGIONS, differing, regions

TILES = st.sets(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=80)


def test_what_touches_is_one_region() -> None:
    assert sorted(regions({(0, 0), (1, 0), (1, 1), (30, 30)})) == [(0, 0, 2, 2), (30, 30, 1, 1)]
    assert regions(set()) == []


@given(TILES)
def test_every_tile_is_in_a_region_and_regions_are_few(tiles: set[tuple[int, int]]) -> None:
    found = regions(tiles)
    assert len(found) <= MAX_REGIONS
    for column, row in tiles:
        assert any(x <= column < x + width and y <= row < y + height for x, y, width, height in found)


def sheet(*boxes: tuple[int, int, int, int], size: tuple[int, int] = (105, 205), shade: int = 0) -> Image.Image:
    image = Image.new("RGB", size, "white")
    for box in boxes:
        ImageDraw.Draw(image).rectangle(box, fill=(shade,) * 3)
    return image


def test_where_pictures_differ() -> None:
    assert differing(sheet(), sheet()) == []
    assert differing(sheet(), sheet((20, 30, 29, 39))) == [(20, 30, 10, 10)]
    assert differing(sheet(), sheet((104, 204, 104, 204))) == [(100, 200, 5, 5)]  # not beyond the edge
    assert differing(sheet(), sheet((20, 30, 20, 30))) == [(20, 30, 10, 10)]  # a single point


def test_what_no_eye_sees_is_no_difference() -> None:
    assert differing(sheet(), sheet((20, 30, 60, 60), shade=255 - worker.NOISE)) == []


def test_pages_of_different_sizes_differ_everywhere() -> None:
    assert differing(sheet(), sheet(size=(50, 60))) == [(0, 0, 50, 60)]


def test_it_gives_up_what_it_does_not_need_before_the_file_is_opened() -> None:
    program = (
        f"import runpy; run = runpy.run_path({str(WORKER)!r}); run['limit'](); import resource; print([resource.getrlimit(k)"
    )
    program += " for k in (resource.RLIMIT_AS, resource.RLIMIT_CPU, resource.RLIMIT_FSIZE, resource.RLIMIT_CORE)])"
    said = subprocess.run([sys.executable, "-I", "-c", program], capture_output=True, text=True, check=True, timeout=60)
    bounds = (worker.MEMORY, worker.CPU_SECONDS, worker.OUTPUT, 0)
    hard = [resource.getrlimit(k)[1] for k in (resource.RLIMIT_AS, resource.RLIMIT_CPU, resource.RLIMIT_FSIZE)]
    if all(limit == resource.RLIM_INFINITY for limit in hard):
        assert said.stdout.strip() == str([(bound, bound) for bound in bounds])
