"""Seals and sealings in DER: strict, and every member where it belongs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from idbridge.signatures.ber import NULL, OCTET_STRING, SEQUENCE, BerError, encode, read_value
from idbridge.signatures.evidence import DocumentFormat
from idbridge.signatures.formats.catalogue import recognise
from idbridge.signatures.formats.ofd.seal import SIGNERS_LIMIT, read_seal, strict
from idbridge.signatures.formats.ofd.sealing import read_sealing
from tests.unit.signatures.seals import PARTS, Authority, SealingPlan, SealPlan, make_seal, make_sealing, signature_xml

MAKER = Authority().issue("maker")
PLAN = SealPlan(MAKER, [MAKER.der])


@pytest.mark.parametrize("version", [1, 4, 5])
def test_recognised_by_content(version: int) -> None:
    seal = make_seal(replace(PLAN, version=version))
    sealing = make_sealing(SealingPlan(MAKER, seal, version), signature_xml(PARTS))
    assert recognise(seal) is recognise(sealing) is DocumentFormat.OFD


@pytest.mark.parametrize(("number", "kind"), [(1, "organisation"), (2, "person"), (3, "3")])
def test_kinds(number: int, kind: str) -> None:
    assert read_seal(strict(make_seal(replace(PLAN, kind=number)))).seal.kind == kind


def rewritten(der: bytes, *path: int, by: Callable[[bytes], bytes]) -> bytes:
    """Replace the value at *path* of the members of members."""
    value = read_value(der)
    if not path:
        return by(der)
    members = [member.encoding for member in value.children()]
    members[path[0]] = rewritten(members[path[0]], *path[1:], by=by)
    return encode(value.tag, *members)


NOTHING = encode(NULL)


@pytest.mark.parametrize(
    "path",
    [
        (0, 0),
        (0, 0, 1),
        (0, 1),
        (0, 2),
        (0, 2, 0),
        (0, 2, 1),
        (0, 2, 2),
        (0, 2, 3),
        (0, 2, 6),
        (0, 3),
        (0, 3, 1),
        (1,),
        (2,),
        (3,),
    ],
)
def test_member_of_another_type(path: tuple[int, ...]) -> None:
    with pytest.raises(BerError):
        read_seal(strict(rewritten(make_seal(PLAN), *path, by=lambda _: NOTHING)))


@pytest.mark.parametrize("path", [(0,), (0, 0), (0, 1), (0, 2), (0, 3), (0, 4), (1,), (2,), (3,)])
def test_member_of_a_sealing_of_another_type(path: tuple[int, ...]) -> None:
    sealing = make_sealing(SealingPlan(MAKER, make_seal(PLAN)), b"")
    with pytest.raises(BerError):
        read_sealing(strict(rewritten(sealing, *path, by=lambda _: NOTHING)))


def test_not_der() -> None:
    seal = make_seal(PLAN)
    long_form = b"\x30\x83" + (len(read_value(seal).content)).to_bytes(3) + read_value(seal).content
    with pytest.raises(BerError, match="not DER"):
        strict(long_form)
    with pytest.raises(BerError, match="follow"):
        strict(seal + b"\0")


def test_bounded_list_of_signers() -> None:
    with pytest.raises(BerError, match="signers"):
        read_seal(strict(make_seal(replace(PLAN, signers=[b""] * (SIGNERS_LIMIT + 1)))))


def test_list_with_something_else_in_it() -> None:
    seal = rewritten(make_seal(PLAN), 0, 2, 3, by=lambda _: encode(SEQUENCE, NOTHING, encode(OCTET_STRING, b"x")))
    read = read_seal(strict(seal))
    assert [fault.code for fault in read.faults] == ["seal-signer-malformed"]
    assert read.seal.signers == (b"x",)


def test_version_of_the_sealing_differs() -> None:
    sealing = make_sealing(SealingPlan(MAKER, make_seal(PLAN), version=5), b"")
    assert [fault.code for fault in read_sealing(strict(sealing)).signed.faults] == ["seal-version-differs"]
