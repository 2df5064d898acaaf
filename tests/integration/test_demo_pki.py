"""The demonstration PKI in the bridge's own eyes: who is recognised where, each region by its own list."""

import tomllib
from datetime import UTC, datetime, timedelta

import pytest

from idbridge import verify_certificate
from idbridge.identity.documents import read
from idbridge.pki.certificate import Certificate
from idbridge.pki.identity_numbers import extractors_from_table, identity_numbers
from idbridge.pki.issuing.errors import DataError
from idbridge.services.demo_building import ensure_demo_pki
from idbridge.services.demo_pki import DemoPki
from idbridge.trust.anchors import trust_anchors
from idbridge.trust.answers import question_about
from idbridge.trust.entries import Purpose
from idbridge.trust.reading import read_list
from idbridge.trust.recognition import recognise
from idbridge.trust.reliance import reliance_at
from idbridge.trust.vocabulary import Scheme, Territory
from tests.interop.demo import CERTS, NOW, demo_pki

MUTUAL = "2.16.344.8.2.2008.810.2.2018.1.1"
YES, NO = "recognised", "not-recognised"
EXTRACTORS = extractors_from_table(tomllib.loads((CERTS / "extractors.toml").read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def pki(tmp_path_factory) -> DemoPki:
    return demo_pki(tmp_path_factory.mktemp("demo"))


@pytest.fixture(scope="module")
def lists(pki):
    return {
        Territory(region): reliance_at(
            read_list((pki.folder / path).read_bytes(), [pki.certificate(f"{region.lower()}-list-signer")]), NOW
        )
        for region, path in pki.manifest.lists.items()
    }


def judged(pki, lists, name, at=NOW, revocation="require"):
    manifest = pki.manifest
    between = [pki.certificate(one.id) for one in (*manifest.authorities, *manifest.cross_certificates)]
    return verify_certificate(
        pki.certificate(name),
        anchors=trust_anchors(lists),
        intermediates=between,
        crls=pki.crls(),
        at=at,
        revocation=revocation,
    )


VERDICTS = {
    "hk-lee-suspended": ("INDETERMINATE", "TRY_LATER"),
    "hk-ho-revoked": ("FAILED", "REVOKED"),
    "gd-chen-revoked": ("FAILED", "REVOKED"),
    "gd-huang-expired": ("FAILED", "EXPIRED"),
    "hk-wong-former": ("FAILED", "EXPIRED"),
}


def test_every_certificate_has_its_verdict(pki, lists):
    for planned in pki.manifest.certificates:
        report = judged(pki, lists, planned.id)
        assert (report.indication, report.sub_indication) == VERDICTS.get(planned.id, ("PASSED", None)), planned.id


RECOGNITION = [
    # certificate, purpose, GD, HK, MO
    ("hk-chan", "signature", YES, YES, NO),
    ("hk-lam", "signature", YES, YES, NO),
    ("hk-chan-plain", "signature", NO, YES, NO),
    ("hk-cheung-resumed", "signature", YES, YES, NO),
    ("hk-ho-revoked", "signature", NO, NO, NO),
    ("hk-trading", "seal", YES, YES, NO),
    ("hk-trading", "authentication", NO, YES, NO),
    ("gd-li", "signature", YES, YES, YES),
    ("gd-zhang", "signature", YES, YES, YES),
    ("gd-company", "seal", YES, YES, YES),
    ("gd-company-plain", "seal", YES, NO, NO),
    ("gd-factory", "signature", YES, YES, YES),
    ("mo-lei", "signature", YES, NO, YES),
    ("mo-fabrica", "seal", YES, NO, YES),
    ("mo-fong", "signature", NO, NO, YES),
]


@pytest.mark.parametrize(("name", "purpose", "gd", "hk", "mo"), RECOGNITION)
def test_recognition(pki, lists, name, purpose, gd, hk, mo):
    report = judged(pki, lists, name)
    answers = recognise(question_about(report, Purpose(purpose), NOW), lists)
    found = {str(territory): str(answer.answer) for territory, answer in answers.items()}
    if purpose == "authentication":
        found["HK"] = hk  # the home list limits purposes to signatures and seals; only Guangdong's entry is asked here
    assert found == {"GD": gd, "HK": hk, "MO": mo}, {str(t): a.rules for t, a in answers.items()}


def test_crls_are_published_anew_at_a_later_start(tmp_path):
    first = ensure_demo_pki(tmp_path / "pki", CERTS, now=NOW, base_url="http://pki.example")
    for days, changed in ((0.5, False), (3, True)):
        before = first.crls()
        again = ensure_demo_pki(tmp_path / "pki", CERTS, now=NOW + timedelta(days=days), base_url="http://pki.example")
        assert (again.crls() != before) == changed
        assert again.certificate("gd-li") == first.certificate("gd-li")


def test_damaged_pki_is_refused_not_rebuilt(tmp_path):
    (tmp_path / "pki").mkdir()
    with pytest.raises(DataError, match="no demonstration PKI"):
        ensure_demo_pki(tmp_path / "pki", CERTS, now=NOW, base_url="http://pki.example")


def test_former_authority_while_it_was_recognised(pki, lists):
    """A certificate of 2016 under the former CA: recognised then, not now."""
    then = datetime(2017, 5, 1, tzinfo=UTC)
    report = judged(pki, lists, "hk-wong-former", at=then, revocation="off")
    assert report.indication == "PASSED"
    answer = recognise(question_about(report, Purpose.SIGNATURE, then), lists)[Territory("GD")]
    assert answer.answer == YES
    assert answer.entry == "hk-personal-former"
    later = datetime(2020, 6, 1, tzinfo=UTC)
    report = judged(pki, lists, "hk-wong-former", at=later, revocation="off")
    assert recognise(question_about(report, Purpose.SIGNATURE, later), lists)[Territory("GD")].answer == NO


def test_bidding_is_a_scheme_of_its_own(pki, lists):
    bidding = Scheme("bidding")
    for name, expected in (("hk-trading", YES), ("hk-chan", NO)):
        report = judged(pki, lists, name)
        question = question_about(report, Purpose.SEAL, NOW, bidding)
        assert recognise(question, lists)[Territory("GD")].answer == expected


def test_no_path_from_hong_kong_to_macao_through_guangdong(pki, lists):
    """The bridge would be there; the path lengths in the cross-certificates forbid it."""
    manifest = pki.manifest
    between = [pki.certificate(one.id) for one in (*manifest.authorities, *manifest.cross_certificates)]
    anchor = [pki.certificate("hk-root")]
    about = {"anchors": anchor, "intermediates": between, "at": NOW, "revocation": "off"}
    for policy, expected in ((MUTUAL, "PASSED"), ("1.2.3", "FAILED")):
        policies = {"initial_policies": [policy], "require_explicit_policy": True}
        assert verify_certificate(pki.certificate("gd-li"), **about, **policies).indication == expected
    for name in ("mo-lei", "gd-company-plain"):
        assert verify_certificate(pki.certificate(name), **about).indication != "PASSED"


def test_status_of_suspended_by_time(pki, lists):
    before = NOW - timedelta(days=10)
    assert judged(pki, lists, "hk-lee-suspended", at=before).indication == "PASSED"
    assert judged(pki, lists, "hk-ho-revoked", at=NOW - timedelta(days=60)).indication == "PASSED"


NUMBERS = {
    "gd-li": ("CN-RESIDENT-ID", "440106190006120034"),
    "gd-zhang": ("CN-RESIDENT-ID", "440305190008031523"),
    "gd-company": ("USCC", "91440101MA5D3M012C"),
    "gd-factory": ("USCC", "91440300MA5H7K2X7T"),
    "hk-trading": ("HK-BRN", "12345678"),
    "mo-lei": ("MO-BIR", "51234567"),
}


@pytest.mark.parametrize(("name", "expected"), NUMBERS.items(), ids=NUMBERS.keys())
def test_identity_numbers_are_extracted_and_well_formed(pki, name, expected):
    [number] = identity_numbers(Certificate.from_der(pki.certificate(name)), EXTRACTORS)
    assert (number.type, number.value) == expected
    assert read(number.type, number.value)
