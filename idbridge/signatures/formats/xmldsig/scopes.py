"""What a signature covers, said so that nothing can hide beside it: elements by path, files by name, and what is left out.

The whole document is covered if its root is, with nothing left out but signatures; or, where a signature is the root, if
all that it envelops is covered.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Final

from idbridge.signatures.evidence import Scope, ScopeKind
from idbridge.signatures.formats.xmldsig.names import SIGNATURE, Element, ds, path_of, text, xades_name
from idbridge.signatures.formats.xmldsig.parsing import outside_root
from idbridge.signatures.formats.xmldsig.parts import Parts, is_countersigning
from idbridge.signatures.formats.xmldsig.references import DETACHED, Resolved, is_external

SHOWN: Final = 20
"""Places that are named of what is not covered; a reader needs one to know."""

PARTLY: Final = "a part of it, chosen by transforms"
"""What is said of a file of which transforms leave something out."""

OWN_PARTS: Final = frozenset({ds("KeyInfo"), ds("SignedInfo"), ds("SignatureProperties"), ds("SignatureProperty")})


def scopes_of(parts: Parts) -> tuple[Scope, ...]:
    """Return what the signature covers, manifests' entries among it."""
    unused = tuple(_unused_files(parts))
    in_document = (*_first(_left_out(parts)), *unused)
    of_files = (*_first(_within_signature(parts, parts.element)), *unused)
    found = [scope for resolved in parts.data_references for scope in _scopes(resolved, in_document, of_files)]
    found += [_file(resolved, of_files) for resolved in parts.manifest_entries if is_external(resolved.element)]
    return tuple(dict.fromkeys(found))


def _first(places: Iterator[str]) -> Iterator[str]:
    """Take the first places, each once: the same one may be found as an object's child and as what is foreign to it."""
    return iter(dict.fromkeys(islice(places, SHOWN)))


def _scopes(resolved: Resolved, left_out: tuple[str, ...], of_files: tuple[str, ...]) -> Iterator[Scope]:
    if is_external(resolved.element):
        yield _file(resolved, of_files)
    selection = resolved.selection
    for apex in selection.apexes if selection is not None and resolved.reference.computed is not None else ():
        if is_countersigning(resolved):
            yield Scope(ScopeKind.SIGNATURE, path_of(apex), whole_document=False)
        elif apex.tag == ds("Manifest"):
            yield Scope(ScopeKind.MANIFEST, path_of(apex), whole_document=False)
        elif apex.tag not in OWN_PARTS and not xades_name(apex):
            whole = not left_out and not (resolved.transformed is not None and resolved.transformed.partial)
            yield Scope(ScopeKind.ELEMENT, path_of(apex), whole, left_out, resolved.reference.how)


def _file(resolved: Resolved, left_out: tuple[str, ...]) -> Scope:
    partial = resolved.transformed is not None and resolved.transformed.partial
    whole = resolved.reference.computed is not None and not partial and not left_out
    return Scope(ScopeKind.FILE, resolved.reference.name, whole, left_out, PARTLY if partial else "")


def _unused_files(parts: Parts) -> Iterator[str]:
    """Files that were given but that nothing refers to."""
    used = {id(resolved.content) for resolved in (*parts.references, *parts.manifest_entries) if resolved.content is not None}
    unused = (content for content in parts.source.detached if used and id(content) not in used)
    yield from islice((content.name or DETACHED for content in unused), SHOWN)


def _left_out(parts: Parts) -> Iterator[str]:
    root = parts.source.tree.root
    over_root = [r for r in parts.references if r.selection is not None and any(a is root for a in r.selection.apexes)]
    if over_root:
        yield from _holes(parts, over_root[0])
    elif root is parts.element:
        yield from _within_signature(parts, root)
    elif any(resolved.selection is not None for resolved in parts.data_references):
        yield from _beside(parts, root)


def _holes(parts: Parts, resolved: Resolved) -> Iterator[str]:
    """What a reference to the root leaves out: signatures may be, if they envelop nothing else."""
    selection = resolved.selection
    if resolved.transformed is not None and resolved.transformed.partial:
        yield "what the transforms drop"
    if selection is not None and not selection.document and outside_root(parts.source.tree.root):
        yield "processing instructions beside the root element"
    for hole in selection.excluded if selection is not None else ():
        if hole.tag == SIGNATURE:
            yield from _within_signature(parts, hole)
        elif not parts.cover(hole):
            yield path_of(hole)


def _within_signature(parts: Parts, signature: Element) -> Iterator[str]:
    """Content in *signature* that is not covered: only what signatures are made of may be left out."""
    if any(part and part.strip() for part in (signature.text, *(child.tail for child in signature))):
        yield f"{path_of(signature)}/text()"
    yield from (path_of(element) for element in parts.source.foreign_in(signature) if not parts.cover(element))
    for holder in signature.iterchildren(ds("Object")):
        if parts.cover(holder):
            continue
        children = [child for child in holder if isinstance(child.tag, str)]
        loose = (holder.text, *(child.tail for child in holder))
        if any(part and part.strip() for part in loose) or (not children and text(holder)):
            yield path_of(holder)
        yield from (
            path_of(child) for child in children if xades_name(child) != "QualifyingProperties" and not parts.cover(child)
        )


def _beside(parts: Parts, element: Element) -> Iterator[str]:
    """The largest elements that are not covered, from *element* down; the root itself is one, by its tag."""
    yield f"{path_of(element)} itself"
    inside = {a for r in parts.references if r.selection for apex in r.selection.apexes for a in apex.iterancestors()}
    level = [element]
    while level:
        current = level.pop()
        for child in current.iterchildren("*"):
            if child.tag == SIGNATURE:
                yield from _within_signature(parts, child)
            elif child in inside:
                level.append(child)
            elif not parts.cover(child):
                yield path_of(child)
