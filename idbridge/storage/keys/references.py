"""From a key reference to a signer: a path means a key file, a PKCS#11 URI a key in a token."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from types import ModuleType

from idbridge.pki import sm2
from idbridge.pki.issuing.key_types import generate_key
from idbridge.pki.issuing.signer import Signer, signer_for
from idbridge.storage.keys.errors import BadReferenceError, KeyMissingError, TokenError
from idbridge.storage.keys.files import read_key, write_key
from idbridge.storage.keys.uri import TokenKey, parse_reference


def open_signer(reference: str, secret: str | None, *, signer_id: bytes = sm2.DEFAULT_SIGNER_ID) -> Signer:
    """Return the signer of the key that *reference* names.

    :param secret: the key file's password or the token's PIN; None for a token whose URI has a ``pin-source``.
    :raises KeyStoreError: no such key, another password, or a token that does not work.
    """
    place = parse_reference(reference)
    if isinstance(place, TokenKey):
        signer: Signer = _token_layer().open_token_signer(place, _pin(place, secret))
        return signer
    return signer_for(read_key(place, _password(secret)), signer_id=signer_id)


def create_signer(reference: str, key_type: str, secret: str, *, signer_id: bytes = sm2.DEFAULT_SIGNER_ID) -> Signer:
    """Make a key of *key_type* at *reference*, where there must be none yet, and return its signer.

    :raises KeyStoreError: there is a key already, or it cannot be made there.
    """
    place = parse_reference(reference)
    if isinstance(place, TokenKey):
        signer: Signer = _token_layer().generate_in_token(place, key_type, _pin(place, secret))
        return signer
    key = generate_key(key_type)
    write_key(place, key, secret.encode())
    return signer_for(key, signer_id=signer_id)


def _password(secret: str | None) -> bytes | None:
    return None if secret is None else secret.encode()


def _pin(place: TokenKey, secret: str | None) -> str:
    if secret is not None:
        return secret
    if place.pin_source is None:
        raise BadReferenceError("the token's PIN is neither given nor named by pin-source")
    return _first_line(place.pin_source)


def _first_line(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").partition("\n")[0].strip()
    except (OSError, UnicodeDecodeError) as error:
        raise KeyMissingError(f"the PIN file {path} cannot be read") from error


def _token_layer() -> ModuleType:
    """Import the adapter only where it is asked for: its library is an optional extra."""
    try:
        return import_module("idbridge.storage.keys.token")
    except ImportError as error:
        raise TokenError("keys in tokens need the extra: pip install 'idbridge[hsm]'") from error
