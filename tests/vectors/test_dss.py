"""Signed documents of EU DSS's own tests: integrity, levels and indications as `manifest.tsv` states them.

Provenance and licence stand in the vectors' README. Nothing is trusted here: an untrusted chain is INDETERMINATE, and
integrity is judged all the same.
"""

from __future__ import annotations

import csv
import tomllib
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

from idbridge import verify_document
from idbridge.signatures.report import DocumentReport, SignatureReport
from tests.requirements import vectors

AT = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Row:
    """A row of the manifest; empty where it says nothing."""

    file: str
    family: str
    integrity: str
    level: str
    indication: str
    sub_indication: str


def read_manifest() -> list[Row]:
    try:
        path = vectors("dss", "manifest.tsv")
    except pytest.skip.Exception:
        return []
    with path.open(encoding="utf-8", newline="") as lines:
        return [
            Row(row["file"], row["family"], row["integrity"], row["level"], row["indication"], row["subindication"])
            for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        ]


@cache
def ledger() -> dict[tuple[str, str], str]:
    rows = tomllib.loads((Path(__file__).parent / "dss_ledger.toml").read_text("utf-8"))["row"]
    assert all(row["reason"] for row in rows)
    return {(row["file"], row["member"]): row["ours"] for row in rows}


@cache
def report_on(file: str) -> DocumentReport:
    return verify_document(vectors(file).read_bytes(), trust=None, at=AT, name=file)


def documents() -> list[Row]:
    return read_manifest()


def named(row: Row) -> str:
    return row.file


def settle(row: Row, member: str, ours: str, *, agrees: bool) -> None:
    """Agree with the manifest, or differ exactly as the ledger says."""
    stated = ledger().get((row.file, member))
    if stated is None:
        assert agrees, f"{member}: we say {ours}, the manifest {row}"
    else:
        assert not agrees, f"{member} agrees with the manifest now: take the row out of the ledger"
        assert ours == stated


def integrity_of(report: DocumentReport) -> str:
    found = {signature.integrity for signature in report.signatures}
    return next((value for value in ("broken", "unknown") if value in found), "intact")


def level_of(signature: SignatureReport) -> str:
    level = signature.level
    return f"{signature.evidence.form}_{'BASELINE_' + level[2:] if level.startswith('B-') else level}"


def test_vectors_are_there() -> None:
    assert vectors("dss", "manifest.tsv").exists()


@pytest.mark.parametrize("row", documents(), ids=named)
def test_integrity(row: Row) -> None:
    ours = integrity_of(report_on(row.file))
    settle(row, "integrity", ours, agrees=(ours == "intact") == (row.integrity == "intact") and ours != "unknown")


@pytest.mark.parametrize("row", [row for row in documents() if row.level], ids=named)
def test_level(row: Row) -> None:
    ours = {level_of(signature) for signature in report_on(row.file).signatures}
    settle(row, "level", "|".join(sorted(ours)), agrees=ours == set(row.level.split("|")))


@pytest.mark.parametrize("row", [row for row in documents() if row.indication], ids=named)
def test_indication(row: Row) -> None:
    """The row's indication is that of some object of the document, or of the document."""
    report = report_on(row.file)
    objects = [*report.signatures, *report.timestamps, *report.evidence_records, report]
    found = {(o.indication.value, o.sub_indication.value if o.sub_indication else "") for o in objects}
    wanted = {
        (indication, sub_indication)
        for indication in row.indication.split("|")
        for sub_indication in row.sub_indication.split("|")
    }
    if row.indication == "NO_SIGNATURE_FOUND":  # ours stands as a sub-indication
        wanted = {("INDETERMINATE", "NO_SIGNATURE_FOUND")}
    ours = " ".join(filter(None, (report.indication.value, report.sub_indication and report.sub_indication.value)))
    settle(row, "indication", ours, agrees=bool(found & wanted))


def test_ledger_is_about_rows_that_exist() -> None:
    rows = read_manifest()
    if not rows:
        vectors("dss", "manifest.tsv")
    assert {file for file, _ in ledger()} <= {row.file for row in rows}
