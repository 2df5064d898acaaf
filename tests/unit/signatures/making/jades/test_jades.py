"""JAdES that is made: read back at the level it was made for, and refused where it could not be verified."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from idbridge.signatures.contents import HashedContent, KnownContent
from idbridge.signatures.evidence import MessageDigest
from idbridge.signatures.formats.jws.values import from_base64url
from idbridge.signatures.making.files import SignedFile
from idbridge.signatures.making.jades import (
    Attached,
    Detached,
    Packaging,
    Serialization,
    add_jades,
    augment_jades,
    counter_sign_jades,
    make_jades,
)
from idbridge.signatures.making.refusals import MakingRefusal, MakingRefused
from idbridge.signatures.making.steps import BaselineLevel, LongTermMaterial, Statement
from tests.unit.signatures.making.people import FULL, KEYS, SIGNED_AT, STATEMENT, Person, driven, judged, material, person

LETTER = SignedFile(KnownContent.of(b"a\x00 letter", name="a letter #1.txt"), "text/plain")
PLAN = SignedFile(KnownContent.of(b"a plan", b" in pieces", name="plans/\u516c.json"), "application/json")
CONTENTS = {"a letter #1.txt": b"a\x00 letter", "plans/\u516c.json": b"a plan in pieces"}
PACKAGINGS: dict[str, Packaging] = {
    "attached": Attached('{"sum": 100, "名": "x"}'.encode(), "application/json"),
    "attached-bare": Attached(b"\x00\xff"),
    "detached": Detached((LETTER, PLAN)),
}
LEVELS = (BaselineLevel.T, BaselineLevel.LT, BaselineLevel.LTA, BaselineLevel.LTA)


def made(
    packaging: Packaging, who: Person, statement: Statement = STATEMENT, form: Serialization = Serialization.FLATTENED
) -> bytes:
    return driven(make_jades(packaging, who.signatory, statement, serialization=form), who)


def climbed(
    document: bytes, *people: Person, packaging: Packaging | None = None, to: BaselineLevel = BaselineLevel.LTA
) -> bytes:
    detached = (LETTER.content, PLAN.content) if isinstance(packaging, Detached) else ()
    return driven(augment_jades(document, to, material(*people), detached=detached))


def detached_of(packaging: Packaging) -> dict[str, bytes] | None:
    return CONTENTS if isinstance(packaging, Detached) else None


def header_of(document: bytes) -> dict[str, Any]:
    text = json.loads(document)["protected"] if document.startswith(b"{") else document.split(b".")[0]
    header: dict[str, Any] = json.loads(from_base64url(text) or b"")
    return header


def components(document: bytes) -> list[str]:
    return [next(iter(json.loads(from_base64url(one) or b""))) for one in json.loads(document)["header"]["etsiU"]]


def refused(making) -> MakingRefused:
    with pytest.raises(MakingRefused) as caught:
        driven(making, person())
    return caught.value


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("form", Serialization)
@pytest.mark.parametrize("kind", PACKAGINGS)
def test_every_level_is_read_back(key: str, form: Serialization, kind: str) -> None:
    packaging, who = PACKAGINGS[kind], person(key)
    document = made(packaging, who, FULL, form)
    for level in (BaselineLevel.B, *LEVELS):
        if level is not BaselineLevel.B:
            document = climbed(document, who, packaging=packaging, to=level)
        report = judged(document, who, detached=detached_of(packaging))
        (signature,) = report.signatures
        assert (signature.level, signature.integrity, signature.evidence.form) == (level, "intact", "JAdES")
        assert not signature.evidence.signed.faults
    assert report.indication == "TOTAL_PASSED", report.to_dict()
    assert [stamp.indication for stamp in report.timestamps] == ["PASSED"] * 3
    attributes = signature.evidence.attributes
    assert attributes.signing_time == SIGNED_AT
    assert attributes.claimed_roles == FULL.claimed_roles
    assert attributes.location == ("Macao",)
    assert attributes.commitments == ("http://uri.etsi.org/01903/v1.2.2#ProofOfApproval", "urn:oid:1.2.3.4")
    assert all(scope.whole_document for scope in signature.evidence.scope)


def test_header_is_that_of_the_baseline() -> None:
    header = header_of(made(PACKAGINGS["detached"], person(), FULL))
    assert list(header) == ["alg", "x5t#S256", "x5c", "iat", "srCms", "sigPl", "srAts", "sigD", "b64", "crit"]
    assert header["crit"] == ["srCms", "sigPl", "srAts", "sigD", "b64"]
    assert header["iat"] == int(SIGNED_AT.timestamp())
    assert base64.b64decode(header["x5c"][0]) == person().signatory.certificate
    assert (
        header["sigD"]["hashV"][0] == base64.urlsafe_b64encode(hashlib.sha256(b"a\x00 letter").digest()).rstrip(b"=").decode()
    )
    assert header["sigD"]["ctys"] == ["text/plain", "json"]
    assert "crit" not in header_of(made(PACKAGINGS["attached"], person()))
    assert header_of(made(PACKAGINGS["attached"], person()))["cty"] == "json"


@pytest.mark.parametrize("kind", PACKAGINGS)
def test_a_change_is_caught(kind: str) -> None:
    packaging, who = PACKAGINGS[kind], person()
    document = climbed(made(packaging, who), who, packaging=packaging)
    contents = {name: content + b"!" for name, content in CONTENTS.items()}
    if isinstance(packaging, Detached):
        assert judged(document, who, detached=contents).indication == "TOTAL_FAILED"
    else:
        members = json.loads(document)
        members["payload"] = "eyJ9"
        assert judged(json.dumps(members).encode(), who).indication == "TOTAL_FAILED"


def test_signatures_beside_one_another() -> None:
    people = [person("ec-p256", "First"), person("rsa-2048", "Second"), person("sm2", "Third")]
    document = made(PACKAGINGS["attached"], people[0])
    document = climbed(document, people[0])
    for who in people[1:]:
        document = driven(add_jades(document, who.signatory, STATEMENT), who)
        assert judged(document, *people).signatures[0].level == "B-LTA"
    report = judged(climbed(document, *people), *people)
    assert [signature.level for signature in report.signatures] == ["B-LTA"] * 3
    assert report.indication == "TOTAL_PASSED", report.to_dict()


def test_counter_signature() -> None:
    who, other = person(), person("rsa-2048", "Lam Siu Ling")
    document = driven(counter_sign_jades(made(PACKAGINGS["attached"], who), 1, other.signatory, FULL), other)
    document = climbed(document, who, other)
    report = judged(document, who, other)
    signature, counter = report.signatures
    assert counter.evidence.parent == signature.evidence.id
    assert (signature.level, counter.level) == ("B-LTA", "B-B")
    assert counter.evidence.id in report.timestamps[-1].evidence.covers.signatures
    assert report.indication == "TOTAL_PASSED", report.to_dict()


def test_components_in_order_and_once() -> None:
    who = person()
    document = climbed(made(PACKAGINGS["attached"], who), who, to=BaselineLevel.LT)
    assert components(document) == ["sigTst", "xVals", "rVals", "tstVD"]
    assert components(climbed(document, who))[4:] == ["arcTst"]


def test_clear_components_stay_clear() -> None:
    """Other software may have written the array in clear: then all of it is, and archive timestamps say how it was digested."""
    who = person()
    members = json.loads(climbed(made(PACKAGINGS["attached"], who), who, to=BaselineLevel.LT))
    clear = [json.loads(from_base64url(one) or b"") for one in members["header"]["etsiU"]]
    members["header"]["etsiU"] = clear
    document = climbed(json.dumps(members, indent=1).encode(), who)
    assert json.loads(document)["header"]["etsiU"][:4] == clear
    report = judged(document, who)
    assert (report.signatures[0].level, report.indication) == ("B-LTA", "TOTAL_PASSED"), report.to_dict()
    assert report.timestamps[-1].indication == "PASSED"


def test_policy_is_stated() -> None:
    digest = MessageDigest("SHA-256", hashlib.sha256(b"rules").digest())
    document = made(PACKAGINGS["attached"], person(), replace(STATEMENT, policy="1.2.3", policy_digest=digest))
    policy = judged(document, person()).signatures[0].evidence.attributes.policy
    assert policy is not None
    assert policy.identifier == "urn:oid:1.2.3"
    assert policy.reference is not None
    assert policy.reference.expected == digest.value
    bare = made(PACKAGINGS["attached"], person(), replace(STATEMENT, policy="1.2.3"))
    assert header_of(bare)["sigPId"] == {"id": {"id": "urn:oid:1.2.3"}}


def test_digests_suffice_for_detached_files() -> None:
    hashed = HashedContent({"SHA-256": hashlib.sha256(b"far away").digest()}, "far.txt")
    document = made(Detached((SignedFile(hashed),)), person())
    assert judged(document, person(), detached={"far.txt": b"far away"}).signatures[0].integrity == "intact"


def test_what_cannot_be_verified_is_not_made() -> None:
    own = person().signatory
    attached = PACKAGINGS["attached"]
    cases = [
        (make_jades(Attached(b""), own, STATEMENT), MakingRefusal.CONTENT_MISSING),
        (make_jades(Detached(()), own, STATEMENT), MakingRefusal.CONTENT_MISSING),
        (make_jades(Detached((SignedFile(KnownContent.of(b"a")),)), own, STATEMENT), MakingRefusal.FORMAT),
        (make_jades(Detached((LETTER, LETTER)), own, STATEMENT), MakingRefusal.FORMAT),
        (make_jades(Detached((SignedFile(HashedContent({}, "a")),)), own, STATEMENT), MakingRefusal.CONTENT_MISSING),
        (make_jades(attached, own, replace(STATEMENT, signing_time=SIGNED_AT.replace(tzinfo=None))), MakingRefusal.STATEMENT),
        (make_jades(attached, own, replace(STATEMENT, place="\ud800")), MakingRefusal.STATEMENT),
        (make_jades(attached, replace(own, algorithm=person("sm2").signatory.algorithm), STATEMENT), MakingRefusal.KEY),
        (
            make_jades(attached, replace(own, algorithm=person("ec-p384").signatory.algorithm), STATEMENT),
            MakingRefusal.ALGORITHM,
        ),
        (make_jades(attached, replace(own, algorithm=b"none"), STATEMENT), MakingRefusal.ALGORITHM),
        (make_jades(attached, replace(own, certificate=b"none"), STATEMENT), MakingRefusal.CERTIFICATE),
    ]
    assert [refused(making).code for making, _ in cases] == [code for _, code in cases]


def test_what_cannot_be_added_to_is_refused() -> None:
    who = person()
    document = made(PACKAGINGS["attached"], who)
    beside = made(PACKAGINGS["detached"], who)
    unencoded = json.dumps({**json.loads(beside), "payload": "a"}).encode()
    no_certificate = json.dumps({"payload": "", "protected": "eyJhbGciOiJFUzI1NiJ9", "signature": "AAAA"}).encode()
    broken = json.dumps({**json.loads(document), "header": {"etsiU": ["!"]}}).encode()
    cases = [
        (augment_jades(b"none", BaselineLevel.T), MakingRefusal.FORMAT),
        (augment_jades(b'{"signature": 1}', BaselineLevel.T), MakingRefusal.FORMAT),
        (augment_jades(b'{"signatures": [1]}', BaselineLevel.T), MakingRefusal.FORMAT),
        (augment_jades(document, BaselineLevel.B), MakingRefusal.LEVEL),
        (augment_jades(document, BaselineLevel.LT), MakingRefusal.EVIDENCE_MISSING),
        (augment_jades(document, BaselineLevel.LT, LongTermMaterial(crls=(b"none",))), MakingRefusal.EVIDENCE_MISSING),
        (augment_jades(no_certificate, BaselineLevel.LT, material(who)), MakingRefusal.CERTIFICATE),
        (augment_jades(broken, BaselineLevel.LT, material(who)), MakingRefusal.FORMAT),
        (augment_jades(climbed(document, who, to=BaselineLevel.T), BaselineLevel.T), MakingRefusal.NOTHING_TO_AUGMENT),
        (augment_jades(beside, BaselineLevel.LTA, material(who)), MakingRefusal.CONTENT_MISSING),
        (add_jades(beside, who.signatory, STATEMENT), MakingRefusal.CONTENT_MISSING),
        (add_jades(unencoded, who.signatory, STATEMENT), MakingRefusal.FORMAT),
        (counter_sign_jades(document, 0, who.signatory, STATEMENT), MakingRefusal.FORMAT),
        (counter_sign_jades(document, 2, who.signatory, STATEMENT), MakingRefusal.FORMAT),
    ]
    assert [refused(making).code for making, _ in cases] == [code for _, code in cases]


def test_header_of_another_kind_is_refused() -> None:
    """Whatever stands where the unprotected header or its array would be, nothing is written over it."""
    document = made(PACKAGINGS["attached"], person())
    for header in ([], "x", {"etsiU": {}}, {"etsiU": "x"}):
        strange = json.dumps({**json.loads(document), "header": header}).encode()
        assert refused(augment_jades(strange, BaselineLevel.T)).code is MakingRefusal.FORMAT


TEXT = st.text(st.characters(codec="utf-8"), max_size=30)


@settings(max_examples=40, deadline=None)
@given(
    payload=st.binary(min_size=1, max_size=100),
    form=st.sampled_from(Serialization),
    statement=st.builds(
        Statement, st.just(SIGNED_AT), place=st.none() | TEXT, claimed_roles=st.lists(TEXT, max_size=2).map(tuple)
    ),
)
def test_augmenting_changes_nothing_that_is_there(payload: bytes, form: Serialization, statement: Statement) -> None:
    who = person()
    document = made(Attached(payload), who, statement, form)
    timed = climbed(document, who, to=BaselineLevel.T)
    archived = climbed(timed, who)
    parts = [_parts(one) for one in (document, timed, archived)]
    assert parts[0][:3] == parts[1][:3] == parts[2][:3]
    assert parts[2][3][: len(parts[1][3])] == parts[1][3]
    report = judged(archived, who)
    assert (report.indication, report.signatures[0].level) == ("TOTAL_PASSED", "B-LTA"), report.to_dict()


def _parts(document: bytes) -> tuple[str, str, str, list[str]]:
    if not document.startswith(b"{"):
        protected, payload, value = document.decode().split(".")
        return protected, payload, value, []
    members = json.loads(document)
    signature = members["signatures"][0] if "signatures" in members else members
    return signature["protected"], members["payload"], signature["signature"], signature.get("header", {}).get("etsiU", [])
