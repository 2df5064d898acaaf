"""ZIP and ASiC: names that are two, lead out or link elsewhere; bombs; files that no manifest lists, or two list otherwise.

What some readers unpack is not what others verify. Archives of which that is so are refused, whoever signed them.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping

from tests.contracts.attacks.scene import ALICE, BOB, IN_PART, REFUSED, Attack
from tests.unit.signatures.forge import cades
from tests.unit.signatures.formats.asic.test_reading import ASIC_E, ASIC_S, manifest, zipped
from tests.unit.signatures.formats.test_archive_layout import file
from tests.unit.signatures.xml_forge import EXCLUSIVE, XPATH, Xades, detached, reference, transform

BID, FORGED = b"the bid", b"another bid"
SIGNATURE, MANIFEST = "META-INF/signature.p7s", "META-INF/ASiCManifest.xml"
COMPOSED, DECOMPOSED = "caf\N{LATIN SMALL LETTER E WITH ACUTE}.txt", "cafe\N{COMBINING ACUTE ACCENT}.txt"


def container(files: Mapping[str, bytes], listed: Mapping[str, bytes] | None = None) -> dict[str, bytes]:
    written = manifest(SIGNATURE, dict(files if listed is None else listed))
    signature = cades(ALICE, written, attached=False)
    return {"mimetype": ASIC_E, **files, MANIFEST: written, SIGNATURE: signature}


SIGNED = container({"bid.txt": BID})
SIMPLE = {"mimetype": ASIC_S, "bid.txt": BID, SIGNATURE: cades(ALICE, BID, attached=False)}
BY_XML = {"mimetype": ASIC_E, "bid.txt": BID, "META-INF/signatures.xml": detached(ALICE, "bid.txt", BID).encode()}

GENUINE: Mapping[str, Callable[[], bytes]] = {
    "ASiC-E": lambda: zipped(SIGNED),
    "ASiC-S": lambda: zipped(SIMPLE),
    "ASiC-E with XAdES": lambda: zipped(BY_XML),
    "ASiC-E of two signers": lambda: zipped(SIGNED | second_signer({"bid.txt": BID})),
}


def signed_in_part(draft: bytes) -> bytes:
    """By a filter; what it leaves out may say anything."""
    step = transform(XPATH, "<ds:XPath>not(ancestor-or-self::draft)</ds:XPath>")
    own = reference("bid.xml", "<a>pay 100</a>", (step, EXCLUSIVE), name="r1")
    signature = Xades(ALICE, [own]).text().encode()
    files = {"bid.xml": b"<a>pay 100<draft>%s</draft></a>" % draft, "META-INF/signatures.xml": signature}
    return zipped({"mimetype": ASIC_E, **files})


def second_signer(files: Mapping[str, bytes]) -> dict[str, bytes]:
    written = manifest("META-INF/signature2.p7s", dict(files))
    return {
        "META-INF/ASiCManifest2.xml": written,
        "META-INF/signature2.p7s": cades(BOB, written, attached=False),
    }


def written_twice() -> bytes:
    return zipped(SIGNED | {"bid.TXT": FORGED}).replace(b"bid.TXT", b"bid.txt")


def linked() -> bytes:
    entry = zipfile.ZipInfo("link.txt")
    entry.create_system, entry.external_attr = 3, 0o120777 << 16
    return with_entry(entry, b"/etc/passwd")


def with_entry(entry: zipfile.ZipInfo | str, content: bytes) -> bytes:
    buffer = io.BytesIO(zipped(SIGNED))
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(entry, content)
    return buffer.getvalue()


def exchanged() -> bytes:
    """Two files that are both signed, each by the other's name (APPNOTE 4.6.9)."""
    files = {"bid.txt": BID, "plan.txt": FORGED}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in container(files).items():
            entry = zipfile.ZipInfo(name)
            for other in files.keys() - {name} if name in files else ():
                field = b"\x01" + zlib.crc32(name.encode()).to_bytes(4, "little") + other.encode()
                entry.extra = struct.pack("<2H", 0x7075, len(field)) + field
            archive.writestr(entry, content)
    return buffer.getvalue()


def posing_as_pdf() -> bytes:
    """The header of the first file holds a PDF, in a field that no digest is over."""
    entry = zipfile.ZipInfo("mimetype")
    field = b"%PDF-1.7 1 0 obj << >> endobj"
    entry.extra = b"\xfe\xca" + len(field).to_bytes(2, "little") + field
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in SIGNED.items():
            archive.writestr(entry if name == "mimetype" else name, content)
    return buffer.getvalue()


def changed(name: str, content: bytes) -> bytes:
    return zipped(SIGNED | {name: content})


def without(name: str) -> bytes:
    return zipped({other: content for other, content in SIGNED.items() if other != name})


HASH, FORMAT = "TOTAL_FAILED HASH_FAILURE", "TOTAL_FAILED FORMAT_FAILURE"
MISSING = "INDETERMINATE SIGNED_DATA_NOT_FOUND"

ATTACKS: Mapping[str, Attack] = {
    "one name twice": Attack(written_twice, REFUSED, "archive-names"),
    "names that differ in case": Attack(lambda: zipped(SIGNED | {"BID.TXT": FORGED}), IN_PART, "archive-names-alike"),
    "names that differ in composition": Attack(
        lambda: zipped(container({COMPOSED: BID}) | {DECOMPOSED: FORGED}), IN_PART, "archive-names-alike"
    ),
    "a name in another composition than is listed": Attack(
        lambda: zipped(container({DECOMPOSED: FORGED}, {COMPOSED: BID})), MISSING, "references-found"
    ),
    "a path out of the container": Attack(lambda: with_entry("../bid.txt", FORGED), REFUSED, "archive-names"),
    "a path out of the container, by another solidus": Attack(
        lambda: with_entry("a\\..\\..\\bid.txt", FORGED), REFUSED, "archive-names"
    ),
    "a path from a drive": Attack(lambda: with_entry("C:/bid.txt", FORGED), REFUSED, "archive-names"),
    "a symbolic link": Attack(linked, REFUSED, "archive-names"),
    "a bomb": Attack(lambda: with_entry("bomb", bytes(5_000_000)), REFUSED, "archive-ratio"),
    "a directory with content": Attack(lambda: changed("bid.txt/", FORGED), REFUSED, "archive-names"),
    "a file before all that are listed": Attack(lambda: file() + zipped(SIGNED), REFUSED, "archive-ambiguous"),
    "names exchanged in a field that some unpack by": Attack(exchanged, REFUSED, "archive-ambiguous"),
    "a PDF in a header": Attack(posing_as_pdf, REFUSED, "document-of-two-formats"),
    "a file changed": Attack(lambda: changed("bid.txt", FORGED), HASH, "bid.txt"),
    "a file removed": Attack(lambda: without("bid.txt"), MISSING, "bid.txt"),
    "a file added": Attack(lambda: changed("forged.txt", FORGED), IN_PART, "forged.txt"),
    "a file added where the manifests are": Attack(lambda: changed("META-INF/forged.txt", FORGED), IN_PART, "forged.txt"),
    "a file added to the one of ASiC-S": Attack(lambda: zipped(SIMPLE | {"forged.txt": FORGED}), FORMAT, "asic-s-data-objects"),
    "a file added to those that XAdES signs": Attack(lambda: zipped(BY_XML | {"forged.txt": FORGED}), IN_PART, "forged.txt"),
    "a part of a file that is left out of what XAdES signs": Attack(lambda: signed_in_part(b"pay 900"), IN_PART, "bid.xml"),
    "a media type that is a message": Attack(lambda: changed("mimetype", b"pay 900 to Eve"), IN_PART, "mimetype"),
    "another media type": Attack(lambda: changed("mimetype", b"application/epub+zip"), IN_PART, "mimetype"),
    "the media type of a container of one": Attack(
        lambda: zipped(container({"bid.txt": BID, "plan.txt": BID}) | {"mimetype": ASIC_S}), FORMAT, "asic-s-data-objects"
    ),
    "manifest changed": Attack(
        lambda: zipped(SIGNED | {"bid.txt": FORGED, MANIFEST: manifest(SIGNATURE, {"bid.txt": FORGED})}), HASH, "references"
    ),
    "manifest removed": Attack(lambda: without(MANIFEST), FORMAT, "asic-manifest-missing"),
    "a second manifest for one signature": Attack(
        lambda: changed("META-INF/ASiCManifest2.xml", manifest(SIGNATURE, {"bid.txt": FORGED})), IN_PART, "ASiCManifest2"
    ),
    "a second manifest for one signature, before the first": Attack(
        lambda: changed("META-INF/AASiCManifest.xml", manifest(SIGNATURE, {"bid.txt": BID, "b.txt": FORGED})),
        IN_PART,
        "AASiCManifest",
    ),
    "a manifest for a signature that is not there": Attack(
        lambda: changed("META-INF/ASiCManifest2.xml", manifest("META-INF/signature2.p7s", {"bid.txt": FORGED})),
        IN_PART,
        "ASiCManifest2",
    ),
    "a manifest that lists what is elsewhere": Attack(
        lambda: zipped(container({"bid.txt": BID}, {"bid.txt": BID, "http://127.0.0.1:9/bid.txt": FORGED})),
        MISSING,
        "127.0.0.1",
    ),
    "a manifest that lists one of two": Attack(
        lambda: zipped(container({"bid.txt": BID, "plan.txt": FORGED}, {"bid.txt": BID})), IN_PART, "plan.txt"
    ),
    "a signer added for another file alone": Attack(
        lambda: zipped(SIGNED | {"forged.txt": FORGED} | second_signer({"forged.txt": FORGED})), IN_PART, "forged.txt"
    ),
    "a signature that cannot be read beside a good one": Attack(
        lambda: changed("META-INF/signature2.p7s", b"none"), FORMAT, "asic-signature-malformed"
    ),
    "another signature in place of the signed one": Attack(
        lambda: changed(SIGNATURE, cades(BOB, FORGED, attached=False)), HASH, "references-intact"
    ),
    "the signature removed": Attack(lambda: without(SIGNATURE), "INDETERMINATE NO_SIGNATURE_FOUND", ""),
}
