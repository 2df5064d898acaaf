"""An authority made of `openssl` alone, with keys of every kind, SM2 too: its chains, CRLs and OCSP answers judged by us."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime, timedelta

import pytest
from asn1crypto import pem

from idbridge import verify_certificate
from tests.requirements import program

ID = "distid:1234567812345678"
KEYS = {
    "sm2": (["-algorithm", "SM2"], "sm3", ["-sigopt", ID], ["-vfyopt", ID]),
    "rsa": (["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"], "sha256", [], []),
    "rsa-pss": (["-algorithm", "RSA-PSS", "-pkeyopt", "rsa_keygen_bits:2048"], "sha256", [], []),
    "p-384": (["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384"], "sha384", [], []),
    "ed25519": (["-algorithm", "ED25519"], "null", [], []),
}
"""How `openssl genpkey` makes the key, the digest, and the options with which it signs and verifies."""

ISSUING = "basicConstraints=critical,CA:TRUE,pathlen:0\nkeyUsage=critical,keyCertSign,cRLSign\n"
HOLDING = "basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\n"
IDENTIFIERS = "subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n"
CONFIGURATION = """
[ca]
default_ca = here
[here]
database = index.txt
crlnumber = crlnumber
default_md = {digest}
default_crl_days = 7
crl_extensions = extensions
[extensions]
authorityKeyIdentifier = keyid
"""


class OpensslAuthority:
    """Root → issuing → leaf in one folder; every step is a run of `openssl`."""

    def __init__(self, folder, kind: str) -> None:
        self.folder = folder
        self.make_key, self.digest, self.signing, self.verifying = KEYS[kind]
        for name in ("root", "issuing", "leaf"):
            self.run("genpkey", *self.make_key, "-out", f"{name}.pem")
        usages = ["-addext", "keyUsage=critical,keyCertSign,cRLSign"]
        self.run("req", "-new", "-x509", "-key", "root.pem", *self.signed, "-subj", "/CN=root", "-out", "root.crt", *usages)
        self.certify("issuing", "root", ISSUING + IDENTIFIERS)
        self.certify("leaf", "issuing", HOLDING + IDENTIFIERS)

    @property
    def signed(self) -> list[str]:
        return [*([] if self.digest == "null" else [f"-{self.digest}"]), *self.signing]

    def run(self, *command: str) -> None:
        subprocess.run([program("openssl"), *command], cwd=self.folder, check=True, capture_output=True, timeout=60)

    def read(self, name: str) -> bytes:
        return pem.unarmor((self.folder / name).read_bytes())[2]

    def certify(self, name: str, by: str, extensions: str) -> None:
        (self.folder / "extensions").write_text(extensions)
        self.run("req", "-new", "-key", f"{name}.pem", *self.signed, "-subj", f"/CN={name}", "-out", f"{name}.csr")
        issuer = ["-CA", f"{by}.crt", "-CAkey", f"{by}.pem", "-CAcreateserial", "-days", "20", "-extfile", "extensions"]
        request = ["-in", f"{name}.csr", *self.verifying]
        self.run("x509", "-req", *request, *issuer, *self.signed, "-out", f"{name}.crt")

    def crl(self, by: str, *revoked: str) -> bytes:
        (self.folder / "index.txt").write_text("")
        (self.folder / "crlnumber").write_text("01\n")
        (self.folder / "ca.cnf").write_text(CONFIGURATION.format(digest="default" if self.digest == "null" else self.digest))
        at_work = ["ca", "-config", "ca.cnf", "-cert", f"{by}.crt", "-keyfile", f"{by}.pem"]
        for name in revoked:
            self.run(*at_work, "-revoke", f"{name}.crt", "-crl_reason", "keyCompromise")
        self.run(*at_work, "-gencrl", *self.signing, "-out", "list.crl")
        return self.read("list.crl")

    def ocsp(self, by: str, about: str) -> bytes:
        """Answer about *about* by what the last CRL was made from."""
        request = ["-issuer", f"{by}.crt", "-cert", f"{about}.crt", "-reqout", "request", "-no_nonce"]
        self.run("ocsp", *request)
        answering = ["-index", "index.txt", "-rsigner", f"{by}.crt", "-rkey", f"{by}.pem", "-CA", f"{by}.crt", "-ndays", "1"]
        self.run("ocsp", "-reqin", "request", *answering, "-respout", "answer")
        return (self.folder / "answer").read_bytes()

    def judge(self, **evidence):
        return verify_certificate(
            self.read("leaf.crt"),
            anchors=[self.read("root.crt")],
            intermediates=[self.read("issuing.crt")],
            at=datetime.now(UTC) + timedelta(minutes=1),
            **evidence,
        )


def verdict(report):
    return report.indication, report.sub_indication


@pytest.mark.parametrize("kind", KEYS)
def test_chains_and_crls_that_openssl_makes(kind: str, tmp_path) -> None:
    authority = OpensslAuthority(tmp_path, kind)
    above, silent = authority.crl("root"), authority.crl("issuing")
    report = authority.judge(crls=[above, silent])
    assert verdict(report) == ("PASSED", None), report.to_dict()
    assert len(report.path.certificates) == 3
    assert verdict(authority.judge(crls=[above, authority.crl("issuing", "leaf")])) == ("FAILED", "REVOKED")
    assert verdict(authority.judge(crls=[authority.crl("root", "issuing"), silent])) == ("FAILED", "REVOKED")
    assert verdict(authority.judge(crls=[above])) == ("INDETERMINATE", "TRY_LATER")


@pytest.mark.parametrize("kind", ["rsa", "p-384"])  # `openssl ocsp` has no option for an SM2 signer ID
def test_ocsp_answers_that_openssl_gives(kind: str, tmp_path) -> None:
    authority = OpensslAuthority(tmp_path, kind)
    above = authority.crl("root")
    authority.crl("issuing", "leaf")
    revoked = authority.ocsp("issuing", "leaf")
    assert verdict(authority.judge(crls=[above], ocsp_responses=[revoked])) == ("FAILED", "REVOKED")
    index = authority.folder / "index.txt"
    index.write_text(index.read_text().replace("R\t", "V\t", 1).replace(_revocation(index.read_text()), "", 1))
    good = authority.ocsp("issuing", "leaf")
    assert verdict(authority.judge(crls=[above], ocsp_responses=[good])) == ("PASSED", None)
    index.write_text("")
    unknown = authority.ocsp("issuing", "leaf")
    assert verdict(authority.judge(crls=[above], ocsp_responses=[unknown])) == ("INDETERMINATE", "TRY_LATER")


def _revocation(index: str) -> str:
    """Return the third field of the only line: when and why it was revoked."""
    return index.split("\t")[2]
