"""Paths of one document's certificates: what they share is verified once."""

from __future__ import annotations

import pytest

from idbridge.pki import signatures
from tests.unit.signatures.checks.test_seal import office, sealed, twice, verify


@pytest.mark.parametrize("parts", [sealed, twice], ids=["one seal", "two seals"])
def test_each_signature_of_an_authority_is_verified_once(parts, monkeypatch: pytest.MonkeyPatch) -> None:
    """The certificates of signer and maker, and the list that tells of both: three, however many seals there are."""
    document = parts()
    office()
    computed: list[bytes] = []
    verify_signature = signatures.verify_signature

    def counting(key: bytes, algorithm: bytes, message: bytes, value: bytes, **options):
        computed.append(message)
        return verify_signature(key, algorithm, message, value, **options)

    monkeypatch.setattr(signatures, "verify_signature", counting)
    assert verify(document).indication == "TOTAL_PASSED"
    assert len(computed) == len(set(computed)) == 3
