"""What products write otherwise than the standards have it, read all the same: seals field by field, packages part by part."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from idbridge.pki.sm2 import from_der
from idbridge.signatures.algorithms import encode_oid
from idbridge.signatures.ber import GENERALIZED_TIME, NULL, OCTET_STRING, SEQUENCE, SET, encode
from idbridge.signatures.report import DocumentReport
from tests.unit.signatures.checks.test_seal import LIST, PAGE, SEAL, SIGNATURE, VALUE, failed, office, sealed, verify
from tests.unit.signatures.seals import (
    PARTS,
    SEALED_AT,
    Dialect,
    bits,
    make_sealing,
    octets,
    sealed_parts,
    signature_list,
    signature_xml,
    timestamp,
    utc,
    utf8,
)


def unaligned(value: bytes) -> bytes:
    """A BIT STRING that counts the noughts at its end as unused, as of a list of named bits."""
    noughts = (value[-1] & -value[-1]).bit_length() - 1 if value[-1] else 7
    return encode(0x03, bytes((noughts,)), value)


def local(time: datetime) -> bytes:
    """The time of China, without saying so."""
    return encode(GENERALIZED_TIME, (time + timedelta(hours=8)).strftime("%Y%m%d%H%M%S").encode())


def halves(width: int) -> Callable[[bytes], bytes]:
    """Values as r and s one after the other, each so many octets."""

    def write(value: bytes) -> bytes:
        numbers = from_der(value)
        assert numbers is not None
        return bits(b"".join(number.to_bytes(width) for number in numbers))

    return write


EXTENSION = encode(0xA0, encode(SEQUENCE, encode(SEQUENCE, encode_oid("1.2.3.4"), encode(OCTET_STRING, b"x"))))
"""extDatas as the standards have it; some makers leave the tag out, or a criticality in."""

DIALECTS = {
    "strings in UTF-8": Dialect(text=utf8),
    "strings printable": Dialect(text=lambda text: encode(0x13, text.encode())),
    "name in GB 18030": Dialect(name=lambda text: encode(0x0C, text.encode("gb18030"))),
    "name of two octets a letter": Dialect(name=lambda text: encode(0x1E, text.encode("utf-16-be"))),
    "UTCTime": Dialect(time=utc),
    "local time": Dialect(time=local),
    "certificates by themselves": Dialect(certificate=lambda der: der),
    "AlgorithmIdentifier": Dialect(algorithm=lambda oid: encode(SEQUENCE, encode_oid(oid), encode(NULL))),
    "the key's algorithm": Dialect(oid="1.2.156.10197.1.301.1"),
    "the curve": Dialect(oid="1.2.156.10197.1.301"),
    "unused bits": Dialect(value=unaligned, digest=unaligned),
    "octets for bits": Dialect(value=octets, digest=octets),
    "r and s": Dialect(value=halves(32)),
    "r and s of a token": Dialect(value=halves(64)),
    "a set of signers": Dialect(members=SET),
    "digests without a name": Dialect(named=encode(0x13, b"1")),
    "digests by OID": Dialect(named=encode_oid("1.2.156.10197.1.401")),
    "digests by OID in words": Dialect(named=encode(0x13, b"1.2.156.10197.1.401.1")),
    "extension": Dialect(extension=EXTENSION, extension_used=EXTENSION),
    "extension without its tag": Dialect(extension=EXTENSION[2:], extension_used=EXTENSION[2:]),
}


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(("version", "by_digest"), [(1, False), (4, False), (4, True), (5, True)])
def test_dialects_of_seals(dialect: str, version: int, by_digest: bool) -> None:
    own = DIALECTS[dialect]
    plan = replace(office().plan, version=version, by_digest=by_digest, dialect=own)
    parts = sealed_parts(replace(office().sealing(plan), dialect=own))
    report = verify(parts)
    assert (report.indication, failed(report)) == ("TOTAL_PASSED", {})
    seal = report.signatures[0].evidence.attributes.seal
    assert seal is not None
    assert (seal.name, seal.picture_kind) == ("某某局公章", "PNG")
    assert report.signatures[0].evidence.attributes.signing_time == SEALED_AT
    changed = verify({**parts, PAGE: b"<Page/>"})
    assert (changed.indication, changed.sub_indication) == ("TOTAL_FAILED", "HASH_FAILURE")


@pytest.mark.parametrize(
    "tagged",
    [lambda t: encode(0x80, b"\0", t), bits, octets, lambda t: t, lambda t: encode(0xA0, t), lambda t: encode(0xA0, octets(t))],
    ids=["implicit", "untagged", "octets", "itself", "tagged", "tagged octets"],
)
def test_dialects_of_timestamps(tagged: Callable[[bytes], bytes]) -> None:
    stamper = office().authority.issue("TSA", "timestamp")
    plan = replace(office().plan, version=5)
    sealing = replace(office().sealing(plan), dialect=Dialect(tagged=tagged))
    report = verify(sealed_parts(replace(sealing, stamp=lambda value: timestamp(stamper, value, SEALED_AT))))
    assert (report.indication, failed(report)) == ("TOTAL_PASSED", {})
    assert report.signatures[0].existed.time == SEALED_AT


def test_bits_that_are_unused_are_noughts() -> None:
    """A value whose unused bits are set would be another value to another reader."""
    set_bit = Dialect(value=lambda value: encode(0x03, b"\1", value[:-1] + bytes((value[-1] | 1,))))
    report = verify(sealed_parts(replace(office().sealing(), dialect=set_bit)))
    assert "no whole octets" in failed(report)["format-sound"]


def relocated(references: Callable[[str], str] = "/{}".format, **other: bytes) -> dict[str, bytes]:
    """A sealed document whose Signature.xml names parts in another way; *other* parts replace those of the name."""
    plan = office().sealing()
    signature = signature_xml({**PARTS, SEAL: plan.seal})
    for name in (*PARTS, SEAL):
        signature = signature.replace(f'FileRef="/{name}"'.encode(), f'FileRef="{references(name)}"'.encode())
    value = make_sealing(plan, signature)
    return {**PARTS, LIST: signature_list("1"), SIGNATURE: signature, SEAL: plan.seal, VALUE: value, **other}


LOCATIONS = {
    "from the root": "/{}".format,
    "no slash": "{}".format,
    "two slashes": "//{}".format,
    "from the folder of the signature": "../../../{}".format,
    "with steps that lead nowhere": "/./Doc_0/../{}".format,
    "backslashes": lambda name: "\\" + name.replace("/", "\\"),
    "another case": lambda name: "/" + name.upper(),
}


@pytest.mark.parametrize("location", LOCATIONS)
def test_dialects_of_locations(location: str) -> None:
    report = verify(relocated(LOCATIONS[location]))
    assert (report.indication, failed(report)) == ("TOTAL_PASSED", {})
    assert report.signatures[0].evidence.scope[0].whole_document


@pytest.mark.parametrize(
    "base", ["Sign_0/Signature.xml", "/Doc_0/Signs/Sign_0/Signature.xml", "Doc_0/Signs/Sign_0/Signature.xml"]
)
def test_dialects_of_lists(base: str) -> None:
    listed = signature_list("1").replace(b"/Doc_0/Signs/Sign_0/Signature.xml", base.encode())
    assert verify(relocated(**{LIST: listed})).indication == "TOTAL_PASSED"


def default_namespace(part: bytes) -> bytes:
    return part.replace(b"xmlns:ofd", b"xmlns").replace(b"<ofd:", b"<").replace(b"</ofd:", b"</")


MARKUP = {
    "default namespace": default_namespace,
    "another namespace": lambda part: part.replace(b"http://www.ofdspec.org/2016", b"http://www.ofdspec.org"),
    "another prefix": lambda part: part.replace(b"ofd:", b"o-1.x:").replace(b"xmlns:ofd", b"xmlns:o-1.x"),
    "no namespace": lambda part: default_namespace(part).replace(b' xmlns="http://www.ofdspec.org/2016"', b""),
    "byte order mark": lambda part: b"\xef\xbb\xbf" + part,
    "UTF-16": lambda part: part.decode().encode("utf-16"),
    "GB 18030": lambda part: '<?xml version="1.0" encoding="GB18030"?><!--粤府-->'.encode("gb18030") + part,
    "GBK": lambda part: '<?xml version="1.0" encoding="GBK"?><!--粤府-->'.encode("gbk") + part,
}


@pytest.mark.parametrize("markup", MARKUP)
def test_dialects_of_markup(markup: str) -> None:
    write = MARKUP[markup]
    plan = office().sealing()
    parts = {**PARTS, "OFD.xml": write(PARTS["OFD.xml"])}
    signature = write(signature_xml({**parts, SEAL: plan.seal}))
    parts |= {LIST: write(signature_list("1")), SIGNATURE: signature, SEAL: plan.seal, VALUE: make_sealing(plan, signature)}
    report = verify(parts)
    assert (report.indication, failed(report)) == ("TOTAL_PASSED", {})
    gone = verify({**parts, LIST: write(signature_list())})
    assert [fault.code for fault in gone.faults] == ["signature-unlisted"]


ATTACHMENT = "Doc_0/附件/合同.xml"


def archived(parts: dict[str, bytes], encoding: str, path: str | None = None) -> bytes:
    """A ZIP whose names are in *encoding*, without the flag for UTF-8; with a Unicode *path* for the attachment, if given."""
    own = ATTACHMENT.encode(encoding)
    stands_in = "X" * len(own)
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as package:
        for name, part in parts.items():
            entry = zipfile.ZipInfo(stands_in if name == ATTACHMENT else name)
            if path is not None and name == ATTACHMENT:
                extra = struct.pack("<BL", 1, zlib.crc32(own)) + path.encode()
                entry.extra = struct.pack("<HH", 0x7075, len(extra)) + extra
            package.writestr(entry, part, zipfile.ZIP_DEFLATED)
    return archive.getvalue().replace(stands_in.encode(), own)


def with_attachment() -> dict[str, bytes]:
    return sealed_parts(office().sealing(), {**PARTS, ATTACHMENT: b"<x/>"})


@pytest.mark.parametrize("path", [None, ATTACHMENT, f"/{ATTACHMENT}"])
@pytest.mark.parametrize("encoding", ["utf-8", "gbk"])
def test_dialects_of_names(encoding: str, path: str | None) -> None:
    report = verify(archived(with_attachment(), encoding, path))
    assert (report.indication, failed(report)) == ("TOTAL_PASSED", {})
    assert report.container is not None
    assert ATTACHMENT in report.container.files


@pytest.mark.parametrize("encoding", ["utf-8", "gbk"])
def test_name_that_is_another_to_some_is_a_fault(encoding: str) -> None:
    report = verify(archived(with_attachment(), encoding, path=PAGE))
    assert "is called" in failed(report)["format-sound"]


def streamed(parts: dict[str, bytes], method: int) -> bytes:
    """A ZIP as it is written to where nothing can be changed afterwards: sizes follow the content."""
    archive = io.BytesIO()
    archive.seekable = lambda: False  # type: ignore[method-assign] # what makes the library write data descriptors
    with zipfile.ZipFile(archive, "w", method) as package:
        for name, part in parts.items():
            package.writestr(zipfile.ZipInfo(name), part, method)
    return archive.getvalue()


def large(parts: dict[str, bytes], method: int) -> bytes:
    """A ZIP with the records for large ones."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", method) as package:
        for name, part in parts.items():
            with package.open(zipfile.ZipInfo(name), "w", force_zip64=True) as entry:
                entry.write(part)
    return archive.getvalue()


def with_folders(parts: dict[str, bytes], method: int) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", method) as package:
        for name in ("Doc_0/", "Doc_0/Signs/", "Doc_0\\Res\\"):
            package.writestr(zipfile.ZipInfo(name), b"")
        for name, part in parts.items():
            package.writestr(zipfile.ZipInfo(name), part, method)
    return archive.getvalue()


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize("archive", [streamed, large, with_folders])
def test_dialects_of_archives(archive: Callable[[dict[str, bytes], int], bytes], method: int) -> None:
    report: DocumentReport = verify(archive(sealed(), method))
    assert (report.indication, failed(report)) == ("TOTAL_PASSED", {})
