"""How a call of the verification API is read: files of a form, or JSON, into questions that are answered one after the other.

What is wrong with the call is refused before anything is answered; what is wrong with one of several documents is that
document's answer alone.
"""

from __future__ import annotations

import binascii
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final, TypeVar

import msgspec
from flask import Request
from werkzeug.datastructures import MultiDict

from idbridge.oidc.parameters import Pairs
from idbridge.services.documents import DocumentQuestion
from idbridge.services.signers import SignerQuestion
from idbridge.signatures.contents import DIGEST_SIZES, Content, HashedContent, KnownContent
from idbridge.trust.vocabulary import Scheme
from idbridge.web.calls import BadCall, decoded, read_form, read_json, zoned
from idbridge.web.pairing import DETACHED, DIGEST, DOCUMENT, label_of, pair
from idbridge.web.uploads import UploadedFile, read_upload

MIB: Final = 1 << 20
MAX_UPLOAD: Final = 1024 * MIB
"""Bytes of a call with files, which stand in one temporary file: a tender's 500 bid documents of two megabytes each."""
MAX_JSON: Final = 64 * MIB
"""Bytes of a JSON call, which is in memory, and the document in turn once more. Larger ones come as files."""
MAX_DOCUMENT: Final = 128 * MIB
"""Bytes of one document, which its reader has in memory."""
MAX_DOCUMENTS: Final = 2_000
"""Documents in one call: some twenty seconds of one core. The largest tenders have a few hundred bidders, with a bid document
and a guarantee letter each; who has more calls again, or runs ``idbridge verify`` over a folder on every core."""
MAX_DETACHED: Final = 2_000
"""Detached files and digests in one call: one for each document."""
MAX_NAME: Final = 255
"""Characters of a file's name that are kept."""
Part = TypeVar("Part")
CREDENTIALS: Final = ("client_id", "client_secret", "client_assertion", "client_assertion_type")
"""Fields by which a client proves who it is (RFC 6749 §2.3.1, RFC 7521 §4.2)."""


class DetachedContent(msgspec.Struct, forbid_unknown_fields=True):
    """Content that a detached signature is over: `content` (base64), or its `digests` in hexadecimal by algorithm."""

    content: str | None = None
    digests: dict[str, str] = {}
    name: str | None = None


class SignedDocument(msgspec.Struct, forbid_unknown_fields=True):
    """A document (base64), and what its detached signatures are over."""

    document: str
    name: str | None = None
    detached: list[DetachedContent] = []


class Options(msgspec.Struct, forbid_unknown_fields=True):
    """What holds for a whole call: as of when, whether nothing may be fetched, and what is asked of signers.

    `scheme` asks for recognition under that agreement alone (`gd-hk`, `gd-mo`, `bidding`, or a URI).
    `subject` is the caller's ``sub`` of the person that signers are compared with; `identity_numbers` asks for the numbers in
    their certificates. Both take a registered client that proves who it is.
    """

    at: datetime | None = None
    offline: bool = False
    scheme: str | None = None
    subject: str | None = None
    identity_numbers: bool = False


class VerificationCall(Options, forbid_unknown_fields=True):
    """The JSON body: one `document`, or several `documents`."""

    document: str | None = None
    name: str | None = None
    detached: list[DetachedContent] = []
    documents: list[SignedDocument] | None = None


@dataclass(frozen=True, slots=True)
class Pending:
    """A question that is still to be read. `read` raises `BadCall`."""

    name: str | None
    read: Callable[[], DocumentQuestion]


@dataclass(frozen=True, slots=True)
class Call:
    """A call: its questions, in order, and whether it asks about several documents (then it is answered by a list).

    `credentials` are the fields of a form by which a client proves who it is; JSON has the ``Authorization`` header alone.
    """

    questions: Sequence[Pending]
    several: bool
    about_signers: SignerQuestion
    credentials: Pairs = ()


def read_call(request: Request) -> Call:
    """Read a call. Raises `BadCall`."""
    if request.mimetype == "multipart/form-data":
        return _of_files(request)
    return _of_json(request.get_data())


# --- files -----------------------------------------------------------------------------------------------------------


def _of_files(request: Request) -> Call:
    upload = read_upload(request, max_bytes=MAX_UPLOAD, max_parts=MAX_DOCUMENTS + MAX_DETACHED + 10)
    documents, detached = list(_labelled(upload.files, DOCUMENT)), list(_labelled(upload.files, DETACHED))
    digests = list(_labelled(upload.fields, DIGEST))
    _count(documents, len(detached) + len(digests))
    known = {name for name in upload.fields if label_of(name, DIGEST) is not None}.union(CREDENTIALS)
    options = read_form({name: value for name, value in upload.fields.items() if name not in known}, Options)
    zoned(options.at)
    contents = [(label, KnownContent.of(file.data, name=file_name(file.name))) for label, file in detached]
    stated = [(label, _digest(text)) for label, text in digests]
    over = pair([(label, file_name(file.name) or "") for label, file in documents], (*contents, *stated))
    questions = [
        Pending(file_name(file.name), partial(_of_file, file, its, options))
        for (_, file), its in zip(documents, over, strict=True)
    ]
    credentials = tuple((name, value) for name in CREDENTIALS for value in upload.fields.getlist(name))
    return Call(questions, len(documents) > 1, _about_signers(options), credentials)


def _labelled(parts: MultiDict[str, Part], kind: str) -> Iterator[tuple[str, Part]]:
    for name, part in parts.items(multi=True):
        label = label_of(name, kind)
        if label is not None:
            yield label, part


def _of_file(file: UploadedFile, contents: tuple[Content, ...], options: Options) -> DocumentQuestion:
    _bound(len(file.data))
    return _question(bytes(file.data), file.name, contents, options)


def _count(documents: Sequence[object], detached: int) -> None:
    if not documents:
        raise BadCall("document-missing", "a call names at least one document")
    if len(documents) > MAX_DOCUMENTS:
        raise BadCall("too-many-documents", f"{len(documents)} documents; at most {MAX_DOCUMENTS}")
    if detached > MAX_DETACHED:
        raise BadCall("too-many-detached", f"{detached} detached contents; at most {MAX_DETACHED}")


def _bound(size: int) -> None:
    if size > MAX_DOCUMENT:
        raise BadCall("document-too-large", f"more than {MAX_DOCUMENT} bytes")


def _digest(text: str) -> Content:
    """Read ``SHA-256:<hex>``, or ``SHA-256:<hex>:<file name>``. Raises `BadCall`."""
    algorithm, _, rest = text.partition(":")
    value, _, name = rest.partition(":")
    return _hashed({algorithm: value}, name or None)


# --- JSON ------------------------------------------------------------------------------------------------------------


def _of_json(body: bytes) -> Call:
    call = read_json(body, VerificationCall)
    if (call.document is None) == (call.documents is None):
        raise BadCall("document-missing", "a call has either document or documents")
    single = [SignedDocument(call.document, call.name, call.detached)] if call.document is not None else []
    documents = call.documents if call.documents is not None else single
    _count(documents, sum(len(document.detached) for document in documents))
    zoned(call.at)
    questions = [Pending(file_name(document.name), partial(_of_member, document, call)) for document in documents]
    return Call(questions, call.documents is not None, _about_signers(call))


def _of_member(document: SignedDocument, options: Options) -> DocumentQuestion:
    data = decoded(document.document, "malformed-document")
    contents = tuple(map(_given, document.detached))
    return _question(data, document.name, contents, options)


def _given(detached: DetachedContent) -> Content:
    name = file_name(detached.name)
    if (detached.content is None) == (not detached.digests):
        raise BadCall("malformed-detached", "detached content has either content or digests")
    if detached.content is not None:
        return KnownContent.of(decoded(detached.content, "malformed-detached"), name=name)
    return _hashed(detached.digests, name)


# --- both ------------------------------------------------------------------------------------------------------------


def _question(data: bytes, name: str | None, contents: tuple[Content, ...], options: Options) -> DocumentQuestion:
    scheme = Scheme(options.scheme) if options.scheme else None
    return DocumentQuestion(data, file_name(name), contents, options.at, offline=options.offline, scheme=scheme)


def _about_signers(options: Options) -> SignerQuestion:
    return SignerQuestion(options.subject, options.identity_numbers)


def _hashed(digests: Mapping[str, str], name: str | None) -> Content:
    """Return content of which only digests are known. Raises `BadCall`: a digest that is none would only look like a change."""
    values = {}
    for algorithm, text in digests.items():
        size = DIGEST_SIZES.get(algorithm)
        if size is None:
            raise BadCall("digest-unknown", f"a digest is one of {', '.join(DIGEST_SIZES)}")
        try:
            value = binascii.unhexlify(text)
        except ValueError:
            raise BadCall("malformed-digest", f"{algorithm} is written in hexadecimal") from None
        if len(value) != size:
            raise BadCall("malformed-digest", f"{algorithm} has {size} bytes, not {len(value)}")
        values[algorithm] = value
    return HashedContent(values, file_name(name))


def file_name(name: str | None) -> str | None:
    """Return a file's name as reports show it: without folders, bounded."""
    return (name or "").replace("\\", "/").rpartition("/")[2][:MAX_NAME] or None
