"""Certificates of the demonstration PKI end to end: what is missing is fetched, and each region answers by its own list."""

from __future__ import annotations

from datetime import timedelta

import pytest

from idbridge.exchange import HttpResponse
from idbridge.pki.certificate import Certificate
from idbridge.pki.errors import PkiError
from idbridge.services.certificate_files import MAX_FILE, are_certificates, read_certificates
from idbridge.services.certificates import CertificateQuestion, Certificates
from idbridge.services.evidence import Budget, EvidenceFetcher
from idbridge.services.list_trust import NamedCertificates
from idbridge.trust.entries import Purpose
from idbridge.trust.vocabulary import Scheme
from tests.unit.services.published import instance

YES, NO, OPEN = "recognised", "not-recognised", "cannot-tell"


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    return instance(tmp_path_factory.mktemp("lists"))


@pytest.fixture
def here(shared):
    return shared.reset()


def ask(here, name, **options):
    return here.certificates.verify(CertificateQuestion(here.pki.certificate(name), **options))


def answers(answer):
    return [said.answer.value for said in answer.recognition.values()]


@pytest.mark.parametrize(
    ("name", "purpose", "indication", "expected"),
    [
        ("hk-chan", Purpose.SIGNATURE, "PASSED", [YES, YES, NO]),
        ("hk-chan-plain", Purpose.SIGNATURE, "PASSED", [NO, YES, NO]),
        ("hk-ho-revoked", Purpose.SIGNATURE, "FAILED", [NO, NO, NO]),
        ("hk-trading", Purpose.SEAL, "PASSED", [YES, YES, NO]),
        ("mo-lei", Purpose.SIGNATURE, "PASSED", [YES, NO, YES]),
        ("mo-fong", Purpose.SIGNATURE, "PASSED", [NO, NO, YES]),
        ("gd-li", Purpose.SIGNATURE, "PASSED", [YES, YES, YES]),
        ("gd-chen-revoked", Purpose.SIGNATURE, "FAILED", [NO, NO, NO]),
    ],
)
def test_the_leaf_alone_is_enough_and_each_region_answers(here, name, purpose, indication, expected):
    answer = ask(here, name, purpose=purpose)
    assert answer.report.indication == indication, answer.to_dict()
    assert answers(answer) == expected
    assert {attempt.code for attempt in answer.fetched} == {"fetched"}
    assert [cited["region"] for cited in answer.lists] == ["GD", "HK", "MO"]


def test_offline_nothing_is_asked(here):
    answer = ask(here, "hk-chan", offline=True)
    assert (answer.report.indication, answer.report.sub_indication) == ("INDETERMINATE", "NO_CERTIFICATE_CHAIN_FOUND")
    assert (answer.fetched, here.network.asked) == ((), [])


def test_what_comes_along_is_not_fetched(here):
    _, *others = read_certificates(here.chain("hk-chan"))
    answer = ask(here, "hk-chan", others=tuple(others))
    assert answer.report.indication == "PASSED"
    assert "issuer" not in {attempt.kind for attempt in answer.fetched}


def test_a_spent_budget_leaves_it_open(here):
    answer = here.certificates.verify(CertificateQuestion(here.pki.certificate("hk-chan")), Budget(addresses=1))
    assert answer.report.indication == "INDETERMINATE"
    assert len(answer.fetched) == 1


def test_a_responder_that_answers_nonsense_leaves_it_open(here):
    html = HttpResponse(200, {}, b"<html>hello</html>")
    here.network.instead = {f"{here.pki.manifest.base_url}/hk-ecert/{place}": html for place in ("ocsp", "crl/")}
    answer = ask(here, "hk-chan")
    assert (answer.report.indication, answer.report.sub_indication) == ("INDETERMINATE", "TRY_LATER")
    assert "unreadable" in {attempt.code for attempt in answer.fetched}


def test_under_another_scheme_it_is_not_recognised(here):
    assert answers(ask(here, "hk-chan", scheme=Scheme("gd-mo")))[0] == NO
    assert answers(ask(here, "hk-chan", scheme=Scheme("gd-hk")))[0] == YES


def test_an_expired_list_cannot_tell_and_is_cited_as_expired(here):
    question = CertificateQuestion(here.pki.certificate("hk-chan"), at=here.clock.now)
    here.clock.now += timedelta(days=181)
    answer = here.certificates.verify(question)
    assert set(answers(answer)) == {OPEN}
    assert {cited["standing"] for cited in answer.lists} == {"expired"}


def test_named_certificates_are_trusted_instead_of_lists(here):
    root = next(one for one in here.pki.manifest.authorities if one.id == "hk-root")
    source = NamedCertificates((Certificate.from_der(here.pki.certificate(root.id)),))
    use_case = Certificates(source, EvidenceFetcher(here.network), here.clock)
    answer = use_case.verify(CertificateQuestion(here.pki.certificate("hk-chan")))
    assert (answer.report.indication, answer.recognition, answer.lists) == ("PASSED", {}, ())


# --- files -------------------------------------------------------------------------------------------------------------


def test_a_chain_in_pem_has_its_leaf_first(here):
    ders = read_certificates(here.chain("hk-chan"))
    assert ders[0] == here.pki.certificate("hk-chan")
    assert len(ders) == 3


@pytest.mark.parametrize(
    "data",
    [
        b"",
        bytes(MAX_FILE + 1),
        b"-----BEGIN CERTIFICATE-----\nMAA=\n",
        b"-----BEGIN PUBLIC KEY-----\nMAA=\n-----END PUBLIC KEY-----\n",
    ],
)
def test_files_without_certificates_are_refused(data):
    with pytest.raises(PkiError) as refused:
        read_certificates(data)
    assert refused.value.code == "malformed-certificate"


def test_certificates_are_told_from_documents(here):
    assert are_certificates(here.chain("hk-chan"))
    assert are_certificates(here.pki.certificate("hk-chan"))
    assert not are_certificates(b"%PDF-1.7\n")
    assert not are_certificates(here.pki.crls()[0])
    assert not are_certificates(b"")
