"""Which new versions replace the list relied upon, and that the old one stays in force otherwise."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from idbridge.trust.model import Pointer
from idbridge.trust.refresh import CLOCK_TOLERANCE, Verdict, decide, signers_of_next
from idbridge.trust.refusals import Refusal
from idbridge.trust.reliance import Standing, reliance_at
from idbridge.trust.vocabulary import REGION_LIST
from tests.unit.trust.authorities import ISSUED, NOW
from tests.unit.trust.lists import GD, HK, authorities, draft, sign, signed

SIGNERS = [authorities()["hk-signer"].der]
CURRENT = draft(HK)


def version(**changes):
    """The next version of Hong Kong's list, or one that differs from it."""
    content = replace(CURRENT, sequence=8, issued=ISSUED + timedelta(days=1))
    return replace(content, **changes)


def offer(data: bytes, current=None, now=NOW, signers=None, territory=HK):
    return decide(current, data, territory=territory, signers=SIGNERS if signers is None else signers, now=now)


def test_the_first_list_is_accepted():
    decision = offer(sign(CURRENT))
    assert (decision.verdict, decision.accepted, decision.code) == (Verdict.ACCEPTED, True, "accepted")
    assert decision.in_force is not None
    assert decision.in_force.content == CURRENT


def test_the_next_version_replaces_the_one_in_force():
    current = signed(CURRENT)
    decision = offer(sign(version()), current)
    assert decision.accepted
    assert decision.in_force.content.sequence == 8
    assert decision.in_force.sha256 != current.sha256


def test_the_same_bytes_again_change_nothing():
    data = sign(CURRENT)
    current = offer(data).in_force
    assert offer(data, current).verdict is Verdict.UNCHANGED


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({"sequence": 6}, Verdict.ROLLED_BACK),
        ({"sequence": 7}, Verdict.REUSED),
        ({"issued": ISSUED - timedelta(seconds=1)}, Verdict.ISSUED_EARLIER),
        ({"issued": NOW + CLOCK_TOLERANCE + timedelta(seconds=1)}, Verdict.ISSUED_IN_FUTURE),
        ({"next_update": NOW - timedelta(seconds=1)}, Verdict.EXPIRED),
        ({"next_update": None}, Verdict.EXPIRED),
    ],
)
def test_a_version_that_goes_back_or_has_ended_keeps_the_old_one(changes, verdict):
    current = signed(CURRENT)
    decision = offer(sign(version(**changes)), current)
    assert (decision.verdict, decision.in_force) == (verdict, current)
    assert decision.detail


def test_another_territorys_list_keeps_the_old_one():
    current = signed(CURRENT)
    decision = offer(sign(draft(GD)), current, signers=[*SIGNERS, authorities()["gd-signer"].der])
    assert (decision.verdict, decision.in_force) == (Verdict.OTHER_TERRITORY, current)


def test_one_regions_signer_signs_no_other_regions_list():
    """Guangdong's list signed by Hong Kong's signer is neither's, whichever of them it is offered as."""
    forged = sign(replace(draft(GD), sequence=99), "hk-signer")
    for territory, pinned, verdict in ((GD, "gd-signer", Verdict.REFUSED), (HK, "hk-signer", Verdict.OTHER_TERRITORY)):
        current = signed(draft(territory))
        decision = offer(forged, current, signers=[authorities()[pinned].der], territory=territory)
        assert (decision.verdict, decision.in_force) == (verdict, current)


@pytest.mark.parametrize(
    ("data", "refusal"),
    [
        (b"", Refusal.EMPTY),
        (b"<!DOCTYPE html><html></html>", Refusal.HTML_PAGE),
        (sign(CURRENT).replace(b"e-Cert", b"e-Kert"), Refusal.DIGEST_MISMATCH),
        (sign(version(), "mo-signer"), Refusal.SIGNER_NOT_PINNED),
    ],
)
def test_what_is_no_good_list_keeps_the_old_one(data, refusal):
    current = signed(CURRENT)
    decision = offer(data, current)
    assert (decision.verdict, decision.refusal, decision.code, decision.in_force) == (
        Verdict.REFUSED,
        refusal,
        refusal,
        current,
    )


def test_nothing_is_in_force_where_nothing_good_ever_came():
    assert offer(b"").in_force is None


def announcing(*names: str):
    own = Pointer("https://hk.example/list.xml", tuple(authorities()[name].der for name in names), HK, REGION_LIST)
    return replace(CURRENT, pointers=(own,))


def test_a_list_announces_who_signs_the_next_one():
    current = signed(announcing("mo-signer"))
    assert offer(sign(version(), "mo-signer"), current).accepted
    assert offer(sign(version()), current).refusal is Refusal.SIGNER_NOT_PINNED


def chain(*links: tuple[str, str | None]):
    """Return consecutive versions, each by its signer and announcing the next one's."""
    for number, (signer, announced) in enumerate(links):
        content = announcing(announced) if announced else CURRENT
        later = ISSUED + timedelta(minutes=number)
        yield sign(replace(content, sequence=7 + number, issued=later), signer)


def follow(*versions: bytes):
    current = None
    for data in versions:
        decision = offer(data, current)
        yield decision.code
        current = decision.in_force


def test_pivots_are_followed_one_after_the_other():
    links = ("hk-signer", "mo-signer"), ("mo-signer", "gd-signer"), ("gd-signer", None)
    assert list(follow(*chain(*links))) == ["accepted"] * 3


def test_a_chain_of_pivots_has_no_gap():
    first, _, last = chain(("hk-signer", "mo-signer"), ("mo-signer", "gd-signer"), ("gd-signer", None))
    assert list(follow(first, last)) == ["accepted", "signer-not-pinned"]


def test_a_pivot_that_was_replaced_breaks_the_chain():
    """By the former signer, who was replaced for a reason; by a stranger; by a list without its announcement."""
    first, second, last = chain(("hk-signer", "mo-signer"), ("mo-signer", "gd-signer"), ("gd-signer", None))
    _, by_the_former, _ = chain(("hk-signer", "mo-signer"), ("hk-signer", "gd-signer"), ("gd-signer", None))
    assert list(follow(first, by_the_former, last)) == ["accepted", "signer-not-pinned", "signer-not-pinned"]
    changed = second.replace(b"https://hk.example/list.xml", b"https://hk.example/lost.xml")
    assert changed != second
    assert list(follow(first, changed, last)) == ["accepted", "signature-digest-mismatch", "signer-not-pinned"]
    _, silent, _ = chain(("hk-signer", "mo-signer"), ("mo-signer", None), ("gd-signer", None))
    assert list(follow(first, silent, last)) == ["accepted", "accepted", "signer-not-pinned"]


def test_who_was_replaced_does_not_come_back_when_nobody_is_announced():
    *known, by_the_former = chain(("hk-signer", "mo-signer"), ("mo-signer", None), ("hk-signer", None))
    assert list(follow(*known, by_the_former)) == ["accepted", "accepted", "signer-not-pinned"]
    *known, by_the_same = chain(("hk-signer", "mo-signer"), ("mo-signer", None), ("mo-signer", None))
    assert list(follow(*known, by_the_same)) == ["accepted"] * 3


def test_who_was_announced_by_another_regions_list_signs_nothing_here():
    own = Pointer("https://hk.example/list.xml", (authorities()["mo-signer"].der,), GD, REGION_LIST)
    current = signed(replace(CURRENT, pointers=(own,)))
    assert offer(sign(version(), "mo-signer"), current).refusal is Refusal.SIGNER_NOT_PINNED


def test_an_expired_list_announces_nothing():
    current = signed(announcing("mo-signer"))
    later = NOW + timedelta(days=300)
    assert signers_of_next(current, SIGNERS, later) == SIGNERS


def test_a_list_stops_at_its_own_next_update():
    current = signed(CURRENT)
    end = CURRENT.next_update
    assert reliance_at(current, end).standing is Standing.CURRENT
    assert reliance_at(current, end + timedelta(seconds=1)).standing is Standing.EXPIRED
    assert reliance_at(current, end + timedelta(seconds=1)).content is None
    assert reliance_at(None, NOW).standing is Standing.MISSING
