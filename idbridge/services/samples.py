"""Documents to try verification with, one of each kind of verdict: a folder of files that the settings name.

The demonstration makes its own (`demo_samples`); an instance in production has none.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class SampleKind(StrEnum):
    """What there is to see in a sample; the order is that in which they are offered."""

    GOOD = "good"
    ONE_REGION = "one-region"
    CHANGED = "changed"
    FORGED = "forged"
    UNKNOWN_AUTHORITY = "unknown-authority"


@dataclass(frozen=True, slots=True)
class Sample:
    """A document to try: its kind, and its file's name, `contract-good.pdf`, whose suffix is its format."""

    kind: SampleKind
    name: str

    @property
    def format(self) -> str:
        """The document's format as people call it."""
        return _suffix(self.name).upper()


class Samples:
    """The samples in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def all(self) -> tuple[Sample, ...]:
        """Return what there is, in the order of the kinds; files of other names are none."""
        found = (path.name for path in self._folder.glob("*-*.*"))
        names = sorted(found, key=_suffix, reverse=True)  # PDF, which everybody knows, before OFD
        return tuple(Sample(kind, name) for kind in SampleKind for name in names if _kind(name) == kind)

    def read(self, name: str) -> bytes | None:
        """Return the sample called *name*; None where there is none of that name."""
        known = {sample.name for sample in self.all()}
        return (self._folder / name).read_bytes() if name in known else None


def _suffix(name: str) -> str:
    return name.rpartition(".")[2]


def _kind(name: str) -> str:
    return name.partition("-")[2].rpartition(".")[0]
