"""CMS signatures as they are met: dialects, detached content, counter-signatures, bounds, and what a wrong one leaves intact.

What is made wrong to mislead is tried in `tests/contracts/attacks/messages.py`.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from idbridge import verify_document
from idbridge.pki import sm2
from idbridge.pki.certificate import Certificate
from idbridge.pki.keys import key_digest
from idbridge.signatures.ber import OCTET_STRING, SEQUENCE, SET, encode
from idbridge.signatures.checks import CHECK_NAMES
from idbridge.signatures.contents import HashedContent, KnownContent
from idbridge.signatures.formats.limits import LIMITS
from idbridge.signatures.gathering import ValidationData
from idbridge.signatures.policy import default_policy
from idbridge.signatures.refusals import DocumentRefused, Refusal
from idbridge.signatures.report import DocumentReport
from tests.unit.signatures import forge
from tests.unit.signatures.forge import (
    CONTENT_TYPE,
    COUNTER_SIGNATURE,
    MESSAGE_DIGEST,
    SIGNATURE_TIMESTAMP,
    Authority,
    Holder,
    attribute,
    baseline_attributes,
    cms,
    oid,
    signature_value,
    signer_info,
    token,
)

CONTENT = b"Letter of guarantee over 2,000,000 MOP."
AT = datetime(2024, 6, 15, tzinfo=UTC)


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


@pytest.fixture(scope="module")
def signer(authority: Authority) -> Holder:
    return authority.issue("Lei Ka I")


@pytest.fixture(scope="module")
def other(authority: Authority) -> Holder:
    return authority.issue("Wong Siu Ming")


def report_on(data: bytes, detached: object = None) -> DocumentReport:
    return verify_document(data, trust=None, at=AT, detached=detached)  # type: ignore[arg-type]


def codes(report: DocumentReport, number: int = 0) -> set[str]:
    return {fault.code for fault in report.signatures[number].evidence.signed.faults}


def digest_attribute(content: bytes) -> bytes:
    return attribute(MESSAGE_DIGEST, encode(OCTET_STRING, hashlib.sha256(content).digest()))


def test_missing_message_digest_binds_nothing(signer: Holder) -> None:
    attributes = [attribute(CONTENT_TYPE, oid(forge.DATA))]
    report = report_on(cms([signer_info(signer, attributes)], [signer.der], content=CONTENT))
    assert report.signatures[0].integrity == "broken"
    assert report.sub_indication == "FORMAT_FAILURE"
    assert "message-digest-missing" in codes(report)


def test_message_digest_with_two_values(signer: Holder) -> None:
    values = [encode(OCTET_STRING, hashlib.sha256(content).digest()) for content in (CONTENT, b"another")]
    attributes = [attribute(CONTENT_TYPE, oid(forge.DATA)), attribute(MESSAGE_DIGEST, *values)]
    report = report_on(cms([signer_info(signer, attributes)], [signer.der], content=CONTENT))
    assert "attribute-doubled" in codes(report)
    assert report.signatures[0].integrity == "broken"


def test_named_signer_did_not_sign(signer: Holder, other: Holder) -> None:
    """The value is another's: it counts neither for the one named nor for the other."""
    info = signer_info(signer, baseline_attributes(signer, CONTENT), sid=forge.issuer_and_serial(other))
    report = report_on(cms([info], [signer.der, other.der], content=CONTENT))
    assert report.signatures[0].integrity == "broken"
    assert report.indication == "TOTAL_FAILED"


def test_certificate_is_not_there(signer: Holder, other: Holder) -> None:
    data = cms([signer_info(signer, baseline_attributes(signer, CONTENT))], [other.der], content=CONTENT)
    report = report_on(data)
    assert report.signatures[0].integrity == "unknown"
    assert report.sub_indication == "NO_SIGNING_CERTIFICATE_FOUND"


def test_certificate_given_beside(signer: Holder) -> None:
    data = cms([signer_info(signer, baseline_attributes(signer, CONTENT))], content=CONTENT)
    given = ValidationData(certificates=(signer.der,))
    report = verify_document(data, trust=None, at=AT, evidence=given)
    assert report.signatures[0].integrity == "intact"
    assert report_on(data).signatures[0].integrity == "unknown"


def test_attributes_out_of_order_are_tolerated_and_said(signer: Holder) -> None:
    """Signed as they stand: not DER, as some signing products of the mainland write them."""
    attributes = sorted(baseline_attributes(signer, CONTENT), reverse=True)
    report = report_on(cms([signer_info(signer, attributes, ordered=False)], [signer.der], content=CONTENT))
    assert report.signatures[0].integrity == "intact"
    assert "signed-attributes-not-der" in codes(report)


def test_signed_in_order_but_written_out_of_order(signer: Holder) -> None:
    attributes = sorted(baseline_attributes(signer, CONTENT))
    value = signer.sign(encode(SET, *attributes))
    info = signer_info(signer, attributes[::-1], value=value, ordered=False)
    assert report_on(cms([info], [signer.der], content=CONTENT)).signatures[0].integrity == "intact"


def test_any_changed_bit_of_what_is_signed_is_noticed(signer: Holder) -> None:
    attributes = sorted(baseline_attributes(signer, CONTENT))
    info = signer_info(signer, attributes)
    data = cms([info], [signer.der], content=CONTENT)
    signed = [CONTENT, b"".join(attributes), signature_value(info)]
    for part in signed:
        start = data.index(part)
        for offset in range(start, start + len(part)):
            changed = bytearray(data)
            changed[offset] ^= 0x04
            try:
                report = report_on(bytes(changed))
            except DocumentRefused:
                continue
            assert report.signatures[0].integrity == "broken", offset
            assert report.indication == "TOTAL_FAILED", offset


def test_too_many_timestamps(signer: Holder) -> None:
    stamps = attribute(SIGNATURE_TIMESTAMP, *[b"\x30\x00"] * (LIMITS.timestamps + 1))
    info = signer_info(signer, baseline_attributes(signer, CONTENT), unsigned=[stamps])
    with pytest.raises(DocumentRefused) as refused:
        report_on(cms([info], [signer.der], content=CONTENT))
    assert refused.value.code is Refusal.TOO_MANY_ENTRIES


def test_given_content_is_not_what_was_signed(signer: Holder) -> None:
    data = forge.cades(signer, CONTENT)
    assert report_on(data, CONTENT).signatures[0].integrity == "intact"
    report = report_on(data, b"another document")
    assert report.indication == "TOTAL_FAILED"
    assert "detached-content-differs" in codes(report)


def test_of_several_detached_files_the_signed_one_is_found(signer: Holder) -> None:
    data = forge.cades(signer, CONTENT, attached=False)
    report = report_on(data, {"a.txt": b"another", "b.txt": CONTENT})
    (signature,) = report.signatures
    assert signature.integrity == "intact"
    (scope,) = signature.evidence.scope
    assert (scope.name, scope.whole_document, scope.not_covered) == ("b.txt", False, ("a.txt",))


def test_digest_alone(signer: Holder) -> None:
    data = forge.cades(signer, CONTENT, attached=False)
    attached = forge.cades(signer, CONTENT)
    assert "detached-content-differs" not in codes(report_on(attached, HashedContent({"SHA-512": b""})))
    assert "detached-content-differs" in codes(report_on(attached, HashedContent({"SHA-512": bytes(64)})))
    right = HashedContent({"SHA-256": hashlib.sha256(CONTENT).digest()}, "letter.pdf")
    assert report_on(data, right).signatures[0].integrity == "intact"
    short = HashedContent({"SHA-256": hashlib.sha256(CONTENT).digest()[:31]})
    assert report_on(data, short).signatures[0].integrity == "unknown"


def test_counter_signatures(signer: Holder, other: Holder) -> None:
    attributes = baseline_attributes(signer, CONTENT)
    value = signature_value(signer_info(signer, attributes))
    right = signer_info(other, [digest_attribute(value), forge.signing_certificate(other)])
    wrong = signer_info(other, [digest_attribute(b"another value"), forge.signing_certificate(other)])
    info = signer_info(signer, attributes, value=value, unsigned=[attribute(COUNTER_SIGNATURE, right, wrong)])
    report = report_on(cms([info], [signer.der, other.der], content=CONTENT))
    found = {s.evidence.id: (s.integrity, s.evidence.parent) for s in report.signatures}
    assert found == {"S1": ("intact", None), "S1.C1": ("intact", "S1"), "S1.C2": ("broken", "S1")}
    assert report.indication == "TOTAL_FAILED"


def test_counter_signatures_within_counter_signatures_end(signer: Holder) -> None:
    nested = signer_info(signer, [digest_attribute(b"")])
    for _ in range(LIMITS.nesting + 2):
        nested = signer_info(signer, [digest_attribute(b"")], unsigned=[attribute(COUNTER_SIGNATURE, nested)])
    with pytest.raises(DocumentRefused) as refused:
        report_on(cms([nested], [signer.der], content=CONTENT))
    assert refused.value.code is Refusal.TOO_DEEP


def test_too_many_signers(signer: Holder) -> None:
    info = signer_info(signer, baseline_attributes(signer, CONTENT))
    with pytest.raises(DocumentRefused) as refused:
        verify_document(cms([info] * 5, [signer.der], content=CONTENT), trust=None, at=AT, limits=replace(LIMITS, signatures=4))
    assert refused.value.code is Refusal.TOO_MANY_SIGNATURES


def test_timestamp_over_another_signature(signer: Holder, authority: Authority) -> None:
    stamper = authority.issue("TSA", timestamping=True)
    attributes = baseline_attributes(signer, CONTENT)
    stamps = [token(stamper, b"another value", AT - timedelta(days=1)), b"\x30\x00"]
    info = signer_info(signer, attributes, unsigned=[attribute(SIGNATURE_TIMESTAMP, *stamps)])
    report = report_on(cms([info], [signer.der], content=CONTENT))
    assert report.signatures[0].integrity == "intact"
    assert [t.sub_indication for t in report.timestamps] == ["HASH_FAILURE", "FORMAT_FAILURE"]
    assert report.signatures[0].existed.by is None


def test_indefinite_length(signer: Holder) -> None:
    """The outer values as BER streams write them, with the content in two pieces (X.690 clause 8.1.3.6)."""
    attributes = baseline_attributes(signer, CONTENT)
    pieces = encode(OCTET_STRING, CONTENT[:9]) + encode(OCTET_STRING, CONTENT[9:])
    end = b"\x00\x00"
    content = b"\xa0\x80\x24\x80" + pieces + end + end
    signed_data = b"".join(
        (
            b"\x30\x80",
            forge.integer(1),
            encode(SET, forge.algorithm(forge.SHA256)),
            b"\x30\x80" + oid(forge.DATA) + content + end,
            b"\xa0\x80" + signer.der + end,
            encode(SET, signer_info(signer, attributes)),
            end,
        )
    )
    data = b"\x30\x80" + oid(forge.SIGNED_DATA) + b"\xa0\x80" + signed_data + end + end
    assert report_on(data).signatures[0].integrity == "intact"


def test_no_signer_at_all(signer: Holder) -> None:
    report = report_on(cms([], [signer.der]))
    assert (report.indication, report.sub_indication) == ("INDETERMINATE", "NO_SIGNATURE_FOUND")


GM_SIGNED_DATA = "1.2.156.10197.6.1.4.2.2"
GM_DATA = "1.2.156.10197.6.1.4.2.1"
SM3 = "1.2.156.10197.1.401"


@pytest.fixture(scope="module")
def sm2_signer(authority: Authority) -> tuple[sm2.PrivateKey, bytes]:
    """An SM2 key and a certificate for it: a P-256 one whose key was replaced, so that its own signature is wrong."""
    key = sm2.generate()
    shell = authority.issue("SM2")
    info = shell.certificate.public_key()
    old = info.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    new = sm2.public_key_info(key.point)
    assert len(old) == len(new)
    return key, shell.der.replace(old, new)


@pytest.mark.parametrize("outer", [forge.SIGNED_DATA, GM_SIGNED_DATA])
@pytest.mark.parametrize("inner", [forge.DATA, GM_DATA])
@pytest.mark.parametrize("stated", [forge.DATA, GM_DATA])
@pytest.mark.parametrize("scheme", ["1.2.156.10197.1.501", "1.2.156.10197.1.301.1", "1.2.156.10197.1.301"])
def test_sm2_dialects(sm2_signer: tuple[sm2.PrivateKey, bytes], outer: str, inner: str, stated: str, scheme: str) -> None:
    """GB/T 35275 and CMS identifiers in every mixture that is seen, as DER and as r ‖ s."""
    key, certificate = sm2_signer
    attributes = sorted(
        [
            attribute(CONTENT_TYPE, oid(stated)),
            attribute(MESSAGE_DIGEST, encode(OCTET_STRING, sm2.sm3(CONTENT))),
        ]
    )
    value = sm2.sign(key, encode(SET, *attributes))
    numbers = sm2.from_der(value)
    assert numbers is not None
    for written in (value, sm2.to_concatenation(*numbers)):
        info = sm2_signer_info(certificate, attributes, scheme, written)
        for content, integrity in ((CONTENT, "intact"), (CONTENT + b".", "broken")):
            data = cms([info], [certificate], content=content, content_type=inner, outer_type=outer)
            assert report_on(data).signatures[0].integrity == integrity


def test_sm2_over_a_digest_as_content(sm2_signer: tuple[sm2.PrivateKey, bytes]) -> None:
    """The dialect whose content is the document's SM3 digest: the document, given beside it, is what was signed."""
    key, certificate = sm2_signer
    content = sm2.sm3(CONTENT)
    info = sm2_signer_info(certificate, None, "1.2.156.10197.1.301.1", sm2.sign(key, content))
    data = cms([info], [certificate], content=content, content_type=GM_DATA, outer_type=GM_SIGNED_DATA)
    report = report_on(data, KnownContent.of(CONTENT, name="contract.ofd"))
    assert report.signatures[0].integrity == "intact"
    assert report.signatures[0].evidence.scope[0].name == "contract.ofd"
    assert report_on(data, CONTENT + b" ").signatures[0].integrity == "broken"


def test_sm2_with_another_signer_id(sm2_signer: tuple[sm2.PrivateKey, bytes]) -> None:
    """Which ID a key's holder signs with is agreed outside the document: a table of the algorithm policy has it."""
    key, certificate = sm2_signer
    value = sm2.sign(key, CONTENT, signer_id=b"ynca@example")
    info = sm2_signer_info(certificate, None, "1.2.156.10197.1.501", value)
    data = cms([info], [certificate], content=CONTENT, outer_type=GM_SIGNED_DATA)
    assert report_on(data).signatures[0].integrity == "broken"
    agreed = {key_digest(sm2.public_key_info(key.point)): b"ynca@example"}
    policy = default_policy(CHECK_NAMES)
    policy = replace(policy, algorithms=replace(policy.algorithms, signer_ids=agreed))
    report = verify_document(data, trust=None, at=AT, policy=policy)
    assert report.signatures[0].integrity == "intact"


def sm2_signer_info(certificate: bytes, attributes: list[bytes] | None, scheme: str, value: bytes) -> bytes:
    read = Certificate.from_der(certificate)
    sid = encode(SEQUENCE, read.issuer.der, forge.integer(read.serial_number))
    return encode(
        SEQUENCE,
        forge.integer(1),
        sid,
        forge.algorithm(SM3),
        encode(0xA0, *attributes) if attributes is not None else b"",
        forge.algorithm(scheme),
        encode(OCTET_STRING, value),
    )
