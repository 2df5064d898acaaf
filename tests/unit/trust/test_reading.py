"""The contents of a list: malformed parts refused with their place, doubtful ones read so that nothing is widened."""

from __future__ import annotations

import pytest

from idbridge.trust.criteria import UnknownCriterion
from idbridge.trust.reading import read_unverified_list
from idbridge.trust.refusals import Refusal, TrustListRefused
from idbridge.trust.writing import write_list
from tests.unit.trust.lists import GD, draft

LIST = write_list(draft(GD))


def refusal(old: str, new: str) -> TrustListRefused:
    changed = LIST.replace(old.encode(), new.encode(), 1)
    assert changed != LIST
    with pytest.raises(TrustListRefused) as refused:
        read_unverified_list(changed)
    return refused.value


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("<TSLSequenceNumber>12</TSLSequenceNumber>", "", "TSLSequenceNumber is missing"),
        ("<TSLSequenceNumber>12<", "<TSLSequenceNumber>-12<", "no number"),
        ("<TSLSequenceNumber>12<", "<TSLSequenceNumber>١٢<", "no number"),
        ("<TSLSequenceNumber>12<", f"<TSLSequenceNumber>{'9' * 13}<", "no number"),
        ("<TSLSequenceNumber>12<", "<TSLSequenceNumber><b/>12<", "text is expected"),
        ("<SchemeTerritory>GD<", "<SchemeTerritory>GD</SchemeTerritory><SchemeTerritory>HK<", "occurs twice"),
        ("<ListIssueDateTime>2026-", "<ListIssueDateTime>26-", "no time"),
        ("<ListIssueDateTime>2026-05-22T00:00:00Z<", "<ListIssueDateTime>2026-05-22T00:00:00<", "no time with a zone"),
        ("<ListIssueDateTime>2026-05-22T00:00:00Z<", "<ListIssueDateTime>2026-02-30T00:00:00Z<", "no time"),
        ("<ListIssueDateTime>2026-05-22T00:00:00Z<", "<ListIssueDateTime>0001-01-01T00:00:00+14:00<", "no time"),
        ("<ListIssueDateTime>2026-05-22T00:00:00Z<", "<ListIssueDateTime>2026-W05-22T00:00:00Z<", "no time"),
        ("<X509Certificate>MII", "<X509Certificate>M*I", "no base64"),
        ("<StatusStartingTime>", "<StatusStartingTime>x</StatusStartingTime><StatusStartingTime>", "occurs twice"),
        ('technicalType="1"', 'technicalType="one"', "no number"),
        ('level="advanced"', 'level="excellent"', "no level"),
        ('level="advanced"', "", "level is missing"),
        ("<re:Purpose>signature<", "<re:Purpose>everything<", "no purpose"),
        ("<re:Policy prefix=", "<re:Policy prefx=", "prefix is missing"),
    ],
)
def test_malformed_parts_are_refused_with_their_place(old, new, said):
    refused = refusal(old, new)
    assert refused.code is Refusal.STRUCTURE
    assert said in refused.detail


@pytest.mark.parametrize("version", ["3", "7", "0"])
def test_other_versions_are_refused(version):
    refused = refusal("<TSLVersionIdentifier>6<", f"<TSLVersionIdentifier>{version}<")
    assert refused.code is Refusal.VERSION


def test_two_entries_for_one_service_are_refused():
    start, end = LIST.index(b"<re:RecognitionEntry"), LIST.index(b"</re:RecognitionEntry>") + len(b"</re:RecognitionEntry>")
    with pytest.raises(TrustListRefused) as refused:
        read_unverified_list(LIST[:start] + LIST[start:end] * 2 + LIST[end:])
    assert "more than one recognition entry" in refused.value.detail


def test_a_critical_extension_that_is_not_understood_takes_the_approval_away():
    extension = b'<Extension Critical="true"><x:Limit xmlns:x="urn:x"/></Extension>'
    place = LIST.index(b"</ServiceInformationExtensions>")
    state = read_unverified_list(LIST[:place] + extension + LIST[place:]).providers[0].services[0].current
    assert state.extensions.unknown_critical == ("{urn:x}Limit",)
    assert not state.granted
    harmless = extension.replace(b"true", b"false")
    assert read_unverified_list(LIST[:place] + harmless + LIST[place:]).providers[0].services[0].current.granted


QUALIFICATIONS = """<Extension Critical="true"><sie:Qualifications><sie:QualificationElement>
<sie:Qualifiers><sie:Qualifier uri="urn:q"/></sie:Qualifiers>
<sie:CriteriaList {assertion}>{criteria}</sie:CriteriaList></sie:QualificationElement></sie:Qualifications></Extension>"""


def criteria(inside: str, assertion: str = 'assert="all"'):
    place = LIST.index(b"</ServiceInformationExtensions>")
    extension = QUALIFICATIONS.format(assertion=assertion, criteria=inside).encode()
    state = read_unverified_list(LIST[:place] + extension + LIST[place:]).providers[0].services[0].current
    return state.extensions.qualifications[0].criteria


POLICY = "<sie:PolicySet><sie:PolicyIdentifier><xades:Identifier>{}</xades:Identifier></sie:PolicyIdentifier></sie:PolicySet>"


@pytest.mark.parametrize("oid", ["1.2.3", "urn:oid:1.2.3", "oid:1.2.3", " 1.2.3 "])
def test_oids_are_written_in_several_ways(oid):
    assert criteria(POLICY.format(oid)).criteria[0].policies == {"1.2.3"}


@pytest.mark.parametrize("oid", ["1.2.3.", "1..2", "9.1", "", "1.2.x", "urn:uuid:1.2"])
def test_a_criterion_with_a_malformed_oid_cannot_be_judged_and_does_not_spoil_the_list(oid):
    assert isinstance(criteria(POLICY.format(oid)).criteria[0], UnknownCriterion)


def test_a_statement_without_what_it_is_about_is_not_read_as_any():
    inside = (
        "<sie:otherCriteriaList><mra:QcStatementSet><mra:QcStatement><mra:QcStatementId><xades:Identifier>1.2.3</xades:Identifier>"
        "</mra:QcStatementId><mra:QcStatementInfo/></mra:QcStatement></mra:QcStatementSet></sie:otherCriteriaList>"
    )
    assert isinstance(criteria(inside).criteria[0], UnknownCriterion)


def test_a_list_that_does_not_say_how_many_cannot_be_judged():
    assert criteria(POLICY.format("1.2.3"), "").assertion is None


def test_an_unknown_way_of_counting_is_refused():
    with pytest.raises(TrustListRefused, match="most"):
        criteria(POLICY.format("1.2.3"), 'assert="most"')
