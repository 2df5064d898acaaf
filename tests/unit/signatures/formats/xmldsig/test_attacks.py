"""What is done to XML signatures so that they seem to sign what they do not. None may pass as the original.

The attacks are those of McIntosh and Austel ("XML signature element wrapping attacks", 2005), Somorovsky and others ("On
breaking SAML", 2012), and what transforms, entities and identifiers add to them.
"""

from __future__ import annotations

import contextlib

import pytest
from lxml import etree

from idbridge.signatures.evidence import SignatureForm
from idbridge.signatures.formats.catalogue import read_document
from idbridge.signatures.refusals import FormatRefusal, NotADocument, Refusal
from idbridge.signatures.report import DocumentReport
from tests.guards import no_hang
from tests.requirements import vectors
from tests.unit.signatures.formats.xmldsig.test_reading import AUTHORITY, SIGNER, STAMPER, judged, only
from tests.unit.signatures.xml_forge import (
    BASE64,
    CONTRACT,
    DS,
    ENVELOPED,
    EXCLUSIVE,
    INCLUSIVE,
    XADES,
    XPATH,
    XPATH_2,
    XSLT,
    Xades,
    b64,
    enveloped,
    enveloping,
    key_info,
    reference,
    signed_properties,
    timestamp,
    transform,
)

AMOUNT = '<amount Id="sum">100</amount>'
EVIL = '<contract Id="evil"><payee>Mallory</payee><amount>1000000</amount></contract>'
SAME = EVIL.replace('"evil"', '"doc"')


def passes_as_original(report: DocumentReport) -> bool:
    """Passed, and said to cover all of the document."""
    whole = any(scope.whole_document for signature in report.signatures for scope in signature.evidence.scope)
    return report.indication == "TOTAL_PASSED" and whole


def signature_of(text: str) -> str:
    return text[text.index("<ds:Signature ") : text.rindex("</ds:Signature>") + len("</ds:Signature>")]


def fatal(text: str) -> set[str]:
    return {fault.code for fault in only(text).signed.faults if fault.fatal}


GENUINE = enveloped(SIGNER, uri="#doc")
SIGNATURE = signature_of(GENUINE)
BARE = Xades(SIGNER, [reference("#doc", CONTRACT, (EXCLUSIVE,), name="r1")]).text()
"""A signature over an element beside it, without the enveloped-signature transform."""

PART = Xades(SIGNER, [reference("#sum", AMOUNT, name="r1")]).text()

WRAPPED = {
    "genuine moved into an object of the signature, another document around": EVIL.replace(
        "</contract>", SIGNATURE.replace("</ds:Signature>", f"<ds:Object>{CONTRACT}</ds:Object></ds:Signature>") + "</contract>"
    ),
    "genuine with its signature below another document": EVIL.replace("</contract>", GENUINE + "</contract>"),
    "genuine below, signature beside it": EVIL.replace("</contract>", CONTRACT + SIGNATURE + "</contract>"),
    "the same identifier twice, genuine last": SAME.replace("</contract>", CONTRACT + SIGNATURE + "</contract>"),
    "the same identifier twice, genuine in the signature": SAME.replace(
        "</contract>", SIGNATURE.replace("</ds:Signature>", f"<ds:Object>{CONTRACT}</ds:Object></ds:Signature>") + "</contract>"
    ),
    "the same identifier by another attribute": EVIL.replace('Id="evil"', 'ID="doc"').replace(
        "</contract>", CONTRACT + SIGNATURE + "</contract>"
    ),
    "a signed part beside what is not": f'<contract><amount Id="sum">100</amount><amount>9</amount>{PART}</contract>',
    "a signed part in an object": (
        "<contract><amount>9</amount>"
        + PART.replace("</ds:Signature>", f"<ds:Object>{AMOUNT}</ds:Object></ds:Signature>")
        + "</contract>"
    ),
    "a signed document in a wrapper beside another": f"<all>{EVIL}{CONTRACT}{BARE}</all>",
    "a signed document within the signature": EVIL.replace(
        "</contract>", BARE.replace("</ds:Signature>", f"<ds:Object>{CONTRACT}</ds:Object></ds:Signature>") + "</contract>"
    ),
    "unsigned content in an object of the enveloped signature": GENUINE.replace(
        "</ds:Signature>", f"<ds:Object>{EVIL}</ds:Object></ds:Signature>"
    ),
    "unsigned text in an object of the enveloped signature": GENUINE.replace(
        "</ds:Signature>", "<ds:Object>pay 1000000</ds:Object></ds:Signature>"
    ),
    "unsigned content in the key information": GENUINE.replace("</ds:KeyInfo>", f"{EVIL}</ds:KeyInfo>"),
    "unsigned content among the unsigned properties": enveloped(SIGNER, uri="#doc", unsigned=EVIL),
    "unsigned text between the parts of the signature": GENUINE.replace("<ds:SignedInfo", "pay 1000000<ds:SignedInfo", 1),
    "unsigned content beside the properties": GENUINE.replace(
        "</xades:QualifyingProperties>", f"</xades:QualifyingProperties>{EVIL}"
    ),
    "another object beside the signed one": enveloping(SIGNER).replace(
        "</ds:Signature>", f"<ds:Object>{EVIL}</ds:Object></ds:Signature>"
    ),
    "an instruction beside the root, which is signed by its identifier": f'<?xml-stylesheet href="evil.xsl"?>{GENUINE}',
}


def test_genuine_ones_pass() -> None:
    assert passes_as_original(judged(GENUINE))
    assert judged(f"<all>{CONTRACT}{BARE}</all>").signatures[0].integrity == "intact"


@pytest.mark.parametrize("name", WRAPPED)
def test_wrapping(name: str) -> None:
    assert not passes_as_original(judged(WRAPPED[name]))


def test_signed_object_moved_below_a_wrapper() -> None:
    text = enveloping(SIGNER)
    held = text[text.index(f'<ds:Object xmlns:ds="{DS}" Id="content">') : text.rindex("</ds:Signature>")]
    moved = text.replace(held, f"<ds:Object><wrapper>{held}</wrapper></ds:Object><ds:Object>{EVIL}</ds:Object>")
    report = judged(moved)
    assert report.sub_indication == "SIGNED_DATA_NOT_FOUND"


@pytest.mark.parametrize(
    "name", ["XSW-enveloped-fake-content.xml", "XSW-enveloped-fake-content-two-same-id.xml", "XSW-enveloping-fake-object.xml"]
)
def test_published_wrapping_attacks(name: str) -> None:
    """None is even intact, whoever is trusted; the original is."""
    assert judged(vectors("xsw", "original.xml").read_bytes()).signatures[0].integrity == "intact"
    report = judged(vectors("xsw", name).read_bytes())
    assert [signature.integrity for signature in report.signatures] == ["unknown"]
    assert report.sub_indication in ("FORMAT_FAILURE", "SIGNED_DATA_NOT_FOUND")


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
DOCTYPES = {
    "internal entity": '<!DOCTYPE a [<!ENTITY x "y">]>',
    "external entity": '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
    "external subset": '<!DOCTYPE a SYSTEM "http://example.org/evil.dtd">',
    "billion laughs": f'<!DOCTYPE a [<!ENTITY l0 "ha">{LAUGHS}]>',
    "default attributes": '<!DOCTYPE a [<!ATTLIST contract Id ID "doc">]>',
    "after comments and instructions": "<!-- <a> --><?pi <a>?> <!DOCTYPE a>",
}


@pytest.mark.parametrize("name", DOCTYPES)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_document_type_declarations_are_refused(name: str, encoding: str) -> None:
    with pytest.raises(FormatRefusal) as refused:
        read_document((DOCTYPES[name] + GENUINE).encode(encoding))
    assert refused.value.code is Refusal.DOCTYPE


@pytest.mark.parametrize("encoding", ["utf-7", "cp037", "iso-2022-jp", "utf-32", "shift_jis", "no-such"])
def test_encodings_in_which_markup_can_hide_are_refused(encoding: str) -> None:
    with pytest.raises((FormatRefusal, NotADocument)):
        read_document(f'<?xml version="1.0" encoding="{encoding}"?>{GENUINE}'.encode())


def test_text_that_looks_like_a_declaration_is_text() -> None:
    document = CONTRACT.replace("Ferry Co", "&lt;!DOCTYPE html&gt;")
    assert passes_as_original(judged(enveloped(SIGNER, document)))
    with_section = enveloped(SIGNER, document).replace("&lt;!DOCTYPE html&gt;", "<![CDATA[<!DOCTYPE html>]]>")
    assert passes_as_original(judged(with_section))


@pytest.mark.parametrize(
    "uri", ["http://127.0.0.1:9/x", "file:///etc/passwd", "//host/share", "ftp://example.org/", "/etc/passwd", "data:,x"]
)
def test_nothing_is_fetched(uri: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("socket.socket.connect", lambda *_: pytest.fail("a connection was made"))
    (found, *_) = only(Xades(SIGNER, [reference(uri, b"x", (INCLUSIVE,), name="r1")]).text()).signed.references
    assert found.computed is None
    assert found.missing == "the content is not in the document and was not given"


def test_style_sheets_are_not_run() -> None:
    sheet = '<x:stylesheet xmlns:x="http://www.w3.org/1999/XSL/Transform" version="1.0"></x:stylesheet>'
    text = Xades(SIGNER, [reference("", CONTRACT, (transform(XSLT, sheet), EXCLUSIVE), name="r1")]).text()
    document = CONTRACT.replace("</contract>", text + "</contract>")
    assert fatal(document) == {"transform-refused"}
    assert judged(document).sub_indication == "FORMAT_FAILURE"


def xpath(expression: str) -> str:
    return transform(XPATH, f"<ds:XPath>{expression}</ds:XPath>")


def xpath_2(kind: str, expression: str) -> str:
    return transform(XPATH_2, f'<XPath xmlns="{XPATH_2}" Filter="{kind}">{expression}</XPath>')


PAYEE = CONTRACT.replace(AMOUNT, "")
HIDING = {
    "XPath keeps one element": ("", (xpath("ancestor-or-self::amount"), EXCLUSIVE), AMOUNT),
    "XPath leaves one out": (
        "",
        (xpath("not(ancestor-or-self::amount) and not(ancestor-or-self::ds:Signature)"), EXCLUSIVE),
        PAYEE,
    ),
    "filter keeps one element": ("", (xpath_2("intersect", "//amount"), EXCLUSIVE), AMOUNT),
    "filter by identifier": ("", (xpath_2("intersect", "id('sum')"), EXCLUSIVE), AMOUNT),
    "filter by path": ("", (xpath_2("intersect", "/contract/amount[@Id='sum']"), EXCLUSIVE), AMOUNT),
    "filter leaves one out": (
        "",
        (
            xpath_2("subtract", "/contract/*[local-name()='amount']").replace(
                "</ds:Transform>",
                f'<XPath xmlns="{XPATH_2}" Filter="subtract">here()/ancestor::ds:Signature[1]</XPath></ds:Transform>',
            ),
            EXCLUSIVE,
        ),
        PAYEE,
    ),
    "an element of several": ("#sum", (EXCLUSIVE,), AMOUNT),
}


@pytest.mark.parametrize("name", HIDING)
def test_what_transforms_hide_is_not_covered(name: str) -> None:
    uri, transforms, digested = HIDING[name]
    own = reference(uri, digested, transforms, name="r1")
    report = judged(CONTRACT.replace("</contract>", Xades(SIGNER, [own]).text() + "</contract>"))
    (signature,) = report.signatures
    assert signature.integrity == "intact", report.to_dict()
    assert not any(scope.whole_document for scope in signature.evidence.scope)
    assert any("amount" in place or "itself" in place for place in signature.evidence.scope[0].not_covered)


def test_what_calls_itself_a_signature_is_not_left_out_unseen() -> None:
    """A filter that leaves out all signatures leaves out whatever stands in one."""
    own = reference("", CONTRACT, (xpath("not(ancestor-or-self::ds:Signature)"), EXCLUSIVE), name="r1")
    document = CONTRACT.replace("</contract>", Xades(SIGNER, [own]).text() + "</contract>")
    posing = document.replace("</contract>", f'<ds:Signature xmlns:ds="{DS}">{EVIL}</ds:Signature></contract>')
    genuine, _ = judged(posing).signatures
    assert any(scope.whole_document for scope in judged(document).signatures[0].evidence.scope)
    assert genuine.integrity == "intact"
    assert not any(scope.whole_document for scope in genuine.evidence.scope)


def test_base64_that_drops_tags_does_not_cover_them() -> None:
    text = f"<contract Id='all'><a>{b64(b'pay 100')}</a><b x='evil'></b></contract>"
    filtered = reference("", b"pay 100", (xpath("ancestor-or-self::a"), BASE64), name="r1")
    dropped = reference("#all", b"pay 100", (BASE64,), name="r1")
    for own in (filtered, dropped):
        found = only(f"<r>{text}{Xades(SIGNER, [own]).text()}</r>")
        assert found.signed.references[0].intact
        assert not any(scope.whole_document for scope in found.scope)


@pytest.mark.parametrize(
    "expression",
    [
        "true()",
        "document('http://x/')",
        "self::amount",
        "count(//a)=1 or 1=1",
        "not(ancestor-or-self::x:y)",
        "//amount | //payee",
        "not(ancestor-or-self::ds:*)",
        "not(ancestor-or-self::" + "a" * 3000 + ")",
        "",
        "here()/ancestor::ds:Signature",
    ],
)
def test_xpath_beyond_the_grammar_is_not_evaluated(expression: str) -> None:
    for step in (xpath(expression), xpath_2("intersect", expression)):
        own = reference("", CONTRACT, (step, EXCLUSIVE), name="r1")
        (found, *_) = only(CONTRACT.replace("</contract>", Xades(SIGNER, [own]).text() + "</contract>")).signed.references
        assert found.intact is not True


def test_comments_neither_cut_nor_add() -> None:
    """A comment is not in the canonical form: the signature holds, and what is read must be what was signed."""
    properties = signed_properties(SIGNER, identifier="sig-sp", role="Director")
    text = enveloped(SIGNER, properties=properties).replace("Director", "Dir<!-- -->ector")
    assert judged(text).signatures[0].integrity == "intact"
    assert only(text).attributes.claimed_roles == ("Director",)
    value = enveloped(SIGNER)
    digest = value[value.index("<ds:DigestValue>") + 16 :][:10]
    assert judged(value.replace(digest, f"{digest[:5]}<!-- x -->{digest[5:]}")).signatures[0].integrity == "intact"


def test_instructions_are_seen() -> None:
    assert judged(GENUINE.replace("Ferry Co", "Ferry <?x y?>Co")).signatures[0].integrity == "broken"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('<contract Id="doc">', '<contract xmlns="urn:other" Id="doc">'),
        ("<amount ", '<e:amount xmlns:e="urn:e" '),
        ("<payee>", '<payee xmlns="urn:e">'),
        ("<payee>", '<payee Id="x">'),
    ],
)
def test_namespaces_and_attributes_are_signed(old: str, new: str) -> None:
    changed = GENUINE.replace(old, new, 1)
    if "e:amount" in new:
        changed = changed.replace("</amount>", "</e:amount>", 1)
    assert judged(changed).signatures[0].integrity == "broken"


def test_elements_of_another_namespace_are_no_signature() -> None:
    renamed = GENUINE.replace(f'xmlns:ds="{DS}"', 'xmlns:ds="urn:evil"')
    assert judged(renamed).sub_indication == "NO_SIGNATURE_FOUND"
    renamed = enveloped(SIGNER).replace(f'xmlns:xades="{XADES}"', 'xmlns:xades="urn:evil"')
    assert only(renamed).form is SignatureForm.XML


FAKE = signed_properties(SIGNER, identifier="fake-sp", role="President")
REAL = signed_properties(SIGNER, identifier="sig-sp")
QUALIFYING = f'<xades:QualifyingProperties xmlns:xades="{XADES}" Target="#sig">{FAKE}</xades:QualifyingProperties>'
SWAPS = {
    "another set before the signed one": (REAL, FAKE + REAL),
    "another set in a second object": ("<ds:Object><xades:Q", f"<ds:Object>{QUALIFYING}</ds:Object><ds:Object><xades:Q"),
    "the signed one moved into an unsigned property": (
        REAL,
        FAKE
        + f"<xades:UnsignedProperties><xades:UnsignedSignatureProperties><xades:Old>{REAL}</xades:Old>"
        + "</xades:UnsignedSignatureProperties></xades:UnsignedProperties>",
    ),
    "the same identifier": (REAL, FAKE.replace("fake-sp", "sig-sp") + REAL),
}


@pytest.mark.parametrize("name", SWAPS)
def test_swapped_properties_are_not_believed(name: str) -> None:
    old, new = SWAPS[name]
    assert old in GENUINE
    text = GENUINE.replace(old, new, 1)
    assert "President" not in only(text).attributes.claimed_roles
    assert fatal(text)
    assert not passes_as_original(judged(text))


def test_properties_that_are_not_signed_are_not_believed() -> None:
    text = enveloped(SIGNER, reference_properties=False)
    assert only(text).attributes.signing_time is None
    assert fatal(text) == {"signed-properties-unsigned"}


def test_properties_of_another_signature() -> None:
    """A reference of the right type, to properties that stand elsewhere."""
    elsewhere = reference("#other-sp", FAKE.replace("fake-sp", "other-sp"), kind="http://uri.etsi.org/01903#SignedProperties")
    own = reference(
        "",
        CONTRACT.replace("</contract>", FAKE.replace("fake-sp", "other-sp") + "</contract>"),
        (ENVELOPED, EXCLUSIVE),
        name="r1",
    )
    text = Xades(SIGNER, [own, elsewhere], properties="", reference_properties=False).text()
    document = CONTRACT.replace("</contract>", FAKE.replace("fake-sp", "other-sp") + text + "</contract>")
    assert "signed-properties-elsewhere" in fatal(document)


def test_swapped_keys() -> None:
    """Whoever puts a key of their own there breaks the value; another certificate for the same key is not the one signed."""
    mallory = AUTHORITY.issue("Mallory")
    assert judged(enveloped(SIGNER, keys=key_info(mallory))).sub_indication == "SIG_CRYPTO_FAILURE"
    assert passes_as_original(judged(enveloped(SIGNER, keys=key_info(mallory, SIGNER))))
    twin = AUTHORITY.issue("Twin")
    twin.key = SIGNER.key
    report = judged(enveloped(SIGNER, properties=signed_properties(mallory, identifier="sig-sp")))
    assert report.sub_indication == "NO_SIGNING_CERTIFICATE_FOUND"


@pytest.mark.parametrize("name", ["SignedInfo", "SignatureValue", "KeyInfo"])
def test_parts_twice(name: str) -> None:
    start, end = SIGNATURE.index(f"<ds:{name}"), SIGNATURE.index(f"</ds:{name}>") + len(f"</ds:{name}>")
    part = SIGNATURE[start:end]
    assert "signature-malformed" in fatal(GENUINE.replace(part, part + part))
    assert "signature-malformed" in fatal(GENUINE.replace(part, "", 1)) or name == "KeyInfo"


def test_enveloped_signature_elsewhere() -> None:
    own = reference("#doc", CONTRACT, (ENVELOPED, EXCLUSIVE), name="r1")
    assert fatal(f"<all>{CONTRACT}{Xades(SIGNER, [own]).text()}</all>") == {"enveloped-signature-elsewhere"}


BOUNDS = {
    "depth": f"<a>{'<a>' * 300}{'</a>' * 300}</a>",
    "attributes": "<a " + " ".join(f'n{n}=""' for n in range(600)) + "/>",
    "namespaces": "<a " + " ".join(f'xmlns:n{n}="u"' for n in range(499)) + ">" + "<b/>" * 200_000 + "</a>",
    "transforms": CONTRACT.replace("</contract>", Xades(SIGNER, [reference("", "", (EXCLUSIVE,) * 9)]).text() + "</contract>"),
    "references": CONTRACT.replace("</contract>", Xades(SIGNER, [reference("", "")] * 2_100).text() + "</contract>"),
    "signatures": "<a>" + f'<s:Signature xmlns:s="{DS}"/>' * 101 + "</a>",
    "work": "<a>" + "x" * 3_000_000 + Xades(SIGNER, [reference("", "", (EXCLUSIVE,))] * 200).text() + "</a>",
}


@pytest.mark.parametrize("name", BOUNDS)
def test_bounds(name: str) -> None:
    with pytest.raises(FormatRefusal) as refused:
        read_document(BOUNDS[name].encode())
    assert refused.value.code in (Refusal.TOO_DEEP, Refusal.TOO_LARGE, Refusal.TOO_MANY_ENTRIES, Refusal.TOO_MANY_SIGNATURES)


MANY = 40_000


def beside(content: str, references: list[str]) -> str:
    return f"<a>{content}{Xades(SIGNER, references).text()}</a>"


COSTLY = {
    "elements of one identifier": beside('<b Id="x"/>' * MANY, [reference("#x", "")]),
    "siblings of what is signed": beside("<b/>" * MANY + '<b Id="x"/>', [reference("#x", "")] * 1_500),
    "a filter over many": beside("<b/>" * MANY, [reference("", "", (xpath_2("subtract", "//b"),))] * 50),
    "a filter that leaves many out": beside("<b/>" * 19_000, [reference("", "", (xpath("not(ancestor-or-self::b)"),))] * 9),
    "a filter that selects many": beside("<b/>" * 19_000, [reference("", "", (xpath("ancestor-or-self::b"),))]),
    "namespaces on every element": "<a>" + "".join(f'<b xmlns:n{n}="u"/>' for n in range(MANY)) + enveloped(SIGNER) + "</a>",
    "timestamps without end": enveloped(SIGNER, unsigned=timestamp("SignatureTimeStamp", b"x") * 2_000),
    "sets of properties": GENUINE.replace("</ds:Signature>", f"<ds:Object>{QUALIFYING}</ds:Object>" * 500 + "</ds:Signature>"),
    "objects that are not signed": GENUINE.replace("</ds:Signature>", "<ds:Object><b/></ds:Object>" * MANY + "</ds:Signature>"),
    "many signatures": "<a>" + "".join(enveloped(SIGNER, identifier=f"s{n}") for n in range(100)) + "</a>",
}


@pytest.mark.parametrize("name", COSTLY)
def test_nothing_takes_long(name: str) -> None:
    with no_hang(name), contextlib.suppress(FormatRefusal):
        judged(COSTLY[name])


def test_a_file_is_not_transformed_without_end() -> None:
    """Each reference to it parses it anew."""
    content = b"<a>" + b"<b>text</b>" * 90_000 + b"</a>"
    text = Xades(SIGNER, [reference("a.xml", content, (EXCLUSIVE,))] * 300).text()
    with no_hang("a file transformed 300 times"), pytest.raises(FormatRefusal) as refused:
        judged(text, detached={"a.xml": content})
    assert refused.value.code is Refusal.TOO_LARGE


def test_counter_signatures_nest_only_so_deep() -> None:
    inner = ""
    for _ in range(12):
        properties = (
            f'<xades:UnsignedProperties xmlns:xades="{XADES}"><xades:UnsignedSignatureProperties>'
            f"<xades:CounterSignature>{inner}"
            "</xades:CounterSignature></xades:UnsignedSignatureProperties></xades:UnsignedProperties>"
        )
        held = f'<xades:QualifyingProperties xmlns:xades="{XADES}">{properties}</xades:QualifyingProperties>'
        inner = f'<ds:Signature xmlns:ds="{DS}"><ds:Object>{held}</ds:Object></ds:Signature>'
    with pytest.raises(FormatRefusal, match="deep"):
        read_document(inner.encode())


def structural_mutants(text: str) -> list[str]:
    """Every element taken out, doubled, emptied of text, or moved to the root's end: one at a time."""
    found = []
    for index in range(len(list(etree.fromstring(text).iter("*")))):
        for change in ("remove", "double", "move", "text", "wrap"):
            root = etree.fromstring(text)
            element = list(root.iter("*"))[index]
            parent = element.getparent()
            if parent is None:
                continue
            copied = etree.fromstring(etree.tostring(element, with_tail=False))
            match change:
                case "remove":
                    parent.remove(element)
                case "double":
                    parent.insert(parent.index(element), copied)
                case "move":
                    root.append(element)
                case "text":
                    element.text = (element.text or "") + "x"
                case "wrap":
                    parent.replace(element, holder := etree.Element("wrapper"))
                    holder.append(copied)
            found.append(etree.tostring(root).decode())
    return found


def test_no_change_of_structure_passes_unless_nothing_signed_changed() -> None:
    """Whatever still passes as covering the whole has the very content that was signed."""
    text = enveloped(SIGNER, stamper=STAMPER)

    def content(document: str) -> bytes:
        root = etree.fromstring(document)
        for signature in root.findall(f"{{{DS}}}Signature"):
            root.remove(signature)
        return etree.tostring(root, method="c14n")

    for mutant in structural_mutants(text):
        if passes_as_original(judged(mutant)):
            assert content(mutant) == content(text), mutant
