"""The report as ETSI's XML: what it says of a signature, and that hostile names cannot break it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from lxml import etree

from idbridge import verify_document
from idbridge.signatures.etsi.validation_report import validation_report
from idbridge.signatures.etsi.vocabulary import DS, VR, digest_method, identifier
from idbridge.signatures.gathering import ValidationData
from tests.etsi_schemas import validation_report_schema
from tests.unit.signatures.forge import Authority, cades

AT = datetime(2024, 6, 15, tzinfo=UTC)
STAMPED = datetime(2024, 6, 5, tzinfo=UTC)
SPACES = {"vr": VR, "ds": DS}
HOSTILE = 'x\x00]]><script>&\u202e"\ud800'


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


@pytest.fixture(scope="module")
def signed(authority: Authority) -> bytes:
    return cades(
        authority.issue("Ng Sio Fong"), b"content", authority=authority.issue("TSA", timestamping=True), timed_at=STAMPED
    )


def xml(data: bytes, *, trust=None, name="letter.p7m", evidence=None) -> etree._Element:
    report = verify_document(data, trust=trust, at=AT, name=name, evidence=evidence or ValidationData())
    return etree.fromstring(validation_report(report))


def texts(element: etree._Element, path: str) -> list[str]:
    return [str(found) for found in element.xpath(path, namespaces=SPACES)]


def test_verdict_and_chain(authority: Authority, signed: bytes) -> None:
    made = xml(signed, trust=[authority.root.der], evidence=ValidationData(crls=(authority.crl(AT),)))
    (status,) = made.xpath("/*/vr:SignatureValidationReport/vr:SignatureValidationStatus", namespaces=SPACES)
    assert texts(status, "vr:MainIndication/text()") == ["urn:etsi:019102:mainindication:total-passed"]
    anchor = f"C-{verify_document(signed, trust=[authority.root.der], at=AT).signatures[0].path.path.certificates[-1].sha256}"
    assert set(texts(status, ".//vr:TrustAnchor/@VOReference")) == {anchor}
    assert texts(made, f"//vr:ValidationObject[@id='{anchor}']/vr:ObjectType/text()") == [
        "urn:etsi:019102:validationObject:certificate"
    ]


def test_time_is_proved_by_the_time_stamp(authority: Authority, signed: bytes) -> None:
    made = xml(signed, trust=[authority.root.der], evidence=ValidationData(crls=(authority.crl(AT),)))
    (best,) = made.xpath("//vr:BestSignatureTime", namespaces=SPACES)
    assert texts(best, "vr:POETime/text()") == ["2024-06-05T00:00:00Z"]
    (stamp,) = texts(best, "vr:POEObject/@VOReference")
    assert texts(made, f"//vr:ValidationObject[@id='{stamp}']/vr:ObjectType/text()") == [
        "urn:etsi:019102:validationObject:timestamp"
    ]
    assert texts(made, "//vr:SignatureTimeStamp/vr:AttributeObject/@VOReference") == [stamp]


def test_revocation_is_told_with_its_time(authority: Authority) -> None:
    signer = authority.issue("Lei Revoked")
    revoked = AT - timedelta(days=30)
    crl = authority.crl(AT, (signer, revoked))
    made = xml(cades(signer, b"content"), trust=[authority.root.der], evidence=ValidationData(crls=(crl,)))
    assert texts(made, "//vr:SubIndication/text()")[-1].endswith(":REVOKED_NO_POE")
    assert texts(made, "//vr:RevocationStatusInformation/vr:RevocationTime/text()") == [f"{revoked:%Y-%m-%dT%H:%M:%SZ}"]


def test_a_warning_is_a_constraint_overridden_by_the_policy(signed: bytes) -> None:
    made = xml(signed)
    path = "//vr:ValidationConstraint[vr:ConstraintStatus/vr:OverriddenBy]/vr:ValidationConstraintIdentifier/text()"
    assert "urn:idbridge:check:timestamps-valid" in texts(made, path)


def test_every_reference_leads_to_an_object(authority: Authority, signed: bytes) -> None:
    for trust in (None, [authority.root.der]):
        made = xml(signed, trust=trust)
        ids = texts(made, "//@id")
        assert len(ids) == len(set(ids))
        assert {key for value in texts(made, "//@VOReference") for key in value.split()} <= set(ids)


def test_a_document_without_a_signature_has_a_report_too() -> None:
    made = xml(b"<a/>")
    assert texts(made, "//vr:SubIndication/text()") == ["urn:idbridge:subindication:NO_SIGNATURE_FOUND"]
    validation_report_schema().assertValid(made)


def test_it_is_valid_by_the_schema_whatever_it_is_called(authority: Authority) -> None:
    signer = authority.issue("<b>]]>&\u202e ال")
    made = xml(cades(signer, b"content"), name=HOSTILE)
    assert "\ufffd" in texts(made, "//vr:DAIdentifier/text()")[0]
    validation_report_schema().assertValid(made)


def test_it_is_the_same_each_time(signed: bytes) -> None:
    assert etree.tostring(xml(signed)) == etree.tostring(xml(signed))


@pytest.mark.parametrize(
    ("text", "uri"),
    [
        ("1.2.840.113549.1.1.11", "urn:oid:1.2.840.113549.1.1.11"),
        ("http://www.w3.org/2001/04/xmlenc#sha256", "http://www.w3.org/2001/04/xmlenc#sha256"),
        ("RS256", "urn:idbridge:algorithm:RS256"),
        ("no <uri> %zz", "urn:idbridge:algorithm:no%20%3Curi%3E%20%25zz"),
    ],
)
def test_identifiers_become_uris(text: str, uri: str) -> None:
    assert identifier(text, "algorithm") == uri


def test_digests_have_the_uri_of_xml_signatures() -> None:
    assert digest_method("SHA-256") == "http://www.w3.org/2001/04/xmlenc#sha256"
    assert digest_method("unheard of") == "urn:idbridge:digest:unheard%20of"
