"""Certificates, CRLs and requests in words; whatever the bytes, words or a refusal."""

import os
import random
from contextlib import suppress
from datetime import timedelta

import pytest

from idbridge.pki.issuing.certificates import Publication, cross_order, issue
from idbridge.pki.issuing.constraints import Constraints
from idbridge.pki.issuing.crls import CrlScope, Reason, RevokedCertificate, make_crl
from idbridge.pki.issuing.errors import DataError, IssuingError
from idbridge.pki.issuing.requests import make_request
from idbridge.pki.issuing.signer import signer_for
from idbridge.pki.issuing.subjects import IdentityNumber, alternative_name, name_from_table
from idbridge.services.inspection import MAX_BYTES, MAX_LISTED, describe
from tests.unit.pki.issuing.simple import NOW, VALIDITY, authority, key, order, profile

MUTATIONS = int(os.environ.get("IDBRIDGE_INSPECTION_MUTATIONS", "2000"))


def leaf():
    wanted = order(
        "sm2",
        policies=("1.2.3.4",),
        alternative_names=(alternative_name("email:chan@example.hk"), alternative_name("other:1.2.9:text")),
        identity_numbers=(IdentityNumber("resident-id", "11010519491231002X"),),
        publication=Publication(("http://a/full.crl",), ("http://a/delta.crl",), ("http://a/ocsp",)),
    )
    return issue(profile("person"), wanted, authority("sm2").issuer, serial=0xABC, validity=VALIDITY)


def cross():
    limits = Constraints(path_length=1, policy_mappings=(("1.2.3", "1.2.4"),), excluded=(alternative_name("dns:example.hk"),))
    wanted = cross_order(authority("ec-p256", 5, "Foreign").certificate, policies=("1.2.3",), constraints=limits)
    return issue(profile("root"), wanted, authority("sm2").issuer, serial=9, validity=VALIDITY)


def crl(count=2):
    entries = [RevokedCertificate(number + 1, NOW, Reason.HOLD) for number in range(count)]
    times = {"number": 7, "this_update": NOW, "next_update": NOW + timedelta(days=7)}
    return make_crl(authority("sm2").issuer, entries, **times, scope=CrlScope(("http://a/part-0.crl",), 5))


def request():
    return make_request(name_from_table({"C": "HK", "CN": "CHAN"}), signer_for(key("sm2", 1)))


WORDS = {
    leaf: [
        "Certificate\n",
        "CN=CHAN Tai Man",
        "abc",
        "sm2",
        "SM2 with SM3",
        "digital signature, content commitment",
        "1.2.3.4",
        "chan@example.hk, 1.2.9: text",
        "11010519491231002X",
        "http://a/delta.crl",
        "http://a/ocsp",
    ],
    cross: ["Certificate of an authority", "yes, 1 more below", "1.2.3 to 1.2.4", "not within example.hk"],
    crl: ["revocation list", "changes since number 5", "http://a/part-0.crl", "2 certificates", "certificateHold"],
    request: ["Certificate request", "asks for     CN=CHAN", "sm2"],
}


@pytest.mark.parametrize("made", WORDS, ids=lambda made: made.__name__)
def test_words(made):
    text = "\n".join(describe(made()))
    assert [words for words in WORDS[made] if words not in text] == []


def test_long_lists_are_counted_not_shown():
    lines = describe(crl(MAX_LISTED + 5))
    assert "  lists        25 certificates" in lines
    assert sum("certificateHold" in line for line in lines) == MAX_LISTED


def test_too_long_is_not_parsed():
    with pytest.raises(DataError, match="more than"):
        describe(bytes(MAX_BYTES + 1))


def test_mutations_give_words_or_a_refusal():
    chance = random.Random(20260301)
    seeds = [made() for made in WORDS]
    for _ in range(MUTATIONS):
        data = bytearray(chance.choice(seeds))
        for _ in range(chance.randint(1, 3)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        with suppress(DataError):
            assert describe(bytes(data))
        with suppress(IssuingError):
            cross_order(bytes(data), policies=(), constraints=Constraints())
