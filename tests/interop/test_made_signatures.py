"""What we make in XML and JSON holds in other software: xmlsec1, signxml, PyJWT, joserfc; and SM2 in two others' arithmetic.

Documents are at B-LTA where the form has it: what was added leaves the signature itself as others see it.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import jwt
import pytest
import signxml
from asn1crypto import pem
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from joserfc import jws
from joserfc.jwk import ECKey, OKPKey, RSAKey
from lxml import etree
from signxml.xades import XAdESDataObjectFormat, XAdESSignatureConfiguration, XAdESSigner, XAdESVerifier

from idbridge.pki import sm2
from idbridge.pki.certificate import Certificate
from idbridge.signatures.contents import KnownContent
from idbridge.signatures.formats.jws.values import from_base64url
from idbridge.signatures.making.files import SignedFile
from idbridge.signatures.making.jades import Attached, Serialization, augment_jades, make_jades
from idbridge.signatures.making.steps import BaselineLevel, Making, SignatureWanted
from idbridge.signatures.making.xades import Detached, Enveloped, Enveloping, Packaging, augment_xades, make_xades
from tests import requirements
from tests.unit.signatures.making.people import AT, FULL, KEYS, STATEMENT, Person, driven, judged, material, person

SECONDS = 20
CONTRACT = b'<contract xmlns="urn:c" xmlns:p="urn:p" Id="doc"><amount p:currency="MOP">100</amount><!-- c --></contract>'
LETTER = SignedFile(KnownContent.of(b"a letter", name="letter.txt"), "text/plain")
PACKAGINGS: dict[str, Packaging] = {
    "enveloped": Enveloped(CONTRACT),
    "shared": Enveloped(CONTRACT, shared=True),
    "element": Enveloped(CONTRACT, "doc"),
    "enveloping": Enveloping((LETTER,)),
    "detached": Detached((LETTER,)),
}
DS = "http://www.w3.org/2000/09/xmldsig#"
XADES = "http://uri.etsi.org/01903/v1.3.2#"


def archived(packaging: Packaging, who: Person) -> bytes:
    document = driven(make_xades(packaging, who.signatory, FULL), who)
    detached = (LETTER.content,) if isinstance(packaging, Detached) else ()
    return driven(augment_xades(document, BaselineLevel.LTA, material(who), detached=detached))


def xmlsec(folder: Path, who: Person, document: bytes) -> int:
    (folder / "letter.txt").write_bytes(b"a letter")
    (folder / "made.xml").write_bytes(document)
    (folder / "root.pem").write_bytes(pem.armor("CERTIFICATE", who.root))
    names = ("urn:c:contract", f"{XADES}:SignedProperties", f"{DS}:Object", f"{DS}:SignatureValue")
    identifiers = [word for name in names for word in ("--id-attr:Id", name)]
    command = [requirements.program("xmlsec1"), "--verify", *identifiers, "--trusted-pem", "root.pem"]
    command += ["--verification-time", f"{AT:%Y-%m-%d %H:%M:%S}", "made.xml"]
    return subprocess.run(command, cwd=folder, capture_output=True, timeout=SECONDS, check=False).returncode


@pytest.mark.parametrize("key", ["rsa-2048", "ec-p256", "ec-p384"])
@pytest.mark.parametrize("kind", PACKAGINGS)
def test_xades_holds_in_xmlsec(tmp_path: Path, key: str, kind: str) -> None:
    who, packaging = person(key), PACKAGINGS[kind]
    document = archived(packaging, who)
    assert xmlsec(tmp_path, who, document) == 0
    changed = document.replace(b">100<", b">900<").replace(b"YSBsZXR0", b"YSBsZXR1")
    changed = changed.replace(b"letter.txt", b"root.pem") if kind == "detached" else changed
    assert xmlsec(tmp_path, who, changed) != 0


@pytest.mark.parametrize("key", ["rsa-2048", "ec-p256", "ec-p384"])
@pytest.mark.parametrize("kind", ["enveloped", "element", "enveloping"])
def test_xades_holds_in_signxml(key: str, kind: str) -> None:
    who = person(key)
    document = archived(PACKAGINGS[kind], who)
    roots = pem.armor("CERTIFICATE", who.signatory.certificate).decode()
    expected = XAdESSignatureConfiguration(expect_references=2, verification_time=AT)
    found = XAdESVerifier().verify(document, x509_cert=roots, expect_config=expected)
    assert len(found) == 2
    changed = document.replace(b"<p:", b"<q:").replace(b">Macao<", b">Macau<")
    with pytest.raises(signxml.exceptions.InvalidDigest):
        XAdESVerifier().verify(changed, x509_cert=roots, expect_config=expected)


@pytest.mark.parametrize("key", ["rsa-2048", "ec-p256"])
def test_what_signxml_signs_is_augmented_here(key: str) -> None:
    """signxml's XAdES-B, whose canonical form is inclusive, is taken to LTA and stays as it was for both."""
    who = person(key)
    algorithm = "rsa-sha256" if key == "rsa-2048" else "ecdsa-sha256"
    form = signxml.CanonicalizationMethod.CANONICAL_XML_1_1
    described = XAdESDataObjectFormat(Description="a contract", MimeType="text/xml")
    signer = XAdESSigner(
        method=signxml.methods.enveloped, signature_algorithm=algorithm, c14n_algorithm=form, data_object_format=described
    )
    certificate = x509.load_der_x509_certificate(who.signatory.certificate)
    root = signer.sign(etree.fromstring(CONTRACT), key=who.signer.private_key, cert=[certificate])
    document = driven(augment_xades(etree.tostring(root), BaselineLevel.LTA, material(who)))
    report = judged(document, who)
    assert report.signatures[0].integrity == "intact"
    assert {stamp.indication for stamp in report.timestamps} == {"PASSED"}
    assert len(report.timestamps) == 2


# --- JSON ------------------------------------------------------------------------------------------------------------

PAYLOAD = b'{"sum": 100}'
ALGORITHMS = {"rsa-2048": "RS256", "ec-p256": "ES256", "ec-p384": "ES384", "ed25519": "EdDSA"}
JOSERFC = {"rsa-2048": RSAKey, "ec-p256": ECKey, "ec-p384": ECKey, "ed25519": OKPKey}


def compact(who: Person) -> bytes:
    packaging = Attached(PAYLOAD, "application/json")
    return driven(make_jades(packaging, who.signatory, STATEMENT, serialization=Serialization.COMPACT), who)


def pem_of(who: Person) -> str:
    """The public key that a reader finds in the header's certificate."""
    key = x509.load_der_x509_certificate(who.signatory.certificate).public_key()
    der = key.public_bytes(*_spki())
    return pem.armor("PUBLIC KEY", der).decode()


def _spki():
    serialization = import_module("cryptography.hazmat.primitives.serialization")
    return serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo


@pytest.mark.parametrize("key", ALGORITHMS)
def test_jades_holds_in_pyjwt(key: str) -> None:
    who = person(key)
    token = compact(who)
    assert jwt.PyJWS().decode(token, pem_of(who), algorithms=[ALGORITHMS[key]]) == PAYLOAD
    head, body, tail = token.split(b".")
    with pytest.raises(jwt.InvalidSignatureError):
        jwt.PyJWS().decode(b".".join((head, body[:-2] + b"AA", tail)), pem_of(who), algorithms=[ALGORITHMS[key]])


@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")  # by RFC 9864, which TS 119 182-1 does not name yet
@pytest.mark.parametrize("form", [Serialization.FLATTENED, Serialization.GENERAL])
@pytest.mark.parametrize("key", ALGORITHMS)
def test_jades_holds_in_joserfc(key: str, form: Serialization) -> None:
    """In JSON and at B-LTA, with the header's ETSI parameters allowed, critical ones among them."""
    who, name = person(key), ALGORITHMS[key]
    made = driven(make_jades(Attached(PAYLOAD, "application/json"), who.signatory, STATEMENT, serialization=form), who)
    made = driven(augment_jades(made, BaselineLevel.LTA, material(who)))
    public = JOSERFC[key].import_key(pem_of(who))
    registry = jws.JWSRegistry(algorithms=[name], strict_check_header=False)
    registry.max_header_length = 8_192  # its own bound has no room for a certificate
    found = jws.deserialize_json(json.loads(made), public, registry=registry)
    assert found.payload == PAYLOAD
    broken = json.loads(made)
    broken["payload"] = "eyJ9"
    with pytest.raises(Exception, match="bad_signature"):
        jws.deserialize_json(broken, public, registry=registry)


# --- SM2 -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Signed:
    """An SM2 signature out of a document: what it is over, and its value in DER."""

    message: bytes
    value: bytes


def of_xml(who: Person) -> Signed:
    document = etree.fromstring(archived(Enveloped(CONTRACT), who))
    info = next(document.iter(f"{{{DS}}}SignedInfo"))
    (method,) = info.iterchildren(f"{{{DS}}}SignatureMethod")
    assert method.get("Algorithm") == "http://www.chinaport.gov.cn/2022/04/xmldsig#sm2-sm3"
    text = next(document.iter(f"{{{DS}}}SignatureValue")).text
    message = etree.tostring(info, method="c14n", exclusive=True)
    return Signed(message, _der(_unbase64(text)))


def of_json(who: Person) -> Signed:
    head, body, value = compact(who).split(b".")
    assert json.loads(from_base64url(head) or b"")["alg"] == "SM2"
    return Signed(head + b"." + body, _der(from_base64url(value) or b""))


def _unbase64(text: str) -> bytes:
    decode: Callable[[str], bytes] = import_module("base64").b64decode
    return decode(text)


def _der(raw: bytes) -> bytes:
    assert len(raw) == 64
    return encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))


@pytest.mark.parametrize("take", [of_xml, of_json])
def test_sm2_holds_in_openssl_and_gmssl(tmp_path: Path, take: Callable[[Person], Signed]) -> None:
    who = person("sm2")
    signed = take(who)
    point = sm2.point_from_public_key_info(Certificate.from_der(who.signatory.certificate).public_key_info)
    assert requirements.package("gmssl_pyx").sm2_verify(point[1:], signed.message, signed.value)
    (tmp_path / "key.der").write_bytes(sm2.public_key_info(point))
    (tmp_path / "message").write_bytes(signed.message)
    (tmp_path / "value").write_bytes(signed.value)
    command = [requirements.program("openssl"), "pkeyutl", "-verify", "-pubin", "-inkey", "key.der", "-keyform", "DER"]
    command += ["-rawin", "-digest", "sm3", "-in", "message", "-sigfile", "value", "-pkeyopt", "distid:1234567812345678"]
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=SECONDS, check=False).returncode == 0


@pytest.mark.parametrize(
    "making",
    [
        lambda who: make_xades(Enveloped(CONTRACT), who.signatory, STATEMENT),
        lambda who: make_jades(Attached(PAYLOAD), who.signatory, STATEMENT),
    ],
    ids=["XML", "JSON"],
)
def test_what_gmssl_signs_holds_here(making: Callable[[Person], Making]) -> None:
    who = person("sm2")
    scalar = who.signer.private_key.scalar
    point = sm2.point_from_public_key_info(who.signer.public_key_info)
    running = making(who)
    wish = next(running)
    assert isinstance(wish, SignatureWanted)
    value = requirements.package("gmssl_pyx").sm2_sign(scalar.to_bytes(32), point[1:], wish.message)
    with pytest.raises(StopIteration) as made:
        running.send(value)
    document = made.value.value
    assert judged(document, who).signatures[0].integrity == "intact"
    changed = document.replace(b">100<", b">101<").replace(b'"payload":"eyJz', b'"payload":"eyJy')
    assert judged(changed, who).signatures[0].integrity == "broken"


def test_every_key_of_the_workshop_is_compared() -> None:
    assert set(KEYS) == {*ALGORITHMS, "sm2"}
