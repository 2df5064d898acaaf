"""What `openssl cms`, `openssl smime` and `openssl ts` sign, we verify; what was changed afterwards, we call broken."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from idbridge import verify_document
from idbridge.signatures.contents import HashedContent, digest
from idbridge.signatures.report import DocumentReport
from tests.requirements import program

CONTENT = b"Tender 2026-11: the bridge at Hengqin.\n" * 40

KEYS = {
    "rsa": ["-newkey", "rsa:2048"],
    "p256": ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"],
    "p384": ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-384"],
    "brainpool": ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:brainpoolP256r1"],
}


@dataclass
class Workshop:
    """A folder with keys and certificates, and openssl."""

    folder: Path

    def run(self, *arguments: str) -> None:
        done = subprocess.run([program("openssl"), *arguments], cwd=self.folder, capture_output=True, check=False)
        if done.returncode:
            raise AssertionError(done.stderr.decode(errors="replace"))

    def sign(self, key: str, *options: str) -> bytes:
        self.run(
            *("cms", "-sign", "-binary", "-in", "content", "-signer", f"{key}.pem", "-inkey", f"{key}.key"),
            *("-outform", "DER", "-out", "signed", *options),
        )
        return self.read("signed")

    def read(self, name: str) -> bytes:
        return (self.folder / name).read_bytes()


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    made = Workshop(tmp_path_factory.mktemp("openssl"))
    (made.folder / "content").write_bytes(CONTENT)
    for name, options in KEYS.items():
        made.run(
            *("req", "-x509", "-nodes", "-days", "3650", "-subj", f"/C=HK/CN=Signer {name}", *options),
            *("-addext", "keyUsage=critical,digitalSignature,keyCertSign"),
            *("-keyout", f"{name}.key", "-out", f"{name}.pem"),
        )
        made.run("x509", "-in", f"{name}.pem", "-outform", "DER", "-out", f"{name}.der")
    return made


def verified(data: bytes, detached: object = None, trust: list[bytes] | None = None) -> DocumentReport:
    at = datetime.now(UTC) + timedelta(hours=1)
    return verify_document(data, trust=trust, at=at, detached=detached)  # type: ignore[arg-type]


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("options", [(), ("-cades",), ("-keyid",), ("-stream", "-nodetach"), ("-nodetach",)], ids=" ".join)
def test_intact(workshop: Workshop, key: str, options: tuple[str, ...]) -> None:
    signed = workshop.sign(key, *options)
    attached = "-nodetach" in options
    report = verified(signed, None if attached else CONTENT)
    (signature,) = report.signatures
    assert signature.integrity == "intact"
    assert signature.evidence.form == ("CAdES" if "-cades" in options else "CMS")
    assert signature.level == ("B-B" if "-cades" in options else "NOT_ETSI")
    assert signature.signer is not None
    assert signature.signer.name == f"Signer {key}"
    if not attached:
        assert verified(signed, CONTENT[:-1]).signatures[0].integrity == "broken"
        assert verified(signed).signatures[0].integrity == "unknown"


@pytest.mark.parametrize("digest_name", ["sha1", "sha256", "sha384", "sha512"])
@pytest.mark.parametrize("padding", ["pss", "pkcs1"])
def test_paddings_and_digests(workshop: Workshop, digest_name: str, padding: str) -> None:
    signed = workshop.sign("rsa", "-cades", "-md", digest_name, "-keyopt", f"rsa_padding_mode:{padding}")
    assert verified(signed, CONTENT).signatures[0].integrity == "intact"
    assert verified(signed, CONTENT[1:]).signatures[0].integrity == "broken"


@pytest.mark.parametrize("key", ["rsa", "p256"])
def test_without_attributes(workshop: Workshop, key: str) -> None:
    signed = workshop.sign(key, "-noattr")
    assert verified(signed, CONTENT).signatures[0].integrity == "intact"
    assert verified(signed, CONTENT + b" ").signatures[0].integrity == "broken"
    algorithm = "SHA-256"
    hashed = HashedContent({algorithm: digest(algorithm, CONTENT) or b""}, "tender.txt")
    assert verified(signed, hashed).signatures[0].integrity == "intact"
    other = HashedContent({algorithm: digest(algorithm, b"another") or b""})
    assert verified(signed, other).signatures[0].integrity == "broken"


def test_by_digest_alone(workshop: Workshop) -> None:
    signed = workshop.sign("rsa", "-cades")
    digests = {name: digest(name, CONTENT) or b"" for name in ("SHA-256", "SHA-512")}
    assert verified(signed, HashedContent(digests)).signatures[0].integrity == "intact"
    assert verified(signed, HashedContent({"SHA-1": bytes(20)})).signatures[0].integrity == "unknown"


def test_parallel_signers(workshop: Workshop) -> None:
    workshop.run(
        *("cms", "-sign", "-binary", "-cades", "-in", "content", "-outform", "DER", "-out", "two"),
        *("-signer", "rsa.pem", "-inkey", "rsa.key", "-signer", "p256.pem", "-inkey", "p256.key"),
    )
    report = verified(workshop.read("two"), CONTENT)
    assert [signature.integrity for signature in report.signatures] == ["intact", "intact"]
    assert {s.signer.name for s in report.signatures if s.signer} == {"Signer rsa", "Signer p256"}


def test_pem_and_pkcs7(workshop: Workshop) -> None:
    workshop.run(
        *("smime", "-sign", "-binary", "-nodetach", "-in", "content", "-outform", "PEM", "-out", "pem"),
        *("-signer", "rsa.pem", "-inkey", "rsa.key"),
    )
    assert verified(workshop.read("pem")).signatures[0].integrity == "intact"


def test_trusted_signer_passes(workshop: Workshop) -> None:
    signed = workshop.sign("p256", "-cades")
    report = verified(signed, CONTENT, [workshop.read("p256.der")])
    assert report.indication == "TOTAL_PASSED", report.to_dict()
    other = verified(signed, CONTENT, [workshop.read("rsa.der")])
    assert (other.indication, other.sub_indication) == ("INDETERMINATE", "NO_CERTIFICATE_CHAIN_FOUND")


@pytest.fixture(scope="module")
def authority(workshop: Workshop) -> Workshop:
    workshop.run(
        *("req", "-x509", "-nodes", "-days", "3650", "-subj", "/CN=TSA", "-newkey", "rsa:2048"),
        *("-addext", "extendedKeyUsage=critical,timeStamping", "-keyout", "tsa.key", "-out", "tsa.pem"),
    )
    workshop.run("x509", "-in", "tsa.pem", "-outform", "DER", "-out", "tsa.der")
    (workshop.folder / "serial").write_text("01")
    (workshop.folder / "tsa.cnf").write_text(
        "[tsa]\ndefault_tsa=t\n[t]\nserial=serial\nsigner_cert=tsa.pem\nsigner_key=tsa.key\nsigner_digest=sha256\n"
        "default_policy=1.2.3.4\ndigests=sha256,sha512\naccuracy=secs:1\ness_cert_id_chain=no\ness_cert_id_alg=sha256\n"
    )
    workshop.run("ts", "-query", "-data", "content", "-sha256", "-cert", "-out", "query")
    workshop.run("ts", "-reply", "-config", "tsa.cnf", "-queryfile", "query", "-out", "response")
    workshop.run("ts", "-reply", "-config", "tsa.cnf", "-queryfile", "query", "-token_out", "-out", "token")
    return workshop


@pytest.mark.parametrize("name", ["response", "token"])
def test_timestamp_alone(authority: Workshop, name: str) -> None:
    data, trust = authority.read(name), [authority.read("tsa.der")]
    report = verified(data, CONTENT, trust)
    assert (report.indication, report.sub_indication) == ("INDETERMINATE", "NO_SIGNATURE_FOUND")
    (timestamp,) = report.timestamps
    assert timestamp.indication == "PASSED", timestamp.to_dict()
    assert timestamp.evidence.accuracy_microseconds == 1_000_000
    broken = verified(data, CONTENT + b".", trust).timestamps[0]
    assert (broken.indication, broken.sub_indication) == ("FAILED", "HASH_FAILURE")
    absent = verified(data, None, trust).timestamps[0]
    assert absent.sub_indication == "SIGNED_DATA_NOT_FOUND"


def test_a_signer_is_no_timestamp_authority(authority: Workshop) -> None:
    (authority.folder / "bad.cnf").write_text(
        (authority.folder / "tsa.cnf").read_text().replace("tsa.pem", "rsa.pem").replace("tsa.key", "rsa.key")
    )
    with pytest.raises(AssertionError):  # openssl itself refuses to make such a token
        authority.run("ts", "-reply", "-config", "bad.cnf", "-queryfile", "query", "-out", "bad")
