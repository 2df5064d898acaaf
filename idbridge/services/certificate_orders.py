"""From what an operator wants to a finished certificate in a folder: orders from requests or with new keys, and their files."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from asn1crypto import pem
from cryptography import x509

from idbridge.pki.issuing.certificates import Order
from idbridge.pki.issuing.errors import ProfileViolationError
from idbridge.pki.issuing.requests import verify_request
from idbridge.pki.issuing.subjects import IdentityNumber
from idbridge.services.certificate_authority import CertificateAuthority, Issued
from idbridge.storage.keys.references import create_signer


@dataclass(frozen=True, slots=True)
class OrderDetails:
    """What the operator decided about a certificate, whatever its key."""

    subject: x509.Name
    policies: tuple[str, ...] = ()
    alternative_names: tuple[x509.GeneralName, ...] = ()
    identity_numbers: tuple[IdentityNumber, ...] = ()

    def order(self, public_key_info: bytes) -> Order:
        """Return the order for this key (SubjectPublicKeyInfo, DER)."""
        return Order(self.subject, public_key_info, self.policies, self.alternative_names, self.identity_numbers)


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key to be made in a file, where there must be none yet."""

    path: Path
    key_type: str
    password: str = field(repr=False)


def order_from_request(request: bytes, details: OrderDetails) -> Order:
    """Return the order for the key of *request* (PKCS#10), whose sender has proven to hold the private key.

    The subject and the names are those of *details*; a request that asks for another subject is refused, lest the wrong
    request be answered.

    :raises RequestError: the request is malformed or not signed by its key.
    :raises ProfileViolationError: it names another subject.
    """
    verified = verify_request(request)
    if verified.subject.rdns and verified.subject != details.subject:
        raise ProfileViolationError(f"the request is for {verified.subject.rfc4514_string()}")
    return details.order(verified.public_key_info)


def order_with_new_key(key: NewKey, details: OrderDetails) -> Order:
    """Make *key* and return the order for it.

    :raises KeyStoreError: there is a key at this place already.
    """
    return details.order(create_signer(str(key.path), key.key_type, key.password).public_key_info)


def write_certificate(folder: Path, issued: Issued, issuer: CertificateAuthority) -> None:
    """Write a certificate into *folder*: ``certificate.cer`` (DER) and ``chain.pem`` (it and its issuer)."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "certificate.cer").write_bytes(issued.der)
    chain = (issued.der, issuer.folder.certificate)
    (folder / "chain.pem").write_bytes(b"".join(pem.armor("CERTIFICATE", der) for der in chain))
