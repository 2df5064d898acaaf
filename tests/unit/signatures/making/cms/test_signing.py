"""Making CMS: every key, attached and detached, beside others and over others; and what cannot be made."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from idbridge.signatures.ber import SEQUENCE, read_value
from idbridge.signatures.contents import HashedContent, KnownContent, digest
from idbridge.signatures.evidence import MessageDigest, SignatureForm
from idbridge.signatures.formats import cms_attributes as oids
from idbridge.signatures.formats.limits import LIMITS
from idbridge.signatures.formats.signed_data import read_signed_data
from idbridge.signatures.gathering import ValidationData
from idbridge.signatures.making.cms.attributes import PADES, PLAIN
from idbridge.signatures.making.cms.gbt35275 import make_gbt35275
from idbridge.signatures.making.cms.signing import add_cades, counter_sign, make_cades
from idbridge.signatures.making.refusals import MakingRefusal, MakingRefused
from idbridge.signatures.making.steps import Signatory, Statement
from tests.unit.signatures.forge import Authority as Forger
from tests.unit.signatures.forge import attribute, baseline_attributes, cms, signer_info, token
from tests.unit.signatures.making.workshop import DIGESTS, KEY_TYPES, SIGNED_AT, STATEMENT, crl, holder, judged, made

CONTENT = KnownContent.of(b"Tender 2026-11: the bridge at Hengqin.\n")
EVIDENCE = ValidationData(crls=(crl(),))
APPROVAL = "1.2.840.113549.1.9.16.6.5"


def signed(key_type="ec-p256", content=CONTENT, *, attached=True, statement=STATEMENT, **rest) -> bytes:
    by = holder(key_type)
    return made(make_cades(content, by.signatory, statement, attached=attached, **rest), by)


def refused(making, by=None) -> MakingRefusal:
    with pytest.raises(MakingRefused) as raised:
        made(making, by or holder())
    return raised.value.code


@pytest.mark.parametrize("attached", [True, False])
@pytest.mark.parametrize("key_type", KEY_TYPES)
def test_every_key(key_type: str, attached: bool) -> None:
    data = signed(key_type, attached=attached)
    report = judged(data, detached=None if attached else CONTENT, evidence=EVIDENCE)
    assert report.indication == "TOTAL_PASSED", report.to_dict()
    (signature,) = report.signatures
    assert (signature.level, signature.evidence.form) == ("B-B", "CAdES")
    assert not signature.evidence.signed.faults
    assert signature.evidence.signed.references[0].algorithm == DIGESTS[key_type]
    assert signature.evidence.attributes.signing_time == SIGNED_AT


@pytest.mark.parametrize("key_type", KEY_TYPES)
def test_form_is_strict(key_type: str) -> None:
    read = read_signed_data(signed(key_type), LIMITS)
    (signer,) = read.signers
    assert read.version == 1
    assert signer.fields[0].integer() == 1
    encodings = [one.value.encoding for one in signer.signed]
    assert encodings == sorted(encodings)
    kinds = [one.oid for one in signer.signed]
    assert sorted(kinds) == sorted([oids.CONTENT_TYPE, oids.MESSAGE_DIGEST, oids.SIGNING_TIME, oids.SIGNING_CERTIFICATE_V2])
    algorithm = read_value(signer.signature_algorithm).children(SEQUENCE)
    assert len(algorithm) == (2 if key_type == "rsa-2048" else 1)  # NULL for RSA, nothing for the others


def test_everything_that_can_be_stated() -> None:
    policy = MessageDigest("SHA-256", digest("SHA-256", b"policy") or b"")
    statement = Statement(SIGNED_AT, (APPROVAL, "1.2.3"), "1.2.3.4.5", ("Director", "Notary"), "Hengqin", policy)
    (signature,) = judged(signed(statement=statement)).signatures
    shown = signature.to_dict()
    assert sorted(shown["commitments"]) == ["1.2.3", APPROVAL]  # values of one attribute are a set
    assert (shown["policy"], sorted(shown["claimed_roles"])) == ("1.2.3.4.5", ["Director", "Notary"])
    assert shown["location"] == ["Hengqin"]
    assert signature.integrity == "intact"
    assert signature.evidence.attributes.policy is not None
    assert signature.evidence.attributes.policy.reference is not None


def test_forms_for_pdf() -> None:
    (pades,) = judged(signed(form=PADES)).signatures
    assert pades.evidence.attributes.signing_time is None
    (plain,) = judged(signed(form=PLAIN)).signatures
    assert plain.evidence.form is SignatureForm.CMS


def test_detached_by_digest_alone() -> None:
    hashed = HashedContent({"SHA-256": CONTENT.digest("SHA-256") or b""})
    data = signed(content=hashed, attached=False)
    assert judged(data, detached=CONTENT).signatures[0].integrity == "intact"
    by = holder()
    assert refused(make_cades(hashed, by.signatory, STATEMENT, attached=True)) is MakingRefusal.CONTENT_MISSING
    other = HashedContent({"SHA-512": bytes(64)})
    assert refused(make_cades(other, by.signatory, STATEMENT, attached=False)) is MakingRefusal.CONTENT_MISSING


def test_parallel_signatures_of_different_keys() -> None:
    data = signed("rsa-2048")
    for key_type in ("ed25519", "sm2", "ec-p384"):
        data = made(add_cades(data, holder(key_type).signatory, STATEMENT), holder(key_type))
    report = judged(data, evidence=EVIDENCE)
    assert report.indication == "TOTAL_PASSED"
    assert [s.level for s in report.signatures] == ["B-B"] * 4
    digests = read_value(data).member(1).member(0).member(1).children()
    assert len(digests) == len({one.encoding for one in digests}) == 4


def test_parallel_signature_to_detached() -> None:
    data = signed(attached=False)
    by = holder("rsa-2048")
    assert refused(add_cades(data, by.signatory, STATEMENT)) is MakingRefusal.CONTENT_MISSING
    other = KnownContent.of(b"another")
    assert refused(add_cades(data, by.signatory, STATEMENT, content=other)) is MakingRefusal.CONTENT_DIFFERS
    both = made(add_cades(data, by.signatory, STATEMENT, content=CONTENT), by)
    assert judged(both, detached=CONTENT, evidence=EVIDENCE).indication == "TOTAL_PASSED"


def test_counter_signature() -> None:
    by = holder("rsa-2048")
    data = made(counter_sign(signed(), 1, by.signatory, STATEMENT), by)
    report = judged(data, evidence=EVIDENCE)
    assert report.indication == "TOTAL_PASSED"
    assert [s.evidence.parent for s in report.signatures] == [None, "S1"]
    assert not report.signatures[1].evidence.signed.faults
    assert report.signatures[1].evidence.attributes.content_type is None  # RFC 5652 clause 11.4 forbids it
    for number in (0, 2):
        assert refused(counter_sign(data, number, by.signatory, STATEMENT)) is MakingRefusal.FORMAT


def test_other_peoples_messages_keep_their_bytes() -> None:
    """What openssl and others write in BER, with sets out of order, stays so within."""
    forger = Forger()
    theirs = forger.issue("Theirs")
    info = signer_info(theirs, baseline_attributes(theirs, b"content"), ordered=False)
    der = cms([info], [theirs.der], content=b"content")
    ber = indefinite(der)
    for document in (der, ber):
        both = made(add_cades(document, holder().signatory, STATEMENT), holder())
        assert info in both
        assert [s.integrity for s in judged(both).signatures] == ["intact", "intact"]


def indefinite(der: bytes) -> bytes:
    """The outer three values with lengths that are told by their end."""
    outer = read_value(der)
    kind, explicit = outer.children()
    inner = explicit.member(0)
    within = b"".join((b"\x30\x80", inner.content, b"\0\0"))
    return b"".join((b"\x30\x80", kind.encoding, b"\xa0\x80", within, b"\0\0", b"\0\0"))


@pytest.mark.parametrize("data", [b"", b"\x30\x03\x02\x01\x01", b"%PDF-1.7", b"\x30\x80"])
def test_no_message(data: bytes) -> None:
    assert refused(add_cades(data, holder().signatory, STATEMENT)) is MakingRefusal.FORMAT
    assert refused(counter_sign(data, 1, holder().signatory, STATEMENT)) is MakingRefusal.FORMAT


def test_messages_that_break_off_within() -> None:
    """What only adding opens: digest algorithms; and the dialect whose signers are others."""
    data = signed()
    broken = data.replace(bytes.fromhex("310d300b0609608648016503040201"), bytes.fromhex("310d050b0609608648016503040201"), 1)
    assert broken != data
    assert refused(add_cades(broken, holder().signatory, STATEMENT)) is MakingRefusal.FORMAT
    below = data.replace(bytes.fromhex("020101310d"), bytes.fromhex("0201ff310d"), 1)
    assert refused(add_cades(below, holder().signatory, STATEMENT)) is MakingRefusal.FORMAT
    by = holder("sm2")
    chinese = made(make_gbt35275(CONTENT, by.signatory, STATEMENT, attached=True), by)
    assert refused(add_cades(chinese, by.signatory, STATEMENT)) is MakingRefusal.FORMAT
    assert refused(counter_sign(chinese, 1, by.signatory, STATEMENT)) is MakingRefusal.FORMAT


def test_archive_timestamp_of_version_2_is_in_the_way() -> None:
    forger = Forger()
    theirs, stamper = forger.issue("Theirs"), forger.issue("TSA", timestamping=True)
    stamp = attribute(oids.ARCHIVE_TIMESTAMP_V2, token(stamper, b"whatever", SIGNED_AT))
    info = signer_info(theirs, baseline_attributes(theirs, b"content"), unsigned=[stamp])
    document = cms([info], [theirs.der], content=b"content")
    assert refused(add_cades(document, holder().signatory, STATEMENT)) is MakingRefusal.ARCHIVED
    assert refused(counter_sign(document, 1, holder().signatory, STATEMENT)) is MakingRefusal.ARCHIVED


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"certificate": b"none"}, MakingRefusal.CERTIFICATE),
        ({"algorithm": b"none"}, MakingRefusal.ALGORITHM),
        ({"algorithm": bytes.fromhex("300506032b6571")}, MakingRefusal.ALGORITHM),  # Ed448
    ],
)
def test_unfit_signatories(change: dict[str, bytes], code: MakingRefusal) -> None:
    signatory: Signatory = replace(holder().signatory, **change)
    assert refused(make_cades(CONTENT, signatory, STATEMENT, attached=True)) is code


@pytest.mark.parametrize(
    "statement",
    [
        Statement(SIGNED_AT.replace(tzinfo=None)),
        Statement(SIGNED_AT, commitments=("approval",)),
        Statement(SIGNED_AT, policy="x"),
        Statement(SIGNED_AT, claimed_roles=("",)),
        Statement(SIGNED_AT, place=""),
        Statement(SIGNED_AT, policy="1.2.3", policy_digest=MessageDigest("whirlpool", b"")),
    ],
)
def test_unfit_statements(statement: Statement) -> None:
    making = make_cades(CONTENT, holder().signatory, statement, attached=True)
    assert refused(making) in (MakingRefusal.STATEMENT, MakingRefusal.ALGORITHM)


@settings(deadline=None, max_examples=60)
@given(
    content=st.binary(max_size=300),
    key_type=st.sampled_from(KEY_TYPES),
    attached=st.booleans(),
    roles=st.lists(st.text(min_size=1, max_size=20), max_size=3, unique=True),
    place=st.none() | st.text(min_size=1, max_size=20),
)
def test_what_is_signed_verifies(content, key_type, attached, roles, place) -> None:
    statement = Statement(SIGNED_AT, claimed_roles=tuple(roles), place=place)
    data = signed(key_type, KnownContent.of(content), attached=attached, statement=statement)
    (signature,) = judged(data, detached=None if attached else content).signatures
    assert (signature.integrity, signature.level) == ("intact", "B-B")
    assert sorted(signature.evidence.attributes.claimed_roles) == sorted(roles)
    if not attached:
        assert judged(data, detached=content + b".").signatures[0].integrity == "broken"
