"""Evidence: what a document says, in words that all formats share. The contract between `formats` and `process`.

A format computes every digest, because only it knows the bytes, and judges nothing: whether a digest that differs, a
certificate or a time matters is for the checks. All times are aware UTC datetimes; digests are named as in
`idbridge.pki.algorithms` ("SHA-256", "SM3"), an algorithm without such a name by its OID or URI; certificates, CRLs and
OCSP responses are DER.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final, NewType

from idbridge.signatures.material import Material

EvidenceId = NewType("EvidenceId", str)
"""Names a signature, timestamp or evidence record within one document, the same on every reading ("S1", "S1.T2")."""

Sha256 = NewType("Sha256", str)
"""Lower-case hexadecimal SHA-256 of a certificate, CRL or OCSP response: how coverage and proofs of existence name it."""


def sha256(der: bytes) -> Sha256:
    """Return the name of *der*."""
    return Sha256(hashlib.sha256(der).hexdigest())


class DocumentFormat(StrEnum):
    """What kind of file it is; every one has a row in `formats.catalogue`."""

    CMS = "CMS"
    PDF = "PDF"
    XML = "XML"
    JWS = "JWS"
    ASIC = "ASiC"
    OFD = "OFD"
    TIMESTAMP = "TIMESTAMP"
    EVIDENCE_RECORD = "EVIDENCE_RECORD"


class SignatureForm(StrEnum):
    """How a signature is written. The second of each pair lacks what ETSI asks of the first (`levels`)."""

    CADES = "CAdES"
    CMS = "CMS"
    PADES = "PAdES"
    PDF = "PDF"
    PKCS7 = "PKCS7"
    XADES = "XAdES"
    XML = "XML"
    JADES = "JAdES"
    JSON = "JSON"
    OFD_SEAL = "OFD-seal"
    PDF_SEAL = "PDF-seal"
    OFD = "OFD"
    TIMESTAMP = "TIMESTAMP"


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong with the form, which did not stop the reading. `code` is stable, in lower case with hyphens.

    A `fatal` fault breaks the format's rules so that the signature is no signature of that form (FORMAT_FAILURE); others
    are shown, and judged where a check asks for their code.
    """

    code: str
    detail: str
    fatal: bool = False


class ReferenceKind(StrEnum):
    """What a digest stands in."""

    MESSAGE_DIGEST = "message-digest"  # CMS attribute, PDF byte range, the data hash of a seal
    XML_REFERENCE = "xml-reference"
    SIGNED_PROPERTIES = "signed-properties"
    MANIFEST_ENTRY = "manifest-entry"  # XML-DSig manifest, ASiC manifest
    SIGNED_DETACHED = "sig-d"  # JAdES sigD
    OFD_REFERENCE = "ofd-reference"
    TIMESTAMP_IMPRINT = "message-imprint"
    HASH_INDEX = "hash-index"  # what an archive timestamp lists that it covers
    EVIDENCE_RECORD = "evidence-record"  # archived object, previous chain


@dataclass(frozen=True, slots=True)
class Reference:
    """A digest that the signature covers, as stated and as computed.

    `computed` is None where it could not be: then `missing` says whether the data was not there (SIGNED_DATA_NOT_FOUND) or
    could not be processed (unknown algorithm or transform). `how` tells a reader what was digested (transforms, ranges).
    An `optional` one has no say in integrity while it is absent, and every say once it is there: an entry of an XML manifest
    that leads out of the document, whose validation is left to the application (XML-DSig clause 2.3). That what was signed
    is not at hand is told all the same.
    """

    kind: ReferenceKind
    name: str
    algorithm: str
    expected: bytes
    computed: bytes | None
    missing: str | None = None
    how: str = ""
    optional: bool = False

    @property
    def counts(self) -> bool:
        """Whether it has a say in integrity: an optional one that is absent has none."""
        return self.computed is not None or not self.optional

    @property
    def intact(self) -> bool | None:
        """Whether the digests are the same; None where none was computed. An empty digest is never the same."""
        return None if self.computed is None else bool(self.expected) and self.computed == self.expected


@dataclass(frozen=True, slots=True)
class MessageDigest:
    """A signed message of which only the digest is known."""

    algorithm: str
    value: bytes


@dataclass(frozen=True, slots=True)
class SignatureValue:
    """The signature value and exactly what it is over.

    `algorithm` is a DER AlgorithmIdentifier that names key and digest, as in a certificate; None if the document names one
    that has no such form, which `stated` (OID, URI or JOSE name, as written) then shows. `value` is in the form of that
    algorithm's X.509 profile (DER for DSA, ECDSA and SM2), whatever the document's own (`algorithms` converts).
    `messages` are encodings of one and the same message, of which any may be the signed one (CMS attributes as they came,
    and in DER); or the message's digest, where the content is elsewhere; or empty, where it is not known.
    `signer_id` is the SM2 signer ID that the document states; None: that of the policy, or the standard one.
    """

    algorithm: bytes | None
    stated: str
    value: bytes = field(repr=False)
    messages: tuple[bytes, ...] | MessageDigest = field(repr=False)
    signer_id: bytes | None = None


@dataclass(frozen=True, slots=True)
class SignerHint:
    """How the signature names its key, whoever vouches for that (CMS sid, XML KeyInfo, JOSE header).

    `certificates` are those placed as the signer's own (KeyInfo X509Data, the first of x5c, a seal's cert).
    """

    certificates: tuple[bytes, ...] = field(default=(), repr=False)
    issuer: bytes | None = None
    serial_number: int | None = None
    subject_key_identifier: bytes | None = None
    public_key_info: bytes | None = None
    digests: tuple[MessageDigest, ...] = ()
    name: str | None = None


@dataclass(frozen=True, slots=True)
class CertificateReference:
    """One entry of a signed signing-certificate attribute: ESSCertID(v2), XAdES Cert, JAdES x5t#S256, x5t#o, sigX5ts.

    Digests of one entry are of the same certificate; every one has to fit. `issuer` is a DER Name (XAdES V1 states text:
    `issuer_text`). The first entry of the attribute is the signer's; the rest are issuers.
    """

    kind: str
    digests: tuple[MessageDigest, ...]
    issuer: bytes | None = None
    issuer_text: str | None = None
    serial_number: int | None = None


@dataclass(frozen=True, slots=True)
class FoundCertificate:
    """A certificate in the document and where it stands (`cms`, `certificate-values`, `key-info`, `x5c`, `dss`, `seal`)."""

    der: bytes = field(repr=False)
    where: str


class RevocationKind(StrEnum):
    """A list, or an answer about one certificate."""

    CRL = "crl"
    OCSP = "ocsp"


@dataclass(frozen=True, slots=True)
class FoundRevocation:
    """A CRL or OCSP response (the whole OCSPResponse; a format wraps a bare basic response) and where it stands."""

    kind: RevocationKind
    der: bytes = field(repr=False)
    where: str


@dataclass(frozen=True, slots=True)
class SignedObject:
    """What signatures, timestamp tokens and seals share: digests, a signature value over them, who made it."""

    references: tuple[Reference, ...]
    value: SignatureValue
    signer: SignerHint
    certificate_references: tuple[CertificateReference, ...] = ()
    certificates: tuple[FoundCertificate, ...] = ()
    revocations: tuple[FoundRevocation, ...] = ()
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class SignaturePolicy:
    """The policy that the signer signed under (SigPolicyId); `identifier` is empty for an implied one.

    `reference` is the digest of the policy document as stated and, where the document was in the signature, as computed.
    """

    identifier: str
    reference: Reference | None = None
    uri: str | None = None


@dataclass(frozen=True, slots=True)
class SignedAttributes:
    """What the signer asserted under the signature. Texts are as written; nothing here is proved but by the signer."""

    signing_time: datetime | None = None
    content_type: str | None = None
    mime_type: str | None = None
    commitments: tuple[str, ...] = ()
    policy: SignaturePolicy | None = None
    claimed_roles: tuple[str, ...] = ()
    location: tuple[str, ...] = ()
    reason: str | None = None
    content_hints: str | None = None
    seal: Seal | None = None


@dataclass(frozen=True, slots=True)
class StampPlace:
    """Where a seal stands on a page: the page's ID and its boundary (x, y, width, height in millimetres), as written."""

    page: str
    boundary: str


@dataclass(frozen=True, slots=True)
class Seal:
    """An electronic seal (GM/T 0031, GB/T 38540) and the signature of the seal's maker over it.

    `signers` are the certificates that may use the seal, `signer_digests` the digests of such; one of the two is empty.
    `kind` is "organisation", "person", or the number that the maker uses. `picture_size` is width and height in
    millimetres. `file` compares the seal's own file in the package with the seal that was used, None where there is none;
    `stamps` are the places where it is shown.
    """

    version: int
    identifier: str
    name: str
    kind: str
    maker: SignedObject
    not_before: datetime
    not_after: datetime
    signers: tuple[bytes, ...] = field(default=(), repr=False)
    signer_digests: tuple[MessageDigest, ...] = ()
    created: datetime | None = None
    vendor: str = ""
    picture: bytes = field(default=b"", repr=False)
    picture_kind: str = ""
    picture_size: tuple[int, int] = (0, 0)
    file: Reference | None = None
    stamps: tuple[StampPlace, ...] = ()


class ScopeKind(StrEnum):
    """The kinds of thing that a signature covers."""

    FILE = "file"
    ELEMENT = "element"
    PDF_REVISION = "pdf-revision"
    OFD_PART = "ofd-part"
    BYTES = "bytes"
    SIGNATURE = "signature"  # of a counter-signature
    MANIFEST = "manifest"


@dataclass(frozen=True, slots=True)
class LaterChange:
    """A change to the document after it was signed, by its kind (`formats.pdf.changes.ChangeKind`) and its place.

    `page` counts from 1, None where it is on no page or on all; `field` is the full name of a form field.
    """

    kind: str
    page: int | None = None
    field: str | None = None


@dataclass(frozen=True, slots=True)
class Scope:
    """One thing that is signed. `whole_document` only if nothing of the document that a reader sees is left out.

    `not_covered` names what is left out: files, elements by path, later revisions and what they change; `changes` are the
    same changes, of a format that knows their kinds, for whoever words them.
    """

    kind: ScopeKind
    name: str
    whole_document: bool
    not_covered: tuple[str, ...] = ()
    detail: str = ""
    changes: tuple[LaterChange, ...] = ()


class TimestampKind(StrEnum):
    """What a timestamp was taken of (EN 319 122-1 clauses 5.3 to 5.5, EN 319 132-1 clauses 5.2 to 5.5)."""

    CONTENT = "content"
    SIGNATURE = "signature"
    REFERENCES = "references"
    SIGNATURE_AND_REFERENCES = "signature-and-references"
    ARCHIVE = "archive"
    DOCUMENT = "document"  # PDF DocTimeStamp
    CONTAINER = "container"  # ASiC
    EVIDENCE_RECORD = "evidence-record"
    STANDALONE = "standalone"


@dataclass(frozen=True, slots=True)
class Coverage:
    """What existed when a timestamp over it was made: the source of proofs of existence (EN 319 102-1 clause 5.6.2.3).

    A format names only what the digested bytes hold, or hold a digest of.
    """

    signatures: frozenset[EvidenceId] = frozenset()
    timestamps: frozenset[EvidenceId] = frozenset()
    certificates: frozenset[Sha256] = frozenset()
    revocations: frozenset[Sha256] = frozenset()
    content: bool = False


NOTHING_COVERED: Final = Coverage()


@dataclass(frozen=True, slots=True)
class TimestampEvidence:
    """An RFC 3161 token. Its imprint is the one Reference in `imprint`; `signed` is the token's own signature.

    `time` is None if the token could not be read: then `signed.faults` say why, and it proves nothing.
    `order` ranks tokens of one signature by nesting where times are equal: a higher one was made later. `der` is the token
    as it stands in the document, for those who hand it on.
    """

    id: EvidenceId
    kind: TimestampKind
    signed: SignedObject
    imprint: Reference
    time: datetime | None
    covers: Coverage = NOTHING_COVERED
    policy: str | None = None
    serial_number: int | None = None
    accuracy_microseconds: int | None = None
    authority: str | None = None
    order: int = 0
    version: str = ""
    der: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class EvidenceRecordEvidence:
    """An evidence record (RFC 4998, RFC 6283): digests of what was archived, and its timestamps, first one first.

    `references` are the archived objects; each later timestamp's own imprint binds it to those before it.
    """

    id: EvidenceId
    form: str
    references: tuple[Reference, ...]
    timestamps: tuple[TimestampEvidence, ...]
    covers: Coverage = NOTHING_COVERED
    faults: tuple[Fault, ...] = ()
    scope: tuple[Scope, ...] = ()


@dataclass(frozen=True, slots=True)
class SignatureEvidence:
    """A signature. `material` is what it holds of what levels are made of; `covered_by` a form's own hint for reports.

    Validation data that the document keeps elsewhere (a PDF's DSS) is in `signed` of every signature it may serve.
    `file` names the entry of a container that the signature stands in.
    """

    id: EvidenceId
    form: SignatureForm
    signed: SignedObject
    attributes: SignedAttributes = SignedAttributes()
    material: frozenset[Material] = frozenset()
    scope: tuple[Scope, ...] = ()
    timestamps: tuple[TimestampEvidence, ...] = ()
    evidence_records: tuple[EvidenceRecordEvidence, ...] = ()
    counter_signatures: tuple[SignatureEvidence, ...] = ()
    parent: EvidenceId | None = None
    file: str | None = None


@dataclass(frozen=True, slots=True)
class Container:
    """A package: its profile ("ASiC-S", "ASiC-E", "ODF", "EPUB", "OFD", "ZIP"), and the names of the files within."""

    profile: str
    mime_type: str | None
    files: tuple[str, ...]
    manifests: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """A document read. `timestamps` and `evidence_records` are those that belong to no one signature.

    `faults` are about the document as a whole; `limits` name what was left unread because there was too much of it, which
    keeps the document from passing.
    """

    format: DocumentFormat
    signatures: tuple[SignatureEvidence, ...] = ()
    timestamps: tuple[TimestampEvidence, ...] = ()
    evidence_records: tuple[EvidenceRecordEvidence, ...] = ()
    container: Container | None = None
    faults: tuple[Fault, ...] = ()
    limits: tuple[Fault, ...] = ()
