"""ASiC containers that are right, and wrong in one place each."""

from __future__ import annotations

import base64
import hashlib
import io
import zipfile
from datetime import UTC, datetime

import pytest

from idbridge import verify_document
from idbridge.signatures.evidence import SignatureForm, TimestampKind
from idbridge.signatures.formats.asic import read
from idbridge.signatures.formats.limits import Limits
from idbridge.signatures.refusals import FormatRefusal, NotADocument, Refusal
from idbridge.signatures.report import DocumentReport, SignatureReport
from tests.unit.signatures.forge import SIGNED_AT, Authority, cades, token

AT = datetime(2025, 1, 1, tzinfo=UTC)
AUTHORITY = Authority()
SIGNER, STAMPER = AUTHORITY.issue("Signer"), AUTHORITY.issue("TSA", timestamping=True)
ASIC_E, ASIC_S = b"application/vnd.etsi.asic-e+zip", b"application/vnd.etsi.asic-s+zip"
BID, PLAN = b"the bid", b"the plan"


def zipped(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def manifest(signed_by: str, files: dict[str, bytes]) -> bytes:
    listed = "".join(
        f'<asic:DataObjectReference URI="{name}">'
        '<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/>'
        f"<ds:DigestValue>{base64.b64encode(hashlib.sha256(content).digest()).decode()}</ds:DigestValue>"
        "</asic:DataObjectReference>"
        for name, content in files.items()
    )
    return (
        '<asic:ASiCManifest xmlns:asic="http://uri.etsi.org/02918/v1.2.1#" xmlns:ds="http://www.w3.org/2000/09/xmldsig#">'
        f'<asic:SigReference URI="{signed_by}"/>{listed}</asic:ASiCManifest>'
    ).encode()


def container(files: dict[str, bytes], listed: dict[str, bytes] | None = None) -> dict[str, bytes]:
    written = manifest("META-INF/signature.p7s", files if listed is None else listed)
    return {
        "mimetype": ASIC_E,
        **files,
        "META-INF/ASiCManifest.xml": written,
        "META-INF/signature.p7s": cades(SIGNER, written, attached=False),
    }


def report(files: dict[str, bytes]) -> DocumentReport:
    return verify_document(zipped(files), trust=None, at=AT)


def signature(files: dict[str, bytes]) -> SignatureReport:
    (found,) = report(files).signatures
    return found


def faults(files: dict[str, bytes]) -> set[str]:
    return {fault.code for fault in signature(files).evidence.signed.faults}


def test_manifest_binds_every_file() -> None:
    found = signature(container({"bid.txt": BID, "plan.txt": PLAN}))
    assert (found.integrity, found.evidence.form, found.level) == ("intact", SignatureForm.CADES, "B-B")
    assert found.evidence.file == "META-INF/signature.p7s"
    assert {(scope.name, scope.whole_document) for scope in found.evidence.scope} == {
        ("bid.txt", True),
        ("plan.txt", True),
        ("META-INF/ASiCManifest.xml", False),
    }


def test_changed_file_breaks_it() -> None:
    files = container({"bid.txt": BID, "plan.txt": PLAN})
    files["plan.txt"] = b"another"
    assert signature(files).integrity == "broken"


def test_changed_manifest_breaks_it() -> None:
    files = container({"bid.txt": BID})
    files["bid.txt"] = PLAN
    files["META-INF/ASiCManifest.xml"] = manifest("META-INF/signature.p7s", {"bid.txt": PLAN})
    assert signature(files).integrity == "broken"


def test_removed_file_is_missing() -> None:
    files = container({"bid.txt": BID, "plan.txt": PLAN})
    del files["plan.txt"]
    assert signature(files).integrity == "unknown"


def test_file_that_is_not_signed_is_named() -> None:
    files = container({"bid.txt": BID}) | {"added.txt": b"added"}
    found = signature(files)
    assert found.integrity == "intact"
    assert all(not scope.whole_document and scope.not_covered == ("added.txt",) for scope in found.evidence.scope)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        (b"no XML", "asic-manifest-malformed"),
        (b"<other/>", "asic-manifest-malformed"),
        (manifest("META-INF/signature.p7s", {}), "asic-manifest-empty"),
        (manifest("META-INF/another.p7s", {"bid.txt": BID}), "asic-manifest-missing"),
    ],
)
def test_manifest_that_is_none(written: bytes, code: str) -> None:
    files = container({"bid.txt": BID}) | {
        "META-INF/ASiCManifest.xml": written,
        "META-INF/signature.p7s": cades(SIGNER, written, attached=False),
    }
    assert code in faults(files)
    assert signature(files).sub_indication == "FORMAT_FAILURE"


def simple(**more: bytes) -> dict[str, bytes]:
    return {"mimetype": ASIC_S, "bid.txt": BID, "META-INF/signature.p7s": cades(SIGNER, BID, attached=False), **more}


def test_single_file() -> None:
    found = signature(simple())
    assert found.integrity == "intact"
    assert [(scope.name, scope.whole_document) for scope in found.evidence.scope] == [("bid.txt", True)]


def test_second_file_in_asic_s_fails() -> None:
    files = simple() | {"added.txt": b"added"}
    assert "asic-s-data-objects" in faults(files)


def test_timestamp_over_data() -> None:
    written = manifest("META-INF/timestamp.tst", {"bid.txt": BID})
    files = {
        "mimetype": ASIC_E,
        "bid.txt": BID,
        "META-INF/ASiCManifest.xml": written,
        "META-INF/timestamp.tst": token(STAMPER, written, SIGNED_AT),
    }
    (stamp,) = report(files).timestamps
    assert (stamp.evidence.kind, stamp.integrity) == (TimestampKind.CONTAINER, "intact")
    files["bid.txt"] = PLAN
    (stamp,) = report(files).timestamps
    assert stamp.sub_indication == "HASH_FAILURE"


def test_archive_manifest_covers_the_signature() -> None:
    files = container({"bid.txt": BID})
    listed = {name: files[name] for name in ("bid.txt", "META-INF/signature.p7s", "META-INF/ASiCManifest.xml")}
    written = manifest("META-INF/timestamp.tst", listed)
    files["META-INF/ASiCArchiveManifest.xml"] = written
    files["META-INF/timestamp.tst"] = token(STAMPER, written, SIGNED_AT)
    found = report(files)
    (stamp,) = found.timestamps
    assert stamp.evidence.kind is TimestampKind.ARCHIVE
    assert stamp.evidence.covers.signatures == {found.signatures[0].evidence.id}
    files["META-INF/ASiCArchiveManifest.xml"] = manifest("META-INF/timestamp.tst", {**listed, "META-INF/signature.p7s": b""})
    (stamp,) = report(files).timestamps
    assert not stamp.evidence.covers.signatures


def test_container_without_signature() -> None:
    found = report({"a.txt": b"text"})
    assert (found.sub_indication, found.container and found.container.profile) == ("NO_SIGNATURE_FOUND", "ZIP")


def test_malformed_signature_keeps_the_others_from_passing() -> None:
    files = container({"bid.txt": BID}) | {"META-INF/signature2.p7s": b"none"}
    assert {fault.code for fault in report(files).faults} == {"asic-signature-malformed"}
    assert signature(files).sub_indication == "FORMAT_FAILURE"


def test_too_many_signatures() -> None:
    files = {f"META-INF/signature{number}.p7s": b"" for number in range(4)}
    with pytest.raises(FormatRefusal) as refused:
        read(zipped(files), limits=Limits(signatures=3))
    assert refused.value.code is Refusal.TOO_MANY_SIGNATURES


def test_no_container() -> None:
    with pytest.raises(NotADocument):
        read(b"PK\x03\x04")


@pytest.mark.parametrize("name", ["META-INF/invoice.pdf", "META-INF/more/plan.txt", "meta-inf/plan.txt", "BID.TXT"])
def test_no_place_hides_a_file(name: str) -> None:
    found = signature(container({"bid.txt": BID}) | {name: b"added"})
    assert found.integrity == "intact"
    assert all(not scope.whole_document and name in scope.not_covered for scope in found.evidence.scope)


@pytest.mark.parametrize("uri", ["bid.txt", "/bid.txt", "b%69d.txt"])
def test_a_file_listed_twice_fails_however_it_is_written(uri: str) -> None:
    listed = manifest("META-INF/signature.p7s", {uri: BID}).replace(b"</asic:ASiCManifest>", b"")
    listed += manifest("", {"bid.txt": BID}).partition(b"/>")[2]
    files = container({"bid.txt": BID}) | {
        "META-INF/ASiCManifest.xml": listed,
        "META-INF/signature.p7s": cades(SIGNER, listed, attached=False),
    }
    assert "asic-manifest-doubled" in faults(files)


def test_a_manifest_cannot_list_itself() -> None:
    listed = manifest("META-INF/signature.p7s", {"bid.txt": BID, "META-INF/ASiCManifest.xml": b"whatever"})
    files = container({"bid.txt": BID}) | {
        "META-INF/ASiCManifest.xml": listed,
        "META-INF/signature.p7s": cades(SIGNER, listed, attached=False),
    }
    assert signature(files).integrity == "broken"


def test_a_media_type_that_stands_second_is_told() -> None:
    files = container({"bid.txt": BID})
    found = report({"bid.txt": files.pop("bid.txt"), **files})
    assert {fault.code for fault in found.faults} == {"mimetype-not-first"}
