"""EU DSS as a peer: run from Maven with our test authority for its anchor, and a workshop that makes what it reads."""

from __future__ import annotations

import secrets
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pikepdf
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates

from idbridge.pki.issuing.signer import signer_for
from idbridge.services.signing import SigningKey, drive
from idbridge.signatures.contents import KnownContent
from idbridge.signatures.formats.catalogue import recognise
from idbridge.signatures.making.catalogue import AUGMENTERS, FORMATS, Augmentation, MadeFormat, Plan
from idbridge.signatures.making.pdf.signing import PdfSigning
from idbridge.signatures.making.steps import BaselineLevel, LongTermMaterial, Statement, TimestampWanted
from idbridge.signatures.making.timestamp_answers import TimestampPolicy, answer_request
from idbridge.signatures.making.timestamping import TimestampQuestion, token_of_answer
from tests.requirements import CHECKOUT, missing, program
from tests.unit.signatures.forge import Authority, Holder

PEER = CHECKOUT / "tests" / "interop" / "dss"
CLASS_PATH_LIMIT, RUN_LIMIT = 300, 300  # seconds; the first run of a machine downloads EU DSS
PASSWORD = b"secret"
TEXT = b"Minutes of the meeting at Nansha\n"
LEVELS = ("B", "T", "LT", "LTA")
ROOM = 8_192
"""Octets for the CMS message in a PDF, as most signers keep them."""


def class_path() -> str:
    """Return the class path of EU DSS, fetched by Maven; the test is skipped where it cannot be had."""
    with tempfile.NamedTemporaryFile("r") as target:
        command = [program("mvn"), "-q", "-B", "dependency:build-classpath", f"-Dmdep.outputFile={target.name}"]
        found = subprocess.run(command, cwd=PEER, capture_output=True, text=True, timeout=CLASS_PATH_LIMIT, check=False)
        if found.returncode:
            missing(f"EU DSS from Maven: {found.stdout[:300]}")
        return target.read()


def peer_of(home: Path, authority: Authority) -> Peer:
    """Return EU DSS with *authority* for its anchor, working in *home*; the test is skipped where it cannot run."""
    classes = class_path()
    for name in ("anchors", "certificates", "crls"):
        (home / "pki" / name).mkdir(parents=True)
    (home / "pki" / "anchors" / "root.cer").write_bytes(authority.root.der)
    (home / "pki" / "crls" / "root.crl").write_bytes(authority.crl(datetime.now(UTC) - timedelta(minutes=5)))
    return Peer(classes, home, authority)


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


def samples(home: Path) -> dict[str, Path]:
    """Return what is signed, by the beginning of the kind."""
    files = {name: home / name for name in ("text.txt", "page.pdf", "tree.xml")}
    files["text.txt"].write_bytes(TEXT)
    files["tree.xml"].write_bytes(b"<minutes><place>Nansha</place></minutes>")
    document = pikepdf.new()
    document.add_blank_page()
    document.save(files["page.pdf"])
    return files


@dataclass(frozen=True)
class Recipe:
    """How a kind is made here: its format, whether attached, and the file."""

    format: MadeFormat
    file: str
    attached: bool | None = None


OURS = {
    "cades": Recipe(MadeFormat.CADES, "text.txt"),
    "cades-detached": Recipe(MadeFormat.CADES, "text.txt", attached=False),
    "pades": Recipe(MadeFormat.PADES, "page.pdf"),
    "xades": Recipe(MadeFormat.XADES, "tree.xml"),
    "xades-enveloping": Recipe(MadeFormat.XADES, "text.txt"),
    "xades-detached": Recipe(MadeFormat.XADES, "text.txt", attached=False),
    "jades": Recipe(MadeFormat.JADES, "text.txt"),
    "jades-detached": Recipe(MadeFormat.JADES, "text.txt", attached=False),
    "asic-s-cades": Recipe(MadeFormat.ASIC_S, "text.txt"),
    "asic-e-cades": Recipe(MadeFormat.ASIC_E, "text.txt"),
    "asic-s-xades": Recipe(MadeFormat.ASIC_S_XADES, "text.txt"),
    "asic-e-xades": Recipe(MadeFormat.ASIC_E_XADES, "text.txt"),
}


@dataclass
class Workshop:
    """Makes here what DSS is to read: signed by *signer*, with tokens of the product's own time-stamping authority."""

    authority: Authority
    signer: Holder
    stamper: Holder

    def make(self, recipe: Recipe, files: dict[str, Path], level: str) -> bytes:
        """Return the file signed as *recipe* says, at *level*."""
        content = KnownContent.of(files[recipe.file].read_bytes(), name=recipe.file)
        statement = Statement(datetime.now(UTC).replace(microsecond=0))
        plan = Plan(
            (content,),
            self._key.signatory,
            statement,
            attached=recipe.attached,
            level=BaselineLevel(f"B-{level}"),
            pdf=PdfSigning(room=ROOM),
        )
        document = drive(FORMATS[recipe.format].make(plan), self._key.signer, self)
        beyond = "T" if recipe.format is MadeFormat.PADES and level != "B" else "B"  # a PDF keeps room for its timestamp
        return self.augmented(document, beyond, level, content if recipe.attached is False else None)

    def augmented(self, document: bytes, beyond: str, level: str, detached: KnownContent | None) -> bytes:
        """Return *document*, which is at level *beyond*, at *level*."""
        lists = (self.authority.crl(datetime.now(UTC) - timedelta(minutes=1)),)
        material = LongTermMaterial((self.signer.der, self.stamper.der, self.authority.root.der), lists)
        for step in LEVELS[LEVELS.index(beyond) + 1 : LEVELS.index(level) + 1]:
            wanted = Augmentation(document, BaselineLevel(f"B-{step}"), material, (detached,) if detached else ())
            document = drive(AUGMENTERS[recognise(document)](wanted), None, self)
        return document

    def stamp(self, wanted: TimestampWanted) -> bytes:
        """Return a token, as a `Stamper` does."""
        question = TimestampQuestion(wanted.message, wanted.digest or "SHA-256", secrets.randbits(64))
        own = self._holding(self.stamper)
        policy, now = TimestampPolicy(("1.2.3.4",)), datetime.now(UTC)
        making = answer_request(question.encoding(), own.signatory, policy, now, secrets.randbits(64))
        return token_of_answer(drive(making, own.signer, None), question)

    @property
    def _key(self) -> SigningKey:
        return self._holding(self.signer)

    def _holding(self, holder: Holder) -> SigningKey:
        return SigningKey(holder.der, signer_for(holder.key), (self.authority.root.der,))
