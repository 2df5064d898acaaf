"""SM2 with SM3 in JWS, by the two names that are seen; the value is ``r ‖ s``, or DER as some write it."""

from __future__ import annotations

import base64
import json

import pytest

from idbridge.pki import sm2
from idbridge.signatures.formats.catalogue import read_document
from idbridge.signatures.signer import Integrity, identify
from tests.unit.signatures.making.people import person

PAYLOAD = b'{"sum": 100}'


def text(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def token(name: str, *, der: bool = False, payload: bytes = PAYLOAD, over: bytes = PAYLOAD) -> bytes:
    who = person("sm2")
    header = text(json.dumps({"alg": name, "x5c": [base64.b64encode(who.signatory.certificate).decode()]}).encode())
    value = who.signer.sign(f"{header}.{text(over)}".encode())
    numbers = sm2.from_der(value)
    assert numbers is not None
    return f"{header}.{text(payload)}.{text(value if der else sm2.to_concatenation(*numbers))}".encode()


def integrity(data: bytes) -> Integrity:
    (signature,) = read_document(data).signatures
    return identify(signature.signed, ()).integrity


@pytest.mark.parametrize("der", [False, True])
@pytest.mark.parametrize("name", ["SM2", "SM2SM3"])
def test_it_is_verified(name: str, der: bool) -> None:
    assert integrity(token(name, der=der)) == "intact"
    assert integrity(token(name, der=der, over=b"something else")) == "broken"


def test_under_another_name_it_does_not_fit() -> None:
    assert integrity(token("ES256")) == "broken"
    assert integrity(token("SM3")) == "unknown"
