"""Our answers read by EU DSS's own classes, and its schemas; and the members of its answers held against ours."""

from __future__ import annotations

import base64
import json
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from idbridge.signatures.making.catalogue import FORMATS, MadeFormat
from idbridge.web.compatible.dss import dss
from tests.requirements import CHECKOUT, missing, program
from tests.unit.services.published import instance
from tests.unit.signatures.forge import SIGNED_AT, Authority, cades
from tests.unit.signatures.making.pdf.papers import plain, saved

PEER = CHECKOUT / "tests" / "interop" / "dss_reports"
CLASS_PATH_LIMIT, RUN_LIMIT = 300, 300  # seconds; the first run of a machine downloads EU DSS
CONTENT = b"Letter of guarantee\n"


@pytest.fixture(scope="module")
def class_path(tmp_path_factory: pytest.TempPathFactory) -> str:
    target = tmp_path_factory.mktemp("dss") / "class-path"
    command = [program("mvn"), "-q", "-B", "dependency:build-classpath", f"-Dmdep.outputFile={target}"]
    found = subprocess.run(command, cwd=PEER, capture_output=True, text=True, timeout=CLASS_PATH_LIMIT, check=False)
    if found.returncode:
        missing(f"EU DSS from Maven: {found.stdout[:300]}")
    return target.read_text()


def run(class_path: str, *arguments: str | Path) -> list[str]:
    """Have DSS do it; return the lines it said before "done"."""
    java = [program("java"), "-cp", class_path, str(PEER / "Reports.java"), *map(str, arguments)]
    said = subprocess.run(java, capture_output=True, text=True, timeout=RUN_LIMIT, check=False)
    assert said.returncode == 0, said.stderr[-2000:]
    *lines, last = said.stdout.splitlines()
    assert last == "done"
    return lines


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    return instance(tmp_path_factory.mktemp("lists"))


@pytest.fixture(scope="module")
def client(here):
    app = Flask("compatible")
    app.register_blueprint(dss(here.documents))
    return app.test_client()


def ask(client, folder: Path, data: bytes, name: str = "bid") -> Path:
    """Ask as a client of DSS does; return the file with the answer. The request lies beside it."""
    request = {"signedDocument": {"bytes": base64.b64encode(data).decode(), "digestAlgorithm": None, "name": name}}
    request |= {"originalDocuments": None, "policy": None, "tokenExtractionStrategy": "NONE", "signatureId": None}
    (folder / "request.json").write_text(json.dumps(request))
    answer = client.post("/services/rest/validation/validateSignature", json=request)
    assert answer.status_code == 200, answer.text
    (folder / "response.json").write_bytes(answer.data)
    return folder / "response.json"


FORMS = (MadeFormat.CADES, MadeFormat.XADES, MadeFormat.JADES, MadeFormat.PADES, MadeFormat.ASIC_E_XADES)


def of_every_kind(here) -> Iterator[tuple[str, bytes, list[str]]]:
    """Yield documents with what DSS's classes shall say of our answers: verdicts, signer, value, number of timestamps."""
    for kind in FORMS:
        content = saved(plain()) if FORMATS[kind].suffix == ".pdf" else CONTENT
        yield kind, here.made(kind, content, by="hk-lam", name="bid.txt"), _told("TOTAL_PASSED", "null", "LAM Siu Ling")
    # SM2, for which DSS has no name; one that does not pass, with its reasons; one with a timestamp, broken
    yield "sm2", here.made(MadeFormat.CADES, CONTENT, by="gd-li"), _told("TOTAL_PASSED", "null", "李明")
    revoked = here.made(MadeFormat.CADES, CONTENT, by="hk-ho-revoked")
    yield "revoked", revoked, _told("INDETERMINATE", "REVOKED_NO_POE", "HO Wing Yan")
    authority = Authority()
    signer, stamper = authority.issue("Signer"), authority.issue("TSA", timestamping=True)
    stamped = cades(signer, CONTENT, authority=stamper, timed_at=SIGNED_AT + timedelta(hours=1))
    broken = stamped.replace(CONTENT, CONTENT[::-1])
    yield "broken", broken, _told("TOTAL_FAILED", "HASH_FAILURE", "Signer", valid="false", timestamps="1")


def _told(indication: str, sub_indication: str, signer: str, valid: str = "true", timestamps: str = "0") -> list[str]:
    return [indication, sub_indication, signer, indication, valid, signer, timestamps]


def test_dss_reads_our_answers_by_its_own_schemas(client, here, class_path, tmp_path):
    expected, answers = {}, []
    for name, data, told in of_every_kind(here):
        folder = tmp_path / name
        folder.mkdir()
        answers.append(ask(client, folder, data))
        expected[str(name)] = told
    said = [line.split("\t") for line in run(class_path, "response", *answers)]
    formats = {name: line.pop(2) for name, line in zip(expected, said, strict=True)}
    assert dict(zip(expected, said, strict=True)) == expected
    assert formats == {
        "cades": "CAdES_BASELINE_B",
        "xades": "XAdES_BASELINE_B",
        "jades": "JAdES_BASELINE_B",
        "pades": "PAdES_BASELINE_B",
        "asic-e-xades": "XAdES_BASELINE_B",
        "sm2": "CAdES_BASELINE_B",
        "revoked": "CAdES_BASELINE_B",
        "broken": "CAdES_BASELINE_T",
    }
    assert run(class_path, "request", tmp_path / "cades" / "request.json")[0] == "name: bid"


def test_our_members_are_among_those_of_dss(client, here, class_path, tmp_path):
    """What DSS itself says of the same document has every member that we say, of the same type."""
    signed = here.signed(CONTENT)
    (tmp_path / "signed.p7m").write_bytes(signed)
    run(class_path, "sample", tmp_path / "signed.p7m", tmp_path / "sample.json")
    theirs = json.loads((tmp_path / "sample.json").read_text())
    ours = json.loads(ask(client, tmp_path, signed).read_text())
    for report in ("SimpleReport", "DiagnosticData"):
        assert list(_strange(ours[report], theirs[report], report)) == []
    signatures = [told["DetailedReport"]["signatureOrTimestampOrEvidenceRecord"][0]["Signature"] for told in (ours, theirs)]
    assert set(signatures[0]) <= set(signatures[1])


def _strange(ours, theirs, place):
    """Yield where we have a member that DSS has not, or one of another type; of lists the first elements are compared."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for name, value in ours.items():
            if name not in theirs:
                yield f"{place}.{name}"
            else:
                yield from _strange(value, theirs[name], f"{place}.{name}")
    elif isinstance(ours, list) and isinstance(theirs, list):
        if ours and theirs:
            yield from _strange(ours[0], theirs[0], f"{place}[0]")
    elif ours is not None and theirs is not None and type(ours) is not type(theirs):
        yield f"{place}: {type(ours).__name__} for {type(theirs).__name__}"
