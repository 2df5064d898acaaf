"""The JOSE header: which algorithm, whose key, and what the signer asserts (RFC 7515 clause 4, TS 119 182-1 clause 5.2)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Final

import jwt
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from idbridge.signatures.algorithms import JOSE_SCHEMES, from_concatenation, jose_algorithm
from idbridge.signatures.ber import INTEGER, SEQUENCE, BerError, read_value, to_der
from idbridge.signatures.contents import digest
from idbridge.signatures.evidence import (
    CertificateReference,
    Fault,
    MessageDigest,
    Reference,
    ReferenceKind,
    SignaturePolicy,
    SignatureValue,
    SignedAttributes,
    SignerHint,
)
from idbridge.signatures.formats.jws.payload import Payload
from idbridge.signatures.formats.jws.serialization import Written
from idbridge.signatures.formats.jws.values import (
    Object,
    as_list,
    as_object,
    as_text,
    digest_octets,
    from_base64,
    read_digest,
    shown,
)
from idbridge.signatures.formats.limits import Limits
from idbridge.signatures.refusals import FormatRefusal, Refusal

UNDERSTOOD: Final = frozenset(
    {"b64", "sigT", "sigX5ts", "x5t#o", "srCms", "sigPl", "srAts", "adoTst", "sigPId", "sigD"}  # TS 119 182-1 clause 5.2
)
"""Header parameters that may be critical: those beyond RFC 7515 that are read here (clause 4.1.11)."""

_VALUE_SIZES: Final[Mapping[str, int]] = {"ES256": 64, "ES384": 96, "ES512": 132, "SM2": 64, "SM2SM3": 64}
"""Octets of ``r ‖ s`` (RFC 7518 clause 3.4)."""

_MACS: Final = frozenset({"HS256", "HS384", "HS512"})
_ED448_SIZE: Final = 114
_PUBLIC_MEMBERS: Final = frozenset({"kty", "crv", "x", "y", "n", "e"})
_DIRECTORY_NAME: Final = 0xA4
TEXTS: Final = 64
"""Roles, commitments and lines of a place that are shown."""


def read_value_of(written: Written, payload: Payload) -> SignatureValue:
    """Return the signature value over the signing input; an algorithm that signs nothing has no identifier."""
    name = shown(written.protected.get("alg"))[:100]
    value = written.value
    size = _VALUE_SIZES.get(name)
    if size == len(value):
        value = from_concatenation(value) or value
    algorithm = jose_algorithm("Ed448" if name == "EdDSA" and len(value) == _ED448_SIZE else name)
    hashed_by = JOSE_SCHEMES[name][1] if name in JOSE_SCHEMES else ""
    return SignatureValue(algorithm, name, value, payload.messages(written.protected_text, hashed_by))


def header_faults(written: Written) -> Iterator[Fault]:
    """Yield what is wrong with the algorithm and with the critical parameters."""
    name = written.protected.get("alg")
    if not isinstance(name, str):
        yield Fault("jws-alg-missing", "the protected header names no algorithm", fatal=True)
    elif name.lower() == "none":
        yield Fault("jws-alg-none", "the algorithm is none: nothing is signed", fatal=True)
    elif name in _MACS:
        detail = f"{name} is a MAC: whoever verifies it could have made it, with a public key as secret too"
        yield Fault("jws-alg-mac", detail, fatal=True)
    yield from critical_faults(written)
    certificates = written.protected.get("x5c")
    if certificates is not None and (not as_list(certificates) or None in map(from_base64, as_list(certificates))):
        yield Fault("x5c-malformed", "x5c is no array of certificates in base64", fatal=True)
    if "x5c" in written.unprotected:
        yield Fault("x5c-unprotected", "x5c stands in the unprotected header; it is used to find the key only")


def critical_faults(written: Written) -> Iterator[Fault]:
    """Clause 4.1.11: `crit` is a list, not empty, of different names of parameters that are there and understood."""
    protected = written.protected
    if "crit" in written.unprotected:
        yield Fault("jws-crit-malformed", "crit stands in the unprotected header", fatal=True)
    if "b64" in written.unprotected:  # RFC 7797 clause 3: it MUST be integrity protected
        yield Fault("jws-b64-unprotected", "b64 stands in the unprotected header", fatal=True)
    critical = protected.get("crit")
    if "b64" in protected and protected["b64"] is False and "b64" not in as_list(critical):
        yield Fault("jws-b64-not-critical", "b64 is false and not listed in crit", fatal=True)  # RFC 7797 clause 6
    if not isinstance(protected.get("b64", True), bool):
        yield Fault("jws-b64-malformed", "b64 is neither true nor false", fatal=True)
    if "crit" not in protected:
        return
    names = [name for name in as_list(critical) if isinstance(name, str)]
    if not names or len(names) != len(as_list(critical)) or len(set(names)) != len(names):
        yield Fault("jws-crit-malformed", "crit is no list of different names", fatal=True)
    for name in names:
        if name not in UNDERSTOOD:
            yield Fault("jws-crit-unknown", f"the critical parameter {shown(name)[:100]!r} is not understood", fatal=True)
        elif name not in protected:
            yield Fault("jws-crit-absent", f"the critical parameter {name} is not in the header", fatal=True)


def read_hint(written: Written, limits: Limits) -> SignerHint:
    """Return how the header names the key; of several places the protected one comes first.

    :raises FormatRefusal: there are more certificates than *limits* allow.
    """
    header = {**written.unprotected, **written.protected}
    issuer, serial_number = _issuer_serial(header.get("kid"))
    thumbprint = digest_octets(header.get("x5t"))
    return SignerHint(
        certificates=certificates_in(written, limits)[:1],
        issuer=issuer,
        serial_number=serial_number,
        public_key_info=_public_key_info(as_object(header.get("jwk"))),
        digests=(MessageDigest("SHA-1", thumbprint),) if thumbprint else (),
        name=shown(header.get("kid")) or None,
    )


def certificates_in(written: Written, limits: Limits) -> tuple[bytes, ...]:
    """Return the certificates of `x5c`, the signer's first.

    :raises FormatRefusal: there are more than *limits* allow.
    """
    listed = as_list(written.protected.get("x5c") or written.unprotected.get("x5c"))
    if len(listed) > limits.certificates:
        raise FormatRefusal(Refusal.TOO_MANY_ENTRIES, f"{len(listed)} certificates are more than {limits.certificates}")
    return tuple(der for der in map(from_base64, listed) if der is not None)


def _issuer_serial(kid: object) -> tuple[bytes | None, int | None]:
    """JAdES puts IssuerSerial in DER and base64 into `kid` (clause 5.1.4); elsewhere it is any text."""
    der = from_base64(kid)
    if der is None:
        return None, None
    try:
        names, serial_number, *_ = read_value(der).children(SEQUENCE)
        issuer = next((to_der(name.member(0)) for name in names.children(SEQUENCE) if name.tag == _DIRECTORY_NAME), None)
        return issuer, serial_number.expect(INTEGER).integer()
    except (BerError, ValueError):
        return None, None


def _public_key_info(key: Object) -> bytes | None:
    """A public key in the header itself (RFC 7515 clause 4.1.3). A secret one is no key that anybody signs with."""
    if key.get("kty") not in ("RSA", "EC", "OKP"):
        return None
    public = {name: value for name, value in key.items() if name in _PUBLIC_MEMBERS and isinstance(value, str)}
    try:
        return bytes(jwt.PyJWK(public).key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))
    except (jwt.PyJWTError, ValueError, TypeError, AttributeError):
        return None


def read_certificate_references(protected: Object) -> tuple[CertificateReference, ...]:
    """Read x5t#S256, x5t#o and sigX5ts (RFC 7515 clause 4.1.8, TS 119 182-1 clauses 5.2.2.2 and 5.2.2.3)."""
    own: list[MessageDigest] = []
    if "x5t#S256" in protected:
        own.append(MessageDigest("SHA-256", digest_octets(protected["x5t#S256"])))
    if "x5t#o" in protected:
        own.append(read_digest(protected["x5t#o"]))
    kind = " and ".join(name for name in ("x5t#S256", "x5t#o") if name in protected)
    found = [CertificateReference(kind, tuple(own))] if own else []
    found += (CertificateReference("sigX5ts", (read_digest(entry),)) for entry in as_list(protected.get("sigX5ts"))[:TEXTS])
    return tuple(found)


def read_attributes(protected: Object, policy_document: bytes | None) -> tuple[SignedAttributes, tuple[Fault, ...]]:
    """Read what the signer asserts; *policy_document* is that in the signature (`sigPSt`)."""
    stated = protected.get("sigT", protected.get("iat"))
    time = _time(stated)
    faults: tuple[Fault, ...] = ()
    if stated is not None and time is None:
        faults = (Fault("signing-time-malformed", shown(stated)[:100] or "no text and no number that is a time"),)
    attributes = SignedAttributes(
        signing_time=time,
        content_type=shown(protected.get("typ")) or None,
        mime_type=_mime_type(shown(protected.get("cty"))),
        commitments=tuple(_commitments(protected))[:TEXTS],
        policy=_policy(protected.get("sigPId"), policy_document),
        claimed_roles=tuple(_roles(as_object(protected.get("srAts"))))[:TEXTS],
        location=tuple(shown(part) for part in as_object(protected.get("sigPl")).values() if as_text(part))[:TEXTS],
    )
    return attributes, faults


def _time(stated: object) -> datetime | None:
    """`sigT` is a text of RFC 3339; `iat` is seconds since 1970 (TS 119 182-1 V1.2.1 clause 5.1.11)."""
    try:
        if isinstance(stated, str):
            time = datetime.fromisoformat(stated)
            return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
        if isinstance(stated, int | float) and not isinstance(stated, bool):
            return datetime.fromtimestamp(stated, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return None


def _mime_type(stated: str) -> str | None:
    """RFC 7515 clause 4.1.10: a type without a slash has "application/" left out."""
    return stated if "/" in stated else f"application/{stated}" if stated else None


def _commitments(protected: Object) -> Iterator[str]:
    for entry in as_list(protected.get("srCms")):
        if stated := shown(as_object(as_object(entry).get("commId")).get("id")):
            yield stated


def _roles(attributes: Object) -> Iterator[str]:
    for entry in as_list(attributes.get("claimed")):
        yield from (shown(value) for value in as_list(as_object(entry).get("qVals")) if as_text(value))


def _policy(stated: object, document: bytes | None) -> SignaturePolicy | None:
    """SigPId (clause 5.2.7.1). With digPSp the digest is of what a specification says, which is not computed here."""
    if stated is None:
        return None
    policy = as_object(stated)
    expected = read_digest(policy)
    computed, missing = None, "the policy document is not in the signature"
    if document is not None and policy.get("digPSp") is True:
        missing = "the policy's own specification says how it is digested"
    elif document is not None:
        computed, missing = digest(expected.algorithm, document), f"the digest algorithm {expected.algorithm} is not known"
    reference = Reference(
        ReferenceKind.MESSAGE_DIGEST,
        "signature policy",
        expected.algorithm,
        expected.value,
        computed,
        missing if computed is None else None,
    )
    uris = (shown(as_object(entry).get("spURI")) for entry in as_list(policy.get("sigPQuals"))[:TEXTS])
    return SignaturePolicy(shown(as_object(policy.get("id")).get("id")), reference, next(filter(None, uris), None))
