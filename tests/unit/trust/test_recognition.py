"""What each region says about a certificate, rule by rule."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from idbridge.pki.report import Indication
from idbridge.trust.answers import Answer, Outcome, Question, Recognition, Rule
from idbridge.trust.entries import Level, Purpose
from idbridge.trust.reading import read_list
from idbridge.trust.recognition import recognise
from idbridge.trust.reliance import reliance_at
from idbridge.trust.vocabulary import Scheme
from idbridge.trust.writing import sign_list, write_list
from tests.unit.trust.authorities import NOW, Authority, at, issue, usage
from tests.unit.trust.lists import GD, HK, MO, MR_POLICY, PERSONAL, authorities, draft, relied_on, signed, source

MEANWHILE = at(2022)
POLICY_2018 = f"{MR_POLICY}.2018.1.1"


def path(
    issuer: str = "hk-issuing",
    *above: str,
    policies: tuple[str, ...] = (POLICY_2018,),
    unit: str | None = PERSONAL,
    **limits: Any,
):
    """The path of a personal certificate with mutual recognition status, or of one that differs from it."""
    made = authorities()
    chain: list[Authority] = [made[name] for name in (issuer, *(above or ("hk-root",)))]
    leaf = issue("CHAN Tai Man", chain[0], country="HK", unit=unit, policies=policies, ca=False, **limits)
    return tuple(authority.facts for authority in (leaf, *chain))


def under_another_root():
    """The same issuing authority, certified by a root that the entry does not name."""
    made = authorities()
    certified = issue("", made["mo-root"], of=made["hk-issuing"])
    return (path()[0], certified.facts, made["mo-root"].facts)


def ask(
    chain: Any,
    when: datetime = MEANWHILE,
    *,
    purpose: Purpose = Purpose.SIGNATURE,
    scheme: str | None = None,
    indication: Indication = "PASSED",
    signature: str | None = None,
    lists: Any = None,
) -> dict[str, Recognition]:
    question = Question(chain, indication, purpose, when, Scheme(scheme) if scheme else None, signature)
    return recognise(question, lists or relied_on())


def outcomes(recognition: Recognition) -> dict[Rule, Outcome]:
    return {rule.rule: rule.outcome for rule in recognition.rules}


def failed(recognition: Recognition) -> list[Rule]:
    return [rule.rule for rule in recognition.rules if rule.outcome is Outcome.FAILED]


def entry(values: dict[str, Any]) -> dict[str, Any]:
    """The entry of the issuing CA in the source of Guangdong's list."""
    return values["provider"][1]["service"][0]["entry"]


def test_a_certificate_that_meets_all_five_conditions_is_recognised():
    answer = ask(path())[GD]
    assert answer.answer is Answer.RECOGNISED
    assert (answer.entry, answer.level, answer.scheme, answer.sequence) == ("hk-personal", Level.ADVANCED, "gd-hk", 12)
    conditions = (Rule.STATUS, Rule.ROOT, Rule.ISSUER, Rule.CERTIFICATE_TYPE, Rule.POLICY)
    assert all(outcomes(answer)[rule] is Outcome.PASSED for rule in conditions)
    assert len(answer.sha256 or "") == 64


@pytest.mark.parametrize(
    ("rule", "chain"),
    [
        (Rule.ISSUER, lambda: path("hk-other", "hk-root")),
        (Rule.ROOT, under_another_root),
        (Rule.CERTIFICATE_TYPE, lambda: path(unit="Hongkong Post e-Cert (Organisational)")),
        (Rule.CERTIFICATE_TYPE, lambda: path(unit=None)),
        (Rule.POLICY, lambda: path(policies=("1.3.6.1.4.1.16030.1.1",))),
        (Rule.POLICY, lambda: path(policies=())),
        (Rule.POLICY, lambda: path(policies=("2.16.344.8.2.2008.810.20.2018.1.1",))),  # a prefix of letters, not of arcs
    ],
)
def test_one_condition_failing_alone_refuses(rule, chain):
    answer = ask(chain())[GD]
    assert answer.answer is Answer.NOT_RECOGNISED
    assert (answer.rule, failed(answer), answer.entry) == (rule, [rule], "hk-personal")
    assert answer.level is None


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        (datetime.fromisoformat("2015-07-10T23:59:59+08:00"), Answer.NOT_RECOGNISED),
        (datetime.fromisoformat("2015-07-11T00:00:00+08:00"), Answer.RECOGNISED),
        (at(2026), Answer.RECOGNISED),
    ],
)
def test_condition_one_holds_from_the_first_moment_of_the_status_period(when, expected):
    answer = ask(path(), when)[GD]
    assert answer.answer is expected
    assert failed(answer) == ([] if expected is Answer.RECOGNISED else [Rule.STATUS])


@pytest.mark.parametrize(
    ("when", "expected"),
    [(at(2012), Answer.NOT_RECOGNISED), (at(2014), Answer.RECOGNISED), (at(2016), Answer.NOT_RECOGNISED)],
)
def test_a_certificate_under_a_former_authority_is_recognised_within_its_period_alone(when, expected):
    answer = ask(path("hk-former", "hk-former-root"), when)[GD]
    assert (answer.answer, answer.entry) == (expected, "hk-personal-former")
    assert Rule.STATUS in failed(answer) or expected is Answer.RECOGNISED


def test_a_withdrawn_status_refuses_after_its_end_and_not_before():
    def withdraw(values):
        service = values["provider"][1]["service"][0]
        service["history"] = [{"status": "granted", "since": service["since"]}]
        service |= {"status": "withdrawn", "since": at(2020)}

    lists = relied_on(gd=withdraw)
    assert ask(path(), at(2019), lists=lists)[GD].answer is Answer.RECOGNISED
    assert ask(path(), at(2021), lists=lists)[GD].rule is Rule.STATUS


def test_a_path_that_goes_on_through_a_cross_certificate_meets_the_root_condition():
    answer = ask(path("hk-issuing", "hk-cross", "gd-root"))[GD]
    assert (answer.answer, answer.entry) == (Answer.RECOGNISED, "hk-personal")


def test_a_path_that_ends_at_a_trusted_issuing_authority_meets_the_root_condition_by_its_signature():
    answer = ask(path("hk-issuing")[:2])[GD]
    assert (answer.answer, answer.entry) == (Answer.RECOGNISED, "hk-personal")
    other = relied_on(gd=lambda values: entry(values).update(roots=["mo-root"]))
    assert failed(ask(path("hk-issuing")[:2], lists=other)[GD]) == [Rule.ROOT]


def test_a_root_of_the_same_name_with_another_key_did_not_issue():
    made = authorities()
    impostor = issue("Hongkong Test Root CA 2", country="HK")
    chain = (issue("CHAN", impostor, country="HK", unit=PERSONAL, policies=(POLICY_2018,), ca=False), impostor)
    answer = ask(tuple(authority.facts for authority in chain))[GD]
    assert impostor.certificate.subject == made["hk-root"].certificate.subject
    assert answer.answer is Answer.NOT_RECOGNISED


def test_an_exact_policy_version_is_insisted_upon():
    lists = relied_on(gd=lambda values: entry(values).update(policy_exact=POLICY_2018))
    assert ask(path(), lists=lists)[GD].answer is Answer.RECOGNISED
    assert ask(path(policies=(f"{MR_POLICY}.2012.1.0",)), lists=lists)[GD].rule is Rule.POLICY


def test_recognition_has_a_direction():
    answers = ask(path())
    assert answers[GD].answer is Answer.RECOGNISED
    back = ask(path("gd-issuing", "gd-root", unit=None))
    assert (back[GD].answer, back[HK].answer, back[HK].rule) == (Answer.RECOGNISED, Answer.NOT_RECOGNISED, Rule.ENTRY)


def test_a_region_without_an_entry_does_not_recognise():
    answer = ask(path())[MO]
    assert (answer.answer, answer.rule, answer.entry) == (Answer.NOT_RECOGNISED, Rule.ENTRY, None)


def test_home_recognises_its_own_certificate_types_without_mutual_recognition_status():
    answers = ask(path(policies=(), unit=None))
    assert answers[HK].answer is Answer.RECOGNISED
    assert answers[GD].answer is Answer.NOT_RECOGNISED


@pytest.mark.parametrize(("scheme", "expected"), [("gd-hk", Answer.RECOGNISED), ("bidding", Answer.NOT_RECOGNISED)])
def test_recognition_holds_under_its_scheme(scheme, expected):
    answer = ask(path(), scheme=scheme)[GD]
    assert answer.answer is expected
    assert failed(answer) == ([] if expected is Answer.RECOGNISED else [Rule.SCHEME])


def test_the_same_authority_may_have_an_entry_under_another_scheme():
    def add(values):
        service = {**values["provider"][1]["service"][0]}
        service["entry"] = {**service["entry"], "id": "hk-bidding", "scheme": "bidding", "level": "qualified"}
        values["provider"][1]["service"].append(service)

    lists = relied_on(gd=add)
    assert ask(path(), scheme="bidding", lists=lists)[GD].entry == "hk-bidding"
    assert ask(path(), scheme="gd-hk", lists=lists)[GD].entry == "hk-personal"
    assert ask(path(), lists=lists)[GD].level is Level.QUALIFIED  # any scheme: the better one


def test_a_purpose_that_the_entry_does_not_name_refuses():
    answer = ask(path(), purpose=Purpose.SEAL)[GD]
    assert failed(answer) == [Rule.PURPOSE]


@pytest.mark.parametrize(
    ("limits", "purpose", "expected"),
    [
        ({"key_usage": usage("content_commitment")}, Purpose.SIGNATURE, []),
        ({"key_usage": usage("digital_signature")}, Purpose.SIGNATURE, []),
        ({"key_usage": usage("key_encipherment", "key_agreement")}, Purpose.SIGNATURE, [Rule.KEY_USAGE]),
        ({"key_usage": usage("content_commitment")}, Purpose.AUTHENTICATION, [Rule.KEY_USAGE]),
        ({"purposes": ("1.3.6.1.5.5.7.3.4", "1.3.6.1.5.5.7.3.9")}, Purpose.SIGNATURE, []),
        ({"purposes": ("1.3.6.1.5.5.7.3.9",)}, Purpose.SIGNATURE, [Rule.KEY_USAGE]),
        ({"purposes": ("1.3.6.1.5.5.7.3.8",)}, Purpose.SIGNATURE, [Rule.KEY_USAGE]),
    ],
)
def test_the_certificate_itself_must_allow_the_purpose(limits, purpose, expected):
    lists = relied_on(gd=lambda values: entry(values).update(purposes=["signature", "authentication"]))
    answers = ask(path(**limits), purpose=purpose, lists=lists)
    assert (failed(answers[GD]), failed(answers[HK])) == (expected, expected)


def test_an_unconfirmed_entry_recognises_nothing():
    answer = ask(path(), lists=relied_on(gd=lambda values: entry(values).update(confirmed=False)))[GD]
    assert failed(answer) == [Rule.CONFIRMED]


@pytest.mark.parametrize(
    ("status", "since", "expected"),
    [
        ("repealed", at(2020), Answer.NOT_RECOGNISED),
        ("repealed", at(2023), Answer.RECOGNISED),
        ("odd", at(2020), Answer.NOT_RECOGNISED),
    ],
)
def test_a_repealed_agreement_ends_the_entries_made_under_it(status, since, expected):
    def repeal(values):
        service = values["pointer"][0]["agreement"][0]["service"][0]
        service["history"] = [{"status": "enacted", "since": service["since"]}]
        service |= {"status": status, "since": since}

    answer = ask(path(), at(2022), lists=relied_on(gd=repeal))[GD]
    assert answer.answer is expected
    assert failed(answer) == ([] if expected is Answer.RECOGNISED else [Rule.AGREEMENT])


def test_the_status_at_home_counts_where_the_agreement_says_what_it_means():
    def withdraw(values):
        values["provider"][0]["service"][0]["status"] = "withdrawn"

    answer = ask(path(), lists=relied_on(hk=withdraw))[GD]
    assert failed(answer) == [Rule.HOME_STATUS]


@pytest.mark.parametrize(("indication", "expected"), [("INDETERMINATE", Answer.CANNOT_TELL), ("FAILED", Answer.NOT_RECOGNISED)])
def test_an_unproven_path_recognises_nothing(indication, expected):
    answer = ask(path(), indication=indication)[GD]
    assert (answer.answer, answer.rule) == (expected, Rule.PATH)


@pytest.mark.parametrize(("signature", "expected"), [("INDETERMINATE", Answer.CANNOT_TELL), ("FAILED", Answer.NOT_RECOGNISED)])
def test_a_good_certificate_makes_no_bad_signature_count(signature, expected):
    answer = ask(path(), signature=signature)[GD]
    assert (answer.answer, answer.rule) == (expected, Rule.SIGNATURE)


def test_what_fails_for_certain_is_not_left_open_by_an_unproven_path():
    answer = ask(path(policies=()), indication="INDETERMINATE")[GD]
    assert (answer.answer, answer.rule) == (Answer.NOT_RECOGNISED, Rule.POLICY)


def test_without_any_issuer_nobody_can_tell():
    answer = ask(path()[:1], indication="INDETERMINATE")[GD]
    assert answer.answer is Answer.CANNOT_TELL
    assert outcomes(answer)[Rule.ISSUER] is Outcome.UNKNOWN


def test_a_list_past_its_next_update_cannot_tell():
    lists = {**relied_on(), GD: reliance_at(signed(draft(GD)), at(2030))}
    answer = ask(path(), lists=lists)[GD]
    assert (answer.answer, answer.rule) == (Answer.CANNOT_TELL, Rule.LIST)
    assert "expired" in answer.rules[0].detail


def test_a_missing_list_cannot_tell():
    answer = ask(path(), lists={**relied_on(), MO: reliance_at(None, NOW)})[MO]
    assert (answer.answer, answer.rule) == (Answer.CANNOT_TELL, Rule.LIST)


def test_a_cross_certificate_does_not_make_a_foreign_authority_a_domestic_one():
    """Guangdong's approved root stands above Hong Kong's: its certificates are foreign all the same."""
    answer = ask(path("hk-issuing", "hk-cross", "gd-root", policies=()))[GD]
    assert answer.answer is Answer.NOT_RECOGNISED
    missing = {**relied_on(gd=lambda values: values["provider"].pop(1)), HK: reliance_at(None, NOW)}
    answer = ask(path("hk-issuing", "hk-cross", "gd-root"), lists=missing)[GD]
    assert (answer.answer, answer.rule) == (Answer.CANNOT_TELL, Rule.SERVICE)


def test_an_empty_path_is_the_callers_error():
    with pytest.raises(ValueError, match="path"):
        recognise(Question((), "PASSED", Purpose.SIGNATURE, NOW), relied_on())


def test_an_answer_as_json_cites_list_entry_and_every_rule():
    lists = relied_on()
    report: Any = ask(path(), lists=lists)[GD].to_dict()
    assert (report["answer"], report["entry"], report["level"]) == ("recognised", "hk-personal", "advanced")
    assert report["list"] == {"region": "GD", "sequence": 12, "sha256": lists[GD].signed.sha256}
    assert {rule["rule"] for rule in report["rules"]} >= {"status-period", "root", "issuing-ca", "certificate-type", "policy"}


def test_an_agreement_for_another_kind_of_service_does_not_carry_an_entry():
    def narrow(values):
        values["pointer"][0]["agreement"][0]["service"][0]["pointing"] = ["CA/QC"]

    answer = ask(path(), lists=relied_on(gd=narrow))[GD]
    assert failed(answer) == [Rule.AGREEMENT]
    assert "does not cover" in next(rule.detail for rule in answer.rules if rule.rule is Rule.AGREEMENT)


@pytest.mark.parametrize(("additional", "expected"), [("ForeSignatures", []), ("ForeSeals", [Rule.AGREEMENT])])
def test_an_agreement_for_another_purpose_does_not_carry_an_entry(additional, expected):
    def narrow(values):
        values["pointer"][0]["agreement"][0]["service"][0]["pointing"] = [f"CA/PKC {additional}"]

    assert failed(ask(path(), lists=relied_on(gd=narrow))[GD]) == expected


def agreed(values):
    """Macao's list with an agreement about Hong Kong's services, without entries of its own."""
    pointer = source(GD)["pointer"][0]
    pointer["agreement"][0]["scheme"] = "hk-mo"
    values["pointer"] = [pointer]


def test_an_agreement_without_entries_takes_the_services_of_the_list_pointed_to():
    answer = ask(path(policies=()), lists=relied_on(mo=agreed))[MO]
    assert (answer.answer, answer.scheme, answer.level) == (Answer.RECOGNISED, "hk-mo", Level.ADVANCED)


def test_recognition_is_not_handed_on():
    """Macao recognises Hong Kong's root, which certified Guangdong's: Guangdong's certificates are not Hong Kong's."""

    def list_root(values):
        values["provider"][0]["service"].append({**values["provider"][0]["service"][0], "certificates": ["hk-root"]})

    made = authorities()
    crossed = issue("", made["hk-root"], of=made["gd-root"])
    leaf = issue("LI Ming", made["gd-issuing"], ca=False)
    chain = tuple(authority.facts for authority in (leaf, made["gd-issuing"], crossed, made["hk-root"]))
    answers = ask(chain, lists=relied_on(hk=list_root, mo=agreed))
    assert (answers[HK].answer, answers[HK].rule) == (Answer.NOT_RECOGNISED, Rule.SERVICE)
    assert (answers[MO].answer, answers[MO].rule) == (Answer.NOT_RECOGNISED, Rule.SERVICE)
    assert answers[GD].answer is Answer.RECOGNISED


def test_content_that_an_agreement_asks_for_must_be_there():
    def asking(values):
        agreed(values)
        content = {"context": "urn:mo:policy", "pointing_policies": ["1.2.3"], "pointed_policies": [POLICY_2018]}
        values["pointer"][0]["agreement"][0]["service"][0]["content"] = [content]

    lists = relied_on(mo=asking)
    assert ask(path(), lists=lists)[MO].answer is Answer.RECOGNISED
    assert failed(ask(path(policies=()), lists=lists)[MO]) == [Rule.CONTENT]


def test_a_territory_may_grade_its_own_certificate_types_by_entries():
    def grade(values):
        service = {**values["provider"][0]["service"][0]}
        policy = {"policy": "1.3.6.1.4.1.1", "roots": ["mo-root"], "certificate_type": {"en": "Qualified"}}
        common = {"id": "own", "region": "MO", "scheme": "domestic", "level": "qualified", "purposes": ["signature"]}
        values["provider"][0]["service"].append({**service, "entry": {**common, **policy}})

    lists = relied_on(mo=grade)
    qualified = ask(path("mo-root", policies=("1.3.6.1.4.1.1.7",)), lists=lists)[MO]
    assert (qualified.entry, qualified.level) == ("own", Level.QUALIFIED)
    assert ask(path("mo-root", policies=()), lists=lists)[MO].level is Level.ADVANCED


def test_a_limit_that_is_not_understood_leaves_it_open():
    data = write_list(draft(GD)).replace(b"</re:RecognitionEntry>", b'</re:RecognitionEntry><x:Limit xmlns:x="urn:x"/>')
    by = authorities()["gd-signer"]
    limited = read_list(sign_list(data, by, by.der, NOW), [by.der])
    answer = ask(path(), lists={**relied_on(), GD: reliance_at(limited, NOW)})[GD]
    assert (answer.answer, answer.rule) == (Answer.CANNOT_TELL, Rule.STATUS)
