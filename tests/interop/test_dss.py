"""EU DSS and this software on the same documents: what one signs, or augments, the other validates, level by level."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pikepdf
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates

from idbridge import verify_document
from idbridge.pki.issuing.signer import ECDSA_SHA256, RSA_SHA256
from idbridge.signatures.contents import KnownContent
from idbridge.signatures.formats.catalogue import recognise
from idbridge.signatures.gathering import ValidationData
from idbridge.signatures.making.catalogue import AUGMENTERS, FORMATS, Augmentation, MadeFormat, Plan
from idbridge.signatures.making.steps import BaselineLevel, LongTermMaterial, Making, Signatory, SignatureWanted, Statement
from idbridge.signatures.report import DocumentReport
from tests.requirements import CHECKOUT, missing, program
from tests.unit.signatures.forge import Authority, Holder, token

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
    """Makes here what DSS is to read: with a signer's key, and tokens of a stamper that is not the product's."""

    authority: Authority
    signer: Holder
    stamper: Holder

    def make(self, recipe: Recipe, files: dict[str, Path], level: str) -> bytes:
        """Return the file signed as *recipe* says, at *level*."""
        signatory = Signatory(self.signer.der, RSA_SHA256 if self._is_rsa else ECDSA_SHA256, (self.authority.root.der,))
        content = KnownContent.of(files[recipe.file].read_bytes(), name=recipe.file)
        statement = Statement(datetime.now(UTC).replace(microsecond=0))
        plan = Plan((content,), signatory, statement, attached=recipe.attached, level=BaselineLevel(f"B-{level}"))
        document = self._driven(FORMATS[recipe.format].make(plan))
        beyond = "T" if recipe.format is MadeFormat.PADES and level != "B" else "B"  # a PDF keeps room for its timestamp
        return self.augmented(document, beyond, level, content if recipe.attached is False else None)

    def augmented(self, document: bytes, beyond: str, level: str, detached: KnownContent | None) -> bytes:
        """Return *document*, which is at level *beyond*, at *level*."""
        lists = (self.authority.crl(datetime.now(UTC) - timedelta(minutes=1)),)
        material = LongTermMaterial((self.signer.der, self.stamper.der, self.authority.root.der), lists)
        for step in LEVELS[LEVELS.index(beyond) + 1 : LEVELS.index(level) + 1]:
            wanted = Augmentation(document, BaselineLevel(f"B-{step}"), material, (detached,) if detached else ())
            document = self._driven(AUGMENTERS[recognise(document)](wanted))
        return document

    @property
    def _is_rsa(self) -> bool:
        return isinstance(self.signer.key, rsa.RSAPrivateKey)

    def _driven(self, making: Making) -> bytes:
        answer = None
        while True:
            try:
                wish = making.send(answer) if answer is not None else next(making)
            except StopIteration as made:
                return made.value
            answer = self._sign(wish.message) if isinstance(wish, SignatureWanted) else self._stamp(wish.message)

    def _sign(self, message: bytes) -> bytes:
        if isinstance(self.signer.key, rsa.RSAPrivateKey):
            return self.signer.key.sign(message, padding.PKCS1v15(), hashes.SHA256())
        return self.signer.sign(message)

    def _stamp(self, message: bytes) -> bytes:
        return token(self.stamper, message, datetime.now(UTC).replace(microsecond=0))


@pytest.mark.parametrize("of_rsa", [False, True], ids=["ECDSA", "RSA"])
def test_dss_accepts_what_we_make_at_its_level(peer: Peer, of_rsa: bool) -> None:
    files = samples(peer.home)
    workshop = Workshop(
        peer.authority, peer.authority.issue("Ours", of_rsa=of_rsa), peer.authority.issue("Our TSA", timestamping=True)
    )
    wanted = [(kind, level) for kind in OURS for level in (("B",) if of_rsa else LEVELS)]
    commands = []
    for kind, level in wanted:
        out = peer.home / f"ours-{kind}-{level}"
        out.write_bytes(workshop.make(OURS[kind], files, level))
        originals = [files[OURS[kind].file]] if kind.endswith("detached") else []
        commands.append(("validate", out, *originals))
    said = {f"{kind}-{level}": lines for (kind, level), lines in zip(wanted, peer.run(*commands), strict=True)}
    found = {name: [tuple(line.split("\t")[:3]) for line in lines] for name, lines in said.items()}
    expected = {
        f"{kind}-{level}": [(f"{form_of(kind)}-BASELINE-{level}", "TOTAL_PASSED", "-"), ("done",)] for kind, level in wanted
    }
    assert found == expected, said


def form_of(kind: str) -> str:
    """Return what DSS calls the form of a kind."""
    names = {"cades": "CAdES", "pades": "PAdES", "xades": "XAdES", "jades": "JAdES"}
    return next(name for part, name in names.items() if part in kind)


def test_one_augments_what_the_other_signed(peer: Peer) -> None:
    """From B to LTA: ours by DSS, judged here; those of DSS by us, judged there."""
    files = samples(peer.home)
    signer, stamper = peer.authority.issue("Crosswise"), peer.authority.issue("TSA", timestamping=True, of_rsa=True)
    keys = peer.key_store("crosswise", signer), peer.key_store("tsa", stamper)
    workshop = Workshop(peer.authority, signer, peer.authority.issue("Our TSA", timestamping=True))
    commands = []
    for kind, recipe in OURS.items():
        mine, theirs = peer.home / f"mine-{kind}", peer.home / f"theirs-{kind}"
        mine.write_bytes(workshop.make(recipe, files, "B"))
        originals = [files[recipe.file]] if kind.endswith("detached") else []
        named = "jades-json" if kind == "jades" else kind  # a compact JWS has no room for unsigned properties
        commands.append(("extend", named, "LTA", keys[1], mine, f"{mine}-LTA", *originals))
        commands.append(("sign", named, "B", *keys, files[KINDS[kind]], theirs))
    assert [lines for lines in peer.run(*commands) if lines != ["done"]] == []
    questions, found = [], {}
    for kind in OURS:
        original = files[KINDS[kind]] if kind.endswith("detached") else None
        report = ours(peer, peer.home / f"mine-{kind}-LTA", files[OURS[kind].file] if original else None)
        found[kind] = (report.indication, *(signature.level for signature in report.signatures))
        content = KnownContent.of(original.read_bytes(), name=original.name) if original else None
        out = peer.home / f"theirs-{kind}-LTA"
        out.write_bytes(workshop.augmented((peer.home / f"theirs-{kind}").read_bytes(), "B", "LTA", content))
        questions.append(("validate", out, *([original] if original else [])))
    assert found == dict.fromkeys(OURS, ("TOTAL_PASSED", "B-LTA"))
    said = {kind: lines[0].split("\t")[:3] for kind, lines in zip(OURS, peer.run(*questions), strict=True)}
    assert said == {kind: [f"{form_of(kind)}-BASELINE-LTA", "TOTAL_PASSED", "-"] for kind in OURS}
