"""Whether a trust list's signature is good: a narrow profile of XAdES, against signers that the caller pinned.

TS 119 612 clause 5.7.1 and annex B: one enveloped XAdES signature over the whole list. Everything wider that XML-DSig allows
is refused rather than interpreted, so that there is nothing to wrap, move or redirect. The steps of `verify_enveloped` are
numbered, and the numbers stand again at the lines. A pinned certificate is an anchor: whether it is expired or revoked is
for the one who pinned it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from lxml import etree

from idbridge.trust.refusals import Refusal, TrustListRefused
from idbridge.trust.vocabulary import XML
from idbridge.trust.xml import algorithms
from idbridge.trust.xml.fields import binary, child, instant, required
from idbridge.trust.xml.names import ds, xades

SIGNED_PROPERTIES: Final = "http://uri.etsi.org/01903#SignedProperties"

MAX_SIGNERS: Final = 20
"""Certificates in one KeyInfo or signing-certificate reference; real lists have one or two."""

_IDS: Final = etree.XPath("//@Id | //@ID | //@id | //@xml:id")


@dataclass(frozen=True, slots=True)
class VerifiedSignature:
    """A good signature: the pinned certificate that made it, and the time it claims."""

    signer: bytes
    signing_time: datetime


@dataclass(frozen=True, slots=True)
class _Reference:
    """A ds:Reference within the profile."""

    element: etree._Element
    uri: str
    transforms: tuple[str, ...]

    @property
    def exclusive(self) -> bool:
        """Which canonical form is digested: without a stated one it is the inclusive one (XML-DSig §4.4.3.2)."""
        return self.transforms[-1:] == (algorithms.EXCLUSIVE_C14N,)


def verify_enveloped(root: etree._Element, signers: Collection[bytes]) -> VerifiedSignature:
    """Verify the signature of the list *root* and take it out of the tree, which is then exactly what was signed.

    :raises TrustListRefused: the signature is missing, outside the profile, wrong, or not by one of *signers* (DER
    certificates).
    """
    signature = _the_signature(root)  # 1. exactly one signature, where the schema has it
    _check_identifiers(root)  # 2. no identifier twice, nothing inherited into canonical forms
    signed_info = required(signature, ds("SignedInfo"))
    document, properties = _references(signed_info)  # 3. two references: the list and the signed properties
    _check_document_reference(root, document)  # 4. the first covers the whole list
    signed_properties = _signed_properties(signature, properties)  # 5. the second covers the properties that we read
    signer = _signer(signature, signed_properties, signers)  # 6. signed by a pinned certificate, named under the signature
    time = instant(required(required(signed_properties, xades("SignedSignatureProperties")), xades("SigningTime")))
    info = canonical(signed_info, exclusive=_canonicalization(signed_info))
    _check_digest(properties, canonical(signed_properties, exclusive=properties.exclusive))  # 7. digests
    _remove(signature)
    _check_digest(document, canonical(root, exclusive=document.exclusive))
    _check_value(signature, signed_info, signer, info)  # 8. the signature value
    return VerifiedSignature(signer, time)


def _the_signature(root: etree._Element) -> etree._Element:
    found = list(root.iter(ds("Signature")))
    if not found:
        raise TrustListRefused(Refusal.SIGNATURE_MISSING, "the list is not signed")
    if len(found) > 1:
        raise TrustListRefused(Refusal.SIGNATURE_SEVERAL, f"{len(found)} signatures, exactly one is allowed")
    if found[0].getparent() is not root:
        raise TrustListRefused(Refusal.SIGNATURE_PROFILE, "the signature is not a child of the list")
    return found[0]


def _check_identifiers(root: etree._Element) -> None:
    identifiers = [str(value) for value in _IDS(root)]
    if len(identifiers) != len(set(identifiers)):
        raise TrustListRefused(Refusal.DUPLICATE_ID, "an identifier occurs twice")
    if any(str(name).startswith(f"{{{XML}}}") for name in root.attrib):
        raise TrustListRefused(Refusal.SIGNATURE_PROFILE, "xml: attributes on the list element are not allowed")


def _references(signed_info: etree._Element) -> tuple[_Reference, _Reference]:
    elements = list(signed_info.iterchildren(ds("Reference")))
    if len(elements) != 2:
        raise TrustListRefused(Refusal.SIGNATURE_PROFILE, f"{len(elements)} references; the list and its properties make two")
    properties = [element for element in elements if element.get("Type") == SIGNED_PROPERTIES]
    others = [element for element in elements if element.get("Type") != SIGNED_PROPERTIES]
    if len(properties) != 1:
        raise TrustListRefused(Refusal.SIGNATURE_PROFILE, "the signed properties are not referenced once")
    return _reference(others[0]), _reference(properties[0])


def _reference(element: etree._Element) -> _Reference:
    transforms = child(element, ds("Transforms"))
    steps = [] if transforms is None else list(transforms)
    if any(step.tag != ds("Transform") or len(step) for step in steps):  # no XPath, no prefix lists
        raise TrustListRefused(Refusal.SIGNATURE_PROFILE, "a transform with parameters")
    uri = element.get("URI")
    if uri is None:
        raise TrustListRefused(Refusal.SIGNATURE_PROFILE, "a reference without URI")
    return _Reference(element, uri, tuple(step.get("Algorithm", "") for step in steps))


def _check_document_reference(root: etree._Element, reference: _Reference) -> None:
    identifier = root.get("Id")
    if reference.uri and (identifier is None or reference.uri != f"#{identifier}"):
        raise TrustListRefused(Refusal.SIGNATURE_SCOPE, f"the signature covers {reference.uri[:100]!r}, not the whole list")
    enveloped, *canonical = reference.transforms or ("",)
    if enveloped != algorithms.ENVELOPED or not _canonical_only(canonical):
        raise TrustListRefused(Refusal.SIGNATURE_PROFILE, f"transforms {reference.transforms!r}"[:300])


def _signed_properties(signature: etree._Element, reference: _Reference) -> etree._Element:
    if not _canonical_only(reference.transforms):
        raise TrustListRefused(Refusal.SIGNATURE_PROFILE, f"transforms {reference.transforms!r}"[:300])
    found = [
        properties
        for holder in signature.iterchildren(ds("Object"))
        for qualifying in holder.iterchildren(xades("QualifyingProperties"))
        for properties in qualifying.iterchildren(xades("SignedProperties"))
    ]
    if len(found) != 1:
        raise TrustListRefused(Refusal.SIGNATURE_PROFILE, f"{len(found)} sets of signed properties, exactly one is allowed")
    if reference.uri != f"#{found[0].get('Id')}" or len(reference.uri) < 2:
        raise TrustListRefused(Refusal.SIGNATURE_SCOPE, "the signature does not cover its own signed properties")
    target = found[0].getparent()
    if target is None or target.get("Target", "") != f"#{signature.get('Id')}":
        raise TrustListRefused(Refusal.SIGNATURE_PROFILE, "the properties qualify another signature")
    return found[0]


def _canonical_only(transforms: Collection[str]) -> bool:
    known = {algorithms.EXCLUSIVE_C14N, *algorithms.INCLUSIVE_C14N}
    return len(transforms) <= 1 and known.issuperset(transforms)


def _canonicalization(signed_info: etree._Element) -> bool:
    """Return whether SignedInfo is canonicalised exclusively."""
    method = required(signed_info, ds("CanonicalizationMethod"))
    name = method.get("Algorithm", "")
    if len(method) or not _canonical_only([name]):
        raise TrustListRefused(Refusal.SIGNATURE_PROFILE, f"canonicalisation {name[:200]!r}")
    return name == algorithms.EXCLUSIVE_C14N


def _signer(signature: etree._Element, properties: etree._Element, signers: Collection[bytes]) -> bytes:
    """Return the pinned certificate in KeyInfo that the signing-certificate reference names (EN 319 132-1 clause 5.2.2)."""
    shown = {binary(element) for element in required(signature, ds("KeyInfo")).iter(ds("X509Certificate"))}
    if len(shown) > MAX_SIGNERS:
        raise TrustListRefused(Refusal.SIGNATURE_PROFILE, f"more than {MAX_SIGNERS} certificates in KeyInfo")
    pinned = shown.intersection(signers)
    if not pinned:
        raise TrustListRefused(Refusal.SIGNER_NOT_PINNED, "no certificate of the signature is a pinned signer of this list")
    # Only the digest is compared: it names one certificate, and the issuer's name and serial number beside it cannot
    # name another.
    algorithm, value = _named_certificate(required(properties, xades("SignedSignatureProperties")))
    for certificate in pinned:
        if algorithms.digest(algorithm, certificate) == value:
            return certificate
    raise TrustListRefused(Refusal.SIGNING_CERTIFICATE, "the signed reference to the signing certificate names another one")


def _named_certificate(properties: etree._Element) -> tuple[str, bytes]:
    """Return hash algorithm and digest of the signing certificate; the first reference is the signer's (clause 5.2.2.2)."""
    reference = child(properties, xades("SigningCertificateV2"))
    if reference is None:
        reference = child(properties, xades("SigningCertificate"))  # before EN 319 132-1, up to version 5 of the list format
    if reference is None:
        raise TrustListRefused(Refusal.SIGNING_CERTIFICATE, "the signature does not name its signing certificate")
    first = next(reference.iterchildren(xades("Cert")), None)
    if first is None:
        raise TrustListRefused(Refusal.SIGNING_CERTIFICATE, "the reference to the signing certificate is empty")
    return _stated_digest(required(first, xades("CertDigest")), algorithms.CERTIFICATE_DIGESTS)


def _stated_digest(element: etree._Element, allowed: Mapping[str, str]) -> tuple[str, bytes]:
    name = required(element, ds("DigestMethod")).get("Algorithm", "")
    if name not in allowed:
        raise TrustListRefused(Refusal.SIGNATURE_PROFILE, f"digest algorithm {name[:200]!r}")
    return allowed[name], binary(required(element, ds("DigestValue")))


def _check_digest(reference: _Reference, canonical: bytes) -> None:
    algorithm, value = _stated_digest(reference.element, algorithms.DIGESTS)
    if algorithms.digest(algorithm, canonical) != value:
        raise TrustListRefused(Refusal.DIGEST_MISMATCH, f"what the reference {reference.uri[:100]!r} covers was changed")


def _check_value(signature: etree._Element, signed_info: etree._Element, signer: bytes, message: bytes) -> None:
    name = required(signed_info, ds("SignatureMethod")).get("Algorithm", "")
    method = algorithms.SIGNATURES.get(name)
    if method is None:
        raise TrustListRefused(Refusal.SIGNATURE_PROFILE, f"signature algorithm {name[:200]!r}")
    if not algorithms.verify(method, signer, message, binary(required(signature, ds("SignatureValue")))):
        raise TrustListRefused(Refusal.SIGNATURE_WRONG, "the signature value does not fit the signer's key")


def canonical(element: etree._Element, *, exclusive: bool) -> bytes:
    """Return the canonical XML of *element*, without comments."""
    return etree.tostring(element, method="c14n", exclusive=exclusive, with_comments=False)


def _remove(signature: etree._Element) -> None:
    """Take the signature out and leave the white space behind it in, as the enveloped-signature transform does."""
    parent, before = signature.getparent(), signature.getprevious()
    if parent is None:
        raise AssertionError("the signature was found below the list")
    tail = signature.tail or ""
    parent.remove(signature)
    if before is None:
        parent.text = (parent.text or "") + tail
    else:
        before.tail = (before.tail or "") + tail
