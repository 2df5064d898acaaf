"""Pointers to other lists, and the agreements they carry (TS 119 612 clause 5.3.13; the Commission's agreement schema, version 2)."""

from __future__ import annotations

from lxml import etree

from idbridge.trust.agreements import (
    Agreement,
    ContentEquivalence,
    EquivalenceState,
    QualifierEquivalence,
    ServiceEquivalence,
    ServiceKind,
    StatusEquivalence,
)
from idbridge.trust.model import Pointer
from idbridge.trust.vocabulary import Territory, Uri
from idbridge.trust.xml.criteria import read_criteria
from idbridge.trust.xml.fields import child, instant, names, number_of, required, text, uri
from idbridge.trust.xml.names import mra, tsl, tslx
from idbridge.trust.xml.providers import read_additional, read_identity


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
        agreements=tuple(_agreement(item) for item in other if item.tag == mra("MutualRecognitionAgreementInformation")),
    )


def _agreement(element: etree._Element) -> Agreement:
    return Agreement(
        pointing_legislation=Uri(element.get("pointingContractingPartyLegislation", "")),
        pointed_legislation=Uri(element.get("pointedContractingPartyLegislation", "")),
        services=tuple(map(_equivalence, element.iterchildren(mra("TrustServiceEquivalenceInformation")))),
        technical_type=number_of(element, "technicalType"),
        version=number_of(element, "version"),
        depth=number_of(element, "MRADepth"),
    )


def _equivalence(element: etree._Element) -> ServiceEquivalence:
    return ServiceEquivalence(
        legal_identifier=text(required(element, mra("TrustServiceLegalIdentifier"))),
        current=_state(element),
        history=tuple(
            _state(instance)
            for history in element.iterchildren(mra("TrustServiceEquivalenceHistory"))
            for instance in history.iterchildren(mra("TrustServiceEquivalenceHistoryInstance"))
        ),
    )


def _state(element: etree._Element) -> EquivalenceState:
    types = required(element, mra("TrustServiceTSLTypeEquivalenceList"))
    contents = child(element, mra("CertificateContentReferencesEquivalenceList"))
    extension = child(element, mra("TrustServiceTSLQualificationExtensionEquivalenceList"))
    lists = () if extension is None else extension.iterchildren(mra("QualifierEquivalenceList"))
    return EquivalenceState(
        status=uri(required(element, mra("TrustServiceEquivalenceStatus"))),
        since=instant(required(element, mra("TrustServiceEquivalenceStatusStartingTime"))),
        pointing=_kinds(required(types, mra("TrustServiceTSLTypeListPointingParty"))),
        pointed=_kinds(required(types, mra("TrustServiceTSLTypeListPointedParty"))),
        statuses=_statuses(required(element, mra("TrustServiceTSLStatusEquivalenceList"))),
        contents=()
        if contents is None
        else tuple(map(_content, contents.iterchildren(mra("CertificateContentReferenceEquivalence")))),
        qualifiers=tuple(_qualifier(item) for found in lists for item in found.iterchildren(mra("QualifierEquivalence"))),
    )


def _kinds(element: etree._Element) -> tuple[ServiceKind, ...]:
    return tuple(map(_kind, element.iterchildren(mra("TrustServiceTSLType"))))


def _kind(element: etree._Element) -> ServiceKind:
    additional = child(element, tsl("AdditionalServiceInformation"))
    return ServiceKind(
        uri(required(element, tsl("ServiceTypeIdentifier"))),
        None if additional is None else read_additional(additional).uri,
    )


def _statuses(element: etree._Element) -> StatusEquivalence:
    valid = required(element, mra("TrustServiceTSLStatusValidEquivalence"))
    invalid = required(element, mra("TrustServiceTSLStatusInvalidEquivalence"))
    return StatusEquivalence(*_status_lists(valid), *_status_lists(invalid))


def _status_lists(element: etree._Element) -> tuple[tuple[Uri, ...], tuple[Uri, ...]]:
    pointing = required(element, mra("TrustServiceTSLStatusListPointingParty"))
    pointed = required(element, mra("TrustServiceTSLStatusListPointedParty"))
    tag = tsl("ServiceStatus")
    return tuple(map(uri, pointing.iterchildren(tag))), tuple(map(uri, pointed.iterchildren(tag)))


def _content(element: etree._Element) -> ContentEquivalence:
    return ContentEquivalence(
        context=uri(required(element, mra("CertificateContentReferenceEquivalenceContext"))),
        pointing=read_criteria(required(element, mra("CertificateContentDeclarationPointingParty"))),
        pointed=read_criteria(required(element, mra("CertificateContentDeclarationPointedParty"))),
    )


def _qualifier(element: etree._Element) -> QualifierEquivalence:
    pointing, pointed = (
        required(element, mra("QualifierPointingParty")),
        required(element, mra("QualifierPointedParty")),
    )
    return QualifierEquivalence(Uri(pointing.get("uri", "")), Uri(pointed.get("uri", "")))
