"""`idbridge trust`, as an operator uses it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner

from idbridge.cli import main
from idbridge.trust.drafting import draft_list
from tests.unit.trust.lists import HK, authorities, load, sign, source


@pytest.fixture
def home(tmp_path):
    """An instance that relies on Hong Kong's list, issued an hour ago."""
    trust = tmp_path / "trust"
    trust.mkdir()
    (trust / "sources.toml").write_text(
        '[[list]]\nterritory = "HK"\nlocation = "https://127.0.0.1:1/hk.xml"\nsigners = ["hk.cer"]\n'
    )
    (trust / "hk.cer").write_bytes(authorities()["hk-signer"].der)
    issued = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)
    (tmp_path / "hk.xml").write_bytes(sign(draft_list(source(HK), issued=issued, load=load)))
    return tmp_path


def run(home, *arguments, code=0):
    result = CliRunner().invoke(main, ["trust", *map(str, arguments)], env={"IDBRIDGE_HOME": str(home)})
    assert result.exit_code == code, result.output
    return result.output


def test_a_missing_list_is_shown_as_such(home):
    assert run(home, "show", code=1) == "HK: missing\n"


def test_an_offered_list_is_relied_upon_and_shown(home):
    assert run(home, "offer", "HK", home / "hk.xml") == "HK: accepted\n"
    assert run(home, "offer", "HK", home / "hk.xml") == "HK: unchanged\n"
    assert "HK: current until" in run(home, "show")
    (status,) = json.loads(run(home, "show", "--json"))
    assert (status["sequence"], status["standing"], status["last_attempt"]) == (7, "current", None)
    assert 3600 <= status["age_seconds"] < 3700


def test_a_refresh_that_fails_keeps_the_list(home):
    run(home, "offer", "HK", home / "hk.xml")
    assert run(home, "refresh") == "HK: forbidden-address (127.0.0.1)\n"
    assert "list 7" in run(home, "show")
    assert "forbidden-address" in run(home, "show")


def test_a_refresh_without_any_good_list_ends_with_one(home):
    run(home, "refresh", code=1)


def test_what_is_no_list_is_refused(home):
    (home / "hk.xml").write_bytes(b"<html></html>")
    assert "HK: list-is-html" in run(home, "offer", "HK", home / "hk.xml", code=1)
    assert "no list of GD is configured" in run(home, "offer", "GD", home / "hk.xml", code=1)


def test_faulty_sources_are_one_message(home):
    (home / "trust" / "sources.toml").write_text("[[list]]\n")
    assert "signers" in run(home, "show", code=1)


def test_no_sources_are_no_trust(tmp_path):
    assert "no lists are configured" in run(tmp_path, "show", code=1)
