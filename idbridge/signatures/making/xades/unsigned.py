"""UnsignedSignatureProperties of a signature, and what is added to them (EN 319 132-1 clauses 5.3 to 5.5)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from idbridge.signatures.formats.xmldsig.names import SIGNATURE, Element, ds
from idbridge.signatures.making.refusals import MakingRefusal, MakingRefused
from idbridge.signatures.making.steps import LongTermMaterial
from idbridge.signatures.making.xades.markup import CANONICAL, add, add_binary, xades, xades_141

_QUALIFYING: Final = f"{ds('Object')}/{xades('QualifyingProperties')}"


def outer_signatures(root: Element) -> Iterator[Element]:
    """Walk through the signatures that stand in no other."""
    for element in root.iter(SIGNATURE):
        if next(element.iterancestors(SIGNATURE), None) is None:
            yield element


def unsigned_properties(signature: Element) -> Element:
    """Return the UnsignedSignatureProperties of *signature*, made where there are none.

    :raises MakingRefused: it has no qualifying properties of the version that is written here.
    """
    qualifying = signature.find(_QUALIFYING)
    if qualifying is None:
        raise MakingRefused(
            MakingRefusal.FORMAT, "the signature has no qualifying properties of XAdES 1.3.2: nothing can be added to it"
        )
    unsigned = qualifying.find(xades("UnsignedProperties"))
    if unsigned is None:
        unsigned = add(qualifying, xades("UnsignedProperties"))
    found = unsigned.find(xades("UnsignedSignatureProperties"))
    if found is None:
        found = add(unsigned, xades("UnsignedSignatureProperties"))
        unsigned.insert(0, found)  # the schema has those of data objects after them
    return found


def add_timestamp(parent: Element, tag: str, token: bytes) -> Element:
    """Append a XAdESTimeStampType (clause 5.1.4.4) that holds *token*, over what its property implies."""
    stamp = add(parent, tag)
    add(stamp, ds("CanonicalizationMethod"), Algorithm=CANONICAL.uri)
    add_binary(stamp, xades("EncapsulatedTimeStamp"), token)
    return stamp


def add_values(parent: Element, material: LongTermMaterial) -> None:
    """Append CertificateValues and RevocationValues (clauses 5.4.1 and 5.4.2), each where there is something in it."""
    if material.certificates:
        certificates = add(parent, xades("CertificateValues"))
        for der in material.certificates:
            add_binary(certificates, xades("EncapsulatedX509Certificate"), der)
    if not material.crls and not material.ocsp_responses:
        return
    revocations = add(parent, xades("RevocationValues"))
    if material.crls:
        lists = add(revocations, xades("CRLValues"))
        for der in material.crls:
            add_binary(lists, xades("EncapsulatedCRLValue"), der)
    if material.ocsp_responses:
        responses = add(revocations, xades("OCSPValues"))
        for der in material.ocsp_responses:
            add_binary(responses, xades("EncapsulatedOCSPValue"), der)


def add_timestamp_data(after: Element, material: LongTermMaterial) -> None:
    """Put TimeStampValidationData immediately after the timestamp that it serves (clause 5.5.1)."""
    parent = after.getparent()
    if parent is None:
        raise MakingRefused(MakingRefusal.FORMAT, "a timestamp that stands nowhere")
    holder = add(parent, xades_141("TimeStampValidationData"))
    add_values(holder, material)
    after.addnext(holder)
