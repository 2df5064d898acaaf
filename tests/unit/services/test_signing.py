"""Signing and augmenting over the demonstration PKI: every format at every level it has, and each refusal by its code."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from shutil import copytree

import pytest

from idbridge.exchange import ExchangeFailed, HttpResponse
from idbridge.pki.certificate import Certificate
from idbridge.pki.issuing.signer import KeySigner
from idbridge.services.demo_pki import DemoPki
from idbridge.services.documents import DocumentQuestion, Documents
from idbridge.services.evidence import EvidenceFetcher
from idbridge.services.list_trust import NamedCertificates
from idbridge.services.signing import Signing, SigningKey, drive
from idbridge.services.timestamping import TimestampAuthority, TimestampClient
from idbridge.signatures.contents import KnownContent
from idbridge.signatures.evidence import StampPlace
from idbridge.signatures.making.catalogue import FORMATS, MadeFormat, Plan
from idbridge.signatures.making.cms.signing import make_cades
from idbridge.signatures.making.refusals import MakingRefusal, MakingRefused
from idbridge.signatures.making.steps import BaselineLevel, Statement, TimestampWanted
from tests.interop.demo import PROFILES
from tests.simulators.stamping import BASE, StampingPki
from tests.unit.services.published import Clock, Instance, instance
from tests.unit.signatures.making.pdf.papers import plain, saved
from tests.unit.signatures.making.test_ofd import UNSIGNED
from tests.unit.signatures.seals import pack

B, T, LT, LTA = BaselineLevel
TEXT = KnownContent.of(b"Tender 2026-11\n", name="tender.txt")
XML = KnownContent.of(b"<tender number='11'/>", name="tender.xml")
LEVELLED = [kind for kind, row in FORMATS.items() if row.levels]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Instance:
    return instance(tmp_path_factory.mktemp("lists"))


@pytest.fixture
def here(made: Instance) -> Instance:
    return made.reset()


@cache  # a key file is slow to open, on purpose
def signer(pki: DemoPki, name: str) -> KeySigner:
    return pki.signer(name)


def key(here: Instance, name: str) -> SigningKey:
    return SigningKey(here.pki.certificate(name), signer(here.pki, name), here.pki.chain(name)[1:])


@cache
def _network(pki: DemoPki, clock: Clock) -> StampingPki:
    return StampingPki(pki, clock)


def network_of(here: Instance) -> StampingPki:
    network = _network(here.pki, here.clock)
    network.instead = None
    network.published.instead.clear()
    return network


def documents(here: Instance, network=None) -> Documents:
    return Documents(here.lists, EvidenceFetcher(network or network_of(here)), here.clock)


def signing(here: Instance, authority: str | None = "hk-tsa", digest: str = "SHA-256", network=None) -> Signing:
    network = network or network_of(here)
    stamper = TimestampClient(TimestampAuthority(f"{BASE}/{authority}", digest), network) if authority else None
    return Signing(documents(here, network), stamper, here.clock)


def plan(here: Instance, by: SigningKey, *files: KnownContent, **rest) -> Plan:
    return Plan(files or (TEXT,), by.signatory, Statement(here.clock()), **rest)


def content_for(kind: MadeFormat) -> KnownContent:
    if kind in (MadeFormat.PADES, MadeFormat.PDF_GBT35275):
        return KnownContent.of(saved(plain(1)), name="tender.pdf")
    if kind is MadeFormat.OFD:
        return KnownContent.of(pack(UNSIGNED), name="tender.ofd")
    return XML if kind is MadeFormat.XADES else TEXT


def report(here: Instance, data: bytes, *detached: KnownContent, offline: bool = True, network=None):
    question = DocumentQuestion(data, detached=detached, offline=offline)
    return documents(here, network).verify(question).report


def refused(call, *arguments, **rest) -> MakingRefusal:
    with pytest.raises(MakingRefused) as raised:
        call(*arguments, **rest)
    assert raised.value.detail
    return raised.value.code


@pytest.mark.parametrize("kind", LEVELLED)
def test_every_format_at_every_level(here: Instance, kind: MadeFormat) -> None:
    by, service = key(here, "hk-lam"), signing(here)
    data = service.sign(kind, plan(here, by, content_for(kind)), by)
    for level in (B, T, LT, LTA):
        if level is not B:
            data = service.augment(data, level)
        found = report(here, data, offline=level in (LT, LTA))
        assert found.indication == "TOTAL_PASSED", found.to_dict()
        assert [signature.level for signature in found.signatures] == [level.value]
        assert found.signatures[0].recognition["GD"]["answer"] == "recognised"


@pytest.mark.parametrize("kind", [MadeFormat.CADES, MadeFormat.PADES, MadeFormat.ASIC_E])
def test_at_once(here: Instance, kind: MadeFormat) -> None:
    by = key(here, "mo-lei")
    for level in (T, LTA):
        data = signing(here, "mo-tsa").sign(kind, plan(here, by, content_for(kind), level=level), by)
        assert report(here, data).signatures[0].level == level.value


@pytest.mark.parametrize("kind", [MadeFormat.CADES, MadeFormat.XADES, MadeFormat.JADES])
def test_detached(here: Instance, kind: MadeFormat) -> None:
    by = key(here, "mo-lei")
    data = signing(here, "mo-tsa").sign(kind, plan(here, by, TEXT, attached=False, level=LTA), by)
    found = report(here, data, TEXT)
    assert (found.indication, found.signatures[0].level) == ("TOTAL_PASSED", "B-LTA")
    changed = replace(TEXT, pieces=(b"Tender 2026-12\n",), _digests={})
    assert report(here, data, changed).indication == "TOTAL_FAILED"


@pytest.mark.parametrize(("name", "authority"), [("gd-li", "gd-tsa"), ("gd-company", "gd-tsa"), ("gd-zhang", "gd-tsa-rsa")])
@pytest.mark.parametrize("kind", [MadeFormat.CADES, MadeFormat.ASIC_E, MadeFormat.PADES])
def test_guangdong_with_sm2_and_rsa(here: Instance, kind: MadeFormat, name: str, authority: str) -> None:
    by, digest = key(here, name), "SM3" if authority == "gd-tsa" else "SHA-256"
    data = signing(here, authority, digest).sign(kind, plan(here, by, content_for(kind), level=LTA), by)
    found = report(here, data)
    assert (found.indication, found.signatures[0].level) == ("TOTAL_PASSED", "B-LTA"), found.to_dict()
    assert {stamp.evidence.imprint.algorithm for stamp in found.timestamps} == {digest}


def test_gbt35275_and_seals(here: Instance) -> None:
    by = key(here, "gd-company")
    data = signing(here).sign(MadeFormat.GBT35275, plan(here, by), by)
    assert report(here, data, offline=False).indication == "TOTAL_PASSED"
    seal = {"seal": here.pki.seal("gd-company"), "stamps": (StampPlace("1", "50 50 40 40"),)}
    here.clock.now += timedelta(minutes=1)
    data = signing(here).sign(MadeFormat.OFD, plan(here, by, content_for(MadeFormat.OFD), **seal), by)
    assert report(here, data, offline=False).indication == "TOTAL_PASSED"
    for kind in (MadeFormat.GBT35275, MadeFormat.OFD):
        with_level = plan(here, by, content_for(kind), level=T, **seal)
        assert refused(signing(here).sign, kind, with_level, by) is MakingRefusal.LEVEL
    without = plan(here, by, content_for(MadeFormat.OFD))
    data = signing(here).sign(MadeFormat.OFD, without, by)
    assert report(here, data, offline=False).indication == "TOTAL_PASSED"
    more = replace(without, statement=replace(without.statement, claimed_roles=("Director",)))
    assert refused(signing(here).sign, MadeFormat.OFD, more, by) is MakingRefusal.STATEMENT
    others = key(here, "gd-li")
    with_others = plan(here, others, content_for(MadeFormat.OFD), **seal)
    assert refused(signing(here).sign, MadeFormat.OFD, with_others, others) is MakingRefusal.FORMAT


def test_beside_and_over(here: Instance) -> None:
    one, other = key(here, "hk-lam"), key(here, "gd-li")
    data = signing(here).sign(MadeFormat.CADES, plan(here, one), one)
    both = plan(here, other, KnownContent.of(data), beside=True)
    data = signing(here).sign(MadeFormat.CADES, both, other)
    over = plan(here, other, KnownContent.of(data), over=1, level=LTA)
    found = report(here, signing(here).sign(MadeFormat.CADES, over, other))
    assert found.indication == "TOTAL_PASSED", found.to_dict()
    assert [(s.evidence.parent, s.level) for s in found.signatures] == [(None, "B-LTA"), ("S1", "B-B"), (None, "B-LTA")]


def test_augmenting_step_by_step_and_renewing(here: Instance) -> None:
    by, service = key(here, "hk-chan"), signing(here)
    data = service.sign(MadeFormat.CADES, plan(here, by), by)
    for level in (T, LT, LTA, LTA):
        here.clock.now += timedelta(minutes=5)
        data = service.augment(data, level)
        assert report(here, data, offline=level is not T).signatures[0].level == level.value
    assert len(report(here, data).timestamps) == 3
    assert refused(service.augment, data, T) is MakingRefusal.NOTHING_TO_AUGMENT
    assert refused(service.augment, data, LT) is MakingRefusal.NOTHING_TO_AUGMENT
    assert refused(service.augment, data, B) is MakingRefusal.LEVEL


def test_archive_outlives_the_signer(here: Instance, tmp_path: Path) -> None:
    """In three years the signer's certificate has expired; the proofs of existence hold, for the authority is still good."""
    service = signing(here, "mo-tsa")  # P-256: an RSA key of 2048 bits would not last as long
    by = key(here, "mo-lei")
    archived = service.sign(MadeFormat.CADES, plan(here, by, level=LTA), by)
    bare = service.sign(MadeFormat.CADES, plan(here, by), by)
    here.clock.now += timedelta(days=1070)
    later = DemoPki(Path(copytree(here.pki.folder, tmp_path / "pki")))
    later.publish_crls(PROFILES, at=here.clock.now)
    roots = NamedCertificates((Certificate.from_der(by.chain[-1]),))
    verifier = Documents(roots, EvidenceFetcher(StampingPki(later, here.clock)), here.clock)
    found = verifier.verify(DocumentQuestion(archived)).report
    assert found.indication == "TOTAL_PASSED", found.to_dict()
    assert verifier.verify(DocumentQuestion(bare)).report.indication == "INDETERMINATE"


def test_only_what_decided_is_kept(here: Instance) -> None:
    by = key(here, "hk-chan")
    data = signing(here).sign(MadeFormat.CADES, plan(here, by, level=LT), by)
    found = report(here, data)
    used = {found.sha256 for found in (certificate for path in found.signatures for certificate in path.path.path.certificates)}
    assert used
    assert len(found.revocations) <= 4
    assert {revocation.where for revocation in found.revocations} == {"cms"}


def test_keys_and_certificates_that_must_not_sign(here: Instance) -> None:
    service, good = signing(here), key(here, "hk-chan")

    def sign(by: SigningKey) -> MakingRefusal:
        return refused(service.sign, MadeFormat.CADES, plan(here, by), by)

    assert sign(replace(good, signer=signer(here.pki, "hk-lam"))) is MakingRefusal.KEY
    assert sign(replace(good, certificate=b"none")) is MakingRefusal.CERTIFICATE
    assert sign(replace(good, chain=(b"none",))) is MakingRefusal.CERTIFICATE
    assert sign(key(here, "gd-li-encryption")) is MakingRefusal.CERTIFICATE
    assert sign(key(here, "gd-huang-expired")) is MakingRefusal.CERTIFICATE


@pytest.mark.parametrize("name", ["hk-ho-revoked", "gd-chen-revoked", "hk-lee-suspended"])
def test_no_long_term_level_for_the_revoked(here: Instance, name: str) -> None:
    by = key(here, name)
    data = signing(here).sign(MadeFormat.CADES, plan(here, by, level=T), by)
    with pytest.raises(MakingRefused, match=r"REVOKED|TRY_LATER") as raised:
        signing(here).augment(data, LT)
    assert raised.value.code is MakingRefusal.EVIDENCE_MISSING


def test_no_long_term_level_without_evidence(here: Instance) -> None:
    by, network = key(here, "hk-chan"), network_of(here)
    network.published.instead[here.pki.manifest.base_url] = HttpResponse(404, {}, b"")
    wanted = plan(here, by, level=LT)
    with pytest.raises(MakingRefused, match=r"TRY_LATER; .*ocsp at http://pki.example/hk-ecert/ocsp") as raised:
        signing(here, network=network).sign(MadeFormat.CADES, wanted, by)
    assert raised.value.code is MakingRefusal.EVIDENCE_MISSING
    nobody = Documents(NamedCertificates(()), EvidenceFetcher(network_of(here)), here.clock)
    stamper = TimestampClient(TimestampAuthority(f"{BASE}/hk-tsa"), network_of(here))
    distrusting = Signing(nobody, stamper, here.clock)
    assert refused(distrusting.sign, MadeFormat.CADES, wanted, by) is MakingRefusal.EVIDENCE_MISSING


def test_no_authority(here: Instance) -> None:
    by = key(here, "hk-chan")
    assert signing(here, None).sign(MadeFormat.CADES, plan(here, by), by)
    assert refused(signing(here, None).sign, MadeFormat.CADES, plan(here, by, level=T), by) is MakingRefusal.NO_AUTHORITY


def test_broken_documents_are_not_built_upon(here: Instance) -> None:
    by, service = key(here, "hk-chan"), signing(here)
    data = service.sign(MadeFormat.CADES, plan(here, by), by)
    broken = data.replace(b"Tender", b"tender")
    assert refused(service.augment, broken, T) is MakingRefusal.BROKEN
    for nothing in (b"", b"hello", b"\x30\x03\x02\x01\x01", pack(UNSIGNED), saved(plain(1))):
        assert refused(service.augment, nothing, T) in (MakingRefusal.FORMAT, MakingRefusal.LEVEL)


def test_a_key_that_signs_something_else(here: Instance) -> None:
    """A token that gives a wrong value is noticed before the document leaves."""

    class Wrong:
        algorithm, public_key_info = signer(here.pki, "hk-chan").algorithm, signer(here.pki, "hk-chan").public_key_info

        def sign(self, message: bytes) -> bytes:
            return signer(here.pki, "hk-chan").sign(message + b".")

    by = replace(key(here, "hk-chan"), signer=Wrong())
    assert refused(signing(here).sign, MadeFormat.CADES, plan(here, by), by) is MakingRefusal.BROKEN


def test_wishes_that_nobody_grants(here: Instance) -> None:
    by = key(here, "hk-chan")
    making = make_cades(TEXT, by.signatory, Statement(here.clock()), attached=True)
    assert refused(drive, making, None, None) is MakingRefusal.KEY


HTML = HttpResponse(200, {"content-type": "text/html"}, b"<html>")
EMPTY = HttpResponse(200, {"content-type": "application/timestamp-reply; charset=x"}, b"")


@pytest.mark.parametrize(
    ("instead", "code"),
    [
        (ExchangeFailed("timeout", "tsa.example"), MakingRefusal.TIMESTAMP_UNAVAILABLE),
        (HttpResponse(503, {}, b""), MakingRefusal.TIMESTAMP_UNAVAILABLE),
        (HTML, MakingRefusal.TIMESTAMP_UNAVAILABLE),
        (EMPTY, MakingRefusal.TIMESTAMP_INVALID),
    ],
    ids=["timeout", "503", "html", "empty"],
)
def test_authorities_that_fail(here: Instance, instead: HttpResponse | ExchangeFailed, code: MakingRefusal) -> None:
    network = network_of(here)
    network.instead = instead
    client = TimestampClient(TimestampAuthority(f"{BASE}/hk-tsa"), network)
    assert refused(client.stamp, TimestampWanted(b"message")) is code


def test_authority_that_knows_no_such_policy(here: Instance) -> None:
    client = TimestampClient(TimestampAuthority(f"{BASE}/hk-tsa", policy="1.2.3"), network_of(here))
    assert refused(client.stamp, TimestampWanted(b"message")) is MakingRefusal.TIMESTAMP_REFUSED
