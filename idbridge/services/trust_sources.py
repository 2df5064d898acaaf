"""Which lists an instance relies on: ``sources.toml`` in its trust directory.

.. code-block:: toml

    [[list]]
    territory = "HK"
    location = "https://lists.example/hk.xml"  # left out: the list is only ever offered by the operator
    signers = ["signers/hk.pem"]               # PEM or DER, beside this file

Beside it, ``certificates/`` may hold certificates of authorities that help to find paths and are not trusted by being there:
cross-certificates, and intermediates whose holders do not send them along.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from idbridge.clock import Clock
from idbridge.pki.certificate import Certificate
from idbridge.pki.errors import PkiError
from idbridge.services.trust_lists import ListSource, TrustLists
from idbridge.storage.list_versions import ListVersions
from idbridge.trust.tables import Table, TableRefused
from idbridge.trust.vocabulary import Territory

SOURCES_FILE: Final = "sources.toml"
CERTIFICATES_FOLDER: Final = "certificates"
CERTIFICATE_SUFFIXES: Final = (".cer", ".crt", ".der", ".pem")
MAX_KNOWN: Final = 10_000
"""Certificates in that folder: a mesh of every authority there is; each is parsed at the start of every worker."""
MAX_CERTIFICATE_BYTES: Final = 64 * 1024
"""A certificate has one or two kilobytes; the bound keeps a mistaken file out of the parser."""


def read_sources(directory: Path) -> tuple[ListSource, ...]:
    """Return the sources configured in *directory*; none if there is no file.

    :raises TableRefused: the file is no TOML, incomplete, or names a file that is no certificate.
    """
    path = directory / SOURCES_FILE
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return ()
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise TableRefused(f"{path}: {error}") from error
    with Table(values, str(path)) as table:
        sources = tuple(_source(directory, item) for item in table.tables("list"))
    territories = [source.territory for source in sources]
    if len(territories) != len(set(territories)):
        raise TableRefused(f"{path}: a territory has one list")
    return sources


def _source(directory: Path, table: Table) -> ListSource:
    with table:
        signers = tuple(read_certificate(directory / name) for name in table.texts("signers"))
        if not signers:
            raise table.refused("a list without pinned signers can never be relied upon")
        return ListSource(Territory(table.required("territory", str)), signers, table.optional("location", str))


def read_certificate(path: Path) -> bytes:
    """Return the certificate in a PEM or DER file as DER.

    :raises TableRefused: there is none.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_CERTIFICATE_BYTES)
        load = x509.load_pem_x509_certificate if b"-----BEGIN" in data else x509.load_der_x509_certificate
        return load(data).public_bytes(Encoding.DER)
    except OSError as error:
        raise TableRefused(f"{path}: {error.strerror}") from error
    except ValueError as error:
        raise TableRefused(f"{path} is no certificate: {error}") from error


def read_certificates(directory: Path) -> tuple[Certificate, ...]:
    """Return the certificates in *directory*, one a file, in the order of the files' names; none if there is no directory.

    :raises TableRefused: one of the files is no certificate, or there are more than `MAX_KNOWN`.
    """
    files = sorted(path for suffix in CERTIFICATE_SUFFIXES for path in directory.glob(f"*{suffix}"))
    if len(files) > MAX_KNOWN:
        raise TableRefused(f"{directory}: {len(files)} certificates are more than {MAX_KNOWN}")
    try:
        return tuple(Certificate.from_der(read_certificate(path)) for path in files)
    except PkiError as error:
        raise TableRefused(f"{directory}: {error}") from error


def open_trust_lists(directory: Path, clock: Clock) -> TrustLists:
    """Return the lists that *directory* configures, their versions kept in its ``versions`` folder.

    :raises TableRefused: see `read_sources` and `read_certificates`.
    """
    known = read_certificates(directory / CERTIFICATES_FOLDER)
    return TrustLists(read_sources(directory), ListVersions(directory / "versions"), clock, known)
