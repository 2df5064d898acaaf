"""Certificates by every key type, read back by `cryptography` and judged by `openssl verify` (tests/interop)."""

from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtensionOID

from idbridge.pki.issuing.certificates import (
    MAX_SERIAL,
    Order,
    Publication,
    Validity,
    cross_order,
    issue,
    issue_root,
    issuer_from_certificate,
)
from idbridge.pki.issuing.constraints import Constraints
from idbridge.pki.issuing.errors import IssuingError, ProfileViolationError
from idbridge.pki.issuing.structure import public_key_info
from idbridge.pki.issuing.subjects import IdentityNumber, name_from_table
from tests.unit.pki.issuing.simple import KEY_TYPES, NOW, VALIDITY, authority, order, profile


@pytest.mark.parametrize("key_type", KEY_TYPES)
def test_root_and_leaf(key_type):
    root = authority(key_type)
    wanted = order(
        key_type,
        policies=("2.16.344.8.2.2008.810.2.2018.1.1",),
        alternative_names=(x509.RFC822Name("chan@example.hk"),),
        publication=Publication(("http://a/full.crl",), ("http://a/delta.crl",), ("http://a/ocsp",), ("http://a/ca.cer",)),
    )
    der = issue(profile("person"), wanted, root.issuer, serial=77, validity=VALIDITY)
    leaf, issuer = x509.load_der_x509_certificate(der), x509.load_der_x509_certificate(root.certificate)
    assert leaf.issuer == issuer.subject
    assert (leaf.serial_number, leaf.not_valid_before_utc, leaf.not_valid_after_utc) == (
        77,
        VALIDITY.not_before,
        VALIDITY.not_after,
    )
    assert public_key_info(der) == wanted.public_key_info
    found = {extension.oid: extension for extension in leaf.extensions}
    assert found[ExtensionOID.BASIC_CONSTRAINTS].critical
    assert found[ExtensionOID.KEY_USAGE].value.content_commitment
    assert not found[ExtensionOID.KEY_USAGE].value.key_cert_sign
    assert found[ExtensionOID.CERTIFICATE_POLICIES].value[0].policy_identifier.dotted_string.endswith("2018.1.1")
    assert found[ExtensionOID.CRL_DISTRIBUTION_POINTS].value[0].full_name[0].value == "http://a/full.crl"
    assert found[ExtensionOID.FRESHEST_CRL].value[0].full_name[0].value == "http://a/delta.crl"
    assert len(found[ExtensionOID.AUTHORITY_INFORMATION_ACCESS].value) == 2
    assert (
        found[ExtensionOID.AUTHORITY_KEY_IDENTIFIER].value.key_identifier
        == issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
    )
    if key_type != "sm2":
        leaf.verify_directly_issued_by(issuer)


def test_identity_numbers_stand_in_their_extensions():
    numbers = (IdentityNumber("resident-id", "11010519491231002X"), IdentityNumber("organisation-code", "000000009"))
    der = issue(profile("person"), order("sm2", identity_numbers=numbers), authority("sm2").issuer, serial=3, validity=VALIDITY)
    found = {extension.oid.dotted_string: extension.value for extension in x509.load_der_x509_certificate(der).extensions}
    assert found["1.2.156.10260.4.1.1"].value == b"\x80\x12" + b"11010519491231002X"
    assert found["1.2.156.10260.4.1.4"].value == b"\x13\x09" + b"000000009"


def test_cross_certificate_carries_name_key_identifier_and_limits():
    ours, theirs = authority("rsa-2048"), authority("sm2", 5, "Foreign root")
    limits = Constraints(
        path_length=1,
        policy_mappings=(("1.2.3.1", "1.2.4.1"),),
        permitted=(x509.DirectoryName(name_from_table({"C": "CN"})),),
        excluded=(x509.DNSName("example.hk"),),
        require_explicit_policy=0,
        inhibit_policy_mapping=1,
        inhibit_any_policy=0,
    )
    wanted = cross_order(theirs.certificate, policies=("1.2.3.1",), constraints=limits)
    der = issue(profile("root"), wanted, ours.issuer, serial=9, validity=VALIDITY)
    crossed, foreign = (x509.load_der_x509_certificate(data) for data in (der, theirs.certificate))
    assert crossed.subject == foreign.subject
    assert public_key_info(der) == public_key_info(theirs.certificate)
    identifiers = [c.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value for c in (crossed, foreign)]
    assert identifiers[0] == identifiers[1]
    found = {extension.oid: extension for extension in crossed.extensions}
    assert found[ExtensionOID.BASIC_CONSTRAINTS].value.path_length == 1
    assert found[ExtensionOID.POLICY_MAPPINGS].value.value.hex() == "300c300a06032a030106032a0401"
    assert found[ExtensionOID.POLICY_CONSTRAINTS].value.require_explicit_policy == 0
    for oid in ("NAME_CONSTRAINTS", "POLICY_MAPPINGS", "POLICY_CONSTRAINTS", "INHIBIT_ANY_POLICY"):
        assert found[getattr(ExtensionOID, oid)].critical


def test_cross_certificate_refusals():
    leaf = issue(profile("person"), order("sm2"), authority("sm2").issuer, serial=3, validity=VALIDITY)
    with pytest.raises(IssuingError, match="no CA"):
        cross_order(leaf, policies=(), constraints=Constraints())
    with pytest.raises(IssuingError, match="malformed"):
        cross_order(b"0\x00", policies=(), constraints=Constraints())
    with pytest.raises(IssuingError, match="mapped policy"):
        cross_order(authority("sm2").certificate, policies=(), constraints=Constraints(policy_mappings=(("1.2.3", "1.2.4"),)))


@pytest.mark.parametrize("serial", [0, -1, MAX_SERIAL + 1])
def test_serial_number_out_of_range(serial):
    with pytest.raises(IssuingError, match="serial"):
        issue(profile("person"), order("sm2"), authority("sm2").issuer, serial=serial, validity=VALIDITY)


@pytest.mark.parametrize(
    ("wanted", "validity", "why"),
    [
        (order("sm2"), Validity(NOW, NOW + timedelta(days=1101)), "at most"),
        (order("sm2"), Validity(NOW, NOW), "at most"),
        (Order(name_from_table({"CN": "x"}), order("sm2").public_key_info), VALIDITY, "needs C "),
        (order("sm2", constraints=Constraints(path_length=0)), VALIDITY, "constraints"),
    ],
    ids=["too long", "no time", "no country", "constraints on a leaf"],
)
def test_profile_is_held(wanted, validity, why):
    with pytest.raises(ProfileViolationError, match=why) as caught:
        issue(profile("person"), wanted, authority("sm2").issuer, serial=3, validity=validity)
    assert caught.value.code == "profile-violation"


def test_root_is_signed_with_its_own_key():
    with pytest.raises(ProfileViolationError, match="own key"):
        issue_root(profile("root"), order("sm2", 7), authority("sm2").signer, serial=1, validity=VALIDITY)


def test_issuer_needs_the_key_of_its_certificate():
    with pytest.raises(IssuingError, match="not the one"):
        issuer_from_certificate(authority("sm2").certificate, authority("ec-p256").signer)
