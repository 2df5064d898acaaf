"""SM2 signatures (GB/T 32918, GM/T 0003): one small interface for certificates, CMS, timestamps, OFD and trust lists.

Which implementation stands behind it was decided by measurement and fuzzing; :mod:`idbridge.pki.sm2.backends` has the
record. What no backend is trusted with is done here: Z_A, strict encodings, range and on-curve checks.
"""

from idbridge.pki.sm2.backends import backend
from idbridge.pki.sm2.encoding import from_concatenation, from_der, to_concatenation, to_der
from idbridge.pki.sm2.errors import Sm2BackendError, Sm2Error, Sm2KeyError, Sm2UnavailableError
from idbridge.pki.sm2.keys import (
    PrivateKey,
    from_pkcs8,
    from_scalar,
    generate,
    point_from_public_key_info,
    public_key_info,
    to_pkcs8,
)
from idbridge.pki.sm2.scheme import DEFAULT_SIGNER_ID, MAX_SIGNER_ID, digest, sign, sign_digest, sm3, verify, verify_digest, za

__all__ = [
    "DEFAULT_SIGNER_ID",
    "MAX_SIGNER_ID",
    "PrivateKey",
    "Sm2BackendError",
    "Sm2Error",
    "Sm2KeyError",
    "Sm2UnavailableError",
    "backend",
    "digest",
    "from_concatenation",
    "from_der",
    "from_pkcs8",
    "from_scalar",
    "generate",
    "point_from_public_key_info",
    "public_key_info",
    "sign",
    "sign_digest",
    "sm3",
    "to_concatenation",
    "to_der",
    "to_pkcs8",
    "verify",
    "verify_digest",
    "za",
]
