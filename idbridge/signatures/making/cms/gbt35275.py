"""Makes signatures of GB/T 35275 (GM/T 0010): SignedData with China's own content types, signed with SM2 and SM3.

Two ways of signing are in use, and both are made: over authenticated attributes, or over the data itself (clause 8.2,
where the attributes are optional).
"""

from __future__ import annotations

from typing import Final

from idbridge.signatures.contents import Content
from idbridge.signatures.making.cms.algorithms import gbt35275_algorithm_of
from idbridge.signatures.making.cms.attributes import PLAIN, signed_attributes
from idbridge.signatures.making.cms.signing import digest_of, message_of, octets_of, signer_info
from idbridge.signatures.making.steps import Making, Signatory, Statement

SIGNED_DATA: Final = "1.2.156.10197.6.1.4.2.2"
DATA: Final = "1.2.156.10197.6.1.4.2.1"


def make_gbt35275(
    content: Content, signatory: Signatory, statement: Statement, *, attached: bool, attributes: bool = True
) -> Making:
    """Make a message with one signature over *content*, over *attributes* or over the data itself.

    :raises MakingRefused: the key is not an SM2 key, or the content is needed and only its digest is known.
    """
    named = gbt35275_algorithm_of(signatory.algorithm)
    signed: tuple[bytes, ...] = ()
    if attributes:
        signed = signed_attributes(digest_of(content, named), named.digest, signatory, statement, PLAIN, DATA)
    message = b"" if attributes else octets_of(content)
    signer = yield from signer_info(signed, message, named, signatory.certificate)
    inside = content if attached else None
    return message_of(signer, named, signatory, inside, kind=SIGNED_DATA, content_type=DATA)
