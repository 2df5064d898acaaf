"""The published schema: it describes every member that is written, in every kind of document, and nothing else."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime

import pytest

from idbridge import verify_document
from idbridge.signatures.evidence import RevocationKind, ScopeKind, SignatureForm, TimestampKind
from idbridge.signatures.indications import Indication, SubIndication
from idbridge.signatures.judgement import Outcome
from idbridge.signatures.report import SCHEMA
from idbridge.signatures.schemas import DOCUMENT_REPORT, read_schema
from idbridge.trust.answers import Answer
from idbridge.trust.answers import Outcome as RuleOutcome
from tests.requirements import package
from tests.unit.signatures.forge import Authority, cades

jsonschema = package("jsonschema")
AT = datetime(2024, 6, 15, tzinfo=UTC)


def published() -> dict:
    return json.loads(read_schema(DOCUMENT_REPORT))


def closed() -> dict:
    """The schema as a reader must not use it: members that it does not name are refused."""
    schema = copy.deepcopy(published())
    for part in walk(schema):
        if part.get("type") == "object" and "properties" in part:
            part["additionalProperties"] = False
    return schema


def walk(part):
    if isinstance(part, dict):
        yield part
        for member in part.values():
            yield from walk(member)
    elif isinstance(part, list):
        for member in part:
            yield from walk(member)


@pytest.fixture(scope="module")
def reports() -> list[dict]:
    authority = Authority()
    stamper = authority.issue("TSA", timestamping=True)
    signer = authority.issue("Ng Sio Fong")
    signed = cades(signer, b"content", authority=stamper, timed_at=AT)
    return [
        verify_document(data, trust=trust, at=AT, name=name).to_dict()
        for data, trust, name in ((signed, [authority.root.der], "a.p7m"), (signed, None, None), (b"<a/>", None, "plain.xml"))
    ]


def test_is_a_schema_of_the_version_that_reports_state() -> None:
    jsonschema.Draft202012Validator.check_schema(published())
    assert published()["properties"]["schema"] == {"const": SCHEMA}


def test_every_report_is_as_described(reports: list[dict]) -> None:
    for report in reports:
        jsonschema.Draft202012Validator(closed()).validate(report)


def test_readers_pass_over_what_comes_later(reports: list[dict]) -> None:
    jsonschema.Draft202012Validator(published()).validate({**reports[0], "later": 1})


@pytest.mark.parametrize("member", ["indication", "signatures", "at", "schema"])
def test_a_report_that_lacks_a_member_is_none(reports: list[dict], member: str) -> None:
    report = {name: value for name, value in reports[0].items() if name != member}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(published()).validate(report)


def test_codes_are_those_of_the_code() -> None:
    parts = published()["$defs"]
    members = {name: part.get("properties", {}) for name, part in parts.items()}
    assert parts["total"]["enum"] == [i for i in Indication if i.total is i]
    assert parts["sub_indication"]["enum"] == [*SubIndication, None]
    assert members["scope"]["kind"]["enum"] == list(ScopeKind)
    assert members["check"]["outcome"]["enum"] == list(Outcome)
    assert members["signature"]["format"]["enum"] == list(SignatureForm)
    assert members["timestamp"]["kind"]["enum"] == list(TimestampKind)
    assert members["answer"]["answer"]["enum"] == list(Answer)
    assert members["answer"]["rules"]["items"]["properties"]["outcome"]["enum"] == list(RuleOutcome)
    assert published()["properties"]["revocations"]["items"]["properties"]["kind"]["enum"] == list(RevocationKind)
