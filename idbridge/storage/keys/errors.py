"""What can go wrong with stored keys. Each has a stable ``code``; no message contains a password or a key."""

from __future__ import annotations


class KeyStoreError(Exception):
    """The base of all errors of stored keys."""

    code = "key-store-error"


class KeyExistsError(KeyStoreError):
    """There already is a key at this place; keys are never overwritten."""

    code = "key-exists"


class KeyMissingError(KeyStoreError):
    """There is no key at this place, or the token does not show it to this user."""

    code = "key-missing"


class KeyUnreadableError(KeyStoreError):
    """The key cannot be read: another password, a damaged file, or a type that is not supported."""

    code = "key-unreadable"


class TokenError(KeyStoreError):
    """The hardware token, its library or its PIN does not work, or it does not support the key type."""

    code = "key-token-failed"


class BadReferenceError(KeyStoreError):
    """A key reference is neither a path nor a PKCS#11 URI that is understood."""

    code = "key-bad-reference"
