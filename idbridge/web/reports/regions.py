"""What each region says of a signature, in sentences: recognised or not, by which entry, and by which rule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import cast

from idbridge.web.reports.account import RegionLine, RuleLine
from idbridge.web.reports.region_wording import (
    CANNOT_TELL,
    NOT_RECOGNISED,
    NOT_RECOGNISED_BY,
    RECOGNISED,
    RECOGNISED_AS_OWN,
    RECOGNISED_PLAINLY,
    REFUSALS,
)
from idbridge.web.reports.voice import Voice, Words, quoted
from idbridge.web.trust_wording import ANSWERS, LEVELS, OUTCOMES, RULES, SCHEMES
from idbridge.web.wording import REGIONS


def region_lines(recognition: Mapping[str, Mapping[str, object]], voice: Voice) -> Iterator[RegionLine]:
    """Yield a line for each region, in the order of the report."""
    for region, said in recognition.items():
        place = place_of(region, voice)
        rules = cast("Sequence[Mapping[str, object]]", said.get("rules") or ())
        yield RegionLine(
            region=region,
            place=place,
            answer=str(said["answer"]),
            answer_words=voice.code(ANSWERS, str(said["answer"])),
            sentence=_sentence(said, place, voice),
            rules=tuple(_rule(rule, voice) for rule in rules),
        )


def place_of(region: str, voice: Voice) -> Words:
    """Return the name of a region; of one that is not of ours its code."""
    return voice.say(REGIONS[region].name) if region in REGIONS else quoted(region)


def _sentence(said: Mapping[str, object], place: Words, voice: Voice) -> Words:
    entry, rule = str(said.get("entry") or ""), str(said["rule"])
    if said["answer"] == "recognised":
        return _recognised(said, entry, place, voice)
    if said["answer"] == "cannot-tell":
        return voice.say(CANNOT_TELL, place=place, rule=voice.code(RULES, rule))
    why = voice.code(REFUSALS, rule)
    if entry:
        return voice.say(NOT_RECOGNISED_BY, place=place, entry=entry, why=why)
    return voice.say(NOT_RECOGNISED, place=place, why=why)


def _recognised(said: Mapping[str, object], entry: str, place: Words, voice: Voice) -> Words:
    scheme, level = said.get("scheme"), said.get("level")
    if scheme and level and entry:
        named = {"scheme": voice.code(SCHEMES, str(scheme)), "level": voice.code(LEVELS, str(level))}
        return voice.say(RECOGNISED, place=place, entry=entry, **named)
    return voice.say(RECOGNISED_PLAINLY, place=place, entry=entry) if entry else voice.say(RECOGNISED_AS_OWN, place=place)


def _rule(rule: Mapping[str, object], voice: Voice) -> RuleLine:
    name, outcome = str(rule["rule"]), str(rule["outcome"])
    technical = quoted(rule.get("detail") or "")
    return RuleLine(name, voice.code(RULES, name), outcome, voice.code(OUTCOMES, outcome), technical)
