"""The operators' scripts, one after the other on a small CA; what they make is judged by `openssl`."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from importlib.util import module_from_spec, spec_from_file_location

import pytest
from click.testing import CliRunner
from cryptography import x509

from idbridge import verify_document
from idbridge.pki.issuing.requests import make_request
from idbridge.pki.issuing.signer import signer_for
from idbridge.pki.issuing.subjects import name_from_table
from idbridge.storage.authorities import AuthorityFolder
from tests.interop.demo import openssl, to_pem
from tests.requirements import CHECKOUT
from tests.unit.pki.issuing.simple import key
from tests.unit.signatures.making.test_ofd import UNSIGNED
from tests.unit.signatures.seals import PICTURE, pack

SCRIPTS = sorted(path.name for path in (CHECKOUT / "scripts").glob("*.py"))
READING = ("inspect_file.py", "ocsp_responder.py", "verify_trust_list.py", "diff_trust_lists.py")
WRITING = [name for name in SCRIPTS if name not in READING]
POLICY = "1.2.3.4"


def script(name):
    spec = spec_from_file_location(name.removesuffix(".py"), CHECKOUT / "scripts" / name)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.main


def run(name, *arguments, ok=True):
    result = CliRunner().invoke(
        script(name), [str(argument) for argument in arguments], env={"IDBRIDGE_KEY_PASSWORD": "secret"}
    )
    assert (result.exit_code == 0) == ok, result.output
    return result.output


@pytest.fixture
def authorities(tmp_path):
    """A root and an issuing CA of Hong Kong, with RSA keys as elsewhere but made fast: P-256."""
    common = ["--key-type", "ec-p256", "-s", "C=HK", "-s", "O=Post"]
    run("issue_root.py", tmp_path / "root", "--region", "HK", *common, "-s", "CN=Root", "--base-url", "http://pki.example")
    crl = ["--policy", POLICY, "--partitions", "2", "--deltas", "--ocsp"]
    run("issue_intermediate.py", tmp_path / "root", tmp_path / "ca", *common, "-s", "CN=Issuing CA", *crl)
    return tmp_path


def files(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("name", SCRIPTS)
def test_help_has_an_example(name):
    command = [sys.executable, CHECKOUT / "scripts" / name, "--help"]
    shown = subprocess.run(command, capture_output=True, text=True, check=True, cwd=CHECKOUT, env={"PYTHONPATH": "."}).stdout
    assert f"Example: {name}" in " ".join(shown.split())
    assert ("--dry-run" in shown) == (name in WRITING)


def issue(folder, out, *more, ok=True, profile="person-signature"):
    details = ["--policy", POLICY, "-s", "C=HK", "-s", "CN=CHAN Tai Man", "--name", "email:chan@example.hk"]
    return run("issue_certificate.py", folder / "ca", folder / out, "--profile", profile, *details, *more, ok=ok)


def test_issued_certificate_with_a_new_key(authorities):
    issue(authorities, "chan", "--key-type", "ec-p256")
    root, ca, leaf = (
        to_pem((authorities / name / "certificate.cer").read_bytes(), authorities) for name in ("root", "ca", "chan")
    )
    assert "OK" in openssl("verify", "-x509_strict", "-CAfile", root, "-untrusted", ca, leaf).stdout
    assert openssl("pkey", "-in", authorities / "chan" / "key.pem", "-passin", "pass:secret", "-noout").returncode == 0


def test_issued_certificate_for_a_request(authorities):
    subject = name_from_table({"C": "HK", "CN": "CHAN Tai Man"})
    request = make_request(subject, signer_for(key("sm2", 2)))
    (authorities / "chan.csr").write_bytes(request)
    issue(authorities, "chan", "--request", authorities / "chan.csr")
    assert not (authorities / "chan" / "key.pem").exists()
    (authorities / "bad.csr").write_bytes(request[:-1] + bytes((request[-1] ^ 1,)))
    assert "bad-certificate-request" in issue(authorities, "bad", "--request", authorities / "bad.csr", ok=False)
    other = make_request(name_from_table({"C": "HK", "CN": "WONG"}), signer_for(key("sm2", 2)))
    (authorities / "other.csr").write_bytes(other)
    assert "profile-violation" in issue(authorities, "other", "--request", authorities / "other.csr", ok=False)


def test_nothing_is_overwritten(authorities):
    issue(authorities, "chan", "--key-type", "ec-p256")
    before = (authorities / "chan" / "key.pem").read_bytes()
    assert "key-exists" in issue(authorities, "chan", "--key-type", "ec-p256", ok=False)
    assert (authorities / "chan" / "key.pem").read_bytes() == before
    root = ["--region", "HK", "--key-type", "sm2", "-s", "C=HK", "-s", "O=x", "-s", "CN=x", "--base-url", "http://x"]
    kept = files(authorities / "root")
    assert "authority-store-error" in run("issue_root.py", authorities / "root", *root, ok=False)
    assert files(authorities / "root") == kept


def test_wrong_profiles_keys_and_passwords(authorities):
    assert "no profile" in issue(authorities, "a", "--key-type", "sm2", profile="nothing", ok=False)
    assert "profile-violation" in issue(authorities, "b", "--key-type", "ec-p256", profile="person-encryption", ok=False)
    assert "either" in issue(authorities, "c", ok=False)
    (authorities / "wrong").write_text("wrong\n")
    refused = issue(authorities, "d", "--key-type", "sm2", "--password-file", authorities / "wrong", ok=False)
    assert "key-unreadable" in refused


def test_double_certificates(authorities):
    arguments = ["--kind", "person", "-s", "C=CN", "-s", "CN=李明", "--identity", "resident-id=440106190006120034"]
    run("make_double_certificates.py", authorities / "ca", authorities / "li", *arguments)
    usages = {}
    for use in ("signature", "encryption"):
        certificate = x509.load_der_x509_certificate((authorities / "li" / use / "certificate.cer").read_bytes())
        usages[use] = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    assert usages["signature"].digital_signature
    assert not usages["signature"].key_encipherment
    assert usages["encryption"].key_encipherment
    assert not usages["encryption"].digital_signature


def test_seal_is_made_and_used(authorities):
    """The demonstration in small: double certificates, a seal from a picture, a document sealed with it."""
    for holder in ("maker", "li"):
        run(
            "make_double_certificates.py",
            authorities / "ca",
            authorities / holder,
            "--kind",
            "person",
            "-s",
            "C=CN",
            "-s",
            f"CN={holder}",
        )
    picture, document = authorities / "picture.png", authorities / "a.ofd"
    picture.write_bytes(PICTURE)
    document.write_bytes(pack(UNSIGNED))
    maker, li, of_encryption = (authorities / name for name in ("maker/signature", "li/signature", "li/encryption"))
    seal = ["--name", "公章", "--kind", "person", "--maker", maker / "certificate.cer", "--key", maker / "key.pem"]
    run("make_seal.py", picture, authorities / "a.esl", *seal, "--signer", li / "certificate.cer")
    use = [document, authorities / "sealed.ofd", "--seal", authorities / "a.esl", "--stamp", "1", "50 50 40 40"]
    refused = run(
        "seal_document.py",
        *use,
        "--certificate",
        of_encryption / "certificate.cer",
        "--key",
        of_encryption / "key.pem",
        ok=False,
    )
    assert "not for signatures" in refused
    run("seal_document.py", *use, "--certificate", li / "certificate.cer", "--key", li / "key.pem")
    report = verify_document((authorities / "sealed.ofd").read_bytes(), trust=None, at=datetime.now(UTC) + timedelta(hours=1))
    assert [signature.integrity for signature in report.signatures] == ["intact"]


def test_cross_certificate(authorities):
    limits = ["--policy", POLICY, "--map", f"{POLICY}=1.2.9", "--permitted", "C=CN,ST=Guangdong", "--path-length", "1"]
    arguments = [authorities / "root", authorities / "ca" / "certificate.cer", *limits, "--out", authorities / "cross.cer"]
    assert "Post" in run("cross_certify.py", *arguments)
    words = run("inspect_file.py", authorities / "cross.cer")
    assert "1.2.3.4 to 1.2.9" in words
    assert "ST=Guangdong" in words
    wrong = run("cross_certify.py", authorities / "root", authorities / "ca" / "index.json", *limits, ok=False)
    assert "issuing-refused" in wrong


def test_revocation_reaches_every_crl(authorities):
    issue(authorities, "chan", "--key-type", "ec-p256")
    entry = AuthorityFolder(authorities / "ca").index().certificates[0]
    run("publish_crl.py", authorities / "ca", "--all")
    run("revoke.py", authorities / "ca", entry.serial, "--suspend")
    assert "certificate-status-conflict" in run("revoke.py", authorities / "ca", entry.serial, "--suspend", ok=False)
    run("publish_crl.py", authorities / "ca", "--partition", entry.partition, "--delta")
    words = run("inspect_file.py", authorities / "ca" / "crl" / f"part-{entry.partition}-delta.crl")
    assert "certificateHold" in words
    run("revoke.py", authorities / "ca", entry.serial, "--reason", "keyCompromise")
    run("publish_crl.py", authorities / "ca", "--all")
    for name in ("full", f"part-{entry.partition}"):
        path = authorities / "ca" / "crl" / f"{name}.crl"
        assert "keyCompromise" in run("inspect_file.py", path)
        ca = to_pem((authorities / "ca" / "certificate.cer").read_bytes(), authorities)
        assert "verify OK" in openssl("crl", "-inform", "DER", "-in", path, "-CAfile", ca, "-noout", "-verify").stderr


def test_dry_run_writes_nothing(authorities):
    before = files(authorities)
    common = ["-s", "C=HK", "-s", "O=x", "-s", "CN=x", "--key-type", "sm2", "--dry-run"]
    run("issue_root.py", authorities / "new", "--region", "GD", "--base-url", "http://x", *common)
    run("issue_intermediate.py", authorities / "root", authorities / "new", *common)
    run("issue_certificate.py", authorities / "ca", authorities / "new", "--profile", "person-signature", *common)
    (serial,) = [entry.serial for entry in AuthorityFolder(authorities / "root").index().certificates]
    run("revoke.py", authorities / "root", serial, "--dry-run")
    run("publish_crl.py", authorities / "ca", "--all", "--dry-run")
    run("cross_certify.py", authorities / "root", authorities / "ca" / "certificate.cer", "--policy", POLICY, "--dry-run")
    run("rebuild_demo_pki.py", "--home", authorities / "home", "--dry-run")
    double = ["--kind", "person", "-s", "C=CN", "-s", "CN=x", "--dry-run"]
    run("make_double_certificates.py", authorities / "ca", authorities / "new", *double)
    assert files(authorities) == before


ROOT = ["--region", "HK", "--base-url", "http://pki.example", "-s", "C=HK", "-s", "CN=Root"]


@pytest.mark.parametrize("dry", [(), ("--dry-run",)])
@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ([*ROOT, "--key-type", "sm2"], "root needs O in the subject"),
        ([*ROOT, "-s", "O=Post", "--key-type", "sm2", "--profile", "crown"], "no profile 'crown'"),
        ([*ROOT, "-s", "O=Post", "--key-type", "sm2", "--days", "36500"], "at most"),
        ([*ROOT, "-s", "O=Post", "--key-type", "sm2", "--days", "0"], "range"),
        ([*ROOT, "-s", "O=Post", "--key-type", "sm2", "--days", "99999999999"], "range"),
    ],
)
def test_what_is_refused_is_refused_before_a_key_is_made(tmp_path, arguments, why, dry):
    assert why in run("issue_root.py", tmp_path / "root", *arguments, *dry, ok=False)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("dry", [(), ("--dry-run",)])
def test_faulty_orders_leave_no_key_behind(authorities, dry):
    before = files(authorities)
    new = ["--key-type", "ec-p256", *dry]
    assert "'x' is no OID" in issue(authorities, "new", *new, "--policy", "x", ok=False)
    assert "range" in issue(authorities, "new", *new, "--days", "-1", ok=False)
    assert "no profile" in issue(authorities, "new", *new, profile="nothing", ok=False)
    below = [authorities / "root", authorities / "new", "-s", "C=HK", "-s", "CN=Below", "-s", "O=Post", *new]
    assert "no OID" in run("issue_intermediate.py", *below, "--policy", "1", ok=False)
    double = ["--kind", "person", "-s", "CN=x", *dry]
    assert "needs C" in run("make_double_certificates.py", authorities / "ca", authorities / "new", *double, ok=False)
    assert files(authorities) == before


@pytest.mark.parametrize("dry", [(), ("--dry-run",)])
@pytest.mark.parametrize(
    ("limits", "why"),
    [
        (["--policy", "x"], "no OID"),
        (["--policy", POLICY, "--map", f"{POLICY}=2.5.29.32.0"], "any-policy"),
        (["--policy", POLICY, "--map", "2.5.29.32.0=1.2.3"], "must be among"),
        (["--policy", POLICY, "--map", "1.2.9=1.2.3"], "must be among"),
        (["--policy", POLICY, "--permitted", "CN"], "NAME=VALUE"),
    ],
)
def test_cross_certificates_that_must_not_be(authorities, limits, why, dry):
    before = files(authorities)
    arguments = [authorities / "root", authorities / "ca" / "certificate.cer", *limits, *dry]
    assert why in run("cross_certify.py", *arguments, ok=False)
    assert files(authorities) == before


def test_a_cross_certificate_is_written_over_nothing(authorities):
    before = files(authorities)
    out = ["--out", authorities / "root" / "key.pem"]
    arguments = [authorities / "root", authorities / "ca" / "certificate.cer", "--policy", POLICY, *out]
    assert "not written over" in run("cross_certify.py", *arguments, ok=False)
    assert files(authorities) == before


def test_a_change_that_cannot_be_is_refused_in_a_dry_run_too(authorities):
    assert "issued no certificate" in run("revoke.py", authorities / "ca", "1f", "--dry-run", ok=False)
    (serial,) = [entry.serial for entry in AuthorityFolder(authorities / "root").index().certificates]
    assert "neither revoked nor" in run("revoke.py", authorities / "root", serial, "--resume", "--dry-run", ok=False)
    run("revoke.py", authorities / "root", serial)
    assert "is revoked" in run("revoke.py", authorities / "root", serial, "--suspend", "--dry-run", ok=False)


def test_rebuilt_demo_pki_and_its_lists_in_words(tmp_path):
    assert "12 authorities" in run("rebuild_demo_pki.py", "--home", tmp_path)
    assert "pki-exists" in run("rebuild_demo_pki.py", "--home", tmp_path, ok=False)
    words = run("inspect_file.py", tmp_path / "pki" / "lists" / "GD.xml")
    assert "Trust list of GD, number 1" in words
    assert "hk-personal of HK, scheme gd-hk, advanced" in words
    run("rebuild_demo_pki.py", "--home", tmp_path, "--set-aside")
    assert len(list(tmp_path.iterdir())) == 2


def test_inspection_of_other_files(authorities):
    request = make_request(name_from_table({"C": "HK", "CN": "CHAN"}), signer_for(key("sm2", 2)))
    (authorities / "request").write_bytes(request)
    assert "Certificate request" in run("inspect_file.py", authorities / "request")
    for content in (b"", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", b"0\x80", bytes(100), b"<html/>"):
        (authorities / "odd").write_bytes(content)
        assert "bad-pki-data" in run("inspect_file.py", authorities / "odd", ok=False)
