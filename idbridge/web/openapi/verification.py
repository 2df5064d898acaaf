"""The verification API in OpenAPI: documents, certificates, trust lists."""

from __future__ import annotations

from typing import Final

from idbridge.trust.vocabulary import MIME_TYPE
from idbridge.web.openapi.building import (
    ANYBODY,
    FILE,
    FLAG,
    JSON,
    LINES,
    MOMENT,
    MULTIPART,
    Answer,
    Operation,
    form,
    in_path,
    query,
    ref,
    several,
    text,
)
from idbridge.web.signed_reports import MEDIA_TYPE as SIGNED
from idbridge.web.verification_calls import MAX_DETACHED, MAX_DOCUMENT, MAX_DOCUMENTS, MAX_JSON, MAX_UPLOAD, MIB

TAG: Final = "Verification"

REFUSED: Final = Answer("The call cannot be answered; the code says why.", {JSON: ref("Refusal")})
TOO_LARGE: Final = Answer("The call is too large.", {JSON: ref("Refusal")})

_FORM: Final = form(
    "Documents as files. What their detached signatures are over comes as files or as digests alone. Of several documents each "
    "is over what belongs to it:\n\n"
    "1. by label: `document.bid7` is over `detached.bid7` and `digest.bid7`, and over nothing else. Any text may be a label.\n"
    "2. by name: a document whose file name is that of a content with more behind it (`contract.pdf.p7s`, `contract.pdf`) is "
    "over that content.\n"
    "3. A document to which neither gives anything is over all contents without a label that are nobody's by name. The only "
    "document of a call is over all of them.\n\n"
    "Reports come in the order of the documents, those of one part name together.",
    {
        "document": several(FILE, "The signed documents"),
        "detached": several(FILE, "Content of detached signatures"),
        "digest": several(text(), "`SHA-256:<hex>` or `SHA-256:<hex>:<file name>` instead of content"),
        "at": MOMENT,
        "offline": {**FLAG, "description": "Fetch nothing"},
        "scheme": text("Recognition under this scheme alone (`gd-hk`, `gd-mo`, `bidding`)"),
        "subject": text("The caller's `sub` of the person that signers are compared with"),
        "identity_numbers": {**FLAG, "description": "Tell the identity numbers in signers' certificates"},
        "client_id": text("With `client_secret`: for clients registered with `client_secret_post`"),
        "client_secret": text(),
    },
    patterns={
        "^document\\..+$": {**FILE, "description": "A signed document with a label"},
        "^detached\\..+$": {**FILE, "description": "Content of the document with the same label"},
        "^digest\\..+$": text("Its digest, likewise"),
    },
)

OPERATIONS: Final = (
    Operation(
        "post",
        "/api/v1/verifications",
        "verifyDocuments",
        TAG,
        "Verify signed documents",
        "CMS/CAdES, PDF/PAdES, XML-DSig/XAdES, JWS/JAdES, ASiC, OFD with electronic seals, RFC 3161 timestamps and evidence "
        "records, recognised by content. One document is answered by its report, several by a list, which is sent as it grows; "
        f"`Accept: {LINES}` gives a report a line and a last line with their number. What is missing in a document "
        "(revocation, issuers) is fetched, once for the whole call.\n\n"
        "A registered client that proves who it is, as at `/oauth/token`, may send a `subject`: each signature then says "
        "whether the signer is the person whom the client knows by that `sub`. It is told of people alone who agreed to it "
        "(scope `signatures`), and of signatures that pass. `identity_numbers` takes a client that is registered for them.\n\n"
        f"At most {MAX_DOCUMENTS} documents of {MAX_DOCUMENT // MIB} MiB each and {MAX_DETACHED} detached contents; as files "
        f"{MAX_UPLOAD // MIB} MiB together, as JSON {MAX_JSON // MIB} MiB. One call is served by one core; `idbridge verify` "
        "takes all of them.",
        {
            200: Answer(
                "The report, or the reports.",
                {
                    JSON: {"anyOf": [ref("DocumentReport"), ref("DocumentReports")]},
                    LINES: ref("ReportLine"),
                    SIGNED: ref("SignedReport"),
                    "application/xml": text("ETSI TS 119 102-2, of one document"),
                    "application/pdf": text("For people, of one document"),
                    "text/plain": text("For people, of one document"),
                },
            ),
            400: REFUSED,
            401: Answer("The client did not prove who it is.", {JSON: ref("Refusal")}, ("WWW-Authenticate",)),
            403: Answer("The client may not be told identity numbers.", {JSON: ref("Refusal")}),
            406: Answer("There is no answer of that media type.", {JSON: ref("Refusal")}),
            413: TOO_LARGE,
            429: Answer("Asked about people too often.", {JSON: ref("Refusal")}, ("Retry-After",)),
        },
        {MULTIPART: _FORM, JSON: ref("VerificationCall")},
        parameters=(
            query("signed", "`true` asks for the answer signed by the bridge, like `Accept: application/jose+json`"),
            query("lang", "`zh-Hans`, `zh-Hant`, `en` or `pt`, for the shapes for people; else by `Accept-Language`"),
        ),
        security=(ANYBODY, "client"),
        example={"document": "MIIG…", "name": "contract.p7s", "detached": [{"digests": {"SHA-256": "9f86d0…"}}]},
    ),
    Operation(
        "get",
        "/api/v1/verifications/signer",
        "getReportSigner",
        TAG,
        "Who signs reports",
        "The certificates under which the bridge signs its reports, to be pinned.",
        {200: Answer("The certificates, PEM.", {"application/pem-certificate-chain": text()})},
    ),
    Operation(
        "get",
        "/schemas/{name}",
        "getSchema",
        TAG,
        "The schema of a report",
        "JSON Schema of every member of a report, by the name in the report's `schema` (`document-report-1.json`).",
        {
            200: Answer("The schema.", {"application/schema+json": {"type": "object"}}),
            404: Answer("There is none of that name.", {"text/html": text()}),
        },
        parameters=(in_path("name", "`document-report-1.json`"),),
    ),
    Operation(
        "post",
        "/api/v1/certificates/verify",
        "verifyCertificate",
        TAG,
        "Verify a certificate",
        "Every path to the regions' anchors, with cross-certificates, CRLs, OCSP and SM2, and for each region whether the "
        "certificate is recognised there, by which entry and which rule.",
        {200: Answer("The report.", {JSON: ref("CertificateReport")}), 400: REFUSED, 413: TOO_LARGE},
        {
            MULTIPART: form(
                "PEM or DER files.",
                {
                    "certificate": {**FILE, "description": "The certificate; its chain may follow it"},
                    "others": several(FILE, "Certificates that may help"),
                    "purpose": text("`signature`, `seal` or `authentication`"),
                    "at": MOMENT,
                    "scheme": text("Recognition under this scheme alone (`gd-hk`, `gd-mo`, `bidding`)"),
                    "offline": FLAG,
                },
                required=("certificate",),
            ),
            JSON: ref("CertificateCall"),
        },
        example={"certificate": "-----BEGIN CERTIFICATE-----\n…", "purpose": "signature"},
    ),
    Operation(
        "get",
        "/api/v1/trust-lists",
        "listTrustLists",
        TAG,
        "The trust lists in force",
        "Number, hash, age and standing of each list that answers rely on.",
        {200: Answer("The lists.", {JSON: ref("TrustLists")})},
    ),
    Operation(
        "get",
        "/api/v1/trust-lists/{region}",
        "getTrustList",
        TAG,
        "A trust list itself",
        "The signed XML (ETSI TS 119 612), byte for byte: the version in force, or any that was ever relied upon, by its hash.",
        {
            200: Answer("The list.", {MIME_TYPE: text()}, ("ETag",)),
            304: Answer("Not changed since the `ETag` that was sent."),
            404: Answer("There is no such list, or no such version.", {JSON: ref("Refusal")}),
        },
        parameters=(in_path("region", "`GD`, `HK`, `MO`, …"), query("sha256", "The version's hash, as reports cite it")),
    ),
)
