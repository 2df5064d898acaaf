"""The three ways to write a JWS (RFC 7515 clause 7), brought to one: `Written`, a signature as its text stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from idbridge.signatures.evidence import Fault
from idbridge.signatures.formats.jws.values import NOTHING, JsonError, Object, as_list, as_object, from_base64url, parse, shown
from idbridge.signatures.formats.limits import Limits
from idbridge.signatures.refusals import FormatRefusal, NotADocument, Refusal

_MEMBERS: Final = frozenset({"payload", "signatures", "protected", "header", "signature"})
BESIDE_SHOWN: Final = 20
"""Names of others that are shown: a reader needs one to know."""

_MARK: Final = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Written:
    """One signature. Texts are as they stand, for that is what is signed; `payload` is None where it is detached.

    `beside` names members of the JSON text that are none of a JWS: whoever reads them as content reads what nobody signed.
    """

    protected_text: bytes = field(repr=False)
    payload: bytes | None = field(repr=False)
    value_text: bytes = field(repr=False)
    protected: Object = field(default_factory=dict)
    unprotected: Object = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()
    beside: tuple[str, ...] = ()

    @property
    def value(self) -> bytes:
        """The signature value; empty if it is not base64url."""
        return from_base64url(self.value_text) or b""


def read_serialization(data: bytes, limits: Limits) -> tuple[Written, ...]:
    """Read a JWS in any serialization.

    :raises NotADocument: it is none.
    :raises FormatRefusal: it is beyond *limits*.
    """
    text = data.removeprefix(_MARK).strip()
    if not text.startswith((b"{", b"[")):
        return (_compact(text, limits),)
    try:
        document = parse(text, limits)
    except JsonError as error:
        raise NotADocument(Refusal.MALFORMED, str(error)) from error
    return read_object(as_object(document), limits)


def read_object(document: Object, limits: Limits) -> tuple[Written, ...]:
    """Read the JSON serialization, flattened or general (clause 7.2).

    :raises NotADocument: it is neither.
    :raises FormatRefusal: there are too many signatures.
    """
    several = as_list(document.get("signatures"))
    if len(several) > limits.signatures:
        raise FormatRefusal(Refusal.TOO_MANY_SIGNATURES, f"{len(several)} signatures are more than {limits.signatures}")
    members = several or ([document] if "signature" in document else [])
    if not members:
        raise NotADocument(Refusal.MALFORMED, "a JSON text without signature")
    faults = tuple(_outer_faults(document))
    payload = document.get("payload")
    octets = payload.encode("utf-8", "replace") if isinstance(payload, str) else None
    if payload is not None and octets is None:
        octets = b""  # what is signed is there, and is nothing that can have been signed
    read = tuple(_member(as_object(member), octets, faults, limits) for member in members)
    beside = tuple(f"member {shown(name)[:100]}" for name in document if name not in _MEMBERS)[:BESIDE_SHOWN]
    return tuple(replace(one, beside=beside) for one in read) if beside else read


def _outer_faults(document: Object) -> Iterator[Fault]:
    if "signatures" in document and "signature" in document:
        yield Fault("jws-serialization-mixed", "flattened and general members stand in one object", fatal=True)
    if not isinstance(document.get("payload", ""), str):
        yield Fault("jws-payload-malformed", "the payload is no string", fatal=True)


def _compact(text: bytes, limits: Limits) -> Written:
    """Clause 7.1: three parts. A payload that is not encoded has no full stop (RFC 7797 clause 5.2)."""
    parts = text.split(b".")
    if len(parts) != 3:
        raise NotADocument(Refusal.MALFORMED, f"{len(parts)} parts where a compact JWS has 3")
    protected, faults = _protected(parts[0], limits)
    if not protected:
        raise NotADocument(Refusal.MALFORMED, "a compact JWS without header")
    return Written(parts[0], parts[1] or None, parts[2], protected, NOTHING, (*faults, *_value_faults(parts[2])))


def _member(member: Object, payload: bytes | None, faults: tuple[Fault, ...], limits: Limits) -> Written:
    texts = []
    for name in ("protected", "signature"):
        text = member.get(name, "")
        if not isinstance(text, str):
            faults = (*faults, Fault("jws-member-malformed", f"{name} is no string", fatal=True))
        texts.append(text.encode("utf-8", "replace") if isinstance(text, str) else b"")
    protected, more = _protected(texts[0], limits)
    unprotected = as_object(member.get("header"))
    if doubled := sorted(set(protected) & set(unprotected)):
        detail = f"{doubled[0][:100]} stands in the protected and in the unprotected header"
        more = (*more, Fault("jws-header-doubled", detail, fatal=True))  # clause 7.2.1
    return Written(texts[0], payload, texts[1], protected, unprotected, (*faults, *more, *_value_faults(texts[1])))


def _protected(text: bytes, limits: Limits) -> tuple[Object, tuple[Fault, ...]]:
    octets = from_base64url(text)
    if not octets:
        return NOTHING, (Fault("jws-header-malformed", "no protected header in base64url", fatal=True),)
    try:
        header = parse(octets, limits)
    except JsonError as error:
        return NOTHING, (Fault("jws-header-malformed", str(error), fatal=True),)
    if not isinstance(header, dict):
        return NOTHING, (Fault("jws-header-malformed", "the protected header is no object", fatal=True),)
    return header, ()


def _value_faults(text: bytes) -> tuple[Fault, ...]:
    if from_base64url(text):
        return ()
    return (Fault("jws-value-malformed", "the signature value is empty or not base64url", fatal=True),)
