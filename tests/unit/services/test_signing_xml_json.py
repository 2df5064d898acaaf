"""XML, JSON and their containers through the whole: keys and authorities of the demonstration PKI, evidence fetched, read back.

What is missing for long-term levels is fetched from the PKI's own addresses; afterwards nothing is.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from idbridge.sandbox.tsa import POLICY, demo_authorities
from idbridge.services.documents import DocumentQuestion, Documents
from idbridge.services.signing import Signing, SigningKey, drive
from idbridge.signatures.contents import Content, KnownContent
from idbridge.signatures.making.catalogue import MadeFormat, Plan
from idbridge.signatures.making.refusals import MakingRefusal, MakingRefused
from idbridge.signatures.making.steps import BaselineLevel, Statement, TimestampWanted
from idbridge.signatures.making.timestamp_answers import TimestampPolicy, answer_request
from idbridge.signatures.making.timestamping import TimestampQuestion, token_of_answer
from tests.unit.services.published import Instance, instance

CONTRACT = KnownContent.of(b'<contract xmlns="urn:c"><sum>100</sum></contract>', name="contract.xml")
LETTER = KnownContent.of(b"a letter \x00", name="letter.txt")
SIGNERS = ("hk-chan", "hk-lam", "gd-li")


class Stamper:
    """A `Stamper` that is the demonstration's authority itself, without HTTP between."""

    digest = "SHA-256"

    def __init__(self, here: Instance) -> None:
        self.here = here
        self.authority = demo_authorities(here.pki)["hk-tsa"]
        self.given = 0

    def stamp(self, wanted: TimestampWanted) -> bytes:
        self.given += 1
        question = TimestampQuestion(wanted.message, wanted.digest or self.digest, self.given, None)
        making = answer_request(
            question.encoding(), self.authority.signatory, TimestampPolicy((POLICY,)), self.here.clock(), self.given
        )
        return token_of_answer(drive(making, self.authority.signer, None), question)


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Instance:
    return instance(tmp_path_factory.mktemp("lists"))


@pytest.fixture
def signing(here: Instance) -> Signing:
    here.reset()
    return Signing(here.documents, Stamper(here), here.clock)


def key_of(here: Instance, name: str) -> SigningKey:
    certificate, *above = here.pki.chain(name)
    return SigningKey(certificate, here.pki.signer(name), tuple(above))


def plan_of(here: Instance, key: SigningKey, *files: KnownContent, level: BaselineLevel = BaselineLevel.B, **more) -> Plan:
    return Plan(files, key.signatory, Statement(here.clock()), level=level, **more)


def judged(here: Instance, document: bytes, *detached: Content):
    """The verdict with what is in the document and nothing fetched."""
    return Documents(here.lists, None, here.clock).verify(DocumentQuestion(document, detached=detached)).report


CASES = {
    "enveloped": (MadeFormat.XADES, (CONTRACT,), None),
    "enveloping": (MadeFormat.XADES, (CONTRACT, LETTER), None),
    "detached XML": (MadeFormat.XADES, (CONTRACT, LETTER), False),
    "attached JSON": (MadeFormat.JADES, (LETTER,), None),
    "detached JSON": (MadeFormat.JADES, (CONTRACT, LETTER), False),
    "ASiC-S": (MadeFormat.ASIC_S_XADES, (LETTER,), None),
    "ASiC-E": (MadeFormat.ASIC_E_XADES, (CONTRACT, LETTER), None),
}


@pytest.mark.parametrize("case", CASES)
def test_signed_for_good(here: Instance, signing: Signing, case: str) -> None:
    kind, files, attached = CASES[case]
    key = key_of(here, SIGNERS[len(case) % len(SIGNERS)])
    document = signing.sign(kind, plan_of(here, key, *files, level=BaselineLevel.LTA, attached=attached), key)
    detached = files if attached is False else ()
    report = judged(here, document, *detached)
    assert (report.indication, report.signatures[0].level) == ("TOTAL_PASSED", "B-LTA"), report.to_dict()
    assert {stamp.indication for stamp in report.timestamps} == {"PASSED"}
    assert report.signatures[0].recognition
    here.clock.now += timedelta(days=2)
    renewed = signing.augment(document, BaselineLevel.LTA, detached)
    assert len(judged(here, renewed, *detached).timestamps) == len(report.timestamps) + 1


@pytest.mark.parametrize("kind", [MadeFormat.XADES, MadeFormat.JADES, MadeFormat.ASIC_E_XADES])
def test_a_second_signer(here: Instance, signing: Signing, kind: MadeFormat) -> None:
    first, second = key_of(here, "hk-chan"), key_of(here, "gd-li")
    plan = plan_of(here, first, LETTER if kind is not MadeFormat.XADES else CONTRACT)
    document = signing.sign(kind, plan, first)
    beside = plan_of(here, second, KnownContent.of(document), beside=True, level=BaselineLevel.T)
    if kind is MadeFormat.XADES:  # the first is over the whole document
        with pytest.raises(MakingRefused) as caught:
            signing.sign(kind, beside, second)
        assert caught.value.code is MakingRefusal.ARCHIVED
        over = replace(beside, beside=False, over=1)
        assert [one.level for one in judged(here, signing.sign(kind, over, second)).signatures] == ["B-T", "B-B"]
        return
    report = judged(here, signing.sign(kind, beside, second))
    assert [(one.level, one.integrity) for one in report.signatures] == [("B-T", "intact")] * 2


def test_a_key_that_must_not_sign(here: Instance, signing: Signing) -> None:
    key = key_of(here, "hk-chan")
    other = replace(key, signer=here.pki.signer("hk-lam"))
    with pytest.raises(MakingRefused) as caught:
        signing.sign(MadeFormat.XADES, plan_of(here, other, CONTRACT), other)
    assert caught.value.code is MakingRefusal.KEY
