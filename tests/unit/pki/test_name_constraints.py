"""Name constraints of every kind, both ways (RFC 5280 §4.2.1.10)."""

from __future__ import annotations

import ipaddress

import pytest
from cryptography import x509

from idbridge.pki.certificate import Certificate
from idbridge.pki.extensions import NameConstraints, Subtree
from idbridge.pki.name_constraints import ConstraintsBudgetError, ConstraintState, malformed_subtree, matches
from idbridge.pki.names import GeneralName, Name
from tests.authority import Authority, name_of


def subtree(kind: str, value: object) -> Subtree:
    return Subtree(GeneralName(kind, value), bounded=False)  # type: ignore[arg-type] - a table of kinds and values


def network(text: str) -> bytes:
    parsed = ipaddress.ip_network(text)
    return parsed.network_address.packed + parsed.netmask.packed


def directory(*organisations: str) -> Name:
    attributes = [x509.NameAttribute(x509.NameOID.ORGANIZATION_NAME, text) for text in organisations]
    return Name(x509.Name(attributes).public_bytes())


@pytest.mark.parametrize(
    ("kind", "base", "name", "inside"),
    [
        ("dns", "example.com", "example.com", True),
        ("dns", "example.com", "a.EXAMPLE.com", True),
        ("dns", "example.com", "anexample.com", False),
        ("dns", "", "anything.example", True),
        ("dns", "example.com", "*.example.com", True),
        ("email", "a@example.com", "a@EXAMPLE.com", True),
        ("email", "a@example.com", "A@example.com", False),
        ("email", "example.com", "x@example.com", True),
        ("email", "example.com", "x@a.example.com", False),
        ("email", ".example.com", "x@a.example.com", True),
        ("email", ".example.com", "x@example.com", False),
        ("uri", "example.com", "https://example.com:8443/x", True),
        ("uri", "example.com", "https://a.example.com/", False),
        ("uri", ".example.com", "https://a.example.com/", True),
        ("ip", network("192.0.2.0/24"), b"\xc0\x00\x02\x07", True),
        ("ip", network("192.0.2.0/24"), b"\xc0\x00\x03\x07", False),
        ("ip", network("2001:db8::/32"), ipaddress.ip_address("2001:db8::1").packed, True),
        ("ip", network("0.0.0.0/0"), ipaddress.ip_address("2001:db8::1").packed, False),
        ("directory", directory("A"), directory("a", "B"), True),
        ("directory", directory("A", "B"), directory("A"), False),
        ("directory", directory(), directory("A"), True),
    ],
)
def test_inside(kind: str, base: object, name: object, inside: bool) -> None:
    general = GeneralName(kind, name)  # type: ignore[arg-type] - see subtree
    assert matches(subtree(kind, base), general, excluding=False) is inside
    assert matches(subtree(kind, base), general, excluding=True) is inside


@pytest.mark.parametrize(
    ("kind", "base", "name"),
    [
        ("dns", "example.com", "a..example.com"),
        ("dns", "bar.example.com", "*.example.com"),
        ("email", "example.com", "example.com"),
        ("email", "example.com", "a@b@example.com"),
        ("uri", "example.com", "urn:example.com"),
        ("uri", "example.com", "https://192.0.2.1/"),
        ("uri", "example.com", "https://[::1"),
        ("ip", network("192.0.2.0/24"), b"\xc0\x00\x02"),
        ("other", b"\x01", b"\x01"),
    ],
)
def test_what_cannot_be_told_is_never_allowed(kind: str, base: object, name: object) -> None:
    general = GeneralName(kind, name)  # type: ignore[arg-type] - see subtree
    assert not matches(subtree(kind, base), general, excluding=False)
    assert matches(subtree(kind, base), general, excluding=True)


@pytest.mark.parametrize(
    ("kind", "base"),
    [
        ("dns", ".example.com"),
        ("dns", "*.example.com"),
        ("email", "a@b@example.com"),
        ("ip", b"\xc0\x00\x02\x00\xff\x00\xff\x00"),
        ("ip", b"\xc0\x00\x02\x00"),
    ],
)
def test_constraints_that_cannot_be_applied(kind: str, base: object) -> None:
    assert malformed_subtree(NameConstraints((subtree(kind, base),), None)) is not None
    assert malformed_subtree(NameConstraints(None, (subtree(kind, base),))) is not None


def test_minimum_and_maximum_are_not_for_this_profile() -> None:
    bounded = Subtree(GeneralName("dns", "example.com"), bounded=True)
    assert malformed_subtree(NameConstraints((bounded,), None)) is not None


def leaf(*names: x509.GeneralName, subject: str = "Leaf") -> Certificate:
    extensions = ((x509.SubjectAlternativeName(names), False),) if names else ()
    return Certificate.from_der(Authority("CA").certify(subject, extensions=extensions))


def test_several_authorities_permit_together() -> None:
    state = ConstraintState()
    state.narrow(NameConstraints((subtree("dns", "example.com"), subtree("dns", "example.org")), None))
    state.narrow(NameConstraints((subtree("dns", "a.example.com"),), None))
    assert state.violation(leaf(x509.DNSName("x.a.example.com"))) is None
    violation = state.violation(leaf(x509.DNSName("example.org")))
    assert violation is not None
    assert violation.name == "dns:example.org"
    assert "a.example.com" in violation.rule


def test_exclusion_outweighs_permission() -> None:
    state = ConstraintState()
    state.narrow(NameConstraints((subtree("dns", "example.com"),), (subtree("dns", "a.example.com"),)))
    assert state.violation(leaf(x509.DNSName("b.example.com"))) is None
    assert state.violation(leaf(x509.DNSName("a.example.com"))) is not None


def test_the_subject_is_a_directory_name() -> None:
    state = ConstraintState()
    state.narrow(NameConstraints(None, (subtree("directory", Name(name_of("Leaf").public_bytes())),)))
    assert state.violation(leaf()) is not None
    assert state.violation(leaf(subject="Other")) is None


def test_budget() -> None:
    state = ConstraintState()
    state.narrow(NameConstraints(None, tuple(subtree("dns", f"h{n}.example") for n in range(9000))))
    with pytest.raises(ConstraintsBudgetError):
        state.violation(leaf(*(x509.DNSName(f"x{n}.example") for n in range(40))))
