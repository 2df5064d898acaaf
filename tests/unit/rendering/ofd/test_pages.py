"""Pages of OFD as SVG: what the standard says of each kind of object, on documents of a page that are made for it."""

from __future__ import annotations

import base64
import re
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO

import pytest
from lxml import etree
from PIL import Image

from idbridge import verify_document
from idbridge.rendering.ofd import objects
from idbridge.rendering.ofd.page import SealPicture
from idbridge.rendering.ofd.pages import MAX_PAGES, draw_ofd, seal_picture
from idbridge.rendering.pictures import Box, Mark, MarkKind, NoPicture, PagePicture, PageState, Pictures
from idbridge.signatures.formats.catalogue import read_document
from tests.requirements import vectors
from tests.unit.signatures.seals import pack, unpack

AT = datetime(2026, 9, 1, tzinfo=UTC)
SVG = "{http://www.w3.org/2000/svg}"
SPACE = 'xmlns:ofd="http://www.ofdspec.org/2016"'
FILE = f"<ofd:OFD {SPACE}><ofd:DocBody><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>"


def png(width: int = 2, height: int = 2) -> bytes:
    file = BytesIO()
    Image.new("RGB", (width, height), "red").save(file, "PNG")
    return file.getvalue()


def document(pages: int = 1, common: str = "", more: str = "") -> str:
    listed = "".join(f'<ofd:Page ID="{number}" BaseLoc="Pages/{number}.xml"/>' for number in range(1, pages + 1))
    return (
        f"<ofd:Document {SPACE}><ofd:CommonData><ofd:PageArea><ofd:PhysicalBox>0 0 210 297</ofd:PhysicalBox></ofd:PageArea>"
        f"<ofd:PublicRes>Res.xml</ofd:PublicRes>{common}</ofd:CommonData><ofd:Pages>{listed}</ofd:Pages>{more}</ofd:Document>"
    )


def page(content: str, before: str = "", layer: str = "") -> str:
    return f"<ofd:Page {SPACE}>{before}<ofd:Content><ofd:Layer {layer}>{content}</ofd:Layer></ofd:Content></ofd:Page>"


RESOURCES = f"""<ofd:Res {SPACE} BaseLoc="Res">
<ofd:ColorSpaces><ofd:ColorSpace ID="3" Type="CMYK"/></ofd:ColorSpaces>
<ofd:Fonts><ofd:Font ID="1" FontName="宋体"/><ofd:Font ID="2" FontName="&lt;style&gt;" Bold="true"/></ofd:Fonts>
<ofd:DrawParams><ofd:DrawParam ID="4" LineWidth="2"><ofd:StrokeColor Value="0 128 255"/></ofd:DrawParam>
<ofd:DrawParam ID="5" Relative="4" Cap="Round"/><ofd:DrawParam ID="6" Relative="6"/></ofd:DrawParams>
<ofd:MultiMedias><ofd:MultiMedia ID="7" Type="Image"><ofd:MediaFile>a.png</ofd:MediaFile></ofd:MultiMedia>
<ofd:MultiMedia ID="8" Type="Image"><ofd:MediaFile>a.svg</ofd:MediaFile></ofd:MultiMedia></ofd:MultiMedias>
<ofd:CompositeGraphicUnits><ofd:CompositeGraphicUnit ID="9"><ofd:Content>
<ofd:CompositeObject ResourceID="9" Boundary="0 0 9 9"/><ofd:PathObject Boundary="0 0 9 9"><ofd:AbbreviatedData>M 0 0 L 1 1
</ofd:AbbreviatedData></ofd:PathObject></ofd:Content></ofd:CompositeGraphicUnit></ofd:CompositeGraphicUnits></ofd:Res>"""


def package(*pages: str, **replaced: str | bytes) -> bytes:
    parts: dict[str, str | bytes] = {
        "OFD.xml": FILE,
        "Doc_0/Document.xml": document(len(pages)),
        "Doc_0/Res.xml": RESOURCES,
        "Doc_0/Res/a.png": png(),
        "Doc_0/Res/a.svg": "<svg onload='alert(1)'/>",
        **{f"Doc_0/Pages/{number}.xml": text for number, text in enumerate(pages, 1)},
        **{name.replace("__", "/").replace("_xml", ".xml"): value for name, value in replaced.items()},
    }
    return pack({name: part.encode() if isinstance(part, str) else part for name, part in parts.items()})


def drawn(*pages: str, **replaced: str | bytes) -> etree._Element:
    pictures = draw_ofd(package(*pages, **replaced), ())
    assert pictures.code is None
    return etree.fromstring(pictures.pages[0].data)


def one(root: etree._Element, tag: str) -> etree._Element:
    (found,) = root.iter(SVG + tag)
    return found


# --- objects -------------------------------------------------------------------------------------------------------------


def test_letters_stand_where_the_document_puts_them() -> None:
    code = '<ofd:TextCode X="1" Y="4" DeltaX="g 2 3 5">甲乙丙𠀀丁</ofd:TextCode>'
    line = one(drawn(page(f'<ofd:TextObject Boundary="10 20 50 5" Font="1" Size="3">{code}</ofd:TextObject>')), "text")
    assert line.text == "甲乙丙𠀀丁"
    assert line.get("x") == "1 4 7 12 12"  # 𠀀 has two units of UTF-16; what has no distance follows by itself
    group = line.getparent()
    assert group is not None
    assert (group.get("font-size"), group.get("fill")) == ("3", "#000")
    assert group.getparent().get("transform") == "translate(10 20)"


def test_letters_with_distances_downwards_alone_stand_below_each_other() -> None:
    code = '<ofd:TextCode X="1" Y="4" DeltaY="5 6">甲乙丙</ofd:TextCode>'
    text = f'<ofd:TextObject Boundary="0 0 5 50" Size="4">{code}</ofd:TextObject>'
    line = one(drawn(page(text)), "text")
    assert (line.get("x"), line.get("y")) == ("1 1 1", "4 9 15")
    turned = text.replace(' DeltaY="5 6"', "").replace("<ofd:TextObject", '<ofd:TextObject ReadDirection="90"')
    assert one(drawn(page(turned)), "text").get("y") == "4 8 12"


def test_stretched_letters_keep_their_places() -> None:
    text = (
        '<ofd:TextObject HScale=".5" Boundary="0 0 9 9"><ofd:TextCode X="2" Y="0" DeltaX="4">ab</ofd:TextCode></ofd:TextObject>'
    )
    line = one(drawn(page(text)), "text")
    assert line.getparent().get("transform") == "scale(0.5 1)"
    assert line.get("x") == "4 12"


def test_a_fonts_name_is_not_passed_on() -> None:
    text = '<ofd:TextObject Font="2" Boundary="0 0 9 9"><ofd:TextCode X="0" Y="0">a</ofd:TextCode></ofd:TextObject>'
    group = one(drawn(page(text)), "text").getparent()
    assert (group.get("font-weight"), "style" in group.get("font-family")) == ("bold", False)


def test_lines_take_their_style_from_parameters_and_those_from_others() -> None:
    data = "<ofd:AbbreviatedData>M 0 0 L 9 9</ofd:AbbreviatedData>"
    shape = f'<ofd:PathObject Boundary="0 0 9 9" DrawParam="5">{data}</ofd:PathObject>'
    path = drawn(page(shape)).xpath("//*[local-name()='path'][@stroke]")[0]
    assert (path.get("stroke"), path.get("stroke-width"), path.get("stroke-linecap"), path.get("fill")) == (
        "#0080ff", "2", "round", "none",
    )  # fmt: skip
    endless = drawn(page(shape.replace('"5"', '"6"'))).xpath("//*[local-name()='path'][@stroke]")[0]
    assert endless.get("stroke") == "#000"


@pytest.mark.parametrize(
    ("colour", "expected"),
    [
        ('Value="255 0 10"', "#ff000a"),
        ('Value="#ee #20 #25" ColorSpace="1"', "#ee2025"),
        ('Value="0 0 0 255" ColorSpace="3"', "#000000"),
        ('Value="0 255 255 0"', "#ff0000"),
        ('Value="128"', "#808080"),
        ('Value="999 -5 x"', "#ff0000"),
        ('Value="#zz 0 0"', "#000000"),
        ("", "#000"),
    ],
)
def test_colours(colour: str, expected: str) -> None:
    data = "<ofd:AbbreviatedData>M 0 0 L 9 9 C</ofd:AbbreviatedData>"
    shape = f'<ofd:PathObject Boundary="0 0 9 9" Fill="true" Stroke="false"><ofd:FillColor {colour}/>{data}</ofd:PathObject>'
    assert drawn(page(shape)).xpath("//*[local-name()='path'][@fill]")[0].get("fill") == expected


def test_a_shading_is_painted_in_its_first_colour_and_a_pattern_grey() -> None:
    data = "<ofd:AbbreviatedData>M 0 0 L 9 9 C</ofd:AbbreviatedData>"
    for inner, expected in [
        ('<ofd:AxialShd><ofd:Segment><ofd:Color Value="1 2 3"/></ofd:Segment></ofd:AxialShd>', "#010203"),
        ("<ofd:RadialShd/>", "#bbb"),
        ("<ofd:Pattern/>", "#bbb"),
    ]:
        fill = f'<ofd:FillColor Alpha="51">{inner}</ofd:FillColor>'
        path = drawn(page(f'<ofd:PathObject Boundary="0 0 9 9" Fill="true">{fill}{data}</ofd:PathObject>'))
        found = path.xpath("//*[local-name()='path'][@fill-opacity]")[0]
        assert (found.get("fill"), found.get("fill-opacity")) == (expected, "0.2")


def test_a_picture_is_the_unit_square() -> None:
    placed = '<ofd:ImageObject ResourceID="7" Boundary="5 6 30 20" CTM="30 0 0 20 0 0" Alpha="51"/>'
    image = one(drawn(page(placed)), "image")
    assert image.get("transform") == "matrix(30 0 0 20 0 0)"
    assert base64.b64decode(image.get("href").partition(",")[2]) == png()
    assert one(drawn(page(placed.replace('CTM="30 0 0 20 0 0"', ""))), "image").get("transform") == "matrix(30 0 0 20 0 0)"


@pytest.mark.parametrize("resource", ["8", "99"])
def test_what_is_no_raster_is_an_empty_frame_and_said(resource: str) -> None:
    (picture,) = draw_ofd(package(page(f'<ofd:ImageObject ResourceID="{resource}" Boundary="0 0 9 9"/>')), ()).pages
    assert picture.partial
    assert b"onload" not in picture.data
    assert b"stroke-dasharray" in picture.data


def test_a_unit_that_holds_itself_ends() -> None:
    (picture,) = draw_ofd(package(page('<ofd:CompositeObject ResourceID="9" Boundary="0 0 9 9"/>')), ()).pages
    assert picture.partial
    assert picture.data.count(b"M 0 0 L 1 1") == objects.DEPTH_LIMIT


def test_blocks_are_gone_through_and_the_invisible_is_left_out() -> None:
    text = '<ofd:TextObject {} Boundary="0 0 9 9"><ofd:TextCode X="0" Y="0">{}</ofd:TextCode></ofd:TextObject>'
    inner = text.format("", "seen") + text.format('Visible="false"', "unseen")
    assert [line.text for line in drawn(page(f"<ofd:PageBlock>{inner}</ofd:PageBlock>")).iter(SVG + "text")] == ["seen"]


@pytest.mark.parametrize(
    ("limit", "content"),
    [
        ("objects", '<ofd:TextObject Boundary="0 0 9 9"/>' * 6),
        ("letters", '<ofd:TextObject Boundary="0 0 9 9"><ofd:TextCode>abcdefgh</ofd:TextCode></ofd:TextObject>'),
        ("path", '<ofd:PathObject Boundary="0 0 9 9"><ofd:AbbreviatedData>M 0 0 L 1 1</ofd:AbbreviatedData></ofd:PathObject>'),
        ("pictures", '<ofd:ImageObject ResourceID="7" Boundary="0 0 9 9"/>'),
    ],
)
def test_what_goes_beyond_a_bound_is_left_out_and_said(monkeypatch: pytest.MonkeyPatch, limit: str, content: str) -> None:
    monkeypatch.setattr(objects, "Budget", lambda: objects_budget(**{limit: 5}))
    (picture,) = draw_ofd(package(page(content)), ()).pages
    assert picture.partial


objects_budget = objects.Budget


# --- pages ---------------------------------------------------------------------------------------------------------------

TEXT = '<ofd:TextObject Boundary="0 0 9 9"><ofd:TextCode X="0" Y="0">{}</ofd:TextCode></ofd:TextObject>'


def letters(root: etree._Element) -> list[str]:
    return [line.text or "" for line in root.iter(SVG + "text")]


def test_templates_layers_and_annotations_lie_in_their_order() -> None:
    templates = '<ofd:TemplatePage ID="20" BaseLoc="Tpl.xml"/><ofd:TemplatePage ID="21" BaseLoc="Top.xml" ZOrder="Foreground"/>'
    used = '<ofd:Template TemplateID="21"/><ofd:Template TemplateID="20"/><ofd:Template TemplateID="99"/>'
    layers = (
        f'<ofd:Layer Type="Foreground">{TEXT.format("front")}</ofd:Layer><ofd:Layer>{TEXT.format("body")}</ofd:Layer>'
        f'<ofd:Layer Type="Background">{TEXT.format("back")}</ofd:Layer>'
    )
    own = f"<ofd:Page {SPACE}>{used}<ofd:Content>{layers}</ofd:Content></ofd:Page>"
    annotation = (
        f'<ofd:PageAnnot {SPACE}><ofd:Annot><ofd:Appearance Boundary="5 6 7 8">{TEXT.format("note")}</ofd:Appearance>'
        "</ofd:Annot>"
        f'<ofd:Annot Visible="false"><ofd:Appearance Boundary="0 0 1 1">{TEXT.format("hidden")}</ofd:Appearance></ofd:Annot>'
        "</ofd:PageAnnot>"
    )
    listed = f'<ofd:Annotations {SPACE}><ofd:Page PageID="1"><ofd:FileLoc>Note.xml</ofd:FileLoc></ofd:Page></ofd:Annotations>'
    root = drawn(
        own,
        Doc_0__Document_xml=document(1, templates, "<ofd:Annotations>Notes.xml</ofd:Annotations>"),
        Doc_0__Tpl_xml=page(TEXT.format("template")),
        Doc_0__Top_xml=page(TEXT.format("above")),
        Doc_0__Notes_xml=listed,
        Doc_0__Note_xml=annotation,
    )
    assert letters(root) == ["template", "back", "body", "front", "above", "note"]


def test_a_page_may_have_a_size_of_its_own() -> None:
    area = "<ofd:Area><ofd:PhysicalBox>10 20 100 50</ofd:PhysicalBox></ofd:Area>"
    assert drawn(page("", area)).get("viewBox") == "10 20 100 50"
    for senseless in ("0 0 0 50", "0 0 1e9 1", "x"):
        assert drawn(page("", area.replace("10 20 100 50", senseless))).get("viewBox") == "0 0 210 297"


def test_the_first_pages_are_drawn_and_all_are_counted() -> None:
    pictures = draw_ofd(package(*[page("")] * 30), ())
    assert [picture.number for picture in pictures.pages] == list(range(1, MAX_PAGES + 1))
    assert pictures.total == 30


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", pack({"OFD.xml": b"<x"}), pack({"OFD.xml": FILE.encode()})])
def test_what_cannot_be_read_has_no_pictures(data: bytes) -> None:
    assert draw_ofd(data, ()) == Pictures(code=NoPicture.UNREADABLE)


def test_markup_of_the_document_stays_words() -> None:
    hostile = "&lt;script&gt;alert(1)&lt;/script&gt;&#10;"
    root = drawn(page(TEXT.format(hostile).replace("Boundary", f'Name="{hostile}" Boundary')))
    assert {etree.QName(element).localname for element in root.iter()} <= {"svg", "defs", "rect", "g", "text"}
    assert not [name for element in root.iter() for name in element.attrib if name.startswith("on") or name == "style"]


# --- signatures and seals ------------------------------------------------------------------------------------------------


def real(file: str, **changed: bytes) -> tuple[Pictures, bytes]:
    data = vectors("ofd", file).read_bytes()
    if changed:
        data = pack({**unpack(data), **{name.replace("__", "/"): part for name, part in changed.items()}})
    return draw_ofd(data, read_document(data).signatures), data


@pytest.mark.parametrize(
    ("file", "states", "stamped"),
    [
        ("1.ofd", ["signed"], [1]),
        ("999.ofd", ["signed"] * 5, [1]),
        ("SESV4SignDoc.ofd", ["signed"], [1]),
        ("DigitalSign.ofd", ["signed"], []),
        ("V4RideRight.ofd", ["signed"] * 5, [1, 2, 3, 4, 5]),
        ("h.ofd", ["signed"] * 5, [1, 2, 3, 4, 5]),
        ("n.ofd", ["changed"] * 2, [2]),
        ("testPathClip.ofd", ["signed"], []),
    ],
)
def test_real_documents(file: str, states: list[str], stamped: list[int]) -> None:
    pictures, _ = real(file)
    assert [picture.state.value for picture in pictures.pages] == states
    assert [picture.number for picture in pictures.pages if picture.marks] == stamped
    for picture in pictures.pages:
        references = re.findall(rb'(?:href|src)="([^"]{0,20})', picture.data)
        assert all(address.startswith(b"data:image/") for address in references)


def test_a_seal_across_the_fold_stands_on_each_page_in_part() -> None:
    pictures, _ = real("V4RideRight.ofd")
    assert [picture.marks[0] for picture in pictures.pages[:2]] == [
        Mark(MarkKind.SIGNATURE, Box(202, 40, 8, 40), "S1"),
        Mark(MarkKind.SIGNATURE, Box(202, 40, 8, 40), "S1"),
    ]
    image = one(etree.fromstring(pictures.pages[1].data), "image")
    assert (image.get("x"), image.get("width")) == ("194", "40")


def state(pictures: Pictures) -> list[tuple[int, PageState, tuple[str, ...]]]:
    return [(picture.number, picture.state, picture.parts) for picture in pictures.pages]


def test_the_page_that_was_changed_is_known_and_why() -> None:
    name = "Doc_0/Pages/Page_1/Content.xml"
    _, data = real("V4RideRight.ofd")
    pictures, _ = real("V4RideRight.ofd", **{name: unpack(data)[name].replace(b"255 0 0", b"0 255 0")})
    assert state(pictures)[1] == (2, PageState.CHANGED, (name,))
    assert {found for number, found, _ in state(pictures) if number != 2} == {PageState.SIGNED}


def test_a_changed_resource_changes_the_pages_that_use_it() -> None:
    pictures, _ = real("999.ofd", **{"Doc_0/Res/qrcode.png": png()})
    assert [(number, found) for number, found, _ in state(pictures)] == [
        (1, PageState.CHANGED),
        *((number, PageState.SIGNED) for number in range(2, 6)),
    ]


def test_a_page_that_nothing_covers_is_not_called_signed() -> None:
    _, data = real("V4RideRight.ofd")
    parts = unpack(data)
    listed = parts["Doc_0/Document.xml"].replace(b"</ofd:Pages>", b'<ofd:Page ID="90" BaseLoc="Pages/New.xml"/></ofd:Pages>')
    added = {"Doc_0/Document.xml": listed, "Doc_0/Pages/New.xml": page(TEXT.format("added")).encode()}
    pictures, changed = real("V4RideRight.ofd", **added)
    assert state(pictures)[-1] == (6, PageState.UNPROTECTED, ("Doc_0/Pages/New.xml",))
    assert verify_document(changed, trust=None, at=AT).indication == "TOTAL_FAILED"


def test_pictures_of_seals() -> None:
    assert seal_picture(png()) == SealPicture("image/png", png())
    nested = seal_picture(package(page(TEXT.format("印"))))
    assert nested is not None
    assert letters(etree.fromstring(nested.data)) == ["印"]
    assert b'fill="#fff"' not in nested.data  # a seal has no paper of its own
    for refused in (b"", b"<svg/>", b"PK\x03\x04", pack({"OFD.xml": b"<x"}), package()):
        assert seal_picture(refused) is None


def test_a_seal_that_cannot_be_shown_is_a_frame() -> None:
    data = vectors("ofd", "SESV4SignDoc.ofd").read_bytes()
    (signature,) = read_document(data).signatures
    seal = signature.attributes.seal
    assert seal is not None

    bare = replace(signature, attributes=replace(signature.attributes, seal=replace(seal, picture=b"vector")))
    (picture,) = draw_ofd(data, (bare,)).pages
    assert picture.data.count(b"<image") == 0
    assert isinstance(picture, PagePicture)
    assert b'stroke="#c00"' in picture.data
