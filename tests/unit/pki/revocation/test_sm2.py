"""CRLs and OCSP answers that are signed with SM2, by the authority and by its delegate."""

from __future__ import annotations

from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from idbridge import verify_certificate
from idbridge.pki.issuing.certificates import issue
from idbridge.pki.issuing.crls import Reason, RevokedCertificate, make_crl
from idbridge.pki.issuing.ocsp import CertificateStatus, Good, Responder, respond
from idbridge.pki.issuing.signer import signer_for
from idbridge.pki.report import PathReport
from tests.unit.pki.issuing.simple import NOW, VALIDITY, authority, key, order, profile

LEAF = issue(profile("person"), order("sm2", 1), authority("sm2").issuer, serial=5, validity=VALIDITY)
ROOT = authority("sm2")
REVOKED = RevokedCertificate(5, NOW - timedelta(days=1), Reason.KEY_COMPROMISE)


def judge(**evidence: list[bytes]) -> PathReport:
    return verify_certificate(LEAF, anchors=[ROOT.certificate], at=NOW, revocation="require", **evidence)


def crl(*entries: RevokedCertificate) -> bytes:
    return make_crl(ROOT.issuer, entries, number=1, this_update=NOW - timedelta(hours=1), next_update=NOW + timedelta(days=1))


def answer(status: CertificateStatus, responder: Responder | None = None) -> bytes:
    issuer = x509.load_der_x509_certificate(ROOT.certificate)
    builder = ocsp.OCSPRequestBuilder().add_certificate(x509.load_der_x509_certificate(LEAF), issuer, hashes.SHA256())
    times = {"this_update": NOW - timedelta(hours=1), "next_update": NOW + timedelta(hours=1)}
    own = Responder(ROOT.certificate, ROOT.signer, ROOT.certificate)
    return respond(builder.build().public_bytes(Encoding.DER), lambda _: status, responder or own, **times)


def delegate(profile_name: str) -> Responder:
    certificate = issue(profile(profile_name), order("sm2", 3), ROOT.issuer, serial=40, validity=VALIDITY)
    return Responder(certificate, signer_for(key("sm2", 3)), ROOT.certificate)


def broken(der: bytes) -> bytes:
    """The same with another signature value: the last octet is of its s."""
    return der[:-1] + bytes((der[-1] ^ 1,))


def test_crl() -> None:
    assert judge(crls=[crl()]).indication == "PASSED"
    revoked = judge(crls=[crl(REVOKED)])
    assert (revoked.indication, revoked.sub_indication) == ("FAILED", "REVOKED")


@pytest.mark.parametrize("responder", [None, "ocsp-responder"])
def test_ocsp(responder: str | None) -> None:
    by = delegate(responder) if responder else None
    assert judge(ocsp_responses=[answer(Good(), by)]).indication == "PASSED"
    revoked = judge(ocsp_responses=[answer(REVOKED, by)])
    assert (revoked.indication, revoked.sub_indication) == ("FAILED", "REVOKED")


def test_answers_of_whoever_is_not_entitled_are_none() -> None:
    assert judge(ocsp_responses=[answer(Good(), delegate("person"))]).sub_indication == "TRY_LATER"


def test_a_broken_value_is_no_evidence() -> None:
    assert judge(crls=[broken(crl())]).sub_indication == "TRY_LATER"
    assert judge(ocsp_responses=[broken(answer(Good()))]).sub_indication == "TRY_LATER"
    assert judge().sub_indication == "TRY_LATER"


def test_a_list_that_another_key_signed_is_no_evidence() -> None:
    other = authority("sm2", 9)
    made = make_crl(other.issuer, (), number=1, this_update=NOW, next_update=NOW + timedelta(days=1))
    assert judge(crls=[made]).sub_indication == "TRY_LATER"
