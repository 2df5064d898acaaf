"""ds:Reference: what it leads to, what is digested of that, and whether the digest is as stated.

Same-document references lead to an element by an identifier that must occur once, or to the whole document; all others to
detached content that the caller has, by name. Nothing is fetched, whatever the URI.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Final
from urllib.parse import unquote

from idbridge.signatures.algorithms import XML_DIGESTS
from idbridge.signatures.contents import Content, KnownContent, digest
from idbridge.signatures.evidence import Fault, Reference, ReferenceKind
from idbridge.signatures.formats.limits import Limits
from idbridge.signatures.formats.xmldsig.canonical import Method, Selection
from idbridge.signatures.formats.xmldsig.names import SIGNATURE, VOCABULARIES, Element, binary, ds, local_name
from idbridge.signatures.formats.xmldsig.parsing import Tree
from idbridge.signatures.formats.xmldsig.transforms import NotTransformableError, Transformed, transform, transforms_of

DETACHED: Final = "detached content"

TRANSFORM_STEPS: Final = 4
"""Of `Tree.work`, for each octet of a file that is parsed and canonicalized once more (measured)."""

_XPOINTER_ID: Final = re.compile(r"#xpointer\(id\((?:'([^']*)'|\"([^\"]*)\")\)\)")


@dataclass(frozen=True, slots=True)
class Source:
    """Where references of one document lead: its tree, and the content beside it.

    `strict_names`: only content of the very name will do, as within a container, where names are part of what is signed.
    """

    tree: Tree
    detached: tuple[Content, ...]
    limits: Limits
    strict_names: bool = False
    _names: dict[str, Content] = field(default_factory=dict, init=False, repr=False, compare=False)
    _last_names: dict[str, Content] = field(default_factory=dict, init=False, repr=False, compare=False)
    _transformed: set[int] = field(default_factory=set, init=False, repr=False, compare=False)
    _foreign: dict[Element, tuple[Element, ...]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        for content in self.detached:
            if content.name:
                self._names.setdefault(content.name, content)
                self._last_names.setdefault(PurePosixPath(content.name).name, content)

    def named(self, uri: str, *, by_last: bool = False) -> Content | None:
        """Return the content called as *uri* says, or whose name ends as it does."""
        wanted = unquote(uri)
        if by_last:
            return self._last_names.get(PurePosixPath(wanted).name)
        return self._names.get(uri) or self._names.get(wanted)

    def octets_of(self, content: Content) -> bytes | None:
        """Return *content* to be transformed, None if only digests of it are known.

        :raises FormatRefusal: it was, too many times: each time it is read anew.
        """
        pieces = content.pieces
        if pieces is None:
            return None
        if id(content) in self._transformed:
            self.tree.spend(octets=TRANSFORM_STEPS * sum(map(len, pieces)))
        self._transformed.add(id(content))
        return b"".join(pieces)

    def foreign_in(self, signature: Element) -> tuple[Element, ...]:
        """Return what in a ds:Signature is of no vocabulary that signatures are written in: the outermost elements."""
        if signature not in self._foreign:
            known = (*signature.iter("*"),)
            self._foreign[signature] = tuple(e for e in known if _is_foreign(e) and not _is_foreign(e.getparent()))
        return self._foreign[signature]


def _is_foreign(element: Element | None) -> bool:
    return element is not None and str(element.tag)[1:].rpartition("}")[0] not in VOCABULARIES


@dataclass(frozen=True, slots=True)
class Resolved:
    """A ds:Reference with what it led to: `transformed` nodes or octets, or whole `content`; neither, if nothing was found."""

    element: Element
    reference: Reference
    transformed: Transformed | None = None
    content: Content | None = None
    faults: tuple[Fault, ...] = ()

    @property
    def type(self) -> str:
        """The stated Type, which says what it means to refer to."""
        return self.element.get("Type", "")

    @property
    def selection(self) -> Selection | None:
        """What of the signature's own document is digested."""
        return self.transformed.selection if self.transformed is not None else None

    def covers(self, element: Element) -> bool:
        """Tell whether the digested octets hold the whole subtree of *element*, as it stands."""
        selection = self.selection
        if selection is None or self.transformed is None or self.transformed.partial:
            return False
        return selection.holds_all_of(element)

    def octets(self, method: Method) -> Content | None:
        """Return what the reference leads to as a timestamp takes it: by *method*, where it is nodes yet."""
        if self.transformed is None:
            return self.content
        try:
            return KnownContent.of(self.transformed.canonical(method))
        except NotTransformableError:
            return None


def resolve(element: Element, source: Source, kind: ReferenceKind, externals: int = 1) -> Resolved:
    """Read one ds:Reference. *externals* is how many in its group lead out of the document.

    :raises FormatRefusal: it is beyond the limits.
    """
    uri, stated = element.get("URI"), _stated(element)
    steps = transforms_of(element, source.limits)
    place = _Place(element, kind, uri if uri is not None else DETACHED, stated)
    try:
        if uri is not None and not is_external(element):
            return place.digested(transform(_same_document(uri, source.tree), steps, source.limits))
        return _of_content(place, _named(uri, source, externals), steps, source)
    except NotTransformableError as error:
        reference = Reference(kind, place.name, *stated, computed=None, missing=str(error), how=_listed(steps))
        return Resolved(element, reference, faults=(error.fault,) if error.fault else ())


@dataclass(frozen=True, slots=True)
class _Place:
    """A reference before what it leads to is known: its element, kind and name, and the digest it states."""

    element: Element
    kind: ReferenceKind
    name: str
    stated: tuple[str, bytes]

    def digested(self, transformed: Transformed, content: Content | None = None) -> Resolved:
        """Return it with the digest of what came out of its transforms."""
        computed = digest(self.stated[0], transformed.digested)
        missing = None if computed is not None else f"the digest algorithm {self.stated[0] or '(none)'} is not known"
        name = (content.name if content is not None else None) or self.name or "/"
        reference = Reference(self.kind, name, *self.stated, computed=computed, missing=missing, how=transformed.how)
        return Resolved(self.element, reference, transformed, content)

    def untransformed(self, content: Content) -> Resolved:
        """Return it with the digest of *content*, of which no more may be known."""
        computed = content.digest(self.stated[0])
        missing = None if computed is not None else f"its digest by {self.stated[0] or 'no algorithm'} is not known"
        reference = Reference(self.kind, content.name or self.name, *self.stated, computed=computed, missing=missing)
        return Resolved(self.element, reference, content=content)


def _of_content(place: _Place, content: Content | None, steps: tuple[Element, ...], source: Source) -> Resolved:
    if content is None:
        raise NotTransformableError("the content is not in the document and was not given")
    if not steps:
        return place.untransformed(content)
    octets = source.octets_of(content)
    if octets is None:
        raise NotTransformableError("its transforms need the content itself, not its digest")
    return place.digested(transform(octets, steps, source.limits), content)


def _stated(element: Element) -> tuple[str, bytes]:
    method, value = element.find(ds("DigestMethod")), element.find(ds("DigestValue"))
    uri = method.get("Algorithm", "") if method is not None else ""
    return XML_DIGESTS.get(uri, uri[:200]), binary(value) or b""


def _listed(steps: Iterable[Element]) -> str:
    return ", ".join(step.get("Algorithm", "")[:200].rpartition("/")[2] for step in steps)


def _same_document(uri: str, tree: Tree) -> Selection:
    """XML-DSig clause 4.4.3.3: without fragment, or by a bare name, comments are not selected; by XPointer they are."""
    if not uri:
        return Selection(tree, (tree.root,), document=True)
    if uri == "#xpointer(/)":
        return Selection(tree, (tree.root,), document=True, comments=True)
    by_pointer = _XPOINTER_ID.fullmatch(uri)
    identifier = (by_pointer[1] or by_pointer[2] or "") if by_pointer else uri[1:]
    found = tree.identifiers.get(identifier) or tree.identifiers.get(unquote(identifier), ())
    if not found:
        raise NotTransformableError(f"nothing in the document has the identifier {identifier[:200]!r}")
    if len(found) > 1:
        detail = f"several elements have the identifier {identifier[:200]!r}"
        raise NotTransformableError(detail, Fault("identifier-doubled", detail, fatal=True))
    if str(found[0].tag) in _PLACES and _parent_tag(found[0]) != _PLACES[str(found[0].tag)]:
        raise NotTransformableError(f"the {local_name(found[0])} {identifier[:200]!r} stands where no signature has one")
    return Selection(tree, found, comments=by_pointer is not None)


_PLACES: Final = {ds("Object"): SIGNATURE, ds("Manifest"): ds("Object"), ds("SignatureProperties"): ds("Object")}
"""Where the schema has what signatures envelop (XML-DSig clauses 4.6 and 5). Elsewhere nobody looks for it: it was moved."""


def _parent_tag(element: Element) -> str:
    """The tag of what *element* is in; empty if that, in turn, is not where the schema has it."""
    parent = element.getparent()
    if parent is None or (parent.tag == ds("Object") and _parent_tag(parent) != SIGNATURE):
        return ""
    return str(parent.tag)


def _named(uri: str | None, source: Source, externals: int) -> Content | None:
    """The content of the name; or what there is, if there is one content and one reference: files are renamed."""
    content = source.named(uri) if uri else None
    if content is not None or source.strict_names:
        return content
    if uri and (content := source.named(uri, by_last=True)) is not None:
        return content
    if externals == 1 and len(source.detached) == 1:
        return source.detached[0]
    unnamed = [content for content in source.detached if content.name is None]
    return unnamed[0] if len(unnamed) == 1 and uri is None else None


def is_external(element: Element) -> bool:
    """Tell whether a ds:Reference leads out of the document."""
    uri = element.get("URI")
    return uri is None or (bool(uri) and not uri.startswith("#"))


def manifests_in(resolved: Resolved) -> list[Element]:
    """Return the manifests that *resolved* covers: the ds:Manifest itself, or those of a ds:Object (XML-DSig clause 5.1)."""
    selection = resolved.selection
    apex = selection.apexes[0] if selection is not None and len(selection.apexes) == 1 else None
    if apex is None:
        return []
    found = [apex] if apex.tag == ds("Manifest") else []
    if apex.tag == ds("Object"):
        found = list(apex.iterchildren(ds("Manifest")))
    return [manifest for manifest in found if resolved.covers(manifest)]
