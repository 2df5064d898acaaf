"""EU DSS asked what it finds in a document when it trusts nobody, beside what we find: the two in one form, to be compared."""

from __future__ import annotations

import subprocess
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from idbridge import verify_document
from idbridge.signatures.refusals import DocumentRefused
from idbridge.signatures.report import DocumentReport, SignatureReport
from tests.interop.dss_peer import PEER
from tests.requirements import program

COMPILE_LIMIT, CLOSE_LIMIT = 300, 60  # seconds
MEMORY = "-Xmx2g"


@dataclass(frozen=True)
class Findings:
    """What one of the two says of a document: how many signatures there are, how many of them are intact, and their levels.

    `refused` where it was no document to it; a refusal counts as no signature.
    """

    signatures: int = 0
    intact: int = 0
    levels: tuple[str, ...] = ()
    refused: str = ""

    @property
    def shown(self) -> str:
        """In one word, for the ledger: what decides about integrity."""
        return "refused" if self.refused else f"{self.intact} of {self.signatures} intact"


def ours(data: bytes, detached: Mapping[str, bytes] | None = None) -> Findings:
    """Return our findings."""
    try:
        report = verify_document(data, trust=None, at=datetime(2026, 1, 1, tzinfo=UTC), detached=detached or None)
    except DocumentRefused as error:
        return Findings(refused=error.code)
    return _of_report(report)


def _of_report(report: DocumentReport) -> Findings:
    intact = sum(signature.integrity == "intact" for signature in report.signatures)
    return Findings(len(report.signatures), intact, tuple(sorted(map(_level, report.signatures))))


def _level(signature: SignatureReport) -> str:
    level = signature.level.replace("_", "-")
    return f"{signature.evidence.form}-{'BASELINE-' + level[2:] if level.startswith('B-') else level}"


class Examiner:
    """A warm process of EU DSS, which answers one document after the other."""

    def __init__(self, class_path: str, home: Path) -> None:
        """Compile the Java side into *home*, and start it."""
        sources = [str(PEER / f"{name}.java") for name in ("Examination", "Variants")]
        compile_it = [program("javac"), "-nowarn", "-cp", class_path, "-d", str(home / "classes"), *sources]
        subprocess.run(compile_it, check=True, capture_output=True, timeout=COMPILE_LIMIT)
        self.home = home
        self.class_path = f"{home / 'classes'}:{class_path}"
        command = [program("java"), MEMORY, "-cp", self.class_path, "Examination"]
        pipe, quiet = subprocess.PIPE, subprocess.DEVNULL  # its XML parser tells of each file that is none
        self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=quiet, text=True)

    def close(self) -> None:
        """End the process, which ends with what it is asked."""
        self._process.communicate(timeout=CLOSE_LIMIT)

    def examine(self, data: bytes, originals: Iterable[Path] = ()) -> Findings:
        """Return what DSS finds in *data*, beside which the *originals* are given."""
        asked = self.home / "asked"
        asked.write_bytes(data)
        source, sink = self._process.stdout, self._process.stdin
        assert source is not None
        assert sink is not None
        sink.write("\t".join(map(str, (asked, *originals))) + "\n")
        sink.flush()
        lines: list[list[str]] = []
        for line in source:
            lines.append(line.rstrip("\n").split("\t"))
            if lines[-1][0] in ("done", "error"):
                return _of_lines(lines)
        raise AssertionError("EU DSS ended")

    def make(self, script: str, pki: Path) -> list[str]:
        """Have DSS make what *script* says (`Variants.java`); return an answer for each line."""
        (self.home / "script").write_text(script)
        command = [program("java"), MEMORY, f"-Dpki={pki}", "-cp", self.class_path, "Variants", str(self.home / "script")]
        said = subprocess.run(command, capture_output=True, text=True, timeout=COMPILE_LIMIT, check=True)
        return said.stdout.splitlines()


def _of_lines(lines: list[list[str]]) -> Findings:
    if lines[-1][0] == "error":
        return Findings(refused=" ".join(lines[-1][1:]))
    signatures = [line for line in lines if line[0] == "signature"]
    intact = sum(line[2] == "intact" and line[3] == "intact" for line in signatures)
    return Findings(len(signatures), intact, tuple(sorted(line[1] for line in signatures)))


def differences(here: Findings, there: Findings) -> tuple[Counter[str], Counter[str]]:
    """Return the levels that only we, and that only they give."""
    mine, theirs = Counter(here.levels), Counter(there.levels)
    return mine - theirs, theirs - mine
