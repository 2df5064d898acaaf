"""A trust list to bytes, and a signature on it: what we publish.

The form is TS 119 612 v2.4.1 (list version 6): it validates against the schema, and the signature is XAdES baseline B with
SigningCertificateV2. What a list must contain is for `drafting`; here a list without a mandatory part is refused.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from lxml import etree

from idbridge.pki.issuing.signer import Signer
from idbridge.trust.model import TrustList
from idbridge.trust.vocabulary import TSL_TAG
from idbridge.trust.xml.building import group, instant_node, node
from idbridge.trust.xml.names import tsl
from idbridge.trust.xml.parsing import parse_list
from idbridge.trust.xml.pointers import write_pointer
from idbridge.trust.xml.providers import write_provider
from idbridge.trust.xml.scheme import write_scheme_head
from idbridge.trust.xml.signing import sign_enveloped

VERSION: Final = 6
"""The list version we write."""


def write_list(content: TrustList) -> bytes:
    """Return *content* as an unsigned list, for `sign_list`.

    :raises ValueError: it says something that cannot be written (a criterion or extension of an unknown kind).
    """
    information = node(
        tsl("SchemeInformation"),
        node(tsl("TSLVersionIdentifier"), text=str(content.version)),
        node(tsl("TSLSequenceNumber"), text=str(content.sequence)),
        *write_scheme_head(content.scheme),
        group(tsl("PointersToOtherTSL"), map(write_pointer, content.pointers)),
        instant_node(tsl("ListIssueDateTime"), content.issued),
        node(tsl("NextUpdate"), None if content.next_update is None else instant_node(tsl("dateTime"), content.next_update)),
        group(tsl("DistributionPoints"), (node(tsl("URI"), text=uri) for uri in content.scheme.distribution_points)),
    )
    providers = group(tsl("TrustServiceProviderList"), map(write_provider, content.providers))
    root = node(tsl("TrustServiceStatusList"), information, providers, attributes={"TSLTag": TSL_TAG})
    etree.indent(root)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def sign_list(unsigned: bytes, signer: Signer, certificate: bytes, signing_time: datetime) -> bytes:
    """Return the list in *unsigned* with an enveloped signature by *signer*, whose DER certificate is *certificate*.

    :raises TrustListRefused: *unsigned* is no list, or is signed already.
    :raises ValueError: the signer's algorithm has no name in XML, or the certificate is that of another key.
    """
    root = parse_list(unsigned)
    sign_enveloped(root, signer, certificate, signing_time)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)
