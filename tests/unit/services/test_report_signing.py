"""Reports that the bridge signs and checks later: with its own key, or with one that the operator gives it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from asn1crypto import pem

from idbridge.pki.errors import PkiError
from idbridge.services.documents import DocumentQuestion, Documents
from idbridge.services.list_trust import NamedCertificates
from idbridge.services.own_signers import own_signers
from idbridge.services.report_signing import LIFE, MARGIN, ReportSigning, operators_key, self_issued
from idbridge.signatures.formats.jws.values import from_base64url
from idbridge.signatures.making.refusals import MakingRefused
from idbridge.storage.keys.errors import KeyStoreError
from idbridge.storage.keys.files import write_key
from idbridge.storage.private_files import KeyFilesUnusable
from idbridge.storage.report_keys import ReportKeys
from tests.unit.signatures.making.people import BORN, person
from tests.unit.signatures.making.people import SIGNED_AT as SIGNED

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
REPORT = b'{"schema":"idbridge/document-report/1","name":"\xe5\x90\x88.pdf"}'
ISSUER = "https://bridge.example:8443/base"
NOBODY = NamedCertificates(())


def signing(folder: Path, now: datetime = NOW) -> ReportSigning:
    keys = ReportKeys(folder)
    return ReportSigning(lambda: self_issued(keys, ISSUER, now), lambda: now)


def checked(folder: Path, signed: bytes, now: datetime = NOW):
    keys = ReportKeys(folder)
    documents = Documents(NOBODY, None, lambda: now, own_signers=lambda: own_signers(keys))
    return documents.verify(DocumentQuestion(signed)).report


def test_what_the_instance_said_it_recognises(tmp_path: Path) -> None:
    signed = signing(tmp_path).sign(REPORT)
    report = checked(tmp_path, signed, NOW + timedelta(days=400))
    (signature,) = report.signatures
    assert (report.indication, signature.level, signature.evidence.form) == ("TOTAL_PASSED", "B-B", "JAdES"), report.to_dict()
    assert signature.evidence.attributes.signing_time == NOW
    assert signature.signer is not None
    assert signature.signer.name == "Reports of bridge.example:8443"
    assert from_base64url(json.loads(signed)["payload"]) == REPORT


def test_what_another_said_it_does_not(tmp_path: Path) -> None:
    signed = signing(tmp_path / "other").sign(REPORT)
    signing(tmp_path / "own").sign(REPORT)
    report = checked(tmp_path / "own", signed)
    assert (report.indication, report.sub_indication) == ("INDETERMINATE", "NO_CERTIFICATE_CHAIN_FOUND")
    pinned = NamedCertificates(own_signers(ReportKeys(tmp_path / "other")))
    assert Documents(pinned, None, lambda: NOW).verify(DocumentQuestion(signed)).report.indication == "TOTAL_PASSED"


def test_a_changed_report_is_caught(tmp_path: Path) -> None:
    members = json.loads(signing(tmp_path).sign(REPORT))
    members["payload"] = members["payload"][:-4] + "AAAA"
    assert checked(tmp_path, json.dumps(members).encode()).indication == "TOTAL_FAILED"


def test_own_key_is_renewed_in_time_and_its_predecessor_still_known(tmp_path: Path) -> None:
    old = signing(tmp_path).sign(REPORT)
    assert signing(tmp_path, NOW + LIFE - MARGIN - timedelta(days=1)).certificates() == signing(tmp_path).certificates()
    later = NOW + LIFE - MARGIN + timedelta(days=1)
    signed = signing(tmp_path, later).sign(REPORT)
    assert len(own_signers(ReportKeys(tmp_path))) == 2
    assert [checked(tmp_path, one, later).indication for one in (old, signed)] == ["TOTAL_PASSED"] * 2


@pytest.fixture
def given(tmp_path: Path) -> Path:
    who = person("rsa-2048")
    chain = b"".join(pem.armor("CERTIFICATE", der) for der in (who.signatory.certificate, who.root))
    (tmp_path / "chain.pem").write_bytes(chain)
    write_key(tmp_path / "key.pem", who.signer.private_key, b"secret")
    return tmp_path


def test_operators_certificate(given: Path) -> None:
    key = operators_key(given / "chain.pem", str(given / "key.pem"), "secret")
    reports = ReportSigning(lambda: key, lambda: SIGNED)
    assert len(reports.certificates()) == 2
    header = json.loads(from_base64url(json.loads(reports.sign(REPORT))["protected"]) or b"")
    assert header["alg"] == "RS256"
    assert len(header["x5c"]) == 2


def test_what_cannot_sign_is_refused(given: Path) -> None:
    key = operators_key(given / "chain.pem", str(given / "key.pem"), "secret")
    with pytest.raises(MakingRefused, match="is valid from"):
        ReportSigning(lambda: key, lambda: BORN - timedelta(days=1)).sign(REPORT)
    with pytest.raises(MakingRefused, match="the key is not that of"):
        ReportSigning(lambda: replace(key, signer=person().signer), lambda: SIGNED).sign(REPORT)
    with pytest.raises(KeyStoreError):
        operators_key(given / "chain.pem", str(given / "key.pem"), "another")
    with pytest.raises(OSError, match="none"):
        operators_key(given / "none", str(given / "key.pem"), "secret")
    (given / "empty").write_bytes(b"")
    with pytest.raises(PkiError):
        operators_key(given / "empty", str(given / "key.pem"), "secret")


@pytest.mark.parametrize("member", ["key", "certificate"])
def test_damaged_keys_are_told(tmp_path: Path, member: str) -> None:
    signing(tmp_path).sign(REPORT)
    stored = json.loads((tmp_path / "reports.json").read_bytes())
    stored[0][member] = "AAAA"
    (tmp_path / "reports.json").write_text(json.dumps(stored))
    with pytest.raises(KeyFilesUnusable):
        signing(tmp_path).sign(REPORT)
