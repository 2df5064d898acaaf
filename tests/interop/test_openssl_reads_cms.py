"""What we sign, `openssl cms` verifies; what our authorities stamp, and refuse, `openssl ts` reads."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from asn1crypto import cms as asn1_cms

from idbridge.services.demo_pki import DemoPki
from idbridge.services.signing import SigningKey, drive
from idbridge.signatures.contents import KnownContent
from idbridge.signatures.making.cms.augmenting import augment_cades
from idbridge.signatures.making.cms.signing import add_cades, counter_sign, make_cades
from idbridge.signatures.making.steps import BaselineLevel, LongTermMaterial, Statement, TimestampWanted
from idbridge.signatures.making.timestamp_answers import TimestampPolicy, answer_request
from idbridge.signatures.making.timestamping import TimestampQuestion, token_of_answer
from tests.interop.demo import demo_pki, openssl, to_pem
from tests.unit.signatures.making import workshop

CONTENT = b"Tender 2026-11: the bridge at Hengqin.\n" * 40
NOW = datetime.now(UTC).replace(microsecond=0)  # openssl judges by the real clock
POLICY = TimestampPolicy(("1.3.6.1.4.1.99999.1",))
SIGNERS = ("hk-chan", "hk-lam", "mo-lei", "mo-fong")
AUTHORITIES = ("hk-tsa", "mo-tsa", "gd-tsa-rsa")


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> DemoPki:
    return demo_pki(tmp_path_factory.mktemp("pki"))


def holder(pki: DemoPki, name: str) -> SigningKey:
    return SigningKey(pki.certificate(name), pki.signer(name), pki.chain(name)[1:])


class Stamper:
    digest = "SHA-256"

    def __init__(self, by: SigningKey) -> None:
        self.by = by

    def stamp(self, wanted: TimestampWanted) -> bytes:
        question = TimestampQuestion(wanted.message, wanted.digest or self.digest, 7)
        making = answer_request(question.encoding(), self.by.signatory, POLICY, NOW, 99)
        return token_of_answer(drive(making, self.by.signer, None), question)


def verified(folder: Path, data: bytes, root: Path, *options: str, detached: bool = False) -> subprocess.CompletedProcess[str]:
    (folder / "signed").write_bytes(data)
    (folder / "content").write_bytes(CONTENT)
    beside = ("-content", folder / "content") if detached else ()
    return openssl(
        *("cms", "-verify", "-cades", "-binary", "-inform", "DER", "-in", folder / "signed", *beside),
        *("-CAfile", root, "-purpose", "any", "-out", folder / "out", *options),
    )


@pytest.mark.parametrize("attached", [True, False])
@pytest.mark.parametrize("name", SIGNERS)
def test_cades_of_every_kind_of_key(pki: DemoPki, tmp_path: Path, name: str, attached: bool) -> None:
    by = holder(pki, name)
    data = drive(make_cades(KnownContent.of(CONTENT), by.signatory, Statement(NOW), attached=attached), by.signer, None)
    root = to_pem(by.chain[-1], tmp_path)
    done = verified(tmp_path, data, root, detached=not attached)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out").read_bytes() == CONTENT
    changed = bytearray(data)
    changed[-5] ^= 1
    assert verified(tmp_path, bytes(changed), root, detached=not attached).returncode != 0


@pytest.mark.parametrize("key_type", ["ed25519", "ec-p384", "sm2"])
def test_value_is_over_the_attributes_in_der(tmp_path: Path, key_type: str) -> None:
    """`openssl cms` reads Ed25519 from 3.2 on, SM2 not at all: `pkeyutl` takes the attributes that asn1crypto finds."""
    by = workshop.holder(key_type)
    making = make_cades(KnownContent.of(CONTENT), by.signatory, workshop.STATEMENT, attached=True)
    signer = asn1_cms.ContentInfo.load(drive(making, by.signer, None))["content"]["signer_infos"][0]
    (tmp_path / "message").write_bytes(signer["signed_attrs"].untag().dump(force=True))
    (tmp_path / "value").write_bytes(signer["signature"].native)
    (tmp_path / "key").write_bytes(by.signer.public_key_info)
    named = {"ec-p384": ("-digest", "sha384"), "sm2": ("-digest", "sm3", "-pkeyopt", "distid:1234567812345678")}
    digest = named.get(key_type, ())
    done = openssl(
        *("pkeyutl", "-verify", "-rawin", *digest, "-pubin", "-keyform", "DER", "-inkey", tmp_path / "key"),
        *("-in", tmp_path / "message", "-sigfile", tmp_path / "value"),
    )
    assert done.returncode == 0, done.stderr


def test_parallel_countersigned_and_archived(pki: DemoPki, tmp_path: Path) -> None:
    chan, lei, stamper = holder(pki, "hk-chan"), holder(pki, "mo-lei"), Stamper(holder(pki, "hk-tsa"))
    data = drive(make_cades(KnownContent.of(CONTENT), chan.signatory, Statement(NOW), attached=True), chan.signer, None)
    data = drive(add_cades(data, lei.signatory, Statement(NOW)), lei.signer, None)
    data = drive(counter_sign(data, 1, lei.signatory, Statement(NOW)), lei.signer, None)
    material = LongTermMaterial((), pki.crls())
    for level in (BaselineLevel.T, BaselineLevel.LT, BaselineLevel.LTA):
        given = material if level is BaselineLevel.LT else LongTermMaterial()
        data = drive(augment_cades(data, level, given), None, stamper)
    roots = tmp_path / "roots.pem"
    roots.write_bytes(b"".join(to_pem(one.chain[-1], tmp_path).read_bytes() for one in (chan, lei)))
    done = verified(tmp_path, data, roots)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("digest", ["sha256", "sha384", "sha512"])
@pytest.mark.parametrize("name", AUTHORITIES)
def test_openssl_asks_and_verifies(pki: DemoPki, tmp_path: Path, name: str, digest: str) -> None:
    (tmp_path / "content").write_bytes(CONTENT)
    query, response = tmp_path / "query", tmp_path / "response"
    openssl("ts", "-query", "-data", tmp_path / "content", f"-{digest}", "-cert", "-out", query, check=True)
    by = holder(pki, name)
    making = answer_request(query.read_bytes(), by.signatory, POLICY, NOW, 0x1234)
    response.write_bytes(drive(making, by.signer, None))
    roots = ("-CAfile", to_pem(by.chain[-1], tmp_path), "-untrusted", to_pem(by.chain[0], tmp_path))
    for against in (("-queryfile", query), ("-data", tmp_path / "content")):
        done = openssl("ts", "-verify", *against, "-in", response, *roots)
        assert "Verification: OK" in done.stdout, done.stderr
    (tmp_path / "content").write_bytes(CONTENT + b".")
    assert openssl("ts", "-verify", "-data", tmp_path / "content", "-in", response, *roots).returncode != 0
    text = openssl("ts", "-reply", "-in", response, "-text").stdout
    assert "Status: Granted." in text
    assert "Serial number: 0x1234" in text
    assert "Policy OID: 1.3.6.1.4.1.99999.1" in text


@pytest.mark.parametrize(
    ("options", "failure"),
    [
        (("-tspolicy", "1.2.3.99"), "the requested TSA policy is not supported"),
        (("-sha1",), "unrecognized or unsupported algorithm"),
    ],
)
def test_openssl_reads_refusals(pki: DemoPki, tmp_path: Path, options: tuple[str, ...], failure: str) -> None:
    (tmp_path / "content").write_bytes(CONTENT)
    query, response = tmp_path / "query", tmp_path / "response"
    openssl("ts", "-query", "-data", tmp_path / "content", *options, "-cert", "-out", query, check=True)
    by = holder(pki, "hk-tsa")
    response.write_bytes(drive(answer_request(query.read_bytes(), by.signatory, POLICY, NOW, 1), by.signer, None))
    text = openssl("ts", "-reply", "-in", response, "-text").stdout
    assert "Status: Rejected." in text
    assert failure in text
    assert openssl("ts", "-verify", "-queryfile", query, "-in", response, "-CAfile", to_pem(by.chain[-1], tmp_path)).returncode
