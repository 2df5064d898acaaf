"""The faces for clients of EU DSS and SiVa, in OpenAPI."""

from __future__ import annotations

from typing import Final

from idbridge.web.openapi.building import (
    ANYTHING,
    JSON,
    NUMBER,
    Answer,
    Json,
    Operation,
    choice,
    maybe,
    record,
    ref,
    several,
    text,
)

TAG: Final = "Compatible"

SCHEMAS: Final[dict[str, Json]] = {
    "DssReports": record(
        "EU DSS's `WSReportsDTO`: its three reports, as its web services map them to JSON.",
        {
            "DiagnosticData": ANYTHING,
            "SimpleReport": record(
                "",
                {
                    "ValidSignaturesCount": NUMBER,
                    "SignaturesCount": NUMBER,
                    "signatureOrTimestampOrEvidenceRecord": several(ANYTHING),
                },
            ),
            "DetailedReport": ANYTHING,
            "validationReportDataHandler": maybe(text("ETSI TS 119 102-2 XML, base64")),
        },
    ),
    "SivaReport": record(
        "SiVa's report.",
        {
            "validationReport": record(
                "",
                {
                    "validationConclusion": record(
                        "",
                        {
                            "policy": ANYTHING,
                            "validationTime": text(),
                            "signaturesCount": NUMBER,
                            "validSignaturesCount": NUMBER,
                            "signatures": several(
                                record(
                                    "",
                                    {
                                        "id": text(),
                                        "signatureFormat": text(),
                                        "signatureMethod": text(),
                                        "signedBy": text(),
                                        "indication": choice("TOTAL-PASSED", "TOTAL-FAILED", "INDETERMINATE"),
                                        "subIndication": text(),
                                        "claimedSigningTime": text(),
                                    },
                                    optional=("subIndication", "claimedSigningTime"),
                                )
                            ),
                        },
                    ),
                    "validationProcess": ANYTHING,
                    "diagnosticData": ANYTHING,
                },
                optional=("validationProcess", "diagnosticData"),
            )
        },
    ),
    "SivaErrors": record(
        "What is wrong with a request, member by member.",
        {"requestErrors": several(record("", {"key": text(), "message": text()}))},
    ),
    "ProgramError": record("An error for programs.", {"error": text(), "error_description": text()}),
}

_WRONG: Final = Answer("The request is wrong.", {JSON: ref("SivaErrors")})
_TOO_LARGE: Final = Answer("The call is too large.", {JSON: ref("ProgramError")})

OPERATIONS: Final = (
    Operation(
        "post",
        "/services/rest/validation/validateSignature",
        "dssValidateSignature",
        TAG,
        "Validate a document, for clients of EU DSS",
        "Request and answer are those of EU DSS 6. The verdict is the bridge's own. A validation policy of the caller's is "
        "refused, European qualification is never claimed, and errors are a sentence, under status 400 where EU DSS has 500.",
        {
            200: Answer("The three reports.", {JSON: ref("DssReports")}),
            400: Answer("A sentence that says what is wrong: text, though the type says JSON."),
            413: _TOO_LARGE,
        },
        {JSON: ref("DssDataToValidate")},
        example={"signedDocument": {"bytes": "MIIG…", "name": "contract.p7m"}, "originalDocuments": []},
    ),
    Operation(
        "post",
        "/validate",
        "sivaValidate",
        TAG,
        "Validate a document, for clients of SiVa",
        "Request and answer are those of SiVa 3. Policy `POLv3` is accepted; `POLv4`, which asks for European qualification, "
        "is not.",
        {200: Answer("The report.", {JSON: ref("SivaReport")}), 400: _WRONG, 413: _TOO_LARGE},
        {JSON: ref("SivaValidation")},
        example={"filename": "contract.asice", "document": "UEsDBA…", "reportType": "Simple"},
    ),
    Operation(
        "post",
        "/validateHashcode",
        "sivaValidateHashcode",
        TAG,
        "Validate signatures by the hashes of their files, for clients of SiVa",
        "The files stay in the house. Unlike SiVa, signatures other than XAdES are validated too.",
        {200: Answer("The report.", {JSON: ref("SivaReport")}), 400: _WRONG, 413: _TOO_LARGE},
        {JSON: ref("SivaHashcodeValidation")},
    ),
)
