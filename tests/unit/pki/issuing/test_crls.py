"""CRLs of every kind, read back by `cryptography`."""

from datetime import timedelta

import pytest
from cryptography import x509

from idbridge.pki.issuing.crls import CrlScope, Reason, RevokedCertificate, make_crl
from idbridge.pki.issuing.errors import IssuingError
from tests.unit.pki.issuing.simple import KEY_TYPES, NOW, authority

WEEK = timedelta(days=7)
ENTRIES = (
    RevokedCertificate(5, NOW - WEEK, Reason.KEY_COMPROMISE, invalid_since=NOW - 2 * WEEK),
    RevokedCertificate(6, NOW - WEEK, Reason.HOLD),
    RevokedCertificate(7, NOW - WEEK),
)


def crl(entries=ENTRIES, key_type="ec-p256", **arguments):
    given = {"number": 12, "this_update": NOW, "next_update": NOW + WEEK, **arguments}
    return x509.load_der_x509_crl(make_crl(authority(key_type).issuer, entries, **given))


@pytest.mark.parametrize("key_type", KEY_TYPES)
def test_full_crl(key_type):
    made = crl(key_type=key_type)
    root = x509.load_der_x509_certificate(authority(key_type).certificate)
    assert made.issuer == root.subject
    assert made.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number == 12
    reasons = {
        entry.serial_number: [
            extension.value.reason.value for extension in entry.extensions if extension.oid == x509.CRLReason.oid
        ]
        for entry in made
    }
    assert reasons == {5: ["keyCompromise"], 6: ["certificateHold"], 7: []}
    if key_type != "sm2":
        assert made.is_signature_valid(root.public_key())


def test_empty_crl():
    assert len(crl(())) == 0


def test_partition_says_what_it_covers():
    made = crl(scope=CrlScope(partition_urls=("http://a/crl-3.crl",)))
    point = made.extensions.get_extension_for_class(x509.IssuingDistributionPoint)
    assert point.critical
    assert point.value.full_name[0].value == "http://a/crl-3.crl"


def test_delta_names_its_base_and_may_resume():
    made = crl((RevokedCertificate(6, NOW, Reason.RESUMED),), scope=CrlScope(delta_base=11, delta_urls=("http://a/d",)))
    indicator = made.extensions.get_extension_for_class(x509.DeltaCRLIndicator)
    assert indicator.critical
    assert indicator.value.crl_number == 11
    with pytest.raises(x509.ExtensionNotFound):
        made.extensions.get_extension_for_class(x509.FreshestCRL)


def test_complete_crl_points_to_its_deltas():
    made = crl(scope=CrlScope(delta_urls=("http://a/delta.crl",)))
    assert made.extensions.get_extension_for_class(x509.FreshestCRL)


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ({"next_update": NOW}, "next update"),
        ({"scope": CrlScope(delta_base=12)}, "greater"),
        ({"entries": (RevokedCertificate(6, NOW, Reason.RESUMED),)}, "removeFromCRL"),
    ],
    ids=["times", "base not older", "resumed in a full CRL"],
)
def test_refusals(arguments, why):
    with pytest.raises(IssuingError, match=why):
        crl(**arguments)
