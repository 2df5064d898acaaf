"""Makes JWS to order, with the standard library's JSON and the certificates of `forge`: apart from what the product makes."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from tests.unit.signatures.forge import Holder


def url(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def header(signer: Holder, **more: Any) -> dict[str, Any]:
    stated = {
        "alg": "ES256",
        "cty": "text/plain",
        "sigT": "2024-06-01T12:00:00Z",
        "x5t#S256": url(hashlib.sha256(signer.der).digest()),
        "x5c": [base64.b64encode(signer.der).decode()],
        "crit": ["sigT", *(name for name in more if name in ("sigD", "b64", "sigPl", "srCms", "srAts", "sigPId", "adoTst"))],
        **more,
    }
    return {name: value for name, value in stated.items() if value is not None}


def value(signer: Holder, message: bytes) -> bytes:
    r, s = decode_dss_signature(signer.sign(message))
    return r.to_bytes(32) + s.to_bytes(32)


def flattened(
    signer: Holder,
    payload: str | None,
    stated: Mapping[str, Any],
    *,
    signed: str | None = None,
    etsi_u: list[Any] | None = None,
) -> dict[str, Any]:
    protected = url(json.dumps(stated).encode())
    message = f"{protected}.{payload if signed is None else signed}".encode()
    found: dict[str, Any] = {"protected": protected, "signature": url(value(signer, message))}
    if payload is not None:
        found["payload"] = payload
    if etsi_u is not None:
        found["header"] = {"etsiU": etsi_u}
    return found


def compact(signed: Mapping[str, Any]) -> bytes:
    return f"{signed['protected']}.{signed.get('payload', '')}.{signed['signature']}".encode()


def written(signed: Mapping[str, Any]) -> bytes:
    return json.dumps(signed).encode()


def component(name: str, held: Any) -> str:
    return url(json.dumps({name: held}).encode())
