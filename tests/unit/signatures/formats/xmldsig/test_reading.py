"""XML signatures of every make: what is read of them, and what they are found to cover."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

import pytest

from idbridge import verify_document
from idbridge.signatures.contents import HashedContent, KnownContent
from idbridge.signatures.evidence import ReferenceKind, ScopeKind, SignatureForm, TimestampKind
from idbridge.signatures.formats.catalogue import read_document
from idbridge.signatures.formats.limits import LIMITS
from idbridge.signatures.formats.xmldsig.reading import read_signatures
from idbridge.signatures.gathering import ValidationData
from idbridge.signatures.report import DocumentReport
from tests.unit.signatures.forge import SIGNED_AT, Authority, token
from tests.unit.signatures.xml_forge import (
    BASE64,
    CONTRACT,
    COUNTERSIGNED,
    DS,
    ENVELOPED,
    EXCLUSIVE,
    INCLUSIVE,
    XADES,
    Xades,
    b64,
    detached,
    enveloped,
    enveloping,
    reference,
    signed_properties,
    timestamp,
    value_element,
)

NOW = datetime(2024, 6, 15, tzinfo=UTC)
AUTHORITY = Authority()
SIGNER = AUTHORITY.issue("Chan Tai Man")
STAMPER = AUTHORITY.issue("TSA", timestamping=True)
EVIDENCE = ValidationData(crls=(AUTHORITY.crl(NOW),))


def judged(text: str | bytes, *, at: datetime = NOW, **arguments: object) -> DocumentReport:
    data = text.encode() if isinstance(text, str) else text
    return verify_document(data, trust=[AUTHORITY.root.der], at=at, evidence=EVIDENCE, **arguments)  # type: ignore[arg-type]


def only(text: str | bytes, **arguments: object):
    (signature,) = read_document(text.encode() if isinstance(text, str) else text, **arguments).signatures
    return signature


def covered(signature) -> list[tuple[str, str, bool]]:
    return [(scope.kind.value, scope.name, scope.whole_document) for scope in signature.scope]


@pytest.mark.parametrize("uri", ["", "#doc", "#xpointer(/)", "#xpointer(id('doc'))"])
def test_enveloped(uri: str) -> None:
    report = judged(enveloped(SIGNER, uri=uri))
    assert report.indication == "TOTAL_PASSED", report.to_dict()
    (signature,) = report.signatures
    assert (signature.evidence.form, signature.level) == (SignatureForm.XADES, "B-B")
    assert covered(signature.evidence) == [("element", "/contract", True)]


def test_enveloped_between_content() -> None:
    text = enveloped(SIGNER).replace("<ds:Signature ", "\n<ds:Signature ", 1)
    assert judged(text).signatures[0].integrity == "broken"
    document = '<contract Id="doc"><payee>A</payee>\n  <amount>1</amount>tail</contract>'
    own = reference("", document, (ENVELOPED, EXCLUSIVE), name="r1")
    signature = Xades(SIGNER, [own]).text()
    assert judged(document.replace("\n", signature + "\n")).signatures[0].integrity == "intact"


def test_enveloping() -> None:
    report = judged(enveloping(SIGNER))
    assert report.indication == "TOTAL_PASSED"
    assert covered(report.signatures[0].evidence) == [("element", "/Signature/Object[2]", True)]


def test_enveloping_base64() -> None:
    held = f'<ds:Object Id="content">{b64(b"a file")}</ds:Object>'
    signature = Xades(SIGNER, [reference("#content", b"a file", (BASE64,), name="r1")], objects=held)
    report = judged(signature.text())
    assert report.indication == "TOTAL_PASSED"
    assert covered(report.signatures[0].evidence) == [("element", "/Signature/Object[2]", True)]


@pytest.mark.parametrize(
    "given",
    [b"a file", {"a b.txt": b"a file"}, {"renamed": b"a file"}, HashedContent({"SHA-256": hashlib.sha256(b"a file").digest()})],
)
def test_detached(given: object) -> None:
    report = judged(detached(SIGNER, "dir/a%20b.txt", b"a file"), detached=given)
    assert report.indication == "TOTAL_PASSED", report.to_dict()
    (scope,) = report.signatures[0].evidence.scope
    assert (scope.kind, scope.whole_document) == (ScopeKind.FILE, True)


def test_detached_that_differs_or_is_not_given() -> None:
    text = detached(SIGNER, "a.txt", b"a file")
    assert judged(text, detached=b"another").signatures[0].integrity == "broken"
    assert judged(text).signatures[0].integrity == "unknown"
    assert judged(text, detached={"a.txt": b"a file", "b.txt": b""}).signatures[0].evidence.scope[0].not_covered == ("b.txt",)


def test_names_are_strict_within_a_container() -> None:
    data, given = detached(SIGNER, "a.txt", b"x").encode(), (KnownContent.of(b"x", name="dir/a.txt"),)
    (signature,) = read_signatures(data, given, LIMITS, strict_names=True, file="META-INF/signatures.xml")
    assert signature.signed.references[0].computed is None
    assert signature.file == "META-INF/signatures.xml"


def test_reference_without_uri() -> None:
    signature = Xades(SIGNER, [reference(None, b"x", (), name="r1")])
    assert judged(signature.text(), detached=b"x").signatures[0].integrity == "intact"


def test_detached_xml_is_transformed_with_its_comments() -> None:
    content = b"<?xml version='1.0'?>\n<a  b='1'><!-- c --></a>"
    signature = Xades(SIGNER, [reference("a.xml", '<a b="1"><!-- c --></a>', (INCLUSIVE + "#WithComments",), name="r1")])
    assert judged(signature.text(), detached=content).signatures[0].integrity == "intact"
    assert judged(signature.text(), detached=b"no xml").signatures[0].integrity == "unknown"


def test_manifest_entries_are_judged() -> None:
    inner = reference("a.txt", b"one", ()) + reference("b.txt", b"two", ())
    manifest = f'<ds:Manifest xmlns:ds="{DS}" Id="list">{inner}</ds:Manifest>'
    own = reference("#list", manifest, kind=DS + "Manifest", name="r1")
    text = Xades(SIGNER, [own], objects=f"<ds:Object>{manifest}</ds:Object>").text()
    report = judged(text, detached={"a.txt": b"one", "b.txt": b"two"})
    assert report.indication == "TOTAL_PASSED", report.to_dict()
    assert [s.name for s in report.signatures[0].evidence.scope] == ["/Signature/Object[2]/Manifest", "a.txt", "b.txt"]
    report = judged(text, detached={"a.txt": b"one", "b.txt": b"changed"})
    assert report.signatures[0].integrity == "broken"
    kinds = [r.kind for r in report.signatures[0].evidence.signed.references]
    assert kinds.count(ReferenceKind.MANIFEST_ENTRY) == 2


def test_files_of_a_manifest_that_are_elsewhere_are_missed() -> None:
    inner = reference("a.txt", b"one", ()) + reference("#here", '<more Id="here"></more>', (EXCLUSIVE,))
    manifest = f'<ds:Manifest xmlns:ds="{DS}" Id="list">{inner}</ds:Manifest>'
    own = reference("#list", manifest, kind=DS + "Manifest", name="r1")
    objects = f'<ds:Object>{manifest}</ds:Object><ds:Object><more Id="here"></more></ds:Object>'
    text = Xades(SIGNER, [own], objects=objects).text()
    report = judged(text)
    assert (report.signatures[0].integrity, report.sub_indication) == ("intact", "SIGNED_DATA_NOT_FOUND")
    assert judged(text, detached={"a.txt": b"other"}).signatures[0].integrity == "broken"
    assert judged(text.replace('<more Id="here">', "<more>")).signatures[0].integrity == "unknown"  # taken out of the document


def test_parallel_signatures_each_cover_the_document() -> None:
    """Both leave both out, by XPath Filter 2.0."""
    step = (
        '<ds:Transform Algorithm="http://www.w3.org/2002/06/xmldsig-filter2"><XPath '
        'xmlns="http://www.w3.org/2002/06/xmldsig-filter2" Filter="subtract">/descendant::ds:Signature</XPath></ds:Transform>'
    )
    texts = [Xades(SIGNER, [reference("", CONTRACT, (step, EXCLUSIVE), name="r1")], identifier=f"s{n}").text() for n in (1, 2)]
    report = judged(CONTRACT.replace("</contract>", "".join(texts) + "</contract>"))
    assert [s.integrity for s in report.signatures] == ["intact", "intact"]
    assert all(s.evidence.scope[0].whole_document for s in report.signatures)


def countersigned(target: str = "sig-value") -> str:
    first = Xades(SIGNER, [reference("", CONTRACT, (ENVELOPED, EXCLUSIVE), name="r1")])
    first.text()
    value = value_element(first.value, "sig")
    digested = value if target == "sig-value" else '<amount Id="sum">100</amount>'
    counter = Xades(
        AUTHORITY.issue("Notary"),
        [reference(f"#{target}", digested, kind=COUNTERSIGNED, name="c1")],
        identifier="counter",
        properties=signed_properties(SIGNER, identifier="counter-sp", described="c1"),
    )
    # the value is random: the signature must be the one that was countersigned
    text = first.text().replace(value_element(first.value, "sig"), value)
    unsigned = (
        "<xades:UnsignedProperties><xades:UnsignedSignatureProperties><xades:CounterSignature>"
        f"{counter.text()}</xades:CounterSignature></xades:UnsignedSignatureProperties></xades:UnsignedProperties>"
    )
    whole = text.replace("</xades:QualifyingProperties>", unsigned + "</xades:QualifyingProperties>", 1)
    return CONTRACT.replace("</contract>", whole + "</contract>")


def test_counter_signature() -> None:
    signature = only(countersigned())
    (counter,) = signature.counter_signatures
    assert (counter.id, counter.parent) == ("S1.C1", "S1")
    assert counter.signed.references[0].intact
    assert not [fault for fault in counter.signed.faults if fault.fatal]
    assert covered(counter) == [("signature", "S1", False)]


def test_counter_signature_of_something_else() -> None:
    (counter,) = only(countersigned("sum")).counter_signatures
    assert counter.signed.references[0].intact
    assert counter.signed.references[-1].intact is False  # it says to be of the value
    assert judged(countersigned("sum")).signatures[-1].integrity == "broken"
    assert "counter-signature-of-another" in {fault.code for fault in counter.signed.faults if fault.fatal}


def test_signature_timestamp() -> None:
    report = judged(enveloped(SIGNER, stamper=STAMPER))
    assert report.signatures[0].level == "B-T"
    (stamp,) = report.timestamps
    assert (stamp.evidence.kind, stamp.indication) == (TimestampKind.SIGNATURE, "PASSED"), report.to_dict()
    assert report.signatures[0].existed.time == SIGNED_AT


def test_signature_timestamp_of_another_value() -> None:
    stamp = timestamp("SignatureTimeStamp", token(STAMPER, b"other", SIGNED_AT))
    report = judged(enveloped(SIGNER, unsigned=stamp))
    assert report.timestamps[0].sub_indication == "HASH_FAILURE"


def test_content_timestamp() -> None:
    stamp = timestamp("AllDataObjectsTimeStamp", token(STAMPER, CONTRACT.encode(), SIGNED_AT - timedelta(days=1)))
    properties = signed_properties(SIGNER, identifier="sig-sp", extra=stamp.replace(f' xmlns:xades="{XADES}"', ""))
    report = judged(enveloped(SIGNER, properties=properties))
    (evidence,) = [stamp.evidence for stamp in report.timestamps]
    assert (evidence.kind, evidence.imprint.intact) == (TimestampKind.CONTENT, True)


def test_archive_timestamp_covers_what_is_before_it() -> None:
    """Clause 5.5.2.3: references, SignedInfo, value, KeyInfo, the properties before it."""
    properties = signed_properties(SIGNER, identifier="sig-sp")
    encapsulated = f"<xades:EncapsulatedX509Certificate>{b64(AUTHORITY.root.der)}</xades:EncapsulatedX509Certificate>"
    values = f'<xades:CertificateValues xmlns:xades="{XADES}">{encapsulated}</xades:CertificateValues>'
    plain = enveloped(SIGNER, unsigned=values)

    def part(name: str) -> str:
        return plain[plain.index(f"<ds:{name}") : plain.index(f"</ds:{name}>") + len(f"</ds:{name}>")]

    keys = part("KeyInfo").replace("<ds:KeyInfo>", f'<ds:KeyInfo xmlns:ds="{DS}">')
    archived = "".join((CONTRACT, properties, part("SignedInfo"), part("SignatureValue"), keys, values))
    stamp = timestamp("ArchiveTimeStamp", token(STAMPER, archived.encode(), SIGNED_AT), prefix="xades141")
    signature = only(plain.replace(values, values + stamp))
    (evidence,) = signature.timestamps
    assert (evidence.kind, evidence.version, evidence.imprint.intact) == (TimestampKind.ARCHIVE, "1.4.1", True)
    assert signature.id in evidence.covers.signatures
    assert len(evidence.covers.certificates) == 2


def test_signed_attributes() -> None:
    extra = (
        "<xades:CommitmentTypeIndication><xades:CommitmentTypeId><xades:Identifier>"
        "http://uri.etsi.org/01903/v1.2.2#ProofOfOrigin</xades:Identifier></xades:CommitmentTypeId>"
        "<xades:AllSignedDataObjects></xades:AllSignedDataObjects></xades:CommitmentTypeIndication>"
    )
    properties = signed_properties(SIGNER, identifier="sig-sp", role="Director", extra=extra)
    attributes = only(enveloped(SIGNER, properties=properties)).attributes
    assert attributes.signing_time == SIGNED_AT
    assert attributes.claimed_roles == ("Director",)
    assert attributes.mime_type == "text/xml"
    assert attributes.commitments == ("http://uri.etsi.org/01903/v1.2.2#ProofOfOrigin",)


@pytest.mark.parametrize("version", ["1.1.1", "1.2.2", "1.3.2", "1.4.1"])
def test_versions_of_xades(version: str) -> None:
    space = f"http://uri.etsi.org/01903/v{version}#"
    properties = signed_properties(SIGNER, identifier="sig-sp").replace(XADES, space)
    signature = only(enveloped(SIGNER, properties=properties))
    assert signature.form is SignatureForm.XADES
    assert signature.attributes.signing_time == SIGNED_AT


def test_plain_xml_dsig() -> None:
    signature = only(enveloped(SIGNER, properties="", reference_properties=False))
    assert (signature.form, signature.attributes.signing_time) == (SignatureForm.XML, None)


def test_other_encodings() -> None:
    text = enveloped(SIGNER)
    assert judged(text.encode("utf-16")).signatures[0].integrity == "intact"
    assert judged(b"\xef\xbb\xbf" + text.encode()).signatures[0].integrity == "intact"
    declared = '<?xml version="1.0" encoding="GB18030"?>' + enveloped(SIGNER, CONTRACT.replace("Ferry Co", "渡輪"))
    assert judged(declared.encode("gb18030")).signatures[0].integrity == "intact"


def test_xml_without_signatures() -> None:
    report = judged("<contract/>")
    assert (report.indication, report.sub_indication) == ("INDETERMINATE", "NO_SIGNATURE_FOUND")


def test_same_document_each_reading() -> None:
    text = enveloped(SIGNER, stamper=STAMPER)
    assert read_document(text.encode()) == read_document(text.encode())
