"""Names and identity numbers from plain tables."""

import pytest
from cryptography import x509

from idbridge.pki.issuing.errors import DataError
from idbridge.pki.issuing.subjects import IdentityNumber, alternative_name, identity_extension, name_from_table


def test_attributes_stand_in_their_order_whatever_the_table_has():
    name = name_from_table({"CN": "x", "OU": ["one", "two"], "C": "HK"})
    assert [attribute.value for attribute in name] == ["HK", "one", "two", "x"]


@pytest.mark.parametrize("table", [{}, {"CN": ""}, {"CN": "x" * 65}, {"C": "Hong Kong"}, {"shoe": "42"}, {"OU": []}])
def test_refused_names(table):
    with pytest.raises(DataError):
        name_from_table(table)


def test_alternative_names():
    assert alternative_name("email:a@example.hk") == x509.RFC822Name("a@example.hk")
    assert alternative_name("dns:example.hk") == x509.DNSName("example.hk")
    assert alternative_name("uri:https://example.hk/") == x509.UniformResourceIdentifier("https://example.hk/")
    other = alternative_name("other:1.2.3:學號:5")
    assert other.value == b"\x0c\x08" + "學號:5".encode()


@pytest.mark.parametrize("text", ["", "email", "carrier-pigeon:5", "other:x:y", "email:陳@example.hk"])
def test_refused_alternative_names(text):
    with pytest.raises(DataError):
        alternative_name(text)


def test_identity_extensions():
    assert identity_extension(IdentityNumber("tax-number", "4401")).value == b"\x13\x044401"
    assert identity_extension(IdentityNumber("1.2.86.11.7.1", "SF1")).oid.dotted_string == "1.2.86.11.7.1"


@pytest.mark.parametrize("number", [IdentityNumber("tax-number", ""), IdentityNumber("tax-number", "x" * 65)])
def test_refused_numbers(number):
    with pytest.raises(DataError):
        identity_extension(number)


@pytest.mark.parametrize("number", [IdentityNumber("tax-number", "四"), IdentityNumber("shoe-size", "42")])
def test_refused_kinds_and_characters(number):
    with pytest.raises(DataError):
        identity_extension(number)
