"""Evidence records within signatures of other software: what they archive is told, and a change to it is caught."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from idbridge import verify_document
from idbridge.signatures.contents import HashedContent, digest
from idbridge.signatures.report import DocumentReport
from tests.requirements import vectors

AT = datetime(2026, 1, 1, tzinfo=UTC)
HELLO = b"Hello World!"


def judged(*name: str, detached: bytes | None = None, change: tuple[bytes, bytes] | None = None) -> DocumentReport:
    data = vectors("dss", *name).read_bytes()
    if change is not None:
        assert data.count(change[0]) == 1
        data = data.replace(*change)
    return verify_document(data, trust=None, at=AT, detached=detached)


def archived(report: DocumentReport) -> list[list[bool | None]]:
    """Return for each record whether the archived objects and the tokens' imprints are as they were."""
    records = [record.evidence for record in report.evidence_records]
    return [[*(r.intact for r in one.references), *(t.imprint.intact for t in one.timestamps)] for one in records]


@pytest.mark.parametrize(
    ("name", "records", "detached"),
    [
        (("cades", "C-E-ERS-parallel-ers.p7m"), [[True] * 2, [True] * 2], None),
        (("cades", "C-E-ERS_renewed_hashtree.p7m"), [[True] * 5], None),
        (("cades", "C-E-ERS-detached_renewed_hashtree.p7s"), [[True] * 7], HELLO),
        (("xades", "X-E-ERS-basic-asn1.xml"), [[True] * 2], None),
        (("xades", "X-E-ERS-two-ers.xml"), [[True] * 2, [True] * 2], None),
        (("xades", "X-E-ERS-two-parallel-ers-one-tst-invalid.xml"), [[True] * 2, [True, False]], None),
        (("xades", "X-E-ERS-with-counter-sig.xml"), [[True] * 2], None),
        (("xades", "XAdES-B_ER_Renewed_can.xml"), [[True] * 3], None),
    ],
    ids=lambda value: value[-1] if isinstance(value, tuple) else "",
)
def test_what_is_archived(name: tuple[str, str], records: list[list[bool]], detached: bytes | None) -> None:
    assert archived(judged(*name, detached=detached)) == records


def test_without_the_content_nobody_can_tell() -> None:
    (record,) = archived(judged("cades", "C-E-ERS-detached_renewed_hashtree.p7s"))
    assert record == [True, None, True, None, True, True, True]


def test_the_digests_of_the_content_are_enough() -> None:
    data = vectors("dss", "cades", "C-E-ERS-detached_renewed_hashtree.p7s").read_bytes()
    digests = {name: digest(name, HELLO) or b"" for name in ("SHA-256", "SHA-384", "SHA-512")}
    report = verify_document(data, trust=None, at=AT, detached=[HashedContent(digests)])
    assert archived(report) == [[True] * 7]


def test_another_content_is_told() -> None:
    report = judged("cades", "C-E-ERS-detached_renewed_hashtree.p7s", detached=HELLO + b"!")
    assert False in archived(report)[0]
    assert report.evidence_records[0].sub_indication == "HASH_FAILURE"


@pytest.mark.parametrize(
    ("name", "change"),
    [
        (("cades", "C-E-ERS-parallel-ers.p7m"), b"certificate"),
        (("xades", "X-E-ERS-with-counter-sig.xml"), b"CertificateValues"),
    ],
    ids=["CMS", "XML"],
)
def test_what_was_added_to_the_signature_later_is_archived_too(name: tuple[str, str], change: bytes) -> None:
    """An unsigned part changes: the signature's own value is right, the record says that it is not what was archived."""
    data = bytearray(vectors("dss", *name).read_bytes())
    if change == b"CertificateValues":
        place = data.index(b"EncapsulatedX509Certificate>") + 40
        data[place] = data[place] + 1 if data[place] != ord("z") else ord("a")
    else:
        place = data.index(b"http://dss.nowina.lu/pki-factory/crl")  # in a certificate beside the signer
        data[place + 20] ^= 1
    report = verify_document(bytes(data), trust=None, at=AT)
    assert report.signatures[0].integrity == "intact"
    assert not any(all(record) for record in archived(report))
