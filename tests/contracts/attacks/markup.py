"""XML: what is left when wrapping, entities and transforms fail: namespaces of others, keys that lead in circles, weak MACs.

Wrapping in all its forms, document types, transforms, identifiers, swapped properties and keys are in
`tests/unit/signatures/formats/xmldsig/test_attacks.py`. The rest of "The curse of namespaces in the domain of XML
signature" (Jensen and others, 2009) and of XML-DSig clause 8 is here.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.contracts.attacks.scene import ALICE, BOB, EVE, IN_PART, REFUSED, Attack
from tests.unit.signatures.xml_forge import (
    CONTRACT,
    DS,
    ENVELOPED,
    EXCLUSIVE,
    INCLUSIVE,
    XADES,
    XPATH,
    Xades,
    b64,
    enveloped,
    enveloping,
    key_info,
    reference,
    signed_properties,
    transform,
)

HMAC = "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256"
EVIL = "<payee>Eve</payee>"

GENUINE: Mapping[str, Callable[[], bytes]] = {
    "enveloped": lambda: enveloped(ALICE).encode(),
    "enveloping": lambda: enveloping(ALICE).encode(),
    "without what a filter leaves out": lambda: filtered().encode(),
}


def filtered(namespace: str = "urn:notes", more: str = "") -> str:
    """Signed but for notes, whose namespace is declared on the root, where exclusive canonical forms do not have it."""
    own = "<ds:XPath>not(ancestor-or-self::n:note)</ds:XPath>"
    steps = (ENVELOPED, transform(XPATH, own), EXCLUSIVE)
    signature = Xades(ALICE, [reference("", CONTRACT, steps, name="r1")]).text()
    return CONTRACT.replace("<contract ", f'<contract xmlns:n="{namespace}" ').replace(
        "</contract>", f"{more}{signature}</contract>"
    )


def by_mac(octets: int = 32) -> str:
    """An HMAC whose secret is what everybody knows: the key in the certificate."""
    text = enveloped(ALICE, method=HMAC)
    start, end = text.index("<ds:SignedInfo"), text.index("</ds:SignedInfo>") + len("</ds:SignedInfo>")
    key = ALICE.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    value = hmac.digest(key, text[start:end].encode(), "sha256")[:octets]
    first = text.index(">", text.index("<ds:SignatureValue")) + 1
    return text[:first] + b64(value) + text[text.index("</ds:SignatureValue>") :]


def truncated() -> str:
    """The output is cut to eight bits, as some verifiers let the document choose (CVE-2009-0217)."""
    cut = f'{HMAC}"><ds:HMACOutputLength>8</ds:HMACOutputLength><x y="'
    return by_mac(1).replace(f'{HMAC}"', f'{cut}"', 1).replace('<x y=""></ds:SignatureMethod>', "</ds:SignatureMethod>")


def by_eve(keys: str) -> str:
    """Eve signs, and says what she likes of her key; the signed properties name Alice's certificate."""
    return enveloped(EVE, properties=signed_properties(ALICE, identifier="sig-sp"), keys=keys)


def retrieved(uri: str) -> str:
    """A key that is to be fetched, or is where it is looked for: in itself."""
    return f'<ds:KeyInfo Id="k"><ds:RetrievalMethod URI="{uri}" Type="{DS}X509Data"></ds:RetrievalMethod></ds:KeyInfo>'


def spoken_for() -> str:
    numbers = EVE.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    curve = '<e:NamedCurve URI="urn:oid:1.2.840.10045.3.1.7"></e:NamedCurve>'
    value = f'<e:ECKeyValue xmlns:e="http://www.w3.org/2009/xmldsig11#">{curve}<e:PublicKey>{b64(numbers)}</e:PublicKey></e:ECKeyValue>'
    return f"<ds:KeyInfo><ds:KeyValue>{value}</ds:KeyValue></ds:KeyInfo>"


def based() -> str:
    """A base for addresses, put around what was signed without one."""
    own = reference("#doc", CONTRACT, (INCLUSIVE,), name="r1")
    inner = CONTRACT + Xades(ALICE, [own]).text()
    return f'<all xml:base="http://127.0.0.1:9/">{inner}</all>'


def signing_nothing() -> str:
    """Over its own properties alone."""
    return CONTRACT.replace("</contract>", Xades(ALICE, []).text() + "</contract>")


def of_an_empty_digest() -> str:
    """Signed so: what is digested may be anything, if nothing is compared with nothing."""
    own = reference("", "", (ENVELOPED, EXCLUSIVE), name="r1").replace(b64(hashlib.sha256().digest()), "")
    return CONTRACT.replace("</contract>", Xades(ALICE, [own]).text() + "</contract>")


CRYPTO, FORMAT, HASH = "TOTAL_FAILED SIG_CRYPTO_FAILURE", "TOTAL_FAILED FORMAT_FAILURE", "TOTAL_FAILED HASH_FAILURE"
NOT_SIGNER = "INDETERMINATE NO_SIGNING_CERTIFICATE_FOUND"

ATTACKS: Mapping[str, Attack] = {
    "content changed": Attack(lambda: enveloped(ALICE).replace("100", "900").encode(), HASH, "references-intact"),
    "a note, where notes are not signed": Attack(
        lambda: filtered(more='<n:note xmlns:n="urn:notes">pay 900</n:note>').encode(), IN_PART, "note"
    ),
    "what is no note, called one by another namespace": Attack(
        lambda: filtered("urn:evil", f'<n:note xmlns:n="urn:evil">{EVIL}</n:note>').encode(), IN_PART, "note"
    ),
    "a MAC with the public key as secret": Attack(lambda: by_mac().encode(), "INDETERMINATE GENERIC", "hmac"),
    "a MAC of eight bits": Attack(lambda: truncated().encode(), "INDETERMINATE GENERIC", "hmac"),
    "a key that is to be fetched": Attack(
        lambda: by_eve(retrieved("http://127.0.0.1:9/key")).encode(), NOT_SIGNER, "identified"
    ),
    "a key that is found in itself": Attack(lambda: by_eve(retrieved("#k")).encode(), NOT_SIGNER, "identified"),
    "a key without a certificate": Attack(lambda: by_eve(spoken_for()).encode(), NOT_SIGNER, "identified"),
    "a stranger's certificate by the name": Attack(lambda: by_eve(key_info(EVE)).encode(), NOT_SIGNER, "attribute-fits"),
    "the signer's certificate for a stranger's key": Attack(
        lambda: by_eve(key_info(ALICE)).encode(), CRYPTO, "signature-value"
    ),
    "another's certificate beside": Attack(
        lambda: enveloped(ALICE, properties=signed_properties(BOB, identifier="sig-sp"), keys=key_info(ALICE, BOB)).encode(),
        NOT_SIGNER,
        "attribute-fits",
    ),
    "a base put around": Attack(lambda: based().encode(), HASH, "references-intact"),
    "over nothing of the document": Attack(lambda: signing_nothing().encode(), IN_PART, "scope-covers-document"),
    "a digest that is empty": Attack(lambda: of_an_empty_digest().encode(), HASH, "references-intact"),
    "a PDF in a comment": Attack(
        lambda: enveloped(ALICE).replace("<payee>", "<!-- %PDF-1.7 1 0 obj -->\n<payee>").encode(),
        REFUSED,
        "document-of-two-formats",
    ),
    "a document type": Attack(lambda: b"<!DOCTYPE a>" + enveloped(ALICE).encode(), REFUSED, "xml-has-doctype"),
    "properties of nobody's vocabulary": Attack(
        lambda: enveloped(ALICE).replace(f'xmlns:xades="{XADES}"', 'xmlns:xades="urn:evil"').encode(),
        FORMAT,
        "signed-properties-elsewhere",
    ),
}
