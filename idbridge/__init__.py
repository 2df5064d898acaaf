"""idbridge: one sign-in, and signatures that count, in Guangdong, Hong Kong and Macao.

`verify_document` and `verify_certificate` are imported when they are first asked for: who runs a portal's sign-in does not
wait for the cryptography of signatures.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from idbridge.pki.paths import verify_certificate
    from idbridge.signatures.verification import verify_document

__all__ = ["verify_certificate", "verify_document"]

_PUBLIC: Final = {
    "verify_certificate": "idbridge.pki.paths",
    "verify_document": "idbridge.signatures.verification",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - a module's attribute can be anything
    if name not in _PUBLIC:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_PUBLIC[name]), name)
