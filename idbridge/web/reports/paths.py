"""Why a certificate's path does not hold, in sentences: which certificate, since when, by what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from idbridge.pki.report import Check, MissingEvidence, PathReport
from idbridge.trust.svg import called
from idbridge.web.reports.path_wording import (
    BREAKS_PROFILE,
    HELD_THEN,
    HOLDS,
    NO_PATH,
    NOT_AS_REQUIRED,
    PATHS,
    PROFILE,
    REVOCATION,
    REVOCATION_REASONS,
    SAID_TO_BE_AT,
    WEAK_SIGNATURE,
)
from idbridge.web.reports.voice import Voice, Words


def path_sentences(report: PathReport, voice: Voice, *, at: datetime | None = None) -> Iterator[Words]:
    """Yield why the path of a certificate holds or does not; *at* is when the whole check was made, if that is not now."""
    decisive = _decisive(report)
    if decisive is not None:
        yield check_sentence(decisive, report, voice)
    elif report.path is None:
        yield voice.say(NO_PATH, certificate=called(report.certificate), issuer=report.certificate.issuer)
    elif at is not None and report.at < at:
        yield voice.say(HELD_THEN, at=report.at)
    else:
        yield voice.say(HOLDS)
    if report.indication == "INDETERMINATE" and (urls := _urls(report.missing)):
        yield voice.say(SAID_TO_BE_AT, urls=voice.listed(urls))


def _decisive(report: PathReport) -> Check | None:
    overruling = next((check for check in report.checks if check.outcome == "indeterminate"), None)
    if overruling is not None or report.path is None:
        return overruling
    return report.path.decisive


def _urls(missing: tuple[MissingEvidence, ...]) -> list[str]:
    return [url for item in missing for url in item.urls]


def check_sentence(check: Check, report: PathReport, voice: Voice) -> Words:
    """Return why a check of the path engine does not hold."""
    certificate, values = check.certificate or report.certificate, check.values
    named = {
        "certificate": called(certificate),
        "issuer": certificate.issuer,
        "since": certificate.not_before,
        "until": certificate.not_after,
        "at": report.at,
    }
    match check.name:
        case "revocation":
            return _revocation(values, named, voice)
        case "signature" if check.sub_indication == "CRYPTO_CONSTRAINTS_FAILURE":
            return voice.say(WEAK_SIGNATURE, algorithm=values.get("algorithm") or "?", **named)
        case name if name in PATHS:
            return voice.say(PATHS[name], **named)
        case name if name in PROFILE:
            return voice.say(BREAKS_PROFILE, what=voice.say(PROFILE[name]), **named)
        case name:
            return voice.say(NOT_AS_REQUIRED, rule=name, **named)


def _revocation(values: Mapping[str, object], named: Mapping[str, object], voice: Voice) -> Words:
    status = str(values.get("status", "unknown"))
    reason = voice.code(REVOCATION_REASONS, str(values.get("reason") or ""))
    return voice.say(REVOCATION.get(status, REVOCATION["unknown"]), date=values.get("revocation_date"), reason=reason, **named)
