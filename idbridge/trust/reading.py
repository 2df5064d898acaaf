"""Bytes to a trust list: bounded parsing, the signature against pinned signers, then what the list says.

Reads ETSI TS 119 612 v1.1.1 to v2.4.1 (list versions 4 to 6), lists of lists and their pivots alike: a pivot is an earlier
list of lists whose pointer to itself names new signers. The order matters: nothing of a list's content is looked at before
its signature is good, and what is read afterwards is the very tree that was digested.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from typing import Final

from lxml import etree

from idbridge.trust.model import SignedTrustList, TrustList
from idbridge.trust.refusals import Refusal, TrustListRefused
from idbridge.trust.xml.fields import child, instant, number, required
from idbridge.trust.xml.names import tsl
from idbridge.trust.xml.parsing import parse_list
from idbridge.trust.xml.pointers import read_pointers
from idbridge.trust.xml.providers import read_provider
from idbridge.trust.xml.scheme import read_scheme
from idbridge.trust.xml.signature import verify_enveloped

VERSIONS: Final = frozenset({4, 5, 6})
"""TSLVersionIdentifier (clause 5.3.1): 4 until v2.0, 5 until v2.2.1, 6 since v2.3.1."""


def read_list(data: bytes, signers: Collection[bytes]) -> SignedTrustList:
    """Return the list in *data* if one of *signers* (DER certificates, pinned by the caller) signed all of it.

    :raises TrustListRefused: it is no list, or none of *signers* signed it; the code says which.
    """
    root = parse_list(data)
    signature = verify_enveloped(root, signers)
    return SignedTrustList(
        content=_content(root),
        sha256=hashlib.sha256(data).hexdigest(),
        signer=signature.signer,
        signing_time=signature.signing_time,
    )


def read_unverified_list(data: bytes) -> TrustList:
    """Return what the list in *data* says, whoever signed it: for drafts and comparisons, never to be relied upon.

    :raises TrustListRefused: it is no list.
    """
    return _content(parse_list(data))


def _content(root: etree._Element) -> TrustList:
    information = required(root, tsl("SchemeInformation"))
    version = number(required(information, tsl("TSLVersionIdentifier")))
    if version not in VERSIONS:
        raise TrustListRefused(Refusal.VERSION, f"list version {version} is not one of {sorted(VERSIONS)}")
    update = child(required(information, tsl("NextUpdate")), tsl("dateTime"))
    providers = child(root, tsl("TrustServiceProviderList"))
    return TrustList(
        version=version,
        sequence=number(required(information, tsl("TSLSequenceNumber"))),
        scheme=read_scheme(information),
        issued=instant(required(information, tsl("ListIssueDateTime"))),
        next_update=None if update is None else instant(update),
        pointers=read_pointers(child(information, tsl("PointersToOtherTSL"))),
        providers=() if providers is None else tuple(map(read_provider, providers.iterchildren(tsl("TrustServiceProvider")))),
    )
