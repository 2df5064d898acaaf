"""Profiles as data: the project's own, and faulty ones."""

import tomllib

import pytest
from cryptography import x509

from idbridge.pki.issuing.errors import DataError
from idbridge.pki.issuing.profiles import profiles_from_table
from tests.requirements import CHECKOUT

OWN = profiles_from_table(tomllib.loads((CHECKOUT / "certs" / "profiles.toml").read_text(encoding="utf-8")))
GOOD = {"key_usage": ["digital_signature"], "max_days": 10, "keys": ["*"]}


def extension(profile, kind):
    return next((value for value, _ in OWN[profile].extensions() if isinstance(value, kind)), None)


def test_only_authorities_sign_certificates():
    for name, profile in OWN.items():
        assert profile.ca == ("key_cert_sign" in profile.key_usage), name
        assert extension(name, x509.BasicConstraints).ca == profile.ca


def test_signing_and_encryption_are_apart():
    for name in ("person-encryption", "organisation-encryption"):
        usage = extension(name, x509.KeyUsage)
        assert not usage.digital_signature
        assert not usage.content_commitment
        assert usage.key_encipherment


def test_time_stamping_is_the_one_critical_purpose():
    [(purposes, critical)] = [(v, c) for v, c in OWN["time-stamping"].extensions() if isinstance(v, x509.ExtendedKeyUsage)]
    assert critical
    assert [purpose.dotted_string for purpose in purposes] == ["1.3.6.1.5.5.7.3.8"]


def test_path_length_of_an_order_goes_before_the_profiles():
    assert extension("issuing-ca", x509.BasicConstraints).path_length == 0
    [constraints] = [v for v, _ in OWN["issuing-ca"].extensions(2) if isinstance(v, x509.BasicConstraints)]
    assert constraints.path_length == 2


@pytest.mark.parametrize(
    "change",
    [
        {"key_usage": []},
        {"key_usage": ["flying"]},
        {"max_days": "ten"},
        {"keys": None},
        {"subject": ["shoe-size"]},
        {"extended_key_usage": ["not an oid"]},
        {"colour": "red"},
    ],
)
def test_faulty_profiles(change):
    with pytest.raises(DataError, match="profile odd"):
        profiles_from_table({"odd": {**GOOD, **change}})


@pytest.mark.parametrize("member", GOOD)
def test_missing_members(member):
    with pytest.raises(DataError):
        profiles_from_table({"odd": {name: value for name, value in GOOD.items() if name != member}})
