"""The `etsiU` array: what was added to a signature after it was made (TS 119 182-1 clauses 5.3 and A.1)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, cast

from idbridge.signatures.ber import BerError, read_value
from idbridge.signatures.evidence import Fault, FoundCertificate, FoundRevocation, RevocationKind
from idbridge.signatures.formats.jws.canonical import URI, canonical
from idbridge.signatures.formats.jws.values import (
    JsonError,
    Object,
    as_list,
    as_object,
    from_base64,
    from_base64url,
    parse,
    shown,
)
from idbridge.signatures.formats.limits import Limits
from idbridge.signatures.formats.revocations import read_response
from idbridge.signatures.refusals import FormatRefusal, Refusal

CERTIFICATE_HOLDERS: Final = {"xVals": "certificate-values", "axVals": "attribute-certificate-values"}
REVOCATION_HOLDERS: Final = {"rVals": "revocation-values", "arVals": "attribute-revocation-values"}
VALIDATION_DATA: Final = {"tstVD": "time-stamp-validation-data", "anyValData": "any-validation-data"}


@dataclass(frozen=True, slots=True)
class Component:
    """One member of the array: its name, its value, and as it stands, in base64url (`text`) or clear (`written`)."""

    name: str
    value: object
    text: bytes | None
    written: Object

    def readings(self, algorithm: str) -> tuple[bytes, ...]:
        """Return the octets that a timestamp with this `canonAlg` takes it for (clause 5.4.3.3).

        In base64url it is that text. Clear and without a known canonical form, what was digested is anybody's guess: the
        text without white space is, or that with solidus escaped, as JSON libraries write it.

        :raises ValueError: it has no canonical form.
        """
        if self.text is not None:
            return (self.text,)
        try:
            if algorithm == URI:
                return (canonical(self.written),)
            plain = json.dumps(self.written, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "replace")
        except RecursionError as error:
            raise ValueError("values too deep within one another") from error
        return (plain, plain.replace(b"/", b"\\/"))


def read_components(unprotected: Object, limits: Limits) -> tuple[tuple[Component, ...], tuple[Fault, ...]]:
    """Read the array, in its order; what is malformed is left out, with a fault.

    :raises FormatRefusal: it has more components than *limits* allow.
    """
    if "etsiU" not in unprotected:
        return (), ()
    listed = as_list(unprotected["etsiU"])
    if len(listed) > limits.attributes:
        raise FormatRefusal(Refusal.TOO_MANY_ENTRIES, f"{len(listed)} unsigned components are more than {limits.attributes}")
    found: list[Component] = []
    faults: list[Fault] = []
    for entry in listed:
        try:
            found.append(_component(entry, limits))
        except JsonError as error:
            faults.append(Fault("etsi-u-malformed", str(error)))
    if not listed or len({component.text is None for component in found}) > 1:
        faults.append(Fault("etsi-u-malformed", "etsiU is no array of components, all in base64url or all clear"))
    return tuple(found), tuple(faults)


def _component(entry: object, limits: Limits) -> Component:
    written, text = entry, None
    if isinstance(entry, str):
        text = entry.encode("utf-8", "replace")
        octets = from_base64url(text)
        if octets is None:
            raise JsonError("a component is not base64url")
        written = parse(octets, limits)
    members = as_object(written)
    if len(members) != 1:
        raise JsonError(f"a component with {len(members)} members")
    ((name, value),) = members.items()
    return Component(shown(name)[:100], value, text, members)


def certificates_in(component: Component) -> Iterator[FoundCertificate]:
    """Walk through the certificates in one component."""
    if component.name in VALIDATION_DATA:
        held = as_object(component.value).get("xVals")
        yield from _certificates(held, VALIDATION_DATA[component.name])
    elif component.name in CERTIFICATE_HOLDERS:
        yield from _certificates(component.value, CERTIFICATE_HOLDERS[component.name])


def _certificates(value: object, where: str) -> Iterator[FoundCertificate]:
    for entry in as_list(value):
        if der := from_base64(as_object(as_object(entry).get("x509Cert")).get("val")):
            yield FoundCertificate(der, where)


def revocations_in(component: Component) -> Iterator[FoundRevocation]:
    """Walk through the CRLs and OCSP responses in one component; what is neither is left out."""
    if component.name in VALIDATION_DATA:
        held = as_object(component.value).get("rVals")
        yield from _revocations(as_object(held), VALIDATION_DATA[component.name])
    elif component.name in REVOCATION_HOLDERS:
        yield from _revocations(as_object(component.value), REVOCATION_HOLDERS[component.name])


def _revocations(values: Object, where: str) -> Iterator[FoundRevocation]:
    for entry in as_list(values.get("crlVals")):
        if der := from_base64(as_object(entry).get("val")):
            yield FoundRevocation(RevocationKind.CRL, der, where)
    for entry in as_list(values.get("ocspVals")):
        try:
            found = read_response(read_value(from_base64(as_object(entry).get("val")) or b"", trailing=True), where)
        except BerError:
            continue
        if found is not None:
            yield found


def tokens_in(value: object) -> tuple[bytes, ...]:
    """Return the RFC 3161 tokens of a tstContainer (clause 5.4.3.2); one that is not base64 is empty."""
    return tuple(from_base64(as_object(entry).get("val")) or b"" for entry in as_list(as_object(value).get("tstTokens")))


def policy_document(components: tuple[Component, ...]) -> bytes | None:
    """Return the policy document that the signature carries (`sigPSt`, clause 5.3.3)."""
    stores = (as_object(component.value) for component in components if component.name == "sigPSt")
    return next((from_base64(store.get("sigPolDoc")) for store in stores), None)


def counter_signatures(components: tuple[Component, ...]) -> Iterator[tuple[int, object]]:
    """Walk through `cSig` components, with their places: a compact JWS, or one in JSON (clause 5.3.2)."""
    for place, component in enumerate(components):
        if component.name == "cSig" and isinstance(component.value, str | dict):
            yield place, cast("object", component.value)
