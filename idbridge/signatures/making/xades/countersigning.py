"""Counter-signatures: over the value of another signature, and within it (EN 319 132-1 clause 5.2.7)."""

from __future__ import annotations

from idbridge.signatures.formats.limits import LIMITS, Limits
from idbridge.signatures.formats.xmldsig.canonical import EXCLUSIVE
from idbridge.signatures.formats.xmldsig.names import COUNTERSIGNED_TYPE, Element, ds
from idbridge.signatures.formats.xmldsig.parsing import Tree
from idbridge.signatures.making.refusals import MakingRefusal, MakingRefused
from idbridge.signatures.making.steps import Making, Signatory, Statement
from idbridge.signatures.making.translation import as_making_refusals
from idbridge.signatures.making.xades.bystanders import Bystanders
from idbridge.signatures.making.xades.markup import add, read_tree, written, xades
from idbridge.signatures.making.xades.packaging import Place, PlannedReference
from idbridge.signatures.making.xades.signing import write_signature
from idbridge.signatures.making.xades.unsigned import outer_signatures, unsigned_properties


def counter_sign_xades(
    document: bytes, number: int, signatory: Signatory, statement: Statement, *, limits: Limits = LIMITS
) -> Making:
    """Counter-sign the signature with that *number*, from 1, of those that are in no other: returns the document.

    :raises MakingRefused: there is no such signature, or none that can be referred to.
    """
    with as_making_refusals():
        tree = read_tree(document, limits)
        signature = _signature(tree, number)
        value = signature.find(ds("SignatureValue"))
        if value is None or not value.get("Id"):
            raise MakingRefused(MakingRefusal.FORMAT, "the signature's value has no Id, which a counter-signature refers to")
        bystanders = Bystanders.of(tree, (), limits)
        host = add(unsigned_properties(signature), xades("CounterSignature"))
        reference = PlannedReference(f"#{value.get('Id')}", (EXCLUSIVE,), type=COUNTERSIGNED_TYPE)
        yield from write_signature(Place(tree, host, (reference,)), signatory, statement, limits)
        bystanders.check(tree)
        return written(tree)


def _signature(tree: Tree, number: int) -> Element:
    found = list(outer_signatures(tree.root))
    if not 0 < number <= len(found):
        raise MakingRefused(MakingRefusal.FORMAT, f"there is no signature {number} among {len(found)}")
    return found[number - 1]
