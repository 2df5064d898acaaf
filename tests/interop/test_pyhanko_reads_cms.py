"""What we sign, pyHanko validates by EN 319 102-1: at B, and with time at T and above; what was changed, it calls broken."""

from __future__ import annotations

import asyncio

import pytest
from asn1crypto import cms, crl, x509
from pyhanko.sign.ades.report import AdESFailure, AdESPassed
from pyhanko.sign.validation.ades import ades_basic_validation, ades_with_time_validation
from pyhanko.sign.validation.policy_decl import LocalKnowledge, SignatureValidationSpec
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.ltv.types import ValidationTimingInfo
from pyhanko_certvalidator.policy_decl import REQUIRE_REVINFO, CertRevTrustPolicy
from pyhanko_certvalidator.registry import SimpleTrustManager
from pyhanko_certvalidator.revinfo.archival import CRLContainer

from idbridge.signatures.making.cms.augmenting import augment_cades
from idbridge.signatures.making.cms.signing import make_cades
from idbridge.signatures.making.steps import BaselineLevel, LongTermMaterial
from tests.unit.signatures.making.cms.test_signing import CONTENT
from tests.unit.signatures.making.workshop import NOW, STATEMENT, Authority, holder, made, material, root
from tests.unit.signatures.making.workshop import crl as workshop_crl

KEY_TYPES = ("rsa-2048", "ec-p256", "ec-p384", "ed25519")


def validated(data: bytes, *, timed: bool):
    trust = SimpleTrustManager.build([x509.Certificate.load(root()[0])])
    policy = CertValidationPolicySpec(trust, CertRevTrustPolicy(REQUIRE_REVINFO))
    known = LocalKnowledge(known_crls=[CRLContainer(crl.CertificateList.load(workshop_crl()))])
    spec = SignatureValidationSpec(policy, ts_cert_validation_policy=policy, local_knowledge=known)
    timing = ValidationTimingInfo(NOW, NOW, False)
    run = ades_with_time_validation if timed else ades_basic_validation
    return asyncio.run(run(cms.ContentInfo.load(data)["content"], spec, timing))


@pytest.mark.parametrize("key_type", KEY_TYPES)
def test_levels(key_type: str) -> None:
    by, stamper = holder(key_type), Authority()
    data = made(make_cades(CONTENT, by.signatory, STATEMENT, attached=True), by)
    result = validated(data, timed=False)
    assert result.ades_subindic is AdESPassed.OK, result
    for level in (BaselineLevel.T, BaselineLevel.LT, BaselineLevel.LTA):
        given = material() if level is BaselineLevel.LT else LongTermMaterial()
        data = made(augment_cades(data, level, given), stamper=stamper)
        result = validated(data, timed=True)
        assert result.ades_subindic is AdESPassed.OK, (level, result)
        assert result.best_signature_time < NOW
    changed = data.replace(b"Hengqin", b"Nansha!")
    assert validated(changed, timed=True).ades_subindic is AdESFailure.HASH_FAILURE
