"""Evidence records in XML (RFC 6283 clauses 2.1 and 3.1)."""

from __future__ import annotations

from typing import Final

from idbridge.signatures.algorithms import XML_DIGESTS
from idbridge.signatures.contents import digest
from idbridge.signatures.formats.evidence_record.chains import ArchiveTimestamp, Chain, HashTree, Record
from idbridge.signatures.formats.limits import Limits
from idbridge.signatures.formats.xmldsig.canonical import (
    Method,
    NotCanonicalizableError,
    Selection,
    canonical,
    canonical_element,
    read_method,
)
from idbridge.signatures.formats.xmldsig.names import Element, binary
from idbridge.signatures.formats.xmldsig.parsing import Tree, parse
from idbridge.signatures.refusals import FormatRefusal, NotADocument, Refusal

NAMESPACE: Final = "urn:ietf:params:xml:ns:ers"


def ers(name: str) -> str:
    """Return a name in the namespace of evidence records."""
    return f"{{{NAMESPACE}}}{name}"


def read_xml(data: bytes, limits: Limits) -> Record:
    """Read an EvidenceRecord that stands alone.

    :raises NotADocument: it is none.
    :raises FormatRefusal: it has a document type declaration, or is beyond *limits*.
    """
    tree = parse(data, limits)
    return read_element(tree, tree.root, limits)


def read_element(tree: Tree, element: Element, limits: Limits) -> Record:
    """Read an EvidenceRecord that stands in *tree*: what is canonicalized there has the names in scope.

    :raises NotADocument: it is none.
    :raises FormatRefusal: it is beyond *limits*.
    """
    sequence = element.find(ers("ArchiveTimeStampSequence"))
    chains = _ordered(sequence, "ArchiveTimeStampChain") if sequence is not None else []
    if element.tag != ers("EvidenceRecord") or sequence is None or not chains:
        raise NotADocument(Refusal.MALFORMED, "no evidence record with archive timestamps")
    if sum(len(_ordered(chain, "ArchiveTimeStamp")) for chain in chains) > limits.timestamps:
        raise FormatRefusal(Refusal.TOO_MANY_ENTRIES, f"more than {limits.timestamps} timestamps in an evidence record")
    try:
        read = tuple(_chain(tree, sequence, chains, place, limits) for place in range(len(chains)))
    except NotCanonicalizableError as error:
        raise NotADocument(Refusal.MALFORMED, f"no evidence record: {error}") from error
    return Record("RFC6283", read, renewed)


def _ordered(holder: Element, name: str) -> list[Element]:
    """Return the children of one name by their Order, which must be 1, 2, 3 … (clause 3.1.1)."""
    children = list(holder.iterchildren(ers(name)))
    orders = [child.get("Order", "") for child in children]
    if sorted(orders, key=lambda order: (len(order), order)) != [str(number) for number in range(1, len(orders) + 1)]:
        raise NotADocument(Refusal.MALFORMED, f"the Order of {name} is not 1, 2, 3 …")
    return sorted(children, key=lambda child: int(child.get("Order", "0")))


def _chain(tree: Tree, sequence: Element, chains: list[Element], place: int, limits: Limits) -> Chain:
    chain = chains[place]
    digest_method = chain.find(ers("DigestMethod"))
    uri = digest_method.get("Algorithm", "") if digest_method is not None else ""
    method = read_method(chain.find(ers("CanonicalizationMethod")))
    before = b""
    if place:  # clause 4.2.2: the sequence as it was before this chain
        before = canonical(Selection(tree, (sequence,), tuple(chains[place:]), comments=True), method)
    entries = tuple(_entry(tree, element, method, limits) for element in _ordered(chain, "ArchiveTimeStamp"))
    if not entries:
        raise NotADocument(Refusal.MALFORMED, "an archive timestamp chain without timestamps")
    return Chain(XML_DIGESTS.get(uri, uri[:200]), entries, before)


def _entry(tree: Tree, element: Element, method: Method, limits: Limits) -> ArchiveTimestamp:
    stamp = element.find(ers("TimeStamp"))
    token = stamp.find(ers("TimeStampToken")) if stamp is not None else None
    if stamp is None or token is None:
        raise NotADocument(Refusal.MALFORMED, "an archive timestamp without token")
    holder = element.find(ers("HashTree"))
    hash_tree = _tree(holder, limits) if holder is not None else ()
    return ArchiveTimestamp(hash_tree, binary(token) or b"", canonical_element(tree, stamp, method))


def _tree(holder: Element, limits: Limits) -> HashTree:
    lists = tuple(
        tuple(binary(value) or b"" for value in sequence.iterchildren(ers("DigestValue")))
        for sequence in _ordered(holder, "Sequence")
    )
    if sum(map(len, lists)) > limits.references:
        raise FormatRefusal(Refusal.TOO_MANY_ENTRIES, f"a hash tree with more than {limits.references} digests")
    return lists


def renewed(algorithm: str, digests: tuple[bytes, ...], before: bytes) -> tuple[bytes, ...] | None:
    """Return what a new chain's tree has for objects with *digests* (clause 4.2.2): them, and the digest of what was before."""
    earlier = digest(algorithm, before)
    return None if earlier is None else (*digests, earlier)
