"""Evidence records in ASN.1 (RFC 4998 clauses 3.1 and 4.1)."""

from __future__ import annotations

from typing import Final

from idbridge.signatures.ber import INTEGER, OCTET_STRING, SEQUENCE, BerError, Value, encode, read_value, to_der
from idbridge.signatures.contents import digest
from idbridge.signatures.formats.evidence_record.chains import ArchiveTimestamp, Chain, HashTree, Record
from idbridge.signatures.formats.limits import Limits
from idbridge.signatures.formats.signed_data import digest_name, read_signed_data
from idbridge.signatures.formats.timestamp import read_tst_info
from idbridge.signatures.refusals import FormatRefusal, NotADocument, Refusal

_DIGEST_ALGORITHM: Final = 0x80
_TREE: Final = 0xA2


def read_asn1(der: bytes, limits: Limits) -> Record:
    """Read an EvidenceRecord.

    :raises NotADocument: it is none.
    :raises FormatRefusal: it is beyond *limits*.
    """
    try:
        version, _, *optional, sequence = read_value(der, trailing=True).children(SEQUENCE)
        version.expect(INTEGER)
        del optional  # cryptoInfos and encryptionInfo: what is encrypted is archived as it is
        written = sequence.children(SEQUENCE)
        _within_limits(written, limits)
        chains = tuple(_chain(chain, written[:place], limits) for place, chain in enumerate(written))
    except FormatRefusal:
        raise
    except (ValueError, IndexError) as error:
        raise NotADocument(Refusal.MALFORMED, f"no evidence record: {error}") from error
    if not chains:
        raise NotADocument(Refusal.MALFORMED, "an evidence record without archive timestamps")
    return Record("RFC4998", chains, renewed)


def _within_limits(chains: tuple[Value, ...], limits: Limits) -> None:
    if sum(len(chain.children(SEQUENCE)) for chain in chains) > limits.timestamps:
        raise FormatRefusal(Refusal.TOO_MANY_ENTRIES, f"more than {limits.timestamps} timestamps in an evidence record")


def _chain(value: Value, before: tuple[Value, ...], limits: Limits) -> Chain:
    entries = [_entry(member, limits) for member in value.children(SEQUENCE)]
    if not entries:
        raise BerError("an archive timestamp chain without timestamps")
    stated = encode(SEQUENCE, *map(to_der, before)) if before else b""
    return Chain(entries[0][0], tuple(timestamp for _, timestamp in entries), stated)


def _entry(value: Value, limits: Limits) -> tuple[str, ArchiveTimestamp]:
    """Read an ArchiveTimeStamp; without digestAlgorithm the timestamp's own counts (clause 4.1)."""
    *optional, token = value.children(SEQUENCE)
    algorithm = ""
    tree: HashTree = ()
    for member in optional:
        if member.tag in (_DIGEST_ALGORITHM, _DIGEST_ALGORITHM | 0x20):
            oid = read_value(encode(SEQUENCE, member.content))
            algorithm = digest_name(oid)
        elif member.tag == _TREE:
            tree = _tree(member, limits)
    if not algorithm:
        algorithm = _token_algorithm(token, limits)
    return algorithm, ArchiveTimestamp(tree, token.encoding, to_der(token))


def _tree(value: Value, limits: Limits) -> HashTree:
    lists = tuple(tuple(d.expect(OCTET_STRING).content for d in one.children(SEQUENCE)) for one in value.children())
    if sum(map(len, lists)) > limits.references:
        raise FormatRefusal(Refusal.TOO_MANY_ENTRIES, f"a hash tree with more than {limits.references} digests")
    return lists


def _token_algorithm(token: Value, limits: Limits) -> str:
    return read_tst_info(read_signed_data(token.encoding, limits, trailing=True)).imprint.algorithm


def renewed(algorithm: str, digests: tuple[bytes, ...], before: bytes) -> tuple[bytes, ...] | None:
    """Return what a new chain's tree has for objects with *digests* (clause 5.2): each with the digest of what was before."""
    earlier = digest(algorithm, before)
    if earlier is None:
        return None
    found = tuple(digest(algorithm, one, earlier) for one in digests)
    return tuple(one for one in found if one is not None)
