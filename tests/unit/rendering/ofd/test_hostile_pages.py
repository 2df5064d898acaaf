"""Small packages that would be large pictures: what is used many times costs every time, and the picture ends in time."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

import pytest

from idbridge.rendering.ofd.pages import MAX_OCTETS, draw_ofd
from idbridge.rendering.pictures import Pictures
from idbridge.signatures.formats.catalogue import read_document
from tests.guards import no_growth, no_hang
from tests.unit.rendering.ofd.test_pages import RESOURCES, document, package, page, png
from tests.unit.signatures.checks.test_seal import LIST, SEAL, SIGNATURE, VALUE, office
from tests.unit.signatures.seals import PARTS, make_seal, make_sealing, pack, signature_list, signature_xml, unpack

NOISE = random.Random("idbridge").randbytes(1 << 20)


def dense(data: bytes) -> bytes:
    """The package with as much noise in its parts as keeps it from being told by how well it packs."""
    parts = {name: part + b"<!--%b-->" % NOISE[: len(part) // 60].hex().encode() for name, part in unpack(data).items()}
    return pack({**unpack(data), **{name: part for name, part in parts.items() if name.endswith(".xml")}})


def with_unit(content: str, uses: int) -> bytes:
    unit = f'<ofd:CompositeGraphicUnits><ofd:CompositeGraphicUnit ID="50"><ofd:Content>{content}</ofd:Content>'
    resources = RESOURCES.replace("</ofd:Res>", f"{unit}</ofd:CompositeGraphicUnit></ofd:CompositeGraphicUnits></ofd:Res>")
    used = '<ofd:CompositeObject ResourceID="50" Boundary="0 0 9 9"/>' * uses
    return package(page(used), Doc_0__Res_xml=resources)


def path_of(length: int) -> str:
    return f"<ofd:AbbreviatedData>M 0 0 {'L 1 1 ' * (length // 6)}</ofd:AbbreviatedData>"


def clipped() -> str:
    clip = f"<ofd:Clips><ofd:Clip><ofd:Area><ofd:Path>{path_of(60_000)}</ofd:Path></ofd:Area></ofd:Clip></ofd:Clips>"
    return f'<ofd:PathObject Boundary="0 0 9 9">{clip}{path_of(6)}</ofd:PathObject>'


def with_templates() -> bytes:
    listed = "".join(f'<ofd:TemplatePage ID="{n}" BaseLoc="Tpls/{n}.xml"/>' for n in range(100, 116))
    used = "".join(f'<ofd:Template TemplateID="{n}"/>' for n in range(100, 116))
    pages = [page("", used)] * 8
    large = page('<ofd:x a="1"/>' * 200_000)
    templates = {f"Doc_0__Tpls__{n}_xml": large.replace("1", str(n)) for n in range(100, 116)}
    return package(*pages, Doc_0__Document_xml=document(8, listed), **templates)


AMPLIFIED: dict[str, Callable[[], bytes]] = {
    "letters of a unit": lambda: with_unit("<ofd:TextObject>" + "<ofd:TextCode/>" * 50_000 + "</ofd:TextObject>", 19_000),
    "objects of a unit": lambda: with_unit('<ofd:PathObject Boundary="0 0 9 9"/>' * 5_000, 19_000),
    "paths of a unit": lambda: with_unit(f'<ofd:PathObject Boundary="0 0 9 9">{path_of(60_000)}</ofd:PathObject>', 19_000),
    "clips of a unit": lambda: with_unit(clipped(), 19_000),
    "strangers in a unit": lambda: with_unit("<ofd:x/>" * 50_000, 19_000),
    "units in units": lambda: with_unit('<ofd:CompositeObject ResourceID="50" Boundary="0 0 9 9"/>' * 100, 100),
    "letters of nothing": lambda: package(page("<ofd:TextObject>" + "<ofd:TextCode/>" * 500_000 + "</ofd:TextObject>")),
    "templates": with_templates,
    "tags": lambda: package(page("<ofd:x/>" * 1_900_000)),
}


@pytest.mark.parametrize("what", AMPLIFIED)
def test_what_is_used_many_times_costs_every_time(what: str) -> None:
    data = dense(AMPLIFIED[what]())
    with no_hang(what), no_growth():
        check(draw_ofd(data, ()))


def check(pictures: Pictures) -> None:
    assert pictures.code is None
    assert sum(len(drawn.data) for drawn in pictures.pages) < MAX_OCTETS
    assert pictures.pages[0].partial


def test_resources_that_are_named_again_and_again_are_read_once() -> None:
    large = RESOURCES.replace("</ofd:Res>", "<ofd:x/>" * 100_000 + "</ofd:Res>")
    named = page("", "<ofd:PageRes>/Doc_0/Res.xml</ofd:PageRes>" * 20_000)
    with no_hang("resources named again and again"), no_growth():
        pictures = draw_ofd(dense(package(*[named] * 8, Doc_0__Res_xml=large)), ())
    assert len(pictures.pages) == 8


def test_one_seal_in_many_places() -> None:
    """A seal of a megabyte that stands two thousand times on one page: a few are shown, the others are frames."""
    seal = make_seal(replace(office().plan, picture=png() + NOISE))
    place = b'<ofd:StampAnnot ID="7" PageRef="1" Boundary="50 50 40 30"/>'
    signature = signature_xml({**PARTS, SEAL: seal})
    assert place in signature
    signature = signature.replace(place, place * 2_000)
    value = make_sealing(replace(office().sealing(), seal=seal), signature)
    data = pack({**PARTS, LIST: signature_list("1"), SIGNATURE: signature, SEAL: seal, VALUE: value})
    signatures = read_document(data).signatures
    with no_hang("a seal in many places"), no_growth():
        pictures = draw_ofd(data, signatures)
    check(pictures)
    assert pictures.pages[0].data.count(b"<image") == 7


def test_templates_that_are_read_are_drawn() -> None:
    """The bounds leave a page alone that uses as many templates as any does."""
    listed = "".join(f'<ofd:TemplatePage ID="{n}" BaseLoc="Tpls/{n}.xml"/>' for n in range(100, 116))
    used = "".join(f'<ofd:Template TemplateID="{n}"/>' for n in range(100, 116))
    line = '<ofd:PathObject Boundary="0 0 9 9"><ofd:AbbreviatedData>M 0 0 L 1 1</ofd:AbbreviatedData></ofd:PathObject>'
    templates = {f"Doc_0__Tpls__{n}_xml": page(line) for n in range(100, 116)}
    data = package(page("", used), Doc_0__Document_xml=document(1, listed), **templates)
    (drawn,) = draw_ofd(data, ()).pages
    assert drawn.data.count(b"M 0 0 L 1 1") == 16
    assert not drawn.partial
