"""OFD between ofdrw and this software: what one seals or signs the other accepts, and what one refuses the other does."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import ClassVar

from asn1crypto import core

from idbridge.pki import sm2
from idbridge.signatures.contents import KnownContent
from idbridge.signatures.making.cms.gbt35275 import make_gbt35275
from idbridge.signatures.making.ofd import seal_document
from tests.interop.ofdrw_peer import RUN_LIMIT, run, unsigned, validated
from tests.requirements import program
from tests.unit.signatures.checks.test_seal import office, verify
from tests.unit.signatures.making import workshop
from tests.unit.signatures.making.test_ofd import sealing, signed
from tests.unit.signatures.seals import pack, unpack

PAGE = "Doc_0/Pages/Page_0/Content.xml"
SIGNATURE, VALUE = (f"Doc_0/Signs/Sign_0/{name}" for name in ("Signature.xml", "SignedValue.dat"))


def agreed(folder: Path, documents: dict[str, bytes]) -> list[bool]:
    """Return for each document whether it is valid, as both say."""
    theirs = [said == "valid" for said in validated(folder, list(documents.values()))]
    assert theirs == [verify(data).indication == "TOTAL_PASSED" for data in documents.values()]
    return theirs


def test_ofdrw_agrees_on_what_we_seal(tmp_path: Path) -> None:
    once = seal_document(pack(unsigned()), sealing())
    parts = unpack(once)
    documents = {
        "once": once,
        "twice": seal_document(once, sealing()),
        "changed": pack({**parts, PAGE: parts[PAGE] + b" "}),
        "edited": pack({**parts, SIGNATURE: parts[SIGNATURE].replace(b"50 50", b"60 60")}),
    }
    assert agreed(tmp_path, documents) == [True, True, False, False]


def test_ofdrw_agrees_on_what_we_sign_without_a_seal(tmp_path: Path) -> None:
    once = signed(pack(unsigned()), office().signer)
    parts = unpack(once)
    documents = {
        "once": once,
        "sealed-after": seal_document(once, sealing()),
        "changed": pack({**parts, PAGE: parts[PAGE] + b" "}),
        "edited": pack({**parts, SIGNATURE: parts[SIGNATURE].replace(b"<ofd:Provider ", b"<ofd:Provider  ")}),
        "swapped": pack({**parts, VALUE: unpack(signed(pack({**unsigned(), PAGE: b"<Page/>"}), office().signer))[VALUE]}),
    }
    assert agreed(tmp_path, documents) == [True, True, False, False, False]


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


def test_ofdrw_reads_our_messages(tmp_path: Path) -> None:
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
        return run("Cms.java", tmp_path / against, *(tmp_path / name for name in ways))

    assert said("content") == ["valid", "valid"]
    assert "valid" not in said("changed")
