"""The page that checks documents, at the running demonstration, as a browser without a script sees it."""

from __future__ import annotations

import base64
import http.client
import io
import json
import re
import zipfile

import pytest
import urllib3
from lxml import etree, html

from tests.bridge.demo import Demo
from tests.requirements import vectors
from tests.unit.signatures.forge import Authority
from tests.unit.signatures.formats import pdf_forge as forge

HTTP = urllib3.PoolManager(retries=False, timeout=60.0)
MIB = 1 << 20
ALICE = Authority().issue("Alice")
SIGNED = forge.signed(ALICE)
CHANGED = forge.update(SIGNED, {forge.CONTENTS: forge.text(b"Pay 999 to Bob")})


class Form:
    """The form as a browser got it: its token, and the cookie that the token belongs to."""

    def __init__(self, demo: Demo) -> None:
        answer = HTTP.request("GET", f"{demo.issuer}/verify")
        found = re.search(r'name="csrf" value="([0-9a-f]+)"', answer.data.decode())
        assert found
        self.url, self.token = f"{demo.issuer}/verify", found[1]
        self.cookie = answer.headers["Set-Cookie"].partition(";")[0]

    def post(self, *files: tuple[str, str, bytes], language: str = "en") -> urllib3.BaseHTTPResponse:
        """Post files: field, name, content."""
        fields = [("csrf", self.token), *((field, (name, content)) for field, name, content in files)]
        return HTTP.request("POST", f"{self.url}?lang={language}", fields=fields, headers={"Cookie": self.cookie})

    def send(self, *, language: str = "en", **fields: str) -> urllib3.BaseHTTPResponse:
        """Post fields alone."""
        told = {"csrf": self.token, **fields}
        return HTTP.request("POST", f"{self.url}?lang={language}", fields=told, headers={"Cookie": self.cookie})


@pytest.fixture
def form(demo: Demo) -> Form:
    return Form(demo)


def shown(answer: urllib3.BaseHTTPResponse) -> html.HtmlElement:
    assert answer.status == 200, answer.data[:300]
    return html.document_fromstring(answer.data.decode())


def ofd(name: str) -> bytes:
    return vectors("ofd", name).read_bytes()


@pytest.mark.parametrize("language", ["zh-Hans", "zh-Hant", "en", "pt"])
def test_a_document_that_was_changed_is_shown_before_and_after(form: Form, language: str) -> None:
    root = shown(form.post(("file", "contract.pdf", CHANGED), language=language))
    assert root.get("lang") == language
    assert root.xpath("//main/@data-indication") == ["TOTAL_FAILED"]
    (pair,) = root.xpath("//li[@data-changed]")
    addresses = pair.xpath(".//image/@href")
    assert len(set(addresses)) == 2
    assert all(base64.b64decode(address.partition(",")[2])[8:12] == b"WEBP" for address in addresses)
    assert pair.xpath(".//rect[contains(@class, 'mark-changed')]")
    assert [figure.get("aria-label") != "" for figure in pair.xpath(".//*[@role='img']")] == [True, True]


def test_an_untouched_document_is_shown_as_it_is(form: Form) -> None:
    root = shown(form.post(("file", "contract.pdf", SIGNED)))
    assert root.xpath("//main/@data-indication") == ["INDETERMINATE"]  # nobody vouches for Alice
    assert root.xpath("//figure/@data-page") == ["1"]
    assert not root.xpath("//*[@data-changed]")
    assert {li.get("data-region") for li in root.xpath("//ul[@class='answers']/li")} == {"GD", "HK", "MO"}
    assert root.xpath("//article/@data-signature") == ["S1.1"]


def test_a_sealed_document_is_shown_with_its_seal(form: Form) -> None:
    root = shown(form.post(("file", "invoice.ofd", ofd("1.ofd"))))
    (seal,) = root.xpath("//img[@class='seal']/@src")
    assert seal.startswith("data:image/svg+xml;base64,")
    assert root.xpath("//figure[@data-page]/@data-state") == ["signed"]
    assert len(root.xpath("//rect[contains(@class, 'mark-signature')]")) == 1


def test_the_pages_of_a_sealed_document_that_changed_come_first(form: Form) -> None:
    root = shown(form.post(("file", "letter.ofd", ofd("n.ofd"))))
    assert root.xpath("//main/@data-indication") == ["TOTAL_FAILED"]
    assert root.xpath("//figure[@data-page]/@data-state") == ["changed", "changed"]
    order = [element.get("id") for element in root.xpath("//h2[@id]")]
    assert order.index("doubtful") < order.index("signatures")


def test_the_report_can_be_kept(form: Form) -> None:
    root = shown(form.post(("file", "contract.pdf", SIGNED)))
    files = {a.get("data-download"): a for a in root.xpath("//a[@data-download]")}
    contents = {kind: base64.b64decode(a.get("href").partition(",")[2]) for kind, a in files.items()}
    assert json.loads(contents["json"])["schema"] == "idbridge/document-report/1"
    assert etree.fromstring(contents["xml"]).tag.endswith("ValidationReport")
    assert contents["pdf"].startswith(b"%PDF-")
    assert files["json"].get("download") == "contract.pdf.report.json"


def test_what_was_signed_may_be_a_file_of_its_own(form: Form) -> None:
    content = b"an offer"
    signature = forge.cades(ALICE, content, attached=False)
    apart = form.post(("file", "offer.p7s", signature), ("detached", "offer.txt", content), ("others", "", b""))
    assert shown(apart).xpath("//main/@data-sub-indication") == ["NO_CERTIFICATE_CHAIN_FOUND"]
    other = form.post(("file", "offer.p7s", signature), ("detached", "offer.txt", b"another"))
    assert shown(other).xpath("//main/@data-sub-indication") == ["HASH_FAILURE"]
    alone = form.post(("file", "offer.p7s", signature))
    assert shown(alone).xpath("//main/@data-sub-indication") == ["SIGNED_DATA_NOT_FOUND"]


@pytest.mark.parametrize("count", [100, 101])
def test_a_hundred_signatures_are_shown_and_no_more(form: Form, count: int) -> None:
    whole = etree.fromstring(f'<a xmlns:d="http://www.w3.org/2000/09/xmldsig#">{"<d:Signature/>" * count}</a>')
    answer = form.post(("file", "a.xml", etree.tostring(whole)))
    if count == 100:
        assert len(shown(answer).xpath("//article[@data-signature]")) == count
    else:
        assert problem(answer) == ["document-too-many-signatures"]


# --- samples -------------------------------------------------------------------------------------------------------------

SAMPLES = {
    # what comes of each, whatever its format, and who recognises it
    "good": ("TOTAL_PASSED", None, 2),
    "one-region": ("TOTAL_PASSED", None, 1),
    "changed": ("TOTAL_FAILED", None, 0),
    "forged": ("TOTAL_FAILED", "SIG_CRYPTO_FAILURE", 0),
    "unknown-authority": ("INDETERMINATE", "NO_CERTIFICATE_CHAIN_FOUND", 0),
}


def test_the_demonstration_offers_a_sample_of_every_verdict(form: Form) -> None:
    root = html.document_fromstring(HTTP.request("GET", form.url).data.decode())
    offered = root.xpath("//form//button[@name='sample']")
    assert [button.get("value") for button in offered] == [
        name for kind in SAMPLES for name in (f"contract-{kind}.pdf", f"notice-{kind}.ofd")
    ]
    for button in offered:  # each is called by its format and what it is
        labels = [root.get_element_by_id(one).text_content().strip() for one in button.get("aria-labelledby").split()]
        assert all(labels)


@pytest.mark.parametrize("name", [name for kind in SAMPLES for name in (f"contract-{kind}.pdf", f"notice-{kind}.ofd")])
def test_a_sample_is_one_press_away_from_its_verdict(form: Form, name: str) -> None:
    root = shown(form.send(sample=name))
    indication, sub_indication, regions = SAMPLES[name.partition("-")[2].rpartition(".")[0]]
    assert root.xpath("//main/@data-indication") == [indication]
    if sub_indication:
        assert root.xpath("//main/@data-sub-indication") == [sub_indication]
    recognised = root.xpath("//ul[@class='answers']/li[@data-answer='recognised']")
    assert len(recognised) >= regions if regions == 2 else len(recognised) == regions


@pytest.mark.parametrize("name", ["", "../pki/password", "nothing.pdf", "demo.json"])
def test_what_is_no_sample_is_not_read(form: Form, name: str) -> None:
    assert problem(form.send(sample=name)) == ["missing"]


# --- in another language -------------------------------------------------------------------------------------------------


def switched(form: Form, root: html.HtmlElement, language: str) -> html.HtmlElement:
    """Press a language on the page of a verdict."""
    (nav,) = root.xpath("//nav[@id='languages']")
    assert nav.get("hidden") is None
    (button,) = nav.xpath(f".//button[@lang='{language}']")
    assert button.get("formaction") == f"/verify?lang={language}"
    fields = {one.get("name"): one.get("value") for one in nav.xpath(".//input[@type='hidden']")}
    return shown(form.send(language=language, **fields))


def test_a_verdict_can_be_read_in_every_language_without_sending_the_file_again(form: Form) -> None:
    root = shown(form.post(("file", "contract.pdf", CHANGED)))
    said = {root.xpath("//h1")[0].text_content()}
    for language in ("pt", "zh-Hant", "zh-Hans", "en"):
        root = switched(form, root, language)
        assert root.get("lang") == language
        assert root.xpath("//main/@data-indication") == ["TOTAL_FAILED"]
        assert root.xpath("//button[@aria-current]/@lang") == [language]
        assert root.xpath("//*[@class='caption']/bdi/text()")[0] == "contract.pdf"
        said.add(root.xpath("//h1")[0].text_content())
    assert len(said) == 4


def test_what_came_along_is_there_in_the_other_language_too(form: Form) -> None:
    content = b"an offer"
    signature = forge.cades(ALICE, content, attached=False)
    root = shown(form.post(("file", "offer.p7s", signature), ("detached", "offer.txt", content)))
    root = switched(form, root, "pt")
    assert root.xpath("//main/@data-sub-indication") == ["NO_CERTIFICATE_CHAIN_FOUND"]
    assert "offer.txt" in root.text_content()


def test_certificates_samples_and_refusals_are_told_in_another_language_as_well(form: Form) -> None:
    root = switched(form, shown(form.post(("file", "alice.cer", ALICE.der))), "zh-Hans")
    assert root.xpath("//main/@data-indication") == ["INDETERMINATE"]
    root = switched(form, shown(form.send(sample="notice-forged.ofd")), "zh-Hant")
    assert root.xpath("//main/@data-sub-indication") == ["SIG_CRYPTO_FAILURE"]
    refused = html.document_fromstring(form.post(("file", "a.txt", b"nothing signed")).data.decode())
    fields = {one.get("name"): one.get("value") for one in refused.xpath("//nav//input[@type='hidden']")}
    assert problem(form.send(language="pt", **fields)) == ["document-format-unknown"]


def test_a_large_file_does_not_travel_within_the_page(form: Form) -> None:
    """The languages are there for the script, which still has it, and hidden from those without one."""
    root = shown(form.post(("file", "offer.p7s", forge.cades(ALICE, bytes(3 * MIB), attached=True))))
    (nav,) = root.xpath("//nav[@id='languages']")
    assert nav.get("hidden") is not None
    assert nav.xpath(".//input[@name='carried']/@value") == [""]


@pytest.mark.parametrize("carried", ["x", "[]", '{"file":{"name":"a","data":"*"}}', '{"file":{"name":"a"}}', '{"other":1}'])
def test_what_no_page_of_ours_carried_is_nothing(form: Form, carried: str) -> None:
    assert problem(form.send(carried=carried)) == ["missing"]


# --- what is refused -----------------------------------------------------------------------------------------------------


def problem(answer: urllib3.BaseHTTPResponse, status: int = 400) -> list[str]:
    assert answer.status == status
    root = html.document_fromstring(answer.data.decode())
    assert root.xpath("//form[@id='verify']")  # and can be tried again
    assert root.xpath("//*[@id='problem']/@role") == ["alert"]
    return root.xpath("//@data-problem")


def bomb() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("OFD.xml", "<OFD/>")
        archive.writestr("Doc_0/a.xml", bytes(64 * MIB))
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "missing"),
        (b"nothing signed", "document-format-unknown"),
        (b"\x30\x03\x02\x01\x01", "document-format-unknown"),
        (b"%PDF-1.7", "document-malformed"),
        (b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "xml-has-doctype"),
        (b"-----BEGIN CERTIFICATE-----\nx", "malformed"),
    ],
)
def test_what_cannot_be_read_is_said_and_can_be_tried_again(form: Form, content: bytes, code: str) -> None:
    assert problem(form.post(("file", "a", content))) == [code]


def test_a_bomb_is_not_unpacked(form: Form) -> None:
    assert problem(form.post(("file", "a.ofd", bomb()))) == ["archive-ratio"]


def test_a_file_beyond_the_pages_bound_is_refused(form: Form) -> None:
    assert problem(form.post(("file", "a.pdf", bytes(64 * MIB + 1))), 413) == ["document-too-large"]


def test_a_form_beyond_all_bounds_is_not_read(demo: Demo, form: Form) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", demo.ports.base, timeout=30)
    connection.putrequest("POST", "/verify")
    for name, value in (
        ("Content-Type", "multipart/form-data; boundary=x"),
        ("Content-Length", str(1 << 40)),
        ("Cookie", form.cookie),
    ):
        connection.putheader(name, value)
    connection.endheaders()
    answer = connection.getresponse()
    assert answer.status == 413
    assert html.document_fromstring(answer.read().decode()).xpath("//main/@data-error") == ["too_large"]
    connection.close()


def test_a_foreign_form_is_refused(form: Form) -> None:
    form.token = "0" * 64
    assert form.post(("file", "a.pdf", SIGNED)).status == 403


@pytest.mark.parametrize(
    "name",
    ["../../etc/passwd", '"><script>alert(1)</script>.pdf', "C:\\x\\a.pdf", "a\u202efdp.exe", "\x00\x1b[31m.pdf", "x" * 9999],
)
def test_a_files_name_stays_a_name(form: Form, name: str) -> None:
    answer = form.post(("file", name, SIGNED))
    root = shown(answer)
    assert "<script>" not in answer.data.decode()
    (kept,) = {a.get("download").removesuffix(".report.json") for a in root.xpath("//a[@data-download='json']")}
    assert not set(kept) & set("/\\\x00\x1b\u202e")
    assert len(kept) <= 255
