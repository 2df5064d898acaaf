"""The command line, run as its user runs it, on a home of its own."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from idbridge.cli import main
from idbridge.pki import sm2
from idbridge.pki.sm2 import backends
from idbridge.pki.sm2.portable import Portable

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    def run(*arguments: str, **environment: str) -> Result:
        return CliRunner().invoke(main, arguments, env={"IDBRIDGE_HOME": str(tmp_path), **environment})

    return run


ADD = ("clients", "add", "--name", "Portal", "--redirect-uri", "https://portal.example/callback")


def test_help_names_every_command(run: Run) -> None:
    shown = run("--help").output
    assert all(name in shown for name in ("clients", "db", "demo", "keys", "serve"))
    assert all(run(name, "--help").exit_code == 0 for name in ("clients", "db", "demo", "keys", "serve"))


def test_a_portal_is_added_listed_and_removed(run: Run) -> None:
    added = json.loads(run(*ADD, "--json").output)
    assert set(added) == {"client_id", "client_secret", "issuer"}
    assert len(added["client_secret"]) == 43
    listed = json.loads(run("clients", "list", "--json").output)
    assert [one["client_id"] for one in listed] == [added["client_id"]]
    assert added["client_secret"] not in run("clients", "list").output
    assert run("clients", "remove", added["client_id"]).exit_code == 0
    assert run("clients", "remove", added["client_id"]).exit_code == 1
    assert json.loads(run("clients", "list", "--json").output) == []


def test_a_public_client_has_no_secret(run: Run) -> None:
    assert "client_secret" not in json.loads(run(*ADD, "--public", "--json").output)


def test_names_in_several_languages(run: Run) -> None:
    added = run(*ADD, "--name", "zh-Hant=門戶", "--purpose", "pt=Porque sim", "--json")
    assert added.exit_code == 0


def test_faults_of_a_registration_are_told_together(run: Run) -> None:
    result = run(
        "clients", "add", "--name", " ", "--redirect-uri", "https://a.example/#x", "--redirect-uri", "http://b.example/"
    )
    assert result.exit_code == 1
    assert all(fault in result.output for fault in ("client_name: missing", "fragment", "not-https"))


@pytest.mark.parametrize("identifier", ["idbridge", "twice"])
def test_an_identifier_is_given_once_and_ours_never(run: Run, identifier: str) -> None:
    first = run(*ADD, "--client-id", identifier)
    second = run(*ADD, "--client-id", identifier)
    assert second.exit_code == 1
    assert "registered already" in second.output
    assert first.exit_code == (1 if identifier == "idbridge" else 0)


def test_keys_are_listed_and_rotated(run: Run) -> None:
    before = run("keys", "list").output.splitlines()
    after = run("keys", "rotate").output.splitlines()
    assert (len(before), len(after)) == (2, 4)
    assert sum("retired" in line for line in after) == 2


def test_the_schema_can_be_brought_up_to_date_twice(run: Run) -> None:
    assert [run("db", "upgrade").exit_code for _ in range(2)] == [0, 0]


def test_broken_settings_are_told_in_words(run: Run) -> None:
    result = run("clients", "list", IDBRIDGE_ISSUER="http://id.example", IDBRIDGE_SESSION_SECONDS="x")
    assert result.exit_code == 1
    assert "issuer" in result.output
    assert "session_seconds" in result.output
    assert "Traceback" not in result.output


def test_an_unreachable_database_is_told_in_words(run: Run) -> None:
    result = run("clients", "list", IDBRIDGE_DATABASE_URL="postgresql://127.0.0.1:1/none")
    assert result.exit_code == 1
    assert "durable store" in result.output


def test_a_platform_without_sm2_is_told_before_anything_is_served(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    class Wrong(Portable):
        def verify(self, point: bytes, digest: bytes, r: int, s: int) -> bool:
            return True

    monkeypatch.setattr(backends, "LOADERS", (Wrong,))
    monkeypatch.setattr(sm2, "backend", backends.backend.__wrapped__)
    result = run("serve")
    assert result.exit_code == 1
    assert "no SM2 implementation passes its self-test here (failed: portable)" in result.output
