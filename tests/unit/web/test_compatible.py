"""Clients of EU DSS and SiVa: requests as their documentation has them, answers of the documented shape, errors like theirs."""

from __future__ import annotations

import base64
import hashlib
import json

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from idbridge.signatures.making.catalogue import FORMATS, MadeFormat
from idbridge.web.compatible.dss import dss
from idbridge.web.compatible.siva import MAX_SIGNATURE_FILES, siva
from tests.unit.services.published import instance
from tests.unit.signatures.making.pdf.papers import plain, saved
from tests.unit.signatures.making.test_ofd import UNSIGNED
from tests.unit.signatures.seals import pack

DSS = "/services/rest/validation/validateSignature"
CONTENT = b"Bid for the bridge\n"


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    return instance(tmp_path_factory.mktemp("lists"))


@pytest.fixture(scope="module")
def app(shared):
    made = Flask("compatible")
    made.register_blueprint(dss(shared.documents))
    made.register_blueprint(siva(shared.documents, "https://id.example"))
    return made


@pytest.fixture
def here(shared):
    return shared.reset()


@pytest.fixture
def client(here, app):
    return app.test_client()


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def to_validate(data: bytes, **changed):
    """A request to EU DSS with every member, as its documentation shows it."""
    return {
        "signedDocument": {"bytes": b64(data), "digestAlgorithm": None, "name": "bid.p7m"},
        "originalDocuments": [],
        "policy": None,
        "tokenExtractionStrategy": "NONE",
        "signatureId": None,
        **changed,
    }


# --- EU DSS ------------------------------------------------------------------------------------------------------------


def test_dss_clients_are_answered(client, here):
    answer = client.post(DSS, json=to_validate(here.signed(CONTENT)))
    assert (answer.status_code, answer.content_type) == (200, "application/json")
    assert set(answer.json) == {"DiagnosticData", "SimpleReport", "DetailedReport", "validationReportDataHandler"}
    simple = answer.json["SimpleReport"]
    assert (simple["ValidSignaturesCount"], simple["SignaturesCount"], simple["DocumentName"]) == (1, 1, "bid.p7m")
    (entry,) = simple["signatureOrTimestampOrEvidenceRecord"]
    signature = entry["Signature"]
    assert (signature["Indication"], signature["SubIndication"], signature["SignatureFormat"]) == (
        "TOTAL_PASSED",
        None,
        "CAdES-BASELINE-B",
    )
    assert signature["SignedBy"] == "LAM Siu Ling"
    assert [scope["scope"] for scope in signature["SignatureScope"]] == ["FULL"]
    diagnostic = answer.json["DiagnosticData"]
    (facts,) = diagnostic["Signature"]
    chain = [item["Certificate"] for item in facts["ChainItem"]]
    by_id = {certificate["Id"]: certificate for certificate in diagnostic["Certificate"]}
    assert [by_id[one]["Trusted"]["value"] for one in chain] == [False] * (len(chain) - 1) + [True]
    assert b64(here.pki.certificate("hk-lam")) == by_id[facts["SigningCertificate"]["Certificate"]]["Base64Encoded"]
    (detailed,) = answer.json["DetailedReport"]["signatureOrTimestampOrEvidenceRecord"]
    assert detailed["Signature"]["Conclusion"]["Indication"] == "TOTAL_PASSED"


def test_dss_says_why(client, here):
    changed = here.signed(CONTENT).replace(CONTENT, CONTENT[::-1])
    signature = client.post(DSS, json=to_validate(changed)).json["SimpleReport"]["signatureOrTimestampOrEvidenceRecord"][0][
        "Signature"
    ]
    assert (signature["Indication"], signature["SubIndication"]) == ("TOTAL_FAILED", "HASH_FAILURE")
    assert all(error["Key"] and error["value"] for error in signature["AdESValidationDetails"]["Error"])


@pytest.mark.parametrize("by", ["gd-li", "mo-lei", "hk-ho-revoked"])
def test_dss_answers_for_every_region(client, here, by):
    signed = here.made(MadeFormat.CADES, CONTENT, by=by)
    report = client.post(DSS, json=to_validate(signed)).json
    expected = "INDETERMINATE" if by == "hk-ho-revoked" else "TOTAL_PASSED"  # no proof that it was signed before
    assert report["SimpleReport"]["signatureOrTimestampOrEvidenceRecord"][0]["Signature"]["Indication"] == expected


def test_dss_takes_detached_content_and_digests(client, here):
    signed = here.signed(CONTENT, attached=False)
    digest = {"bytes": b64(hashlib.sha256(CONTENT).digest()), "digestAlgorithm": "SHA256", "name": "a.txt"}
    for original, valid in (({"bytes": b64(CONTENT)}, 1), (digest, 1), ({"bytes": b64(b"other"), "name": "a.txt"}, 0)):
        answer = client.post(DSS, json=to_validate(signed, originalDocuments=[original])).json
        assert answer["SimpleReport"]["ValidSignaturesCount"] == valid


@pytest.mark.parametrize(
    "call",
    [
        {},
        {"signedDocument": None},
        {"signedDocument": {"name": "a"}},
        {"signedDocument": {"bytes": "*"}},
        {"signedDocument": {"bytes": ""}},
        {"signedDocument": {"bytes": "AAAA"}},
        {"signedDocument": {"bytes": "AAAA"}, "policy": {"bytes": "PENvbnN0cmFpbnRzLz4=", "name": "my.xml"}},
        {"signedDocument": {"bytes": "AAAA"}, "tokenExtractionStrategy": "EXTRACT_NOTHING"},
        {"signedDocument": {"bytes": "AAAA"}, "originalDocuments": [{"bytes": "AAAA", "digestAlgorithm": "CRC32"}]},
        {"toSignDocument": {}},
    ],
)
def test_dss_errors_are_a_sentence(client, call):
    answer = client.post(DSS, json=call)
    assert (answer.status_code, answer.content_type) == (400, "application/json")
    assert answer.text
    assert not answer.text.startswith("{")


# --- SiVa --------------------------------------------------------------------------------------------------------------

MANDATORY = {"policy", "signaturesCount", "validSignaturesCount", "validationTime"}
MANDATORY_OF_SIGNATURE = {"claimedSigningTime", "id", "indication", "signatureFormat", "signatureMethod", "signedBy"}


def concluded(answer):
    assert answer.status_code == 200, answer.text
    assert set(answer.json) == {"validationReport"}
    told = answer.json["validationReport"]["validationConclusion"]
    assert set(told) >= MANDATORY
    for signature in told["signatures"]:
        assert set(signature) >= MANDATORY_OF_SIGNATURE
    return told


def test_siva_clients_are_answered(client, here):
    told = concluded(client.post("/validate", json={"filename": "bid.p7m", "document": b64(here.signed(CONTENT))}))
    assert (told["signaturesCount"], told["validSignaturesCount"]) == (1, 1)
    assert told["validatedDocument"] == {"filename": "bid.p7m"}
    assert set(told["policy"]) == {"policyName", "policyDescription", "policyUrl"}
    (signature,) = told["signatures"]
    assert (signature["indication"], signature["signatureFormat"]) == ("TOTAL-PASSED", "CAdES_BASELINE_B")
    assert signature["signatureMethod"] == "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"
    assert signature["subjectDistinguishedName"] == {"commonName": "LAM Siu Ling"}
    assert signature["signatureScopes"][0]["scope"] == "FULL"
    assert "errors" not in signature
    (signing,) = signature["certificates"]
    assert (signing["type"], signing["commonName"]) == ("SIGNING", "LAM Siu Ling")
    assert signing["issuer"]["commonName"] == "Demonstration Post e-Cert CA 3 - 17"


def test_siva_names_people_as_it_does(client, here):
    signed = here.made(MadeFormat.CADES, CONTENT, by="mo-lei")
    (signature,) = concluded(client.post("/validate", json={"filename": "a", "document": b64(signed)}))["signatures"]
    assert signature["signedBy"] == "LEI,Ka Ian,IDCMO-51234567"


def test_siva_says_why(client, here):
    changed = here.signed(CONTENT).replace(CONTENT, CONTENT[::-1])
    told = concluded(client.post("/validate", json={"filename": "a", "document": b64(changed), "signaturePolicy": "POLv3"}))
    assert told["validSignaturesCount"] == 0
    (signature,) = told["signatures"]
    assert (signature["indication"], signature["subIndication"]) == ("TOTAL-FAILED", "HASH_FAILURE")
    assert all(set(error) == {"content"} for error in signature["errors"])


@pytest.mark.parametrize(
    ("kind", "beside"), [("Simple", set()), ("Detailed", {"validationProcess"}), ("Diagnostic", {"diagnosticData"})]
)
def test_siva_has_three_reports(client, here, kind, beside):
    call = {"filename": "a", "document": b64(here.signed(CONTENT)), "reportType": kind}
    assert set(client.post("/validate", json=call).json["validationReport"]) == {"validationConclusion"} | beside


def test_siva_takes_hashes_instead_of_files(client, here):
    signed = here.made(MadeFormat.XADES, CONTENT, by="hk-lam", name="leping.txt")
    assert concluded(client.post("/validate", json={"filename": "a.xml", "document": b64(signed)}))["validSignaturesCount"] == 1
    detached = here.signed(CONTENT, attached=False)
    right, wrong = (b64(hashlib.sha256(content).digest()) for content in (CONTENT, b"other"))
    files = [
        {"signature": b64(detached), "datafiles": [{"filename": "leping.txt", "hashAlgo": "SHA256", "hash": value}]}
        for value in (right, wrong)
    ]
    told = concluded(client.post("/validateHashcode", json={"signatureFiles": files, "reportType": "Simple"}))
    assert [one["indication"] for one in told["signatures"]] == ["TOTAL-PASSED", "TOTAL-FAILED"]
    assert "validatedDocument" not in told


@pytest.mark.parametrize(
    ("path", "call", "key"),
    [
        ("/validate", {"filename": "a", "document": ""}, "document"),
        ("/validate", {"filename": "a", "document": "*"}, "document"),
        ("/validate", {"filename": "a", "document": "AAAA"}, "document"),
        ("/validate", {"filename": "", "document": "AAAA"}, "filename"),
        ("/validate", {"filename": "../a", "document": "AAAA"}, "filename"),
        ("/validate", {"filename": "a" * 256, "document": "AAAA"}, "filename"),
        ("/validate", {"filename": "a", "document": "AAAA", "signaturePolicy": "POLv4"}, "signaturePolicy"),
        ("/validate", {"filename": "a", "document": "AAAA", "signaturePolicy": "<b>"}, "signaturePolicy"),
        ("/validate", {"filename": "a", "document": "AAAA", "reportType": "Full"}, "reportType"),
        ("/validate", {"colour": "red"}, "request"),
        ("/validateHashcode", {}, "signatureFiles"),
        ("/validateHashcode", {"signatureFiles": [{"signature": "AAAA"}] * (MAX_SIGNATURE_FILES + 1)}, "signatureFiles"),
        ("/validateHashcode", {"signatureFiles": [{"signature": "AAAA"}]}, "signatureFiles.signature"),
    ],
)
def test_siva_errors_name_the_member(client, path, call, key):
    answer = client.post(path, json=call)
    assert answer.status_code == 400
    (error,) = answer.json["requestErrors"]
    assert error["key"] == key
    assert error["message"]
    assert "<" not in error["message"]


def test_siva_says_which_policies_there_are(client):
    call = {"filename": "a", "document": "AAAA", "signaturePolicy": "POLv2"}
    (error,) = client.post("/validate", json=call).json["requestErrors"]
    assert error["message"] == "Invalid signature policy: POLv2; Available abstractPolicies: [POLv3]"


# --- both --------------------------------------------------------------------------------------------------------------

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.just("TUlN"),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["signedDocument", "bytes", "document", "filename", "signatureFiles", "signature", "policy"]), inner
        )
    ),
    max_leaves=8,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(body=JSON, path=st.sampled_from([DSS, "/validate", "/validateHashcode"]))
def test_whatever_is_sent_is_refused_in_their_shape(client, body, path):
    answer = client.post(path, data=json.dumps(body), content_type="application/json")
    assert answer.status_code == 400
    if path != DSS:
        assert set(answer.json) == {"requestErrors"}


@pytest.mark.parametrize("kind", list(MadeFormat))
def test_every_format_has_words(client, here, kind):
    content = {".pdf": saved(plain()), ".ofd": pack(UNSIGNED)}.get(FORMATS[kind].suffix, CONTENT)
    by = "gd-li" if "gbt" in kind or kind is MadeFormat.OFD else "hk-lam"
    signed = here.made(kind, content, by=by, name="bid.pdf" if content is not CONTENT else "bid.txt")
    report = client.post(DSS, json=to_validate(signed)).json["SimpleReport"]
    assert (report["SignaturesCount"], report["ValidSignaturesCount"]) == (1, 1), json.dumps(report, indent=1)
    concluded(client.post("/validate", json={"filename": "bid", "document": b64(signed)}))
