"""The profile of RFC 5280 §4: for every rule a certificate that breaks it; warnings for those who are not strict."""

from __future__ import annotations

import dataclasses

import pytest
from cryptography import x509

from idbridge.pki.certificate import Certificate
from idbridge.pki.extensions import BasicConstraints
from idbridge.pki.names import Name
from idbridge.pki.profile import RULES, judge_profile
from tests.authority import Authority, oid, usage

CA = Authority("CA")
EMPTY = Name(b"\x30\x00")


def leaf(*extensions: tuple[x509.ExtensionType, bool], **options) -> Certificate:
    return Certificate.from_der(CA.certify("Leaf", extensions=extensions, **options))


def changed(certificate: Certificate, **facts: object) -> Certificate:
    return dataclasses.replace(certificate, **facts)


def extended(certificate: Certificate, **facts: object) -> Certificate:
    return changed(certificate, extensions=dataclasses.replace(certificate.extensions, **facts))


def names(*members: x509.GeneralName) -> tuple[x509.SubjectAlternativeName, bool]:
    return x509.SubjectAlternativeName(members), False


CONSTRAINTS = x509.NameConstraints([x509.DNSName("example")], None)
CROOKED = x509.UnrecognizedExtension(oid("2.5.29.30"), bytes.fromhex("300ca00a300882062e6261642e78"))

BREACHES = {
    "extensions-readable": leaf((x509.UnrecognizedExtension(oid("2.5.29.31"), b"\x05\x00"), False)),
    "extensions-once": extended(leaf(), duplicates=("2.5.29.17",)),
    "critical-extensions-known": leaf((x509.UnrecognizedExtension(oid("1.2.3"), b"\x05\x00"), True)),
    "one-algorithm": changed(leaf(), inner_algorithm=b"\x30\x00"),
    "name-constraints-applicable": Certificate.from_der(CA.root(extensions=((CROOKED, True),))),
    "version": changed(leaf(), version=1),
    "serial-number": changed(leaf(), serial_number=1 << 159),
    "issuer-present": changed(leaf(), issuer=EMPTY),
    "subject-present": changed(leaf(), subject=EMPTY),
    "non-critical-extensions": leaf(
        (x509.AuthorityInformationAccess([x509.AccessDescription(oid("1.2.3"), x509.DNSName("a"))]), True)
    ),
    "critical-extensions": Certificate.from_der(CA.root(extensions=((CONSTRAINTS, False),))),
    "key-usage-consistent": leaf(key_usage=usage("key_cert_sign")),
    "path-length-of-authority": extended(leaf(), basic_constraints=BasicConstraints(ca=False, path_length=1)),
    "name-constraints-of-authority": leaf((CONSTRAINTS, True)),
    "alternative-names": leaf(names(x509.DNSName("a_b.example"))),
}


def test_every_rule_has_a_breach() -> None:
    assert set(BREACHES) == {rule.name for rule in RULES}


def test_a_good_certificate_passes() -> None:
    for certificate in (leaf(), Certificate.from_der(CA.root())):
        assert [check.outcome for check in judge_profile(certificate, strict=True)] == ["passed"]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_breach_fails_or_warns(rule) -> None:
    strictly = {check.name: check for check in judge_profile(BREACHES[rule.name], strict=True)}
    assert strictly[rule.name].outcome == "failed"
    assert strictly[rule.name].clause.startswith("RFC 5280 §")
    mildly = {check.name: check for check in judge_profile(BREACHES[rule.name], strict=False)}
    assert mildly[rule.name].outcome == ("failed" if rule.binds == "always" else "warned")


def test_old_roots_have_number_zero() -> None:
    root = changed(Certificate.from_der(CA.root()), serial_number=0)
    assert [check.outcome for check in judge_profile(root, strict=True)] == ["passed"]


@pytest.mark.parametrize("serial", [0, -1, 1 << 160])
def test_serial_numbers(serial: int) -> None:
    assert judge_profile(changed(leaf(), serial_number=serial), strict=True)[0].name == "serial-number"


def test_an_empty_subject_is_named_by_a_critical_alternative_name() -> None:
    named = leaf((names(x509.DNSName("a.example"))[0], True))
    assert [check.outcome for check in judge_profile(changed(named, subject=EMPTY), strict=True)] == ["passed"]


@pytest.mark.parametrize(
    ("name", "formed"),
    [
        (x509.DNSName("a-b.example"), True),
        (x509.DNSName("*.example.com"), True),
        (x509.DNSName("8.8.8.8"), False),
        (x509.DNSName("a..b"), False),
        (x509.DNSName("-a.example"), False),
        (x509.RFC822Name("a@b.example"), True),
        (x509.UniformResourceIdentifier("https://a.example/"), True),
        (x509.UniformResourceIdentifier("//a.example/"), False),
    ],
)
def test_alternative_names(name: x509.GeneralName, formed: bool) -> None:
    assert (judge_profile(leaf(names(name)), strict=True)[0].outcome == "passed") is formed
