"""XML signatures to order, right or wrong in one place, written as text that is canonical already.

Nothing here canonicalises: every piece declares the namespaces it uses, so that its exclusive canonical form is itself.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from tests.unit.signatures.forge import SIGNED_AT, Holder, token

DS = "http://www.w3.org/2000/09/xmldsig#"
XADES = "http://uri.etsi.org/01903/v1.3.2#"
XADES_141 = "http://uri.etsi.org/01903/v1.4.1#"
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
INCLUSIVE = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
ENVELOPED = DS + "enveloped-signature"
BASE64 = DS + "base64"
XPATH = "http://www.w3.org/TR/1999/REC-xpath-19991116"
XPATH_2 = "http://www.w3.org/2002/06/xmldsig-filter2"
XSLT = "http://www.w3.org/TR/1999/REC-xslt-19991116"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
ECDSA = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"
SIGNED_PROPERTIES = "http://uri.etsi.org/01903#SignedProperties"
COUNTERSIGNED = "http://uri.etsi.org/01903#CountersignedSignature"


def b64(octets: bytes) -> str:
    return base64.b64encode(octets).decode()


def transform(algorithm: str, inner: str = "") -> str:
    return f'<ds:Transform Algorithm="{algorithm}">{inner}</ds:Transform>'


def reference(
    uri: str | None,
    digested: bytes | str,
    transforms: Sequence[str] = (EXCLUSIVE,),
    *,
    kind: str = "",
    name: str = "",
    algorithm: str = SHA256,
) -> str:
    """A ds:Reference to what canonicalises to *digested*; transforms are URIs or whole elements."""
    octets = digested.encode() if isinstance(digested, str) else digested
    steps = "".join(step if step.startswith("<") else transform(step) for step in transforms)
    attributes = f' Id="{name}"' if name else ""
    attributes += f' Type="{kind}"' if kind else ""
    attributes += f' URI="{uri}"' if uri is not None else ""
    held = f"<ds:Transforms>{steps}</ds:Transforms>" if steps else ""
    return (
        f'<ds:Reference{attributes}>{held}<ds:DigestMethod Algorithm="{algorithm}"></ds:DigestMethod>'
        f"<ds:DigestValue>{b64(hashlib.sha256(octets).digest())}</ds:DigestValue></ds:Reference>"
    )


def signed_properties(
    holder: Holder,
    *,
    identifier: str = "sp",
    described: str = "r1",
    time: datetime = SIGNED_AT,
    role: str = "",
    extra: str = "",
) -> str:
    claimed = (
        f"<xades:SignerRoleV2><xades:ClaimedRoles><xades:ClaimedRole>{role}</xades:ClaimedRole></xades:ClaimedRoles>"
        "</xades:SignerRoleV2>"
        if role
        else ""
    )
    return (
        f'<xades:SignedProperties xmlns:xades="{XADES}" Id="{identifier}"><xades:SignedSignatureProperties>'
        f"<xades:SigningTime>{time:%Y-%m-%dT%H:%M:%SZ}</xades:SigningTime><xades:SigningCertificateV2><xades:Cert>"
        f'<xades:CertDigest><ds:DigestMethod xmlns:ds="{DS}" Algorithm="{SHA256}"></ds:DigestMethod>'
        f'<ds:DigestValue xmlns:ds="{DS}">{b64(hashlib.sha256(holder.der).digest())}</ds:DigestValue></xades:CertDigest>'
        f"</xades:Cert></xades:SigningCertificateV2>{claimed}</xades:SignedSignatureProperties>"
        f'<xades:SignedDataObjectProperties><xades:DataObjectFormat ObjectReference="#{described}">'
        f"<xades:MimeType>text/xml</xades:MimeType></xades:DataObjectFormat>{extra}</xades:SignedDataObjectProperties>"
        "</xades:SignedProperties>"
    )


def key_info(*holders: Holder) -> str:
    certificates = "".join(f"<ds:X509Certificate>{b64(holder.der)}</ds:X509Certificate>" for holder in holders)
    return f"<ds:KeyInfo><ds:X509Data>{certificates}</ds:X509Data></ds:KeyInfo>"


def value_element(octets: bytes, identifier: str) -> str:
    return f'<ds:SignatureValue xmlns:ds="{DS}" Id="{identifier}-value">{b64(octets)}</ds:SignatureValue>'


def raw(signature: bytes) -> bytes:
    """r ‖ s of a DER signature on P-256."""
    return b"".join(number.to_bytes(32) for number in decode_dss_signature(signature))


@dataclass
class Xades:
    """A signature to be. Every member may be set wrong."""

    holder: Holder
    references: list[str]
    identifier: str = "sig"
    properties: str | None = None  # None: good ones
    reference_properties: bool = True
    objects: str = ""
    keys: str | None = None
    stamper: Holder | None = None
    timed_at: datetime = SIGNED_AT
    unsigned: str = ""
    canonicalization: str = EXCLUSIVE
    method: str = ECDSA
    value: bytes = field(default=b"", init=False)

    def text(self) -> str:
        properties = (
            signed_properties(self.holder, identifier=f"{self.identifier}-sp") if self.properties is None else self.properties
        )
        references = list(self.references)
        if self.reference_properties:
            references.append(reference(f"#{self.identifier}-sp", properties, kind=SIGNED_PROPERTIES))
        info = (
            f'<ds:SignedInfo xmlns:ds="{DS}"><ds:CanonicalizationMethod Algorithm="{self.canonicalization}">'
            f'</ds:CanonicalizationMethod><ds:SignatureMethod Algorithm="{self.method}"></ds:SignatureMethod>'
            f"{''.join(references)}</ds:SignedInfo>"
        )
        self.value = raw(self.holder.sign(info.encode()))
        value = value_element(self.value, self.identifier)
        keys = key_info(self.holder) if self.keys is None else self.keys
        return (
            f'<ds:Signature xmlns:ds="{DS}" Id="{self.identifier}">{info}{value}{keys}<ds:Object>'
            f'<xades:QualifyingProperties xmlns:xades="{XADES}" Target="#{self.identifier}">{properties}'
            f"{self._unsigned(value)}</xades:QualifyingProperties></ds:Object>{self.objects}</ds:Signature>"
        )

    def _unsigned(self, value: str) -> str:
        stamps = timestamp("SignatureTimeStamp", token(self.stamper, value.encode(), self.timed_at)) if self.stamper else ""
        if not stamps and not self.unsigned:
            return ""
        return (
            "<xades:UnsignedProperties><xades:UnsignedSignatureProperties>"
            f"{stamps}{self.unsigned}</xades:UnsignedSignatureProperties></xades:UnsignedProperties>"
        )


def timestamp(name: str, token_octets: bytes, *, prefix: str = "xades") -> str:
    return (
        f'<{prefix}:{name} xmlns:{prefix}="{XADES_141 if prefix == "xades141" else XADES}">'
        f'<ds:CanonicalizationMethod xmlns:ds="{DS}" Algorithm="{EXCLUSIVE}"></ds:CanonicalizationMethod>'
        f'<xades:EncapsulatedTimeStamp xmlns:xades="{XADES}">{b64(token_octets)}</xades:EncapsulatedTimeStamp>'
        f"</{prefix}:{name}>"
    )


CONTRACT = '<contract Id="doc"><payee>Ferry Co</payee><amount Id="sum">100</amount></contract>'
TAIL = "</contract>"


def enveloped(
    holder: Holder, document: str = CONTRACT, *, uri: str = "", stamper: Holder | None = None, **members: object
) -> str:
    """*document* with an enveloped XAdES signature before its last tag."""
    own = reference(uri, document, (ENVELOPED, EXCLUSIVE), name="r1")
    signature = Xades(holder, [own], stamper=stamper, **members).text()  # type: ignore[arg-type]
    end = document.rindex("</")
    return document[:end] + signature + document[end:]


def enveloping(holder: Holder, content: str = "<amount>100</amount>", **members: object) -> str:
    """A signature that is the root, over one object in it."""
    held = f'<ds:Object xmlns:ds="{DS}" Id="content">{content}</ds:Object>'
    own = reference("#content", held, name="r1", kind=DS + "Object")
    return Xades(holder, [own], objects=held, **members).text()  # type: ignore[arg-type]


def detached(holder: Holder, uri: str, content: bytes, **members: object) -> str:
    return Xades(holder, [reference(uri, content, (), name="r1")], **members).text()  # type: ignore[arg-type]
