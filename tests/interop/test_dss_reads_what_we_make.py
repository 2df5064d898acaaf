"""What this software signs and augments, EU DSS validates: the same level, and passed, for every format and every step."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime

import pytest

from idbridge.pki.issuing.signer import signer_for
from idbridge.services.signing import SigningKey, drive
from idbridge.signatures.contents import KnownContent
from idbridge.signatures.formats.catalogue import recognise
from idbridge.signatures.making.catalogue import AUGMENTERS, FORMATS, Augmentation, MadeFormat, Plan
from idbridge.signatures.making.steps import BaselineLevel, LongTermMaterial, Statement, TimestampWanted
from idbridge.signatures.making.timestamp_answers import TimestampPolicy, answer_request
from idbridge.signatures.making.timestamping import TimestampQuestion, token_of_answer
from tests.interop.test_dss import Peer, class_path, peer, samples
from tests.unit.signatures.forge import Holder

__all__ = ["class_path", "peer"]  # fixtures

B, T, LT, LTA = BaselineLevel
POLICY = TimestampPolicy(("1.3.6.1.4.1.99999.1",))
KINDS = {
    ("cades", True): "text.txt",
    ("cades", False): "text.txt",
    ("pades", True): "page.pdf",
    ("xades", True): "tree.xml",
    ("xades", False): "text.txt",
    ("jades", True): "text.txt",
    ("asic-s", True): "text.txt",
    ("asic-e", True): "text.txt",
    ("asic-s-xades", True): "text.txt",
    ("asic-e-xades", True): "text.txt",
}
"""Formats, attached or not, and what is signed."""


def statement() -> Statement:
    return Statement(datetime.now(UTC), ("1.2.840.113549.1.9.16.6.5",), None, ("Director", "Notary"), "Hengqin")


class Stamper:
    """The product's own authority, at the present time."""

    digest = "SHA-256"

    def __init__(self, by: SigningKey) -> None:
        self.by = by

    def stamp(self, wanted: TimestampWanted) -> bytes:
        question = TimestampQuestion(wanted.message, wanted.digest or self.digest, secrets.randbits(63))
        serial = 1 + secrets.randbits(100)
        making = answer_request(question.encoding(), self.by.signatory, POLICY, datetime.now(UTC), serial)
        return token_of_answer(drive(making, self.by.signer, None), question)


def steps(peer: Peer, kind: MadeFormat, content: KnownContent, attached: bool, by: SigningKey, stamper: Stamper):
    """Yield each level of a document, made and augmented; LTA twice."""
    crl = (peer.home / "pki" / "crls" / "root.crl").read_bytes()
    detached = () if attached else (content,)
    level = T if kind is MadeFormat.PADES else B  # a PDF keeps room for its timestamp
    plan = Plan((content,), by.signatory, statement(), attached=None if attached else False, level=level)
    document = drive(FORMATS[kind].make(plan), by.signer, stamper)
    yield level, document
    for step in (T, LT, LTA, LTA) if level is B else (LT, LTA, LTA):
        material = LongTermMaterial((peer.authority.root.der,), (crl,)) if step is LT else LongTermMaterial()
        wanted = Augmentation(document, step, material, detached)
        document = drive(AUGMENTERS[recognise(document)](wanted), None, stamper)
        yield step, document


def key(peer: Peer, holder: Holder) -> SigningKey:
    return SigningKey(holder.der, signer_for(holder.key), (peer.authority.root.der,))


@pytest.mark.parametrize("of_rsa", [False, True], ids=["ec", "rsa"])
def test_every_level_of_every_format(peer: Peer, of_rsa: bool) -> None:
    files = samples(peer.home)
    by = key(peer, peer.authority.issue("Signer", of_rsa=of_rsa))
    stamper = Stamper(key(peer, peer.authority.issue("TSA", timestamping=True, of_rsa=of_rsa)))
    commands, expected = [], []
    for (kind, attached), name in KINDS.items():
        content = KnownContent.of(files[name].read_bytes(), name=name)
        for number, (level, document) in enumerate(steps(peer, MadeFormat(kind), content, attached, by, stamper)):
            out = peer.home / f"ours-{of_rsa}-{kind}-{attached}-{number}"
            out.write_bytes(document)
            commands.append(("validate", out, *([] if attached else [files[name]])))
            expected.append((out.name, f"BASELINE-{level.value.removeprefix('B-')}", "TOTAL_PASSED"))
    found = []
    for command, answer in zip(commands, peer.run(*commands), strict=True):
        form, indication, *_ = answer[0].split("\t")
        found.append((command[1].name, form.partition("-")[2], indication))
    assert found == expected
