"""The transforms of a reference: a closed table, in which nothing runs code and nothing is fetched (XML-DSig clause 6.6).

What the table does not have leaves the reference unprocessed; XSLT is refused by name, since it is a program.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from idbridge.signatures.evidence import Fault
from idbridge.signatures.formats.limits import Limits
from idbridge.signatures.formats.xmldsig.canonical import (
    DEFAULT,
    METHODS,
    Method,
    NotCanonicalizableError,
    Selection,
    canonical,
    read_method,
)
from idbridge.signatures.formats.xmldsig.names import DS, SIGNATURE, Element, decoded, ds, text
from idbridge.signatures.formats.xmldsig.parsing import parse
from idbridge.signatures.formats.xmldsig.xpath import filter_nodes, filter_nodes_2
from idbridge.signatures.refusals import DocumentRefused, FormatRefusal, Refusal

ENVELOPED: Final = DS + "enveloped-signature"
BASE64: Final = DS + "base64"
XPATH: Final = "http://www.w3.org/TR/1999/REC-xpath-19991116"
XPATH_2: Final = "http://www.w3.org/2002/06/xmldsig-filter2"
XSLT: Final = "http://www.w3.org/TR/1999/REC-xslt-19991116"

Nodes = Selection | bytes
"""What goes from one transform to the next: nodes of a document, or octets."""


class NotTransformableError(ValueError):
    """A transform that is not done; `fault` says so if it may mean harm."""

    def __init__(self, detail: str, fault: Fault | None = None) -> None:
        super().__init__(detail)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Transformed:
    """What comes out of the transforms. `selection` is what of the document itself was taken, as far as it is known.

    `partial`: something of the selection is not in the octets, or not as it stands there (tags dropped by base64).
    """

    octets: Nodes
    selection: Selection | None
    how: str
    partial: bool = False

    def canonical(self, method: Method) -> bytes:
        """Return the octets, by *method* if they are nodes yet.

        :raises NotTransformableError: they cannot be had.
        """
        if isinstance(self.octets, bytes):
            return self.octets
        try:
            return canonical(self.octets, method)
        except NotCanonicalizableError as error:
            raise NotTransformableError(str(error)) from error

    @property
    def digested(self) -> bytes:
        """What a digest is over: nodes become octets by Canonical XML 1.0 (clause 4.4.3.2)."""
        return self.canonical(DEFAULT)


def transforms_of(reference: Element, limits: Limits) -> tuple[Element, ...]:
    """Return the Transform elements of a ds:Reference, or of another element that has Transforms.

    :raises FormatRefusal: there are more than *limits* allow.
    """
    steps = tuple(step for holder in reference.iterchildren(ds("Transforms")) for step in holder.iterchildren(ds("Transform")))
    if len(steps) > limits.transforms:
        raise FormatRefusal(Refusal.TOO_MANY_ENTRIES, f"{len(steps)} transforms of one reference")
    return steps


def transform(start: Nodes, steps: tuple[Element, ...], limits: Limits) -> Transformed:
    """Apply *steps*, in order.

    :raises NotTransformableError: one is not done, or fails.
    """
    nodes = start
    selection = start if isinstance(start, Selection) else None
    partial = False
    for step in steps:
        uri = step.get("Algorithm", "")
        known = TRANSFORMS.get(uri)
        if known is None:
            raise _refused(uri)
        partial = partial or (uri == BASE64 and isinstance(nodes, Selection) and _has_markup(nodes))
        try:
            after = known(nodes, step, limits)
        except NotCanonicalizableError as error:
            raise NotTransformableError(str(error)) from error
        if isinstance(after, Selection):
            if selection is not None and after.tree is selection.tree:
                selection = after
            else:
                partial = partial or _leaves_out(after)
        nodes = after
    how = ", ".join(step.get("Algorithm", "").rpartition("/")[2] for step in steps)
    return Transformed(nodes, selection, how, partial)


def _refused(uri: str) -> NotTransformableError:
    if uri == XSLT:
        detail = "an XSLT transform is a program: it is not run"
        return NotTransformableError(detail, Fault("transform-refused", detail, fatal=True))
    return NotTransformableError(f"the transform {uri[:200]!r} is not known")


def _has_markup(selection: Selection) -> bool:
    """Tell whether base64 over *selection* drops tags: only the text of ds:Object, or of another leaf, is all there is."""
    return len(selection.apexes) != 1 or any(isinstance(child.tag, str) for child in selection.apexes[0])


def _leaves_out(selection: Selection) -> bool:
    return bool(selection.excluded) or not selection.document


def _as_nodes(nodes: Nodes, limits: Limits) -> Selection:
    """Octets that a transform wants nodes of are parsed (clause 4.4.3.2), within the bounds of any document."""
    if isinstance(nodes, Selection):
        return nodes
    try:
        tree = parse(nodes, limits)
    except DocumentRefused as error:
        raise NotTransformableError(f"what is to be transformed is not read: {error.detail}") from error
    return Selection(tree, (tree.root,), document=True, comments=True)


def _canonicalize(nodes: Nodes, step: Element, limits: Limits) -> bytes:
    return canonical(_as_nodes(nodes, limits), read_method(step))


def _without_signature(nodes: Nodes, step: Element, _: Limits) -> Selection:
    """Leave out the signature that the transform is in (clause 6.6.4). It must be within what is signed.

    Where it is not, what was signed has been moved away from its signature, or never had it: the mark of wrapping.
    """
    own = next(step.iterancestors(SIGNATURE), None)
    if own is None or not isinstance(nodes, Selection):
        raise NotTransformableError("an enveloped-signature transform of what is not the signature's own document")
    around = {own, *own.iterancestors()}
    if not any(apex in around for apex in nodes.apexes):
        detail = "the signature calls itself enveloped but does not stand within what it signs"
        raise NotTransformableError(detail, Fault("enveloped-signature-elsewhere", detail, fatal=True))
    return replace(nodes, excluded=(*nodes.excluded, own))


def _from_base64(nodes: Nodes, _: Element, __: Limits) -> bytes:
    if isinstance(nodes, bytes):
        value = decoded(nodes.decode("ascii", "replace"))
    elif nodes.excluded:
        raise NotTransformableError("base64 of nodes of which some are left out is not supported")
    else:
        value = decoded("".join(map(text, nodes.apexes)))
    if value is None:
        raise NotTransformableError("what is to be decoded is not base64")
    return value


def _filter(nodes: Nodes, step: Element, limits: Limits) -> Selection:
    return filter_nodes(_as_nodes(nodes, limits), step)


def _filter_2(nodes: Nodes, step: Element, limits: Limits) -> Selection:
    return filter_nodes_2(_as_nodes(nodes, limits), step)


TRANSFORMS: Final[Mapping[str, Callable[[Nodes, Element, Limits], Nodes]]] = {
    **dict.fromkeys(METHODS, _canonicalize),
    ENVELOPED: _without_signature,
    BASE64: _from_base64,
    XPATH: _filter,
    XPATH_2: _filter_2,
}
"""All transforms that are done."""
