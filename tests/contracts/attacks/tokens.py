"""JWS and JAdES: no algorithm or a shared secret in place of a signature, headers that say two things, keys of a stranger.

As in RFC 8725 (clauses 2 and 3), RFC 7797 (clauses 6 and 8) and "JSON Web Token best current practices" since.
"""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Callable, Mapping
from typing import Any

import jwt
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.contracts.attacks.scene import ALICE, BOB, EVE, IN_PART, REFUSED, Attack
from tests.unit.signatures.formats.jws.workshop import compact, component, flattened, header, url, value, written

TEXT = b"the bid of the ferry company"
FORGED = b"the bid of another company"

GENUINE: Mapping[str, Callable[[], bytes]] = {
    "JWS": lambda: written(signed()),
    "JWS, compact": lambda: compact(signed()),
    "JWS of a payload that is not encoded": lambda: written(
        {**signed(b64=False, signs=TEXT.decode()), "payload": TEXT.decode()}
    ),
    "JWS with addresses that nobody asks": lambda: written(signed(jku="http://127.0.0.1:9/", x5u="http://127.0.0.1:9/")),
}


def signed(signs: str = url(TEXT), **stated: Any) -> dict[str, Any]:
    return flattened(ALICE, url(TEXT), header(ALICE, **stated), signed=signs)


def with_header(**unprotected: Any) -> bytes:
    return written({**signed(), "header": unprotected})


def mac_with_the_public_key() -> bytes:
    """What a reader takes for right that lets the header choose the algorithm, and has one key for all."""
    protected = url(json.dumps(header(ALICE, alg="HS256")).encode())
    key = ALICE.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    forged = hmac.digest(key, f"{protected}.{url(FORGED)}".encode(), "sha256")
    return written({"protected": protected, "payload": url(FORGED), "signature": url(forged)})


def unsigned(algorithm: str = "none", text: bytes = b"") -> bytes:
    stated = header(ALICE, alg=algorithm)
    return compact({"protected": url(json.dumps(stated).encode()), "payload": url(FORGED), "signature": url(text)})


def by_a_key_in_the_header(**stated: Any) -> bytes:
    """Signed by Eve, with her own key beside Alice's name."""
    key = jwt.algorithms.ECAlgorithm.to_jwk(EVE.key.public_key(), as_dict=True)  # type: ignore[arg-type]
    return written(flattened(EVE, url(FORGED), header(ALICE, jwk=key, **stated)))


def by_another_key(**stated: Any) -> bytes:
    return written(flattened(EVE, url(FORGED), header(ALICE, **stated)))


def with_two_members_of_one_name() -> bytes:
    text = json.dumps(header(ALICE))[:-1] + ',"alg":"ES256"}'
    message = f"{url(text.encode())}.{url(TEXT)}".encode()
    return written({"protected": url(text.encode()), "payload": url(TEXT), "signature": url(value(ALICE, message))})


def with_two_payloads() -> bytes:
    return written(signed()).replace(b'"payload"', b'"payload": "%s", "payload"' % url(FORGED).encode())


def counter_signed(over: str) -> bytes:
    counter = flattened(BOB, url(over.encode()), header(BOB))
    return written({**signed(), "header": {"etsiU": [component("cSig", counter)]}})


def breaking(code: str, **stated: Any) -> Attack:
    return Attack(lambda: written(signed(**stated)), FORMAT, code)


FORMAT, CRYPTO = "TOTAL_FAILED FORMAT_FAILURE", "TOTAL_FAILED SIG_CRYPTO_FAILURE"
NOT_SIGNER = "INDETERMINATE NO_SIGNING_CERTIFICATE_FOUND"
BOTH = {"a.txt": TEXT, "b.txt": FORGED}

ATTACKS: Mapping[str, Attack] = {
    "alg none": Attack(unsigned, FORMAT, "jws-alg-none"),
    "alg none, in other letters": Attack(lambda: unsigned("nOnE"), FORMAT, "jws-alg-none"),
    "alg none, with a value": Attack(lambda: unsigned("none", b"value"), FORMAT, "jws-alg-none"),
    "no alg": breaking("jws-alg-missing", alg=None),
    "alg in the header that is not signed": Attack(
        lambda: written({**signed(alg=None), "header": {"alg": "ES256"}}), FORMAT, "jws-alg-missing"
    ),
    "a MAC with the public key as secret": Attack(mac_with_the_public_key, FORMAT, "jws-alg-mac"),
    "an algorithm for keys of another kind": Attack(lambda: by_another_key(alg="RS256"), CRYPTO, "signature-value"),
    "an empty value": Attack(lambda: unsigned("ES256"), FORMAT, "jws-value-malformed"),
    "zeros for a value": Attack(lambda: unsigned("ES256", bytes(64)), CRYPTO, "signature-value"),
    "crit of what is not understood": breaking("jws-crit-unknown", crit=["sigT", "unheard"], unheard=1),
    "crit of what RFC 7515 defines": breaking("jws-crit-unknown", crit=["sigT", "alg"]),
    "crit of what is not there": breaking("jws-crit-absent", crit=["sigPl"]),
    "crit that is empty": breaking("jws-crit-malformed", crit=[]),
    "crit that is no list": breaking("jws-crit-malformed", crit="sigT"),
    "crit of one name twice": breaking("jws-crit-malformed", crit=["sigT", "sigT"]),
    "crit of no names": breaking("jws-crit-malformed", crit=[["sigT"]]),
    "crit that is not signed": Attack(lambda: with_header(crit=["sigT"]), FORMAT, "jws-crit-malformed"),
    "b64 that is not critical": breaking("jws-b64-not-critical", b64=False, crit=["sigT"]),
    "b64 of another type": breaking("jws-b64-malformed", b64="false"),
    "b64 that is not signed": Attack(lambda: with_header(b64=False), FORMAT, "jws-b64-unprotected"),
    "payload encoded where what was signed is not": Attack(
        lambda: written(signed(b64=False, signs=TEXT.decode())), CRYPTO, "signature-value"
    ),
    "a parameter in both headers": Attack(lambda: with_header(alg="none"), FORMAT, "jws-header-doubled"),
    "a parameter twice": Attack(with_two_members_of_one_name, FORMAT, "jws-header-malformed"),
    "two payloads": Attack(with_two_payloads, REFUSED, "document-malformed"),
    "members of two serializations": Attack(
        lambda: written({**signed(), "signatures": [signed()]}), FORMAT, "jws-serialization-mixed"
    ),
    "a key in the header": Attack(by_a_key_in_the_header, CRYPTO, "signature-value"),
    "a key in the header, and no certificate": Attack(
        lambda: by_a_key_in_the_header(x5c=None), NOT_SIGNER, "signing-certificate-identified"
    ),
    "a certificate of a stranger by the name": Attack(
        lambda: by_another_key(x5c=[base64.b64encode(EVE.der).decode()]), NOT_SIGNER, "signing-certificate-attribute-fits"
    ),
    "a stranger's certificate, named by its digest": Attack(
        lambda: written(flattened(EVE, url(FORGED), header(EVE))),
        "INDETERMINATE NO_CERTIFICATE_CHAIN_FOUND",
        "certificate-path",
    ),
    "x5t#S256 of another than x5c": Attack(
        lambda: written(flattened(ALICE, url(TEXT), {**header(ALICE), "x5t#S256": header(BOB)["x5t#S256"]})),
        NOT_SIGNER,
        "signing-certificate-attribute-fits",
    ),
    "x5c that is none": breaking("x5c-malformed", x5c="text"),
    "counter-signature of another value": Attack(lambda: counter_signed("other"), FORMAT, "counter-signature-of-another"),
    "another document beside": Attack(lambda: written(signed()), FORMAT, "detached-content-differs", FORGED),
    "one of two documents beside": Attack(
        lambda: compact(flattened(ALICE, None, header(ALICE), signed=url(TEXT))), IN_PART, "b.txt", BOTH
    ),
    "a member that is not signed": Attack(lambda: written({**signed(), "amount": "9,000,000"}), IN_PART, "member amount"),
    "a PDF in a member that is not signed": Attack(
        lambda: written({"x": "%PDF-1.7 1 0 obj", **signed()}), REFUSED, "document-of-two-formats"
    ),
}
