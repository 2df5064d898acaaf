"""`idbridge sign` and `idbridge augment`, as somebody with files and a key uses them; `idbridge verify` reads the result."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from werkzeug.serving import make_server

from idbridge.cli import main
from idbridge.clock import system_clock
from idbridge.sandbox.tsa import TimestampApplication, demo_authorities
from idbridge.services.demo_pki import DemoPki
from tests.interop.demo import demo_pki
from tests.unit.signatures.making.pdf.papers import plain, saved
from tests.unit.signatures.making.test_ofd import UNSIGNED
from tests.unit.signatures.seals import pack


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the demonstration PKI, which is published nowhere."""
    home = tmp_path_factory.mktemp("home")
    pki = demo_pki(home)
    trust = home / "trust"
    trust.mkdir()
    sources = (
        f'[[list]]\nterritory = "{region}"\nsigners = ["../pki/certificates/{region.lower()}-list-signer/certificate.cer"]\n'
        for region in pki.manifest.lists
    )
    (trust / "sources.toml").write_text("".join(sources))
    return home


@pytest.fixture(scope="module")
def authority(home: Path) -> Iterator[str]:
    """A time-stamping authority on this machine."""
    application = TimestampApplication(demo_authorities(DemoPki(home / "pki")), system_clock)
    server = make_server("127.0.0.1", 0, application, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/hk-tsa"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "tender.txt").write_text("Tender 2026-11\n")
    (tmp_path / "other.txt").write_text("Annex\n")
    (tmp_path / "tender.xml").write_text("<tender/>")
    (tmp_path / "tender.pdf").write_bytes(saved(plain(1)))
    (tmp_path / "tender.ofd").write_bytes(pack(UNSIGNED))
    return tmp_path


def run(home: Path, *arguments: object, ok: bool = True, **environment: str) -> Result:
    done = CliRunner().invoke(main, [str(one) for one in arguments], env={"IDBRIDGE_HOME": str(home), **environment})
    assert (done.exit_code == 0) == ok, done.output
    return done


def verified(home: Path, path: Path, *options: object) -> list[dict[str, object]]:
    done = CliRunner().invoke(
        main, ["verify", str(path), "--offline", "--json", *map(str, options)], env={"IDBRIDGE_HOME": str(home)}
    )
    signatures = json.loads(done.output)["signatures"]
    assert {one["integrity"] for one in signatures} == {"intact"}
    return signatures


@pytest.mark.parametrize(
    ("file", "out", "form"),
    [
        ("tender.txt", "tender.txt.p7s", "CAdES"),
        ("tender.xml", "tender-signed.xml", "XAdES"),
        ("tender.pdf", "tender-signed.pdf", "PAdES"),
    ],
)
def test_format_by_content(home: Path, files: Path, file: str, out: str, form: str) -> None:
    said = run(home, "sign", files / file, "--as", "hk-lam").output
    assert said.startswith(f"{files / out}: ")
    (signature,) = verified(home, files / out)
    assert (signature["format"], signature["level"]) == (form, "B-B")
    assert signature["signer"]["name"] == "LAM Siu Ling"


@pytest.mark.parametrize(
    ("kind", "out"),
    [("jades", "tender.txt.json"), ("asic-s", "tender.asics"), ("asic-e", "tender.asice"), ("gbt35275", "tender.txt.p7s")],
)
def test_format_by_name(home: Path, files: Path, kind: str, out: str) -> None:
    run(home, "sign", files / "tender.txt", "--as", "gd-li", "--format", kind)
    assert len(verified(home, files / out)) == 1


def test_several_files_go_into_one_container(home: Path, files: Path) -> None:
    run(home, "sign", files / "tender.txt", files / "other.txt", "--as", "mo-lei", "--out", files / "both.asice")
    (signature,) = verified(home, files / "both.asice")
    assert {scope["name"] for scope in signature["scope"] if scope["kind"] == "file"} == {"tender.txt", "other.txt"}
    run(home, "sign", files / "both.asice", "--as", "hk-lam", "--beside")
    assert len(verified(home, files / "both-signed.asice")) == 2


def test_detached_beside_and_over(home: Path, files: Path) -> None:
    text, signed = files / "tender.txt", files / "tender.txt.p7s"
    run(home, "sign", text, "--as", "hk-lam", "--detached")
    refused = run(home, "sign", signed, "--as", "mo-lei", "--beside", ok=False).output
    assert "refused (making-content-missing)" in refused
    run(home, "sign", signed, "--as", "mo-lei", "--beside", "--content", text, "--out", files / "two.p7s")
    run(home, "sign", files / "two.p7s", "--as", "gd-li", "--over", "1", "--content", text, "--out", files / "three.p7s")
    found = verified(home, files / "three.p7s", "--detached", text)
    assert [signature["parent"] for signature in found] == [None, "S1", None]


def test_what_is_said(home: Path, files: Path) -> None:
    said = ["--commitment", "ProofOfApproval", "--role", "Director", "--place", "Hengqin", "--policy", "1.2.3.4"]
    run(home, "sign", files / "tender.txt", "--as", "hk-lam", *said)
    (signature,) = verified(home, files / "tender.txt.p7s")
    assert signature["commitments"] == ["1.2.840.113549.1.9.16.6.5"]
    assert (signature["claimed_roles"], signature["location"]) == (["Director"], ["Hengqin"])
    assert signature["policy"] == "1.2.3.4"


def test_sealing(home: Path, files: Path) -> None:
    run(home, "sign", files / "tender.ofd", "--as", "gd-company", "--stamp", "1", "50 50 40 40")
    (signature,) = verified(home, files / "tender-signed.ofd")
    assert signature["seal"]["stamps"] == [{"page": "1", "boundary": "50 50 40 40"}]
    assert "no seal 'gd-zhang'" in run(home, "sign", files / "tender.ofd", "--as", "gd-zhang", ok=False).output


def test_ofd_without_a_seal(home: Path, files: Path) -> None:
    document, alone = files / "tender.ofd", ["--as", "gd-company", "--without-seal"]
    run(home, "sign", document, *alone)
    (signature,) = verified(home, files / "tender-signed.ofd")
    assert (signature["format"], signature["seal"]) == ("OFD", None)
    folder = home / "pki" / "certificates" / "gd-li"
    own = ["--certificate", folder / "chain.pem", "--key", folder / "key.pem", "--password-file", home / "pki" / "password"]
    run(home, "sign", files / "tender-signed.ofd", *own, "--out", files / "both.ofd")
    assert len(verified(home, files / "both.ofd")) == 2
    shown = ["--stamp", "1", "50 50 40 40", "--out", files / "x.ofd"]
    assert "refused (making-format)" in run(home, "sign", document, *alone, *shown, ok=False).output
    given = ["--seal", document, "--out", files / "x.ofd"]
    assert "does not go with" in run(home, "sign", document, *alone, *given, ok=False).output


def test_another_signer_id(home: Path, files: Path) -> None:
    """What is signed under an ID of its own is right for those alone who know that ID."""
    folder, table = home / "pki" / "certificates" / "gd-li", home / "trust" / "signer-ids.toml"
    own = ["--certificate", folder / "chain.pem", "--key", folder / "key.pem", "--password-file", home / "pki" / "password"]
    run(home, "sign", files / "tender.ofd", *own, "--signer-id", "li@example")
    asked = ("verify", files / "tender-signed.ofd", "--offline", "--json")
    assert json.loads(run(home, *asked, ok=False).output)["signatures"][0]["integrity"] == "broken"
    table.write_text(f'[[key]]\ncertificate = "{folder}/certificate.cer"\nsigner_id = "li@example"\n')
    assert len(verified(home, files / "tender-signed.ofd")) == 1
    table.write_text("[[key]]\n")
    assert "certificate is missing" in run(home, *asked, ok=False).output
    assert "certificate is missing" in run(home, "serve", ok=False).output
    table.unlink()


def test_own_key(home: Path, files: Path) -> None:
    folder = home / "pki" / "certificates" / "hk-lam"
    own = ["--certificate", folder / "chain.pem", "--key", folder / "key.pem", "--password-file", home / "pki" / "password"]
    run(home, "sign", files / "tender.txt", *own)
    assert len(verified(home, files / "tender.txt.p7s")) == 1
    wrong = run(home, "sign", files / "tender.xml", *own[:4], ok=False, IDBRIDGE_KEY_PASSWORD="wrong").output
    assert "refused (key-unreadable)" in wrong
    others = home / "pki" / "certificates" / "hk-chan" / "certificate.cer"
    assert "refused (making-key)" in run(home, "sign", files / "tender.xml", *own, "--certificate", others, ok=False).output
    chain = folder / "chain.pem"
    split = ["--certificate", folder / "certificate.cer", *own[2:], "--chain", chain]
    run(home, "sign", files / "tender.xml", *split)


def test_timestamps(home: Path, files: Path, authority: str) -> None:
    run(home, "sign", files / "tender.txt", "--as", "hk-lam", "--level", "T", "--tsa", authority)
    assert verified(home, files / "tender.txt.p7s")[0]["level"] == "B-T"
    run(home, "sign", files / "tender.xml", "--as", "hk-lam")
    run(home, "augment", files / "tender-signed.xml", "--level", "T", "--tsa", authority)
    assert verified(home, files / "tender-signed-T.xml")[0]["level"] == "B-T"
    again = run(home, "augment", files / "tender-signed-T.xml", "--level", "T", "--tsa", authority, ok=False).output
    assert "refused (making-nothing-to-augment)" in again
    policy = ["--tsa", authority, "--tsa-policy", "1.2.3"]
    asked = run(home, "augment", files / "tender-signed.xml", "--level", "T", *policy, "--out", files / "x.xml", ok=False)
    assert "refused (timestamp-refused): timestamp-refused: rejection" in asked.output
    assert not (files / "x.xml").exists()


def test_long_term_level_without_evidence_is_refused(home: Path, files: Path, authority: str) -> None:
    """Nothing of this PKI is published: the command says what is missing, and where it would be."""
    wanted = ["--as", "hk-lam", "--level", "LT", "--tsa", authority]
    refused = run(home, "sign", files / "tender.txt", *wanted, ok=False).output
    assert "refused (making-evidence-missing)" in refused
    assert not (files / "tender.txt.p7s").exists()


def test_bad_usage(home: Path, files: Path) -> None:
    text = files / "tender.txt"
    assert "who signs is told by" in run(home, "sign", text, ok=False).output
    assert "who signs is told by" in run(home, "sign", text, "--as", "hk-lam", "--key", "x", ok=False).output
    assert "refused (bad-pki-data)" in run(home, "sign", text, "--as", "nobody", ok=False).output
    assert "refused (making-format)" in run(home, "sign", text, "--as", "hk-lam", "--beside", ok=False).output
    (files / "tender.txt.p7s").touch()
    assert "exists; choose another name" in run(home, "sign", text, "--as", "hk-lam", ok=False).output
    lost = run(home, "sign", text, "--as", "hk-lam", "--out", files / "no" / "folder", ok=False).output
    assert "No such file or directory" in lost
    certificate = ["--certificate", text, "--key", home / "pki" / "certificates" / "hk-lam" / "key.pem"]
    password = ["--password-file", home / "pki" / "password", "--out", files / "out"]
    assert "refused (making-certificate)" in run(home, "sign", text, *certificate, *password, ok=False).output
    assert "refused (making-format)" in run(home, "augment", text, "--level", "T", ok=False).output
