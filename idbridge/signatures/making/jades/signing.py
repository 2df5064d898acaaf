"""New signatures: alone, beside another over the same payload, or over another's value (RFC 7515 clause 5.1)."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace

from idbridge.signatures.formats.jws.values import as_object, from_base64url, parse, to_base64url
from idbridge.signatures.formats.limits import LIMITS, Limits
from idbridge.signatures.making.jades.header import Attached, Packaging, protected_header
from idbridge.signatures.making.jades.serialization import Jws, Members, Serialization, add_component, encoded, read_jws
from idbridge.signatures.making.notation import jose_notation
from idbridge.signatures.making.refusals import MakingRefusal, MakingRefused
from idbridge.signatures.making.steps import Making, Signatory, SignatureWanted, Statement, Wanted
from idbridge.signatures.making.translation import as_making_refusals


def make_jades(
    packaging: Packaging,
    signatory: Signatory,
    statement: Statement,
    *,
    serialization: Serialization = Serialization.FLATTENED,
) -> Making:
    """Make a JAdES-B-B signature: yields a wish for its value, returns the JWS.

    :raises MakingRefused: nothing can be signed with these arguments.
    """
    if isinstance(packaging, Attached) and not packaging.payload:
        raise MakingRefused(MakingRefusal.CONTENT_MISSING, "a signature over nothing is none")
    payload = to_base64url(packaging.payload).decode() if isinstance(packaging, Attached) else None
    signature = yield from _signature(signatory, statement, packaging, payload or "")
    return Jws((signature,), payload, {}).written(serialization)


def add_jades(document: bytes, signatory: Signatory, statement: Statement, *, limits: Limits = LIMITS) -> Making:
    """Add a signature over the payload that *document* carries: yields a wish, returns the JWS in general serialization.

    :raises MakingRefused: it is no JWS, or carries no payload in base64url.
    """
    with as_making_refusals():
        jws = read_jws(document, limits)
    if jws.payload is None:
        raise MakingRefused(MakingRefusal.CONTENT_MISSING, "what the signature is over is not in it")
    for other in jws.signatures:
        protected = as_object(parse(from_base64url(other["protected"]) or b"", limits))
        if protected.get("b64") is False:  # which all signatures of a JWS have in common (RFC 7797 clause 3)
            raise MakingRefused(MakingRefusal.FORMAT, "the payload is not in base64url")
    signature = yield from _signature(signatory, statement, None, jws.payload)
    return replace(jws, signatures=(*jws.signatures, signature)).written(Serialization.GENERAL)


def counter_sign_jades(
    document: bytes, number: int, signatory: Signatory, statement: Statement, *, limits: Limits = LIMITS
) -> Making:
    """Counter-sign the signature with that *number*, from 1 (clause 5.3.2): yields a wish, returns the JWS in JSON.

    :raises MakingRefused: it is no JWS, or has no such signature.
    """
    with as_making_refusals():
        jws = read_jws(document, limits)
    if not 1 <= number <= len(jws.signatures):
        raise MakingRefused(MakingRefusal.FORMAT, f"there is no signature {number}")
    countersigned = jws.signatures[number - 1]
    # the payload is the value: in the signing input it stands in base64url, as it stands in the document
    counter = yield from _signature(signatory, statement, None, countersigned["signature"])
    add_component(countersigned, "cSig", Jws((counter,), None, {}).written(Serialization.COMPACT).decode())
    return jws.written()


def _signature(
    signatory: Signatory, statement: Statement, packaging: Packaging | None, payload: str
) -> Generator[Wanted, bytes, Members]:
    """Return the members of a signature over *payload*, as it stands in the signing input."""
    notation = jose_notation(signatory)
    protected = encoded(protected_header(signatory, statement, notation, packaging))
    octets = yield SignatureWanted(f"{protected}.{payload}".encode())
    return {"protected": protected, "signature": to_base64url(notation.value(octets)).decode()}
