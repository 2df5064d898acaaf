"""Names: equal as RFC 5280 §7.1 says, displayed as RFC 4514 says."""

from __future__ import annotations

import pytest
from cryptography import x509
from cryptography.x509.name import _ASN1Type as Asn1Type
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from idbridge.pki.errors import MalformedDerError
from idbridge.pki.names import GeneralName, Name, carries, read_general_name
from idbridge.pki.structures import TlvHolder, decode, enclosed


def name(*attributes: tuple[x509.ObjectIdentifier, str, Asn1Type | None]) -> Name:
    return Name(x509.Name([x509.NameAttribute(*attribute) for attribute in attributes]).public_bytes())


def common(text: str, kind: Asn1Type | None = None) -> Name:
    return name((NameOID.COMMON_NAME, text, kind))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (common("Example CA"), common("example ca")),
        (common("Example CA"), common("  Example   CA ")),
        (common("Example", Asn1Type.PrintableString), common("Example", Asn1Type.UTF8String)),
        (common("香港郵政", Asn1Type.UTF8String), common("香港郵政", Asn1Type.BMPString)),
        (common("STRASSE"), common("straße")),
        (common("ＡＢＣ"), common("abc")),
    ],
)
def test_equal(first: Name, second: Name) -> None:
    assert first == second
    assert hash(first) == hash(second)
    assert first.der != second.der or first is second


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (common("Example"), common("Examples")),
        (common("A B"), common("AB")),
        (common("A"), name((NameOID.ORGANIZATION_NAME, "A", None))),
        (common("A"), name((NameOID.COMMON_NAME, "A", None), (NameOID.COMMON_NAME, "A", None))),
        (
            name((NameOID.COMMON_NAME, "A", None), (NameOID.ORGANIZATION_NAME, "B", None)),
            name((NameOID.ORGANIZATION_NAME, "B", None), (NameOID.COMMON_NAME, "A", None)),
        ),
    ],
)
def test_different(first: Name, second: Name) -> None:
    assert first != second
    assert first.key != second.key


def test_attributes_of_one_relative_name_have_no_order() -> None:
    attributes = [x509.NameAttribute(NameOID.COMMON_NAME, "A"), x509.NameAttribute(NameOID.ORGANIZATION_NAME, "B")]
    together = x509.Name([x509.RelativeDistinguishedName(attributes)])
    reverse = x509.Name([x509.RelativeDistinguishedName(attributes[::-1])])
    assert Name(together.public_bytes()) == Name(reverse.public_bytes())
    apart = x509.Name(attributes)
    assert Name(together.public_bytes()) != Name(apart.public_bytes())


def test_display() -> None:
    subject = name((NameOID.COUNTRY_NAME, "HK", None), (NameOID.COMMON_NAME, 'Chan, "Tai" +', None))
    assert str(subject) == 'CN=Chan\\, \\"Tai\\" \\+,C=HK'
    assert subject.values("2.5.4.6") == ("HK",)
    assert str(Name(b"\x30\x00")) == ""
    assert Name(b"\x30\x00").is_empty


@pytest.mark.parametrize("attribute", [NameOID.SERIAL_NUMBER, NameOID.USER_ID, NameOID.X500_UNIQUE_IDENTIFIER])
def test_identity_numbers_are_not_shown(attribute: x509.ObjectIdentifier) -> None:
    subject = name((NameOID.COMMON_NAME, "Chan", None), (attribute, "IDCMO-51234567", None))
    assert "51234567" not in str(subject)
    assert "=…" in str(subject)
    assert "51234567" in subject.rfc4514


@given(st.text(max_size=6), st.text(max_size=6))
def test_separators_cannot_be_forged(first: str, second: str) -> None:
    """Two attributes never look like one whose value contains the other."""
    if not first or not second:
        return
    joined = common(f"{first}+2.5.4.3={second}")
    split = name((NameOID.COMMON_NAME, first, None), (NameOID.COMMON_NAME, second, None))
    assert joined != split


@given(st.binary(max_size=60))
def test_any_octets_have_a_key_and_a_display(octets: bytes) -> None:
    odd = Name(octets)
    assert isinstance(odd.key, bytes)
    assert isinstance(str(odd), str)
    assert odd == Name(octets)


def general(der: bytes) -> GeneralName:
    return read_general_name(decode(TlvHolder, enclosed(enclosed(der))).items[0])


def test_general_names() -> None:
    assert general(b"\x82\x03a.b") == GeneralName("dns", "a.b")
    assert str(general(b"\x87\x04\xc0\x00\x02\x01")) == "ip:192.0.2.1"
    assert str(general(b"\xa4\x02\x30\x00")) == "directory:"
    assert general(b"\x88\x01\x2a") == GeneralName("registered-id", b"\x2a")


@pytest.mark.parametrize("der", [b"\x82\x02\xc3\xa9", b"\xa4\x02\x31\x00", b"\x89\x00"])
def test_malformed_general_names(der: bytes) -> None:
    with pytest.raises(MalformedDerError):
        general(der)


@pytest.mark.parametrize(
    ("offered", "wanted", "expected"),
    [
        (("dns", "Example.com"), ("dns", "example.COM"), True),
        (("dns", "*.example.com"), ("dns", "a.example.com"), True),
        (("dns", "*.example.com"), ("dns", "example.com"), False),
        (("dns", "*.example.com"), ("dns", "a.b.example.com"), False),
        (("dns", "*.com"), ("dns", "example.com"), False),
        (("email", "A@Example.com"), ("email", "A@example.COM"), True),
        (("email", "A@example.com"), ("email", "a@example.com"), False),
        (("ip", b"\x7f\0\0\1"), ("ip", b"\x7f\0\0\1"), True),
        (("dns", "127.0.0.1"), ("ip", b"\x7f\0\0\1"), False),
    ],
)
def test_carries(offered, wanted, expected) -> None:
    assert carries((GeneralName(*offered),), GeneralName(*wanted)) is expected
