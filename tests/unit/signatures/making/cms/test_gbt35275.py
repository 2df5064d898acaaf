"""China's dialect: both ways of signing are read back, and only SM2 signs it."""

from __future__ import annotations

import pytest

from idbridge.signatures.contents import HashedContent, KnownContent
from idbridge.signatures.gathering import ValidationData
from idbridge.signatures.making.cms.gbt35275 import make_gbt35275
from idbridge.signatures.making.refusals import MakingRefusal
from tests.unit.signatures.making.cms.test_signing import CONTENT, refused
from tests.unit.signatures.making.workshop import STATEMENT, crl, holder, judged, made

OF_SIGNED_DATA = bytes.fromhex("060a2a811ccf550601040202")  # 1.2.156.10197.6.1.4.2.2
OF_DATA = bytes.fromhex("060a2a811ccf550601040201")


def signed(content=CONTENT, **rest) -> bytes:
    by = holder("sm2")
    return made(make_gbt35275(content, by.signatory, STATEMENT, **rest), by)


@pytest.mark.parametrize("attached", [True, False])
@pytest.mark.parametrize("attributes", [True, False])
def test_both_ways(attached: bool, attributes: bool) -> None:
    data = signed(attached=attached, attributes=attributes)
    assert OF_SIGNED_DATA in data
    assert OF_DATA in data
    beside = None if attached else CONTENT
    report = judged(data, detached=beside, evidence=ValidationData(crls=(crl(),)))
    assert report.indication == "TOTAL_PASSED", report.to_dict()
    assert bool(report.signatures[0].evidence.attributes.signing_time) == attributes
    assert not report.signatures[0].evidence.signed.faults
    other = KnownContent.of(b"another")
    changed = judged(data.replace(b"Hengqin", b"Nansha!") if attached else data, detached=None if attached else other)
    assert changed.signatures[0].integrity == "broken"


def test_refusals() -> None:
    for key_type in ("rsa-2048", "ec-p256", "ed25519"):
        by = holder(key_type)
        assert refused(make_gbt35275(CONTENT, by.signatory, STATEMENT, attached=True)) is MakingRefusal.ALGORITHM
    hashed = HashedContent({"SM3": CONTENT.digest("SM3") or b""})
    by = holder("sm2")
    plain = make_gbt35275(hashed, by.signatory, STATEMENT, attached=False, attributes=False)
    assert refused(plain) is MakingRefusal.CONTENT_MISSING  # SM2 is over the data itself, with Z_A before it
    assert judged(signed(hashed, attached=False), detached=CONTENT).signatures[0].integrity == "intact"
