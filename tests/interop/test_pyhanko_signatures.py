"""CAdES signatures that pyHanko makes, at each level it makes for CMS, read and judged here."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from asn1crypto import keys, x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pyhanko.sign import signers, timestamps
from pyhanko_certvalidator.registry import SimpleCertificateStore

from idbridge import verify_document
from idbridge.signatures.gathering import ValidationData
from tests.unit.signatures.forge import Authority, Holder

CONTENT = b"Minutes of the meeting at Nansha"


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


def as_pyhanko_has_it(holder: Holder, root: Holder) -> tuple[x509.Certificate, keys.PrivateKeyInfo, SimpleCertificateStore]:
    store = SimpleCertificateStore()
    store.register(x509.Certificate.load(root.der))
    key = holder.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return x509.Certificate.load(holder.der), keys.PrivateKeyInfo.load(key), store


@pytest.mark.parametrize("detached", [True, False], ids=["detached", "attached"])
@pytest.mark.parametrize("timed", [True, False], ids=["T", "B"])
def test_intact_and_passed(authority: Authority, detached: bool, timed: bool) -> None:
    certificate, key, store = as_pyhanko_has_it(authority.issue("Signer"), authority.root)
    signer = signers.SimpleSigner(certificate, key, store)
    stamper = None
    if timed:
        stamper = timestamps.DummyTimeStamper(
            *as_pyhanko_has_it(authority.issue("TSA", timestamping=True, of_rsa=True), authority.root)[:2], store
        )
    made = asyncio.run(
        signer.async_sign_general_data(CONTENT, "sha256", detached=detached, timestamper=stamper, use_cades=True)
    )
    now = datetime.now(UTC)
    report = verify_document(
        made.dump(),
        trust=[authority.root.der],
        at=now + timedelta(minutes=1),
        detached=CONTENT if detached else None,
        evidence=ValidationData(crls=(authority.crl(now - timedelta(hours=1)),)),
    )
    assert report.indication == "TOTAL_PASSED", report.to_dict()
    (signature,) = report.signatures
    assert signature.evidence.form == "CAdES"
    assert [timestamp.indication for timestamp in report.timestamps] == ["PASSED"] * timed
    assert (signature.existed.by is not None) is timed
