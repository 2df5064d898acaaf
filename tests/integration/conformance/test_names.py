"""Every module of the plans that the bridge is measured by has a test that carries its name."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from tests import requirements
from tests.unit.regions import test_openid_conformance as relying_party

HERE = Path(__file__).parent
FUNCTION = re.compile(r"^def test_(\w+)\(", re.MULTILINE)
PLANS = {
    "OP Basic": ("test_op_basic.py", 38),
    "OP Config": ("test_op_config.py", 1),
    "RP-initiated logout OP": ("test_rp_initiated_logout.py", 11),
    "RP side (idbridge towards IdPs): Basic RP": (relying_party.BASIC_RP, 16),
    "RP side: Config RP": (relying_party.CONFIG_RP, 6),
}


def modules_of(plan: str) -> set[str]:
    """Return a plan's modules from the list that is kept beside the checkout."""
    root = Path(os.environ.get("IDBRIDGE_VECTORS") or requirements.CHECKOUT.parent / "shared" / "vectors")
    document = root.parent / "oidc-conformance.md"
    if not document.exists():
        requirements.missing(f"the lists of conformance modules, {document}")
    sections = document.read_text(encoding="utf-8").split("\n## ")
    section = next(one for one in sections if one.split("\n")[0].partition(" (`")[0].partition(" — ")[0] == plan)
    return set(re.findall(r"^- (\S+)$", section, re.MULTILINE))


@pytest.mark.parametrize("plan", PLANS)
def test_every_module_has_a_test(plan: str) -> None:
    tests, count = PLANS[plan]
    if isinstance(tests, str):
        named = {name.replace("_", "-") for name in FUNCTION.findall((HERE / tests).read_text(encoding="utf-8"))}
    else:
        named = {relying_party.module_name(function) for function in tests}
    assert len(named) == count
    assert named == modules_of(plan)
