"""The tables of checks: in which building block of EN 319 102-1 each one runs, and what its failure means.

A check is one small function in a module of this package and one row here. Clauses are those of ETSI EN 319 102-1 V1.4.1
unless another document is named.
"""

from __future__ import annotations

from typing import Final

from idbridge.signatures.checks import certificate, cryptography, form, package, seal, time
from idbridge.signatures.evidence import Document, DocumentFormat, SignatureEvidence
from idbridge.signatures.indications import SubIndication
from idbridge.signatures.judgement import Row

FORMAT: Final = (
    Row("format-sound", "5.2.2", SubIndication.FORMAT_FAILURE, form.format_sound),
    Row("faults-tolerated", "5.2.2", SubIndication.SIG_CONSTRAINTS_FAILURE, form.faults_tolerated),
)
IDENTIFICATION: Final = (
    Row("signing-certificate-identified", "5.2.3", SubIndication.NO_SIGNING_CERTIFICATE_FOUND, form.certificate_identified),
    Row("signing-certificate-attribute-present", "5.2.3", SubIndication.SIG_CONSTRAINTS_FAILURE, form.attribute_present),
    Row("signing-certificate-attribute-fits", "5.2.3", SubIndication.NO_SIGNING_CERTIFICATE_FOUND, form.attribute_fits),
)
CONTEXT: Final = (
    Row("signature-policy-supported", "5.2.4", SubIndication.SIGNATURE_POLICY_NOT_AVAILABLE, form.policy_supported),
    Row("signature-policy-intact", "5.2.4", SubIndication.POLICY_PROCESSING_ERROR, form.policy_intact),
)
CRYPTOGRAPHY: Final = (
    Row("references-found", "5.2.7", SubIndication.SIGNED_DATA_NOT_FOUND, cryptography.references_found),
    Row("references-intact", "5.2.7", SubIndication.HASH_FAILURE, cryptography.references_intact),
    Row("signature-value", "5.2.7", SubIndication.SIG_CRYPTO_FAILURE, cryptography.value_fits),
)
SIGNER_CERTIFICATE: Final = (
    Row("certificate-path", "5.2.6", SubIndication.CERTIFICATE_CHAIN_GENERAL_FAILURE, certificate.path_holds),
    Row("signer-key-usage", "5.2.6, RFC 5280 4.2.1.3", SubIndication.CHAIN_CONSTRAINTS_FAILURE, certificate.signer_key_usage),
)
TIMESTAMP_CERTIFICATE: Final = (
    SIGNER_CERTIFICATE[0],
    Row("timestamping-purpose", "RFC 3161 2.3", SubIndication.CHAIN_CONSTRAINTS_FAILURE, certificate.timestamping_purpose),
)
ALGORITHMS: Final = (
    Row("algorithms-acceptable", "5.2.8", SubIndication.CRYPTO_CONSTRAINTS_FAILURE, cryptography.algorithms_acceptable),
    Row("digests-acceptable", "5.2.8", SubIndication.CRYPTO_CONSTRAINTS_FAILURE, cryptography.digests_acceptable),
)
ACCEPTANCE: Final = (
    Row("signing-time-present", "5.2.8", SubIndication.SIG_CONSTRAINTS_FAILURE, time.signing_time_present),
    Row("scope-covers-document", "5.2.8", SubIndication.SIG_CONSTRAINTS_FAILURE, time.scope_covers_document),
)
ISSUED_BEFORE: Final = (Row("certificate-issued-before-signature", "5.5.4", SubIndication.NOT_YET_VALID, time.issued_before),)
TIME: Final = (
    Row("timestamps-valid", "5.5.4", SubIndication.NO_POE, time.timestamps_valid),
    Row("timestamps-in-order", "5.5.4", SubIndication.TIMESTAMP_ORDER_FAILURE, time.timestamps_in_order),
    *ISSUED_BEFORE,
    Row("revocation-after-signature", "5.2.5, 5.5.4", SubIndication.TRY_LATER, time.revocation_after),
    Row("signing-time-plausible", "5.5.4", SubIndication.SIG_CONSTRAINTS_FAILURE, time.signing_time_plausible),
)

SIGNATURE_CHECKS: Final = (
    *FORMAT,
    *IDENTIFICATION,
    *CONTEXT,
    *CRYPTOGRAPHY,
    *SIGNER_CERTIFICATE,
    *ALGORITHMS,
    *ACCEPTANCE,
    *TIME,
)
"""What every signature or counter-signature goes through (5.3, 5.5, 5.6), in the order of the report."""

SEAL: Final = (
    Row("seal-maker-signature", "GB/T 38540 6", SubIndication.SIG_CRYPTO_FAILURE, seal.maker_signature),
    Row("seal-maker-certificate", "GB/T 38540 6", SubIndication.CERTIFICATE_CHAIN_GENERAL_FAILURE, seal.maker_path),
    Row("seal-maker-key-usage", "GB/T 38540 6", SubIndication.CHAIN_CONSTRAINTS_FAILURE, seal.maker_key_usage),
    Row("seal-signer-listed", "GB/T 38540 7", SubIndication.SIG_CONSTRAINTS_FAILURE, seal.signer_listed),
    Row("seal-valid-at-signing", "GB/T 38540 7", SubIndication.SIG_CONSTRAINTS_FAILURE, seal.valid_at_signing),
    Row("signer-valid-at-signing", "GB/T 38540 7", SubIndication.SIG_CONSTRAINTS_FAILURE, seal.signer_valid_at_signing),
    Row("seal-file-fits", "GB/T 33190 18.2", SubIndication.HASH_FAILURE, seal.file_fits),
)
"""What a signature that was made with an electronic seal goes through besides."""

PACKAGE: Final = (
    Row("parts-protected", "GB/T 33190 18.2", SubIndication.SIG_CONSTRAINTS_FAILURE, package.parts_protected),
    Row("signatures-listed", "GB/T 33190 18.1", SubIndication.FORMAT_FAILURE, package.signatures_listed),
)
"""What a signature in an OFD package goes through besides."""


def signature_checks(signature: SignatureEvidence, document: Document) -> tuple[Row, ...]:
    """Return the checks that *signature* of *document* goes through."""
    sealed = SEAL if signature.attributes.seal is not None else ()
    packaged = PACKAGE if document.format is DocumentFormat.OFD and document.container is not None else ()
    return (*SIGNATURE_CHECKS, *sealed, *packaged)


TIMESTAMP_CHECKS: Final = (
    *FORMAT,
    *IDENTIFICATION,
    *CRYPTOGRAPHY,
    *TIMESTAMP_CERTIFICATE,
    *ALGORITHMS,
    *ISSUED_BEFORE,
    Row("timestamp-not-in-future", "5.4.4", SubIndication.TIMESTAMP_ORDER_FAILURE, time.not_in_the_future),
)
"""What a timestamp goes through (5.4)."""

CHECK_NAMES: Final = frozenset(row.name for row in (*SIGNATURE_CHECKS, *SEAL, *PACKAGE, *TIMESTAMP_CHECKS))
"""All names that a policy may use."""
