"""What a JWS holds of what JAdES levels are made of (TS 119 182-1 clause 6.3, table 1)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from idbridge.signatures.contents import digest
from idbridge.signatures.evidence import CertificateReference, SignatureForm, SignedAttributes
from idbridge.signatures.formats.jws.header import critical_faults
from idbridge.signatures.formats.jws.serialization import Written
from idbridge.signatures.formats.jws.unsigned import Component, certificates_in, revocations_in
from idbridge.signatures.formats.jws.values import Object, as_list
from idbridge.signatures.material import Material

_UNSIGNED: Final = {
    "sigTst": Material.SIGNATURE_TIMESTAMP,
    "xRefs": Material.COMPLETE_CERTIFICATE_REFERENCES,
    "rRefs": Material.COMPLETE_REVOCATION_REFERENCES,
    "rfsTst": Material.REFERENCES_TIMESTAMP,
    "sigRTst": Material.SIGNATURE_AND_REFERENCES_TIMESTAMP,
    "tstVD": Material.TIMESTAMP_VALIDATION_DATA,
    "arcTst": Material.ARCHIVE_TIMESTAMP,
    "eRs": Material.EVIDENCE_RECORD,
}
_FORBIDDEN: Final = frozenset({"xRefs", "rRefs", "axRefs", "arRefs", "rfsTst", "sigRTst"})
"""Components that no signature of level LT has."""

IAT_SINCE: Final = datetime(2025, 5, 15, tzinfo=UTC)
"""From then on the signing time is told by `iat`, no longer by `sigT` (TS 119 182-1 V1.2.1 clause 6.3, requirement (a))."""


def material_of(
    written: Written,
    components: tuple[Component, ...],
    certificates: tuple[bytes, ...],
    references: tuple[CertificateReference, ...],
    attributes: SignedAttributes,
) -> frozenset[Material]:
    """Return what the signature holds; *certificates*, *references* and *attributes* are what was read of its header."""
    names = {component.name for component in components}
    found = {_UNSIGNED[name] for name in names if name in _UNSIGNED}
    if not any(critical_faults(written)):
        found.add(Material.MESSAGE_DIGEST)  # the signing input binds header and payload: nothing else stands for it
    if references:
        found.add(Material.SIGNING_CERTIFICATE)
    if attributes.signing_time is not None:
        found.add(Material.SIGNING_TIME)
    if attributes.mime_type is not None:
        found.add(Material.MIME_TYPE)
    if attributes.policy is not None:
        found.add(Material.SIGNATURE_POLICY)
    if _carries_signer(certificates, references) and "x5c" in written.protected:
        found.add(Material.SIGNER_CERTIFICATE)
    if not _FORBIDDEN & names:
        found.update(_values(components))
    if any(_not_baseline(written.protected, attributes)):
        found.add(Material.NOT_BASELINE)
    return frozenset(found)


def form_of(material: frozenset[Material]) -> SignatureForm:
    """JAdES is JWS that conforms to level B-B: the standard has no other levels to begin with."""
    if {Material.SIGNING_CERTIFICATE, Material.MESSAGE_DIGEST} <= material and Material.NOT_BASELINE not in material:
        return SignatureForm.JADES
    return SignatureForm.JSON


def _values(components: tuple[Component, ...]) -> Iterator[Material]:
    if any(True for component in components for _ in certificates_in(component)):
        yield Material.CERTIFICATE_VALUES
    if any(True for component in components for _ in revocations_in(component)):
        yield Material.REVOCATION_VALUES


def _carries_signer(certificates: tuple[bytes, ...], references: tuple[CertificateReference, ...]) -> bool:
    """Tell whether the certificate that the header refers to is in x5c, which B-B leaves open."""
    stated = references[0].digests[0] if references and references[0].digests else None
    return stated is not None and any(digest(stated.algorithm, der) == stated.value for der in certificates)


def _not_baseline(protected: Object, attributes: SignedAttributes) -> Iterator[bool]:
    """Yield each requirement of level B-B, and whether it is broken."""
    time = attributes.signing_time
    yield time is None
    yield "sigT" in protected and ("iat" in protected or time is None or time >= IAT_SINCE)
    yield sum(bool(protected.get(name)) for name in ("x5t#S256", "x5t#o", "sigX5ts")) != 1
    yield "sigD" in protected and "sigD" not in as_list(protected.get("crit"))  # clause 5.1.9
