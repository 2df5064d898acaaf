"""What the bridge's own API answers: reports on documents and certificates, trust lists, refusals.

Members named here are always there and stay; reports have more, which may change, as an object may in JSON.
"""

from __future__ import annotations

from typing import Final

import msgspec

from idbridge.identity.matching import MatchAnswer, MatchReason
from idbridge.signatures.indications import Indication, SubIndication
from idbridge.web.certificates import CertificateCall
from idbridge.web.compatible.dss import DssDataToValidate
from idbridge.web.compatible.siva import SivaHashcodeValidation, SivaValidation
from idbridge.web.openapi.building import (
    FLAG,
    MOMENT,
    NUMBER,
    Json,
    choice,
    maybe,
    record,
    ref,
    several,
    text,
)
from idbridge.web.verification_calls import VerificationCall

_ANSWER: Final = choice("recognised", "not-recognised", "cannot-tell", description="Whether the region's list recognises it")
_INDICATION: Final = choice(*(one.value for one in Indication), description="The verdict (EN 319 102-1)")
_SUB_INDICATION: Final = maybe(choice(*(one.value for one in SubIndication), description="Why it is not passed"))

_IDENTITY_NUMBER: Final = record(
    "An identity number that the certificate states.",
    {
        "type": text("Which document or register (`HKID`, `MO-BIR`, `CN-RESIDENT-ID`, `USCC`, …)"),
        "hashed": maybe(text("The digest, where the certificate has only that")),
        "confirmed": {"type": "boolean", "description": "Whether the CA's own documents say that it stands there"},
        "value": text("The number: only for clients that may have it, and ask"),
    },
    optional=("value",),
)

OWN: Final[dict[str, Json]] = {
    "Refusal": record(
        "Why a call, or one of its documents, was not answered.",
        {"error": record("", {"code": text("Stable; programs may rely on it"), "detail": text("For people who debug")})},
    ),
    "DocumentReport": record(
        "The report on one document.",
        {
            "schema": {"const": "idbridge/document-report/1"},
            "indication": _INDICATION,
            "sub_indication": _SUB_INDICATION,
            "at": MOMENT,
            "name": maybe(text("The file's name, without folders")),
            "format": text("`PDF`, `CMS`, `XML`, `JWS`, `ASiC-S`, `ASiC-E`, `OFD`, `TIMESTAMP`, `EVIDENCE_RECORD`, …"),
            "signatures": several(ref("SignatureReport")),
            "timestamps": several(record("The verdict on a timestamp.", {"id": text(), "time": maybe(MOMENT)})),
            "certificates": several(record("", {"sha256": text(), "subject": text(), "issuer": text()})),
            "trust_lists": several(ref("CitedList"), "The lists that the verdict relies on"),
            "missing": several({"type": "object"}, "Evidence not at hand that might change the verdict"),
            "fetched": several(ref("Attempt"), "Addresses that were asked, and what came of it"),
        },
    ),
    "SignatureReport": record(
        "The verdict on one signature.",
        {
            "id": text(),
            "format": text("`CAdES`, `PAdES`, `XAdES`, `JAdES`, `OFD-seal`, …"),
            "level": text("`B-B`, `B-T`, `B-LT`, `B-LTA`, … by what is really there"),
            "indication": _INDICATION,
            "sub_indication": _SUB_INDICATION,
            "integrity": choice("intact", "broken", "unknown", description="Value and digests alone, whoever signed"),
            "claimed_signing_time": maybe(MOMENT),
            "best_signature_time": maybe(MOMENT),
            "signer": {"anyOf": [ref("Signer"), {"type": "null"}]},
            "scope": several(ref("Scope"), "What exactly is signed"),
            "recognition": {"type": "object", "description": "By region", "additionalProperties": ref("Recognition")},
            "checks": several(ref("Check")),
            "person": ref("Match"),
        },
        optional=("person",),
    ),
    "Signer": record(
        "Who signed, as the certificate says.",
        {
            "name": text(),
            "organisation": maybe(text()),
            "region": maybe(text("Whose list vouches for the certificate")),
            "certificate_sha256": text(),
            "identity_numbers": several(_IDENTITY_NUMBER),
        },
    ),
    "Scope": record("One thing that is signed.", {"kind": text(), "name": text(), "whole_document": FLAG}),
    "Recognition": record(
        "What one region says.",
        {"answer": _ANSWER, "entry": maybe(text("The entry of its list")), "rule": text("What decided")},
    ),
    "Check": record(
        "A check that ran, passed or not.",
        {
            "name": text(),
            "clause": text("The clause of the standard that asks for it"),
            "outcome": choice("passed", "failed", "warned", "skipped"),
            "detail": text(),
        },
    ),
    "Match": record(
        "Whether the signer is the person whom the caller knows by `subject`. Nothing is told of one who did not agree.",
        {
            "answer": choice(*(one.value for one in MatchAnswer)),
            "reason": choice(*(one.value for one in MatchReason)),
        },
        closed=True,
    ),
    "CitedList": record("A trust list and its version.", {"region": text(), "sequence": NUMBER, "sha256": text()}),
    "Attempt": record("An address that was asked.", {"kind": choice("issuer", "crl", "ocsp"), "url": text(), "code": text()}),
    "DocumentReports": record(
        "Reports in the order of the documents. One that cannot be read has a refusal in its place.",
        {
            "schema": {"const": "idbridge/document-reports/1"},
            "reports": several({"anyOf": [ref("DocumentReport"), ref("Refusal")]}),
        },
        closed=True,
    ),
    "ReportLine": {
        "description": "A line: a report or a refusal, and at the end how many documents there were.",
        "anyOf": [
            ref("DocumentReport"),
            ref("Refusal"),
            record("The last line.", {"schema": {"const": "idbridge/document-reports/1"}, "documents": NUMBER}, closed=True),
        ],
    },
    "SignedReport": record(
        "A report as a JWS (JAdES, flattened serialization); its payload is the report.",
        {"payload": text(), "protected": text(), "signature": text()},
    ),
    "CertificateReport": record(
        "The report on a certificate.",
        {
            "schema": {"const": "idbridge/certificate-report/1"},
            "indication": choice("PASSED", "FAILED", "INDETERMINATE"),
            "sub_indication": maybe(text()),
            "at": MOMENT,
            "certificate": record("", {"subject": text(), "issuer": text(), "serial_number": text(), "sha256": text()}),
            "paths": several({"type": "object"}, "Every path that was tried, with its checks"),
            "recognition": {"type": "object", "description": "By region", "additionalProperties": ref("Recognition")},
            "trust_lists": several(ref("CitedList")),
            "fetched": several(ref("Attempt")),
        },
    ),
    "TrustLists": record("The lists that the bridge relies on.", {"trust_lists": several(ref("TrustListStatus"))}),
    "TrustListStatus": record(
        "How one list stands.",
        {
            "region": text(),
            "standing": text("`current`, `expired`, `missing`, …"),
            "sequence": maybe(NUMBER),
            "sha256": maybe(text()),
            "issued": maybe(MOMENT),
            "next_update": maybe(MOMENT),
            "age_seconds": maybe(NUMBER),
            "last_attempt": maybe({"type": "object"}),
            "url": text("Where the list itself is"),
        },
    ),
    "Readiness": record(
        "Whether the instance can serve, part by part.",
        {
            "status": choice("ready", "not-ready"),
            "checks": {"type": "object", "additionalProperties": {"type": "object"}},
            "trust_lists": several({"type": "object"}),
        },
    ),
    "Alive": record("", {"status": {"const": "alive"}}),
}


def read_types() -> dict[str, Json]:
    """Return the schemas of the JSON bodies that are read, made of the very types that read them."""
    kinds = (VerificationCall, CertificateCall, DssDataToValidate, SivaValidation, SivaHashcodeValidation)
    _, schemas = msgspec.json.schema_components(kinds, ref_template="#/components/schemas/{name}")
    return schemas
