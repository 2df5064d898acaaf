"""Scheme information and addresses, read from their elements and written into them (TS 119 612 clauses 5.3 and 5.4.3)."""

from __future__ import annotations

from lxml import etree

from idbridge.trust.model import Address, PostalAddress, SchemeInformation
from idbridge.trust.vocabulary import Territory
from idbridge.trust.xml.building import group, localised, node
from idbridge.trust.xml.fields import child, names, number, optional_text, required, text, uri
from idbridge.trust.xml.names import LANGUAGE, tsl


def read_scheme(information: etree._Element) -> SchemeInformation:
    """Read what the SchemeInformation element says about the scheme; sequence, times and pointers are the list's."""
    territory = optional_text(information, tsl("SchemeTerritory"))
    points = child(information, tsl("DistributionPoints"))
    notices = child(information, tsl("PolicyOrLegalNotice"))
    return SchemeInformation(
        type=uri(required(information, tsl("TSLType"))),
        operator_names=names(required(information, tsl("SchemeOperatorName")), tsl("Name")),
        names=names(required(information, tsl("SchemeName")), tsl("Name")),
        territory=Territory(territory) if territory else None,
        operator_address=read_address(required(information, tsl("SchemeOperatorAddress"))),
        information_uris=names(child(information, tsl("SchemeInformationURI")), tsl("URI")),
        status_determination=uri(required(information, tsl("StatusDeterminationApproach"))),
        rules=names(child(information, tsl("SchemeTypeCommunityRules")), tsl("URI")),
        legal_notices=names(notices, tsl("TSLLegalNotice")) + names(notices, tsl("TSLPolicy")),
        history_days=number(required(information, tsl("HistoricalInformationPeriod"))),
        distribution_points=() if points is None else tuple(map(text, points.iterchildren(tsl("URI")))),
    )


def read_address(address: etree._Element) -> Address:
    """Read postal and electronic addresses."""
    postal = child(address, tsl("PostalAddresses"))
    return Address(
        postal=() if postal is None else tuple(map(_postal, postal.iterchildren(tsl("PostalAddress")))),
        electronic=names(child(address, tsl("ElectronicAddress")), tsl("URI")),
    )


def _postal(address: etree._Element) -> PostalAddress:
    return PostalAddress(
        language=address.get(LANGUAGE, ""),
        street=optional_text(address, tsl("StreetAddress")) or "",
        locality=optional_text(address, tsl("Locality")) or "",
        country=optional_text(address, tsl("CountryName")) or "",
        province=optional_text(address, tsl("StateOrProvince")),
        postal_code=optional_text(address, tsl("PostalCode")),
    )


def write_scheme_head(scheme: SchemeInformation) -> list[etree._Element | None]:
    """Return the elements between TSLSequenceNumber and PointersToOtherTSL, in the order of the schema."""
    return [
        node(tsl("TSLType"), text=scheme.type),
        group(tsl("SchemeOperatorName"), localised(tsl("Name"), scheme.operator_names)),
        write_address(tsl("SchemeOperatorAddress"), scheme.operator_address),
        group(tsl("SchemeName"), localised(tsl("Name"), scheme.names)),
        group(tsl("SchemeInformationURI"), localised(tsl("URI"), scheme.information_uris)),
        node(tsl("StatusDeterminationApproach"), text=scheme.status_determination),
        group(tsl("SchemeTypeCommunityRules"), localised(tsl("URI"), scheme.rules)),
        None if scheme.territory is None else node(tsl("SchemeTerritory"), text=scheme.territory),
        group(tsl("PolicyOrLegalNotice"), localised(tsl("TSLLegalNotice"), scheme.legal_notices)),
        node(tsl("HistoricalInformationPeriod"), text=str(scheme.history_days)),
    ]


def write_address(tag: str, address: Address) -> etree._Element:
    """Write postal and electronic addresses."""
    return node(
        tag,
        group(tsl("PostalAddresses"), map(_write_postal, address.postal)),
        group(tsl("ElectronicAddress"), localised(tsl("URI"), address.electronic)),
    )


def _write_postal(address: PostalAddress) -> etree._Element:
    lines = (
        ("StreetAddress", address.street),
        ("Locality", address.locality),
        ("StateOrProvince", address.province),
        ("PostalCode", address.postal_code),
        ("CountryName", address.country),
    )
    parts = [node(tsl(name), text=line) for name, line in lines if line]
    return node(tsl("PostalAddress"), *parts, attributes={LANGUAGE: address.language})
