"""From B to T, LT, LTA and LTA again: the level is what it says, and no byte that was signed or stamped changes."""

from __future__ import annotations

import itertools
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from idbridge.signatures.ber import read_value
from idbridge.signatures.contents import HashedContent, KnownContent
from idbridge.signatures.evidence import TimestampKind
from idbridge.signatures.formats import cms_attributes as oids
from idbridge.signatures.formats.limits import LIMITS
from idbridge.signatures.formats.signed_data import read_signed_data
from idbridge.signatures.making.cms.augmenting import augment_cades
from idbridge.signatures.making.cms.envelope import read_envelope
from idbridge.signatures.making.cms.gbt35275 import make_gbt35275
from idbridge.signatures.making.cms.signing import add_cades, counter_sign, make_cades
from idbridge.signatures.making.refusals import MakingRefusal, MakingRefused
from idbridge.signatures.making.steps import BaselineLevel, LongTermMaterial
from tests.unit.signatures.forge import Authority as Forger
from tests.unit.signatures.forge import attribute, baseline_attributes, cms, signer_info, token
from tests.unit.signatures.making.cms.test_signing import CONTENT, indefinite, refused
from tests.unit.signatures.making.workshop import (
    KEY_TYPES,
    NOW,
    SIGNED_AT,
    STATEMENT,
    Authority,
    holder,
    judged,
    made,
    material,
    ocsp_response,
)

T, LT, LTA = BaselineLevel.T, BaselineLevel.LT, BaselineLevel.LTA


def signature(key_type: str = "ec-p256", *, attached: bool = True) -> bytes:
    by = holder(key_type)
    return made(make_cades(CONTENT, by.signatory, STATEMENT, attached=attached), by)


def chain(data: bytes, stamper: Authority | None = None, **rest) -> list[bytes]:
    """The same document at B, T, LT, LTA and LTA renewed."""
    stamper = stamper or Authority()
    documents = [data]
    for level in (T, LT, LTA, LTA):
        given = material() if level is LT else LongTermMaterial()
        documents.append(made(augment_cades(documents[-1], level, given, **rest), stamper=stamper))
    return documents


@pytest.mark.parametrize("attached", [True, False])
@pytest.mark.parametrize("key_type", KEY_TYPES)
def test_every_level(key_type: str, attached: bool) -> None:
    content = None if attached else CONTENT
    documents = chain(signature(key_type, attached=attached), content=content)
    for document, level in zip(documents, ("B-B", "B-T", "B-LT", "B-LTA", "B-LTA"), strict=True):
        report = judged(document, detached=content)
        assert report.signatures[0].level == level
        assert report.signatures[0].integrity == "intact"
        assert {stamp.integrity for stamp in report.timestamps} <= {"intact"}
        if level in ("B-LT", "B-LTA"):
            assert report.indication == "TOTAL_PASSED", report.to_dict()
            assert {stamp.indication for stamp in report.timestamps} == {"PASSED"}
    assert [stamp.evidence.kind for stamp in judged(documents[-1], detached=content).timestamps] == [
        TimestampKind.SIGNATURE,
        TimestampKind.ARCHIVE,
        TimestampKind.ARCHIVE,
    ]


@pytest.mark.parametrize(("key_type", "digest"), [("sm2", "SM3"), ("ec-p384", "SHA-384"), ("rsa-2048", "SHA-512")])
def test_digests_and_authorities(key_type: str, digest: str) -> None:
    documents = chain(signature(key_type), Authority(key_type, digest), digest_name=digest)
    report = judged(documents[-1])
    assert (report.indication, report.signatures[0].level) == ("TOTAL_PASSED", "B-LTA")
    assert {stamp.evidence.imprint.algorithm for stamp in report.timestamps} == {digest}


def test_each_level_keeps_what_was_before() -> None:
    documents = chain(signature())
    for before, after in itertools.pairwise(documents):
        old, new = read_envelope(before), read_envelope(after)
        assert old.encapsulated == new.encapsulated
        assert set(old.certificates) <= set(new.certificates)
        assert set(old.revocations) <= set(new.revocations)
        (one,), (other,) = read_signed_data(before, LIMITS).signers, read_signed_data(after, LIMITS).signers
        assert [field.encoding for field in one.fields[:6]] == [field.encoding for field in other.fields[:6]]
        kept = [item.value.encoding for item in one.unsigned]
        assert [item.value.encoding for item in other.unsigned][: len(kept)] == kept


def test_every_signer_is_augmented_and_counter_signatures_are_covered() -> None:
    by = holder("rsa-2048")
    data = made(add_cades(signature(), by.signatory, STATEMENT), by)
    data = made(counter_sign(data, 1, by.signatory, STATEMENT), by)
    report = judged(chain(data)[3])
    assert report.indication == "TOTAL_PASSED", report.to_dict()
    assert [s.level for s in report.signatures if s.evidence.parent is None] == ["B-LTA", "B-LTA"]
    archive = report.signatures[0].evidence.timestamps[1]
    assert archive.covers.signatures == {"S1", "S1.C1"}


def test_signatures_added_after_archiving_leave_it_whole() -> None:
    by = holder("rsa-2048")
    archived = chain(signature())[3]
    data = made(counter_sign(made(add_cades(archived, by.signatory, STATEMENT), by), 1, by.signatory, STATEMENT), by)
    report = judged(data)
    assert [s.integrity for s in report.signatures] == ["intact"] * 3
    assert {stamp.indication for stamp in report.timestamps} == {"PASSED"}


@pytest.mark.parametrize("part", ["certificates", "revocations"])
def test_what_is_archived_cannot_be_taken_out(part: str) -> None:
    envelope = read_envelope(chain(signature())[3])
    kept = {"certificates": (holder().certificate, holder("ec-p256", "stamper", 72).certificate), "revocations": ()}[part]
    report = judged(replace(envelope, **{part: kept}).encoding())
    assert report.timestamps[1].indication != "PASSED"


def test_ocsp_responses_make_version_5() -> None:
    response = ocsp_response()
    data = made(augment_cades(made(augment_cades(signature(), T)), LT, LongTermMaterial((), (), (response,))))
    read = read_signed_data(data, LIMITS)
    assert read.version == 5  # RFC 5652 clause 5.1
    assert [found.der for found in read.revocations] == [response]
    assert read_signed_data(signature(), LIMITS).version == 1


def test_foreign_message_in_ber() -> None:
    """A signature of another maker, in indefinite lengths: everything within stays as it is."""
    forger = Forger()
    theirs = forger.issue("Theirs")
    info = signer_info(theirs, baseline_attributes(theirs, b"content"), ordered=False)
    document = indefinite(cms([info], [theirs.der], content=b"content"))
    stamped = made(augment_cades(document, T))
    assert read_value(info).content in stamped
    archived = made(augment_cades(made(augment_cades(stamped, LT, material())), LTA))
    (signature_report,) = judged(archived).signatures
    assert signature_report.integrity == "intact"
    assert [stamp.integrity for stamp in judged(archived).timestamps] == ["intact", "intact"]
    assert {reference.intact for stamp in judged(archived).timestamps for reference in stamp.evidence.signed.references} == {
        True
    }


def test_nothing_to_add() -> None:
    at_t = made(augment_cades(signature(), T))
    assert refused(augment_cades(at_t, T)) is MakingRefusal.NOTHING_TO_AUGMENT
    at_lt = made(augment_cades(at_t, LT, material()))
    assert refused(augment_cades(at_lt, LT, material())) is MakingRefusal.NOTHING_TO_AUGMENT


def test_refusals() -> None:
    data = signature()
    assert refused(augment_cades(data, BaselineLevel.B)) is MakingRefusal.LEVEL
    assert refused(augment_cades(data, LTA)) is MakingRefusal.LEVEL  # no signature timestamp
    assert refused(augment_cades(b"no message", T)) is MakingRefusal.FORMAT
    by = holder("sm2")
    chinese = made(make_gbt35275(CONTENT, by.signatory, STATEMENT, attached=True), by)
    assert refused(augment_cades(chinese, T)) is MakingRefusal.LEVEL


def test_archiving_needs_the_content() -> None:
    at_t = made(augment_cades(signature(attached=False), T))
    assert refused(augment_cades(at_t, LTA)) is MakingRefusal.CONTENT_MISSING
    other = KnownContent.of(b"another")
    assert refused(augment_cades(at_t, LTA, content=other)) is MakingRefusal.CONTENT_DIFFERS
    hashed = HashedContent({"SHA-256": CONTENT.digest("SHA-256") or b""})
    archived = made(augment_cades(at_t, LTA, material(), content=hashed))
    assert judged(archived, detached=CONTENT).signatures[0].level == "B-LTA"
    assert refused(augment_cades(at_t, LTA, content=hashed, digest_name="SHA-512")) is MakingRefusal.CONTENT_MISSING


@pytest.mark.parametrize("kind", [oids.ARCHIVE_TIMESTAMP_V1, oids.ARCHIVE_TIMESTAMP_V2])
def test_old_archive_timestamps_are_in_the_way(kind: str) -> None:
    forger = Forger()
    theirs, stamper = forger.issue("Theirs"), forger.issue("TSA", timestamping=True)
    stamp = attribute(kind, token(stamper, b"whatever", SIGNED_AT))
    info = signer_info(theirs, baseline_attributes(theirs, b"content"), unsigned=[stamp])
    document = cms([info], [theirs.der], content=b"content")
    assert refused(augment_cades(document, T)) is MakingRefusal.ARCHIVED
    assert refused(augment_cades(document, LT, material())) is MakingRefusal.ARCHIVED
    assert refused(augment_cades(document, LTA, material())) is MakingRefusal.ARCHIVED


def test_tokens_that_cannot_carry_an_index() -> None:
    at_t = made(augment_cades(signature(), T))
    making = augment_cades(at_t, LTA)
    next(making)
    with pytest.raises(MakingRefused) as raised:
        making.send(cms([], content=b"no signer"))
    assert raised.value.code is MakingRefusal.TIMESTAMP_INVALID


@settings(deadline=None, max_examples=25)
@given(
    content=st.binary(max_size=200),
    key_type=st.sampled_from(KEY_TYPES),
    steps=st.lists(st.sampled_from([T, LT, LTA]), min_size=1, max_size=4),
)
def test_any_order_that_is_not_refused_stays_intact(content, key_type, steps) -> None:
    by, stamper = holder(key_type), Authority()
    data = made(make_cades(KnownContent.of(content), by.signatory, STATEMENT, attached=True), by)
    before = read_signed_data(data, LIMITS).signers[0]
    for level in steps:
        with suppress(MakingRefused):
            data = made(augment_cades(data, level, material()), stamper=stamper)
    after = read_signed_data(data, LIMITS).signers[0]
    assert [field.encoding for field in before.fields] == [field.encoding for field in after.fields[: len(before.fields)]]
    report = judged(data, at=NOW + timedelta(days=1))
    assert report.signatures[0].integrity == "intact"
    assert {stamp.integrity for stamp in report.timestamps} <= {"intact"}
