"""Counter-signatures: over the value of another signature, and within it (EN 319 132-1 clause 5.2.7)."""

from __future__ import annotations

from idbridge.signatures.formats.limits import LIMITS, Limits
from idbridge.signatures.formats.xmldsig.canonical import EXCLUSIVE
from idbridge.signatures.formats.xmldsig.names import COUNTERSIGNED_TYPE, SIGNATURE, Element, ds
from idbridge.signatures.formats.xmldsig.parsing import Tree
from idbridge.signatures.making.steps import Making, Signatory, Statement
from idbridge.signatures.making.xades.bystanders import Bystanders
from idbridge.signatures.making.xades.markup import add, read_tree, written, xades
from idbridge.signatures.making.xades.packaging import Place, PlannedReference
from idbridge.signatures.making.xades.signed_properties import Signed
from idbridge.signatures.making.xades.signing import write_signature
from idbridge.signatures.making.xades.unsigned import unsigned_properties
from idbridge.signatures.refusals import BadRequest


def countersign(
    document: bytes, signatory: Signatory, statement: Statement, *, of: str | None = None, limits: Limits = LIMITS
) -> Making:
    """Counter-sign the signature with the Id *of*, or the only one: yields a wish, returns the document.

    :raises BadRequest: there is no such signature, or none that can be referred to.
    :raises FormatRefusal: the document is beyond *limits*.
    """
    tree = read_tree(document, limits)
    signature = _signature(tree, of)
    value = signature.find(ds("SignatureValue"))
    if value is None or not value.get("Id"):
        raise BadRequest("the signature's value has no Id, which a counter-signature refers to")
    bystanders = Bystanders.of(tree, (), limits)
    host = add(unsigned_properties(signature), xades("CounterSignature"))
    reference = PlannedReference(f"#{value.get('Id')}", (EXCLUSIVE,), type=COUNTERSIGNED_TYPE)
    yield from write_signature(Place(tree, host, (reference,)), Signed(signatory, statement), limits)
    bystanders.check(tree)
    return written(tree)


def _signature(tree: Tree, identifier: str | None) -> Element:
    found = [element for element in tree.root.iter(SIGNATURE) if identifier is None or element.get("Id") == identifier]
    if len(found) != 1:
        raise BadRequest(
            f"{len(found)} signatures{f' with the Id {identifier[:200]!r}' if identifier else ''}, one is asked for"
        )
    return found[0]
