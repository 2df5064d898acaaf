"""Whose signatures on reports are the instance's own. Making them is `report_signing`'s."""

from __future__ import annotations

from idbridge.pki.certificate import Certificate
from idbridge.pki.errors import PkiError
from idbridge.storage.private_files import KeyFilesUnusable
from idbridge.storage.report_keys import ReportKeys, StoredReportKey


def own_signers(keys: ReportKeys) -> tuple[Certificate, ...]:
    """Return the certificates that the instance gave itself: what is signed under them, it said.

    :raises KeyFilesUnusable: they cannot be read.
    """
    return tuple(map(signer_of, keys.all()))


def signer_of(stored: StoredReportKey) -> Certificate:
    """Return the certificate of a key.

    :raises KeyFilesUnusable: it is none.
    """
    try:
        return Certificate.from_der(stored.certificate)
    except PkiError as error:
        raise KeyFilesUnusable(f"the certificate that reports are signed under: {error}") from error
