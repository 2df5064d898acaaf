"""Trust service providers, their services and what an approval is limited to (TS 119 612 clauses 5.4 to 5.6)."""

from __future__ import annotations

from typing import Final

from lxml import etree

from idbridge.trust.localised import Localised
from idbridge.trust.model import (
    AdditionalInformation,
    DigitalIdentity,
    Provider,
    Qualification,
    Service,
    ServiceExtensions,
    ServiceState,
    TakeOver,
)
from idbridge.trust.vocabulary import Territory, Uri
from idbridge.trust.xml.building import binary_node, group, instant_node, localised, node
from idbridge.trust.xml.criteria import read_criteria, write_criteria
from idbridge.trust.xml.entries import read_entry, write_entry
from idbridge.trust.xml.fields import binary, child, instant, names, optional_text, refused, required, text, uri
from idbridge.trust.xml.names import LANGUAGE, entry, sie, tsl, tslx
from idbridge.trust.xml.scheme import read_address, write_address

_EXTENSIONS: Final = (
    tsl("AdditionalServiceInformation"),
    sie("Qualifications"),
    entry("RecognitionEntry"),
    tslx("TakenOverBy"),
    tsl("ExpiredCertsRevocationInfo"),
)
"""The extensions that are understood (clause 5.5.9)."""


def read_provider(provider: etree._Element) -> Provider:
    """Read a TrustServiceProvider element."""
    information = required(provider, tsl("TSPInformation"))
    services = required(provider, tsl("TSPServices"))
    address = child(information, tsl("TSPAddress"))
    return Provider(
        names=names(required(information, tsl("TSPName")), tsl("Name")),
        services=tuple(map(_service, services.iterchildren(tsl("TSPService")))),
        trade_names=names(child(information, tsl("TSPTradeName")), tsl("Name")),
        **({} if address is None else {"address": read_address(address)}),
        information_uris=names(child(information, tsl("TSPInformationURI")), tsl("URI")),
    )


def read_identity(identity: etree._Element) -> DigitalIdentity:
    """Read a ServiceDigitalIdentity element (clause 5.5.3). Key values and other forms are left aside."""
    certificates, subject, key = [], None, None
    for digital in identity.iterchildren(tsl("DigitalId")):
        for form in digital:
            if form.tag == tsl("X509Certificate"):
                certificates.append(binary(form))
            elif form.tag == tsl("X509SubjectName"):
                subject = text(form)
            elif form.tag == tsl("X509SKI"):
                key = binary(form)
    return DigitalIdentity(tuple(certificates), subject, key)


def _service(service: etree._Element) -> Service:
    information = required(service, tsl("ServiceInformation"))
    history = child(service, tsl("ServiceHistory"))
    points = child(information, tsl("ServiceSupplyPoints"))
    return Service(
        current=_state(information),
        history=() if history is None else tuple(map(_state, history.iterchildren(tsl("ServiceHistoryInstance")))),
        supply_points=() if points is None else tuple(map(text, points.iterchildren(tsl("ServiceSupplyPoint")))),
        definition_uris=names(child(information, tsl("TSPServiceDefinitionURI")), tsl("URI")),
    )


def _state(information: etree._Element) -> ServiceState:
    return ServiceState(
        type=uri(required(information, tsl("ServiceTypeIdentifier"))),
        names=names(required(information, tsl("ServiceName")), tsl("Name")),
        identity=read_identity(required(information, tsl("ServiceDigitalIdentity"))),
        status=uri(required(information, tsl("ServiceStatus"))),
        since=instant(required(information, tsl("StatusStartingTime"))),
        extensions=_extensions(child(information, tsl("ServiceInformationExtensions"))),
    )


def _extensions(element: etree._Element | None) -> ServiceExtensions:
    if element is None:
        return ServiceExtensions()
    contents = [
        (content, extension.get("Critical", "").strip() in ("true", "1"))
        for extension in element.iterchildren(tsl("Extension"))
        for content in extension
    ]
    by_tag: dict[str, list[etree._Element]] = {tag: [] for tag in _EXTENSIONS}
    for content, _ in contents:
        by_tag.setdefault(str(content.tag), []).append(content)
    additional, qualifications, entries, taken_over, expired = (by_tag[tag] for tag in _EXTENSIONS)
    if len(entries) > 1:
        raise refused(element, "more than one recognition entry for one service")
    return ServiceExtensions(
        additional=tuple(map(read_additional, additional)),
        qualifications=tuple(
            map(_qualification, (item for found in qualifications for item in found.iterchildren(sie("QualificationElement"))))
        ),
        entry=read_entry(entries[0]) if entries else None,
        taken_over_by=_take_over(taken_over[0]) if taken_over else None,
        expired_certificates_since=instant(expired[0]) if expired else None,
        unknown_critical=tuple(str(item.tag)[:200] for item, critical in contents if critical and item.tag not in _EXTENSIONS),
    )


def _take_over(element: etree._Element) -> TakeOver:
    address = required(element, tslx("URI"))
    return TakeOver(
        uri=Localised(address.get(LANGUAGE, ""), text(address)),
        provider_names=names(required(element, tslx("TSPName")), tsl("Name")),
        operator_names=names(required(element, tsl("SchemeOperatorName")), tsl("Name")),
        territory=Territory(text(required(element, tsl("SchemeTerritory")))),
    )


def read_additional(element: etree._Element) -> AdditionalInformation:
    """Read an AdditionalServiceInformation element."""
    return AdditionalInformation(uri(required(element, tsl("URI"))), optional_text(element, tsl("InformationValue")))


def _qualification(element: etree._Element) -> Qualification:
    qualifiers = required(element, sie("Qualifiers")).iterchildren(sie("Qualifier"))
    return Qualification(
        qualifiers=tuple(Uri(qualifier.get("uri", "")) for qualifier in qualifiers),
        criteria=read_criteria(required(element, sie("CriteriaList"))),
    )


def write_provider(provider: Provider) -> etree._Element:
    """Write a TrustServiceProvider element."""
    information = node(
        tsl("TSPInformation"),
        group(tsl("TSPName"), localised(tsl("Name"), provider.names)),
        group(tsl("TSPTradeName"), localised(tsl("Name"), provider.trade_names)),
        write_address(tsl("TSPAddress"), provider.address),
        group(tsl("TSPInformationURI"), localised(tsl("URI"), provider.information_uris)),
    )
    return node(tsl("TrustServiceProvider"), information, group(tsl("TSPServices"), map(_write_service, provider.services)))


def write_identity(identity: DigitalIdentity) -> etree._Element:
    """Write a ServiceDigitalIdentity element, each form in a DigitalId of its own."""
    forms = [binary_node(tsl("X509Certificate"), der) for der in identity.certificates]
    if identity.subject_name is not None:
        forms.append(node(tsl("X509SubjectName"), text=identity.subject_name))
    if identity.key_identifier is not None:
        forms.append(binary_node(tsl("X509SKI"), identity.key_identifier))
    return node(tsl("ServiceDigitalIdentity"), *(node(tsl("DigitalId"), form) for form in forms))


def _write_service(service: Service) -> etree._Element:
    current = service.current
    information = node(
        tsl("ServiceInformation"),
        *_write_state(current),
        group(tsl("ServiceSupplyPoints"), (node(tsl("ServiceSupplyPoint"), text=uri) for uri in service.supply_points)),
        group(tsl("TSPServiceDefinitionURI"), localised(tsl("URI"), service.definition_uris)),
        _write_extensions(current.extensions),
    )
    history = (
        node(tsl("ServiceHistoryInstance"), *_write_state(state), _write_extensions(state.extensions))
        for state in service.history
    )
    return node(tsl("TSPService"), information, group(tsl("ServiceHistory"), history))


def _write_state(state: ServiceState) -> list[etree._Element | None]:
    return [
        node(tsl("ServiceTypeIdentifier"), text=state.type),
        group(tsl("ServiceName"), localised(tsl("Name"), state.names)),
        write_identity(state.identity),
        node(tsl("ServiceStatus"), text=state.status),
        instant_node(tsl("StatusStartingTime"), state.since),
    ]


def _write_extensions(extensions: ServiceExtensions) -> etree._Element | None:
    """Write what limits the approval as critical: who does not understand it must not take the service for unlimited."""
    if extensions.unknown_critical:
        raise ValueError("extensions that were not understood cannot be written")
    contents = [(write_additional(item), True) for item in extensions.additional]
    if extensions.qualifications:
        contents.append((node(sie("Qualifications"), *map(_write_qualification, extensions.qualifications)), True))
    if extensions.entry is not None:
        contents.append((write_entry(extensions.entry), True))
    if extensions.taken_over_by is not None:
        contents.append((_write_take_over(extensions.taken_over_by), True))
    if extensions.expired_certificates_since is not None:
        contents.append((instant_node(tsl("ExpiredCertsRevocationInfo"), extensions.expired_certificates_since), False))
    return group(
        tsl("ServiceInformationExtensions"),
        (node(tsl("Extension"), item, attributes={"Critical": str(critical).lower()}) for item, critical in contents),
    )


def _write_take_over(take_over: TakeOver) -> etree._Element:
    return node(
        tslx("TakenOverBy"),
        *localised(tslx("URI"), (take_over.uri,)),
        group(tslx("TSPName"), localised(tsl("Name"), take_over.provider_names)),
        group(tsl("SchemeOperatorName"), localised(tsl("Name"), take_over.operator_names)),
        node(tsl("SchemeTerritory"), text=take_over.territory),
    )


def write_additional(information: AdditionalInformation) -> etree._Element:
    """Write an AdditionalServiceInformation element."""
    return node(
        tsl("AdditionalServiceInformation"),
        node(tsl("URI"), text=information.uri, attributes={LANGUAGE: "en"}),
        None if information.value is None else node(tsl("InformationValue"), text=information.value),
    )


def _write_qualification(qualification: Qualification) -> etree._Element:
    qualifiers = [node(sie("Qualifier"), attributes={"uri": uri}) for uri in qualification.qualifiers]
    return node(
        sie("QualificationElement"),
        node(sie("Qualifiers"), *qualifiers),
        write_criteria(sie("CriteriaList"), qualification.criteria),
    )
