"""No attack passes as the original: a genuine document does, and whatever is done to it shows in the report.

What is tried here is in `tests/contracts/attacks`, a table a family: how the document is made, the verdict, what is named.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType

import pytest

from idbridge.signatures.gathering import ValidationData
from tests.contracts.attacks import containers, keys, markup, messages, papers, times, tokens
from tests.contracts.attacks.scene import EVIDENCE, UNTOUCHED, said

FAMILIES: Mapping[str, ModuleType] = {
    "CMS": messages,
    "JWS": tokens,
    "ZIP": containers,
    "timestamp": times,
    "PDF": papers,
    "XML": markup,
    "key": keys,
}
GENUINE = [(family, name) for family, module in FAMILIES.items() for name in module.GENUINE]
ATTACKS = [(family, name) for family, module in FAMILIES.items() for name in module.ATTACKS]


@pytest.fixture(autouse=True)
def nothing_is_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("socket.socket.connect", lambda *_: pytest.fail("a connection was made"))


def evidence_of(module: ModuleType) -> ValidationData:
    """What is at hand besides the document: that of the family, or else that nobody is revoked."""
    return getattr(module, "EVIDENCE", EVIDENCE)


@pytest.mark.parametrize(("family", "name"), GENUINE)
def test_what_is_genuine_passes_untouched(family: str, name: str) -> None:
    module = FAMILIES[family]
    verdict, named = said(module.GENUINE[name], evidence=evidence_of(module))
    assert verdict == UNTOUCHED, named


@pytest.mark.parametrize(("family", "name"), ATTACKS)
def test_no_attack_passes_as_the_original(family: str, name: str) -> None:
    module = FAMILIES[family]
    attack = module.ATTACKS[name]
    verdict, named = said(attack.make, attack.detached, evidence_of(module))
    assert verdict != UNTOUCHED
    assert (verdict, attack.names in named) == (attack.verdict, True), named
