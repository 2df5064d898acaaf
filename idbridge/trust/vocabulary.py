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
"""Under which agreement something is recognised: ``gd-hk`` (粤港互认), ``gd-mo`` (粤澳互认), ``bidding`` (招投标 CA 互认), or a URI."""

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

ENACTED: Final = Uri("http://ec.europa.eu/tools/lotl/mra/enacted")
REPEALED: Final = Uri("http://ec.europa.eu/tools/lotl/mra/repealed")
QC_COMPLIANCE: Final = Uri("http://ec.europa.eu/tools/lotl/mra/QcCompliance")
QC_TYPE: Final = Uri("http://ec.europa.eu/tools/lotl/mra/QcType")
QC_QSCD: Final = Uri("http://ec.europa.eu/tools/lotl/mra/QcQSCD")

_EXTENSION: Final = "http://uri.etsi.org/TrstSvc/TrustedList/SvcInfoExt/"
QUALIFIER_QC_STATEMENT: Final = Uri(_EXTENSION + "QCStatement")
QUALIFIER_NOT_QUALIFIED: Final = Uri(_EXTENSION + "NotQualified")
FOR_SIGNATURES: Final = Uri(_EXTENSION + "ForeSignatures")
FOR_SEALS: Final = Uri(_EXTENSION + "ForeSeals")

SCHEME_PREFIX: Final = "urn:idbridge:scheme:"
"""Before a scheme's short name where a URI must stand (the contracting party's legislation in an agreement)."""

LIST_OF_LISTS: Final = Uri("http://uri.etsi.org/TrstSvc/TrustedList/TSLType/EUlistofthelists")
REGION_LIST: Final = Uri("http://uri.etsi.org/TrstSvc/TrustedList/TSLType/CClist")
"""The type of a list that belongs to no EU member state (annex D.4: ``CC`` stands for the territory)."""
