"""Signing and augmenting: runs a making with a key and a time-stamping authority, and gathers what long-term levels need.

What is made is verified before it is given out: a signature that this very software calls broken helps nobody.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from idbridge.clock import Clock
from idbridge.pki import sm2
from idbridge.pki.certificate import Certificate
from idbridge.pki.errors import PkiError
from idbridge.pki.issuing.signer import Signer
from idbridge.services.documents import DocumentQuestion, Documents
from idbridge.services.long_term import material_at_hand, material_used, refuse_incomplete
from idbridge.services.timestamping import Stamper
from idbridge.signatures.checks.seal import SIGNING_USAGES
from idbridge.signatures.contents import Content
from idbridge.signatures.formats.catalogue import recognise
from idbridge.signatures.making.catalogue import AUGMENTERS, FORMATS, Augmentation, MadeFormat, Plan
from idbridge.signatures.making.refusals import MakingRefusal, MakingRefused
from idbridge.signatures.making.steps import (
    BaselineLevel,
    LongTermMaterial,
    Making,
    Signatory,
    SignatureWanted,
    TimestampWanted,
)
from idbridge.signatures.making.translation import as_making_refusals
from idbridge.signatures.refusals import DocumentRefused
from idbridge.signatures.report import DocumentReport

ABOVE_B: Final = (BaselineLevel.T, BaselineLevel.LT, BaselineLevel.LTA)
"""The levels that are reached one after the other."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A certificate (DER), the authorities above it, and how its key signs."""

    certificate: bytes = field(repr=False)
    signer: Signer = field(repr=False)
    chain: tuple[bytes, ...] = field(default=(), repr=False)

    @property
    def signatory(self) -> Signatory:
        """What makers are told of it."""
        return Signatory(self.certificate, self.signer.algorithm, self.chain)


def drive(making: Making, signer: Signer | None, stamper: Stamper | None) -> bytes:
    """Run a making to its document, giving it what it wishes for.

    :raises MakingRefused: the making refuses, or there is no authority to ask, or it gives no token.
    """
    try:
        wanted = next(making)
        while True:
            wanted = making.send(_fulfilled(wanted, signer, stamper))
    except StopIteration as done:
        document: bytes = done.value
        return document


def _fulfilled(wanted: SignatureWanted | TimestampWanted, signer: Signer | None, stamper: Stamper | None) -> bytes:
    match wanted:
        case SignatureWanted():
            if signer is None:
                raise MakingRefused(MakingRefusal.KEY, "a signature is asked for, and there is no key")
            return signer.sign(wanted.message)
        case TimestampWanted():
            if stamper is None:
                raise MakingRefused(MakingRefusal.NO_AUTHORITY, "a timestamp is asked for, and no authority is known")
            return stamper.stamp(wanted)


class Signing:
    """The use case. *documents* is what verifies; it fetches what long-term levels need. *stamper* None means level B alone."""

    def __init__(self, documents: Documents, stamper: Stamper | None, clock: Clock) -> None:
        self._documents = documents
        self._stamper = stamper
        self._clock = clock

    def sign(self, kind: MadeFormat, plan: Plan, key: SigningKey) -> bytes:
        """Return a document of *kind* at the plan's level, signed with *key*; the plan's signatory is the key's.

        :raises MakingRefused: by the code, the key, the certificate, the format, the authority or the evidence is wrong.
        :raises storage.keys.errors.KeyStoreError: the key does not work.
        """
        row = FORMATS[kind]
        if plan.level is not BaselineLevel.B and not row.levels:
            raise MakingRefused(MakingRefusal.LEVEL, f"{kind} has no level above B")
        check_key(key, self._clock)
        with as_making_refusals():
            made = drive(row.make(plan), key.signer, self._stamper)
        detached = plan.detached if plan.beside or plan.over else plan.files if plan.attached is False else ()
        self._refuse_broken(made, detached)
        return self._raised(made, plan.level, detached)

    def augment(self, document: bytes, level: BaselineLevel, detached: tuple[Content, ...] = ()) -> bytes:
        """Return *document* with all its signatures at *level*: through the levels below, where they are not reached yet.

        LTA is renewed where it is there already.

        :raises MakingRefused: by the code: no levels in this format, something broken or missing, or nothing to add.
        """
        if level is BaselineLevel.B:
            raise MakingRefused(MakingRefusal.LEVEL, "a signature is made at level B, not augmented to it")
        if not self._refuse_broken(document, detached).signatures:
            raise MakingRefused(MakingRefusal.FORMAT, "there is no signature in the document")
        raised = self._raised(document, level, detached)
        if raised == document:
            raise MakingRefused(MakingRefusal.NOTHING_TO_AUGMENT, f"every signature has what {level} asks for")
        return raised

    def _raised(self, document: bytes, level: BaselineLevel, detached: tuple[Content, ...]) -> bytes:
        if level is BaselineLevel.B:
            return document
        augment = _augmenter(document)
        for step in ABOVE_B[: ABOVE_B.index(level) + 1]:
            document = self._step(augment, document, step, detached)
        return document

    def _step(
        self, augment: Callable[[Augmentation], Making], document: bytes, step: BaselineLevel, detached: tuple[Content, ...]
    ) -> bytes:
        """Take one level; that nothing is to be added is an answer too."""
        if step is not BaselineLevel.LT:
            return self._augmented(augment, document, step, detached, LongTermMaterial())
        report = self._report(document, detached, offline=False)
        refuse_incomplete(report)
        for material in (material_used(report), material_at_hand(report)):
            made = self._augmented(augment, document, step, detached, material)
            alone = self._report(made, detached, offline=True)
            if _complete(alone):
                return made
        refuse_incomplete(alone)
        return made

    def _augmented(
        self,
        augment: Callable[[Augmentation], Making],
        document: bytes,
        level: BaselineLevel,
        detached: tuple[Content, ...],
        material: LongTermMaterial,
    ) -> bytes:
        digest = self._stamper.digest if self._stamper is not None else "SHA-256"
        try:
            with as_making_refusals():
                return drive(augment(Augmentation(document, level, material, detached, digest)), None, self._stamper)
        except MakingRefused as refusal:
            if refusal.code is MakingRefusal.NOTHING_TO_AUGMENT:
                return document
            raise

    def _report(self, document: bytes, detached: tuple[Content, ...], *, offline: bool) -> DocumentReport:
        try:
            question = DocumentQuestion(document, detached=detached, offline=offline)
            return self._documents.verify(question).report
        except DocumentRefused as error:
            raise MakingRefused(MakingRefusal.FORMAT, str(error)) from error

    def _refuse_broken(self, document: bytes, detached: tuple[Content, ...]) -> DocumentReport:
        """Return the report, without anything fetched; refuse to hand out, or to build upon, what is broken already."""
        report = self._report(document, detached, offline=True)
        for signed in report.signatures:
            if signed.integrity == "broken":
                detail = f"{signed.evidence.id} is {signed.indication}/{signed.sub_indication}"
                raise MakingRefused(MakingRefusal.BROKEN, detail)
        return report


def _augmenter(document: bytes) -> Callable[[Augmentation], Making]:
    try:
        kind = recognise(document)
    except DocumentRefused as error:
        raise MakingRefused(MakingRefusal.FORMAT, str(error)) from error
    if kind not in AUGMENTERS:
        raise MakingRefused(MakingRefusal.LEVEL, f"{kind} documents have no levels")
    return AUGMENTERS[kind]


def _complete(report: DocumentReport) -> bool:
    try:
        refuse_incomplete(report)
    except MakingRefused:
        return False
    return True


def check_key(key: SigningKey, clock: Clock) -> None:
    """Refuse a certificate that is not the key's, or that must not sign now.

    :raises MakingRefused: it is so; the detail says why.
    """
    try:
        certificate = Certificate.from_der(key.certificate)
        for der in key.chain:
            Certificate.from_der(der)
    except PkiError as error:
        raise MakingRefused(MakingRefusal.CERTIFICATE, f"no certificate: {error}") from error
    if not _fits(certificate.public_key_info, key.signer.public_key_info):
        raise MakingRefused(MakingRefusal.KEY, f"the key is not that of {certificate}")
    if certificate.key_usage is not None and not certificate.key_usage & SIGNING_USAGES:
        usages = ", ".join(sorted(certificate.key_usage))
        raise MakingRefused(MakingRefusal.CERTIFICATE, f"{certificate} is for {usages}, not for signatures")
    if not certificate.not_before <= clock() <= certificate.not_after:
        period = f"{certificate.not_before} to {certificate.not_after}"
        raise MakingRefused(MakingRefusal.CERTIFICATE, f"{certificate} is valid from {period}")


def _fits(one: bytes, other: bytes) -> bool:
    """SM2 keys are written in two ways (GM/T 0006), so that their points are compared."""
    if one == other:
        return True
    try:
        return sm2.point_from_public_key_info(one) == sm2.point_from_public_key_info(other)
    except sm2.Sm2KeyError:
        return False
