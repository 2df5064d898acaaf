"""Every bound is documented as it is, and gives the code that is documented; and every code of refusal can be had."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import fields, replace
from datetime import UTC, datetime

import pytest

from idbridge import verify_document
from idbridge.signatures.formats.limits import LIMITS, MIB, Limits
from idbridge.signatures.refusals import DocumentRefused, Refusal
from tests.requirements import CHECKOUT
from tests.unit.signatures.forge import SIGNED_AT, Authority, cades, cms, evidence_record, signer_info
from tests.unit.signatures.formats import pdf_forge
from tests.unit.signatures.formats.asic.test_reading import container, zipped
from tests.unit.signatures.formats.test_archive import encrypted
from tests.unit.signatures.formats.test_archive_layout import AMBIGUOUS
from tests.unit.signatures.formats.test_embedded_records import signed as with_records
from tests.unit.signatures.formats.test_pdf_disguises import many_signers
from tests.unit.signatures.formats.xmldsig.test_reading import countersigned
from tests.unit.signatures.xml_forge import EXCLUSIVE, Xades, enveloped, reference

AT = datetime(2026, 1, 1, tzinfo=UTC)
AUTHORITY = Authority()
SIGNER, STAMPER = AUTHORITY.issue("Signer"), AUTHORITY.issue("TSA", timestamping=True)
DOCUMENTED = (CHECKOUT / "README.md").read_text(encoding="utf-8").partition("### Limits")[2].partition("\n## ")[0]
ROWS = {
    name: (value, beyond)
    for name, value, beyond in re.findall(r"^\| `(\w+)` \| ([^|]+) \|[^|]+\| ([^|]+) \|$", DOCUMENTED, re.MULTILINE)
}
UNREAD = "left unread: "


def archived() -> bytes:
    """CAdES with a timestamp, a certificate and a CRL."""
    return cades(SIGNER, b"content", authority=STAMPER, timed_at=SIGNED_AT, crls=[AUTHORITY.crl(AT)])


def costly() -> bytes:
    text = Xades(SIGNER, [reference("", "", (EXCLUSIVE,))] * 30).text()
    return f"<a>{'<b/>' * 20_000}{text}</a>".encode()


def repetitive() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a", bytes(2 * MIB))
    return buffer.getvalue()


BID = {"bid.txt": b"the bid", "plan.txt": b"the plan"}
BEYOND: dict[str, tuple[int, Callable[[], bytes]]] = {
    "document_size": (0, lambda: b"x"),
    "signatures": (1, lambda: cms([signer_info(SIGNER, None, message=b"x")] * 2, content=b"x")),
    "timestamps": (0, archived),
    "evidence_records": (1, lambda: with_records(b"x", [evidence_record(STAMPER, b"x")] * 2)),
    "certificates": (0, archived),
    "revocations": (0, archived),
    "references": (1, lambda: zipped(container(BID))),
    "attributes": (1, archived),
    "nesting": (0, lambda: countersigned().encode()),
    "xml_depth": (2, lambda: enveloped(SIGNER).encode()),
    "xml_nodes": (2, lambda: enveloped(SIGNER).encode()),
    "xml_work": (0, costly),
    "json_size": (1, lambda: b'{"signature":""}'),
    "json_values": (0, lambda: b'{"signature":""}'),
    "transforms": (0, lambda: enveloped(SIGNER).encode()),
    "archive_entries": (1, lambda: zipped(BID)),
    "archive_size": (1, lambda: zipped(BID)),
    "archive_whole": (1, lambda: zipped(container(BID))),
    "archive_ratio": (1, repetitive),
    "path_length": (1, lambda: zipped(BID)),
    "pdf_objects": (1, lambda: pdf_forge.signed(SIGNER)),
    "pdf_revisions": (1, lambda: many_signers(2, 1)),
    "pdf_revision_objects": (0, lambda: many_signers(20, 1)),
}


def written(name: str) -> str:
    value = int(getattr(LIMITS, name))
    return f"{value // MIB:,} MiB" if value >= MIB and value % MIB == 0 else f"{value:,}"


def test_every_limit_is_documented_as_it_is() -> None:
    assert {name: value for name, (value, _) in ROWS.items()} == {field.name: written(field.name) for field in fields(Limits)}


@pytest.mark.parametrize("name", [field.name for field in fields(Limits)])
def test_beyond_a_limit_the_documented_code_is_given(name: str) -> None:
    value, make = BEYOND[name]
    code = ROWS[name][1]
    tightened = replace(LIMITS, **{name: value})
    if code.startswith(UNREAD):
        report = verify_document(make(), trust=None, at=AT, limits=tightened)
        assert [fault.code for fault in report.limits] == [code.removeprefix(UNREAD).strip("`")]
        assert report.indication != "TOTAL_PASSED"
        return
    with pytest.raises(DocumentRefused) as refused:
        verify_document(make(), trust=None, at=AT, limits=tightened)
    assert refused.value.code == code.strip("`")
    assert len(refused.value.detail) > len("too much")


def packed_by(method: int) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        archive.writestr("a", "x")
    return buffer.getvalue()


OTHERS: dict[Refusal, Callable[[], object]] = {
    Refusal.EMPTY: lambda: verify_document(b"", trust=None, at=AT),
    Refusal.UNKNOWN_FORMAT: lambda: verify_document(bytes(10), trust=None, at=AT),
    Refusal.TWO_FORMATS: lambda: verify_document(b"<a><!-- %PDF-1.7 --></a>", trust=None, at=AT),
    Refusal.MALFORMED: lambda: verify_document(b"<a", trust=None, at=AT),
    Refusal.ENCRYPTED: lambda: verify_document(encrypted(), trust=None, at=AT),
    Refusal.NOT_SUPPORTED: lambda: verify_document(packed_by(zipfile.ZIP_LZMA), trust=None, at=AT),
    Refusal.DOCTYPE: lambda: verify_document(b"<!DOCTYPE a><a/>", trust=None, at=AT),
    Refusal.AMBIGUOUS: lambda: verify_document(AMBIGUOUS["a file before the directory"](), trust=None, at=AT),
    Refusal.BAD_REQUEST: lambda: verify_document(archived(), trust=None, at=AT.replace(tzinfo=None)),
    Refusal.POLICY: lambda: verify_document(archived(), trust=None, at=AT, policy="no TOML"),
}


@pytest.mark.parametrize("code", OTHERS)
def test_every_other_refusal_can_be_had(code: Refusal) -> None:
    with pytest.raises(DocumentRefused) as refused:
        OTHERS[code]()
    assert refused.value.code is code


def test_every_code_is_documented_and_tried() -> None:
    limits = {Refusal(code.strip("`")) for _, code in ROWS.values() if not code.startswith(UNREAD)}
    assert limits | OTHERS.keys() == set(Refusal)
    assert all(f"`{code}`" in DOCUMENTED for code in Refusal)
