"""Fetching what a judgement lacked: bounded, cached as long as it says, and never fooled by what comes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from cryptography.x509 import ocsp

from idbridge.exchange import ExchangeFailed, HttpResponse
from idbridge.pki.report import MissingEvidence
from idbridge.services import evidence
from idbridge.services.evidence import KEPT_WITHOUT_DATE, LONGEST_KEPT, Budget, EvidenceFetcher
from tests.unit.trust.authorities import issue

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
ROOT = issue("Root")
LEAF = issue("Leaf", ROOT, ca=False)
STRANGER = issue("Stranger")


def crl(next_update: timedelta = timedelta(hours=2), extra: int = 0) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    builder = x509.CertificateRevocationListBuilder().issuer_name(ROOT.certificate.subject).last_update(NOW)
    builder = builder.next_update(NOW + next_update)
    if extra:
        builder = builder.add_extension(
            x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3"), bytes(extra)), critical=False
        )
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)


class Network:
    """Answers by address; counts what was asked."""

    def __init__(self, **answers):
        self.answers = {f"http://{host}.example/": answer for host, answer in answers.items()}
        self.asked = []

    def __call__(self, request, *, max_bytes):
        self.asked.append((request, max_bytes))
        answer = self.answers.get(request.url, 404)
        if isinstance(answer, str):
            raise ExchangeFailed(answer, "host")
        return HttpResponse(answer, {}, b"") if isinstance(answer, int) else HttpResponse(200, {}, answer)


def missing(kind: str, *hosts: str, certificate=LEAF) -> MissingEvidence:
    urls = tuple(host if ":" in host else f"http://{host}.example/" for host in hosts)
    return MissingEvidence(kind, certificate.facts.sha256, urls)


def gather(network, *items, known=(ROOT, LEAF), now=NOW, budget=None, fetcher=None):
    fetcher = fetcher or EvidenceFetcher(network)
    data, attempts = fetcher.gather(items, [one.facts for one in known], now, budget or Budget())
    return data, [attempt.code for attempt in attempts]


def test_a_crl_is_fetched_within_its_bound():
    network = Network(a=crl())
    data, codes = gather(network, missing("crl", "a"))
    assert (len(data.crls), codes) == (1, ["fetched"])
    ((request, max_bytes),) = network.asked
    assert (request.method, max_bytes) == ("GET", evidence.MAX_CRL_BYTES)


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("ldap://directory.example/cn=CA?certificateRevocationList", "scheme-ldap"),
        ("LDAPS://directory.example/", "scheme-ldaps"),
        ("file:///etc/passwd", "scheme-file"),
        ("ftp://crl.example/a.crl", "scheme-ftp"),
        ("gopher://a.example:70/", "scheme-gopher"),
        ("http://a.example/\r\nHost: b", "scheme-none"),
    ],
)
def test_addresses_of_other_kinds_are_refused_by_name(url, code):
    network = Network()
    _, codes = gather(network, missing("crl", url))
    assert codes == [code]
    assert network.asked == []


def test_the_next_address_is_asked_only_when_the_first_has_nothing():
    network = Network(a=503, b="timeout", c=crl(), d=crl())
    data, codes = gather(network, missing("crl", "a", "b", "c", "d"))
    assert codes == ["http-503", "timeout", "fetched"]
    assert len(data.crls) == 1


def test_one_thing_that_is_missing_is_asked_for_once():
    network = Network(a=crl())
    gather(network, missing("crl", "a"), missing("crl", "a"))
    assert len(network.asked) == 1


def test_the_budget_bounds_addresses():
    network = Network()
    _, codes = gather(network, missing("crl", *"abcdefgh"), missing("crl", *"ijkl"), budget=Budget(addresses=5))
    assert codes == ["http-404"] * 5


def test_the_budget_bounds_time():
    moments = iter([0.0, 1.0, 2.0, 99.0, 99.0, 99.0])
    _, codes = gather(Network(), missing("crl", *"abcdefgh"), budget=Budget(seconds=10, stopwatch=lambda: next(moments)))
    assert codes == ["http-404"] * 2


# --- OCSP --------------------------------------------------------------------------------------------------------------


def answer(next_update: timedelta | None = timedelta(minutes=5)) -> bytes:
    builder = ocsp.OCSPResponseBuilder().add_response(
        LEAF.certificate,
        ROOT.certificate,
        hashes.SHA1(),
        ocsp.OCSPCertStatus.GOOD,
        NOW,
        None if next_update is None else NOW + next_update,
        None,
        None,
    )
    signed = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, ROOT.certificate).sign(ROOT.key, hashes.SHA256())
    return signed.public_bytes(Encoding.DER)


def test_an_ocsp_request_names_certificate_and_issuer():
    network = Network(a=answer())
    data, codes = gather(network, missing("ocsp", "a"), known=(STRANGER, LEAF, ROOT))
    assert (len(data.ocsp_responses), codes) == (1, ["fetched"])
    ((request, max_bytes),) = network.asked
    assert (request.method, max_bytes) == ("POST", evidence.MAX_ANSWER_BYTES)
    assert dict(request.headers)["Content-Type"] == "application/ocsp-request"
    asked = ocsp.load_der_ocsp_request(request.body)
    assert asked.serial_number == LEAF.certificate.serial_number
    expected = ocsp.OCSPRequestBuilder().add_certificate(LEAF.certificate, ROOT.certificate, asked.hash_algorithm).build()
    assert (asked.issuer_name_hash, asked.issuer_key_hash) == (expected.issuer_name_hash, expected.issuer_key_hash)


@pytest.mark.parametrize("known", [(LEAF,), (ROOT,), (LEAF, STRANGER), ()])
def test_without_the_issuer_nobody_is_asked(known):
    network = Network(a=answer())
    assert gather(network, missing("ocsp", "a"), known=known)[1] == []
    assert network.asked == []


# --- issuers -----------------------------------------------------------------------------------------------------------


def test_issuers_come_alone_or_in_a_bundle():
    bundle = pkcs7.serialize_certificates([ROOT.certificate, STRANGER.certificate], Encoding.DER)
    data, _ = gather(Network(a=ROOT.der, b=bundle), missing("issuer", "a"), missing("issuer", "b", certificate=ROOT))
    assert data.certificates[0] == ROOT.der
    assert set(data.certificates[1:]) == {ROOT.der, STRANGER.der}


@pytest.mark.parametrize("body", [b"", b"<html>moved</html>", b"\x30\x80", b"\x30\x03\x02\x01\x01", bytes(1000)])
def test_what_is_no_certificate_is_left_out(body):
    assert gather(Network(a=body), missing("issuer", "a"))[0].certificates == ()


# --- what is kept ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "body", "kept_for"),
    [
        ("crl", crl(timedelta(hours=2)), timedelta(hours=2)),
        ("crl", crl(timedelta(days=30)), LONGEST_KEPT),
        ("ocsp", answer(), timedelta(minutes=5)),
        ("ocsp", answer(None), KEPT_WITHOUT_DATE),
        ("issuer", ROOT.der, KEPT_WITHOUT_DATE),
    ],
)
def test_an_answer_is_kept_until_its_next_update(kind, body, kept_for):
    network = Network(a=body)
    fetcher = EvidenceFetcher(network)
    first, _ = gather(network, missing(kind, "a"), fetcher=fetcher)
    again, codes = gather(network, missing(kind, "a"), fetcher=fetcher, now=NOW + kept_for - timedelta(seconds=1))
    assert (codes, again) == (["kept"], first)
    assert gather(network, missing(kind, "a"), fetcher=fetcher, now=NOW + kept_for)[1] == ["fetched"]


TRY_LATER = ocsp.OCSPResponseBuilder.build_unsuccessful(ocsp.OCSPResponseStatus.TRY_LATER).public_bytes(Encoding.DER)


@pytest.mark.parametrize(
    ("kind", "bad", "good"),
    [("crl", b"<html>maintenance</html>", crl()), ("ocsp", TRY_LATER, answer()), ("issuer", b"", ROOT.der)],
)
def test_what_cannot_be_read_is_not_kept_and_the_next_address_is_asked(kind, bad, good):
    network = Network(a=bad, b=good)
    fetcher = EvidenceFetcher(network)
    for second in ("fetched", "kept"):
        assert gather(network, missing(kind, "a", "b"), fetcher=fetcher)[1] == ["unreadable", second]


def test_the_longest_unused_goes_when_there_is_too_much(monkeypatch):
    bodies = {host: crl(extra=10_000) for host in "abc"}
    monkeypatch.setattr(evidence, "MAX_KEPT_BYTES", len(bodies["a"]) * 2 + 100)
    network = Network(**bodies)
    fetcher = EvidenceFetcher(network)
    for host in ("a", "b", "a", "c"):  # the second "a" was used last before "c" came
        gather(network, missing("crl", host), fetcher=fetcher)
    assert [gather(network, missing("crl", host), fetcher=fetcher)[1] for host in "ac"] == [["kept"], ["kept"]]
    assert gather(network, missing("crl", "b"), fetcher=fetcher)[1] == ["fetched"]


def test_what_failed_is_not_kept():
    network = Network(a=500)
    fetcher = EvidenceFetcher(network)
    assert gather(network, missing("crl", "a"), fetcher=fetcher)[1] == ["http-500"]
    network.answers["http://a.example/"] = crl()
    assert gather(network, missing("crl", "a"), fetcher=fetcher)[1] == ["fetched"]


# --- one budget for several documents ----------------------------------------------------------------------------------


def test_what_is_kept_costs_nothing_of_a_budget():
    network, budget = Network(a=crl()), Budget(addresses=1)
    fetcher = EvidenceFetcher(network)
    assert gather(network, missing("crl", "a"), fetcher=fetcher, budget=budget)[1] == ["fetched"]
    assert budget.spent
    assert gather(network, missing("crl", "a"), fetcher=fetcher, budget=budget)[1] == ["kept"]
    assert gather(network, missing("crl", "b"), fetcher=fetcher, budget=budget)[1] == []


def test_an_address_with_nothing_to_give_is_asked_once_for_one_piece_of_work():
    network, budget = Network(a="timeout", b=crl()), Budget()
    fetcher = EvidenceFetcher(network)
    for second in ("fetched", "kept"):
        assert gather(network, missing("crl", "a", "b"), fetcher=fetcher, budget=budget)[1] == ["timeout", second]
    assert len(network.asked) == 2


def test_a_call_about_many_documents_may_ask_more_and_not_without_end():
    assert Budget.shared(1).addresses == evidence.MAX_FETCHES
    assert Budget.shared(50).addresses == evidence.MAX_FETCHES + 50 * evidence.FETCHES_A_DOCUMENT
    assert Budget.shared(100_000).addresses == evidence.MAX_SHARED_FETCHES
