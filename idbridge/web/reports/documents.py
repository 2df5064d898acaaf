"""A whole document report in words: the verdict in one sentence first, then every signature and every proof of time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from idbridge.identity.signers import SignerIdentity
from idbridge.signatures.evidence import ReferenceKind
from idbridge.signatures.indications import Indication
from idbridge.signatures.report import DocumentReport, EvidenceRecordReport, TimestampReport
from idbridge.web.reports.account import DocumentAccount, Fact, ProofAccount
from idbridge.web.reports.faults import fault_words
from idbridge.web.reports.reasons import Case
from idbridge.web.reports.regions import place_of
from idbridge.web.reports.signatures import (
    check_lines,
    covers_document,
    reason,
    reasons,
    signature_verdict,
    signer_facts,
    tell_signature,
)
from idbridge.web.reports.voice import Voice, Words, quoted
from idbridge.web.reports.wording import (
    ALL_PARTLY,
    ALL_WHOLE,
    DOCUMENTS,
    LIST_CITED,
    NO_SIGNATURE,
    NOT_KNOWN,
    ONLY_PROOFS,
    RECORD_PROVES,
    SOME_CANNOT_TELL,
    SOME_NOT_VALID,
    STAMP_CANNOT_TELL,
    STAMP_PROVES,
    STAMP_PROVES_NOTHING,
    STAMPS,
    UNREAD,
    Label,
)


def tell(report: DocumentReport, voice: Voice, identities: Sequence[SignerIdentity] = ()) -> DocumentAccount:
    """Return the account of *report* in the language of *voice*.

    *identities*: what is told of the signer of each signature, in order; nothing if left out.
    """
    known = identities or (SignerIdentity(),) * len(report.signatures)
    return DocumentAccount(
        language=voice.language.tag,
        at=report.at,
        name=quoted(report.name) if report.name else voice.say(NOT_KNOWN),
        indication=report.indication.value,
        sub_indication=report.sub_indication and report.sub_indication.value,
        verdict=document_verdict(report, voice),
        facts=tuple(_facts(report, voice)),
        notes=tuple(dict.fromkeys(fault_words((*report.faults, *report.limits), voice))),
        signatures=tuple(
            tell_signature(signature, report, voice, identity)
            for signature, identity in zip(report.signatures, known, strict=True)
        ),
        proofs=tuple(_proofs(report, voice)),
        lists=tuple(list_lines(report.trust_lists, voice)),
        whole=all(map(covers_document, report.signatures)),
    )


def document_verdict(report: DocumentReport, voice: Voice) -> Words:
    """Return the verdict on a document in one sentence: that on its one signature, or on all of them together."""
    signatures = report.signatures
    if not signatures:
        return voice.say(ONLY_PROOFS if report.timestamps or report.evidence_records else NO_SIGNATURE)
    if report.indication is not Indication.TOTAL_PASSED:
        return _objection(report, voice)
    if len(signatures) == 1:
        return signature_verdict(signatures[0], report, voice)
    return voice.count(*(ALL_WHOLE if all(map(covers_document, signatures)) else ALL_PARTLY), len(signatures))


def _objection(report: DocumentReport, voice: Voice) -> Words:
    bad = [signature for signature in report.signatures if signature.indication is report.indication]
    if not bad:
        return voice.say(UNREAD)
    if len(report.signatures) == 1:
        return signature_verdict(bad[0], report, voice)
    forms = SOME_NOT_VALID if report.indication is Indication.TOTAL_FAILED else SOME_CANNOT_TELL
    return voice.count(*forms, len(bad), all=len(report.signatures))


def _facts(report: DocumentReport, voice: Voice) -> Iterator[Fact]:
    kind = report.container.profile if report.container else report.format.value
    yield Fact(voice.say(Label.DOCUMENT), (quoted(report.name) if report.name else voice.say(NOT_KNOWN),))
    yield Fact(voice.say(Label.KIND), (voice.code(DOCUMENTS, kind),))
    yield Fact(voice.say(Label.AT), (voice.moment(report.at),))
    yield Fact(voice.say(Label.POLICY), (quoted(report.policy),))


def list_lines(cited: Iterable[Mapping[str, object]], voice: Voice) -> Iterator[Words]:
    """Yield a line for each trust list that was relied upon: whose, which number, of when, and its digest."""
    for one in cited:
        place, issued = place_of(str(one.get("region")), voice), one.get("issued")
        moment = voice.moment(issued) if isinstance(issued, datetime) else voice.say(NOT_KNOWN)
        number, sha256 = quoted(one.get("sequence")), quoted(one.get("sha256"))
        yield voice.say(LIST_CITED, place=place, number=number, issued=moment, sha256=sha256)


# --- time stamps and evidence records ---------------------------------------------------------------------------------


def _proofs(report: DocumentReport, voice: Voice) -> Iterator[ProofAccount]:
    for stamp in report.timestamps:
        yield _stamp(stamp, report, voice)
    for record in report.evidence_records:
        yield _record(record, voice)


def _stamp(stamp: TimestampReport, report: DocumentReport, voice: Voice) -> ProofAccount:
    case = Case(report, stamp, voice)
    return ProofAccount(
        id=stamp.evidence.id,
        title=voice.say(Label.STAMP, id=stamp.evidence.id),
        indication=stamp.indication.value,
        verdict=_stamp_verdict(stamp, voice),
        facts=(Fact(voice.say(Label.KIND), (voice.say(STAMPS[stamp.evidence.kind]),)), *signer_facts(stamp.signer, voice)),
        why=reasons(stamp.checks, case),
        checks=check_lines(stamp.checks, case),
    )


def _stamp_verdict(stamp: TimestampReport, voice: Voice) -> Words:
    if stamp.indication is Indication.PASSED and stamp.evidence.time is not None:
        return voice.say(STAMP_PROVES, time=stamp.evidence.time)
    return _unproved(stamp, voice)


def _unproved(proof: TimestampReport | EvidenceRecordReport, voice: Voice) -> Words:
    template = STAMP_PROVES_NOTHING if proof.indication is Indication.FAILED else STAMP_CANNOT_TELL
    return voice.say(template, why=reason(proof.sub_indication, voice))


def _record(record: EvidenceRecordReport, voice: Voice) -> ProofAccount:
    since = record.evidence.timestamps[0].time if record.evidence.timestamps else None
    proves = record.indication is Indication.PASSED and since is not None
    names = [r.name for r in record.evidence.references if r.kind is ReferenceKind.EVIDENCE_RECORD and r.name]
    return ProofAccount(
        id=record.evidence.id,
        title=voice.say(Label.RECORD, id=record.evidence.id),
        indication=record.indication.value,
        verdict=voice.say(RECORD_PROVES, time=since) if proves else _unproved(record, voice),
        facts=(Fact(voice.say(Label.SCOPE), (voice.listed(names),)),) if names else (),
        why=tuple(fault_words(record.evidence.faults, voice)),
    )
