"""Policies: the default is whole, and nothing that would weaken a signature's meaning can be written."""

from __future__ import annotations

import tomllib
from importlib.resources import files

import pytest

from idbridge.signatures.checks import CHECK_NAMES, PACKAGE, SEAL, SIGNATURE_CHECKS, TIMESTAMP_CHECKS
from idbridge.signatures.policy import INDISPENSABLE, Level, Purpose, default_policy, read_policy
from idbridge.signatures.refusals import PolicyRefused, Refusal

DEFAULT = (files("idbridge.signatures") / "policies" / "default.toml").read_text("utf-8")


def test_default_names_every_check_of_every_purpose() -> None:
    table = tomllib.loads(DEFAULT)["checks"]
    signature = {row.name for row in SIGNATURE_CHECKS}
    assert set(table["counter-signature"]) == signature
    assert set(table["signature"]) == signature | {row.name for row in (*SEAL, *PACKAGE)}
    assert set(table["timestamp"]) == {row.name for row in TIMESTAMP_CHECKS}
    assert set(table) == set(Purpose)


def test_default_states_all_purposes() -> None:
    policy = default_policy(CHECK_NAMES)
    assert all(policy.states(purpose) for purpose in Purpose)
    assert policy.fault_level("never-heard-of") is Level.WARN


def test_what_is_not_named_is_required() -> None:
    policy = read_policy("[checks.signature]\nsigning-time-present = 'warn'", CHECK_NAMES)
    assert policy.level(Purpose.SIGNATURE, "scope-covers-document") is Level.REQUIRED
    assert policy.fault_level("any") is Level.REQUIRED
    assert not policy.states(Purpose.SIGNATURE)


@pytest.mark.parametrize("check", sorted(INDISPENSABLE))
@pytest.mark.parametrize("level", ["warn", "off"])
def test_what_cannot_be_lowered(check: str, level: str) -> None:
    with pytest.raises(PolicyRefused, match=check):
        read_policy(f"[checks.signature]\n{check} = '{level}'", CHECK_NAMES)


@pytest.mark.parametrize(
    "text",
    [
        "checks = 1",
        "[checks.signature]\nno-such-check = 'warn'",
        "[checks.signature]\nsigning-time-present = 'sometimes'",
        "[checks.nobody]\nsigning-time-present = 'warn'",
        "revocation = 'maybe'",
        "algorithms = 'homemade'",
        "grace_hours = -1",
        "grace_hours = 'long'",
        "gracehours = 1",
        "not toml",
    ],
)
def test_refused(text: str) -> None:
    with pytest.raises(PolicyRefused) as refused:
        read_policy(text, CHECK_NAMES)
    assert refused.value.code is Refusal.POLICY


def test_check_names_are_unique_in_a_table() -> None:
    for rows in (SIGNATURE_CHECKS, TIMESTAMP_CHECKS):
        names = [row.name for row in rows]
        assert len(names) == len(set(names))
    assert INDISPENSABLE <= CHECK_NAMES
