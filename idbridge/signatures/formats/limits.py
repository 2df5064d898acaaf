"""How much of a stranger's file is read: every bound of every format, with its reason. README tells operators.

Beyond a bound of the first kind the file is refused (`FormatRefusal`); where a file can be judged without the rest, the
rest is left unread and named in `Document.limits`, which keeps it from passing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

MIB: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on one document. The defaults are generous to real files and cheap against made-up ones."""

    document_size: int = 512 * MIB
    """Octets. Scanned plans and tender packages reach 200 MB; a detached file is only hashed and not bound by this."""

    signatures: int = 100
    """Of one document, counter-signatures among them. Meeting minutes with 60 signers exist; each costs two paths."""

    timestamps: int = 64
    """Of one signature. Archive timestamps are renewed every few years: 64 would be centuries."""

    evidence_records: int = 8
    """Within one signature. A record is renewed within itself, so that there is one, or one of each kind."""

    certificates: int = 400
    """Embedded ones of one document, duplicates counted. Archived signatures with every renewal hold some 50."""

    revocations: int = 400
    """Embedded CRLs and OCSP responses of one document, likewise."""

    references: int = 2_000
    """Digests of one signature: one for every file of a container. Digesting is linear; reports of more help nobody."""

    attributes: int = 256
    """Signed, or unsigned, attributes of one CMS signer; the standards define about 40."""

    nesting: int = 8
    """Signature within signature (counter-signatures, evidence records in timestamps, ASiC in ASiC)."""

    xml_depth: int = 256
    """Elements within one another: lxml's own bound for untrusted input; office documents reach 40."""

    xml_nodes: int = 2_000_000
    """Elements and attributes of one XML file: canonicalisation visits each; office documents reach 500,000."""

    xml_work: int = 150_000_000
    """Steps of some ten nanoseconds that the signatures of any XML file, or of one container, may take: a second and a half."""

    json_size: int = 64 * MIB
    """Octets of a JSON text. Larger content is signed detached: a parsed text takes several times its size."""

    json_values: int = 200_000
    """Values of a JSON text; signatures with every certificate and list of an archive have some 1,000."""

    transforms: int = 8
    """Of one XML reference; the standards' own chains have 3."""

    archive_entries: int = 10_000
    """Files in a ZIP. Every one is a directory record to read and may be a digest to compute."""

    archive_size: int = 1024 * MIB
    """Octets that the entries of one archive unpack to, together."""

    archive_whole: int = 128 * MIB
    """Octets of one entry that are unpacked into memory where a signature needs the content itself; digests need none."""

    archive_ratio: int = 200
    """Unpacked octets for one packed, for an entry above a mebibyte. XML of repetitive tables reaches 100; bombs 1,000."""

    path_length: int = 1_024
    """Characters of an entry's name."""

    pdf_objects: int = 1_000_000
    """Indirect objects of a PDF. The largest engineering sets have some 300,000."""

    pdf_revisions: int = 200
    """Incremental updates that are compared; each signature and timestamp adds one or two."""

    pdf_revision_objects: int = 500_000
    """Objects of all signed revisions together, each of which is opened; a file of many more may have 8 such revisions.
    Sixty signers of a tender of 5,000 objects make 300,000."""


LIMITS: Final = Limits()
