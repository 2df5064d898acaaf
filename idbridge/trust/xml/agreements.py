"""Mutual recognition agreements, read from their elements and written into them (the Commission's schema, version 2)."""

from __future__ import annotations

from collections.abc import Iterable

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
from idbridge.trust.model import AdditionalInformation
from idbridge.trust.vocabulary import Uri
from idbridge.trust.xml.building import group, instant_node, node
from idbridge.trust.xml.criteria import read_criteria, write_criteria
from idbridge.trust.xml.fields import child, instant, number_of, required, text, uri
from idbridge.trust.xml.names import mra, tsl
from idbridge.trust.xml.providers import read_additional, write_additional


def read_agreement(element: etree._Element) -> Agreement:
    """Read a MutualRecognitionAgreementInformation element."""
    return Agreement(
        pointing_legislation=Uri(element.get("pointingContractingPartyLegislation", "")),
        pointed_legislation=Uri(element.get("pointedContractingPartyLegislation", "")),
        services=tuple(map(_read_equivalence, element.iterchildren(mra("TrustServiceEquivalenceInformation")))),
        technical_type=number_of(element, "technicalType"),
        version=number_of(element, "version"),
        depth=number_of(element, "MRADepth"),
    )


def _read_equivalence(element: etree._Element) -> ServiceEquivalence:
    return ServiceEquivalence(
        legal_identifier=text(required(element, mra("TrustServiceLegalIdentifier"))),
        current=_read_state(element),
        history=tuple(
            _read_state(instance)
            for history in element.iterchildren(mra("TrustServiceEquivalenceHistory"))
            for instance in history.iterchildren(mra("TrustServiceEquivalenceHistoryInstance"))
        ),
    )


def _read_state(element: etree._Element) -> EquivalenceState:
    types = required(element, mra("TrustServiceTSLTypeEquivalenceList"))
    contents = child(element, mra("CertificateContentReferencesEquivalenceList"))
    extension = child(element, mra("TrustServiceTSLQualificationExtensionEquivalenceList"))
    lists = () if extension is None else extension.iterchildren(mra("QualifierEquivalenceList"))
    return EquivalenceState(
        status=uri(required(element, mra("TrustServiceEquivalenceStatus"))),
        since=instant(required(element, mra("TrustServiceEquivalenceStatusStartingTime"))),
        pointing=_read_kinds(required(types, mra("TrustServiceTSLTypeListPointingParty"))),
        pointed=_read_kinds(required(types, mra("TrustServiceTSLTypeListPointedParty"))),
        statuses=_read_statuses(required(element, mra("TrustServiceTSLStatusEquivalenceList"))),
        contents=()
        if contents is None
        else tuple(map(_read_content, contents.iterchildren(mra("CertificateContentReferenceEquivalence")))),
        qualifiers=tuple(
            _read_qualifier(item) for holder in lists for item in holder.iterchildren(mra("QualifierEquivalence"))
        ),
    )


def _read_kinds(element: etree._Element) -> tuple[ServiceKind, ...]:
    return tuple(map(_read_kind, element.iterchildren(mra("TrustServiceTSLType"))))


def _read_kind(element: etree._Element) -> ServiceKind:
    additional = child(element, tsl("AdditionalServiceInformation"))
    return ServiceKind(
        uri(required(element, tsl("ServiceTypeIdentifier"))),
        None if additional is None else read_additional(additional).uri,
    )


def _read_statuses(element: etree._Element) -> StatusEquivalence:
    valid = required(element, mra("TrustServiceTSLStatusValidEquivalence"))
    invalid = required(element, mra("TrustServiceTSLStatusInvalidEquivalence"))
    return StatusEquivalence(*_read_status_lists(valid), *_read_status_lists(invalid))


def _read_status_lists(element: etree._Element) -> tuple[tuple[Uri, ...], tuple[Uri, ...]]:
    pointing = required(element, mra("TrustServiceTSLStatusListPointingParty"))
    pointed = required(element, mra("TrustServiceTSLStatusListPointedParty"))
    tag = tsl("ServiceStatus")
    return tuple(map(uri, pointing.iterchildren(tag))), tuple(map(uri, pointed.iterchildren(tag)))


def _read_content(element: etree._Element) -> ContentEquivalence:
    return ContentEquivalence(
        context=uri(required(element, mra("CertificateContentReferenceEquivalenceContext"))),
        pointing=read_criteria(required(element, mra("CertificateContentDeclarationPointingParty"))),
        pointed=read_criteria(required(element, mra("CertificateContentDeclarationPointedParty"))),
    )


def _read_qualifier(element: etree._Element) -> QualifierEquivalence:
    pointing, pointed = (
        required(element, mra("QualifierPointingParty")),
        required(element, mra("QualifierPointedParty")),
    )
    return QualifierEquivalence(Uri(pointing.get("uri", "")), Uri(pointed.get("uri", "")))


def write_agreement(agreement: Agreement) -> etree._Element:
    """Write a MutualRecognitionAgreementInformation element."""
    return node(
        mra("MutualRecognitionAgreementInformation"),
        *map(_write_equivalence, agreement.services),
        attributes={
            "technicalType": str(agreement.technical_type),
            "version": str(agreement.version),
            "pointingContractingPartyLegislation": agreement.pointing_legislation,
            "pointedContractingPartyLegislation": agreement.pointed_legislation,
            "MRADepth": str(agreement.depth),
        },
    )


def _write_equivalence(equivalence: ServiceEquivalence) -> etree._Element:
    history = (node(mra("TrustServiceEquivalenceHistoryInstance"), *_write_state(state)) for state in equivalence.history)
    return node(
        mra("TrustServiceEquivalenceInformation"),
        node(mra("TrustServiceLegalIdentifier"), text=equivalence.legal_identifier),
        *_write_state(equivalence.current),
        group(mra("TrustServiceEquivalenceHistory"), history),
    )


def _write_state(state: EquivalenceState) -> list[etree._Element | None]:
    types = node(
        mra("TrustServiceTSLTypeEquivalenceList"),
        node(mra("TrustServiceTSLTypeListPointingParty"), *map(_write_kind, state.pointing)),
        node(mra("TrustServiceTSLTypeListPointedParty"), *map(_write_kind, state.pointed)),
    )
    return [
        types,
        node(mra("TrustServiceEquivalenceStatus"), text=state.status),
        instant_node(mra("TrustServiceEquivalenceStatusStartingTime"), state.since),
        _write_statuses(state.statuses),
        group(mra("CertificateContentReferencesEquivalenceList"), map(_write_content, state.contents)),
        _write_qualifiers(state.qualifiers),
    ]


def _write_kind(kind: ServiceKind) -> etree._Element:
    return node(
        mra("TrustServiceTSLType"),
        node(tsl("ServiceTypeIdentifier"), text=kind.type),
        None if kind.additional is None else write_additional(AdditionalInformation(kind.additional)),
    )


def _write_statuses(statuses: StatusEquivalence) -> etree._Element:
    return node(
        mra("TrustServiceTSLStatusEquivalenceList"),
        node(
            mra("TrustServiceTSLStatusValidEquivalence"),
            _write_status_list("Pointing", statuses.valid),
            _write_status_list("Pointed", statuses.valid_pointed),
        ),
        node(
            mra("TrustServiceTSLStatusInvalidEquivalence"),
            _write_status_list("Pointing", statuses.invalid),
            _write_status_list("Pointed", statuses.invalid_pointed),
        ),
    )


def _write_status_list(party: str, statuses: Iterable[Uri]) -> etree._Element:
    return node(mra(f"TrustServiceTSLStatusList{party}Party"), *(node(tsl("ServiceStatus"), text=s) for s in statuses))


def _write_content(content: ContentEquivalence) -> etree._Element:
    return node(
        mra("CertificateContentReferenceEquivalence"),
        node(mra("CertificateContentReferenceEquivalenceContext"), text=content.context),
        write_criteria(mra("CertificateContentDeclarationPointingParty"), content.pointing),
        write_criteria(mra("CertificateContentDeclarationPointedParty"), content.pointed),
    )


def _write_qualifiers(qualifiers: tuple[QualifierEquivalence, ...]) -> etree._Element | None:
    if not qualifiers:
        return None
    name = mra("TrustServiceTSLQualificationExtensionName")
    return node(
        mra("TrustServiceTSLQualificationExtensionEquivalenceList"),
        node(name, *(node(f"{name}{party}Party", text="Sie:Q") for party in ("Pointing", "Pointed"))),
        node(mra("QualifierEquivalenceList"), *map(_write_qualifier, qualifiers)),
    )


def _write_qualifier(equivalence: QualifierEquivalence) -> etree._Element:
    return node(
        mra("QualifierEquivalence"),
        node(mra("QualifierPointingParty"), attributes={"uri": equivalence.pointing}),
        node(mra("QualifierPointedParty"), attributes={"uri": equivalence.pointed}),
    )
