"""`idbridge verify`, as somebody with files uses it: what it says and its exit status."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner

from idbridge.cli import main
from idbridge.cli.speaking import chosen_voice
from idbridge.services.trust_sources import open_trust_lists
from idbridge.signatures.making.catalogue import MadeFormat
from idbridge.trust.vocabulary import Territory
from tests.unit.services.published import instance

LIST = ", number 1 of "
"""In the line on each trust list relied upon."""


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    """A home that relies on the demonstration's lists, and files beside it; nothing is published anywhere."""
    home = tmp_path_factory.mktemp("home")
    made = instance(home / "trust" / "versions")
    certificates = made.pki.folder / "certificates"
    sources = [
        f'[[list]]\nterritory = "{region}"\nsigners = ["{certificates}/{region.lower()}-list-signer/certificate.cer"]\n'
        for region in made.pki.manifest.lists
    ]
    (home / "trust" / "sources.toml").write_text("".join(sources))
    crls = home / "crls"
    crls.mkdir()
    (home / "signed.p7m").write_bytes(made.signed(b"content"))
    (home / "detached.p7s").write_bytes(made.signed(b"content", attached=False))
    (home / "content.txt").write_bytes(b"content")
    (home / "changed.txt").write_bytes(b"contents")
    (home / "chain.pem").write_bytes(made.chain("hk-chan"))
    (home / "root.cer").write_bytes(made.pki.certificate("hk-root"))
    return made, home


def run(here, *arguments):
    _, home = here
    return CliRunner().invoke(main, ["verify", *map(str, arguments)], env={"IDBRIDGE_HOME": str(home)})


def test_without_revocation_a_good_certificate_is_indeterminate(here):
    result = run(here, here[1] / "chain.pem", "--offline")
    assert result.exit_code == 2, result.output
    assert "INDETERMINATE/TRY_LATER: Whether this certificate is valid cannot be told. CN=CHAN Tai Man" in result.output
    assert (
        "Whether it is recognised in Guangdong cannot be told. What is not known: The certificate itself is valid."
        in result.output
    )
    assert result.output.count(LIST) == 3


def test_a_changed_document_fails(here):
    _, home = here
    result = run(here, home / "detached.p7s", "--detached", home / "changed.txt", "--offline")
    assert result.exit_code == 1, result.output
    assert "TOTAL_FAILED/HASH_FAILURE" in result.output
    assert result.output.count(LIST) == 3
    intact = run(here, home / "detached.p7s", "--detached", home / "content.txt", "--offline", "--json")
    assert intact.exit_code == 2
    (signature,) = json.loads(intact.output)["signatures"]
    assert signature["integrity"] == "intact"


def test_of_several_the_worst_counts_and_each_is_a_line(here):
    _, home = here
    late = (datetime.now(UTC) + timedelta(days=4000)).isoformat()
    result = run(here, home / "chain.pem", home / "signed.p7m", home / "content.txt", "--offline", "--json", "--at", late)
    reports = [json.loads(line) for line in result.output.splitlines()]
    assert [report["file"] for report in reports] == [str(home / name) for name in ("chain.pem", "signed.p7m", "content.txt")]
    assert (reports[0]["indication"], reports[0]["sub_indication"]) == ("FAILED", "EXPIRED")
    assert reports[2]["error"]["code"] == "document-format-unknown"
    assert result.exit_code == 1


def test_what_is_no_document_is_not_judged_and_does_not_pass(here):
    result = run(here, here[1] / "content.txt")
    assert result.exit_code == 2
    assert "NOT JUDGED, document-format-unknown" in result.output


def test_trust_may_be_a_certificate_a_directory_or_other_lists(here, tmp_path):
    made, home = here
    how = ("--offline", "--json", "--at", datetime.now(UTC).isoformat())  # reports of one moment can be compared
    result = run(here, home / "chain.pem", "--trust", home / "root.cer", *how)
    report = json.loads(result.output)
    assert (report["recognition"], report["trust_lists"], len(report["paths"])) == ({}, [], 1)
    roots = tmp_path / "roots"
    roots.mkdir()
    (roots / "hk.cer").write_bytes(made.pki.certificate("hk-root"))
    assert json.loads(run(here, home / "chain.pem", "--trust", roots, *how).output)["paths"] == report["paths"]
    lists = json.loads(run(here, home / "chain.pem", "--trust", home / "trust", *how).output)
    assert [cited["region"] for cited in lists["trust_lists"]] == ["GD", "HK", "MO"]


def test_without_trust_nothing_is_trusted(here, tmp_path):
    result = CliRunner().invoke(
        main, ["verify", str(here[1] / "signed.p7m"), "--offline"], env={"IDBRIDGE_HOME": str(tmp_path)}
    )
    assert result.exit_code == 2
    assert "NO_CERTIFICATE_CHAIN_FOUND" in result.output


def test_identity_numbers_are_shown_when_asked_for(here, tmp_path):
    made, _ = here
    (tmp_path / "letter.p7m").write_bytes(made.made(MadeFormat.CADES, b"letter", by="mo-lei"))
    silent = run(here, tmp_path / "letter.p7m", "--offline", "--json").output
    assert "51234567" not in silent.replace("IDCMO-51234567", "")
    (signature,) = json.loads(silent)["signatures"]
    assert signature["signer"]["identity_numbers"] == [{"type": "MO-BIR", "hashed": None, "confirmed": True}]
    (signature,) = json.loads(run(here, tmp_path, "--offline", "--json", "--identity-numbers").output)["signatures"]
    assert signature["signer"]["identity_numbers"][0]["value"] == "51234567"
    assert "Macao resident identity card: 51234567" in run(here, tmp_path, "--offline", "--identity-numbers").output
    (tmp_path / "mo.cer").write_bytes(made.pki.certificate("mo-lei"))
    assert "51234567" in run(here, tmp_path / "mo.cer", "--offline", "--identity-numbers").output


def test_a_directory_means_its_files(here, tmp_path):
    (tmp_path / "a" / "b").mkdir(parents=True)
    for name in ("a/one.p7m", "a/b/two.p7m"):
        (tmp_path / name).write_bytes((here[1] / "signed.p7m").read_bytes())
    (tmp_path / ".hidden").write_bytes(b"x")
    result = run(here, tmp_path, "--offline", "--json")
    assert [json.loads(line)["name"] for line in result.output.splitlines()] == ["two.p7m", "one.p7m"]


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("missing.pdf",),
        ("chain.pem", "--at", "2026-01-01T00:00:00"),
        ("chain.pem", "--at", "yesterday"),
        ("chain.pem", "--trust", "missing"),
        ("chain.pem", "--trust", "crls"),
        ("chain.pem", "--trust", "content.txt"),
        ("chain.pem", "--detached", "missing"),
        ("crls",),
        ("chain.pem", "--bogus"),
    ],
)
def test_bad_usage_ends_with_64(here, arguments):
    _, home = here
    result = run(here, *(home / argument if (home / argument).exists() else argument for argument in arguments))
    assert result.exit_code == 64, result.output
    assert "Error: " in result.output


@pytest.mark.parametrize(
    ("asked", "locale", "tag"),
    [
        ("zh-HK", "en_GB.UTF-8", "zh-Hant"),
        (None, "pt_PT.UTF-8@euro", "pt"),
        (None, "zh_CN.UTF-8", "zh-Hans"),
        (None, "C.UTF-8", "en"),
        ("xx", "", "en"),
    ],
)
def test_the_language_is_what_was_asked_for_or_the_terminals(asked, locale, tag):
    assert chosen_voice(asked, {"LANG": locale}).language.tag == tag
    assert chosen_voice(asked, {"LC_ALL": locale, "LANG": "en_GB"}).language.tag == tag


def test_the_report_is_in_the_language_asked_for(here):
    _, home = here
    result = run(here, home / "detached.p7s", "--detached", home / "changed.txt", "--offline", "--lang", "zh-Hant")
    assert "TOTAL_FAILED/HASH_FAILURE: 無效：以下內容在簽署之後被更改：changed.txt。" in result.output


def test_one_report_as_a_file_of_its_own(here):
    _, home = here
    options = ("--detached", home / "changed.txt", "--offline", "--format")
    printed = run(here, home / "detached.p7s", *options, "pdf")
    assert not printed.exception or isinstance(printed.exception, SystemExit), printed.exception
    assert (printed.exit_code, printed.stdout_bytes[:5]) == (1, b"%PDF-")
    xml = run(here, home / "detached.p7s", *options, "etsi-xml")
    assert b"urn:etsi:019102:mainindication:total-failed" in xml.stdout_bytes
    assert run(here, home / "detached.p7s", home / "signed.p7m", "--format", "pdf").exit_code == 64
    none = run(here, home / "chain.pem", "--offline", "--format", "pdf")
    assert (none.exit_code, none.stdout_bytes) == (2, b"")


def test_the_lists_relied_upon_are_the_homes_own(here):
    _, home = here
    lists = open_trust_lists(home / "trust", lambda: datetime.now(UTC))
    assert lists.in_force()[Territory("HK")].signed is not None
