"""Where a signature stands towards what it signs: within it, around it, or beside it (XML-DSig clause 2, EN 319 132-1)."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote

from idbridge.signatures.contents import Content
from idbridge.signatures.formats.limits import Limits
from idbridge.signatures.formats.xmldsig.canonical import EXCLUSIVE
from idbridge.signatures.formats.xmldsig.names import DS, SIGNATURE, Element, ds
from idbridge.signatures.formats.xmldsig.parsing import XML_SIZE, Tree
from idbridge.signatures.formats.xmldsig.transforms import BASE64, ENVELOPED, XPATH
from idbridge.signatures.making.files import SignedFile, check_files
from idbridge.signatures.making.refusals import MakingRefusal, MakingRefused
from idbridge.signatures.making.xades.markup import add, bare_signature, read_tree

_OBJECT_TYPE: Final = DS + "Object"


@dataclass(frozen=True, slots=True)
class Enveloped:
    """A signature within the XML *document*, over all of it, or over the one element whose `Id` is *element*.

    One that is *shared* leaves other signatures out of what it covers, so that more can be put into the document and
    augmented; a signature put beside another is so in any case.
    """

    document: bytes = field(repr=False)
    element: str | None = None
    shared: bool = False
    media_type: str = "text/xml"


@dataclass(frozen=True, slots=True)
class Enveloping:
    """A signature that holds *files*, in base64, so that their octets come out as they went in."""

    files: tuple[SignedFile, ...]


@dataclass(frozen=True, slots=True)
class Detached:
    """A signature that refers to *files* by name; their digests suffice."""

    files: tuple[SignedFile, ...]


Packaging = Enveloped | Enveloping | Detached


@dataclass(frozen=True, slots=True)
class PlannedReference:
    """A ds:Reference to be: its digest is taken when all stands in its place."""

    uri: str
    transforms: tuple[str, ...] = ()
    media_type: str | None = None
    type: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a signature is to stand: within *host*, or, where that is None, as the root of *tree*."""

    tree: Tree
    host: Element | None
    references: tuple[PlannedReference, ...]
    detached: tuple[Content, ...] = ()
    objects: tuple[SignedFile, ...] = ()


def place_of(packaging: Packaging, limits: Limits) -> Place:
    """Find the place for a signature.

    :raises MakingRefused: there is nothing to sign, or nothing that a verifier would find again.
    :raises FormatRefusal: the document is beyond *limits*.
    """
    match packaging:
        case Enveloped():
            return _within(packaging, limits)
        case Enveloping(files):
            return _around(files, limits)
        case Detached(files):
            return beside(bare_signature(limits), None, files)


def beside(tree: Tree, host: Element | None, files: tuple[SignedFile, ...]) -> Place:
    """Return the place of a detached signature over *files*, as a child of *host* or as the root.

    :raises MakingRefused: a verifier could not tell the files apart.
    """
    check_files(files)
    references = tuple(PlannedReference(quote(file.name), media_type=file.media_type) for file in files)
    return Place(tree, host, references, tuple(file.content for file in files))


def _within(packaging: Enveloped, limits: Limits) -> Place:
    tree = read_tree(packaging.document, limits)
    root = tree.root
    if root.tag == SIGNATURE:
        raise MakingRefused(
            MakingRefusal.FORMAT, "the document is itself a signature: what it holds can be signed beside it, not within"
        )
    shared = packaging.shared or next(root.iter(SIGNATURE), None) is not None
    steps: tuple[str, ...] = (XPATH, EXCLUSIVE) if shared else (ENVELOPED, EXCLUSIVE)
    if packaging.element is None:
        return Place(tree, root, (PlannedReference("", steps, packaging.media_type),))
    found = tree.identifiers.get(packaging.element, ())
    if len(found) != 1:
        detail = f"{'several elements have' if found else 'nothing in the document has'} the Id {packaging.element[:200]!r}"
        raise MakingRefused(MakingRefusal.FORMAT, detail)
    if found[0] is not root and not shared:
        steps = (EXCLUSIVE,)
    return Place(tree, root, (PlannedReference(f"#{packaging.element}", steps, packaging.media_type),))


def _around(files: tuple[SignedFile, ...], limits: Limits) -> Place:
    check_files(files)
    if sum(_size(file) for file in files) * 4 > XML_SIZE * 3:
        raise MakingRefused(MakingRefusal.FORMAT, "more than fits into a signature; large files are signed detached")
    references = tuple(
        PlannedReference(f"#object-{number}", (BASE64,), file.media_type, _OBJECT_TYPE) for number, file in enumerate(files, 1)
    )
    return Place(bare_signature(limits), None, references, objects=files)


def _size(file: SignedFile) -> int:
    if file.content.pieces is None:
        raise MakingRefused(MakingRefusal.CONTENT_MISSING, "a digest alone cannot be put into a signature")
    return sum(map(len, file.content.pieces))


def write_objects(signature: Element, files: tuple[SignedFile, ...]) -> None:
    """Append what a signature holds, as ds:Object elements (XML-DSig clause 4.5)."""
    for number, file in enumerate(files, 1):
        octets = base64.b64encode(b"".join(file.content.pieces or ())).decode("ascii")
        attributes = {"Id": f"object-{number}", "MimeType": file.media_type, "Encoding": BASE64}
        add(signature, ds("Object"), octets, **attributes)
