"""What we seal, ofdrw accepts; and what it refuses of that, we refuse."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from idbridge.signatures.making.ofd import seal_document
from tests.requirements import CHECKOUT, missing, program, vectors
from tests.unit.signatures.checks.test_seal import verify
from tests.unit.signatures.making.test_ofd import sealing
from tests.unit.signatures.seals import pack, unpack

PEER = CHECKOUT / "tests" / "interop" / "ofdrw"
PAGE = "Doc_0/Pages/Page_0/Content.xml"
CLASS_PATH_LIMIT, RUN_LIMIT = 300, 60  # seconds; the first run of a machine downloads ofdrw


@pytest.fixture(scope="module")
def class_path(tmp_path_factory: pytest.TempPathFactory) -> str:
    target = tmp_path_factory.mktemp("ofdrw") / "class-path"
    command = [program("mvn"), "-q", "-B", "dependency:build-classpath", f"-Dmdep.outputFile={target}"]
    found = subprocess.run(command, cwd=PEER, capture_output=True, text=True, timeout=CLASS_PATH_LIMIT, check=False)
    if found.returncode:
        missing(f"ofdrw from Maven: {found.stdout[:300]}")
    return target.read_text()


def unsigned() -> dict[str, bytes]:
    """A real document as it was before it was sealed."""
    parts = unpack(vectors("ofd", "V4RideRight.ofd").read_bytes())
    own = b"<ofd:Signatures>/Doc_0/Signs/Signatures.xml</ofd:Signatures>"
    assert own in parts["OFD.xml"]
    kept = {name: part for name, part in parts.items() if "/Signs/" not in name}
    return {**kept, "OFD.xml": parts["OFD.xml"].replace(own, b"")}


def validate(class_path: str, *files: Path) -> list[str]:
    command = [program("java"), "-cp", class_path, str(PEER / "Validate.java"), *map(str, files)]
    said = subprocess.run(command, capture_output=True, text=True, timeout=RUN_LIMIT, check=True)
    return [line for line in said.stdout.splitlines() if line == "valid" or "Exception" in line]


def test_ofdrw_agrees_on_what_we_seal(class_path: str, tmp_path: Path) -> None:
    once = seal_document(pack(unsigned()), sealing())
    parts = unpack(once)
    documents = {
        "once": once,
        "twice": seal_document(once, sealing()),
        "changed": pack({**parts, PAGE: parts[PAGE] + b" "}),
        "edited": pack(
            {
                **parts,
                "Doc_0/Signs/Sign_0/Signature.xml": parts["Doc_0/Signs/Sign_0/Signature.xml"].replace(b"50 50", b"60 60"),
            }
        ),
    }
    files = [tmp_path / f"{name}.ofd" for name in documents]
    for file, data in zip(files, documents.values(), strict=True):
        file.write_bytes(data)
    theirs = [said == "valid" for said in validate(class_path, *files)]
    ours = [verify(data).indication == "TOTAL_PASSED" for data in documents.values()]
    assert theirs == ours == [True, True, False, False]
