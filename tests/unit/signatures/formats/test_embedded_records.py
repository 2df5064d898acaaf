"""Evidence records within signatures, as many and as large as a stranger may make them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from idbridge import verify_document
from idbridge.signatures.ber import SEQUENCE, encode
from idbridge.signatures.evidence import SignatureEvidence
from idbridge.signatures.formats.catalogue import read_document
from idbridge.signatures.formats.cms_attributes import EVIDENCE_RECORDS
from idbridge.signatures.formats.limits import LIMITS, MIB
from idbridge.signatures.refusals import FormatRefusal, Refusal
from tests.guards import no_growth, no_hang
from tests.unit.signatures.forge import (
    Authority,
    Holder,
    attribute,
    baseline_attributes,
    cms,
    evidence_record,
    signature_value,
    signer_info,
)
from tests.unit.signatures.xml_forge import enveloped

AT = datetime(2026, 1, 1, tzinfo=UTC)
AUTHORITY = Authority()
SIGNER, STAMPER = AUTHORITY.issue("Signer"), AUTHORITY.issue("TSA", timestamping=True)
INTERNAL = EVIDENCE_RECORDS[0]
RECORD = evidence_record(STAMPER, b"of something else")


def signed(content: bytes, records: list[bytes], signers: int = 1, by: Holder = SIGNER) -> bytes:
    unsigned = [attribute(INTERNAL, *records)] if records else []
    attributes = baseline_attributes(by, content)
    return cms([signer_info(by, attributes, unsigned=unsigned) for _ in range(signers)], [by.der], content=content)


def only(data: bytes) -> SignatureEvidence:
    (signature,) = read_document(data).signatures
    return signature


def test_a_record_archives_the_message_without_it() -> None:
    attributes = baseline_attributes(SIGNER, b"content")
    bare = signer_info(SIGNER, attributes)
    message = cms([bare], [SIGNER.der], content=b"content")
    unsigned = [attribute(INTERNAL, evidence_record(STAMPER, message))]
    archived = signer_info(SIGNER, attributes, unsigned=unsigned, value=signature_value(bare))
    (record,) = only(cms([archived], [SIGNER.der], content=b"content")).evidence_records
    assert [reference.intact for reference in record.references] == [True]


def test_a_record_of_another_message_is_told() -> None:
    (record,) = only(signed(b"content", [RECORD])).evidence_records
    assert [reference.intact for reference in record.references] == [False]


def test_what_is_no_record_is_a_fault() -> None:
    found = only(signed(b"content", [encode(SEQUENCE), RECORD]))
    assert {fault.code for fault in found.signed.faults} == {"evidence-record-malformed"}
    assert [record.id for record in found.evidence_records] == ["S1.E2"]


def test_more_than_any_signature_has() -> None:
    with pytest.raises(FormatRefusal) as refused:
        read_document(signed(b"content", [RECORD] * (LIMITS.evidence_records + 1)))
    assert refused.value.code is Refusal.TOO_MANY_ENTRIES


def test_more_than_any_xml_signature_has() -> None:
    name = "http://uri.etsi.org/19132/v1.1.1#"
    held = f'<e:SealingEvidenceRecords xmlns:e="{name}">' + "<e:ASN1EvidenceRecord>AA==</e:ASN1EvidenceRecord>" * 5
    with pytest.raises(FormatRefusal) as refused:
        read_document(enveloped(SIGNER, unsigned=(held + "</e:SealingEvidenceRecords>") * 2).encode())
    assert refused.value.code is Refusal.TOO_MANY_ENTRIES


def test_records_whose_timestamps_were_left_out_have_a_verdict() -> None:
    """All signers together have more timestamps than are judged: those records prove nothing, and say so."""
    report = verify_document(signed(b"content", [RECORD] * 8, signers=60), trust=None, at=AT)
    assert len(report.evidence_records) == 480
    assert "too-many-timestamps" in {fault.code for fault in report.limits}
    assert report.evidence_records[-1].indication != "PASSED"


def test_a_large_message_is_not_copied_for_each_record() -> None:
    data = signed(bytes(96 * MIB), [RECORD])
    with no_hang("a large message with a record"), no_growth():
        assert only(data).evidence_records


def test_a_large_message_is_not_digested_for_each_signer() -> None:
    data = signed(bytes(8 * MIB), [RECORD], signers=40)
    with no_hang("many signers with records"), pytest.raises(FormatRefusal) as refused:
        read_document(data)
    assert refused.value.code is Refusal.TOO_LARGE
