"""The table of SM2 signer IDs: what is in it is used for certificates and documents, what is wrong with it is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from idbridge.pki.certificate import Certificate
from idbridge.pki.issuing.certificates import Order, issue, issue_root, issuer_from_certificate
from idbridge.pki.issuing.signer import signer_for
from idbridge.pki.issuing.subjects import name_from_table
from idbridge.pki.keys import key_digest
from idbridge.pki.sm2 import MAX_SIGNER_ID
from idbridge.services.certificates import CertificateQuestion, Certificates
from idbridge.services.list_trust import NamedCertificates
from idbridge.services.signer_ids import TABLE_FILE, read_signer_ids, with_signer_ids
from idbridge.trust.tables import TableRefused
from tests.unit.pki.issuing.simple import NOW, VALIDITY, authority, key, order, profile

ID = "root@example"
SIGNER = signer_for(key("sm2", 4), signer_id=ID.encode())
ROOT = issue_root(
    profile("root"),
    Order(name_from_table({"C": "CN", "CN": "Root of another ID"}), SIGNER.public_key_info),
    SIGNER,
    serial=1,
    validity=VALIDITY,
)
LEAF = issue(profile("person"), order("sm2", 1), issuer_from_certificate(ROOT, SIGNER), serial=2, validity=VALIDITY)


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    (tmp_path / "root.cer").write_bytes(ROOT)
    (tmp_path / "rsa.cer").write_bytes(authority("rsa-2048").certificate)
    return tmp_path


def write(directory: Path, text: str) -> None:
    (directory / TABLE_FILE).write_text(text, encoding="utf-8")


def test_nothing_is_configured(directory: Path) -> None:
    assert read_signer_ids(directory) == {}


def test_certificates_of_an_authority_with_an_id_of_its_own(directory: Path) -> None:
    write(directory, f'[[key]]\ncertificate = "root.cer"\nsigner_id = "{ID}"\n')
    ids = read_signer_ids(directory)
    assert ids == {key_digest(Certificate.from_der(ROOT).public_key_info): ID.encode()}
    trust = NamedCertificates((Certificate.from_der(ROOT),))
    for known, sub_indication in ((ids, "TRY_LATER"), ({}, "SIG_CRYPTO_FAILURE")):
        service = Certificates(trust, None, lambda: NOW, with_signer_ids(known))
        assert service.verify(CertificateQuestion(LEAF)).report.sub_indication == sub_indication


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        ("key", "Expected"),
        ("[[keys]]", "unknown keys: keys"),
        ("[[key]]\nsigner_id = 'x'", "certificate is missing"),
        ("[[key]]\ncertificate = 'root.cer'", "signer_id is missing"),
        ("[[key]]\ncertificate = 'none.cer'\nsigner_id = 'x'", "No such file"),
        ("[[key]]\ncertificate = 'rsa.cer'\nsigner_id = 'x'", "SM2"),
        (f"[[key]]\ncertificate = 'root.cer'\nsigner_id = '{'x' * (MAX_SIGNER_ID + 1)}'", "at most"),
        ("[[key]]\ncertificate = 'root.cer'\nsigner_id = 'x'\nuse = 5", "unknown keys: use"),
    ],
)
def test_faulty_tables(directory: Path, text: str, detail: str) -> None:
    write(directory, text)
    with pytest.raises(TableRefused, match=detail):
        read_signer_ids(directory)
