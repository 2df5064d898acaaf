"""An enveloped XAdES signature on a trust list: baseline B (ETSI EN 319 132-1 clause 6) within TS 119 612 clause 5.7.1."""

from __future__ import annotations

import base64
import hashlib
from datetime import datetime
from typing import Final

from lxml import etree

from idbridge.pki.algorithms import Scheme
from idbridge.pki.certificate import Certificate
from idbridge.pki.issuing.signer import Signer
from idbridge.pki.keys import import_key
from idbridge.trust import vocabulary
from idbridge.trust.refusals import Refusal, TrustListRefused
from idbridge.trust.xml import algorithms
from idbridge.trust.xml.building import binary_node, instant_node
from idbridge.trust.xml.names import ds, xades
from idbridge.trust.xml.signature import SIGNED_PROPERTIES, canonical

_PREFIXES: Final[dict[str | None, str]] = {"ds": vocabulary.DSIG, "xades": vocabulary.XADES}
_PROPERTIES: Final = (algorithms.EXCLUSIVE_C14N,)
_WHOLE_LIST: Final = (algorithms.ENVELOPED, *_PROPERTIES)


def sign_enveloped(root: etree._Element, signer: Signer, certificate: bytes, signing_time: datetime) -> None:
    """Append a signature over the whole list *root* by *signer*, whose DER certificate is *certificate*.

    :raises TrustListRefused: the list is signed already.
    :raises ValueError: the signer's algorithm has no name in XML, or the certificate is that of another key.
    """
    if next(root.iter(ds("Signature")), None) is not None:
        raise TrustListRefused(Refusal.SIGNATURE_SEVERAL, "the list is signed already")
    if Certificate.from_der(certificate).public_key_info != signer.public_key_info:
        raise ValueError("the certificate is not that of the signing key")
    name, scheme = algorithms.named(signer.algorithm)
    whole = canonical(root, exclusive=True)
    identifier = "id-" + hashlib.sha256(whole + certificate).hexdigest()[:32]
    signature = etree.SubElement(root, ds("Signature"), {"Id": identifier}, nsmap=_PREFIXES)
    properties = _properties(signature, certificate, signing_time)
    signed_info = _signed_info(name)
    signature.insert(0, signed_info)
    _refer(signed_info, {"Id": f"list-{identifier}", "URI": ""}, _WHOLE_LIST, scheme, whole)
    about = {"Type": SIGNED_PROPERTIES, "URI": f"#{properties.get('Id')}"}
    _refer(signed_info, about, _PROPERTIES, scheme, canonical(properties, exclusive=True))
    value = signer.sign(canonical(signed_info, exclusive=True))
    bits = import_key(signer.public_key_info).bits
    signature.insert(1, binary_node(ds("SignatureValue"), algorithms.to_xml(scheme, bits, value)))


def _signed_info(signature_method: str) -> etree._Element:
    signed_info = etree.Element(ds("SignedInfo"), nsmap=_PREFIXES)
    etree.SubElement(signed_info, ds("CanonicalizationMethod"), {"Algorithm": algorithms.EXCLUSIVE_C14N})
    etree.SubElement(signed_info, ds("SignatureMethod"), {"Algorithm": signature_method})
    return signed_info


def _refer(
    signed_info: etree._Element, attributes: dict[str, str], transforms: tuple[str, ...], scheme: Scheme, data: bytes
) -> None:
    reference = etree.SubElement(signed_info, ds("Reference"), attributes)
    steps = etree.SubElement(reference, ds("Transforms"))
    for transform in transforms:
        etree.SubElement(steps, ds("Transform"), {"Algorithm": transform})
    _digest(reference, algorithms.digest_for(scheme), data)


def _digest(parent: etree._Element, name: str, data: bytes) -> None:
    etree.SubElement(parent, ds("DigestMethod"), {"Algorithm": name})
    value = algorithms.digest(algorithms.DIGESTS[name], data)
    etree.SubElement(parent, ds("DigestValue")).text = base64.b64encode(value).decode("ascii")


def _properties(signature: etree._Element, certificate: bytes, signing_time: datetime) -> etree._Element:
    """Add KeyInfo and the qualifying properties; return the signed ones."""
    data = etree.SubElement(etree.SubElement(signature, ds("KeyInfo")), ds("X509Data"))
    data.append(binary_node(ds("X509Certificate"), certificate))
    identifier = signature.get("Id", "")
    holder = etree.SubElement(signature, ds("Object"))
    qualifying = etree.SubElement(holder, xades("QualifyingProperties"), {"Target": f"#{identifier}"})
    signed = etree.SubElement(qualifying, xades("SignedProperties"), {"Id": f"xades-{identifier}"})
    about = etree.SubElement(signed, xades("SignedSignatureProperties"))
    about.append(instant_node(xades("SigningTime"), signing_time))
    named = etree.SubElement(etree.SubElement(about, xades("SigningCertificateV2")), xades("Cert"))
    _digest(etree.SubElement(named, xades("CertDigest")), algorithms.SHA256, certificate)
    objects = etree.SubElement(signed, xades("SignedDataObjectProperties"))
    form = etree.SubElement(objects, xades("DataObjectFormat"), {"ObjectReference": f"#list-{identifier}"})
    etree.SubElement(form, xades("MimeType")).text = "text/xml"
    return signed
