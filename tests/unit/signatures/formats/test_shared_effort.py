"""Many signatures over one large thing: what they share is read, unpacked and put together once, or refused."""

from __future__ import annotations

import io
import json
import zipfile

import pytest

from idbridge.signatures.ber import OCTET_STRING, SEQUENCE, encode
from idbridge.signatures.formats.archive import UNPACKED_FLOOR, open_archive
from idbridge.signatures.formats.catalogue import read_document
from idbridge.signatures.formats.limits import LIMITS, MIB
from idbridge.signatures.refusals import FormatRefusal, Refusal
from tests.guards import no_growth, no_hang
from tests.unit.signatures.forge import SHA256, Authority, algorithm, cms, integer, issuer_and_serial, signer_info
from tests.unit.signatures.formats.jws.workshop import flattened, header

AUTHORITY = Authority()
SIGNER = AUTHORITY.issue("Signer")
ED25519 = "1.3.101.112"
MANY = 60


def zipped(files: dict[str, bytes | str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def without_attributes(stated: str) -> bytes:
    """A signer whose value is over the content itself."""
    value = encode(OCTET_STRING, bytes(64))
    return encode(SEQUENCE, integer(1), issuer_and_serial(SIGNER), algorithm(SHA256), algorithm(stated), value)


@pytest.mark.parametrize("stated", ["1.2.840.10045.4.3.2", ED25519])
def test_content_is_put_together_once_for_all_signers(stated: str) -> None:
    data = cms([without_attributes(stated)] * MANY, [SIGNER.der], content=bytes(15 * MIB))
    with no_hang("many signers"), no_growth():
        assert len(read_document(data).signatures) == MANY


def test_a_file_is_unpacked_once_for_all_signers() -> None:
    signers = cms([signer_info(SIGNER, None, message=b"")] * MANY, [SIGNER.der])
    media = "application/vnd.etsi.asic-s+zip"
    content = (bytes(190) + b"1234567890") * 300_000
    data = zipped({"mimetype": media, "a.bin": content, "META-INF/signature.p7s": signers})
    with no_hang("many signers"), no_growth():
        assert len(read_document(data).signatures) == MANY


def test_files_are_not_unpacked_in_turn_without_end() -> None:
    archive = open_archive(zipped({name: bytes(190) * 5_000 for name in "ab"}), LIMITS)
    with no_hang("files in turn"), pytest.raises(FormatRefusal) as refused:
        list(map(archive.read, "ab" * (UNPACKED_FLOOR // 950_000)))
    assert refused.value.code is Refusal.TOO_LARGE


def test_signature_files_share_what_one_may_cost() -> None:
    references = '<r xmlns="http://www.w3.org/2000/09/xmldsig#">' + "<x>aaaaaaa</x>" * 20_000
    reference = (
        '<Reference URI=""><DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><DigestValue/></Reference>'
    )
    costly = references + "<Signature><SignedInfo>" + reference * 25 + "</SignedInfo></Signature></r>"
    files: dict[str, bytes | str] = {f"META-INF/signatures{number}.xml": costly for number in range(30)}
    with no_hang("many signature files"), pytest.raises(FormatRefusal) as refused:
        read_document(zipped({"mimetype": "application/vnd.etsi.asic-e+zip", "a": "", **files}))
    assert refused.value.code is Refusal.TOO_LARGE


def test_a_manifest_is_small() -> None:
    listed = '<asic:ASiCManifest xmlns:asic="http://uri.etsi.org/02918/v1.2.1#">' + "".join(map(str, range(800_000)))
    files = {"a": "", "META-INF/ASiCManifest.xml": listed, "META-INF/signature.p7s": ""}
    with pytest.raises(FormatRefusal) as refused:
        read_document(zipped(files))
    assert refused.value.code is Refusal.TOO_LARGE


@pytest.mark.parametrize("stated", ["ES256", "EdDSA"])
def test_a_payload_is_not_copied_for_each_signature(stated: str) -> None:
    """Where a digest will not do, the copies are counted."""
    one = flattened(SIGNER, None, header(SIGNER, alg=stated))
    data = json.dumps({"payload": "A" * 8 * MIB, "signatures": [one] * MANY}).encode()
    with no_hang("many signatures"), no_growth():
        if stated == "ES256":
            assert len(read_document(data).signatures) == MANY
            return
        with pytest.raises(FormatRefusal) as refused:
            read_document(data)
    assert refused.value.code is Refusal.TOO_LARGE
