"""Keys in a token, by PKCS#11, with SoftHSM 2: what they issue is what `openssl` accepts."""

import subprocess
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path

import pytest
from click.testing import CliRunner

from idbridge.pki import sm2
from idbridge.pki.issuing.certificates import Order, issue_root, issuer_from_certificate
from idbridge.pki.issuing.crls import Reason, RevokedCertificate, make_crl
from idbridge.pki.issuing.subjects import name_from_table
from idbridge.storage.keys.errors import KeyExistsError, KeyMissingError, TokenError
from idbridge.storage.keys.references import create_signer, open_signer
from idbridge.trust.drafting import draft_list
from idbridge.trust.reading import read_list
from idbridge.trust.vocabulary import Territory
from idbridge.trust.writing import sign_list, write_list
from tests.integration.test_operator_scripts import script
from tests.requirements import missing, package, program
from tests.unit.pki.issuing.simple import NOW, VALIDITY, profile
from tests.unit.trust.lists import load, source

PIN = "1234"
PLACES = ("/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so", "/usr/lib64/libsofthsm2.so")


@pytest.fixture(scope="module")
def token(tmp_path_factory):
    """A fresh SoftHSM token: the URI of a key in it, up to its label. The library reads its configuration once a process."""
    if find_spec("pkcs11") is None:
        missing("python-pkcs11")
    module = next((place for place in PLACES if Path(place).exists()), None) or missing("SoftHSM 2")
    folder = tmp_path_factory.mktemp("softhsm")
    (folder / "tokens").mkdir()
    (folder / "softhsm2.conf").write_text(f"directories.tokendir = {folder}/tokens\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOFTHSM2_CONF", str(folder / "softhsm2.conf"))
        for label in ("ca", "closed"):
            command = [program("softhsm2-util"), "--init-token", "--free", "--label", label, "--so-pin", "0000", "--pin", PIN]
            subprocess.run(command, check=True, capture_output=True)
        yield lambda label: f"pkcs11:token=ca;object={label}?module-path={module}"


def openssl(*arguments):
    return subprocess.run([program("openssl"), *map(str, arguments)], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("key_type", ["rsa-2048", "ec-p256", "ec-p384"])
def test_key_in_a_token_signs_certificate_and_crl(token, tmp_path, key_type):
    create_signer(token(key_type), key_type, PIN)
    signer = open_signer(token(key_type), PIN)
    subject = name_from_table({"C": "HK", "CN": f"Root in hardware {key_type}"})
    order = Order(subject, signer.public_key_info)
    certificate = issue_root(profile("root"), order, signer, serial=1, validity=VALIDITY)
    issuer = issuer_from_certificate(certificate, signer)
    entries = [RevokedCertificate(5, NOW, Reason.KEY_COMPROMISE)]
    crl = make_crl(issuer, entries, number=1, this_update=NOW, next_update=NOW + timedelta(days=7))
    (tmp_path / "root.der").write_bytes(certificate)
    (tmp_path / "crl.der").write_bytes(crl)
    openssl("x509", "-in", tmp_path / "root.der", "-out", tmp_path / "root.pem")
    verified = openssl("verify", "-check_ss_sig", "-CAfile", tmp_path / "root.pem", tmp_path / "root.pem")
    assert "OK" in verified.stdout
    assert (
        "verify OK" in openssl("crl", "-in", tmp_path / "crl.der", "-CAfile", tmp_path / "root.pem", "-noout", "-verify").stderr
    )


def test_key_in_a_token_signs_a_trust_list(token):
    signer = create_signer(token("list"), "rsa-2048", PIN)
    order = Order(name_from_table({"C": "HK", "O": "Operator", "CN": "List signer"}), signer.public_key_info)
    certificate = issue_root(profile("root"), order, signer, serial=1, validity=VALIDITY)
    draft = draft_list(source(Territory("HK")), issued=NOW, load=load)
    signed = sign_list(write_list(draft), signer, certificate, NOW)
    assert read_list(signed, [certificate]).content == draft


def test_authority_in_a_token_by_the_scripts(token, tmp_path):
    environment = {"IDBRIDGE_KEY_PASSWORD": PIN}
    arguments = ["--region", "HK", "--key-type", "ec-p256", "--key", token("script"), "-s", "C=HK", "-s", "O=x", "-s", "CN=x"]
    made = CliRunner().invoke(
        script("issue_root.py"), [str(tmp_path / "root"), *arguments, "--base-url", "http://x"], env=environment
    )
    assert made.exit_code == 0, made.output
    assert not (tmp_path / "root" / "key.pem").exists()
    published = CliRunner().invoke(script("publish_crl.py"), [str(tmp_path / "root")], env=environment)
    assert published.exit_code == 0, published.output
    openssl("x509", "-in", tmp_path / "root" / "certificate.cer", "-out", tmp_path / "root.pem")
    crl = tmp_path / "root" / "crl" / "full.crl"
    assert "verify OK" in openssl("crl", "-in", crl, "-CAfile", tmp_path / "root.pem", "-noout", "-verify").stderr


def test_key_in_a_token_is_never_overwritten(token):
    create_signer(token("once"), "ec-p256", PIN)
    with pytest.raises(KeyExistsError):
        create_signer(token("once"), "ec-p256", PIN)


def test_sm2_is_refused_with_a_reason(token):
    with pytest.raises(TokenError, match="no sm2 keys") as caught:
        create_signer(token("sm2"), "sm2", PIN)
    assert caught.value.code == "key-token-failed"


def test_sm2_key_that_a_token_holds_is_refused_with_a_reason(token):
    """SoftHSM takes such a key in, as it does any on a curve; it knows no SM2."""
    pkcs11, key = package("pkcs11"), sm2.generate()
    is_a, kind, group = pkcs11.Attribute, pkcs11.ObjectClass, bytes.fromhex("06082a811ccf5501822d")
    kept = {is_a.KEY_TYPE: pkcs11.KeyType.EC, is_a.TOKEN: True, is_a.LABEL: "held", is_a.EC_PARAMS: group}
    public = {**kept, is_a.CLASS: kind.PUBLIC_KEY, is_a.EC_POINT: b"\x04\x41" + key.point}
    private = {**kept, is_a.CLASS: kind.PRIVATE_KEY, is_a.VALUE: key.scalar.to_bytes(32), is_a.SIGN: True}
    library = pkcs11.lib(token("held").partition("module-path=")[2])
    create_signer(token("beside"), "ec-p256", PIN)  # logs in; later sessions share that
    with library.get_token(token_label="ca").open(rw=True) as session:
        session.create_object(public)
        session.create_object(private)
    with pytest.raises(TokenError, match="an SM2 key: PKCS#11 has no mechanism"):
        open_signer(token("held"), PIN)


def test_missing_key_token_library_and_wrong_pin(token):
    with pytest.raises(KeyMissingError):
        open_signer(token("nobody"), PIN)
    with pytest.raises(KeyMissingError):
        open_signer(token("x").replace("token=ca", "token=other"), PIN)
    with pytest.raises(TokenError):
        open_signer("pkcs11:token=ca;object=x?module-path=/nowhere/hsm.so", PIN)
    with pytest.raises(TokenError, match="PinIncorrect"):
        open_signer(token("x").replace("token=ca", "token=closed"), "9999")


def test_pin_from_its_file(token, tmp_path):
    (tmp_path / "pin").write_text(f"{PIN}\n")
    create_signer(token("filed"), "ec-p256", PIN)
    assert open_signer(f"{token('filed')}&pin-source=file:{tmp_path}/pin", None).sign(b"message")
