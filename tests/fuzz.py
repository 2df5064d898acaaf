"""The full counts of hostile input: each format in a process of its own, one after the other, with what is promised of each.

    python tests/fuzz.py                      # 100,000 of everything: some hours
    python tests/fuzz.py --count 5000 PDF OFD # fewer, of these
    python tests/fuzz.py --list

What fails is kept below `--keep`, with pytest's account of it. Exit status 1 if anything failed. The same tests run with
small counts whenever the tests run.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

CHECKOUT: Final = Path(__file__).resolve().parent.parent
FORMATS: Final = "tests/contracts/test_formats.py::test_any_bytes_give_a_verdict_or_a_coded_refusal"
INSIDES: Final = "tests/contracts/test_insides.py::test_any_inside_gives_a_verdict_or_a_coded_refusal"
UNIT: Final = "tests/unit/signatures/formats"
OFD: Final = f"{UNIT}/ofd/test_hostile.py::test_a_verdict_or_a_coded_refusal"

HARNESSES: Final = {
    "PDF": f"{FORMATS}[PDF]",
    "PDF-inside": f"{INSIDES}[PDF]",
    "XML": f"{FORMATS}[XML]",
    "XML-inside": f"{UNIT}/xmldsig/test_mutations.py",
    "JWS": f"{FORMATS}[JWS]",
    "JWS-inside": f"{INSIDES}[JWS]",
    "ASiC": f"{FORMATS}[ASiC]",
    "ASiC-inside": f"{INSIDES}[ASiC]",
    "EVIDENCE_RECORD": f"{FORMATS}[EVIDENCE_RECORD]",
    "EVIDENCE_RECORD-inside": f"{INSIDES}[EVIDENCE_RECORD]",
    "CMS": f"{FORMATS}[CMS]",
    "CMS-inside": f"{INSIDES}[CMS]",
    "TIMESTAMP": f"{FORMATS}[TIMESTAMP]",
    "TIMESTAMP-inside": f"{INSIDES}[TIMESTAMP]",
    "OFD": f"{FORMATS}[OFD]",
    "OFD-inside": f"{OFD}[packages]",
    "seals": f"{OFD}[seals]",
    "SM2": "tests/unit/pki/sm2/test_scheme.py",
    "SM2-survival": "tests/unit/pki/sm2/test_survival.py",
    "certificates": "tests/unit/pki/test_mutations.py",
    "trust-lists": "tests/unit/trust/test_mutations.py::test_mutated_lists_get_an_answer_or_a_refusal",
}
"""What is tried, by name, and the test that tries it."""


COUNTS: Final = ("IDBRIDGE_FUZZ_COUNT", "IDBRIDGE_MUTATIONS", "IDBRIDGE_SM2_MUTATIONS", "IDBRIDGE_SM2_SURVIVAL")
"""Variables by which the tests are told how many to try."""


def run(name: str, count: int, keep: Path) -> bool:
    """Try *count* mutants with one harness; tell whether it held."""
    folder = keep / name
    folder.mkdir(parents=True, exist_ok=True)
    counts = dict.fromkeys(COUNTS, str(count))
    bounds = {"IDBRIDGE_HANG_SECONDS": "2", "IDBRIDGE_FUZZ_KEEP": str(folder), "CI": "true"}
    began, used = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", HARNESSES[name]],
        cwd=CHECKOUT,
        env={**os.environ, **counts, **bounds},
        capture_output=True,
        text=True,
        check=False,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = after.ru_utime + after.ru_stime - used.ru_utime - used.ru_stime
    (folder / "pytest.log").write_text(done.stdout + done.stderr, encoding="utf-8")
    held = done.returncode == 0
    told = "held" if held else f"FAILED, see {folder}"
    print(f"{name}: {count} mutants, {processor:.0f} s of CPU, {time.monotonic() - began:.0f} s: {told}", flush=True)
    return held


def main() -> int:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(description="Try the full counts of hostile input.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="which to try; all without any")
    parser.add_argument("--count", type=int, default=100_000, help="mutants of each (default: %(default)s)")
    parser.add_argument("--keep", type=Path, default=CHECKOUT / "var" / "fuzz", help="where failures are kept")
    parser.add_argument("--list", action="store_true", help="print the names and end")
    asked = parser.parse_args()
    if unknown := set(asked.names) - HARNESSES.keys():
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    if asked.list:
        print(*HARNESSES, sep="\n")
        return 0
    held = [run(name, asked.count, asked.keep.resolve()) for name in asked.names or HARNESSES]
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
