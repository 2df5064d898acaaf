"""A trust list from its source: a table as TOML has it, with certificates by name.

The source says what a person decides; what follows from it (list tag, version, address form) is filled in.
`scripts/make_trust_list` shows an example; `certs/` holds those of the demonstration PKI and the templates of real lists.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from idbridge.trust import vocabulary
from idbridge.trust.drafting_agreements import draft_agreement
from idbridge.trust.drafting_entries import draft_entry
from idbridge.trust.localised import Localised
from idbridge.trust.model import (
    AdditionalInformation,
    Address,
    DigitalIdentity,
    Pointer,
    PostalAddress,
    Provider,
    SchemeInformation,
    Service,
    ServiceExtensions,
    ServiceState,
    TrustList,
)
from idbridge.trust.tables import Table
from idbridge.trust.vocabulary import Territory, Uri
from idbridge.trust.writing import VERSION

LoadCertificate = Callable[[str], bytes]
"""Returns the DER certificate that the source names."""

DEFAULT_VALIDITY_DAYS: Final = 180
MAX_VALIDITY_DAYS: Final = 184
"""The longest time between issues that TS 119 612 clause 5.3.15 allows is six months."""

MAX_SEQUENCE: Final = 10**12 - 1
"""More than any list needs; what is beyond is refused when it is read."""


@dataclass(frozen=True, slots=True)
class Drafting:
    """What every part of a source needs: how to load a certificate."""

    load: LoadCertificate

    def certificates(self, table: Table, key: str) -> tuple[bytes, ...]:
        """Load the certificates that a list in the source names."""
        return tuple(map(self.load, table.texts(key)))


def draft_list(source: Mapping[str, object], *, issued: datetime, load: LoadCertificate) -> TrustList:
    """Return the list that *source* describes, issued at *issued*.

    :raises TableRefused: something is missing, unknown or of the wrong type; the message names the place.
    """
    drafting = Drafting(load)
    with Table(source, "list") as table:
        return TrustList(
            version=VERSION,
            sequence=_counted(table, "sequence", table.required("sequence", int), MAX_SEQUENCE),
            scheme=_scheme(table),
            issued=issued,
            next_update=issued + timedelta(days=_validity_days(table)),
            pointers=tuple(_pointer(drafting, item) for item in table.tables("pointer")),
            providers=tuple(_provider(drafting, item) for item in table.tables("provider")),
        )


def _validity_days(table: Table) -> int:
    days = table.optional("valid_days", int)
    return DEFAULT_VALIDITY_DAYS if days is None else _counted(table, "valid_days", days, MAX_VALIDITY_DAYS)


def _counted(table: Table, key: str, number: int, most: int) -> int:
    if not 1 <= number <= most:
        raise table.refused(f"{key} is from 1 to {most}, not {number}")
    return number


def _scheme(table: Table) -> SchemeInformation:
    kind = table.optional("type", str)
    with table.table("operator") as operator, table.table("scheme") as scheme:
        return SchemeInformation(
            type=Uri(kind) if kind else vocabulary.REGION_LIST,
            operator_names=operator.required_names("names"),
            names=scheme.required_names("names"),
            territory=Territory(table.required("territory", str)),
            operator_address=_address(operator),
            information_uris=scheme.required_names("information"),
            rules=scheme.names("rules"),
            legal_notices=scheme.names("notice"),
            distribution_points=table.texts("distribution_points"),
        )


def _address(table: Table) -> Address:
    """Read a postal address in English and the electronic ones: the schema wants one of each (clause 5.3.5)."""
    contacts = [table.required("website", str)]
    if mail := table.optional("email", str):
        contacts.append(f"mailto:{mail}")
    postal = PostalAddress(
        language="en",
        street=table.required("street", str),
        locality=table.required("locality", str),
        country=table.required("country", str),
        postal_code=table.optional("postal_code", str),
    )
    return Address((postal,), tuple(Localised("en", contact) for contact in contacts))


def _provider(drafting: Drafting, table: Table) -> Provider:
    with table:
        services = tuple(_service(drafting, item) for item in table.tables("service"))
        if not services:
            raise table.refused("a provider has at least one service")
        return Provider(
            names=table.required_names("names"),
            services=services,
            trade_names=table.names("trade_names"),
            address=_address(table),
            information_uris=table.required_names("information"),
        )


def _service(drafting: Drafting, table: Table) -> Service:
    with table:
        current = _state(drafting, table, None)
        return Service(
            current=current,
            history=tuple(_former(drafting, item, current) for item in table.tables("history")),
            supply_points=table.texts("supply_points"),
            definition_uris=table.names("definition"),
        )


def _former(drafting: Drafting, table: Table, current: ServiceState) -> ServiceState:
    with table:
        return _state(drafting, table, current)


def _state(drafting: Drafting, table: Table, current: ServiceState | None) -> ServiceState:
    """Read a state; what a former one does not say is as it is now."""
    names, certificates = table.names("names"), drafting.certificates(table, "certificates")
    kind, entry = table.optional("type", str), table.optional_table("entry")
    if current is None and not (names and certificates and kind):
        raise table.refused("a service has names, certificates and a type")
    information = tuple(AdditionalInformation(vocabulary.information(uri)) for uri in table.texts("information"))
    extensions = ServiceExtensions(additional=information, entry=draft_entry(entry, drafting.load) if entry else None)
    if current is not None and not information and entry is None:
        extensions = current.extensions
    return ServiceState(
        type=vocabulary.service_type(kind) if kind else current.type if current else Uri(""),
        names=names or (current.names if current else ()),
        identity=DigitalIdentity(certificates) if certificates or current is None else current.identity,
        status=vocabulary.service_status(table.required("status", str)),
        since=table.time("since"),
        extensions=extensions,
    )


def _pointer(drafting: Drafting, table: Table) -> Pointer:
    with table:
        kind = table.optional("type", str)
        signers = drafting.certificates(table, "signers")
        if not signers:
            raise table.refused("a pointer names who signs the list pointed to")
        return Pointer(
            location=table.required("location", str),
            signers=signers,
            territory=Territory(table.required("territory", str)),
            type=Uri(kind) if kind else vocabulary.REGION_LIST,
            mime_type=vocabulary.MIME_TYPE,
            operator_names=table.required_names("operator"),
            rules=table.names("rules"),
            agreements=tuple(draft_agreement(item) for item in table.tables("agreement")),
        )
