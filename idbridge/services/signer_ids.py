"""SM2 signer IDs other than the standard's: ``signer-ids.toml`` in an instance's trust directory.

.. code-block:: toml

    [[key]]
    certificate = "signers/ca.cer"  # whose key it is: PEM or DER, beside this file
    signer_id = "ca@example"

The ID is a part of what is signed (GB/T 32918.2 clause 5.5), and agreed outside certificates and documents: under another
one a right signature is wrong. Most authorities and their customers use the standard one (GM/T 0009-2012 clause 10).
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from idbridge.pki import sm2
from idbridge.pki.algorithm_policy import DEFAULT, AlgorithmPolicy
from idbridge.pki.certificate import Certificate
from idbridge.pki.errors import PkiError
from idbridge.pki.keys import key_digest
from idbridge.services.trust_sources import read_certificate
from idbridge.trust.tables import Table, TableRefused

TABLE_FILE: Final = "signer-ids.toml"


def read_signer_ids(directory: Path) -> dict[str, bytes]:
    """Return the IDs that *directory* configures, by the SHA-256 of the key; none if there is no file.

    :raises TableRefused: the file is no TOML, incomplete, names no certificate of an SM2 key, or an ID that is too long.
    """
    path = directory / TABLE_FILE
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise TableRefused(f"{path}: {error}") from error
    with Table(values, str(path)) as table:
        return dict(_signer_id(directory, item) for item in table.tables("key"))


def _signer_id(directory: Path, table: Table) -> tuple[str, bytes]:
    with table:
        try:
            info = Certificate.from_der(read_certificate(directory / table.required("certificate", str))).public_key_info
            sm2.point_from_public_key_info(info)
        except (PkiError, sm2.Sm2KeyError) as error:
            raise table.refused(str(error)) from error
        signer_id = table.required("signer_id", str).encode()
        if len(signer_id) > sm2.MAX_SIGNER_ID:
            raise table.refused(f"a signer ID has at most {sm2.MAX_SIGNER_ID} octets")
        return key_digest(info), signer_id


def with_signer_ids(signer_ids: Mapping[str, bytes]) -> AlgorithmPolicy:
    """Return the default algorithms with these IDs of keys."""
    return replace(DEFAULT, signer_ids=signer_ids)
