"""The papers of the demonstration, not signed yet: a contract as PDF and a notice as OFD; and the same with another amount.

Everything in them is invented.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final

from pikepdf import Array, Dictionary, Name

from idbridge.rendering.typesetting import typeset
from idbridge.signatures.formats.limits import LIMITS
from idbridge.signatures.formats.ofd.package import Package
from idbridge.signatures.making.ofd.parts import packed
from idbridge.signatures.making.pdf.revision import Place, Update

_CONTRACT: Final = """
#set page(width: 420pt, height: 420pt, margin: 40pt)
#set text(font: ("Noto Sans", "Noto Sans CJK SC"), size: 11pt)
#set document(title: "Contract")
#text(size: 17pt, weight: "bold")[Contract · 合同 · 合約 · Contrato]
#v(6pt)
The price of the goods is stated below.\\
货物的价款如下。 · 貨物的價款如下。\\
O preço das mercadorias é o seguinte.
#place(top + left, dy: 120pt, text(size: 20pt)[HKD 10,000])
#place(bottom + left, text(size: 8pt, fill: luma(90))[Invented · 虚构文件 · 虛構文件 · Fictício])
"""
_AMOUNT: Final = (36, 230, 200, 268)
"""Where the amount stands on the contract's page: left, bottom, right, top in points."""
_PAINT: Final = b"q 1 g %d %d %d %d re f Q BT 0 g /Other 20 Tf 40 243 Td (HKD 90,000) Tj ET" % (
    _AMOUNT[0],
    _AMOUNT[1],
    _AMOUNT[2] - _AMOUNT[0],
    _AMOUNT[3] - _AMOUNT[1],
)

CONTRACT_BOX: Final = (220.0, 60.0, 380.0, 120.0)
"""Where the contract is signed."""
NOTICE_BOX: Final = "130 200 40 40"
"""Where the notice is sealed, in millimetres from the upper left: left, top, width, height."""


def contract(at: datetime) -> bytes:
    """Return the contract, dated *at*."""
    return typeset(_CONTRACT.encode(), {}, at)


def contract_with_other_amount(signed: bytes) -> bytes:
    """Return a signed contract over whose amount somebody painted another, as editors do it: behind what was signed."""
    update = Update(signed)
    page = update.revision.pdf.pages[0].obj
    fonts = Place(page, page).within("/Resources", Dictionary).within("/Font", Dictionary)
    fonts.value["/Other"] = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
    page.Contents = Array([page.Contents, update.add_stream(_PAINT)])
    update.change(fonts)
    update.change(Place(page, page))
    return update.written()


# --- OFD ---------------------------------------------------------------------------------------------------------------

_SPACE: Final = 'xmlns:ofd="http://www.ofdspec.org/2016"'
_PAGE: Final = "Doc_0/Pages/Page_0/Content.xml"
_LINES: Final = (
    (30, 40, 9, "通知书 · 通知書 · Notice · Aviso"),
    (30, 62, 6, "应付款项如下。 · 應付款項如下。"),
    (30, 74, 6, "The amount to be paid is:"),
    (30, 86, 6, "O montante a pagar é:"),
    (30, 106, 11, "人民币壹万元 CNY 10,000"),
    (30, 270, 4, "虚构文件 · 虛構文件 · Invented · Fictício"),
)
"""Left and top in millimetres, size, text."""


def _line(left: int, top: int, size: int, text: str) -> str:
    return (
        f'<ofd:TextObject Boundary="{left} {top} 160 {size * 2}" Size="{size}">'
        f'<ofd:TextCode X="0" Y="{size}">{text}</ofd:TextCode></ofd:TextObject>'
    )


_NOTICE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "OFD.xml": f"<ofd:OFD {_SPACE}><ofd:DocBody><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>",
        "Doc_0/Document.xml": (
            f"<ofd:Document {_SPACE}><ofd:CommonData><ofd:PageArea><ofd:PhysicalBox>0 0 210 297</ofd:PhysicalBox>"
            '</ofd:PageArea></ofd:CommonData><ofd:Pages><ofd:Page ID="1" BaseLoc="Pages/Page_0/Content.xml"/></ofd:Pages>'
            "</ofd:Document>"
        ),
        _PAGE: (
            f"<ofd:Page {_SPACE}><ofd:Content><ofd:Layer>{''.join(_line(*line) for line in _LINES)}"
            "</ofd:Layer></ofd:Content></ofd:Page>"
        ),
    }
)


def notice(at: datetime) -> bytes:
    """Return the notice, dated *at*."""
    return packed({name: text.encode() for name, text in _NOTICE.items()}, at)


def notice_with_other_amount(sealed: bytes, at: datetime) -> bytes:
    """Return a sealed notice whose page was written anew with another amount."""
    package = Package(sealed, LIMITS)
    parts = {name: package.read(name) or b"" for name in package.names}
    page = parts[_PAGE].decode().replace("壹万元 CNY 10,000", "玖万元 CNY 90,000")
    return packed({**parts, _PAGE: page.encode()}, at)
