"""The URIs of trust lists: namespaces, service types, statuses, qualifiers, agreement statuses.

Sources: ETSI TS 119 612 v2.4.1 annexes C and D, the European Commission's schema for mutual recognition agreements (version 2),
and our own names for what neither has.
"""

from __future__ import annotations

from typing import Final, NewType

Uri = NewType("Uri", str)
"""An identifier of the specification; compared letter by letter."""

Territory = NewType("Territory", str)
"""Whose list it is (clause 5.3.10): ``GD``, ``HK``, ``MO``, or for lists from elsewhere a country code or ``EU``."""

Scheme = NewType("Scheme", str)
"""The agreement something is recognised under: ``gd-hk`` (粤港互认), ``gd-mo`` (粤澳互认), ``bidding`` (招投标), or a URI."""

TSL: Final = "http://uri.etsi.org/02231/v2#"
TSL_TYPES: Final = "http://uri.etsi.org/02231/v2/additionaltypes#"
QUALIFICATIONS: Final = "http://uri.etsi.org/TrstSvc/SvcInfoExt/eSigDir-1999-93-EC-TrustedList/#"
MRA: Final = "http://ec.europa.eu/tools/lotl/mra/schema/v2#"
XADES: Final = "http://uri.etsi.org/01903/v1.3.2#"
DSIG: Final = "http://www.w3.org/2000/09/xmldsig#"
XML: Final = "http://www.w3.org/XML/1998/namespace"
ENTRY: Final = "urn:idbridge:recognition-entry:1"
"""Ours: what an entry asks of a certificate beyond the criteria that TS 119 612 knows."""

TSL_TAG: Final = Uri("http://uri.etsi.org/19612/TSLTag")
MIME_TYPE: Final = "application/vnd.etsi.tsl+xml"

_STATUS: Final = "http://uri.etsi.org/TrstSvc/TrustedList/Svcstatus/"
GRANTED: Final = Uri(_STATUS + "granted")
WITHDRAWN: Final = Uri(_STATUS + "withdrawn")

GRANTED_STATUSES: Final = frozenset(
    Uri(_STATUS + name)
    for name in (
        "granted",
        # Before 1 July 2016 (TS 119 612 v1.2.1 clause 5.5.4); they survive in service histories.
        "undersupervision",
        "supervisionincessation",
        "accredited",
        # Services below the qualified level (annex D.5.2, D.5.3).
        "recognisedatnationallevel",
        "setbynationallaw",
    )
)
"""The statuses under which a service was approved. Every other status, an unknown one too, is not an approval."""

_TYPE: Final = "http://uri.etsi.org/TrstSvc/Svctype/"
CA_QC: Final = Uri(_TYPE + "CA/QC")
CA_PKC: Final = Uri(_TYPE + "CA/PKC")
NATIONAL_ROOT: Final = Uri(_TYPE + "NationalRootCA-QC")
TSA: Final = Uri(_TYPE + "TSA")
QUALIFIED_TSA: Final = Uri(_TYPE + "TSA/QTST")
CA_TYPES: Final = frozenset({CA_QC, CA_PKC, NATIONAL_ROOT})
TSA_TYPES: Final = frozenset(Uri(_TYPE + name) for name in ("TSA", "TSA/QTST", "TSA/TSS-QC", "TSA/TSS-AdESQCandQES"))

_AGREEMENT: Final = "http://ec.europa.eu/tools/lotl/mra/"
ENACTED: Final = Uri(_AGREEMENT + "enacted")
REPEALED: Final = Uri(_AGREEMENT + "repealed")
QC_COMPLIANCE: Final = Uri(_AGREEMENT + "QcCompliance")
QC_TYPE: Final = Uri(_AGREEMENT + "QcType")
QC_QSCD: Final = Uri(_AGREEMENT + "QcQSCD")

_EXTENSION: Final = "http://uri.etsi.org/TrstSvc/TrustedList/SvcInfoExt/"
QUALIFIER_QC_STATEMENT: Final = Uri(_EXTENSION + "QCStatement")
QUALIFIER_NOT_QUALIFIED: Final = Uri(_EXTENSION + "NotQualified")
FOR_SIGNATURES: Final = Uri(_EXTENSION + "ForeSignatures")
FOR_SEALS: Final = Uri(_EXTENSION + "ForeSeals")

SCHEME_PREFIX: Final = "urn:idbridge:scheme:"
"""Before a scheme's short name where a URI must stand (the contracting party's legislation in an agreement)."""

LIST_OF_LISTS: Final = Uri("http://uri.etsi.org/TrstSvc/TrustedList/TSLType/EUlistofthelists")
DETERMINATION: Final = Uri("http://uri.etsi.org/TrstSvc/TrustedList/StatusDetn/CCdetermination")
"""Statuses were determined by the law of the territory (annex D.5)."""

REGION_LIST: Final = Uri("http://uri.etsi.org/TrstSvc/TrustedList/TSLType/CClist")
"""The type of a list that belongs to no EU member state (annex D.4: ``CC`` stands for the territory)."""


def service_type(name: str) -> Uri:
    """Return the URI of a service type by its short name (``CA/QC``), or *name* itself if it is a URI."""
    return _named(_TYPE, name)


def service_status(name: str) -> Uri:
    """Return the URI of a status by its short name (``granted``), or *name* itself if it is a URI."""
    return _named(_STATUS, name)


def information(name: str) -> Uri:
    """Return the URI of additional service information or a qualifier by its short name, or *name* itself if it is a URI."""
    return _named(_EXTENSION, name)


def agreement_status(name: str) -> Uri:
    """Return the URI of an agreement's status by its short name (``enacted``), or *name* itself if it is a URI."""
    return _named(_AGREEMENT, name)


def _named(prefix: str, name: str) -> Uri:
    return Uri(name if ":" in name else prefix + name)
