"""An authority's life in its folder: issuing, revoking, suspending, resuming, CRLs of every scope."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from cryptography import x509

from idbridge.pki.issuing.certificates import Order
from idbridge.pki.issuing.crls import Reason, RevokedCertificate
from idbridge.pki.issuing.errors import DataError
from idbridge.pki.issuing.ocsp import Good, Unknown
from idbridge.pki.issuing.signer import signer_for
from idbridge.pki.issuing.subjects import name_from_table
from idbridge.services.certificate_authority import CertificateAuthority, create_authority
from idbridge.services.certificate_events import StatusChangeError
from idbridge.storage.authorities import AuthorityFolder, AuthoritySettings, AuthorityStoreError
from tests.unit.pki.issuing.simple import NOW, PROFILES, VALIDITY, key, order, profile

HOUR = timedelta(hours=1)


@pytest.fixture
def authority(tmp_path):
    settings = AuthoritySettings(
        id="ca", region="HK", key="key.pem", base_url="http://pki.example", partitions=2, deltas=True, ocsp=True
    )
    signer = signer_for(key("ec-p256"))
    root = Order(name_from_table({"C": "HK", "CN": "CA"}), signer.public_key_info)
    folder = create_authority(tmp_path / "ca", settings, profile("root"), root, signer, VALIDITY)
    return CertificateAuthority(folder, signer, PROFILES)


def listed(path):
    crl = x509.load_der_x509_crl(path.read_bytes())
    return {
        entry.serial_number: next((e.value.reason.value for e in entry.extensions if e.oid == x509.CRLReason.oid), None)
        for entry in crl
    }


def issue_in(authority, partition):
    while True:
        issued = authority.issue("person", order("sm2"), VALIDITY)
        if issued.serial % 2 == partition:
            return issued


def test_issued_certificate_is_kept_and_indexed(authority):
    issued = authority.issue("person", order("sm2"), VALIDITY)
    assert issued.path.read_bytes() == issued.der == authority.folder.issued_certificate(issued.serial)
    [entry] = authority.folder.index().certificates
    assert (entry.serial, entry.sha256) == (f"{issued.serial:x}", hashlib.sha256(issued.der).hexdigest())
    assert entry.partition == issued.serial % 2
    points = x509.load_der_x509_certificate(issued.der).extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    assert points[0].full_name[0].value == f"http://pki.example/ca/crl/part-{entry.partition}.crl"


def test_authority_is_not_made_twice(authority):
    with pytest.raises(AuthorityStoreError, match="already") as caught:
        AuthorityFolder.create(authority.folder.path, authority.settings, b"")
    assert caught.value.code == "authority-store-error"


def test_partitions_cover_their_own(authority):
    first, second = issue_in(authority, 0), issue_in(authority, 1)
    for issued in (first, second):
        authority.revoke(issued.serial, at=NOW, reason=Reason.KEY_COMPROMISE)
    at = NOW + HOUR
    assert listed(authority.publish_crl(at=at, partition=0)) == {first.serial: "keyCompromise"}
    assert listed(authority.publish_crl(at=at, partition=1)) == {second.serial: "keyCompromise"}
    assert set(listed(authority.publish_crl(at=at))) == {first.serial, second.serial}


def test_suspension_in_complete_and_delta_crls(authority):
    held, revoked, later = (authority.issue("person", order("sm2"), VALIDITY).serial for _ in range(3))
    authority.suspend(held, at=NOW)
    authority.revoke(revoked, at=NOW, reason=Reason.SUPERSEDED)
    base = authority.publish_crl(at=NOW + HOUR)
    assert listed(base) == {held: "certificateHold", revoked: "superseded"}
    authority.resume(held, at=NOW + 2 * HOUR)
    authority.revoke(later, at=NOW + 2 * HOUR, reason=Reason.UNSPECIFIED)
    delta = authority.publish_crl(at=NOW + 3 * HOUR, delta=True)
    assert listed(delta) == {held: "removeFromCRL", later: None}
    numbers = [
        x509.load_der_x509_crl(path.read_bytes()).extensions.get_extension_for_class(x509.CRLNumber).value.crl_number
        for path in (base, delta)
    ]
    assert numbers[0] < numbers[1]
    assert listed(authority.publish_crl(at=NOW + 4 * HOUR)) == {revoked: "superseded", later: None}


def test_status_at_a_time(authority):
    serial = authority.issue("person", order("sm2"), VALIDITY).serial
    authority.suspend(serial, at=NOW)
    authority.resume(serial, at=NOW + HOUR)
    authority.revoke(serial, at=NOW + 2 * HOUR, reason=Reason.KEY_COMPROMISE, invalid_since=NOW - HOUR)
    assert authority.status(serial, NOW - HOUR) == Good()
    assert authority.status(serial, NOW) == RevokedCertificate(serial, NOW, Reason.HOLD)
    assert authority.status(serial, NOW + HOUR) == Good()
    assert authority.status(serial, NOW + 3 * HOUR) == RevokedCertificate(
        serial, NOW + 2 * HOUR, Reason.KEY_COMPROMISE, NOW - HOUR
    )
    assert authority.status(12345, NOW) == Unknown()


def test_state_survives_reopening(authority):
    serial = authority.issue("person", order("sm2"), VALIDITY).serial
    authority.revoke(serial, at=NOW, reason=Reason.KEY_COMPROMISE)
    again = CertificateAuthority(AuthorityFolder(authority.folder.path), signer_for(key("ec-p256")), PROFILES)
    assert isinstance(again.status(serial, NOW), RevokedCertificate)


@pytest.mark.parametrize(
    ("before", "then"),
    [
        ([], "resume"),
        (["suspend"], "suspend"),
        (["revoke"], "revoke"),
        (["revoke"], "suspend"),
        (["revoke"], "resume"),
        (["suspend", "resume"], "resume"),
        (["suspend", "revoke"], "resume"),
    ],
)
def test_impossible_changes(authority, before, then):
    serial = authority.issue("person", order("sm2"), VALIDITY).serial

    def change(action, at):
        rest = {"reason": Reason.KEY_COMPROMISE} if action == "revoke" else {}
        getattr(authority, action)(serial, at=at, **rest)

    for number, action in enumerate(before):
        change(action, NOW + number * HOUR)
    with pytest.raises(StatusChangeError) as caught:
        change(then, NOW + 9 * HOUR)
    assert caught.value.code == "certificate-status-conflict"


def test_unknown_serial_wrong_reason_and_times(authority):
    serial = authority.issue("person", order("sm2"), VALIDITY).serial
    with pytest.raises(StatusChangeError, match="issued no"):
        authority.suspend(1, at=NOW)
    with pytest.raises(StatusChangeError, match="no reason to revoke"):
        authority.revoke(serial, at=NOW, reason=Reason.HOLD)
    authority.publish_crl(at=NOW)
    with pytest.raises(StatusChangeError, match="CRL is published"):
        authority.suspend(serial, at=NOW)
    authority.suspend(serial, at=NOW + HOUR)
    with pytest.raises(StatusChangeError, match="before its last"):
        authority.resume(serial, at=NOW + HOUR / 2)


def test_delta_needs_a_base_and_partitions_have_numbers(authority):
    with pytest.raises(DataError, match="complete"):
        authority.publish_crl(at=NOW, delta=True)
    with pytest.raises(DataError, match="partition"):
        authority.publish_crl(at=NOW, partition=2)
    with pytest.raises(DataError, match="no profile"):
        authority.issue("nothing", order("sm2"), VALIDITY)


def test_damaged_folder(authority):
    (authority.folder.path / "index.json").write_text("{")
    with pytest.raises(AuthorityStoreError):
        authority.status(1, NOW)
    (authority.folder.path / "index.json").unlink()
    with pytest.raises(AuthorityStoreError):
        authority.status(1, NOW)


def test_nothing_is_lost_between_issuers_at_once(authority):
    """Each with its own opening of the folder, as processes have it."""

    def issue(_):
        again = CertificateAuthority(AuthorityFolder(authority.folder.path), signer_for(key("ec-p256")), PROFILES)
        return again.issue("person", order("sm2"), VALIDITY).serial

    with ThreadPoolExecutor(4) as pool:
        serials = list(pool.map(issue, range(12)))
    assert len(set(serials)) == 12
    assert {entry.serial for entry in authority.folder.index().certificates} == {f"{serial:x}" for serial in serials}
