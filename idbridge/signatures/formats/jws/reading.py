"""The signatures of one JWS, read into evidence: every member of `signatures`, counter-signatures within theirs."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from idbridge.signatures.contents import Content, KnownContent
from idbridge.signatures.evidence import (
    Document,
    DocumentFormat,
    EvidenceId,
    Fault,
    FoundCertificate,
    Scope,
    ScopeKind,
    SignatureEvidence,
    SignatureValue,
    SignedObject,
)
from idbridge.signatures.formats.jws.header import (
    certificates_in,
    header_faults,
    read_attributes,
    read_certificate_references,
    read_hint,
    read_value_of,
)
from idbridge.signatures.formats.jws.material import form_of, material_of
from idbridge.signatures.formats.jws.payload import HELD_LIMIT, Payload, read_payload
from idbridge.signatures.formats.jws.serialization import Written, read_object, read_serialization
from idbridge.signatures.formats.jws.timestamps import SignatureParts, read_timestamps
from idbridge.signatures.formats.jws.unsigned import (
    Component,
    counter_signatures,
    policy_document,
    read_components,
    revocations_in,
)
from idbridge.signatures.formats.jws.unsigned import certificates_in as certificates_of
from idbridge.signatures.formats.jws.values import as_object, to_base64url
from idbridge.signatures.formats.limits import LIMITS, Limits
from idbridge.signatures.refusals import FormatRefusal, NotADocument, Refusal


def read(data: bytes, *, detached: tuple[Content, ...] = (), name: str | None = None, limits: Limits = LIMITS) -> Document:
    """Read a JWS in any serialization, over its own payload or *detached*.

    :raises NotADocument: it is none.
    :raises FormatRefusal: it is beyond *limits*.
    """
    reader = _Reader(detached, name, limits)
    written = read_serialization(data, limits)
    return Document(DocumentFormat.JWS, tuple(reader.read(one, EvidenceId(f"S{n}")) for n, one in enumerate(written, 1)))


@dataclass(slots=True)
class _Reader:
    """Reads the signatures of one document, and counts them, counter-signatures among them."""

    detached: tuple[Content, ...]
    name: str | None
    limits: Limits
    count: int = field(default=0)
    held: int = field(default=0)
    embedded: dict[bool, Payload] = field(default_factory=dict)

    def read(self, written: Written, identifier: EvidenceId) -> SignatureEvidence:
        """Read one signature over the document's payload."""
        return self._signature(written, identifier, self._payload(written))

    def _payload(self, written: Written) -> Payload:
        """The embedded payload is the same for all signatures, but for whether it is encoded: it is looked at once."""
        if written.payload is None or "sigD" in written.protected:
            return read_payload(written, self.detached, self.name, self.limits)
        encoded = written.protected.get("b64", True) is not False
        if encoded not in self.embedded:
            self.embedded[encoded] = read_payload(written, self.detached, self.name, self.limits)
        return self.embedded[encoded]

    def _value(self, written: Written, payload: Payload) -> SignatureValue:
        value = read_value_of(written, payload)
        self.held += sum(map(len, value.messages)) if isinstance(value.messages, tuple) else 0
        if self.held > HELD_LIMIT:
            raise FormatRefusal(Refusal.TOO_LARGE, f"the signatures are over more than {HELD_LIMIT} octets in memory")
        return value

    def _signature(
        self, written: Written, identifier: EvidenceId, payload: Payload, parent: EvidenceId | None = None
    ) -> SignatureEvidence:
        self.count += 1
        if self.count > self.limits.signatures:
            detail = f"more than {self.limits.signatures} signatures and counter-signatures"
            raise FormatRefusal(Refusal.TOO_MANY_SIGNATURES, detail)
        components, component_faults = read_components(written.unprotected, self.limits)
        counters, counter_faults = self._counter_signatures(components, written, identifier)
        certificates = certificates_in(written, self.limits)
        references = read_certificate_references(written.protected)
        attributes, attribute_faults = read_attributes(written.protected, policy_document(components))
        signed = SignedObject(
            references=payload.references,
            value=self._value(written, payload),
            signer=read_hint(written, self.limits),
            certificate_references=references,
            certificates=(
                *(FoundCertificate(der, "x5c") for der in certificates),
                *(found for component in components for found in certificates_of(component)),
            ),
            revocations=tuple(found for component in components for found in revocations_in(component)),
            faults=(
                *(*written.faults, *header_faults(written), *payload.faults),
                *(*component_faults, *counter_faults, *attribute_faults),
            ),
        )
        _within_limits(signed, self.limits)
        material = material_of(written, components, certificates, references, attributes)
        placed = tuple((place, counter.id) for place, counter in counters)
        parts = SignatureParts(identifier, written, payload, components, certificates, placed, self.limits)
        return SignatureEvidence(
            id=identifier,
            form=form_of(material),
            signed=signed,
            attributes=attributes,
            material=material,
            scope=_narrowed(payload.scope, written.beside),
            timestamps=read_timestamps(parts),
            counter_signatures=tuple(counter for _, counter in counters),
            parent=parent,
        )

    def _counter_signatures(
        self, components: tuple[Component, ...], over: Written, parent: EvidenceId
    ) -> tuple[tuple[tuple[int, SignatureEvidence], ...], tuple[Fault, ...]]:
        """Read `cSig` (clause 5.3.2), each with its place; one that is no JWS is a fault."""
        found: list[tuple[int, SignatureEvidence]] = []
        faults: list[Fault] = []
        for place, value in counter_signatures(components):
            if parent.count(".") >= self.limits.nesting:
                raise FormatRefusal(Refusal.TOO_DEEP, f"counter-signatures more than {self.limits.nesting} deep")
            try:
                written = _counter_serialization(value, self.limits)
            except NotADocument as error:
                faults.append(Fault("counter-signature-malformed", error.detail))
                continue
            identifier = EvidenceId(f"{parent}.C{len(found) + 1}")
            found.append((place, self._signature(written, identifier, _counter_payload(written, over, parent), parent)))
        return tuple(found), tuple(faults)


def _counter_serialization(value: object, limits: Limits) -> Written:
    if isinstance(value, str):
        return read_serialization(value.encode("utf-8", "replace"), limits)[0]
    return read_object(as_object(value), limits)[0]


def _counter_payload(written: Written, over: Written, parent: EvidenceId) -> Payload:
    """A counter-signature is over the signature value: in base64url as it stands, or that once more (clause 5.3.2)."""
    once, twice = over.value_text, to_base64url(over.value_text)
    faults: tuple[Fault, ...] = ()
    if written.payload is not None and written.payload not in (once, twice):
        detail = f"it does not sign the value of {parent}, in which it stands"
        faults = (Fault("counter-signature-of-another", detail, fatal=True),)
    pieces = KnownContent.of(once).pieces
    scope = (Scope(ScopeKind.SIGNATURE, parent, whole_document=False),)
    return Payload((pieces, (twice,)), False, (pieces, (twice,)), scope=scope, faults=faults)


def _narrowed(scope: tuple[Scope, ...], beside: tuple[str, ...]) -> tuple[Scope, ...]:
    """Say what of the file the signature leaves out."""
    if not beside:
        return scope
    return tuple(replace(one, whole_document=False, not_covered=(*one.not_covered, *beside)) for one in scope)


def _within_limits(signed: SignedObject, limits: Limits) -> None:
    if len(signed.certificates) > limits.certificates or len(signed.revocations) > limits.revocations:
        raise FormatRefusal(Refusal.TOO_MANY_ENTRIES, "more certificates or revocation data than any signature has")
