"""OFD between ofdrw and this software: what one seals or signs the other accepts, and what one refuses the other does."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import ClassVar

import pytest
from asn1crypto import core

from idbridge import verify_document
from idbridge.pki import sm2
from idbridge.pki.issuing.certificates import Validity
from idbridge.signatures.contents import KnownContent
from idbridge.signatures.gathering import ValidationData
from idbridge.signatures.making.cms.gbt35275 import make_gbt35275
from idbridge.signatures.making.ofd import seal_document
from idbridge.signatures.making.seals import make_seal
from tests.requirements import CHECKOUT, missing, program, vectors
from tests.unit.signatures.checks.test_seal import failed, office, verify
from tests.unit.signatures.making import workshop
from tests.unit.signatures.making.test_ofd import holder, order, sealing, signed
from tests.unit.signatures.seals import Authority, pack, unpack

PEER = CHECKOUT / "tests" / "interop" / "ofdrw"
PAGE = "Doc_0/Pages/Page_0/Content.xml"
SIGNATURE, VALUE = (f"Doc_0/Signs/Sign_0/{name}" for name in ("Signature.xml", "SignedValue.dat"))
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


def agreed(class_path: str, folder: Path, documents: dict[str, bytes]) -> list[bool]:
    """Return for each document whether it is valid, as both say."""
    files = [folder / f"{name}.ofd" for name in documents]
    for file, data in zip(files, documents.values(), strict=True):
        file.write_bytes(data)
    theirs = [said == "valid" for said in validate(class_path, *files)]
    assert theirs == [verify(data).indication == "TOTAL_PASSED" for data in documents.values()]
    return theirs


def test_ofdrw_agrees_on_what_we_seal(class_path: str, tmp_path: Path) -> None:
    once = seal_document(pack(unsigned()), sealing())
    parts = unpack(once)
    documents = {
        "once": once,
        "twice": seal_document(once, sealing()),
        "changed": pack({**parts, PAGE: parts[PAGE] + b" "}),
        "edited": pack({**parts, SIGNATURE: parts[SIGNATURE].replace(b"50 50", b"60 60")}),
    }
    assert agreed(class_path, tmp_path, documents) == [True, True, False, False]


def test_ofdrw_agrees_on_what_we_sign_without_a_seal(class_path: str, tmp_path: Path) -> None:
    once = signed(pack(unsigned()), office().signer)
    parts = unpack(once)
    documents = {
        "once": once,
        "sealed-after": seal_document(once, sealing()),
        "changed": pack({**parts, PAGE: parts[PAGE] + b" "}),
        "edited": pack({**parts, SIGNATURE: parts[SIGNATURE].replace(b"<ofd:Provider ", b"<ofd:Provider  ")}),
        "swapped": pack({**parts, VALUE: unpack(signed(pack({**unsigned(), PAGE: b"<Page/>"}), office().signer))[VALUE]}),
    }
    assert agreed(class_path, tmp_path, documents) == [True, True, False, False, False]


def sign(class_path: str, folder: Path, now: datetime, kinds: Sequence[str]) -> tuple[Authority, dict[str, bytes]]:
    """Return the document as ofdrw signs it for each kind of container, and the authority of who signs: its clock is real."""
    authority = Authority(validity=Validity(now - timedelta(days=30), now + timedelta(days=300)))
    signer, maker = authority.issue("李明"), authority.issue("seal maker")
    assert isinstance(signer.signer.private_key, sm2.PrivateKey)
    valid = {"created": now, "not_before": now - timedelta(days=1), "not_after": now + timedelta(days=100)}
    given = {
        "key": sm2.to_pkcs8(signer.signer.private_key),
        "certificate": signer.der,
        "seal": make_seal(replace(order(), signers=(signer.der,), **valid), holder(maker)),
        "document.ofd": pack(unsigned()),
    }
    for name, data in given.items():
        (folder / name).write_bytes(data)
    outs = [word for kind in kinds for word in (kind, str(folder / f"{kind}.ofd"))]
    command = [program("java"), "-cp", class_path, str(PEER / "Sign.java"), *(str(folder / name) for name in given), *outs]
    subprocess.run(command, capture_output=True, text=True, timeout=RUN_LIMIT, check=True)
    return authority, {kind: (folder / f"{kind}.ofd").read_bytes() for kind in kinds}


def test_what_ofdrw_signs_passes(class_path: str, tmp_path: Path) -> None:
    """Seals of GB/T 38540 and signatures of GB/T 35275; the same with a page changed afterwards fails."""
    now = datetime.now(UTC).replace(microsecond=0)
    authority, signed = sign(class_path, tmp_path, now, ("v4", "gbt35275", "gbt35275-attributes"))
    given = {
        "trust": [authority.root.der],
        "at": now + timedelta(minutes=5),
        "evidence": ValidationData(crls=(authority.crl(now),)),
    }
    for kind, data in signed.items():
        report = verify_document(data, **given)
        assert report.indication == "TOTAL_PASSED", (kind, failed(report))
        parts = unpack(data)
        report = verify_document(pack({**parts, PAGE: parts[PAGE] + b" "}), **given)
        assert (report.indication, report.sub_indication) == ("TOTAL_FAILED", "HASH_FAILURE"), kind


class Signed(core.Sequence):
    """SESeal and SES_Signature of GB/T 38540, read by other software than ours."""

    _fields: ClassVar = [
        ("signed", core.Any),
        ("certificate", core.OctetString),
        ("algorithm", core.ObjectIdentifier),
        ("value", core.OctetBitString),
    ]


def test_openssl_agrees_on_what_we_seal(tmp_path: Path) -> None:
    """A second implementation of SM2 on both values: the maker's over the seal, the signer's over the sealing."""
    parts = unpack(seal_document(pack(unsigned()), sealing()))
    for name, signer in (("Seal.esl", office().maker), ("SignedValue.dat", office().signer)):
        seen = Signed.load(parts[f"Doc_0/Signs/Sign_0/{name}"])
        assert seen["certificate"].native == signer.der
        (tmp_path / "message").write_bytes(seen["signed"].dump())
        (tmp_path / "signature").write_bytes(seen["value"].native)
        (tmp_path / "key.der").write_bytes(signer.signer.public_key_info)
        command = [
            program("openssl"),
            "pkeyutl",
            "-verify",
            "-pubin",
            "-keyform",
            "DER",
            "-inkey",
            "key.der",
            "-rawin",
            "-digest",
            "sm3",
        ]
        command += ["-in", "message", "-sigfile", "signature", "-pkeyopt", "distid:1234567812345678"]
        told = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=RUN_LIMIT, check=False)
        assert "Successfully" in told.stdout, told


def test_ofdrw_reads_our_messages(class_path: str, tmp_path: Path) -> None:
    """Of the ways in which GB/T 35275 is signed ofdrw knows two: attributes over what is beside, and a digest inside."""
    content, by = b"the part that is signed", workshop.holder("sm2")
    ways = {
        "attributes": (KnownContent.of(content), {"attached": False, "attributes": True}),
        "digest": (KnownContent.of(sm2.sm3(content)), {"attached": True, "attributes": False}),
    }
    for name, (over, options) in ways.items():
        making = make_gbt35275(over, by.signatory, workshop.STATEMENT, **options)
        (tmp_path / name).write_bytes(workshop.made(making, by))
    (tmp_path / "content").write_bytes(content)
    (tmp_path / "changed").write_bytes(content + b".")

    def said(against: str) -> list[str]:
        files = [tmp_path / against, *(tmp_path / name for name in ways)]
        command = [program("java"), "-cp", class_path, str(PEER / "Cms.java"), *map(str, files)]
        return subprocess.run(command, capture_output=True, text=True, timeout=RUN_LIMIT, check=True).stdout.splitlines()

    assert said("content") == ["valid", "valid"]
    assert "valid" not in said("changed")
