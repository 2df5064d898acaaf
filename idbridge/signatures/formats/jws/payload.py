"""What a JWS signs: its payload, the content beside it, or the objects that `sigD` refers to (TS 119 182-1 clause 5.2.8)."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Final
from urllib.parse import unquote

from idbridge.signatures.contents import HASHLIB_NAMES, Buffer, Content, HashedContent, KnownContent
from idbridge.signatures.evidence import Fault, MessageDigest, Reference, ReferenceKind, Scope, ScopeKind
from idbridge.signatures.formats.jws.serialization import Written
from idbridge.signatures.formats.jws.values import (
    Object,
    as_list,
    as_object,
    digest_name,
    digest_octets,
    from_base64url,
    shown,
    to_base64url,
)
from idbridge.signatures.formats.limits import Limits
from idbridge.signatures.refusals import FormatRefusal, Refusal

BY_URI: Final = "http://uri.etsi.org/19182/ObjectIdByURI"
BY_URI_HASH: Final = "http://uri.etsi.org/19182/ObjectIdByURIHash"
HTTP_HEADERS: Final = "http://uri.etsi.org/19182/HttpHeaders"
"""The mechanisms of sigD (clauses 5.2.8.2 and 5.2.8.3)."""

EMBEDDED: Final = "payload"
DETACHED: Final = "detached content"

WHOLE_LIMIT: Final = 1 << 20
"""Octets of content that are put together in memory for each signature; of more, only the digest is verified."""

HELD_LIMIT: Final = 1 << 28
"""Octets that are put together for all signatures of one document, since EdDSA and SM2 do not allow a digest."""

_CHUNK: Final = 3 << 18  # a multiple of three, so that pieces of base64url join without padding


@dataclass(frozen=True, slots=True)
class Payload:
    """What is signed. `pieces` are readings of the payload as it stands in the signing input; none, if it is not at hand.

    `data` likewise, as content timestamps and archive timestamps take it (clauses 5.2.6 and 5.3.6.3).
    """

    pieces: tuple[tuple[Buffer, ...], ...] = field(default=(), repr=False)
    encoded: bool = False
    data: tuple[tuple[Buffer, ...], ...] = field(default=(), repr=False)
    references: tuple[Reference, ...] = ()
    scope: tuple[Scope, ...] = ()
    faults: tuple[Fault, ...] = ()

    def messages(self, protected: bytes, hashed_by: str) -> tuple[bytes, ...] | MessageDigest:
        """Return the signing input (RFC 7515 clause 5.1, RFC 7797 clause 3): whole, or as its digest where it is large."""
        large = any(sum(map(len, reading)) > WHOLE_LIMIT for reading in self.pieces)
        if large and hashed_by in HASHLIB_NAMES and len(self.pieces) == 1:
            return MessageDigest(hashed_by, self._digested(protected, HASHLIB_NAMES[hashed_by]))
        return tuple(b"".join((protected, b".", *self._written(reading))) for reading in self.pieces)

    def _written(self, pieces: Iterable[Buffer]) -> Iterator[Buffer]:
        return base64url_pieces(pieces) if self.encoded else iter(pieces)

    def _digested(self, protected: bytes, name: str) -> bytes:
        state = hashlib.new(name, protected + b".", usedforsecurity=False)
        for piece in self._written(self.pieces[0]):
            state.update(piece)
        return state.digest()


def base64url_pieces(pieces: Iterable[Buffer]) -> Iterator[bytes]:
    """Return *pieces*, one after the other, in base64url, a piece at a time: a large file is never copied as a whole."""
    rest = b""
    for piece in pieces:
        view = memoryview(piece)
        for start in range(0, len(view), _CHUNK):
            octets = rest + bytes(view[start : start + _CHUNK])
            whole = len(octets) - len(octets) % 3
            rest = octets[whole:]
            yield base64.urlsafe_b64encode(octets[:whole])
    yield to_base64url(rest)


def read_payload(written: Written, detached: tuple[Content, ...], name: str | None, limits: Limits) -> Payload:
    """Find what *written* signs, in it or among *detached*.

    :raises FormatRefusal: it refers to more objects than *limits* allow.
    """
    encoded = written.protected.get("b64", True) is not False
    stated = written.protected.get("sigD")
    if stated is not None and written.payload:
        fault = Fault("sig-d-with-payload", "a payload stands beside the references to what is signed", fatal=True)
        return _embedded(written, detached, name, encoded=encoded, faults=(fault,))  # clause 5.2.8.1
    if stated is not None:
        return _referred(as_object(stated), detached, limits, encoded=encoded)
    if written.payload is not None:
        return _embedded(written, detached, name, encoded=encoded)
    return _detached(detached, encoded=encoded)


def _embedded(
    written: Written, detached: tuple[Content, ...], name: str | None, *, encoded: bool, faults: tuple[Fault, ...] = ()
) -> Payload:
    octets = written.payload or b""
    content = from_base64url(octets) if encoded else octets
    if content is None:
        faults = (*faults, Fault("jws-payload-malformed", "the payload is not base64url", fatal=True))
    elif detached and not any(_may_be_same(given, content) for given in detached):
        detail = "the signature is over its own content, not over what was given"
        faults = (*faults, Fault("detached-content-differs", detail, fatal=True))
    scope = (Scope(ScopeKind.FILE, name or EMBEDDED, whole_document=True, detail="the payload within the signature"),)
    return Payload(((octets,),), False, ((octets,),), scope=scope, faults=faults)


def _may_be_same(given: Content, own: bytes) -> bool:
    for algorithm in ("SHA-512", "SHA-384", "SHA-256", "SM3"):
        if (known := given.digest(algorithm)) is not None:
            return known == KnownContent.of(own).digest(algorithm)
    return True


def _detached(detached: tuple[Content, ...], *, encoded: bool) -> Payload:
    """RFC 7515 appendix F: the content stands elsewhere. Digests of it do not help: the signing input is more than it."""
    content = detached[0] if detached else None
    others = tuple(given.name or DETACHED for given in detached[1:])
    shown_name = (content.name if content is not None else None) or DETACHED
    scope = (Scope(ScopeKind.FILE, shown_name, whole_document=content is not None and not others, not_covered=others),)
    if content is None or content.pieces is None:
        return Payload(scope=scope)
    return Payload((content.pieces,), encoded, (_timed((content,), encoded=encoded),), scope=scope)


def _timed(contents: tuple[Content, ...], *, encoded: bool) -> tuple[Buffer, ...]:
    """Each object in base64url by itself, unless `b64` is false (clause 5.3.6.3)."""
    pieces = (content.pieces or () for content in contents)
    return tuple(p for one in pieces for p in (base64url_pieces(one) if encoded else one))


def _referred(stated: Object, detached: tuple[Content, ...], limits: Limits, *, encoded: bool) -> Payload:
    names = [shown(name) for name in as_list(stated.get("pars"))]
    if len(names) > limits.references:
        raise FormatRefusal(Refusal.TOO_MANY_ENTRIES, f"sigD refers to more than {limits.references} objects")
    contents = tuple(_named(names, detached))
    scope = _scope(names, contents, detached)
    faults = () if names else (Fault("sig-d-malformed", "sigD refers to nothing", fatal=True),)
    mechanism = shown(stated.get("mId"))
    if mechanism == BY_URI:
        return _by_uri(names, contents, scope, faults, encoded=encoded)
    if mechanism == BY_URI_HASH:
        return _by_hash(stated, contents, scope, faults, encoded=encoded)
    if mechanism == HTTP_HEADERS:
        detail = "the header fields of the HTTP message are not at hand"
        return Payload(references=(_absent(HTTP_HEADERS, detail),), faults=(Fault("sig-d-http-headers", detail),))
    detail = f"the mechanism {mechanism[:200]!r} is not known"
    return Payload(references=(_absent("sigD", detail),), faults=(Fault("sig-d-unknown", detail, fatal=True),))


def _absent(name: str, missing: str) -> Reference:
    return Reference(ReferenceKind.SIGNED_DETACHED, name, "", b"", None, missing)


def _named(names: list[str], detached: tuple[Content, ...]) -> Iterator[Content | None]:
    """Find each object by its name, or by the last step of its URI; the only one given will do for the only one asked for."""
    whole: dict[str, Content] = {}
    ending: dict[str, Content] = {}
    for content in detached:
        if content.name:
            whole.setdefault(content.name, content)
            ending.setdefault(PurePosixPath(content.name).name, content)
    alone = detached[0] if len(names) == len(detached) == 1 else None
    for name in names:
        wanted = unquote(name)
        yield whole.get(name, whole.get(wanted, ending.get(PurePosixPath(wanted).name, alone)))


def _scope(names: list[str], contents: tuple[Content | None, ...], detached: tuple[Content, ...]) -> tuple[Scope, ...]:
    used = {id(content) for content in contents}
    others = tuple(given.name or DETACHED for given in detached if id(given) not in used)
    return tuple(
        Scope(ScopeKind.FILE, name, whole_document=content is not None and not others, not_covered=others)
        for name, content in zip(names, contents, strict=True)
    )


def _by_uri(
    names: list[str],
    contents: tuple[Content | None, ...],
    scope: tuple[Scope, ...],
    faults: tuple[Fault, ...],
    *,
    encoded: bool,
) -> Payload:
    """Clause 5.2.8.3.2: the payload is all objects, one after the other. The value itself is over them: no digest is stated."""
    found = tuple(content for content in contents if content is not None and content.pieces is not None)
    if len(found) != len(names) or not found:
        missing = [name for name, c in zip(names, contents, strict=True) if c is None or c.pieces is None]
        absent = tuple(_absent(name, "the object was not given") for name in missing)
        return Payload(references=absent, scope=scope, faults=faults)
    joined = tuple(piece for content in found for piece in content.pieces or ())
    if len(found) > 1:
        detail = "the objects are signed one after the other: where one ends and the next begins is not"
        faults = (*faults, Fault("sig-d-boundaries", detail))
    return Payload((joined,), encoded, (_timed(found, encoded=encoded),), scope=scope, faults=faults)


def _by_hash(
    stated: Object, contents: tuple[Content | None, ...], scope: tuple[Scope, ...], faults: tuple[Fault, ...], *, encoded: bool
) -> Payload:
    """Clause 5.2.8.3.3: the payload is empty, and sigD has a digest of each object."""
    algorithm = digest_name(stated.get("hashM"))
    values = [digest_octets(value) for value in as_list(stated.get("hashV"))]
    if len(values) != len(scope):
        detail = f"{len(values)} digests of {len(scope)} objects"
        faults = (*faults, Fault("sig-d-malformed", detail, fatal=True))
        values = [*values, *(b"" for _ in scope)][: len(scope)]
    references = tuple(
        _reference(one.name, algorithm, value, content, encoded=encoded)
        for one, value, content in zip(scope, values, contents, strict=True)
    )
    known = tuple(content for content in contents if content is not None and content.pieces is not None)
    data = (_timed(known, encoded=encoded),) if len(known) == len(contents) else ()
    return Payload(((),), False, data, references, scope, faults)


def _reference(name: str, algorithm: str, expected: bytes, content: Content | None, *, encoded: bool) -> Reference:
    """The digest is of the object in base64url unless `b64` is false; some take it of the object as it is."""
    kind = ReferenceKind.SIGNED_DETACHED
    if content is None:
        return Reference(kind, name, algorithm, expected, None, "the object was not given")
    plain = content.digest(algorithm)
    if not encoded or (plain is not None and plain == expected):
        missing = None if plain is not None else f"its digest by {algorithm or 'no algorithm'} is not known"
        return Reference(kind, name, algorithm, expected, plain, missing)
    if content.pieces is None:
        return Reference(kind, name, algorithm, expected, None, "the object itself is needed, not its digest")
    how = "in base64url"
    computed = _digest_of_base64url(content, algorithm)
    missing = None if computed is not None else f"the digest algorithm {algorithm or '(none)'} is not known"
    return Reference(kind, name, algorithm, expected, computed, missing, how)


def _digest_of_base64url(content: Content, algorithm: str) -> bytes | None:
    if isinstance(content, HashedContent) or content.pieces is None:
        return None
    return KnownContent(tuple(base64url_pieces(content.pieces))).digest(algorithm)
