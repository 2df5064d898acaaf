"""Pointers to other lists, read from their elements and written into them (TS 119 612 clause 5.3.13)."""

from __future__ import annotations

from lxml import etree

from idbridge.trust.model import DigitalIdentity, Pointer
from idbridge.trust.vocabulary import Territory
from idbridge.trust.xml.agreements import read_agreement, write_agreement
from idbridge.trust.xml.building import group, localised, node
from idbridge.trust.xml.fields import child, names, required, text, uri
from idbridge.trust.xml.names import mra, tsl, tslx
from idbridge.trust.xml.providers import read_identity, write_identity


def read_pointers(element: etree._Element | None) -> tuple[Pointer, ...]:
    """Read a PointersToOtherTSL element."""
    return () if element is None else tuple(map(_pointer, element.iterchildren(tsl("OtherTSLPointer"))))


def _pointer(element: etree._Element) -> Pointer:
    identities = child(element, tsl("ServiceDigitalIdentities"))
    signers = () if identities is None else identities.iterchildren(tsl("ServiceDigitalIdentity"))
    information = child(element, tsl("AdditionalInformation"))
    other = (
        [] if information is None else [item for holder in information.iterchildren(tsl("OtherInformation")) for item in holder]
    )
    by_tag = {str(item.tag): item for item in reversed(other)}  # of two that say different things the first counts
    territory, kind, mime = by_tag.get(tsl("SchemeTerritory")), by_tag.get(tsl("TSLType")), by_tag.get(tslx("MimeType"))
    return Pointer(
        location=uri(required(element, tsl("TSLLocation"))),
        signers=tuple(dict.fromkeys(der for signer in signers for der in read_identity(signer).certificates)),
        territory=None if territory is None else Territory(text(territory)),
        type=None if kind is None else uri(kind),
        mime_type=None if mime is None else text(mime),
        operator_names=names(by_tag.get(tsl("SchemeOperatorName")), tsl("Name")),
        rules=names(by_tag.get(tsl("SchemeTypeCommunityRules")), tsl("URI")),
        agreements=tuple(read_agreement(item) for item in other if item.tag == mra("MutualRecognitionAgreementInformation")),
    )


def write_pointer(pointer: Pointer) -> etree._Element:
    """Write an OtherTSLPointer element."""
    identities = (write_identity(DigitalIdentity((signer,))) for signer in pointer.signers)
    other = [
        None if pointer.type is None else node(tsl("TSLType"), text=pointer.type),
        None if pointer.territory is None else node(tsl("SchemeTerritory"), text=pointer.territory),
        None if pointer.mime_type is None else node(tslx("MimeType"), text=pointer.mime_type),
        group(tsl("SchemeOperatorName"), localised(tsl("Name"), pointer.operator_names)),
        group(tsl("SchemeTypeCommunityRules"), localised(tsl("URI"), pointer.rules)),
        *map(write_agreement, pointer.agreements),
    ]
    holders = (node(tsl("OtherInformation"), item) for item in other if item is not None)
    return node(
        tsl("OtherTSLPointer"),
        group(tsl("ServiceDigitalIdentities"), identities),
        node(tsl("TSLLocation"), text=pointer.location),
        group(tsl("AdditionalInformation"), holders),
    )
