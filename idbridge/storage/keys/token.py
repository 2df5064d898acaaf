"""Private keys in hardware, by PKCS#11: signers whose key never leaves the token.

RSA (PKCS #1 v1.5 with SHA-256) and ECDSA on P-256 and P-384. SM2 is not among the mechanisms of the PKCS#11 standard; the
tokens that have it use numbers of their vendors, and SoftHSM, which this is tested with, has none: an SM2 key in a token is
refused. Needs the extra ``idbridge[hsm]``. Of the two maintained bindings python-pkcs11 was chosen: MIT (PyKCS11 is GPL),
typed, wheels for every platform, and sessions and objects instead of raw calls.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from threading import Lock
from typing import Protocol, cast

import pkcs11
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key
from pkcs11.exceptions import NoSuchKey, NoSuchToken, PKCS11Error, UserAlreadyLoggedIn
from pkcs11.util.ec import encode_ec_public_key, encode_named_curve_parameters

from idbridge.pki import sm2
from idbridge.pki.issuing.errors import KeyTypeError
from idbridge.pki.issuing.signer import ECDSA_DIGESTS, RSA_SHA256
from idbridge.storage.keys.errors import KeyExistsError, KeyMissingError, TokenError
from idbridge.storage.keys.uri import TokenKey

_CURVES = {"ec-p256": "secp256r1", "ec-p384": "secp384r1"}
_RSA_BITS = {"rsa-2048": 2048, "rsa-3072": 3072, "rsa-4096": 4096}


class _SigningKey(Protocol):
    """What `pkcs11` mixes into private keys, which its types do not say."""

    def sign(self, data: bytes, *, mechanism: pkcs11.Mechanism) -> bytes: ...


class TokenSigner:
    """Signs with a key in a token, one operation at a time; see :class:`idbridge.pki.issuing.signer.Signer`."""

    def __init__(self, private_key: _SigningKey, public_key_info: bytes) -> None:
        self._key = private_key
        self._lock = Lock()
        self.public_key_info = public_key_info
        public = load_der_public_key(public_key_info)
        self._curve = public.curve.name if isinstance(public, ec.EllipticCurvePublicKey) else None
        if self._curve is not None and self._curve not in ECDSA_DIGESTS:
            raise KeyTypeError(f"nothing is signed on the curve {self._curve}")
        self.algorithm = RSA_SHA256 if self._curve is None else ECDSA_DIGESTS[self._curve][0]

    def sign(self, message: bytes) -> bytes:
        """Return the signature over *message*.

        :raises TokenError: the token refuses, or is gone.
        """
        try:
            with self._lock:
                if self._curve is None:
                    return self._key.sign(message, mechanism=pkcs11.Mechanism.SHA256_RSA_PKCS)
                digest = hashlib.new(ECDSA_DIGESTS[self._curve][1].name, message).digest()
                raw = self._key.sign(digest, mechanism=pkcs11.Mechanism.ECDSA)
        except PKCS11Error as error:
            raise TokenError(f"the token does not sign: {type(error).__name__}") from error
        half = len(raw) // 2  # PKCS#11 gives r ‖ s
        return encode_dss_signature(int.from_bytes(raw[:half]), int.from_bytes(raw[half:]))


def open_token_signer(place: TokenKey, pin: str) -> TokenSigner:
    """Return the signer of the key at *place*.

    :raises KeyMissingError: no such token or key.
    :raises TokenError: the library or the PIN does not work, or the key is of a type that the token layer does not sign with.
    """
    session = _open(place, pin, writable=False)
    try:
        private = session.get_key(pkcs11.ObjectClass.PRIVATE_KEY, label=place.label, id=place.id)
        public = session.get_key(pkcs11.ObjectClass.PUBLIC_KEY, label=place.label, id=place.id)
        info = _public_key_info(cast("pkcs11.PublicKey", public))
        _refuse_sm2(info)
        return TokenSigner(cast("_SigningKey", private), info)
    except NoSuchKey as error:
        raise KeyMissingError("the token has no such key pair") from error
    except (PKCS11Error, KeyTypeError, ValueError, UnsupportedAlgorithm) as error:
        raise TokenError(f"the key cannot be used: {type(error).__name__}") from error


def generate_in_token(place: TokenKey, key_type: str, pin: str) -> TokenSigner:
    """Make a key pair of *key_type* in the token, that cannot be taken out of it, and return its signer.

    :raises KeyExistsError: there is a key of this label or id.
    :raises TokenError: the token does not make such keys (SM2 among them).
    """
    session = _open(place, pin, writable=True)
    try:
        if any(session.get_objects(_identity(place, pkcs11.ObjectClass.PRIVATE_KEY))):
            raise KeyExistsError("the token has a key of this name; keys are never overwritten")
        _generate(session, place, key_type)
    except PKCS11Error as error:
        raise TokenError(f"the token does not make {key_type} keys: {type(error).__name__}") from error
    finally:
        session.close()
    return open_token_signer(place, pin)


def _generate(session: pkcs11.Session, place: TokenKey, key_type: str) -> None:
    if key_type in _RSA_BITS:
        session.generate_keypair(pkcs11.KeyType.RSA, _RSA_BITS[key_type], store=True, label=place.label, id=place.id)
    elif key_type in _CURVES:
        curve = {pkcs11.Attribute.EC_PARAMS: encode_named_curve_parameters(_CURVES[key_type])}
        parameters = session.create_domain_parameters(pkcs11.KeyType.EC, curve, local=True)
        parameters.generate_keypair(store=True, label=place.label, id=place.id)
    else:
        raise TokenError(f"tokens make no {key_type} keys; they make {', '.join([*_RSA_BITS, *_CURVES])}")


def _open(place: TokenKey, pin: str, *, writable: bool) -> pkcs11.Session:
    try:
        library = pkcs11.lib(str(place.module))
        token = library.get_token(token_label=place.token, token_serial=place.serial and place.serial.encode())
        return _log_in(token, pin, writable=writable)
    except NoSuchToken as error:
        raise KeyMissingError("there is no such token") from error
    except (PKCS11Error, RuntimeError, OSError) as error:
        raise TokenError(f"the token cannot be opened: {type(error).__name__}") from error


def _log_in(token: pkcs11.Token, pin: str, *, writable: bool) -> pkcs11.Session:
    """Open a session. Being logged in is a state of the whole process (PKCS#11 2.40 clause 5.6): later sessions share it."""
    try:
        return token.open(rw=writable, user_pin=pin)
    except UserAlreadyLoggedIn:
        return token.open(rw=writable)


def _identity(place: TokenKey, object_class: pkcs11.ObjectClass) -> dict[pkcs11.Attribute, object]:
    found: dict[pkcs11.Attribute, object] = {pkcs11.Attribute.CLASS: object_class}
    if place.label is not None:
        found[pkcs11.Attribute.LABEL] = place.label
    if place.id is not None:
        found[pkcs11.Attribute.ID] = place.id
    return found


def _refuse_sm2(public_key_info: bytes) -> None:
    with suppress(sm2.Sm2KeyError):
        sm2.point_from_public_key_info(public_key_info)
        raise TokenError("an SM2 key: PKCS#11 has no mechanism for SM2; tokens sign with RSA, and ECDSA on P-256 and P-384")


def _public_key_info(public: pkcs11.PublicKey) -> bytes:
    if public.key_type is pkcs11.KeyType.RSA:
        modulus, exponent = (public[attribute] for attribute in (pkcs11.Attribute.MODULUS, pkcs11.Attribute.PUBLIC_EXPONENT))
        key = rsa.RSAPublicNumbers(int.from_bytes(exponent), int.from_bytes(modulus)).public_key()
        return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    if public.key_type is pkcs11.KeyType.EC:
        return encode_ec_public_key(public)
    raise KeyTypeError("tokens sign with RSA and ECDSA keys only")
