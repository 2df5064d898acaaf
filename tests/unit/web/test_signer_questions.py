"""Is the signer the person behind this ``sub``: what portals are told, and everything that they try to learn beside it."""

from __future__ import annotations

import base64
import json
from io import BytesIO

import pypdfium2 as pdfium
import pytest
from flask import Flask
from lxml import etree

from idbridge.identity.assertion import RegionCode
from idbridge.identity.documents import read
from idbridge.services import signers
from idbridge.signatures.making.catalogue import MadeFormat
from tests.etsi_schemas import validation_report_schema
from tests.requirements import package
from tests.unit.services.asking import asking
from tests.unit.services.published import instance
from tests.unit.signatures.test_schemas import closed

jsonschema = package("jsonschema")
CONTENT = b"Letter of guarantee\n"
MACAO = RegionCode("MO")
LEI, OTHER_BIR = read("MO-BIR", "5123456(7)"), read("MO-BIR", "7445566(7)")
HKID = read("HKID", "C668668(9)")


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    return instance(tmp_path_factory.mktemp("lists"))


@pytest.fixture
def here(shared):
    return shared.reset()


@pytest.fixture(scope="module")
def stores(tmp_path_factory):
    with asking(tmp_path_factory.mktemp("home")) as made:
        yield made


@pytest.fixture
def client(here, stores):
    app = Flask("api")
    app.register_blueprint(stores.judging(here))
    return app.test_client()


@pytest.fixture
def signed(here):
    """A letter by a Macao resident, whose certificate states the number of the identity card."""
    return here.signed(CONTENT, by="mo-lei")


def basic(portal):
    return {"Authorization": f"Basic {base64.b64encode(':'.join(portal).encode()).decode()}"}


def ask(client, portal, signed, subject, **more):
    call = {"document": base64.b64encode(signed).decode(), "subject": subject, **more}
    return client.post("/api/v1/verifications", json=call, headers=basic(portal) if portal else {})


def person(response):
    assert response.status_code == 200, response.text
    (signature,) = response.json["signatures"]
    return signature["person"]["answer"], signature["person"]["reason"]


NOT_PERMITTED = ("cannot-tell", "not-permitted")


def test_the_person_who_signed_is_told_from_another(client, here, stores, signed):
    portal, now = stores.portal("bids"), here.clock.now
    lei, other = stores.person(now, MO=(LEI,)), stores.person(now, MO=(OTHER_BIR,))
    assert person(ask(client, portal, signed, stores.agree(lei, portal[0], now, MACAO))) == ("yes", "same-number")
    assert person(ask(client, portal, signed, stores.agree(other, portal[0], now, MACAO))) == ("no", "other-number")
    event = stores.durable.audit.newest(1)[0]
    assert (event.actor, event.action, event.object, event.outcome) == (
        f"client:{portal[0]}",
        "match-signer",
        f"person:{other.id}",
        "done",
    )


def test_a_hashed_number_is_compared_by_its_hash(client, here, stores):
    portal, now = stores.portal("hash"), here.clock.now
    chan = stores.person(now, HK=(HKID,))
    letter = here.made(MadeFormat.CADES, CONTENT, by="hk-chan")
    assert person(ask(client, portal, letter, stores.agree(chan, portal[0], now))) == ("yes", "same-number")


@pytest.mark.parametrize("document", [True, False], ids=["with-document", "without"])
def test_unknown_foreign_and_unasked_people_are_all_answered_alike(client, here, stores, signed, document):
    """No oracle: a portal cannot tell a made-up ``sub`` from another portal's, from that of somebody who did not agree."""
    portal, foreign, now = stores.portal("alike"), stores.portal("foreign"), here.clock.now
    lei = stores.person(now, MO=(LEI,) if document else ())
    subjects = [
        "made-up",
        "x" * 300,
        stores.agree(lei, foreign[0], now, MACAO),
        stores.agree(lei, portal[0], now, MACAO, claims=("name",)),  # agreed to something else
        stores.agree(stores.person(now, MO=(LEI,)), portal[0], now, MACAO, claims=()),
    ]
    answers = [ask(client, portal, signed, subject) for subject in subjects]
    assert {person(answer) for answer in answers} == {NOT_PERMITTED}
    assert len({json.dumps(answer.json["signatures"], sort_keys=True) for answer in answers}) == 1


def test_a_sub_of_the_same_sector_needs_a_consent_of_its_own(client, here, stores, signed):
    now, uri = here.clock.now, "https://shared.example/callback"
    first, second = stores.portal("first", redirect_uri=uri), stores.portal("second", redirect_uri=uri)
    subject = stores.agree(stores.person(now, MO=(LEI,)), first[0], now, MACAO)
    assert person(ask(client, first, signed, subject))[0] == "yes"
    assert person(ask(client, second, signed, subject)) == NOT_PERMITTED


def test_a_withdrawn_consent_ends_it_at_once(client, here, stores, signed):
    portal, now = stores.portal("withdrawn"), here.clock.now
    lei = stores.person(now, MO=(LEI,))
    subject = stores.agree(lei, portal[0], now, MACAO)
    assert person(ask(client, portal, signed, subject))[0] == "yes"
    stores.durable.consents.withdraw(lei.id, portal[0], now)
    assert person(ask(client, portal, signed, subject)) == NOT_PERMITTED
    stores.durable.persons.delete(lei.id)
    assert person(ask(client, portal, signed, subject)) == NOT_PERMITTED


def test_a_deleted_person_is_nobody(client, here, stores, signed):
    portal, now = stores.portal("deleted"), here.clock.now
    lei = stores.person(now, MO=(LEI,))
    subject = stores.agree(lei, portal[0], now, MACAO)
    stores.durable.persons.delete(lei.id)
    assert person(ask(client, portal, signed, subject)) == NOT_PERMITTED


def test_documents_of_a_region_that_the_consent_does_not_name_are_not_used(client, here, stores, signed):
    portal, now = stores.portal("regions"), here.clock.now
    lei = stores.person(now, HK=(HKID,), MO=(LEI,))
    subject = stores.agree(lei, portal[0], now)  # Hong Kong's data alone
    assert person(ask(client, portal, signed, subject)) == ("cannot-tell", "no-such-document")
    stores.agree(lei, portal[0], now, MACAO)
    assert person(ask(client, portal, signed, subject)) == ("yes", "same-number")


def test_numbers_cannot_be_tried_out_with_certificates_of_ones_own(client, here, stores, signed):
    """A signature that does not pass tells nothing, whatever number its certificate states: anybody can make one."""
    portal, now = stores.portal("forger"), here.clock.now
    subject = stores.agree(stores.person(now, MO=(LEI,)), portal[0], now, MACAO)
    changed = signed.replace(CONTENT, CONTENT[::-1])
    assert person(ask(client, portal, changed, subject)) == ("cannot-tell", "signature-not-passed")
    assert person(ask(client, portal, signed, subject, offline=True)) == ("cannot-tell", "signature-not-passed")
    # … and what it says of the signature is said of everybody alike
    assert person(ask(client, portal, changed, "made-up")) == ("cannot-tell", "signature-not-passed")


def test_a_certificate_without_a_number_tells_nothing(client, here, stores):
    portal, now = stores.portal("numberless"), here.clock.now
    subject = stores.agree(stores.person(now, HK=(HKID,)), portal[0], now)
    without = here.signed(CONTENT)  # hk-lam's certificate states none
    assert person(ask(client, portal, without, subject)) == person(ask(client, portal, without, "made-up"))
    assert person(ask(client, portal, without, subject)) == ("cannot-tell", "no-number")


# --- who may ask -------------------------------------------------------------------------------------------------------


def test_who_does_not_prove_who_it_is_is_told_nothing(client, here, stores, signed):
    portal = stores.portal("proof")
    public = stores.portal("public", token_endpoint_auth_method="none")
    for asker in (None, (portal[0], "wrong"), ("nobody", "secret"), (public[0], ""), public):
        answer = ask(client, asker, signed, "anybody")
        assert (answer.status_code, answer.json["error"]["code"]) == (401, "invalid-client"), answer.text
        assert answer.headers["WWW-Authenticate"].startswith("Basic")
        assert "signatures" not in answer.json


def test_a_form_proves_it_as_at_the_token_endpoint(client, here, stores, signed):
    portal, now = stores.portal("form", token_endpoint_auth_method="client_secret_post"), here.clock.now
    subject = stores.agree(stores.person(now, MO=(LEI,)), portal[0], now, MACAO)
    fields = {"client_id": portal[0], "client_secret": portal[1], "subject": subject, "document": (BytesIO(signed), "a.p7m")}
    answer = client.post("/api/v1/verifications", data=fields)
    assert person(answer) == ("yes", "same-number")
    assert portal[1] not in answer.text


def test_a_portal_cannot_ask_without_end(client, here, stores, signed, monkeypatch):
    portal = stores.portal("often")
    monkeypatch.setattr(signers, "MAX_OF_ONE", 2)
    answers = [ask(client, portal, signed, "somebody", offline=True).status_code for _ in range(3)]
    assert answers == [200, 200, 429]
    assert ask(client, portal, signed, "somebody-else", offline=True).status_code == 200
    monkeypatch.setattr(signers, "MAX_A_MINUTE", 4)
    often = ask(client, portal, signed, "another", offline=True)
    assert (often.status_code, often.json["error"]["code"]) == (429, "too-many-requests")
    assert int(often.headers["Retry-After"]) > 0


# --- the numbers themselves --------------------------------------------------------------------------------------------


def numbers(response):
    (signature,) = response.json["signatures"]
    return signature["signer"]["identity_numbers"]


def test_the_number_is_told_only_to_whom_may_have_it_and_asks(client, here, stores, signed):
    allowed, other = stores.portal("registry", identity_numbers=True), stores.portal("other")
    call = {"document": base64.b64encode(signed).decode()}
    anybody = client.post("/api/v1/verifications", json=call)
    assert numbers(anybody) == [{"type": "MO-BIR", "hashed": None, "confirmed": True}]
    assert "person" not in anybody.json["signatures"][0]
    silent = client.post("/api/v1/verifications", json=call, headers=basic(allowed))
    assert numbers(silent) == numbers(anybody)
    asked = client.post("/api/v1/verifications", json={**call, "identity_numbers": True}, headers=basic(allowed))
    assert [one["value"] for one in numbers(asked)] == ["51234567"]
    assert stores.durable.audit.newest(1)[0].action == "read-identity-numbers"
    refused = client.post("/api/v1/verifications", json={**call, "identity_numbers": True}, headers=basic(other))
    assert (refused.status_code, refused.json["error"]["code"]) == (403, "identity-numbers-not-allowed")
    assert client.post("/api/v1/verifications", json={**call, "identity_numbers": True}).status_code == 401


NUMBER = "51234567"
SAID = "Yes: the certificate states a number of that person."


@pytest.mark.parametrize("media_type", ["application/json", "text/plain", "application/xml", "application/pdf"])
@pytest.mark.parametrize("disclosed", [True, False])
def test_every_shape_of_the_report_tells_the_same_of_the_signer(client, here, stores, signed, media_type, disclosed):
    portal, now = stores.portal("shapes", identity_numbers=True), here.clock.now
    subject = stores.agree(stores.person(now, MO=(LEI,)), portal[0], now, MACAO)
    call = {"document": base64.b64encode(signed).decode(), "subject": subject, "identity_numbers": disclosed}
    headers = {**basic(portal), "Accept": media_type, "Accept-Language": "en"}
    answer = client.post("/api/v1/verifications", json=call, headers=headers)
    assert (answer.status_code, answer.mimetype) == (200, media_type)
    text = answer.text if media_type != "application/pdf" else words_of(answer.data)
    match media_type:
        case "application/json":
            assert person(answer) == ("yes", "same-number")
            assert [one.get("value") for one in numbers(answer)] == [NUMBER if disclosed else None]
            jsonschema.Draft202012Validator(closed()).validate(answer.json)
        case "application/xml":
            root = etree.fromstring(answer.data)
            told = {one[0].text.rpartition(":")[2]: one[1].text or "" for one in root.iter("{*}ReportData")}
            assert told == {"MO-BIR": NUMBER if disclosed else "", "person": "yes: same-number"}
            validation_report_schema().assertValid(root)
        case _:
            assert SAID in text
            assert (f"Macao resident identity card: {NUMBER}" in text) is disclosed
            assert ("the number itself is not told here" in text) is not disclosed


def words_of(pdf):
    document = pdfium.PdfDocument(pdf)
    try:
        return " ".join(" ".join(page.get_textpage().get_text_range() for page in document).split())
    finally:
        document.close()


def test_a_batch_is_asked_about_one_person_and_counted_once(client, here, stores, signed, monkeypatch):
    portal, now = stores.portal("batch"), here.clock.now
    subject = stores.agree(stores.person(now, MO=(LEI,)), portal[0], now, MACAO)
    monkeypatch.setattr(signers, "MAX_OF_ONE", 1)
    documents = [{"document": base64.b64encode(one).decode()} for one in (signed, here.signed(CONTENT), signed)]
    answer = client.post("/api/v1/verifications", json={"documents": documents, "subject": subject}, headers=basic(portal))
    told = [report["signatures"][0]["person"]["answer"] for report in answer.json["reports"]]
    assert told == ["yes", "cannot-tell", "yes"]
