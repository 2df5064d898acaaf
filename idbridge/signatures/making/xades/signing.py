"""One new signature: its elements are put in their place, what it covers is digested there, and the value asked for.

Digests are taken by what verifies them (`formats.xmldsig.references`), over the very elements that are given out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Generator
from dataclasses import replace
from typing import Final

from lxml import etree

from idbridge.signatures.evidence import ReferenceKind
from idbridge.signatures.formats.limits import LIMITS, Limits
from idbridge.signatures.formats.xmldsig.canonical import canonical_element
from idbridge.signatures.formats.xmldsig.names import Element, ds
from idbridge.signatures.formats.xmldsig.references import Source, resolve
from idbridge.signatures.formats.xmldsig.transforms import XPATH
from idbridge.signatures.making.notation import Notation, digest_uri, xml_notation
from idbridge.signatures.making.refusals import MakingRefusal, MakingRefused
from idbridge.signatures.making.steps import Making, Signatory, SignatureWanted, Statement, Wanted
from idbridge.signatures.making.translation import as_making_refusals
from idbridge.signatures.making.xades.bystanders import Bystanders
from idbridge.signatures.making.xades.markup import CANONICAL, PREFIXES, add, add_binary, in_base64, written, xades
from idbridge.signatures.making.xades.packaging import Packaging, Place, PlannedReference, place_of, write_objects
from idbridge.signatures.making.xades.signed_properties import write_signed_properties

SIGNED_PROPERTIES: Final = "http://uri.etsi.org/01903#SignedProperties"
NO_SIGNATURES: Final = "not(ancestor-or-self::ds:Signature)"


def make_xades(
    packaging: Packaging,
    signatory: Signatory,
    statement: Statement,
    *,
    limits: Limits = LIMITS,
) -> Making:
    """Make a XAdES-B-B signature: yields a wish for its value, returns the signed document.

    :raises MakingRefused: nothing can be signed with these arguments, or what others signed would no longer be as they did.
    """
    with as_making_refusals():
        place = place_of(packaging, limits)
        bystanders = Bystanders.of(place.tree, place.detached, limits)
        yield from write_signature(place, signatory, statement, limits)
        bystanders.check(place.tree)
        return written(place.tree)


def write_signature(
    place: Place, signatory: Signatory, statement: Statement, limits: Limits
) -> Generator[Wanted, bytes, Element]:
    """Put a signature in its *place*: yields a wish for its value, returns the ds:Signature.

    :raises MakingRefused: something of it cannot be written, or what it is to cover cannot be digested.
    """
    notation = xml_notation(signatory)
    identifier = _identifier(place, signatory, statement, notation.digest)
    signature = place.tree.root if place.host is None else etree.SubElement(place.host, ds("Signature"), nsmap=PREFIXES)
    signature.set("Id", identifier)
    info = add(signature, ds("SignedInfo"))
    value = add(signature, ds("SignatureValue"), Id=f"value-{identifier}")
    _write_key_info(signature, signatory)
    write_objects(signature, place.objects)
    described = {
        _reference_name(identifier, number): reference.media_type
        for number, reference in enumerate(place.references, 1)
        if reference.media_type is not None
    }
    qualifying = add(add(signature, ds("Object")), xades("QualifyingProperties"), Target=f"#{identifier}")
    write_signed_properties(qualifying, identifier, signatory, statement, notation.digest, described)
    _write_signed_info(info, identifier, notation, place, limits)
    octets = yield SignatureWanted(canonical_element(place.tree, info, CANONICAL))
    value.text = in_base64(notation.value(octets))
    return signature


def _identifier(place: Place, signatory: Signatory, statement: Statement, algorithm: str) -> str:
    """Return an identifier that is the same for the same arguments, and that nothing in the document has."""
    seed = hashlib.sha256(signatory.certificate + str(statement).encode())
    seed.update(etree.tostring(place.tree.root))
    for content in (*place.detached, *(held.content for held in place.objects)):
        seed.update(content.digest(algorithm) or b"")
    identifier = f"id-{seed.hexdigest()[:32]}"
    taken = place.tree.identifiers
    while identifier in taken:  # by a document that was made with this in mind; it is finite
        identifier += "-"
    return identifier


def _write_key_info(signature: Element, signatory: Signatory) -> None:
    data = add(add(signature, ds("KeyInfo")), ds("X509Data"))
    for der in dict.fromkeys((signatory.certificate, *signatory.chain)):
        add_binary(data, ds("X509Certificate"), der)


def _reference_name(identifier: str, number: int) -> str:
    return f"r-{identifier}-{number}"


def _write_signed_info(info: Element, identifier: str, notation: Notation, place: Place, limits: Limits) -> None:
    add(info, ds("CanonicalizationMethod"), Algorithm=CANONICAL.uri)
    add(info, ds("SignatureMethod"), Algorithm=notation.name)
    properties = PlannedReference(f"#xades-{identifier}", (CANONICAL.uri,), type=SIGNED_PROPERTIES)
    elements = [
        _write_reference(info, reference, _reference_name(identifier, number), notation.digest)
        for number, reference in enumerate(place.references, 1)
    ]
    elements.append(_write_reference(info, properties, None, notation.digest))
    source = Source(replace(place.tree, _identifiers=None), place.detached, limits, strict_names=True)
    for element in elements:
        resolved = resolve(element, source, ReferenceKind.XML_REFERENCE)
        if resolved.reference.computed is None:
            raise MakingRefused(MakingRefusal.CONTENT_MISSING, f"{resolved.reference.name[:200]}: {resolved.reference.missing}")
        element.remove(element[-1])
        add_binary(element, ds("DigestValue"), resolved.reference.computed)


def _write_reference(info: Element, planned: PlannedReference, name: str | None, algorithm: str) -> Element:
    attributes = {"Id": name, "Type": planned.type, "URI": planned.uri}
    stated = {name: value for name, value in attributes.items() if value is not None}
    element = add(info, ds("Reference"), **stated)
    steps = add(element, ds("Transforms")) if planned.transforms else element
    for uri in planned.transforms:
        step = add(steps, ds("Transform"), Algorithm=uri)
        if uri == XPATH:
            add(step, ds("XPath"), NO_SIGNATURES)
    add(element, ds("DigestMethod"), Algorithm=digest_uri(algorithm))
    add(element, ds("DigestValue"))
    return element
