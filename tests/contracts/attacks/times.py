"""Timestamps that prove nothing: over something else, by nobody who may, or beside what they ought to cover.

Whoever signs here was revoked two days ago, and signed before: only a timestamp can show that. What it takes for one to be
believed is tried check by check in `tests/unit/signatures/test_process.py`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from idbridge.signatures.gathering import ValidationData
from tests.contracts.attacks.containers import BID, MANIFEST, SIGNATURE, SIGNED
from tests.contracts.attacks.messages import GOOD, LETTER, signed
from tests.contracts.attacks.scene import ALICE, AT, AUTHORITY, BOB, EVE, STAMPER, Attack
from tests.unit.signatures import forge
from tests.unit.signatures.forge import (
    SIGNATURE_TIMESTAMP,
    SIGNED_AT,
    TST_INFO,
    Authority,
    Holder,
    attribute,
    baseline_attributes,
    cms,
    signature_value,
    signer_info,
    token,
)
from tests.unit.signatures.formats import pdf_forge
from tests.unit.signatures.formats.asic.test_reading import manifest, zipped

REVOKED: Final = AT - timedelta(days=2)
EVIDENCE: Final = ValidationData(crls=(AUTHORITY.crl(AT - timedelta(days=1), (ALICE, REVOKED)),))
STAMPED: Final = SIGNED_AT + timedelta(minutes=1)
VALUE: Final = signature_value(signer_info(ALICE, GOOD))
PURPOSE: Final = "timestamping-purpose"
OTHER_STAMPERS: Final = {
    "a purpose that is not critical": (AUTHORITY.issue("TSA", timestamping=True, timestamping_critical=False), PURPOSE),
    "a purpose among others": (AUTHORITY.issue("TSA", timestamping=True, timestamping_alone=False), PURPOSE),
    "a certificate for signing": (BOB, PURPOSE),
    "a namesake of the authority": (Authority().issue("TSA", timestamping=True), "certificate-path"),
}


def stamped(stamp: bytes) -> bytes:
    return signed(GOOD, value=VALUE, unsigned=[attribute(SIGNATURE_TIMESTAMP, stamp)])


def by(holder: Holder) -> bytes:
    return stamped(token(holder, VALUE, STAMPED))


def unsigned_token() -> bytes:
    """The token of another value, with the imprint replaced."""
    other = token(STAMPER, b"another value", STAMPED)
    imprints = (hashlib.sha256(one).digest() for one in (b"another value", VALUE))
    return other.replace(*imprints)


def token_without_reference() -> bytes:
    """No attribute binds the authority's certificate (RFC 3161 clause 2.4.2)."""
    info = token_info(VALUE)
    attributes = [
        one for one in baseline_attributes(STAMPER, info, TST_INFO) if forge.oid(forge.SIGNING_CERTIFICATE_V2) not in one
    ]
    return cms([signer_info(STAMPER, attributes)], [STAMPER.der], content=info, content_type=TST_INFO)


def token_info(imprinted: bytes) -> bytes:
    return forge.time_stamp_info(imprinted, STAMPED)


def token_of_two() -> bytes:
    info = token_info(VALUE)
    signers = [signer_info(one, baseline_attributes(one, info, TST_INFO)) for one in (STAMPER, EVE)]
    return cms(signers, [STAMPER.der, EVE.der], content=info, content_type=TST_INFO)


def posing_as_token() -> bytes:
    """Signed by the authority, and no timestamp: the type of its content is another."""
    info = token_info(VALUE)
    return cms([signer_info(STAMPER, baseline_attributes(STAMPER, info))], [STAMPER.der], content=info, content_type=TST_INFO)


def container(listed: Mapping[str, bytes], *, at: datetime = STAMPED) -> bytes:
    written = manifest("META-INF/timestamp.tst", dict(listed))
    stamp = token(STAMPER, written, at)
    return zipped(SIGNED | {"META-INF/ASiCArchiveManifest.xml": written, "META-INF/timestamp.tst": stamp})


def pdf_stamped_before() -> bytes:
    """A document timestamp of the draft, which the signature came after."""
    draft = pdf_forge.document_timestamp(pdf_forge.write(pdf_forge.base()), STAMPER)
    fields = pdf_forge.signature_objects()
    fields[pdf_forge.FORM] = b"<< /Fields [10 0 R 20 0 R 6 0 R] /SigFlags 3 >>"
    return pdf_forge.sign(draft, ALICE, objects=fields)


ALL: Final = {"bid.txt": BID, SIGNATURE: SIGNED[SIGNATURE], MANIFEST: SIGNED[MANIFEST]}

GENUINE: Mapping[str, Callable[[], bytes]] = {
    "CMS": lambda: stamped(token(STAMPER, VALUE, STAMPED)),
    "ASiC-E": lambda: container(ALL),
    "PDF": lambda: pdf_forge.document_timestamp(pdf_forge.signed(ALICE), STAMPER),
}

NO_PROOF: Final = "INDETERMINATE REVOKED_NO_POE"


def unproved(make: Callable[[], bytes], names: str) -> Attack:
    return Attack(make, NO_PROOF, names)


ATTACKS: Mapping[str, Attack] = {
    "none": unproved(lambda: signed(GOOD), "certificate-path"),
    "of another signature": unproved(lambda: stamped(token(STAMPER, b"another value", STAMPED)), "references-intact"),
    "of the content": unproved(lambda: stamped(token(STAMPER, LETTER, STAMPED)), "references-intact"),
    "with another imprint than was signed": unproved(lambda: stamped(unsigned_token()), "references-intact"),
    "after the revocation": unproved(lambda: stamped(token(STAMPER, VALUE, AT - timedelta(days=1))), "certificate-path"),
    "in the future": unproved(lambda: stamped(token(STAMPER, VALUE, AT + timedelta(days=1))), "timestamp-not-in-future"),
    "without reference to its certificate": unproved(lambda: stamped(token_without_reference()), "attribute-present"),
    "of two authorities": unproved(lambda: stamped(token_of_two()), "timestamp-signers"),
    "that signs another type of content": unproved(lambda: stamped(posing_as_token()), "content-type-differs"),
    **{f"by {what}": unproved(partial(by, holder), names) for what, (holder, names) in OTHER_STAMPERS.items()},
    "over an archive without the signature": unproved(lambda: container({"bid.txt": BID, MANIFEST: SIGNED[MANIFEST]}), ""),
    "over an archive with another signature": unproved(
        lambda: container(ALL | {SIGNATURE: forge.cades(BOB, BID)}), "references-intact"
    ),
    "of a draft that was signed later": unproved(pdf_stamped_before, "certificate-path"),
}
