"""A document's report in the shape of EU DSS 6: ``SimpleReport``, ``DetailedReport`` and ``DiagnosticData``.

Members and types are those of its schemas (``SimpleReport.xsd``, ``DetailedReport.xsd``, ``DiagnosticData.xsd``) as its web
services map them to JSON. What the bridge does not know of a thing is null, never made up.
"""

from __future__ import annotations

import base64
from typing import Any

from idbridge.signatures.etsi.validation_report import validation_report
from idbridge.signatures.report import DocumentReport
from idbridge.web.compatible.dss_detailed import detailed_report
from idbridge.web.compatible.dss_diagnostic import diagnostic_data
from idbridge.web.compatible.dss_simple import simple_report

Json = dict[str, Any]


def dss_reports(report: DocumentReport) -> Json:
    """Return ``WSReportsDTO``. Timestamps that cannot be read are left out: EU DSS has no shape for them."""
    readable = [one for one in report.timestamps if one.evidence.time is not None]
    owned = {one.id for signature in report.signatures for one in signature.evidence.timestamps}
    free = [one for one in readable if one.evidence.id not in owned]
    return {
        "DiagnosticData": diagnostic_data(report, readable),
        "SimpleReport": simple_report(report, readable, free),
        "DetailedReport": detailed_report(report, readable, free),
        "validationReportDataHandler": base64.b64encode(validation_report(report)).decode("ascii"),
    }
