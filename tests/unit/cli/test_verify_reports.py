"""`idbridge verify report.json`: an instance recognises its own reports, and others where their signer is pinned."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from asn1crypto import pem
from click.testing import CliRunner

from idbridge.app import report_key_of
from idbridge.cli.verify import Exit, verify
from idbridge.clock import system_clock
from idbridge.services.report_signing import ReportSigning, self_issued
from idbridge.settings import Settings, SettingsFault
from idbridge.storage.report_keys import ReportKeys


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("IDBRIDGE_HOME", str(tmp_path))
    reports = ReportSigning(
        lambda: self_issued(ReportKeys(tmp_path / "keys"), "https://b.example", system_clock()), system_clock
    )
    (tmp_path / "report.json").write_bytes(reports.sign(b'{"schema":"idbridge/document-report/1"}'))
    (tmp_path / "signer.pem").write_bytes(b"".join(pem.armor("CERTIFICATE", der) for der in reports.certificates()))
    return tmp_path


def verified(*arguments: str) -> tuple[int, dict[str, object]]:
    done = CliRunner().invoke(verify, [*arguments, "--json", "--offline"])
    return done.exit_code, json.loads(done.stdout)


def test_its_own_report(home: Path) -> None:
    code, report = verified(str(home / "report.json"))
    assert (code, report["indication"], report["format"]) == (Exit.PASSED, "TOTAL_PASSED", "JWS")


def test_that_of_another(home: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IDBRIDGE_HOME", str(tmp_path_factory.mktemp("another")))
    assert verified(str(home / "report.json"))[0] == Exit.INDETERMINATE
    assert verified(str(home / "report.json"), "--trust", str(home / "signer.pem"))[0] == Exit.PASSED


def test_a_changed_one(home: Path) -> None:
    text = (home / "report.json").read_text()
    (home / "report.json").write_text(text.replace('"payload":"eyJz', '"payload":"eyJy'))
    assert verified(str(home / "report.json"))[0] == Exit.FAILED


def test_damaged_keys_are_told(home: Path) -> None:
    (home / "keys" / "reports.json").write_bytes(b"{}")
    done = CliRunner().invoke(verify, [str(home / "report.json"), "--offline"])
    assert done.exit_code == Exit.USAGE
    assert "reports.json" in done.stderr


def test_settings_that_name_no_key_are_told(home: Path) -> None:
    settings = Settings(home=home, report_certificate=home / "signer.pem", report_key=str(home / "none.pem"))
    with pytest.raises(SettingsFault, match="report_certificate"):
        report_key_of(settings, ReportKeys(home / "keys"), system_clock)
    without_certificate = Settings(home=home, report_certificate=home / "none.pem")
    with pytest.raises(SettingsFault, match="report_certificate"):
        report_key_of(without_certificate, ReportKeys(home / "keys"), system_clock)
