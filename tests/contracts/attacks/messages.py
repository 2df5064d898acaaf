"""CMS: attributes that are missing, doubled or another's; signers who are not who they seem; algorithms put in others' place.

What RFC 5652, RFC 5035 and RFC 6211 forbid for a reason. The value is right in most of them: what is wrong is what it says.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence

from idbridge.signatures.ber import NULL, OCTET_STRING, SEQUENCE, SET, encode
from tests.contracts.attacks.scene import ALICE, AUTHORITY, BOB, EVE, IN_PART, STAMPER, Attack
from tests.unit.signatures import forge
from tests.unit.signatures.forge import (
    CONTENT_TYPE,
    MESSAGE_DIGEST,
    SIGNING_CERTIFICATE_V2,
    Holder,
    attribute,
    baseline_attributes,
    cms,
    oid,
    signature_value,
    signer_info,
    signing_certificate,
)

LETTER = b"Letter of guarantee over 2,000,000 MOP."
FORGED = b"Letter of guarantee over 9,000,000 MOP."
GOOD = baseline_attributes(ALICE, LETTER)
ALGORITHM_PROTECTION = "1.2.840.113549.1.9.52"
SIGNING_CERTIFICATE = "1.2.840.113549.1.9.16.2.12"

GENUINE: Mapping[str, Callable[[], bytes]] = {
    "CMS": lambda: forge.cades(ALICE, LETTER),
    "CMS of two signers": lambda: cms(
        [signer_info(ALICE, GOOD), signer_info(BOB, baseline_attributes(BOB, LETTER))], [ALICE.der, BOB.der], content=LETTER
    ),
    "CMS that states its algorithms": lambda: signed([*GOOD, protection(forge.ECDSA_SHA256)]),
    "CMS with both references to the certificate": lambda: signed([*GOOD, by_sha_1(ALICE)]),
}


def signed(attributes: Sequence[bytes] | None, content: bytes | None = LETTER, **wrong: object) -> bytes:
    """A message by Alice with these signed attributes."""
    info = signer_info(ALICE, attributes, **wrong)  # type: ignore[arg-type]
    return cms([info], [ALICE.der, BOB.der], content=content)


def without(*oids: str) -> list[bytes]:
    return [one for one in GOOD if not any(oid(dotted) in one[:16] for dotted in oids)]


def digested(content: bytes) -> bytes:
    return encode(OCTET_STRING, hashlib.sha256(content).digest())


def by_sha_1(holder: Holder) -> bytes:
    """The older signing-certificate attribute (RFC 2634 clause 5.4)."""
    entry = encode(SEQUENCE, encode(OCTET_STRING, hashlib.sha1(holder.der).digest()))
    return attribute(SIGNING_CERTIFICATE, encode(SEQUENCE, encode(SEQUENCE, entry)))


def protection(scheme: str) -> bytes:
    """CMSAlgorithmProtection: SHA-256 and *scheme*."""
    stated = encode(SEQUENCE, forge.algorithm(forge.SHA256), encode(0xA1, oid(scheme)))
    return attribute(ALGORITHM_PROTECTION, stated)


def attributes_as_content() -> bytes:
    """The value over attributes is one over a content that consists of them."""
    return signed(None, encode(SET, *sorted(GOOD)), value=signature_value(signer_info(ALICE, GOOD)))


def answer_as_document() -> bytes:
    """What a responder signed about a certificate: a value over octets, as that of a message without attributes is."""
    responder = AUTHORITY.issue("Responder", answering=True)
    answer = encode(SEQUENCE, encode(OCTET_STRING, b"good"), forge.generalized(forge.SIGNED_AT))
    return cms([signer_info(responder, None, message=answer)], [responder.der], content=answer)


def twice_certified() -> bytes:
    """Two attributes of one kind, of which the second names another."""
    return signed([*GOOD, signing_certificate(BOB)])


def two_values() -> bytes:
    entries = (encode(SEQUENCE, encode(OCTET_STRING, hashlib.sha256(one.der).digest())) for one in (ALICE, BOB))
    values = (encode(SEQUENCE, encode(SEQUENCE, entry)) for entry in entries)
    return signed([*without(SIGNING_CERTIFICATE_V2), attribute(SIGNING_CERTIFICATE_V2, *values)])


def with_twin_key_identifier() -> bytes:
    """Eve's certificate has Alice's key identifier, by which the signer is named."""
    alice = encode(0x80, forge.key_identifier(ALICE))
    info = signer_info(EVE, baseline_attributes(ALICE, LETTER), sid=alice)
    return cms([info], [forge.impostor(EVE, ALICE), ALICE.der], content=LETTER)


def counter_signed(value: bytes) -> bytes:
    attributes = [attribute(MESSAGE_DIGEST, digested(value)), signing_certificate(BOB)]
    counter = attribute(forge.COUNTER_SIGNATURE, signer_info(BOB, attributes))
    return signed(GOOD, unsigned=[counter], value=signature_value(signer_info(ALICE, GOOD)))


CRYPTO, FORMAT = "TOTAL_FAILED SIG_CRYPTO_FAILURE", "TOTAL_FAILED FORMAT_FAILURE"
CONSTRAINTS = "INDETERMINATE CHAIN_CONSTRAINTS_FAILURE"
NOT_SIGNER = "INDETERMINATE NO_SIGNING_CERTIFICATE_FOUND"

ATTACKS: Mapping[str, Attack] = {
    "content changed": Attack(
        lambda: cms([signer_info(ALICE, GOOD)], [ALICE.der], content=FORGED), "TOTAL_FAILED HASH_FAILURE", "references-intact"
    ),
    "attributes changed": Attack(
        lambda: signed(baseline_attributes(ALICE, FORGED), FORGED, value=signature_value(signer_info(ALICE, GOOD))),
        CRYPTO,
        "signature-value",
    ),
    "message digest missing": Attack(lambda: signed(without(MESSAGE_DIGEST)), FORMAT, "message-digest-missing"),
    "message digest twice": Attack(
        lambda: signed([*GOOD, attribute(MESSAGE_DIGEST, digested(FORGED))]), FORMAT, "attribute-doubled"
    ),
    "message digest of two values": Attack(
        lambda: signed([*without(MESSAGE_DIGEST), attribute(MESSAGE_DIGEST, digested(LETTER), digested(FORGED))]),
        FORMAT,
        "attribute-doubled",
    ),
    "content type of another content": Attack(
        lambda: signed([*without(CONTENT_TYPE), attribute(CONTENT_TYPE, oid("1.2.3.4"))]), FORMAT, "content-type-differs"
    ),
    "content type twice": Attack(lambda: signed([*GOOD, attribute(CONTENT_TYPE, oid("1.2.3.4"))]), FORMAT, "attribute-doubled"),
    "signed attributes presented as content": Attack(attributes_as_content, FORMAT, "content-is-attributes"),
    "another named as signer": Attack(lambda: signed(GOOD, sid=forge.issuer_and_serial(BOB)), CRYPTO, "signature-value"),
    "signed by a key of the same name": Attack(
        lambda: cms([signer_info(EVE, GOOD)], [ALICE.der], content=LETTER), CRYPTO, "signature-value"
    ),
    "signer by a key identifier that two have": Attack(with_twin_key_identifier, NOT_SIGNER, "signing-certificate-attribute"),
    "attribute names another certificate": Attack(
        lambda: signed(baseline_attributes(BOB, LETTER)), NOT_SIGNER, "signing-certificate-attribute-fits"
    ),
    "the older attribute names another certificate": Attack(
        lambda: signed([*GOOD, by_sha_1(BOB)]), NOT_SIGNER, "signing-certificate-attribute-fits"
    ),
    "a second attribute names another certificate": Attack(twice_certified, NOT_SIGNER, "signing-certificate-attribute-fits"),
    "a second value names another certificate": Attack(two_values, NOT_SIGNER, "signing-certificate-v2 no. 2"),
    "other algorithms than were signed": Attack(
        lambda: signed([*GOOD, protection("1.2.840.10045.4.3.4")]), FORMAT, "algorithms-differ"
    ),
    "algorithm protection that protects none": Attack(
        lambda: signed([*GOOD, attribute(ALGORITHM_PROTECTION, encode(NULL))]), FORMAT, "algorithm-protection-malformed"
    ),
    "counter-signature of another value": Attack(
        lambda: counter_signed(b"another value"), "TOTAL_FAILED HASH_FAILURE", "references-intact"
    ),
    "a second signer who did not sign": Attack(
        lambda: cms(
            [signer_info(ALICE, GOOD), signer_info(BOB, baseline_attributes(BOB, LETTER), value=b"\x30\x00")],
            [ALICE.der, BOB.der],
            content=LETTER,
        ),
        CRYPTO,
        "signature-value",
    ),
    "an answer of a service, presented as a document": Attack(answer_as_document, CONSTRAINTS, "signer-key-usage"),
    "signed by who makes timestamps": Attack(lambda: forge.cades(STAMPER, LETTER), CONSTRAINTS, "signer-key-usage"),
    "zero for a value": Attack(lambda: signed(GOOD, value=bytes.fromhex("3006020100020100")), CRYPTO, "signature-value"),
    "another document beside": Attack(lambda: forge.cades(ALICE, LETTER), FORMAT, "detached-content-differs", FORGED),
    "an empty content, and the document beside": Attack(
        lambda: forge.cades(ALICE, b""), FORMAT, "detached-content-differs", FORGED
    ),
    "a document whose digest was signed for another purpose": Attack(
        lambda: forge.cades(ALICE, hashlib.sha256(FORGED).digest()), FORMAT, "detached-content-differs", FORGED
    ),
    "a file that was not signed among those that were": Attack(
        lambda: forge.cades(ALICE, LETTER, attached=False), IN_PART, "forged.txt", {"letter.txt": LETTER, "forged.txt": FORGED}
    ),
}
