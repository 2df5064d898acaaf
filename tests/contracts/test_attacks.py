"""No attack passes as the original: a genuine document does, and whatever is done to it shows in the report.

What is tried here is in `tests/contracts/attacks`, a table a family: how the document is made, the verdict, what is named.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from tests.contracts.attacks import messages
from tests.contracts.attacks.scene import UNTOUCHED, Attack, said

FAMILIES = [messages]
GENUINE: Mapping[str, Callable[[], bytes]] = {name: make for family in FAMILIES for name, make in family.GENUINE.items()}
ATTACKS: Mapping[str, Attack] = {name: attack for family in FAMILIES for name, attack in family.ATTACKS.items()}


@pytest.mark.parametrize("name", GENUINE)
def test_what_is_genuine_passes_untouched(name: str) -> None:
    assert said(GENUINE[name]) == (UNTOUCHED, said(GENUINE[name])[1])


@pytest.mark.parametrize("name", ATTACKS)
def test_no_attack_passes_as_the_original(name: str) -> None:
    attack = ATTACKS[name]
    verdict, named = said(attack.make, attack.detached)
    assert verdict != UNTOUCHED
    assert (verdict, attack.names in named) == (attack.verdict, True), named
