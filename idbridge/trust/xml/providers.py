"""Trust service providers, their services and what an approval is limited to (TS 119 612 clauses 5.4 to 5.6)."""

from __future__ import annotations

from lxml import etree

from idbridge.trust.model import (
    AdditionalInformation,
    DigitalIdentity,
    Provider,
    Qualification,
    Service,
    ServiceExtensions,
    ServiceState,
)
from idbridge.trust.vocabulary import Uri
from idbridge.trust.xml.criteria import read_criteria
from idbridge.trust.xml.entries import read_entry
from idbridge.trust.xml.fields import binary, child, instant, names, optional_text, refused, required, text, uri
from idbridge.trust.xml.names import entry, sie, tsl, tslx
from idbridge.trust.xml.scheme import read_address


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
    """Read a ServiceDigitalIdentity element (clause 5.5.3). Key values and other forms are left aside: no list gives only them."""
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
    additional, qualifications, entries, unknown = [], [], [], []
    taken_over, expired = None, None
    for extension in element.iterchildren(tsl("Extension")):
        critical = extension.get("Critical", "").strip() in ("true", "1")
        for content in extension:
            if content.tag == tsl("AdditionalServiceInformation"):
                additional.append(read_additional(content))
            elif content.tag == sie("Qualifications"):
                qualifications += map(_qualification, content.iterchildren(sie("QualificationElement")))
            elif content.tag == entry("RecognitionEntry"):
                entries.append(read_entry(content))
            elif content.tag == tslx("TakenOverBy"):
                taken_over = optional_text(content, tsl("URI")) or taken_over
            elif content.tag == tsl("ExpiredCertsRevocationInfo"):
                expired = instant(content)
            elif critical:
                unknown.append(str(content.tag)[:200])
    if len(entries) > 1:
        raise refused(element, "more than one recognition entry for one service")
    return ServiceExtensions(
        tuple(additional), tuple(qualifications), entries[0] if entries else None, taken_over, expired, tuple(unknown)
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
