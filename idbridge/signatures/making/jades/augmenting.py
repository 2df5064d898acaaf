"""Signatures brought to a higher level, by components of `etsiU` alone (TS 119 182-1 clauses 5.3 and 6.3)."""

from __future__ import annotations

import base64
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from idbridge.signatures.contents import Content
from idbridge.signatures.formats.jws.header import certificates_in as certificates_of_signer
from idbridge.signatures.formats.jws.payload import read_payload
from idbridge.signatures.formats.jws.serialization import Written, read_serialization
from idbridge.signatures.formats.jws.unsigned import certificates_in, read_components, revocations_in
from idbridge.signatures.formats.limits import LIMITS, Limits
from idbridge.signatures.making.jades.serialization import (
    Members,
    add_component,
    canonicalization,
    component_octets,
    read_jws,
)
from idbridge.signatures.making.refusals import MakingRefusal, MakingRefused
from idbridge.signatures.making.steps import BaselineLevel, LongTermMaterial, Making, TimestampWanted, Wanted
from idbridge.signatures.making.translation import as_making_refusals
from idbridge.signatures.making.validation_data import divided, is_empty, joined, refuse_idle

NOTHING: Final = LongTermMaterial()


def augment_jades(
    document: bytes,
    level: BaselineLevel,
    material: LongTermMaterial = NOTHING,
    *,
    detached: tuple[Content, ...] = (),
    limits: Limits = LIMITS,
) -> Making:
    """Bring all signatures of a JWS to *level*: returns it in JSON, flattened where it came in one line.

    What a signature has already of a level stays and is not repeated, but for archive timestamps: asked for B-LTA, one is
    added each time. *detached* is what detached signatures are over, which archive timestamps cover.

    :raises MakingRefused: it is no JWS, cannot be brought there, or what is signed is not at hand.
    """
    if level is BaselineLevel.B:
        raise MakingRefused(MakingRefusal.LEVEL, "a signature is made at level B, not augmented to it")
    with as_making_refusals():
        jws = read_jws(document, limits)
        before = list(map(component_octets, jws.signatures))
        for signature, written in zip(jws.signatures, read_serialization(document, limits), strict=True):
            augmentation = _Augmentation(signature, written, detached, limits)
            yield from augmentation.time()
            if level in (BaselineLevel.LT, BaselineLevel.LTA):
                augmentation.keep(material)
            if level is BaselineLevel.LTA:
                yield from augmentation.archive()
        refuse_idle(level, added=list(map(component_octets, jws.signatures)) != before)
        return jws.written()


@dataclass(frozen=True, slots=True)
class _Augmentation:
    """One signature at work: its members, which are added to, and how it was read when it came."""

    signature: Members
    written: Written
    detached: tuple[Content, ...]
    limits: Limits

    def time(self) -> Generator[Wanted, bytes, None]:
        """Add `sigTst` (clause 5.3.4), over the value in base64url, where there is none."""
        if "sigTst" not in self._names():
            token = yield TimestampWanted(self.written.value_text)
            add_component(self.signature, "sigTst", _container(token))

    def keep(self, material: LongTermMaterial) -> None:
        """Add what the signature has not yet of *material*: xVals and rVals (clause 5.3.5), tstVD (clause 5.3.6.1)."""
        signer = next(iter(certificates_of_signer(self.written, self.limits)), None)
        if signer is None:
            raise MakingRefused(MakingRefusal.CERTIFICATE, "the signature does not carry its signer's certificate")
        new = divided(material, signer, frozenset(self._held()))
        has_values = bool({"xVals", "rVals"} & self._names())
        of_timestamps = joined(new.signer, new.timestamps) if has_values else new.timestamps
        if not has_values:
            for name, value in _values(new.signer).items():
                add_component(self.signature, name, value)
        if not {"xVals", "rVals"} <= self._names():
            raise MakingRefused(
                MakingRefusal.EVIDENCE_MISSING, "without certificates and revocation data of its signer no signature lasts"
            )
        if not is_empty(of_timestamps):
            add_component(self.signature, "tstVD", _values(of_timestamps))

    def archive(self) -> Generator[Wanted, bytes, None]:
        """Add `arcTst` (clause 5.3.6.2): over what is signed, the signature, and all components so far."""
        payload = read_payload(self.written, self.detached, None, self.limits)
        broken = [reference.name for reference in payload.references if not reference.intact]
        if broken or not payload.data:
            raise MakingRefused(
                MakingRefusal.CONTENT_MISSING,
                f"{broken[0][:200] if broken else 'what is signed'} is not at hand as it was signed",
            )
        stamped = (b".", self.written.protected_text, b".", self.written.value_text, b".", component_octets(self.signature))
        said = canonicalization(self.signature)
        token = yield TimestampWanted(b"".join((*payload.data[0], *stamped)))
        add_component(self.signature, "arcTst", {**said, **_container(token)})

    def _names(self) -> set[str]:
        components, _ = read_components(self.signature.get("header", {}), self.limits)
        return {component.name for component in components}

    def _held(self) -> Iterator[bytes]:
        components, faults = read_components(self.signature.get("header", {}), self.limits)
        if faults:
            raise MakingRefused(MakingRefusal.FORMAT, faults[0].detail)
        for component in components:
            yield from (found.der for found in certificates_in(component))
            yield from (found.der for found in revocations_in(component))


def _container(token: bytes) -> dict[str, object]:
    """TstContainer (clause 5.4.3.3)."""
    return {"tstTokens": _listed((token,))}


def _values(material: LongTermMaterial) -> dict[str, object]:
    """Return xVals and rVals, each where there is something in it."""
    found: dict[str, object] = {}
    if material.certificates:
        found["xVals"] = [{"x509Cert": value} for value in _listed(material.certificates)]
    revocations = {"crlVals": _listed(material.crls), "ocspVals": _listed(material.ocsp_responses)}
    if kept := {name: values for name, values in revocations.items() if values}:
        found["rVals"] = kept
    return found


def _listed(encodings: Iterable[bytes]) -> list[dict[str, str]]:
    """PkiOb objects (clause 5.4.3.2), in base64 as is the default."""
    return [{"val": base64.b64encode(der).decode()} for der in encodings]
