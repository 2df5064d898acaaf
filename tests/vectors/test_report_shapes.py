"""Reports on documents that others made, in every shape: as the schemas say, and told in every language."""

from __future__ import annotations

import json

import pytest
from lxml import etree

from idbridge.signatures.etsi.validation_report import validation_report
from idbridge.signatures.report import DocumentReport
from idbridge.web.reports.documents import tell
from idbridge.web.reports.text import text_lines
from idbridge.web.reports.voice import read_voices
from tests.etsi_schemas import validation_report_schema
from tests.requirements import package
from tests.unit.signatures.test_schemas import closed
from tests.vectors.test_dss import Row, documents, named, report_on

jsonschema = package("jsonschema")
SAMPLE = documents()[::3]
SCHEMA = jsonschema.Draft202012Validator(closed())
VOICES = read_voices()


@pytest.fixture
def report(row: Row) -> DocumentReport:
    return report_on(row.file)


@pytest.mark.parametrize("row", SAMPLE, ids=named)
def test_json_is_as_described(report: DocumentReport) -> None:
    SCHEMA.validate(json.loads(json.dumps(report.to_dict())))


@pytest.mark.parametrize("row", SAMPLE, ids=named)
def test_xml_is_valid_by_the_schema_of_etsi(report: DocumentReport) -> None:
    validation_report_schema().assertValid(etree.fromstring(validation_report(report)))


@pytest.mark.parametrize("row", SAMPLE, ids=named)
def test_words_are_there_in_every_language(report: DocumentReport) -> None:
    for voice in VOICES.values():
        account = tell(report, voice)
        assert account.verdict
        assert len(account.signatures) == len(report.signatures)
        for line in text_lines(account, voice, every=True):
            assert line.strip()
            assert "%(" not in line
            assert line.isprintable() or "\u2068" in line
