"""CRLs as facts, held to what `cryptography` reads."""

from __future__ import annotations

import pytest
from cryptography import x509

from idbridge.pki.errors import MalformedCrlError
from idbridge.pki.names import Name
from idbridge.pki.revocation.crl import SIZE_LIMIT, CertificateList
from tests.authority import AT, DAY, Authority, name_of, oid
from tests.requirements import vectors


def test_facts() -> None:
    ca = Authority("CA")
    entry = (7, AT - DAY, x509.ReasonFlags.key_compromise)
    der = ca.crl(entry, number=5, extensions=((x509.DeltaCRLIndicator(3), True),))
    crl = CertificateList.from_der(der)
    assert (crl.number, crl.delta_base) == (5, 3)
    assert (crl.this_update, crl.next_update) == (AT - DAY, AT + 7 * DAY)
    assert str(crl.issuer) == "CN=CA"
    found = crl.entry(7, crl.issuer)
    assert found is not None
    assert (found.date, found.reason) == (AT - DAY, "keyCompromise")
    assert crl.entry(8, crl.issuer) is None
    assert crl.entry(-7, crl.issuer) is None


def test_entries_of_an_indirect_crl_have_issuers_that_hold_on() -> None:
    ca = Authority("CA")
    point = x509.IssuingDistributionPoint(None, None, False, False, None, True, False)
    entries = [(n, AT - DAY, None) for n in (1, 2)]
    named = x509.CertificateIssuer([x509.DirectoryName(name_of("Other"))])
    crl = CertificateList.from_der(ca.crl(*entries, extensions=((point, True),), entry_extensions=((named, True),)))
    other = Name(name_of("Other").public_bytes())
    assert crl.entry(1, other) is not None
    assert crl.entry(1, crl.issuer) is None
    direct = CertificateList.from_der(ca.crl(*entries, extensions=((point, True),)))
    assert direct.entry(2, direct.issuer) is not None
    assert direct.entry(2, other) is None


@pytest.mark.parametrize("der", [b"", b"\x30\x00", b"\x30\x06\x30\x00\x30\x00\x03\x00", b"0" * (SIZE_LIMIT + 1)])
def test_refusals(der: bytes) -> None:
    with pytest.raises(MalformedCrlError) as refusal:
        CertificateList.from_der(der)
    assert refusal.value.code == "malformed-crl"


def test_a_point_that_cannot_be_read_refuses_the_list() -> None:
    """What limits a list must be understood, or its silence would be taken for more than it says."""
    broken = x509.UnrecognizedExtension(oid("2.5.29.28"), b"\x30\x03\x01")
    with pytest.raises(MalformedCrlError):
        CertificateList.from_der(Authority("CA").crl(extensions=((broken, True),)))


def test_all_pkits_crls_agree_with_the_library() -> None:
    for path in sorted(vectors("pkits", "crls").glob("*.crl")):
        if path.name == "UnknownCRLEntryExtensionCACRL.crl":  # critical, and so refused as a whole
            continue
        data = path.read_bytes()
        ours, theirs = CertificateList.from_der(data), x509.load_der_x509_crl(data)
        assert ours.tbs == theirs.tbs_certlist_bytes, path.name
        assert ours.issuer.der == theirs.issuer.public_bytes(), path.name
        assert (ours.this_update, ours.next_update) == (theirs.last_update_utc, theirs.next_update_utc), path.name
