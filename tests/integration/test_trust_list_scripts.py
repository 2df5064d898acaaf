"""The operators' scripts about trust lists, one after the other, as an operator would use them."""

from __future__ import annotations

import json
from importlib.util import module_from_spec, spec_from_file_location

import pytest
from asn1crypto import pem
from click.testing import CliRunner
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from idbridge.storage.keys.files import write_key
from tests.authority import Authority as CrlAuthority
from tests.requirements import CHECKOUT
from tests.unit.trust.authorities import issue
from tests.unit.trust.lists import authorities

SOURCE = """
territory = "HK"
sequence = 7
{more}
[operator]
names = {{ en = "Operator" }}
street = "1 Street"
locality = "Hong Kong"
country = "HK"
website = "https://operator.example/"
[scheme]
names = {{ en = "HK: scheme" }}
information = {{ en = "https://operator.example/scheme" }}
[[provider]]
names = {{ en = "Provider" }}
street = "2 Street"
locality = "Hong Kong"
country = "HK"
website = "https://provider.example/"
information = {{ en = "https://provider.example/information" }}
[[provider.service]]
names = {{ en = "e-Cert" }}
type = "CA/PKC"
certificates = ["ca.pem"]
status = "{status}"
since = 2015-07-11T00:00:00+08:00
"""

ISSUED = ("--issued", "2026-06-01")


def run(name, *arguments, code=0):
    spec = spec_from_file_location(name, CHECKOUT / "scripts" / f"{name}.py")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    result = CliRunner().invoke(module.main, [str(each) for each in arguments], env={"IDBRIDGE_KEY_PASSWORD": "secret"})
    assert result.exit_code == code, result.output
    return result.output


@pytest.fixture
def folder(tmp_path):
    """An operator's folder: a source, the certificates it names, and the list signer's key and certificate."""
    made = authorities()
    (tmp_path / "ca.pem").write_bytes(made["hk-issuing"].certificate.public_bytes(Encoding.PEM))
    (tmp_path / "hk.toml").write_text(SOURCE.format(status="granted", more=""))
    (tmp_path / "next.toml").write_text(SOURCE.format(status="withdrawn", more=""))
    (tmp_path / "signer.cer").write_bytes(made["gd-signer"].der)
    (tmp_path / "other.cer").write_bytes(made["mo-signer"].der)
    write_key(tmp_path / "key.pem", made["gd-signer"].key, b"secret")
    return tmp_path


def sign(folder, **kwargs):
    signing = ("--key", folder / "key.pem", "--certificate", folder / "signer.cer")
    return run("sign_trust_list", folder / "unsigned.xml", folder / "hk.xml", *signing, **kwargs)


def test_a_list_is_made_signed_and_verified(folder):
    run("make_trust_list", folder / "hk.toml", folder / "unsigned.xml", *ISSUED)
    sign(folder)
    said = run("verify_trust_list", folder / "hk.xml", "--signer", folder / "signer.cer", "--at", "2026-07-01T00:00:00Z")
    assert "list 7 of HK, Operator" in said
    assert "issued 2026-06-01T00:00:00Z, current, next update 2026-11-28T00:00:00Z" in said
    assert "e-Cert: granted since 2015-07-10T16:00:00Z" in said


def test_a_list_that_is_not_to_be_relied_upon_ends_with_one(folder):
    run("make_trust_list", folder / "hk.toml", folder / "unsigned.xml", *ISSUED)
    unsigned = run("verify_trust_list", folder / "unsigned.xml", "--signer", folder / "signer.cer", code=1)
    assert "refused (signature-missing)" in unsigned
    sign(folder)
    assert "refused (signer-not-pinned)" in run(
        "verify_trust_list", folder / "hk.xml", "--signer", folder / "other.cer", code=1
    )
    expired = ("--at", "2030-01-01")
    assert "expired" in run("verify_trust_list", folder / "hk.xml", "--signer", folder / "signer.cer", *expired, code=1)


def test_changes_are_shown_before_signing(folder):
    run("make_trust_list", folder / "hk.toml", folder / "old.xml", *ISSUED)
    run("make_trust_list", folder / "next.toml", folder / "new.xml", *ISSUED, "--sequence", 8)
    said = run("diff_trust_lists", folder / "old.xml", folder / "new.xml", code=1)
    assert "changed: list: sequence\n  - 7\n  + 8" in said
    assert "- granted since 2015-07-10T16:00:00Z\n  + withdrawn since" in said
    changes = json.loads(run("diff_trust_lists", folder / "old.xml", folder / "new.xml", "--json", code=1))
    assert [change["kind"] for change in changes] == ["changed", "changed"]
    assert run("diff_trust_lists", folder / "old.xml", folder / "old.xml") == ""
    assert "refused (list-not-well-formed)" in run("diff_trust_lists", folder / "old.xml", folder / "ca.pem", code=2)


def test_nothing_is_written_by_a_dry_run_or_over_a_file(folder):
    assert "would: write list 7 of HK" in run("make_trust_list", folder / "hk.toml", folder / "unsigned.xml", "--dry-run")
    assert not (folder / "unsigned.xml").exists()
    run("make_trust_list", folder / "hk.toml", folder / "unsigned.xml")
    assert "--force" in run("make_trust_list", folder / "hk.toml", folder / "unsigned.xml", code=1)
    run("make_trust_list", folder / "hk.toml", folder / "unsigned.xml", "--force")


def test_a_faulty_source_is_refused_in_one_line(folder):
    (folder / "hk.toml").write_text(SOURCE.format(status="granted", more='teritory = "HK"'))
    said = run("make_trust_list", folder / "hk.toml", folder / "unsigned.xml", code=1)
    assert "refused (table-invalid): list: unknown keys: teritory" in said
    (folder / "hk.toml").write_text(SOURCE.format(status="granted", more="").replace("ca.pem", "lost.pem"))
    said = run("make_trust_list", folder / "hk.toml", folder / "unsigned.xml", code=1)
    assert said == f"Error: refused (table-invalid): {folder / 'lost.pem'}: No such file or directory\n"
    (folder / "hk.toml").write_text("[")
    run("make_trust_list", folder / "hk.toml", folder / "unsigned.xml", code=1)
    assert "is no time" in run("make_trust_list", folder / "hk.toml", folder / "x.xml", "--issued", "soon", code=2)
    assert "has no zone" in run("make_trust_list", folder / "hk.toml", folder / "x.xml", "--issued", "2026-01-01T10:00", code=2)


def test_another_keys_certificate_is_refused(folder):
    run("make_trust_list", folder / "hk.toml", folder / "unsigned.xml", *ISSUED)
    signing = ("--key", folder / "key.pem", "--certificate", folder / "other.cer")
    said = run("sign_trust_list", folder / "unsigned.xml", folder / "hk.xml", *signing, code=1)
    assert "not that of the signing key" in said
    assert not (folder / "hk.xml").exists()


def test_a_path_is_drawn_and_told(folder):
    made = authorities()
    leaf = issue("CHAN Tai Man", made["hk-issuing"], country="HK", ca=False)
    for name, der in {"leaf": leaf.der, **{each: made[each].der for each in ("gd-root", "hk-cross", "hk-issuing")}}.items():
        (folder / f"{name}.cer").write_bytes(der)
    options = ["--anchor", folder / "gd-root.cer", "--other", folder / "hk-cross.cer", "--other", folder / "hk-issuing.cer"]
    said = run("show_path", folder / "leaf.cer", *options, "--at", "2026-06-01", "--svg", folder / "path.svg")
    assert "Path 1 (chosen): CHAN Tai Man ← Hongkong Test e-Cert CA 2" in said
    assert "--force" in run("show_path", folder / "leaf.cer", *options, "--svg", folder / "path.svg", code=1)
    svg = etree.parse(folder / "path.svg").getroot()
    assert len([group for group in svg.iter("{*}g") if "cross" in group.get("class")]) == 1


def test_a_path_that_does_not_hold_ends_with_one(folder):
    made = authorities()
    leaf = issue("CHAN Tai Man", made["hk-issuing"], country="HK", ca=False)
    for name, der in {"leaf": leaf.der, "ca": made["hk-issuing"].der, "root": made["gd-root"].der}.items():
        (folder / f"{name}.cer").write_bytes(der)
    asked = ("show_path", folder / "leaf.cer", "--anchor")
    assert "FAILED" in run(*asked, folder / "ca.cer", "--at", "2095-01-01", code=1)
    assert "No path to an anchor was found" in run(*asked, folder / "root.cer", code=1)
    assert "holds no CRL" in run(*asked, folder / "ca.cer", "--crl", folder / "leaf.cer", code=1)
    authority = CrlAuthority("A")
    (folder / "a.crl").write_text(pem.armor("X509 CRL", authority.crl()).decode())
    said = run(*asked, folder / "ca.cer", "--crl", folder / "a.crl", "--at", "2026-06-01", code=1)
    assert "TRY_LATER" in said
