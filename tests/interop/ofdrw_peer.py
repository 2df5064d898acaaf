"""ofdrw as a peer: it signs OFD documents with our test authority's keys, and says of any whether they are valid."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from idbridge import verify_document
from idbridge.pki import sm2
from idbridge.pki.issuing.certificates import Validity
from idbridge.signatures.gathering import ValidationData
from idbridge.signatures.report import DocumentReport
from tests.requirements import CHECKOUT, missing, program, vectors
from tests.unit.signatures.seals import Authority, Holder, SealPlan, make_seal, pack, unpack

PEER = CHECKOUT / "tests" / "interop" / "ofdrw"
CLASS_PATH_LIMIT, RUN_LIMIT = 300, 120  # seconds; the first run of a machine downloads ofdrw


@cache
def class_path() -> str:
    """Return where ofdrw's classes are; the test is skipped where Maven cannot bring them."""
    with tempfile.NamedTemporaryFile("r") as target:
        command = [program("mvn"), "-q", "-B", "dependency:build-classpath", f"-Dmdep.outputFile={target.name}"]
        found = subprocess.run(command, cwd=PEER, capture_output=True, text=True, timeout=CLASS_PATH_LIMIT, check=False)
        if found.returncode:
            missing(f"ofdrw from Maven: {found.stdout[:300]}")
        return target.read()


def run(source: str, *words: str | Path, lines: Iterable[str] = ()) -> list[str]:
    """Run one of the peer's programs, with *lines* for its input; return the lines that it prints."""
    command = [program("java"), "-Djava.awt.headless=true", "-cp", class_path(), str(PEER / source), *map(str, words)]
    given = "".join(f"{line}\n" for line in lines)
    said = subprocess.run(command, input=given, capture_output=True, text=True, timeout=RUN_LIMIT, check=False)
    assert said.returncode == 0, said.stderr[-2000:]
    return [line for line in said.stdout.splitlines() if line.startswith(("valid", "refused"))]


def validated(folder: Path, documents: Sequence[bytes]) -> list[str]:
    """Return what ofdrw says of each document: "valid", or "refused" and why."""
    files = [folder / f"{number}.ofd" for number in range(len(documents))]
    for file, data in zip(files, documents, strict=True):
        file.write_bytes(data)
    said = run("Validate.java", lines=map(str, files))
    assert len(said) == len(files)
    return said


def unsigned() -> dict[str, bytes]:
    """A real document of several pages as it was before it was sealed."""
    parts = unpack(vectors("ofd", "V4RideRight.ofd").read_bytes())
    own = b"<ofd:Signatures>/Doc_0/Signs/Signatures.xml</ofd:Signatures>"
    assert own in parts["OFD.xml"]
    kept = {name: part for name, part in parts.items() if "/Signs/" not in name}
    return {**kept, "OFD.xml": parts["OFD.xml"].replace(own, b"")}


@dataclass(frozen=True)
class Job:
    """What ofdrw is to do: a kind of signature, what it protects, and where its seal stands.

    *over* is the name of the job whose document is signed, None for the unsigned one.
    """

    kind: str = "v4"
    mode: str = "ContinueSign"
    stamps: str = "normal"
    numbering: str = "standard"
    relative: str = "-"
    over: str | None = None


@dataclass(frozen=True)
class Office:
    """Who signs with ofdrw, and an authority that vouches for it: ofdrw's clock is real."""

    now: datetime
    authority: Authority
    signer: Holder
    maker: Holder

    def seal(self, version: int, *, by_digest: bool = False) -> bytes:
        since, until = self.now - timedelta(days=1), self.now + timedelta(days=100)
        plan = SealPlan(self.maker, [self.signer.der], version, by_digest, since=since, until=until)
        return make_seal(replace(plan, picture=vectors("ofd", "UserV4.esl").read_bytes()[:200]))

    def verify(self, data: bytes) -> DocumentReport:
        at = self.now + timedelta(minutes=5)
        crls = (self.authority.crl(self.now),)
        return verify_document(data, trust=[self.authority.root.der], at=at, evidence=ValidationData(crls=crls))


@cache
def office() -> Office:
    now = datetime.now(UTC).replace(microsecond=0)
    authority = Authority(validity=Validity(now - timedelta(days=30), now + timedelta(days=300)))
    return Office(now, authority, authority.issue("李明"), authority.issue("seal maker"))


def signed(folder: Path, jobs: Mapping[str, Job], document: bytes | None = None) -> dict[str, bytes]:
    """Return the *document* as ofdrw signs it for each of *jobs*."""
    own = office()
    assert isinstance(own.signer.signer.private_key, sm2.PrivateKey)
    given = {
        "key": sm2.to_pkcs8(own.signer.signer.private_key),
        "certificate": own.signer.der,
        "v1": own.seal(1),
        "v4": own.seal(4),
        "v4-digests": own.seal(4, by_digest=True),
        "unsigned.ofd": document or pack(unsigned()),
    }
    for name, data in given.items():
        (folder / name).write_bytes(data)
    lines = [
        " ".join((job.kind, job.mode, job.stamps, job.numbering, job.relative, f"{job.over or 'unsigned'}.ofd", f"{name}.ofd"))
        for name, job in jobs.items()
    ]
    run("Sign.java", folder, lines=lines)
    return {name: (folder / f"{name}.ofd").read_bytes() for name in jobs}
