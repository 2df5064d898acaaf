from typing import get_args

import pytest

from idbridge.identity.assertion import DocumentKind
from idbridge.identity.assurance import Assurance
from idbridge.identity.release import CATALOGUE
from idbridge.web import wording
from idbridge.web.views import Phrase, Region


def test_every_level_of_assurance_has_words() -> None:
    assert set(wording.ASSURANCE) == set(Assurance)


def test_every_claim_and_every_kind_of_a_persons_document_has_words() -> None:
    assert {claim.name for claim in CATALOGUE} | {"sub"} == set(wording.CLAIMS)
    kinds = {kind for name, kind in wording.VALUES if name == "document_kinds"}
    assert kinds == set(get_args(DocumentKind)) - {"USCC", "HK-BRN"}  # those are organisations'


def test_a_region_from_configuration_goes_by_its_own_names() -> None:
    words = wording.region_words(Region("XF", "Fourth", (Phrase("Sample", "en"),)))
    assert (words.name, words.mark, words.services) == ("Fourth", "XF", (Phrase("Sample", "en"),))
    assert wording.region_words(Region("XF")).name == "XF"


@pytest.mark.parametrize(
    ("code", "status", "expected"),
    [
        ("region_timeout", 504, wording.PROBLEMS["region_timeout"]),
        ("never_heard_of", 503, wording.PROBLEMS["server_error"]),
        ("never_heard_of", 418, wording.PROBLEMS["invalid_request"]),
    ],
)
def test_an_unknown_problem_goes_by_whose_fault_it_is(code: str, status: int, expected: wording.ProblemWords) -> None:
    assert wording.problem_words(code, status) is expected


def test_an_unknown_claim_goes_by_its_label_then_its_name() -> None:
    assert wording.claim_label("name", "ignored") == "Name"
    assert wording.claim_label("business_scope", "What the business does") == "What the business does"
    assert wording.claim_label("business_scope") == "business scope"
    assert wording.claim_value("gender", "male") == "Male"
    assert wording.claim_value("name", "male") == "male"
