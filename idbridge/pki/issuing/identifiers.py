"""Object identifiers as operators and plans write them."""

from __future__ import annotations

from cryptography import x509

from idbridge.pki.issuing.errors import DataError


def object_identifier(dotted: str) -> x509.ObjectIdentifier:
    """Return the identifier that *dotted* writes.

    :raises DataError: it writes none.
    """
    try:
        return x509.ObjectIdentifier(dotted)
    except ValueError as error:
        raise DataError(f"{dotted!r} is no OID") from error
