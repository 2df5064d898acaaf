"""Which lists an instance relies on: ``sources.toml`` in its trust directory.

.. code-block:: toml

    [[list]]
    territory = "HK"
    location = "https://lists.example/hk.xml"  # left out: the list is only ever offered by the operator
    signers = ["signers/hk.pem"]               # PEM or DER, beside this file
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from idbridge.clock import Clock
from idbridge.services.trust_lists import ListSource, TrustLists
from idbridge.storage.list_versions import ListVersions
from idbridge.trust.tables import Table, TableRefused
from idbridge.trust.vocabulary import Territory

SOURCES_FILE: Final = "sources.toml"
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
    except (OSError, ValueError) as error:
        raise TableRefused(f"{path}: {error}") from error


def open_trust_lists(directory: Path, clock: Clock) -> TrustLists:
    """Return the lists that *directory* configures, their versions kept in its ``versions`` folder.

    :raises TableRefused: see `read_sources`.
    """
    return TrustLists(read_sources(directory), ListVersions(directory / "versions"), clock)
