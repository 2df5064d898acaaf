"""SM2 arithmetic by the operating system's OpenSSL (libcrypto ≥ 3), through ctypes.

Verifying asks libcrypto for one thing, the point s·G + t·P (``EC_POINT_mul``), and does the rest in Python integers:
this needs no key object, whose decoding would cost more than the verification. Signing goes through
``EVP_PKEY_sign``, which keeps nonce and private key inside constant-time code. ctypes releases the GIL around each
call. Only functions that OpenSSL 3 does not deprecate are used. The group is shared between threads, which only read
it; every other object lives within one call.
"""

from __future__ import annotations

import ctypes
from contextlib import contextmanager
from ctypes import c_char_p, c_int, c_size_t, c_void_p
from typing import TYPE_CHECKING

from idbridge.pki.sm2 import curve, encoding
from idbridge.pki.sm2.curve import SIZE, N
from idbridge.pki.sm2.errors import Sm2BackendError

if TYPE_CHECKING:
    from collections.abc import Iterator

NAMES = (
    "libcrypto.so.3",
    "libcrypto.so.4",
    "/opt/homebrew/opt/openssl@3/lib/libcrypto.3.dylib",
    "/usr/local/opt/openssl@3/lib/libcrypto.3.dylib",
    "libcrypto-3.dll",
    "libcrypto-3-x64.dll",
)
"""Versioned names only: what "libcrypto" alone means is up to the machine (macOS kills a process that loads it)."""

_NID_SM2 = 1172
_MAX_DER_SIGNATURE = 72

_PROTOTYPES: dict[str, tuple[object, ...]] = {
    # name: result, arguments…
    "BN_CTX_new": (c_void_p,),
    "BN_CTX_free": (None, c_void_p),
    "BN_bin2bn": (c_void_p, c_char_p, c_int, c_void_p),
    "BN_bn2binpad": (c_int, c_void_p, c_char_p, c_int),
    "BN_clear_free": (None, c_void_p),
    "BN_free": (None, c_void_p),
    "BN_new": (c_void_p,),
    "EC_GROUP_new_by_curve_name": (c_void_p, c_int),
    "EC_POINT_free": (None, c_void_p),
    "EC_POINT_get_affine_coordinates": (c_int, c_void_p, c_void_p, c_void_p, c_void_p, c_void_p),
    "EC_POINT_mul": (c_int, c_void_p, c_void_p, c_void_p, c_void_p, c_void_p, c_void_p),
    "EC_POINT_new": (c_void_p, c_void_p),
    "EC_POINT_oct2point": (c_int, c_void_p, c_void_p, c_char_p, c_size_t, c_void_p),
    "ERR_clear_error": (None,),
    "EVP_PKEY_CTX_free": (None, c_void_p),
    "EVP_PKEY_CTX_new": (c_void_p, c_void_p, c_void_p),
    "EVP_PKEY_free": (None, c_void_p),
    "EVP_PKEY_sign": (c_int, c_void_p, c_char_p, ctypes.POINTER(c_size_t), c_char_p, c_size_t),
    "EVP_PKEY_sign_init": (c_int, c_void_p),
    "d2i_AutoPrivateKey": (c_void_p, c_void_p, ctypes.POINTER(c_char_p), ctypes.c_long),
}


def load() -> Libcrypto | None:
    """Return the backend, or None where no OpenSSL ≥ 3 with SM2 is installed (some distributions leave SM2 out)."""
    for name in NAMES:
        try:
            library = ctypes.CDLL(name)
            for function, (result, *arguments) in _PROTOTYPES.items():
                prototype = getattr(library, function)
                prototype.restype, prototype.argtypes = result, arguments
        except (OSError, AttributeError):
            continue
        if group := library.EC_GROUP_new_by_curve_name(_NID_SM2):
            return Libcrypto(library, group)
        library.ERR_clear_error()
    return None


class Libcrypto:
    """OpenSSL behind :class:`idbridge.pki.sm2.backends.Backend`."""

    name = "libcrypto"

    def __init__(self, library: ctypes.CDLL, group: int) -> None:
        self._library = library
        self._group = group

    def verify(self, point: bytes, digest: bytes, r: int, s: int) -> bool:
        """See :class:`idbridge.pki.sm2.backends.Backend`; GB/T 32918.2 clause 7.1, steps B6 and B7."""
        with self._scratch() as (context, key, result, x):
            library, group = self._library, self._group
            if not library.EC_POINT_oct2point(group, key, point, len(point), context):
                library.ERR_clear_error()
                return False
            with self._number(s) as s_number, self._number((r + s) % N) as t_number:
                _require(library.EC_POINT_mul(group, result, s_number, key, t_number, context))
            if not library.EC_POINT_get_affine_coordinates(group, result, x, None, context):
                library.ERR_clear_error()
                return False  # the point at infinity has no coordinates
            return (int.from_bytes(digest) + self._integer(x)) % N == r

    def sign(self, scalar: int, point: bytes, digest: bytes) -> tuple[int, int]:
        """See :class:`idbridge.pki.sm2.backends.Backend`."""
        library = self._library
        length = c_size_t(_MAX_DER_SIGNATURE)
        signature = ctypes.create_string_buffer(_MAX_DER_SIGNATURE)
        with self._signing_context(scalar, point) as context:
            _require(library.EVP_PKEY_sign(context, signature, ctypes.byref(length), digest, len(digest)) == 1)
        numbers = encoding.from_der(signature.raw[: length.value])
        if numbers is None:
            raise Sm2BackendError("OpenSSL returned a signature that is not DER")
        return numbers

    def public_point(self, scalar: int) -> bytes:
        """See :class:`idbridge.pki.sm2.backends.Backend`; with one scalar OpenSSL takes its constant-time ladder."""
        library, group = self._library, self._group
        with self._scratch() as (context, _, result, x), self._number(scalar) as number, self._number(0) as y:
            _require(library.EC_POINT_mul(group, result, number, None, None, context))
            _require(library.EC_POINT_get_affine_coordinates(group, result, x, y, context))
            return curve.encode(self._integer(x), self._integer(y))

    @contextmanager
    def _scratch(self) -> Iterator[tuple[int, int, int, int]]:
        """Lend a BN_CTX, two points and a number for one call."""
        library = self._library
        context, x = library.BN_CTX_new(), library.BN_new()
        key, result = library.EC_POINT_new(self._group), library.EC_POINT_new(self._group)
        try:
            _require(context and x and key and result)
            yield context, key, result, x
        finally:
            library.EC_POINT_free(result)
            library.EC_POINT_free(key)
            library.BN_free(x)
            library.BN_CTX_free(context)

    @contextmanager
    def _number(self, value: int) -> Iterator[int]:
        number = self._library.BN_bin2bn(value.to_bytes(SIZE), SIZE, None)
        try:
            _require(number)
            yield number
        finally:
            self._library.BN_clear_free(number)

    @contextmanager
    def _signing_context(self, scalar: int, point: bytes) -> Iterator[int]:
        """Lend an EVP_PKEY_CTX that signs with *scalar*."""
        library = self._library
        der = sec1_private_key(scalar, point)
        key = library.d2i_AutoPrivateKey(None, ctypes.byref(c_char_p(der)), len(der))
        context: int = library.EVP_PKEY_CTX_new(key, None) if key else 0
        try:
            _require(context and library.EVP_PKEY_sign_init(context) == 1)
            yield context
        finally:
            library.EVP_PKEY_CTX_free(context)
            library.EVP_PKEY_free(key)

    def _integer(self, number: int) -> int:
        buffer = ctypes.create_string_buffer(SIZE)
        _require(self._library.BN_bn2binpad(number, buffer, SIZE) == SIZE)
        return int.from_bytes(buffer.raw)


def sec1_private_key(scalar: int, point: bytes) -> bytes:
    """Return the ECPrivateKey structure (RFC 5915 clause 3) of an SM2 key; all lengths are fixed."""
    curve_oid = bytes.fromhex("06082A811CCF5501822D")  # 1.2.156.10197.1.301
    version, private = b"\x02\x01\x01", b"\x04\x20" + scalar.to_bytes(SIZE)
    public = b"\xa1\x44\x03\x42\x00" + point
    body = version + private + b"\xa0\x0a" + curve_oid + public
    return b"\x30" + bytes((len(body),)) + body


def _require(result: object) -> None:
    if not result:
        raise Sm2BackendError("OpenSSL could not do SM2 arithmetic")
