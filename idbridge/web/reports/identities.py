"""Who a signer is beside the name, in words, as far as it may be told."""

from __future__ import annotations

from collections.abc import Iterator

from idbridge.identity.signers import SignerIdentity
from idbridge.pki.identity_numbers import CertifiedNumber
from idbridge.web.reports.account import Fact
from idbridge.web.reports.identity_wording import DIGEST, HIDDEN, MATCHES, NUMBER, NUMBERS, PERSON, SHOWN
from idbridge.web.reports.voice import Voice, Words


def identity_facts(identity: SignerIdentity, voice: Voice) -> Iterator[Fact]:
    """Yield the kinds of numbers that the certificate states, the numbers if they may be told, and a comparison's answer."""
    if identity.numbers:
        lines = (number_words(number, voice, disclosed=identity.disclosed) for number in identity.numbers)
        yield Fact(voice.say(NUMBER), tuple(dict.fromkeys(lines)))
    if identity.match is not None:
        yield Fact(voice.say(PERSON), (voice.say(MATCHES[identity.match.reason]),))


def number_words(number: CertifiedNumber, voice: Voice, *, disclosed: bool) -> Words:
    """Return what kind of number it is, with the number itself only if *disclosed*."""
    kind = voice.code(NUMBERS, number.type)
    if not disclosed:
        return voice.say(HIDDEN, type=kind)
    if number.hashed:
        return voice.say(DIGEST, type=kind, algorithm=number.hashed, value=number.value)
    return voice.say(SHOWN, type=kind, value=number.value)
