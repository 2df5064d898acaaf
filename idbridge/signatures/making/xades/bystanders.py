"""The signatures that a document has already: whatever is added, what held of them holds still.

A signature may cover another with all that is in it; then nothing can be added to that one, or beside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from idbridge.signatures.contents import Content
from idbridge.signatures.evidence import EvidenceId
from idbridge.signatures.formats.limits import Limits
from idbridge.signatures.formats.xmldsig.canonical import canonical_element
from idbridge.signatures.formats.xmldsig.names import SIGNATURE, Element, ds
from idbridge.signatures.formats.xmldsig.parsing import WORK_FACTOR, Tree
from idbridge.signatures.formats.xmldsig.parts import take_apart
from idbridge.signatures.formats.xmldsig.references import Source
from idbridge.signatures.making.refusals import MakingRefusal, MakingRefused
from idbridge.signatures.making.xades.markup import CANONICAL

Digests = tuple[bytes | None, ...]


@dataclass(frozen=True, slots=True)
class Bystanders:
    """What the signatures of a document came to before something was added to it."""

    found: tuple[tuple[Element, Digests, bytes], ...]
    detached: tuple[Content, ...]
    limits: Limits

    @staticmethod
    def of(tree: Tree, detached: tuple[Content, ...], limits: Limits) -> Bystanders:
        """Look at all signatures in *tree*.

        :raises FormatRefusal: they are beyond *limits*.
        """
        return Bystanders(tuple(_looked_at(tree, detached, limits)), detached, limits)

    def check(self, tree: Tree) -> None:
        """Refuse the document that *tree* has become, if a signature covers something else now than before.

        :raises MakingRefused: one does.
        """
        now = {element: (digests, value) for element, digests, value in _looked_at(tree, self.detached, self.limits)}
        for element, digests, value in self.found:
            if now.get(element) != (digests, value):
                name = element.get("Id") or "a signature"
                raise MakingRefused(MakingRefusal.ARCHIVED, f"{name[:200]} covers what would be added: it would no longer hold")


def _looked_at(tree: Tree, detached: tuple[Content, ...], limits: Limits) -> Iterator[tuple[Element, Digests, bytes]]:
    # as if it were read anew: with identifiers as they are now, and the work that a verifier allows
    source = Source(replace(tree, _identifiers=None, work=max(limits.xml_work, WORK_FACTOR * tree.size)), detached, limits)
    for element in tree.root.iter(SIGNATURE):
        info = element.find(ds("SignedInfo"))
        if info is None or not element.findtext(ds("SignatureValue")):
            continue
        parts = take_apart(EvidenceId("S"), element, source)
        digests = tuple(resolved.reference.computed for resolved in (*parts.references, *parts.manifest_entries))
        yield element, digests, canonical_element(source.tree, info, CANONICAL)
