"""What pyHanko signs, at every PAdES level, we verify, and poppler's pdfsig too; what was changed we see as pyHanko does."""

from __future__ import annotations

import asyncio
import io
import re
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pikepdf
import pytest
from asn1crypto import keys, x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509 import CertificateBuilder, SubjectKeyIdentifier
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields, signers, timestamps
from pyhanko.sign.validation import async_validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from idbridge import verify_document
from idbridge.signatures.report import DocumentReport
from tests.requirements import program
from tests.unit.signatures.forge import Authority
from tests.unit.signatures.formats import pdf_forge as forge

NOW = datetime.now(UTC).replace(microsecond=0)  # pyHanko reads the clock as it signs
AUTHORITY = Authority()
SIGNER, TSA = AUTHORITY.issue("Signer"), AUTHORITY.issue("TSA", timestamping=True)
OWNER = "owner's password"
RSA_KEY = rsa.generate_private_key(65537, 2048)


def rsa_tsa() -> bytes:
    """The TSA's certificate over again with an RSA key: pyHanko's dummy knows no other."""
    plain = TSA.certificate
    builder = CertificateBuilder(
        plain.issuer, plain.subject, RSA_KEY.public_key(), 7, plain.not_valid_before_utc, plain.not_valid_after_utc
    )
    for extension in plain.extensions:
        if not isinstance(extension.value, SubjectKeyIdentifier):
            builder = builder.add_extension(extension.value, extension.critical)
    return builder.sign(AUTHORITY.root.key, hashes.SHA256()).public_bytes(Encoding.DER)


CRL = AUTHORITY.crl(NOW - timedelta(days=1))
ROOT = x509.Certificate.load(AUTHORITY.root.der)


def loaded(der: bytes, key: PrivateKeyTypes) -> tuple[x509.Certificate, keys.PrivateKeyInfo]:
    encoded = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return x509.Certificate.load(der), keys.PrivateKeyInfo.load(encoded)


def store() -> SimpleCertificateStore:
    found = SimpleCertificateStore()
    found.register(ROOT)
    return found


def context() -> ValidationContext:
    return ValidationContext(trust_roots=[ROOT], crls=[CRL], revocation_mode="hard-fail")


def pyhanko_signed(data: bytes, field: str = "First", **settings: object) -> bytes:
    """Sign with pyHanko, in a field of its own; `timed` asks for a signature timestamp."""
    certificate, key = loaded(SIGNER.der, SIGNER.key)
    signer = signers.SimpleSigner(certificate, key, store())
    timed = settings.pop("timed", False)
    visible = fields.SigFieldSpec(field, box=settings.pop("box", None))
    stamper = timestamps.DummyTimeStamper(*loaded(rsa_tsa(), RSA_KEY), certs_to_embed=store()) if timed else None
    given = {"subfilter": fields.SigSeedSubFilter.PADES, "md_algorithm": "sha256", **settings}
    meta = signers.PdfSignatureMetadata(field_name=field, **given)
    writer = IncrementalPdfFileWriter(io.BytesIO(data))
    if writer.prev.encrypted:
        writer.encrypt(OWNER.encode())
    out = signers.PdfSigner(meta, signer, timestamper=stamper, new_field_spec=visible).sign_pdf(writer)
    return out.getvalue()


def validation() -> dict[str, object]:
    return {"timed": True, "embed_validation_info": True, "validation_context": context()}


LEVELS: dict[str, Callable[[], dict[str, object]]] = {
    "B-B": dict,
    "B-T": lambda: {"timed": True},
    "B-LT": validation,
    "B-LTA": lambda: {**validation(), "use_pades_lta": True},
}


def report(data: bytes) -> DocumentReport:
    return verify_document(data, trust=[AUTHORITY.root.der], at=datetime.now(UTC) + timedelta(seconds=5))


def poppler_says(path: Path) -> list[str]:
    run = subprocess.run([program("pdfsig"), "-nocert", str(path)], capture_output=True, text=True, check=False)
    return re.findall(r"Signature Validation: (.*)", run.stdout)


def encrypted(data: bytes) -> bytes:
    """To be read by anybody, and changed by those with the owner's password."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as pdf:
        pdf.save(out, encryption=pikepdf.Encryption(owner=OWNER, user=""))
    return out.getvalue()


@pytest.fixture(params=["forged base", "two signatures", "encrypted"])
def unsigned(request) -> bytes:
    plain = forge.write(forge.base())
    if request.param == "encrypted":
        return encrypted(plain)
    return plain if request.param == "forged base" else pyhanko_signed(plain, "Zeroth")


@pytest.mark.parametrize("level", LEVELS)
def test_what_pyhanko_signs_we_verify(level: str, unsigned: bytes, tmp_path: Path) -> None:
    data = pyhanko_signed(unsigned, **LEVELS[level]())
    result = report(data)
    assert {s.integrity for s in result.signatures} == {"intact"}
    assert all(s.evidence.scope[0].whole_document for s in result.signatures)
    assert result.signatures[-1].level == level
    if level in {"B-LT", "B-LTA"}:
        assert result.indication == "TOTAL_PASSED", result.to_dict()
    path = tmp_path / "signed.pdf"
    path.write_bytes(data)
    assert poppler_says(path)[: len(result.signatures)] == ["Signature is Valid."] * len(result.signatures)


def coverage(data: bytes) -> str:
    """What pyHanko makes of changes after the first signature."""
    embedded = PdfFileReader(io.BytesIO(data)).embedded_regular_signatures[0]
    status = asyncio.run(async_validate_pdf_signature(embedded, signer_validation_context=context()))
    return status.modification_level.name


@pytest.mark.parametrize(
    ("changes", "whole"),
    [
        ({}, True),
        ({forge.CONTENTS: forge.text(b"Pay 900 to Eve")}, False),
        ({forge.FONT: b"<< /Type /Font /Subtype /Type1 /BaseFont /Symbol >>"}, False),
        ({forge.PAGES: b"<< /Type /Pages /Kids [3 0 R] /Count 1 /Rotate 90 >>"}, False),
        ({forge.TEXT: forge.base()[forge.TEXT].replace(b"(100)", b"(900)")}, False),
        ({forge.NOTE: forge.base()[forge.NOTE].replace(b"A note", b"Pay 900")}, False),
    ],
)
def test_we_let_through_nothing_that_pyhanko_does_not(changes: dict[int, bytes], whole: bool) -> None:
    data = pyhanko_signed(forge.write(forge.base()))
    changed = forge.update(data, changes) if changes else data
    (signature,) = report(changed).signatures
    assert signature.evidence.scope[0].whole_document is whole
    assert coverage(changed) == "NONE" if whole else coverage(changed) != "NONE"


@pytest.mark.parametrize("permission", fields.MDPPerm)
def test_certifications_agree(permission: fields.MDPPerm) -> None:
    data = pyhanko_signed(forge.write(forge.base()), certify=True, docmdp_permissions=permission)
    filled = forge.update(data, {forge.TEXT: forge.base()[forge.TEXT].replace(b"(100)", b"(900)")})
    (signature,) = report(filled).signatures
    violated = "mdp-violated" in {fault.code for fault in signature.evidence.signed.faults}
    embedded = PdfFileReader(io.BytesIO(filled)).embedded_regular_signatures[0]
    status = asyncio.run(async_validate_pdf_signature(embedded, signer_validation_context=context()))
    assert status.docmdp_ok is not violated


@pytest.mark.parametrize(
    "data", [forge.signed(SIGNER), forge.security_store(forge.signed(SIGNER), [SIGNER.der], [CRL])], ids=["B", "with a DSS"]
)
def test_what_we_forge_pyhanko_verifies(data: bytes, tmp_path: Path) -> None:
    embedded = PdfFileReader(io.BytesIO(data)).embedded_regular_signatures[0]
    status = asyncio.run(async_validate_pdf_signature(embedded, signer_validation_context=context()))
    assert (status.intact, status.valid) == (True, True)
    path = tmp_path / "forged.pdf"
    path.write_bytes(data)
    assert poppler_says(path)[0] == "Signature is Valid."
