"""What makes a CMS signature CAdES: one attribute that binds the certificate, by a digest that goes with its kind.

And ECDSA in its plain form, as German cards write it.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from idbridge import verify_document
from idbridge.signatures.ber import OCTET_STRING, SEQUENCE, encode, read_value
from idbridge.signatures.formats.cms_attributes import SIGNING_CERTIFICATE, SIGNING_CERTIFICATE_V2
from tests.unit.signatures.forge import (
    SHA256,
    Authority,
    algorithm,
    attribute,
    baseline_attributes,
    cms,
    oid,
    signature_value,
    signer_info,
)

CONTENT = b"Letter of guarantee"
ALICE = Authority().issue("Alice")
SHA1 = "1.3.14.3.2.26"


def certificate_attribute(kind: str, digest: str) -> bytes:
    named = {"sha1": SHA1, "sha256": SHA256}[digest]
    value = encode(OCTET_STRING, hashlib.new(digest, ALICE.der).digest())
    entry = encode(SEQUENCE, value if kind == SIGNING_CERTIFICATE else algorithm(named) + value)
    return attribute(kind, encode(SEQUENCE, encode(SEQUENCE, entry)))


ONE = certificate_attribute(SIGNING_CERTIFICATE, "sha1")
TWO = certificate_attribute(SIGNING_CERTIFICATE_V2, "sha256")


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ([TWO], ("CAdES", "B-B")),
        ([ONE], ("CAdES", "B-B")),
        ([], ("CMS", "NOT_ETSI")),
        ([ONE, TWO], ("CMS", "NOT_ETSI")),
        ([TWO, TWO], ("CMS", "NOT_ETSI")),
        ([certificate_attribute(SIGNING_CERTIFICATE_V2, "sha1")], ("CMS", "NOT_ETSI")),
    ],
    ids=["version 2", "version 1", "none", "both", "twice", "SHA-1 in version 2"],
)
def test_signing_certificate(attributes: list[bytes], expected: tuple[str, str]) -> None:
    name = oid(SIGNING_CERTIFICATE_V2)
    others = [one for one in baseline_attributes(ALICE, CONTENT) if name not in one[:20]]
    data = cms([signer_info(ALICE, [*others, *attributes])], [ALICE.der], content=CONTENT)
    (signature,) = verify_document(data, trust=None, at=datetime(2024, 7, 1, tzinfo=UTC)).signatures
    assert signature.integrity == "intact"
    assert (signature.evidence.form.value, signature.level) == expected


def test_plain_ecdsa() -> None:
    attributes = baseline_attributes(ALICE, CONTENT)
    der = signature_value(signer_info(ALICE, attributes))
    plain = b"".join(number.to_bytes(32) for number in decode_dss_signature(der))
    for value, integrity in ((plain, "intact"), (plain[:-2] + b"ab", "broken"), (der, "broken"), (b"", "broken")):
        fields = [field.encoding for field in read_value(signer_info(ALICE, attributes, value=value)).children()]
        fields[4] = algorithm("0.4.0.127.0.7.1.1.4.1.3")
        data = cms([encode(SEQUENCE, *fields)], [ALICE.der], content=CONTENT)
        report = verify_document(data, trust=None, at=datetime(2024, 7, 1, tzinfo=UTC))
        assert report.signatures[0].integrity == integrity
