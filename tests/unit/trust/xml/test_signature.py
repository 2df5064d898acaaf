"""The signature of a list: what is refused, each with its code, and that nothing else slips through."""

from __future__ import annotations

import base64
import re

import pytest
from lxml import etree

from idbridge.trust.reading import read_list
from idbridge.trust.refusals import Refusal, TrustListRefused
from tests.unit.trust.lists import GD, HK, authorities, draft, sign

DS = "{http://www.w3.org/2000/09/xmldsig#}"
TSL = "{http://uri.etsi.org/02231/v2#}"
XADES = "{http://uri.etsi.org/01903/v1.3.2#}"

LIST = sign(draft(GD))
SIGNERS = [authorities()["gd-signer"].der]


def read(data: bytes, signers=None):
    return read_list(data, SIGNERS if signers is None else signers)


def refusal(data: bytes, signers=None) -> Refusal:
    with pytest.raises(TrustListRefused) as refused:
        read(data, signers)
    return refused.value.code


def changed(change) -> bytes:
    root = etree.fromstring(LIST)
    change(root)
    return etree.tostring(root)


def element(root, *tags: str):
    for tag in tags:
        root = next(root.iter(tag))
    return root


def signed_again(change, signer: str = "gd-signer") -> bytes:
    """A list whose SignedInfo was changed and signed again by the right key: what is refused then is the profile's doing."""
    root = etree.fromstring(LIST)
    change(root)
    info = element(root, DS + "SignedInfo")
    made = authorities()[signer]
    der = made.sign(etree.tostring(info, method="c14n", exclusive=True))
    from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature  # noqa: PLC0415

    value = b"".join(number.to_bytes(32) for number in decode_dss_signature(der))
    element(root, DS + "SignatureValue").text = base64.b64encode(value).decode()
    return etree.tostring(root)


def test_a_list_of_a_pinned_signer_is_read():
    found = read(LIST)
    assert found.content == draft(GD)
    assert found.signer == SIGNERS[0]
    assert found.signing_time == found.content.issued


def test_signing_again_what_was_not_changed_is_accepted():
    assert read(signed_again(lambda root: None)).content == draft(GD)


@pytest.mark.parametrize("encoding", ["crlf", "bom", "no declaration", "comment", "spaces around"])
def test_what_canonical_xml_does_not_see_changes_nothing(encoding):
    data = {
        "crlf": LIST.replace(b"\n", b"\r\n"),
        "bom": b"\xef\xbb\xbf" + LIST,
        "no declaration": LIST.partition(b"?>")[2].strip(),
        "comment": LIST.replace(b"<SchemeInformation>", b"<SchemeInformation><!-- no one sees this -->"),
        "spaces around": LIST + b"\n\n  ",
    }[encoding]
    assert read(data).content == draft(GD)


def test_a_comment_cannot_cut_a_text_in_two():
    data = LIST.replace(b"<SchemeTerritory>GD", b"<SchemeTerritory>G<!-- -->D")
    assert read(data).content.territory == GD


def test_another_signer_is_refused():
    assert refusal(LIST, [authorities()["hk-signer"].der]) is Refusal.SIGNER_NOT_PINNED
    assert refusal(LIST, []) is Refusal.SIGNER_NOT_PINNED


def test_an_unsigned_list_is_refused():
    assert refusal(changed(lambda root: root.remove(element(root, DS + "Signature")))) is Refusal.SIGNATURE_MISSING


def test_two_signatures_are_refused():
    assert refusal(changed(lambda root: root.append(_copy(element(root, DS + "Signature"))))) is Refusal.SIGNATURE_SEVERAL


def _copy(found):
    return etree.fromstring(etree.tostring(found))


@pytest.mark.parametrize(
    "change",
    [
        lambda root: setattr(element(root, TSL + "TSLSequenceNumber"), "text", "13"),
        lambda root: root.append(etree.Element(TSL + "SchemeInformation")),
        lambda root: root.set("Id", "another"),
        lambda root: setattr(element(root, TSL + "SchemeInformation"), "tail", "x"),
        lambda root: setattr(element(root, XADES + "SigningTime"), "text", "2020-01-01T00:00:00Z"),
        lambda root: setattr(element(root, DS + "DigestValue"), "text", base64.b64encode(bytes(32)).decode()),
    ],
)
def test_whatever_is_changed_under_the_signature_is_refused(change):
    assert refusal(changed(change)) is Refusal.DIGEST_MISMATCH


@pytest.mark.parametrize("value", [bytes(64), bytes(63), b"", b"\xff" * 64, b"\x30" * 72])
def test_a_wrong_signature_value_is_refused(value):
    def change(root):
        element(root, DS + "SignatureValue").text = base64.b64encode(value).decode()

    assert refusal(changed(change)) is Refusal.SIGNATURE_WRONG


def test_a_signature_by_another_key_that_shows_the_pinned_certificate_is_refused():
    assert refusal(signed_again(lambda root: None, signer="mo-signer")) is Refusal.SIGNATURE_WRONG


def test_the_signed_reference_to_the_certificate_is_checked():
    """KeyInfo is not signed: a second pinned certificate of the same key put there must not be taken for the signer's."""
    other = authorities()["hk-signer"].der

    def change(root):
        element(root, DS + "X509Certificate").text = base64.b64encode(other).decode()

    assert refusal(changed(change), [*SIGNERS, other]) is Refusal.SIGNING_CERTIFICATE


@pytest.mark.parametrize(
    "change",
    [
        lambda root: element(root, DS + "SignedInfo").remove(element(root, DS + "Reference")),
        lambda root: element(root, DS + "SignedInfo").append(_with_id(element(root, DS + "Reference"), "x")),
        lambda root: element(root, DS + "Reference").attrib.pop("URI"),
        lambda root: element(root, DS + "CanonicalizationMethod").set(
            "Algorithm", "http://www.w3.org/2001/10/xml-exc-c14n#WithComments"
        ),
        lambda root: element(root, DS + "SignatureMethod").set("Algorithm", "http://www.w3.org/2000/09/xmldsig#hmac-sha1"),
        lambda root: element(root, DS + "SignatureMethod").set("Algorithm", "http://www.w3.org/2000/09/xmldsig#rsa-sha1"),
        lambda root: element(root, DS + "DigestMethod").set("Algorithm", "http://www.w3.org/2000/09/xmldsig#sha1"),
        lambda root: element(root, DS + "Transform").set("Algorithm", "http://www.w3.org/TR/1999/REC-xslt-19991116"),
        lambda root: etree.SubElement(element(root, DS + "Transform"), DS + "XPath"),
        lambda root: element(root, XADES + "QualifyingProperties").set("Target", "#elsewhere"),
        lambda root: element(root, DS + "Object").append(_with_id(element(root, XADES + "QualifyingProperties"), "x")),
        lambda root: element(root, TSL + "SchemeInformation").append(element(root, DS + "Signature")),
        lambda root: root.set("{http://www.w3.org/XML/1998/namespace}lang", "en"),
    ],
)
def test_what_the_profile_does_not_know_is_refused_though_the_key_signed_it(change):
    assert refusal(signed_again(change)) is Refusal.SIGNATURE_PROFILE


def _with_id(found, identifier: str):
    copy = _copy(found)
    for holder in copy.iter():
        if "Id" in holder.attrib:
            holder.set("Id", identifier)
    return copy


def test_no_identifier_may_occur_twice():
    def change(root):
        element(root, TSL + "SchemeInformation").set("Id", element(root, XADES + "SignedProperties").get("Id"))

    assert refusal(changed(change)) is Refusal.DUPLICATE_ID


@pytest.mark.parametrize("uri", ["#scheme", "#xades-of-nobody", "https://elsewhere.example/list.xml", "#xpointer(/)"])
def test_a_signature_over_a_part_is_refused(uri):
    def change(root):
        element(root, TSL + "SchemeInformation").set("Id", "scheme")
        element(root, DS + "Reference").set("URI", uri)

    assert refusal(signed_again(change)) is Refusal.SIGNATURE_SCOPE


def test_the_signed_list_hidden_inside_another_is_refused():
    """Wrapping: a forged list carries the signed one, and the signature refers to the signed one."""
    wrapped = LIST.partition(b"?>")[2].replace(b"<TrustServiceStatusList ", b'<TrustServiceStatusList Id="signed" ', 1)
    wrapped = re.sub(rb'URI=""', b'URI="#signed"', wrapped)
    inner, _, signature = wrapped.partition(b"<ds:Signature ")
    signature = b"<ds:Signature " + signature.partition(b"</TrustServiceStatusList>")[0]
    forged = LIST.partition(b"?>")[2].partition(b"<ds:Signature")[0]
    hidden = signature.replace(
        b"</ds:Signature>", b"<ds:Object>" + inner + b"</TrustServiceStatusList></ds:Object></ds:Signature>"
    )
    assert refusal(forged + hidden + b"</TrustServiceStatusList>") is Refusal.SIGNATURE_SCOPE


def test_a_signature_that_does_not_cover_its_own_properties_is_refused():
    def change(root):
        references = list(root.iter(DS + "Reference"))
        references[1].set("URI", "")

    assert refusal(signed_again(change)) is Refusal.SIGNATURE_SCOPE


@pytest.mark.parametrize("tag", [XADES + "Cert", XADES + "SigningCertificateV2"])
def test_a_signature_that_does_not_name_its_certificate_is_refused(tag):
    def change(root):
        found = element(root, tag)
        found.getparent().remove(found)

    assert refusal(changed(change)) is Refusal.SIGNING_CERTIFICATE


def test_an_rsa_signature_is_verified_too():
    content = draft(HK)
    assert read_list(sign(content), [authorities()["hk-signer"].der]).content == content
