"""`openssl` accepts every certificate, CRL and OCSP answer of the demonstration PKI; for SM2 so does GmSSL.

`openssl verify` takes an SM2 signer ID for the leaf alone, and `crl` and `ocsp` take none: signatures by SM2 keys are therefore
checked one by one, by `openssl pkeyutl` over the signed bytes that asn1crypto (not our parser) finds.
"""

from datetime import timedelta
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import pytest
from asn1crypto import crl as asn1_crl
from asn1crypto import ocsp as asn1_ocsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from idbridge.pki import sm2
from idbridge.pki.issuing.ocsp import Responder, respond
from idbridge.services.demo_building import PkiExistsError, build_demo_pki
from idbridge.services.demo_plan import read_plan
from tests.interop.demo import CERTS, NOW, PROFILES, demo_pki, openssl, to_pem
from tests.requirements import missing

PLAN = read_plan(CERTS / "plan.toml")
AUTHORITIES = {planned.id: planned for planned in PLAN.authority}
SM2_WITH_SM3 = "1.2.156.10197.1.501"


@pytest.fixture(scope="module")
def pki(tmp_path_factory):
    return demo_pki(tmp_path_factory.mktemp("demo"))


def point_of(certificate):
    parsed = asn1_x509.Certificate.load(certificate)
    return sm2.point_from_public_key_info(parsed["tbs_certificate"]["subject_public_key_info"].dump())


def accepted_by_pkeyutl(issuer, message, signature, folder):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "key.der").write_bytes(sm2.public_key_info(point_of(issuer)))
    (folder / "message").write_bytes(message)
    (folder / "signature").write_bytes(signature)
    command = ["pkeyutl", "-verify", "-pubin", "-inkey", folder / "key.der", "-keyform", "DER", "-rawin", "-digest", "sm3"]
    files = ["-in", folder / "message", "-sigfile", folder / "signature", "-pkeyopt", "distid:1234567812345678"]
    return openssl(*command, *files).returncode == 0


def accepted_by_gmssl(issuer, message, signature):
    if find_spec("gmssl_pyx") is None:
        missing("gmssl-pyx")
    return import_module("gmssl_pyx").sm2_verify(point_of(issuer)[1:], message, signature)


def check_sm2(issuer, message, signature, folder):
    assert accepted_by_pkeyutl(issuer, message, signature, folder)
    assert accepted_by_gmssl(issuer, message, signature)


def issuers():
    """Every issued certificate's id with its issuer's id."""
    yield from ((planned.id, planned.issuer or planned.id) for planned in PLAN.authority)
    yield from ((planned.id, planned.authority) for planned in PLAN.certificate)
    yield from ((planned.id, planned.issuer) for planned in PLAN.cross)


@pytest.mark.parametrize(("name", "issuer"), list(issuers()))
def test_every_signature_is_its_issuers(pki, tmp_path, name, issuer):
    der, above = pki.certificate(name), pki.certificate(issuer)
    parsed = asn1_x509.Certificate.load(der)
    if AUTHORITIES[issuer].key == "sm2":
        tbs, signature = parsed["tbs_certificate"].dump(), parsed["signature_value"].native
        check_sm2(above, tbs, signature, tmp_path)
    else:
        x509.load_der_x509_certificate(der).verify_directly_issued_by(x509.load_der_x509_certificate(above))


def chain_files(pki, name, folder):
    leaf, *above = pki.chain(name)
    return to_pem(leaf, folder), to_pem(above[0], folder), to_pem(above[-1], folder)


@pytest.mark.parametrize("planned", PLAN.certificate, ids=lambda planned: planned.id)
def test_openssl_verifies_chain_and_revocation(pki, tmp_path, planned):
    """With CRLs of every issuer; policies checked. SM2 chains: see the signatures above."""
    if AUTHORITIES[planned.authority].key == "sm2":
        leaf, issuer, _ = chain_files(pki, planned.id, tmp_path)
        arguments = ["-partial_chain", "-CAfile", issuer, "-vfyopt", "distid:1234567812345678", leaf]
        result = openssl("verify", *arguments)
        assert ("OK" in result.stdout) == (planned.id != "gd-huang-expired"), result.stderr
        return
    leaf, issuer, root = chain_files(pki, planned.id, tmp_path)
    authorities = [planned.authority, AUTHORITIES[planned.authority].issuer]
    folders = [pki.folder / "authorities" / name / "crl" for name in authorities]
    crls = tmp_path / "crls.pem"
    names = ["full.crl"] * 2
    if AUTHORITIES[planned.authority].partitions:
        serial = x509.load_der_x509_certificate(pki.certificate(planned.id)).serial_number
        names[0] = f"part-{serial % AUTHORITIES[planned.authority].partitions}.crl"
    crls.write_text(
        "".join(to_pem((f / n).read_bytes(), tmp_path, "crl").read_text() for f, n in zip(folders, names, strict=True))
    )
    options = ["-x509_strict", "-crl_check_all", "-CRLfile", crls, "-extended_crl", "-CAfile", root, "-untrusted", issuer]
    result = openssl("verify", *options, leaf)
    expected = {"hk-lee-suspended": "certificate revoked", "hk-ho-revoked": "certificate revoked", "hk-wong-former": "expired"}
    if planned.id in expected:
        assert expected[planned.id] in result.stderr
    else:
        assert "OK" in result.stdout, result.stderr


@pytest.mark.parametrize("planned", PLAN.authority, ids=lambda planned: planned.id)
def test_every_crl_is_signed_by_its_authority(pki, tmp_path, planned):
    authority = pki.certificate(planned.id)
    files = sorted((pki.folder / "authorities" / planned.id / "crl").iterdir())
    scopes = 1 + planned.partitions
    assert len(files) == scopes * (2 if planned.deltas else 1)
    for number, path in enumerate(files):
        parsed = asn1_crl.CertificateList.load(path.read_bytes())
        if planned.key == "sm2":
            signature = parsed["signature"].native
            check_sm2(authority, parsed["tbs_cert_list"].dump(), signature, tmp_path / str(number))
        else:
            verified = openssl(
                "crl", "-in", path, "-inform", "DER", "-CAfile", to_pem(authority, tmp_path), "-noout", "-verify"
            )
            assert "verify OK" in verified.stderr


OCSP = [
    ("hk-chan", "hk-ecert", "hk-ocsp", "good"),
    ("hk-lee-suspended", "hk-ecert", "hk-ocsp", "revoked"),
    ("hk-ho-revoked", "hk-ecert", "hk-ocsp", "revoked"),
    ("mo-lei", "mo-qualified", "mo-ocsp", "good"),
    ("gd-zhang", "gd-ca-rsa", "gd-ocsp-rsa", "good"),
    ("gd-li", "gd-ca-sm2", "gd-ocsp-sm2", "good"),
    ("gd-chen-revoked", "gd-ca-sm2", "gd-ocsp-sm2", "revoked"),
]


def ask(pki, name, authority, responder):
    leaf, issuer = (x509.load_der_x509_certificate(pki.certificate(one)) for one in (name, authority))
    request = ocsp.OCSPRequestBuilder().add_certificate(leaf, issuer, hashes.SHA1()).build().public_bytes(Encoding.DER)
    at_work = pki.authority(authority, PROFILES)
    who = Responder(pki.certificate(responder), pki.signer(responder), pki.certificate(authority))
    times = {"this_update": NOW, "next_update": NOW + timedelta(hours=12)}
    return respond(request, lambda serial: at_work.status(serial, NOW), who, **times)


@pytest.mark.parametrize(("name", "authority", "responder", "status"), OCSP)
def test_ocsp_answers(pki, tmp_path, name, authority, responder, status):
    answer = ask(pki, name, authority, responder)
    if AUTHORITIES[authority].key == "sm2":
        basic = asn1_ocsp.OCSPResponse.load(answer)["response_bytes"]["response"].parsed
        signed = basic["tbs_response_data"]
        check_sm2(pki.certificate(responder), signed.dump(), basic["signature"].native, tmp_path)
        assert signed["responses"][0]["cert_status"].name == status
        return
    (tmp_path / "answer.der").write_bytes(answer)
    leaf, issuer, root = chain_files(pki, name, tmp_path)
    command = ["ocsp", "-respin", tmp_path / "answer.der", "-issuer", issuer, "-cert", leaf, "-CAfile", root]
    result = openssl(*command, "-verify_other", to_pem(pki.certificate(responder), tmp_path))
    assert "Response verify OK" in result.stderr, result.stderr
    assert f": {status}" in result.stdout


def test_key_files_are_read_by_openssl(pki):
    password = (pki.folder / "password").read_text().strip()
    for name in ("gd-li", "hk-chan", "mo-lei"):
        key = pki.folder / "certificates" / name / "key.pem"
        assert openssl("pkey", "-in", key, "-passin", f"pass:{password}", "-noout", "-check").returncode == 0
        assert openssl("pkey", "-in", key, "-passin", "pass:wrong", "-noout").returncode != 0


CROSS = [("hk-root", "gd-root-rsa", "gd-ca-rsa", "gd-zhang"), ("gd-root-rsa", "hk-root", "hk-ecert", "hk-chan")]


@pytest.mark.parametrize(("anchor", "crossed", "issuing", "leaf"), CROSS)
def test_openssl_follows_a_cross_certificate_under_mapped_policies(pki, tmp_path, anchor, crossed, issuing, leaf):
    untrusted = tmp_path / "untrusted.pem"
    names = (f"{anchor}-to-{crossed}", issuing)
    untrusted.write_text("".join(to_pem(pki.certificate(name), tmp_path).read_text() for name in names))
    wanted = {"hk-root": PLAN.policies["mr"], "gd-root-rsa": PLAN.policies["gd-person"]}[anchor]
    options = [
        "-CAfile",
        to_pem(pki.certificate(anchor), tmp_path),
        "-untrusted",
        untrusted,
        "-explicit_policy",
        "-policy_check",
    ]
    result = openssl("verify", *options, "-policy", wanted, to_pem(pki.certificate(leaf), tmp_path))
    assert "OK" in result.stdout, result.stderr
    plain = to_pem(pki.certificate("hk-chan-plain"), tmp_path)
    if anchor == "gd-root-rsa":
        assert "policy" in openssl("verify", *options, plain).stderr


def test_nothing_is_written_over_a_pki(pki):
    before = sorted(path for path in pki.folder.rglob("*"))
    with pytest.raises(PkiExistsError) as caught:
        build_demo_pki(pki.folder, CERTS, now=NOW, base_url="http://other.example")
    assert caught.value.code == "pki-exists"
    assert sorted(path for path in pki.folder.rglob("*")) == before
    assert Path(pki.folder / "manifest.json").exists()
