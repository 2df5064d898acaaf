"""What we sign and augment, pyHanko and poppler validate at each level; either side takes up where the other has stopped."""

from __future__ import annotations

import asyncio
import hashlib
import io
import re
import subprocess
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from asn1crypto import x509
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import signers, timestamps
from pyhanko.sign.ades.report import AdESPassed
from pyhanko.sign.validation import DocumentSecurityStore, PdfSignatureStatus, async_validate_pdf_signature
from pyhanko.sign.validation.ades import AdESLTAValidationResult, ades_lta_validation
from pyhanko.sign.validation.dss import async_add_validation_info
from pyhanko.sign.validation.policy_decl import (
    PdfSignatureValidationSpec,
    RevinfoOnlineFetchingRule,
    RevocationInfoGatheringSpec,
    SignatureValidationSpec,
)
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.authority import CertTrustAnchor
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.policy_decl import REQUIRE_REVINFO, CertRevTrustPolicy
from pyhanko_certvalidator.registry import SimpleTrustManager

from idbridge import verify_document
from idbridge.pki.issuing.signer import signer_for
from idbridge.signatures.making.pdf.appearance import Appearance
from idbridge.signatures.making.pdf.augmenting import augment_pdf
from idbridge.signatures.making.pdf.signing import Certification, PdfForm, PdfSigning, sign_pdf
from idbridge.signatures.making.steps import BaselineLevel, LongTermMaterial, Making, Signatory, SignatureWanted, Statement
from tests.interop.test_pdf_pyhanko import AUTHORITY, RSA_KEY, loaded, pyhanko_signed, rsa_tsa, store
from tests.interop.test_pdf_pyhanko import validation as their_validation
from tests.requirements import program
from tests.unit.signatures.making.pdf.papers import PAPERS

HOLDERS = {"ECDSA": AUTHORITY.issue("Elliptic"), "RSA": AUTHORITY.issue("Rivest", of_rsa=True)}
NOW = datetime.now(UTC).replace(microsecond=0)  # pyHanko's validation reads the clock
CRL = AUTHORITY.crl(NOW - timedelta(minutes=1))
ROOT = x509.Certificate.load(AUTHORITY.root.der)
DAYS = count(31)
B, T, LT, LTA = BaselineLevel


def material(*certificates: bytes) -> LongTermMaterial:
    """What our signatures need, with a list newer than any before."""
    known = (AUTHORITY.root.der, *(holder.der for holder in HOLDERS.values()))
    newer = AUTHORITY.crl(NOW - timedelta(minutes=1), days=next(DAYS))
    return LongTermMaterial((*known, *certificates), (newer,))


def stamper() -> timestamps.TimeStamper:
    return timestamps.DummyTimeStamper(*loaded(rsa_tsa(), RSA_KEY), certs_to_embed=store())


def stamped(message: bytes) -> bytes:
    return asyncio.run(stamper().async_timestamp(hashlib.sha256(message).digest(), "sha256")).dump()


def run(making: Making, kind: str = "ECDSA") -> bytes:
    key = signer_for(HOLDERS[kind].key)
    try:
        wanted = next(making)
        while True:
            is_signature = isinstance(wanted, SignatureWanted)
            wanted = making.send(key.sign(wanted.message) if is_signature else stamped(wanted.message))
    except StopIteration as done:
        return done.value


def signed(data: bytes, kind: str = "ECDSA", level: BaselineLevel = B, **signing: object) -> bytes:
    signatory = Signatory(HOLDERS[kind].der, signer_for(HOLDERS[kind].key).algorithm, (AUTHORITY.root.der,))
    return run(sign_pdf(data, signatory, Statement(NOW), PdfSigning(**signing), level=level), kind)


def at_level(data: bytes, kind: str, level: BaselineLevel) -> bytes:
    made = signed(data, kind, B if level is B else T)
    for step in (LT, LTA)[: (B, T, LT, LTA).index(level) - 1 if level in (LT, LTA) else 0]:
        made = run(augment_pdf(made, step, material() if step is LT else LongTermMaterial()))
    return made


def opened(data: bytes) -> PdfFileReader:
    return PdfFileReader(io.BytesIO(data), strict=False)  # which is what lets it read hybrid files


def context() -> ValidationContext:
    return ValidationContext(trust_roots=[ROOT], crls=[CRL], revocation_mode="hard-fail")


def long_term(data: bytes, number: int = 0) -> AdESLTAValidationResult:
    """The whole process of EN 319 102-1 with nothing but what the file holds and the root."""
    policy = CertValidationPolicySpec(SimpleTrustManager.build([CertTrustAnchor(ROOT)]), CertRevTrustPolicy(REQUIRE_REVINFO))
    gathering = RevocationInfoGatheringSpec(online_fetching_rule=RevinfoOnlineFetchingRule.LOCAL_ONLY)
    spec = PdfSignatureValidationSpec(SignatureValidationSpec(policy, gathering))
    return asyncio.run(ades_lta_validation(opened(data).embedded_regular_signatures[number], spec))


def stored_only(data: bytes) -> PdfSignatureStatus:
    """Validation with nothing but what the security store holds, and the root."""
    reader = opened(data)
    given = {"trust_roots": [ROOT], "revocation_mode": "hard-fail", "allow_fetching": False}
    known = DocumentSecurityStore.read_dss(reader).as_validation_context(given)
    return asyncio.run(async_validate_pdf_signature(reader.embedded_regular_signatures[0], known))


def our_level(data: bytes) -> list[str]:
    result = verify_document(data, trust=[AUTHORITY.root.der], at=datetime.now(UTC) + timedelta(seconds=5))
    assert result.indication == "TOTAL_PASSED", result.to_dict()
    assert all(scope.whole_document for signature in result.signatures for scope in signature.evidence.scope)
    return [signature.level for signature in result.signatures]


def poppler_says(data: bytes, folder: Path) -> list[str]:
    path = folder / "signed.pdf"
    path.write_bytes(data)
    answer = subprocess.run([program("pdfsig"), "-nocert", str(path)], capture_output=True, text=True, check=False)
    return re.findall(r"Signature Validation: (.*)", answer.stdout)


@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("kind", HOLDERS)
@pytest.mark.parametrize("form", [PdfForm.PADES, PdfForm.PKCS7])
def test_pyhanko_and_poppler_validate_what_we_sign(paper: str, kind: str, form: PdfForm, tmp_path: Path) -> None:
    data = signed(PAPERS[paper], kind, form=form, reason="我同意", appearance=Appearance((72, 72, 272, 132)))
    (embedded,) = opened(data).embedded_regular_signatures
    status = asyncio.run(async_validate_pdf_signature(embedded, signer_validation_context=context()))
    assert status.bottom_line, status.pretty_print_details()
    assert poppler_says(data, tmp_path) == ["Signature is Valid."]


@pytest.mark.parametrize("kind", HOLDERS)
@pytest.mark.parametrize("level", [T, LT, LTA])
@pytest.mark.parametrize("paper", ["table", "stream", "hybrid"])
def test_pyhanko_validates_each_level(kind: str, level: BaselineLevel, paper: str) -> None:
    data = at_level(PAPERS[paper], kind, level)
    if level is T:
        (embedded,) = opened(data).embedded_regular_signatures
        status = asyncio.run(async_validate_pdf_signature(embedded, signer_validation_context=context()))
        assert status.bottom_line, status.pretty_print_details()
        assert status.timestamp_validity.valid
        return
    assert our_level(data) == [level]
    if level is LTA:
        assert long_term(data).ades_subindic is AdESPassed.OK
    else:
        assert stored_only(data).bottom_line


def test_pyhanko_validates_what_was_archived_again() -> None:
    data = at_level(PAPERS["stream"], "ECDSA", LTA)
    data = run(augment_pdf(run(augment_pdf(data, LTA)), LTA))
    assert long_term(data).ades_subindic is AdESPassed.OK
    assert len(opened(data).embedded_timestamp_signatures) == 3
    assert our_level(data) == ["B-LTA"]


def test_several_signers_and_levels_in_one_file(tmp_path: Path) -> None:
    data = at_level(signed(at_level(PAPERS["table"], "RSA", LTA), "ECDSA", T), "RSA", LTA)
    for number in range(3):
        assert long_term(data, number).ades_subindic is AdESPassed.OK
    assert our_level(data) == ["B-LTA"] * 3
    assert [said for said in poppler_says(data, tmp_path) if "Valid" in said] == ["Signature is Valid."] * 3


@pytest.mark.parametrize("level", Certification)
def test_pyhanko_finds_our_certification(level: Certification) -> None:
    data = signed(PAPERS["table"], certification=level)
    (embedded,) = opened(data).embedded_regular_signatures
    status = asyncio.run(async_validate_pdf_signature(embedded, signer_validation_context=context()))
    assert (embedded.docmdp_level.value, status.docmdp_ok) == (level, True)
    if level is not Certification.NO_CHANGES:
        embedded = opened(signed(data)).embedded_regular_signatures[0]
        status = asyncio.run(async_validate_pdf_signature(embedded, signer_validation_context=context()))
        assert (status.docmdp_ok, status.modification_level.name) == (True, "FORM_FILLING")


@pytest.mark.parametrize("timed", [True, False])
def test_we_augment_what_pyhanko_signed(timed: bool) -> None:
    data = pyhanko_signed(PAPERS["stream"], timed=timed)
    (embedded,) = opened(data).embedded_regular_signatures
    data = data if timed else run(augment_pdf(data, T))
    data = run(augment_pdf(data, LT, material(embedded.signer_cert.dump())))
    assert our_level(data) == ["B-LT"]
    assert stored_only(data).bottom_line
    data = run(augment_pdf(data, LTA))
    assert our_level(data) == ["B-LTA"]
    if timed:  # pyHanko's process wants a time within the CMS
        assert long_term(data).ades_subindic is AdESPassed.OK


def test_pyhanko_augments_what_we_signed() -> None:
    data = signed(PAPERS["stream"], "RSA", T)
    (embedded,) = opened(data).embedded_regular_signatures
    out = asyncio.run(async_add_validation_info(embedded, context(), output=io.BytesIO()))
    stored = out.getvalue()
    assert our_level(stored) == ["B-LT"]
    writer = IncrementalPdfFileWriter(io.BytesIO(stored))
    timed = signers.PdfTimeStamper(stamper()).timestamp_pdf(writer, "sha256", context()).getvalue()
    assert our_level(timed) == ["B-LTA"]
    again = signed(timed)
    assert again.startswith(timed)
    assert len(opened(again).embedded_regular_signatures) == 2


def test_both_sign_one_after_the_other(tmp_path: Path) -> None:
    data = pyhanko_signed(signed(pyhanko_signed(PAPERS["stream"], "First", **their_validation())), "Third")
    result = verify_document(data, trust=[AUTHORITY.root.der], at=datetime.now(UTC) + timedelta(seconds=5))
    assert [signature.integrity for signature in result.signatures] == ["intact"] * 3
    assert poppler_says(data, tmp_path) == ["Signature is Valid."] * 3
    for embedded in opened(data).embedded_regular_signatures:
        status = asyncio.run(async_validate_pdf_signature(embedded, signer_validation_context=context()))
        assert status.bottom_line, status.pretty_print_details()
