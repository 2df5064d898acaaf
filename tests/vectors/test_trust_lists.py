"""Real lists of the European Union: read and verified with pinned signers, the bad ones told apart."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache

import pytest
from lxml import etree

from idbridge.pki.certificate import Certificate
from idbridge.pki.paths import verify_certificate
from idbridge.pki.report import PathReport
from idbridge.signatures.formats.catalogue import read_document
from idbridge.signatures.gathering import NO_DATA, gather
from idbridge.trust.anchors import listed_anchors, trust_anchors
from idbridge.trust.answers import Answer, Recognition, Rule, question_about
from idbridge.trust.entries import Level, Purpose
from idbridge.trust.model import SignedTrustList
from idbridge.trust.reading import read_list, read_unverified_list
from idbridge.trust.recognition import recognise
from idbridge.trust.refresh import signers_of_next
from idbridge.trust.refusals import Refusal, TrustListRefused
from idbridge.trust.reliance import reliance_at
from idbridge.trust.vocabulary import CA_QC, CA_TYPES, Territory
from tests.requirements import vectors

LOTL_SIGNER = "d2064fdd70f6982dcc516b86d9d5c56aea939417c624b2e478c0b29de54f8474"
"""SHA-256 of the certificate that signed the list of lists of 4 September 2019."""

EU, ZZ = Territory("EU"), Territory("ZZ")
SIGNED = datetime(2022, 7, 28, 8, 38, 23, tzinfo=UTC)
SNAPSHOT = datetime(2019, 9, 5, tzinfo=UTC)


def data(*parts: str) -> bytes:
    return vectors("trust-lists", *parts).read_bytes()


def shown_signer(*parts: str) -> bytes:
    """The certificate in a list's KeyInfo, for files whose signer no other file names."""
    found = etree.fromstring(data(*parts)).find(".//{*}Signature/{*}KeyInfo//{*}X509Certificate")
    return base64.b64decode("".join(found.itertext()))


@cache
def list_of_lists() -> SignedTrustList:
    signer = shown_signer("eu-all", "eu-lotl_original.xml")
    assert hashlib.sha256(signer).hexdigest() == LOTL_SIGNER
    return read_list(data("eu", "eu-lotl.xml"), [signer])


def national_signers(territory: str) -> tuple[bytes, ...]:
    pointers = (p for p in list_of_lists().content.pointers if p.territory == territory and p.mime_type != "application/pdf")
    return tuple(signer for pointer in pointers for signer in pointer.signers)


def anchors_at(content, time, types):
    return {anchor.certificate for anchor in listed_anchors(content, types) if anchor.is_trusted(time)}


def refusal(content: bytes, signers) -> Refusal:
    with pytest.raises(TrustListRefused) as refused:
        read_list(content, signers)
    return refused.value.code


NATIONAL = "AT BE BG CY CZ DK EL ES FI FR HR HU IE IS IT LI LT LU LV MT NL NO PL PT SE SI SK UK".split()  # noqa: SIM905


def test_the_list_of_lists_says_where_the_others_are():
    content = list_of_lists().content
    assert (content.territory, content.sequence, content.providers) == ("EU", 248, ())
    assert {p.territory for p in content.pointers} >= set(NATIONAL)


@pytest.mark.parametrize("territory", NATIONAL)
def test_national_lists_verify_with_the_signers_that_the_list_of_lists_names(territory):
    signed = read_list(data("eu-all", f"{territory}.xml"), national_signers(territory))
    assert signed.content.territory == territory
    assert signed.content.providers
    if territory != "SE":  # whose authorities were withdrawn by then
        assert anchors_at(signed.content, SNAPSHOT, CA_TYPES)


def test_anchors_are_those_of_the_time_asked_about():
    content = read_list(data("eu-all", "BE.xml"), national_signers("BE")).content
    before, after = (anchors_at(content, datetime(year, 1, 1, tzinfo=UTC), {CA_QC}) for year in (2010, 2019))
    assert before
    assert after - before
    assert anchors_at(content, datetime(1990, 1, 1, tzinfo=UTC), {CA_QC}) == set()


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("CZ_broken-sig", Refusal.DIGEST_MISMATCH),
        ("CZ_empty", Refusal.EMPTY),
        ("CZ_no-sig", Refusal.SIGNATURE_MISSING),
        ("CZ_not-compliant", Refusal.DIGEST_MISMATCH),
        ("CZ_not-conform", Refusal.NOT_WELL_FORMED),
        ("CZ_not-parsable", Refusal.NOT_WELL_FORMED),
        ("CZ_two-sigs", Refusal.SIGNATURE_SEVERAL),
    ],
)
def test_bad_national_lists_are_refused(name, code):
    assert refusal(data("eu-all", f"{name}.xml"), national_signers("CZ")) is code


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        (("eu", "eu-lotl-broken-sig.xml"), Refusal.DIGEST_MISMATCH),
        (("eu", "eu-lotl-no-sig.xml"), Refusal.SIGNATURE_MISSING),
        (("eu", "tl-empty.xml"), Refusal.SIGNATURE_MISSING),
        (("eu-all", "eu-lotl_broken-sig.xml"), Refusal.DIGEST_MISMATCH),
        (("eu-all", "eu-lotl_non-compliant.xml"), Refusal.DIGEST_MISMATCH),
        (("eu-all", "eu-lotl_not-parsable.xml"), Refusal.NOT_WELL_FORMED),
        (("mra", "john-doe-lta.xml"), Refusal.NOT_A_LIST),
    ],
)
def test_bad_lists_of_lists_are_refused(parts, code):
    assert refusal(data(*parts), [list_of_lists().signer]) is code


def test_a_list_signed_by_another_country_is_refused():
    assert refusal(data("eu-all", "FR.xml"), national_signers("BE")) is Refusal.SIGNER_NOT_PINNED


def test_pivots_announce_the_signers_of_their_successors():
    """172 → 191 → 226 → 247: each is signed by a signer that the one before it announces."""
    signers = [shown_signer("eu-all", "tl_pivot_172_mp.xml")]
    current = None
    for number in (172, 191, 226, 247):
        pivot = data("eu-all", f"tl_pivot_{number}_mp.xml")
        now = SNAPSHOT if current is None else current.content.issued
        current = read_list(pivot, signers_of_next(current, signers, now))
        assert current.content.sequence == number
    signers = signers_of_next(current, (), SNAPSHOT)
    assert read_list(data("eu", "eu-lotl.xml"), signers).content.sequence == 248


@pytest.mark.parametrize("number", [191, 247])
def test_broken_pivots_are_refused(number):
    good = read_list(data("eu-all", f"tl_pivot_{number}_mp.xml"), [shown_signer("eu-all", f"tl_pivot_{number}_mp.xml")])
    codes = {
        "broken-sig": Refusal.DIGEST_MISMATCH,
        "no-sig": Refusal.SIGNATURE_MISSING,
        "not-parsable": Refusal.NOT_WELL_FORMED,
    }
    for name, code in codes.items():
        assert refusal(data("eu-all", f"tl_pivot_{number}_mp_{name}.xml"), [good.signer]) is code


@pytest.mark.parametrize("name", ["tl_pivot_247_mp_with-bom", "tl_pivot_247_mp_with-spaces", "eu-lotl_xml-directive-removed"])
def test_harmless_differences_do_not_matter(name):
    signer = shown_signer("eu-all", f"{name}.xml")
    assert read_list(data("eu-all", f"{name}.xml"), [signer]).signer == signer


@pytest.mark.parametrize(("name", "version"), [("fi-v5.xml", 5), ("fi-v6.xml", 6)])
def test_versions_five_and_six_say_the_same(name, version):
    signed = read_list(data("eu", name), [shown_signer("eu", name)])
    other = read_unverified_list(data("eu", "fi-v5.xml"))
    assert signed.content.version == version
    assert [(s.current.type, s.current.status) for _, s in signed.content.services()] == [
        (s.current.type, s.current.status) for _, s in other.services()
    ]


# The mutual recognition agreement: a list of lists that points to a third country's list, and a document signed under it.


@cache
def agreement_lists() -> tuple[SignedTrustList, SignedTrustList]:
    lotl = read_list(data("mra", "mra-lotl.xml"), [shown_signer("mra", "mra-lotl.xml")])
    pointer = next(pointer for pointer in lotl.content.pointers if pointer.agreements)
    return lotl, read_list(data("mra", "mra-zz-tl.xml"), pointer.signers)


DOCUMENTS = ("john-doe-lta.xml", "john-doe-lta.pdf")


def carried_by(name: str) -> tuple[bytes, ...]:
    """Return the certificates that a document carries."""
    return tuple(found.der for found in gather(read_document(data("mra", name)), NO_DATA).certificates)


@cache
def signer_report(name: str) -> PathReport:
    """The path from the signer to what the third country's list approves, from the certificates that the document carries."""
    carried = carried_by(name)
    signer = next(der for der in carried if "CN=John Doe" in str(Certificate.from_der(der).subject))
    lotl, foreign = (reliance_at(one, SIGNED) for one in agreement_lists())
    anchors = trust_anchors({EU: lotl, ZZ: foreign})
    return verify_certificate(signer, anchors=anchors, intermediates=carried, at=SIGNED, revocation="off", strict=False)


def ask(lotl: SignedTrustList, when: datetime, purpose: Purpose = Purpose.SIGNATURE, name: str = DOCUMENTS[0]) -> Recognition:
    now = datetime(2024, 1, 1, tzinfo=UTC)
    lists = {EU: reliance_at(lotl, now), ZZ: reliance_at(agreement_lists()[1], now)}
    return recognise(question_about(signer_report(name), purpose, when), lists)[EU]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_certificate_is_recognised_through_an_enacted_agreement(name):
    answer = ask(agreement_lists()[0], SIGNED, name=name)
    assert (answer.answer, answer.level) == (Answer.RECOGNISED, Level.QUALIFIED)
    assert answer.entry == "XX: QCForESig: ZZ eTrust QC for eSignatures CA"


@pytest.mark.parametrize(
    ("when", "rule"),
    [(datetime(2020, 1, 1, tzinfo=UTC), Rule.AGREEMENT), (datetime(2020, 6, 1, tzinfo=UTC), Rule.STATUS)],
)
def test_it_is_not_before_the_agreement_or_the_service_begins(when, rule):
    answer = ask(agreement_lists()[0], when)
    assert (answer.answer, answer.rule) == (Answer.NOT_RECOGNISED, rule)


def test_it_is_not_for_another_purpose():
    assert ask(agreement_lists()[0], SIGNED, Purpose.SEAL).rule is Rule.PURPOSE


def repealed() -> SignedTrustList:
    """The list of lists in which the agreement is repealed; its pointer named a signer since replaced, of the same name."""
    lotl = read_list(data("eu", "mra-zz-lotl-history.xml"), [shown_signer("eu", "mra-zz-lotl-history.xml")])
    signer = agreement_lists()[1].signer
    pointers = tuple(replace(p, signers=(signer,)) if p.agreements else p for p in lotl.content.pointers)
    return replace(lotl, content=replace(lotl.content, pointers=pointers))


@pytest.mark.parametrize("name", DOCUMENTS)
def test_it_is_not_after_the_agreement_is_repealed_and_still_is_for_the_time_before(name):
    assert ask(repealed(), SIGNED, name=name).answer is Answer.RECOGNISED
    answer = ask(repealed(), datetime(2023, 5, 17, tzinfo=UTC), name=name)
    assert (answer.answer, answer.rule) == (Answer.NOT_RECOGNISED, Rule.AGREEMENT)


def test_nobody_can_tell_while_the_list_pointed_to_is_of_another_signer():
    lotl = read_list(data("eu", "mra-zz-lotl-history.xml"), [shown_signer("eu", "mra-zz-lotl-history.xml")])
    answer = ask(lotl, SIGNED)
    assert (answer.answer, answer.rule) == (Answer.CANNOT_TELL, Rule.POINTED_LIST)
