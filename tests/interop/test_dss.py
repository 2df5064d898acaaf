"""EU DSS and this software on the same documents: what one signs, or augments, the other validates, level by level."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pikepdf
import pytest
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates

from idbridge import verify_document
from idbridge.signatures.gathering import ValidationData
from idbridge.signatures.report import DocumentReport
from tests.requirements import CHECKOUT, missing, program
from tests.unit.signatures.forge import Authority, Holder

PEER = CHECKOUT / "tests" / "interop" / "dss"
CLASS_PATH_LIMIT, RUN_LIMIT = 300, 300  # seconds; the first run of a machine downloads EU DSS
PASSWORD = b"secret"
TEXT = b"Minutes of the meeting at Nansha\n"
LEVELS = ("B", "T", "LT", "LTA")


@pytest.fixture(scope="module")
def class_path(tmp_path_factory: pytest.TempPathFactory) -> str:
    target = tmp_path_factory.mktemp("dss") / "class-path"
    command = [program("mvn"), "-q", "-B", "dependency:build-classpath", f"-Dmdep.outputFile={target}"]
    found = subprocess.run(command, cwd=PEER, capture_output=True, text=True, timeout=CLASS_PATH_LIMIT, check=False)
    if found.returncode:
        missing(f"EU DSS from Maven: {found.stdout[:300]}")
    return target.read_text()


@dataclass
class Peer:
    """EU DSS, with our test authority for its anchor."""

    class_path: str
    home: Path
    authority: Authority

    def run(self, *commands: Sequence[str | Path]) -> list[list[str]]:
        """Have DSS do *commands* in one process; return the lines of each answer, the last "done" or an error."""
        script = self.home / "commands"
        script.write_text("\n".join("\t".join(map(str, command)) for command in commands))
        java = [program("java"), "-cp", self.class_path, f"-Dpki={self.home / 'pki'}", str(PEER / "Dss.java"), str(script)]
        said = subprocess.run(java, capture_output=True, text=True, timeout=RUN_LIMIT, check=True)
        answers: list[list[str]] = [[]]
        for line in said.stdout.splitlines():
            answers[-1].append(line)
            if line == "done" or line.startswith("error: "):
                answers.append([])
        return answers[:-1]

    def key_store(self, name: str, holder: Holder) -> Path:
        path = self.home / f"{name}.p12"
        path.write_bytes(
            serialize_key_and_certificates(
                name.encode(),
                holder.key,
                holder.certificate,
                [self.authority.root.certificate],
                BestAvailableEncryption(PASSWORD),
            )
        )
        return path


@pytest.fixture(scope="module")
def peer(class_path: str, tmp_path_factory: pytest.TempPathFactory) -> Peer:
    home, authority = tmp_path_factory.mktemp("peer"), Authority()
    for name in ("anchors", "certificates", "crls"):
        (home / "pki" / name).mkdir(parents=True)
    (home / "pki" / "anchors" / "root.cer").write_bytes(authority.root.der)
    (home / "pki" / "crls" / "root.crl").write_bytes(authority.crl(datetime.now(UTC) - timedelta(minutes=5)))
    return Peer(class_path, home, authority)


def samples(home: Path) -> dict[str, Path]:
    """Return what is signed, by the beginning of the kind."""
    files = {name: home / name for name in ("text.txt", "page.pdf", "tree.xml")}
    files["text.txt"].write_bytes(TEXT)
    files["tree.xml"].write_bytes(b"<minutes><place>Nansha</place></minutes>")
    document = pikepdf.new()
    document.add_blank_page()
    document.save(files["page.pdf"])
    return files


KINDS = {
    "cades": "text.txt",
    "cades-detached": "text.txt",
    "pades": "page.pdf",
    "xades": "tree.xml",
    "xades-enveloping": "tree.xml",
    "xades-detached": "text.txt",
    "jades": "text.txt",
    "jades-json": "text.txt",
    "jades-detached": "text.txt",
    "asic-s-cades": "text.txt",
    "asic-e-cades": "text.txt",
    "asic-s-xades": "text.txt",
    "asic-e-xades": "text.txt",
}


def ours(peer: Peer, path: Path, original: Path | None) -> DocumentReport:
    """Return what this software says of a file, with the peer's CRLs at hand."""
    crls = tuple(file.read_bytes() for file in (peer.home / "pki" / "crls").iterdir())
    return verify_document(
        path.read_bytes(),
        trust=[peer.authority.root.der],
        at=datetime.now(UTC) + timedelta(minutes=1),
        detached={original.name: original.read_bytes()} if original else None,
        evidence=ValidationData(crls=crls),
    )


def test_what_dss_signs_passes_at_its_level(peer: Peer) -> None:
    files = samples(peer.home)
    signer = peer.key_store("signer", peer.authority.issue("Signer"))
    rsa = peer.key_store("rsa", peer.authority.issue("RSA signer", of_rsa=True))
    stamper = peer.key_store("tsa", peer.authority.issue("TSA", timestamping=True, of_rsa=True))
    wanted = [
        (kind, level, key)
        for kind in KINDS
        for level in LEVELS
        for key in (signer, rsa)
        if (kind != "jades" or level == "B") and (key is signer or level == "B")
    ]
    outs = [peer.home / f"{kind}-{level}-{key.stem}" for kind, level, key in wanted]
    commands = [
        ("sign", kind, level, key, stamper, files[KINDS[kind]], out)
        for (kind, level, key), out in zip(wanted, outs, strict=True)
    ]
    refused = {out.name: answer for out, answer in zip(outs, peer.run(*commands), strict=True) if answer != ["done"]}
    assert not refused
    found = {}
    for (kind, _level, _), out in zip(wanted, outs, strict=True):
        report = ours(peer, out, files[KINDS[kind]] if kind.endswith("detached") else None)
        found[out.name] = (report.indication, *(signature.level for signature in report.signatures))
    assert found == {out.name: ("TOTAL_PASSED", f"B-{level}") for (_, level, _), out in zip(wanted, outs, strict=True)}
