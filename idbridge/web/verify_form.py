"""What the form of the page that verifies was sent with, and how its answer carries that, to be read in another language.

Nothing is kept here between two requests, so that a verdict in another language is a new answer and needs the files again.
Small ones travel within the page, which is the only copy, and come back with the choice of a language; of larger ones the
browser's script still has what it sent.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import msgspec
from flask import Request

from idbridge.services.samples import Samples
from idbridge.signatures.contents import Buffer, KnownContent
from idbridge.web.sent_files import data_of, shown_name

MIB: Final = 1 << 20
MAX_DOCUMENT: Final = 64 * MIB
"""Bytes of the file that is judged; larger ones go to the interface for programs, whose answers need no pictures."""
MAX_DETACHED: Final = 20
MAX_OTHERS: Final = 10
"""Files of authorities' certificates that may come along; each may hold several."""
MAX_CARRIED: Final = 2 * MIB
"""Bytes of files that a page carries: a contract of many pages, and no more than its pictures take."""
MAX_FIELDS: Final = MAX_CARRIED * 4 // 3 + 64 * 1024
"""Bytes of the form's fields, the carried files in base64 among them."""
CARRIED: Final = "carried"
SAMPLE: Final = "sample"


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file: its name as it may be shown, and its bytes, mapped if they are many."""

    name: str
    data: Buffer

    @property
    def content(self) -> KnownContent:
        """It as content to be digested."""
        return KnownContent.of(self.data, name=self.name or None)


@dataclass(frozen=True, slots=True)
class VerifyForm:
    """What is to be judged, None if nothing was sent; what helps with it; whether nothing may be fetched.

    `sample` is the name of the sample that was asked for instead of a file.
    """

    file: SentFile | None
    detached: tuple[SentFile, ...] = ()
    others: tuple[SentFile, ...] = ()
    offline: bool = False
    sample: str = ""


class _CarriedFile(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    data: bytes


class _Carried(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    file: _CarriedFile | None = None
    detached: list[_CarriedFile] = []
    others: list[_CarriedFile] = []
    offline: bool = False
    sample: str = ""


def read_verify_form(request: Request, samples: Samples | None) -> VerifyForm:
    """Return what *request* was sent with: files, the name of one of *samples*, or what an earlier page carried."""
    if carried := request.form.get(CARRIED):
        return _of_carried(carried, samples)
    if sample := request.form.get(SAMPLE):
        return _of_sample(sample, samples)
    file = request.files.get("file")
    data = file.stream.read(MAX_DOCUMENT + 1) if file else b""
    return VerifyForm(
        SentFile(shown_name(file), data) if file and data else None,
        tuple(_chosen(request, "detached", MAX_DETACHED)),
        tuple(_chosen(request, "others", MAX_OTHERS)),
        request.form.get("offline") == "true",
    )


def _chosen(request: Request, field: str, limit: int) -> Iterable[SentFile]:
    files = [file for file in request.files.getlist(field)[:limit] if file.filename]  # a browser sends an empty part for none
    return (SentFile(shown_name(file), data_of(file)) for file in files)


def _of_sample(name: str, samples: Samples | None) -> VerifyForm:
    data = samples.read(name) if samples else None
    return VerifyForm(SentFile(name, data) if data else None, sample=name if data else "")


def _of_carried(text: str, samples: Samples | None) -> VerifyForm:
    try:
        told = msgspec.json.decode(text, type=_Carried)
    except msgspec.DecodeError:
        return VerifyForm(None)
    if told.sample:
        return _of_sample(told.sample, samples)
    return VerifyForm(
        _sent(told.file) if told.file and told.file.data else None,
        tuple(map(_sent, told.detached[:MAX_DETACHED])),
        tuple(map(_sent, told.others[:MAX_OTHERS])),
        told.offline,
    )


def _sent(file: _CarriedFile) -> SentFile:
    return SentFile(shown_name(file.name), file.data)


def carried(form: VerifyForm) -> str:
    """Return *form* as the text of a field; empty if there is too much of it, or nothing."""
    if form.sample:
        return msgspec.json.encode(_Carried(sample=form.sample)).decode()
    files = tuple(file for file in (form.file, *form.detached, *form.others) if file is not None)
    if form.file is None or sum(len(file.data) for file in files) > MAX_CARRIED:
        return ""
    told = _Carried(_carry(form.file), list(map(_carry, form.detached)), list(map(_carry, form.others)), form.offline)
    return msgspec.json.encode(told).decode()


def _carry(file: SentFile) -> _CarriedFile:
    return _CarriedFile(file.name, bytes(file.data))
