"""Extensions decoded as facts; what cannot be decoded is a fault, whatever it is."""

from __future__ import annotations

import pytest
from cryptography import x509
from hypothesis import given
from hypothesis import strategies as st

from idbridge.pki import structures
from idbridge.pki.certificate import Certificate
from idbridge.pki.extensions import DECODERS, POLICIES_LIMIT, Extensions, read_extensions
from tests.authority import Authority, name_of, oid, policies


def read(extension: x509.ExtensionType, *, critical: bool = False, ca: bool = False) -> Extensions:
    der = Authority("CA").certify("Below", ca=ca, extensions=((extension, critical),))
    return Certificate.from_der(der).extensions


def raw(identifier: str, value: bytes) -> Extensions:
    return read_extensions([structures.Extension(identifier=oid(identifier), critical=None, value=value)])


def test_distribution_points() -> None:
    relative = x509.RelativeDistinguishedName([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Part 1")])
    issuer = [x509.DirectoryName(name_of("CRL Issuer"))]
    reasons = frozenset({x509.ReasonFlags.key_compromise, x509.ReasonFlags.aa_compromise})
    (point,) = (
        read(x509.CRLDistributionPoints([x509.DistributionPoint(None, relative, reasons, issuer)])).crl_distribution_points
        or ()
    )
    assert point.full_name == ()
    assert point.relative_name == b"2.5.4.3=part 1"
    assert point.reasons == {"keyCompromise", "aACompromise"}
    assert [str(name) for name in point.crl_issuer] == ["directory:CN=CRL Issuer"]


def test_constraints() -> None:
    found = read(x509.PolicyConstraints(0, None), critical=True, ca=True)
    assert found.policy_constraints == (0, None)
    assert found.critical("2.5.29.36")
    assert read(x509.InhibitAnyPolicy(2), ca=True).inhibit_any_policy == 2
    names = read(x509.NameConstraints([x509.DNSName("a.example")], None), ca=True).name_constraints
    assert names is not None
    assert names.excluded is None
    assert [str(subtree.base) for subtree in names.permitted or ()] == ["dns:a.example"]


@pytest.mark.parametrize(
    ("identifier", "value"),
    [
        ("2.5.29.19", bytes.fromhex("30060101ff0201ff")),  # a negative path length
        ("2.5.29.19", bytes.fromhex("3003010101")),  # TRUE is FF
        ("2.5.29.30", bytes.fromhex("3000")),
        ("2.5.29.32", bytes.fromhex("3000")),
        ("2.5.29.32", bytes.fromhex("300c30040602" + "2a03" + "30040602" + "2a03")),  # a policy twice
        ("2.5.29.35", bytes.fromhex("3003820101")),  # a serial number without issuer
        ("2.5.29.36", bytes.fromhex("30038001ff")),
        ("2.5.29.37", bytes.fromhex("3000")),
        ("2.5.29.54", b"\x02\x82\x02\x01" + b"\x01" * 513),  # an absurd count
        ("2.5.29.15", bytes.fromhex("0302")),
    ],
)
def test_faults(identifier: str, value: bytes) -> None:
    assert [found for found, _ in raw(identifier, value).faults] == [identifier]


def test_explicit_defaults_are_tolerated() -> None:
    """DER forbids to write cA FALSE; half of the field does."""
    found = raw("2.5.29.19", bytes.fromhex("3003010100"))
    assert not found.faults
    assert found.basic_constraints == (False, None)


def test_too_many_policies() -> None:
    few = read(policies(*(f"1.2.3.{number}" for number in range(POLICIES_LIMIT))))
    many = read(policies(*(f"1.2.3.{number}" for number in range(POLICIES_LIMIT + 1))))
    assert not few.faults
    assert many.faults


def test_twice_is_noted_and_the_first_counts() -> None:
    members = [
        structures.Extension(identifier=oid("2.5.29.54"), critical=None, value=bytes((2, 1, number))) for number in (3, 4)
    ]
    found = read_extensions(members)
    assert found.duplicates == ("2.5.29.54",)
    assert found.inhibit_any_policy == 3


@given(st.sampled_from(sorted(DECODERS)), st.binary(max_size=80))
def test_any_octets_are_facts_or_faults(identifier: str, value: bytes) -> None:
    found = raw(identifier, value)
    assert found.raw[identifier].value == value
    assert len(found.faults) <= 1
