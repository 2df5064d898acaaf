"""The order of a sign-in: what comes next in every situation."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from idbridge.identity.assertion import RegionCode
from idbridge.identity.assurance import Assurance
from idbridge.oidc.authorization import (
    Answer,
    AskConsent,
    AuthorizationRequest,
    ChooseOrganisation,
    ChooseRegion,
    GoUpstream,
    Refuse,
    Standing,
    Step,
    next_step,
)
from idbridge.oidc.authorization.dispatch import RULES
from idbridge.oidc.clients import Client
from idbridge.oidc.errors import Fault
from idbridge.oidc.provider import Provider, RegionOffer
from tests.unit.oidc.samples import EARLIER, GD, HK, LATER, MO, NOW, PORTAL, PROVIDER, authorize, standing

NONE, LOW, SUBSTANTIAL, HIGH = Assurance
ESSENTIAL_HIGH = '{"id_token": {"acr": {"essential": true, "value": "urn:idbridge:loa:high"}}}'
DONE = Answer(SUBSTANTIAL)


def step(
    request: AuthorizationRequest,
    who: Standing | None = None,
    *,
    client: Client = PORTAL,
    provider: Provider = PROVIDER,
    chosen: RegionCode | None = None,
) -> Step:
    return next_step(request, client, provider, standing=who, now=LATER, chosen=chosen)


def signed_in_since(**changes: object) -> Standing:
    """The person signed in again after the request was received."""
    return standing(authenticated_at=LATER - timedelta(seconds=5), established_at=LATER - timedelta(seconds=4), **changes)


# Nobody is signed in


def test_the_user_chooses_a_region() -> None:
    assert step(authorize()) == ChooseRegion((GD, HK, MO))


def test_the_chosen_region_is_gone_to() -> None:
    assert step(authorize(), chosen=HK) == GoUpstream(HK, fresh=False, assurance=LOW, least=NONE)


def test_a_region_that_may_not_be_chosen_leads_back_to_the_choice() -> None:
    assert step(authorize(), chosen=RegionCode("XX")) == ChooseRegion((GD, HK, MO))
    two = replace(PORTAL, regions=(GD, MO))
    assert step(authorize(two), client=two, chosen=HK) == ChooseRegion((GD, MO))


def test_a_hint_and_an_only_region_save_the_choice() -> None:
    assert step(authorize(idp_hint="MO")) == GoUpstream(MO, fresh=False, assurance=LOW, least=NONE)
    only_hk = replace(PORTAL, regions=(HK,))
    assert step(authorize(), client=only_hk) == GoUpstream(HK, fresh=False, assurance=LOW, least=NONE)
    assert step(authorize(idp_hint="MO"), client=only_hk) == GoUpstream(HK, fresh=False, assurance=LOW, least=NONE)


def test_a_choice_outweighs_a_hint() -> None:
    assert step(authorize(idp_hint="MO"), chosen=GD) == GoUpstream(GD, fresh=False, assurance=LOW, least=NONE)


@pytest.mark.parametrize("changes", [{"prompt": "login"}, {"prompt": "select_account"}, {"max_age": "60"}])
def test_a_first_sign_in_is_fresh_when_the_client_says_so(changes: dict[str, str]) -> None:
    assert step(authorize(**changes), chosen=HK) == GoUpstream(HK, fresh=True, assurance=LOW, least=NONE)


def test_the_level_is_asked_for_from_the_start() -> None:
    assert step(authorize(acr_values="urn:idbridge:loa:high"), chosen=HK) == GoUpstream(HK, False, HIGH, NONE)
    assert step(authorize(claims=ESSENTIAL_HIGH), chosen=HK) == GoUpstream(HK, False, HIGH, HIGH)
    demanding = replace(PORTAL, minimum_assurance=SUBSTANTIAL)
    assert step(authorize(acr_values="urn:idbridge:loa:high"), client=demanding, chosen=HK) == GoUpstream(
        HK, False, HIGH, SUBSTANTIAL
    )


def test_only_regions_that_can_reach_the_level_are_offered() -> None:
    assert step(authorize(claims=ESSENTIAL_HIGH)) == ChooseRegion((GD, HK))
    assert step(authorize(claims=ESSENTIAL_HIGH), chosen=MO) == ChooseRegion((GD, HK))
    only_mo = replace(PORTAL, regions=(MO,))
    assert step(authorize(claims=ESSENTIAL_HIGH), client=only_mo) == Refuse(Fault.ASSURANCE_UNREACHABLE)


def test_no_region_is_open() -> None:
    assert step(authorize(), provider=replace(PROVIDER, regions=())) == Refuse(Fault.REGION_UNAVAILABLE)


def test_oidcc_prompt_none_not_logged_in() -> None:
    assert step(authorize(prompt="none")) == Refuse(Fault.LOGIN_NEEDED)
    assert Fault.LOGIN_NEEDED.error == "login_required"


# Somebody is signed in


def test_who_is_signed_in_and_agreed_is_answered() -> None:
    assert step(authorize(), standing()) == DONE


def test_oidcc_prompt_none_logged_in() -> None:
    assert step(authorize(prompt="none"), standing()) == DONE


def test_another_region_may_be_picked_all_the_same() -> None:
    assert step(authorize(), standing(), chosen=GD) == GoUpstream(GD, fresh=False, assurance=LOW, least=NONE)


def test_a_session_of_a_region_that_is_not_accepted_does_not_count() -> None:
    only_gd = replace(PORTAL, regions=(GD,))
    assert step(authorize(), standing(), client=only_gd) == GoUpstream(GD, fresh=False, assurance=LOW, least=NONE)
    switched_off = replace(PROVIDER, regions=(RegionOffer(GD), RegionOffer(MO)))
    assert step(authorize(), standing(), provider=switched_off) == ChooseRegion((GD, MO))
    assert step(authorize(prompt="none"), standing(), client=only_gd) == Refuse(Fault.LOGIN_NEEDED)


def test_oidcc_prompt_login() -> None:
    request = authorize(prompt="login")
    assert step(request, standing()) == GoUpstream(HK, fresh=True, assurance=LOW, least=NONE)
    assert step(request, signed_in_since(forced=True)) == DONE


def test_prompt_login_is_not_satisfied_by_a_login_that_was_not_forced() -> None:
    request = authorize(prompt="login")
    assert isinstance(step(request, signed_in_since(forced=False)), GoUpstream)
    assert isinstance(step(request, standing(forced=True)), GoUpstream)
    assert isinstance(step(request, standing(forced=True, established_at=NOW)), GoUpstream)


def test_prompt_login_does_not_depend_on_the_regions_clock() -> None:
    """A provider whose clock is slow, or that rounds to seconds, must not send the user round and round."""
    slow = signed_in_since(forced=True)
    slow = replace(slow, session=replace(slow.session, authenticated_at=NOW - timedelta(minutes=2)))
    assert step(authorize(prompt="login", max_age="1"), slow) == DONE


def test_prompt_select_account_asks_for_the_region_again() -> None:
    request = authorize(prompt="select_account", idp_hint="HK")
    assert step(request, standing()) == ChooseRegion((GD, HK, MO))
    assert step(request, standing(), chosen=MO) == GoUpstream(MO, fresh=True, assurance=LOW, least=NONE)
    assert step(request, signed_in_since(forced=True)) == DONE


def test_oidcc_max_age_1() -> None:
    request = authorize(max_age="1")
    assert step(request, standing()) == GoUpstream(HK, fresh=True, assurance=LOW, least=NONE)
    assert step(request, signed_in_since(forced=True)) == DONE
    assert step(authorize(max_age="1", prompt="none"), standing()) == Refuse(Fault.LOGIN_NEEDED)


def test_oidcc_max_age_10000() -> None:
    assert step(authorize(max_age="10000"), standing()) == DONE


def test_max_age_counts_from_the_login_to_the_second() -> None:
    age = int((LATER - EARLIER).total_seconds())
    assert step(authorize(max_age=str(age)), standing()) == DONE
    assert isinstance(step(authorize(max_age=str(age - 1)), standing()), GoUpstream)


def test_a_region_whose_clock_runs_ahead_does_not_make_a_login_younger() -> None:
    ahead = standing(authenticated_at=LATER + timedelta(hours=1))
    assert isinstance(step(authorize(max_age="60"), ahead), GoUpstream)


def test_max_age_0_is_prompt_login() -> None:
    assert isinstance(step(authorize(max_age="0"), signed_in_since()), GoUpstream)
    assert step(authorize(max_age="0"), signed_in_since(forced=True)) == DONE


# Whom the client expects


def test_the_expected_subject_is_answered() -> None:
    assert step(replace(authorize(), subjects=("pairwise-subject",)), standing()) == DONE
    assert step(replace(authorize(prompt="none"), subjects=("x", "pairwise-subject")), standing()) == DONE


def test_another_subject_has_to_sign_in_and_then_is_refused() -> None:
    request = replace(authorize(idp_hint="HK"), subjects=("somebody-else",))
    assert step(request, standing()) == GoUpstream(HK, fresh=True, assurance=LOW, least=NONE)
    assert step(request, signed_in_since()) == Refuse(Fault.SUBJECT_MISMATCH)
    assert Fault.SUBJECT_MISMATCH.error == "login_required"


def test_another_subject_is_refused_in_silence() -> None:
    request = replace(authorize(prompt="none"), subjects=("somebody-else",))
    assert step(request, standing()) == Refuse(Fault.SUBJECT_MISMATCH)


# How sure


def test_a_login_that_suffices_is_stated_as_what_was_asked() -> None:
    assert step(authorize(acr_values="urn:idbridge:loa:low"), standing()) == Answer(LOW)
    both = authorize(acr_values="urn:idbridge:loa:low urn:idbridge:loa:substantial")
    assert step(both, standing()) == Answer(SUBSTANTIAL)
    assert step(authorize(claims=ESSENTIAL_HIGH), standing(assurance=HIGH)) == Answer(HIGH)


def test_an_unmet_essential_acr_is_stepped_up_once() -> None:
    request = authorize(claims=ESSENTIAL_HIGH)
    assert step(request, standing()) == GoUpstream(HK, fresh=True, assurance=HIGH, least=HIGH)
    assert step(request, signed_in_since(sought=HIGH, assurance=HIGH)) == Answer(HIGH)
    assert step(request, signed_in_since(sought=HIGH)) == Refuse(Fault.ASSURANCE_UNMET)
    assert Fault.ASSURANCE_UNMET.error == "unmet_authentication_requirements"


def test_the_least_of_several_essential_levels_will_do() -> None:
    values = '["urn:idbridge:loa:high", "urn:idbridge:loa:substantial"]'
    request = authorize(claims=f'{{"id_token": {{"acr": {{"essential": true, "values": {values}}}}}}}')
    assert step(request, standing()) == Answer(SUBSTANTIAL)
    assert step(request, chosen=HK) == GoUpstream(HK, fresh=False, assurance=HIGH, least=SUBSTANTIAL)


def test_a_voluntary_level_above_the_clients_minimum() -> None:
    demanding = replace(PORTAL, minimum_assurance=SUBSTANTIAL)
    request = authorize(acr_values="urn:idbridge:loa:high")
    # MO reaches the minimum but not what is wanted, so that the step up goes elsewhere.
    at_mo = step(request, standing(region=MO), client=demanding)
    assert at_mo == GoUpstream(HK, fresh=True, assurance=HIGH, least=SUBSTANTIAL)
    assert step(request, signed_in_since(sought=HIGH), client=demanding) == DONE


def test_a_login_of_another_tab_is_no_attempt() -> None:
    assert isinstance(step(authorize(claims=ESSENTIAL_HIGH), signed_in_since(sought=LOW)), GoUpstream)


def test_a_voluntary_acr_is_stepped_up_once_and_answered_as_it_is() -> None:
    request = authorize(acr_values="urn:idbridge:loa:high")
    assert step(request, standing()) == GoUpstream(HK, fresh=True, assurance=HIGH, least=NONE)
    assert step(request, signed_in_since(sought=HIGH)) == DONE


def test_any_of_the_voluntary_levels_will_do() -> None:
    assert step(authorize(acr_values="urn:idbridge:loa:high urn:idbridge:loa:substantial"), standing()) == DONE


def test_the_step_up_goes_to_a_region_of_the_person_that_can() -> None:
    at_mo = standing(region=MO)
    assert step(authorize(claims=ESSENTIAL_HIGH), at_mo) == GoUpstream(HK, fresh=True, assurance=HIGH, least=HIGH)
    unlinked = replace(at_mo, linked=(MO,))
    assert step(authorize(claims=ESSENTIAL_HIGH), unlinked) == Refuse(Fault.ASSURANCE_UNMET)
    assert step(authorize(acr_values="urn:idbridge:loa:high"), unlinked) == DONE
    only_mo = replace(PORTAL, regions=(MO,))
    assert step(authorize(claims=ESSENTIAL_HIGH), at_mo, client=only_mo) == Refuse(Fault.ASSURANCE_UNMET)


def test_the_clients_minimum_is_essential() -> None:
    demanding = replace(PORTAL, minimum_assurance=HIGH)
    assert step(authorize(), standing(), client=demanding) == GoUpstream(HK, fresh=True, assurance=HIGH, least=HIGH)
    assert step(authorize(), signed_in_since(sought=HIGH), client=demanding) == Refuse(Fault.ASSURANCE_UNMET)


def test_levels_in_silence() -> None:
    assert step(authorize(prompt="none", claims=ESSENTIAL_HIGH), standing()) == Refuse(Fault.STEP_UP_NEEDED)
    assert Fault.STEP_UP_NEEDED.error == "interaction_required"
    assert step(authorize(prompt="none", acr_values="urn:idbridge:loa:high"), standing()) == DONE


# For whom


ORGANISATIONS = ("org-1", "org-2")


def test_an_organisation_is_chosen_when_asked_for_and_there_are_several() -> None:
    request = authorize(scope="openid organisation")
    assert step(request, standing(organisations=ORGANISATIONS)) == ChooseOrganisation(ORGANISATIONS)
    assert step(authorize(), standing(organisations=ORGANISATIONS)) == DONE
    assert step(request, standing(organisations=("org-1",))) == DONE
    assert step(request, standing()) == DONE


@pytest.mark.parametrize("choice", [None, "org-2"])
def test_the_choice_is_not_asked_for_again(choice: str | None) -> None:
    chosen = standing(organisations=ORGANISATIONS, acting_for=choice, capacity_chosen=True)
    assert step(authorize(scope="openid organisation"), chosen) == DONE
    assert chosen.session.organisation == choice


def test_an_only_organisation_is_acted_for_unless_declined() -> None:
    assert standing(organisations=("org-1",)).session.organisation == "org-1"
    assert standing(organisations=("org-1",), capacity_chosen=True).session.organisation is None
    assert standing(organisations=ORGANISATIONS).session.organisation is None


def test_the_choice_of_an_organisation_in_silence() -> None:
    request = authorize(scope="openid organisation", prompt="none")
    assert step(request, standing(organisations=ORGANISATIONS)) == Refuse(Fault.ORGANISATION_NEEDED)
    assert Fault.ORGANISATION_NEEDED.error == "account_selection_required"


# Consent


def test_consent_is_asked_when_anything_is_not_agreed_to() -> None:
    assert step(authorize(), standing(consented_at=None)) == AskConsent()
    assert step(authorize(prompt="none"), standing(consented_at=None)) == Refuse(Fault.CONSENT_NEEDED)
    assert Fault.CONSENT_NEEDED.error == "consent_required"


def test_prompt_consent_asks_again() -> None:
    request = authorize(prompt="consent")
    assert step(request, standing()) == AskConsent()
    assert step(request, standing(consented_at=NOW)) == AskConsent()
    assert step(request, standing(consented_at=NOW + timedelta(microseconds=1))) == DONE


# The whole


def test_nobody_is_asked_for_consent_who_has_to_sign_in_again() -> None:
    assert [rule.silently for rule in RULES] == [
        Fault.LOGIN_NEEDED,
        Fault.LOGIN_NEEDED,
        Fault.SUBJECT_MISMATCH,
        Fault.STEP_UP_NEEDED,
        Fault.ORGANISATION_NEEDED,
        Fault.CONSENT_NEEDED,
    ]


PROMPTS = ("login", "consent", "select_account", "login consent", "none", None)
ACRS = ("urn:idbridge:loa:high", "urn:idbridge:loa:low urn:idbridge:loa:high", None)
CLAIMS = (ESSENTIAL_HIGH, None)
AGES = ("0", "1", "10000", None)


@pytest.mark.parametrize(("prompt", "acr_values", "claims", "max_age"), list(product(PROMPTS, ACRS, CLAIMS, AGES)))
@settings(max_examples=25)
@given(
    start=st.none() | st.sampled_from([LOW, SUBSTANTIAL, HIGH]),
    reached=st.sampled_from([NONE, LOW, SUBSTANTIAL, HIGH]),
    organisations=st.sampled_from([(), ORGANISATIONS]),
    subjects=st.sampled_from([(), ("pairwise-subject",), ("somebody-else",)]),
)
def test_every_sign_in_ends(prompt, acr_values, claims, max_age, start, reached, organisations, subjects) -> None:
    """Whatever is asked for and whatever a region delivers, a user who does each step once or twice is done."""
    request = replace(
        authorize(prompt=prompt, acr_values=acr_values, claims=claims, max_age=max_age, scope="openid organisation"),
        subjects=subjects,
    )
    who = None if start is None else standing(consented_at=None, assurance=start, organisations=organisations)
    now, chosen, steps = NOW, None, []
    while not isinstance(steps[-1] if steps else None, Answer | Refuse):
        assert len(steps) < 8, steps
        now += timedelta(seconds=1)
        steps.append(next_step(request, PORTAL, PROVIDER, standing=who, now=now, chosen=chosen))
        chosen = None
        match steps[-1]:
            case ChooseRegion(regions):
                chosen = regions[0]
            case GoUpstream(region, fresh, assurance, _):
                who = standing(
                    region=region,
                    forced=fresh,
                    sought=assurance,
                    assurance=reached,
                    authenticated_at=now - timedelta(days=0 if fresh else 1),
                    established_at=now,
                    organisations=organisations,
                    consented_at=None,
                )
            case ChooseOrganisation():
                who = replace(who, session=replace(who.session, capacity_chosen=True))
            case AskConsent():
                who = replace(who, consented_at=now)
    if request.is_silent:
        assert len(steps) == 1
    if isinstance(steps[-1], Answer):
        assert who is not None
        assert who.consented_at is not None
        assert claims is None or steps[-1].acr is HIGH
        assert not subjects or who.subject in subjects
        assert steps[-1].acr <= who.session.assurance
