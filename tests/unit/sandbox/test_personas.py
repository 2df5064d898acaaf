from __future__ import annotations

from pathlib import Path

import pytest

from idbridge.identity import documents
from idbridge.identity.assertion import DocumentKind
from idbridge.sandbox.personas import Persona, load_personas

PERSONAS = load_personas()
GUANGDONG_KINDS: dict[str, DocumentKind] = {"49": "USCC", "41": "MAINLAND-TRAVEL-PERMIT"}


def numbers(persona: Persona) -> list[tuple[DocumentKind, str]]:
    found: list[tuple[DocumentKind, str]] = []
    if account := persona.guangdong:
        mainland = [account.link_card_number, account.legal_card_number]
        if account.card_type in GUANGDONG_KINDS:
            found.append((GUANGDONG_KINDS[account.card_type], account.card_number))
        else:
            mainland.append(account.card_number)
        found += [(documents.recognise_mainland(number), number) for number in mainland if number]
    if persona.hongkong:
        found.append(("HKID", persona.hongkong.hkid))
    if home := persona.macao:
        kinds: tuple[tuple[DocumentKind, str], ...] = (("MO-BIR", home.bir), ("HKID", home.hkid), ("PASSPORT", home.passport))
        found += [(kind, number) for kind, number in kinds if number]
    return found


@pytest.mark.parametrize("persona", PERSONAS, ids=lambda persona: persona.key)
def test_every_number_passes_the_checks_of_its_kind(persona: Persona) -> None:
    assert numbers(persona)
    for kind, number in numbers(persona):
        assert documents.read(kind, number).number


def test_numbers_with_a_birthdate_and_a_gender_agree_with_the_person() -> None:
    for persona in PERSONAS:
        for kind, number in numbers(persona):
            if persona.guangdong and kind.startswith("CN-") and number != persona.guangdong.legal_card_number:
                assert documents.birthdate(documents.read(kind, number)) == persona.birthdate
                assert persona.gender == ("male" if int(number[16]) % 2 else "female")  # GB 11643 §4.2.3


def test_the_sandbox_has_the_people_that_a_demonstration_needs() -> None:
    regions = {persona.key: sum(map(bool, (persona.guangdong, persona.hongkong, persona.macao))) for persona in PERSONAS}
    assert sorted(regions.values())[-2:] == [2, 3]
    accounts = [persona.guangdong for persona in PERSONAS if persona.guangdong]
    assert any(account.company for account in accounts)
    assert {account.level for account in accounts} >= {"L1", "L2", "L3"}
    assert {persona.hongkong.user_type for persona in PERSONAS if persona.hongkong} == {"default", "sign"}
    kinds = {kind for persona in PERSONAS for kind, _ in numbers(persona)}
    assert kinds >= {"CN-RESIDENT-ID", "CN-RESIDENCE-PERMIT-HK", "MAINLAND-TRAVEL-PERMIT", "HKID", "MO-BIR", "USCC", "PASSPORT"}


def test_two_personas_with_one_key_are_refused(tmp_path: Path) -> None:
    one = '[[persona]]\nkey = "a"\nlatin = "A"\nbirthdate = 2000-01-01\ngender = "male"\nnote = ""\n'
    (tmp_path / "p.toml").write_text(one * 2)
    with pytest.raises(ValueError, match="two personas"):
        load_personas(tmp_path / "p.toml")
    (tmp_path / "p.toml").write_text(one.replace("male", "other"))
    with pytest.raises(ValueError, match="Invalid enum value"):
        load_personas(tmp_path / "p.toml")
