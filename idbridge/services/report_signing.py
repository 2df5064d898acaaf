"""Reports signed by the bridge, as JAdES-B-B over the report's JSON.

An operator names a certificate of the organisation's (``report_certificate``, ``report_key``): then every verifier finds the
signer by the trust lists. Without one the instance certifies itself. Such a certificate means only "this instance said so", is
handed out by the API to be pinned, and is trusted by the instance itself, so that it can check tomorrow what it said today.
The demonstration PKI gives none: its keys are nobody's, and a report under them would look like more than it is.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_der_private_key

from idbridge.clock import Clock
from idbridge.pki.issuing.certificates import Issuer, Order, Validity, issue
from idbridge.pki.issuing.profiles import profiles_from_table
from idbridge.pki.issuing.signer import signer_for
from idbridge.pki.issuing.structure import key_identifier
from idbridge.pki.issuing.subjects import name_from_table
from idbridge.services.certificate_files import read_certificates
from idbridge.services.own_signers import signer_of
from idbridge.services.signing import SigningKey, check_key, drive
from idbridge.signatures.making.jades import Attached, make_jades
from idbridge.signatures.making.steps import Statement
from idbridge.storage.keys.references import open_signer
from idbridge.storage.private_files import KeyFilesUnusable
from idbridge.storage.report_keys import ReportKeys, StoredReportKey

LIFE: Final = timedelta(days=3650)
"""A self-issued certificate is pinned, not renewed: ten years, which mainland law asks evidence to be kept for twice over
(Electronic Signature Law, Article 24)."""

MARGIN: Final = timedelta(days=365)
"""With less left than this a new key is made, so that a report lasts for a year at least."""

_PROFILE: Final = profiles_from_table(
    {
        "report-signing": {
            "key_usage": ["digital_signature", "content_commitment"],
            "extended_key_usage": ["document-signing"],
            "max_days": LIFE.days,
            "keys": ["ec-p256"],
        }
    }
)["report-signing"]
_NAME_LIMIT: Final = 64 - len("Reports of ")  # ub-common-name (RFC 5280 appendix A.1)


@dataclass(frozen=True, slots=True)
class ReportSigning:
    """The use case. *key* is asked for at each report: a self-issued one is made at the first, and again in ten years."""

    key: Callable[[], SigningKey]
    clock: Clock

    def sign(self, report: bytes) -> bytes:
        """Return the JSON *report* within a JAdES signature, in the flattened JSON serialization.

        :raises MakingRefused: the certificate is not valid now.
        :raises KeyFilesUnusable: the key is there but cannot be used.
        """
        key = self.key()
        check_key(key, self.clock)
        making = make_jades(Attached(report, "application/json"), key.signatory, Statement(self.clock()))
        return drive(making, key.signer, None)

    def certificates(self) -> tuple[bytes, ...]:
        """Return the signer's certificate and those above it (DER), for others to check reports with."""
        key = self.key()
        return (key.certificate, *key.chain)


def operators_key(certificate: Path, key: str, secret: str | None) -> SigningKey:
    """Return the key that an operator names: a file of certificates, the signer's first, and a key reference.

    :raises PkiError: the file holds no certificate.
    :raises OSError: it cannot be read.
    :raises storage.keys.errors.KeyStoreError: there is no such key, or another secret.
    """
    own, *above = read_certificates(certificate.read_bytes())
    return SigningKey(own, open_signer(key, secret), tuple(above))


def self_issued(keys: ReportKeys, issuer: str, now: datetime) -> SigningKey:
    """Return the instance's own key, made at the first call ever; *issuer* is the bridge's address.

    :raises KeyFilesUnusable: it cannot be read or written.
    """
    stored = keys.current(lambda key: signer_of(key).not_after - now > MARGIN, lambda: _made(issuer, now))
    try:
        private_key = load_der_private_key(stored.key, None)
    except (ValueError, TypeError) as error:
        raise KeyFilesUnusable(f"the key that reports are signed with: {error}") from error
    if not isinstance(private_key, ec.EllipticCurvePrivateKey):
        raise KeyFilesUnusable("the key that reports are signed with is of another kind")
    return SigningKey(stored.certificate, signer_for(private_key))


def _made(issuer: str, now: datetime) -> StoredReportKey:
    private_key = ec.generate_private_key(ec.SECP256R1())
    signer = signer_for(private_key)
    name = name_from_table({"CN": f"Reports of {(urlsplit(issuer).netloc or issuer)[:_NAME_LIMIT]}"})
    order = Order(name, signer.public_key_info, alternative_names=(x509.UniformResourceIdentifier(issuer),))
    itself = Issuer(name, key_identifier(signer.public_key_info), signer)
    begin = now.replace(microsecond=0) - timedelta(minutes=5)  # clocks of those who check differ
    validity = Validity(begin, begin + LIFE)
    certificate = issue(_PROFILE, order, itself, serial=secrets.randbits(120) + 1, validity=validity)
    return StoredReportKey(private_key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()), certificate)
