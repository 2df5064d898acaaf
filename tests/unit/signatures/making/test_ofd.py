"""Sealing OFD documents and making seals: what we make passes here, in every order, and nothing unfit is made."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache

import pytest

from idbridge.pki.issuing.signer import signer_for
from idbridge.signatures.ber import encode
from idbridge.signatures.evidence import StampPlace
from idbridge.signatures.making.ofd import OfdSigning, Sealing, make_ofd, seal_document
from idbridge.signatures.making.refusals import MakingRefusal, MakingRefused
from idbridge.signatures.making.seals import (
    PICTURE_LIMIT,
    KeyHolder,
    SealKind,
    SealOrder,
    make_seal,
    make_sealing,
    picture_kind,
)
from idbridge.signatures.making.steps import Signatory, signed_by
from idbridge.signatures.refusals import BadRequest
from tests.requirements import vectors
from tests.unit.pki.issuing.simple import key
from tests.unit.signatures.checks.test_seal import failed, office, verify
from tests.unit.signatures.seals import AT, BORN, OFD_XML, PARTS, PICTURE, SEALED_AT, Holder, pack, unpack

UNSIGNED = {
    **PARTS,
    "OFD.xml": OFD_XML.replace("<ofd:Signatures>Doc_0/Signs/Signatures.xml</ofd:Signatures>", "").encode(),
}


def holder(of: Holder) -> KeyHolder:
    return KeyHolder(of.der, of.signer)


@cache
def order() -> SealOrder:
    return SealOrder(
        identifier="44010000000002",
        name="某某局公章",
        kind=SealKind.ORGANISATION,
        signers=(office().signer.der,),
        created=BORN,
        not_before=BORN,
        not_after=BORN + timedelta(days=900),
        picture=PICTURE,
        size=(40, 40),
    )


@cache
def seal() -> bytes:
    return make_seal(order(), holder(office().maker))


def sealing(**changes) -> Sealing:
    plan = Sealing(seal(), holder(office().signer), SEALED_AT, (StampPlace("1", "50 50 40 40"),))
    return replace(plan, **changes)


def test_seal_passes() -> None:
    report = verify(seal())
    assert report.indication == "TOTAL_PASSED"
    assert report.signatures[0].to_dict()["seal"]["picture"]["kind"] == "PNG"


def test_sealed_document_passes() -> None:
    report = verify(seal_document(pack(UNSIGNED), sealing()))
    assert (report.indication, failed(report)) == ("TOTAL_PASSED", {})
    (signature,) = report.signatures
    assert signature.evidence.scope[0].whole_document
    assert signature.evidence.attributes.signing_time == SEALED_AT
    assert signature.to_dict()["seal"]["stamps"] == [{"page": "1", "boundary": "50 50 40 40"}]


def signed(data: bytes, by: Holder, *, at: datetime = SEALED_AT) -> bytes:
    """Return *data* with a signature of GB/T 35275, without a seal."""
    return signed_by(make_ofd(data, holder(by).signatory, OfdSigning(at)), by.signer.sign)


def test_document_signed_without_a_seal_passes() -> None:
    data = signed(pack(UNSIGNED), office().signer)
    report = verify(data)
    assert (report.indication, failed(report)) == ("TOTAL_PASSED", {})
    (signature,) = report.signatures
    assert signature.evidence.form == "OFD"
    assert signature.evidence.scope[0].whole_document
    assert signature.evidence.attributes.signing_time == SEALED_AT
    parts = unpack(data)
    assert b'Type="Sign"' in parts["Doc_0/Signs/Signatures.xml"]
    assert "Doc_0/Signs/Sign_0/Seal.esl" not in parts
    for name in parts.keys() - {"Doc_0/Signs/Signatures.xml"}:  # the list stays open for others
        assert verify(pack({**parts, name: parts[name] + b" "})).indication == "TOTAL_FAILED", name


def test_signed_and_sealed_one_after_the_other() -> None:
    sealed = seal_document(signed(pack(UNSIGNED), office().signer), sealing())
    report = verify(signed(sealed, office().signer))
    assert (report.indication, failed(report)) == ("TOTAL_PASSED", {})
    assert [signature.evidence.form for signature in report.signatures] == ["OFD", "OFD-seal", "OFD"]


def test_signature_without_a_seal_shows_nowhere_and_is_of_sm2() -> None:
    nowhere = OfdSigning(SEALED_AT, stamps=(StampPlace("1", "50 50 40 40"),))
    with pytest.raises(BadRequest, match="there is none"):
        next(make_ofd(pack(UNSIGNED), holder(office().signer).signatory, nowhere))
    other = Signatory(office().signer.der, signer_for(key("ec-p256")).algorithm)
    with pytest.raises(MakingRefused) as refused:
        next(make_ofd(pack(UNSIGNED), other, OfdSigning(SEALED_AT)))
    assert refused.value.code is MakingRefusal.ALGORITHM


def test_three_seals_one_after_the_other() -> None:
    data = pack(UNSIGNED)
    for day in range(3):
        data = seal_document(data, sealing(at=SEALED_AT - timedelta(days=3 - day)))
    report = verify(data)
    assert (report.indication, len(report.signatures)) == ("TOTAL_PASSED", 3)
    parts = unpack(data)
    first = "Doc_0/Signs/Sign_0/Signature.xml"
    assert "references-intact" in failed(verify({**parts, first: parts[first].replace(b"50 50", b"60 60")}))


@pytest.mark.parametrize("file", ["1.ofd", "V4RideRight.ofd", "h.ofd", "999.ofd", "testPathClip.ofd"])
def test_real_document_sealed_once_more(file: str) -> None:
    """Earlier signatures stay as good as they were, those that protect the list among them."""
    before = vectors("ofd", file).read_bytes()
    report = verify(seal_document(before, sealing()))
    assert {signature.integrity for signature in report.signatures} == {"intact"}
    assert len(report.signatures) == len(verify(before).signatures) + 1
    assert report.signatures[-1].indication == "TOTAL_PASSED"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"signers": ()}, "nobody"),
        ({"signers": (b"no certificate",)}, "no certificate"),
        ({"not_after": BORN}, "ends after"),
        ({"picture": b"no picture"}, "one of PNG"),
        ({"picture": PICTURE + b"\0" * PICTURE_LIMIT}, "at most"),
        ({"identifier": "印"}, "ASCII"),
        ({"size": (100_000, 40)}, "size"),
        ({"created": BORN.replace(tzinfo=None)}, "time zone"),
    ],
)
def test_seal_that_is_not_made(changes: dict[str, object], reason: str) -> None:
    with pytest.raises(BadRequest, match=reason):
        make_seal(replace(order(), **changes), holder(office().maker))


def test_key_has_to_be_of_the_certificate_and_for_signing() -> None:
    with pytest.raises(BadRequest, match="not that of"):
        make_seal(order(), KeyHolder(office().maker.der, office().signer.signer))
    with pytest.raises(BadRequest, match="SM2"):
        make_seal(order(), KeyHolder(office().maker.der, signer_for(key("ec-p256"))))
    with pytest.raises(BadRequest, match="keyEncipherment"):
        make_seal(order(), holder(office().authority.issue("maker", "encryption")))


def test_seal_is_used_by_those_it_lists_while_it_is_valid() -> None:
    with pytest.raises(BadRequest, match="does not list"):
        make_sealing(seal(), b"", "/x", SEALED_AT, holder(office().maker))
    with pytest.raises(BadRequest, match="valid from"):
        make_sealing(seal(), b"", "/x", BORN + timedelta(days=1000), holder(office().signer))
    header = encode(0x30, encode(0x16, b"ES"), encode(0x02, b"\x04"), encode(0x16, b"x"))
    short = encode(0x30, encode(0x30, header, header, header, header), header, header, header)
    for nothing in (b"0", short):
        with pytest.raises(BadRequest, match="no electronic seal"):
            make_sealing(nothing, b"", "/x", SEALED_AT, holder(office().signer))


def test_package_that_would_not_pass_is_not_sealed() -> None:
    with pytest.raises(BadRequest, match="twice"):
        seal_document(pack(UNSIGNED, ("OFD.xml", b"<a/>")), sealing())
    with pytest.raises(BadRequest, match="no document"):
        seal_document(pack({"OFD.xml": b"<OFD/>"}), sealing())


@pytest.mark.parametrize(("picture", "kind"), [(b"\xff\xd8\xff\xe0", "JPG"), (b"PK\x03\x04", "OFD"), (b"GIF89a", "GIF")])
def test_picture_kinds(picture: bytes, kind: str) -> None:
    assert picture_kind(picture) == kind


def test_sealed_today_is_judged_later_too() -> None:
    assert verify(seal_document(pack(UNSIGNED), sealing()), at=AT + timedelta(days=100)).indication == "TOTAL_PASSED"
