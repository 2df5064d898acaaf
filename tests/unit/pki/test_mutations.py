"""Mutated certificates, CRLs and OCSP responses: a verdict or a coded refusal, in time, and never a pass for a change.

`IDBRIDGE_MUTATIONS` sets how many are tried in all. Half of the mutants are signed again after the mutation, so that
what stands behind the signature check is reached too.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache
from random import Random
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from idbridge import verify_certificate
from idbridge.pki.errors import PkiError
from idbridge.pki.structures import Signed, decode, encoded, header
from tests.authority import AT, DAY, Authority, name_of, oid, policies
from tests.guards import no_growth, no_hang

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MUTATIONS = int(os.environ.get("IDBRIDGE_MUTATIONS", "6000"))
SEEDS = 6

NASTY = [
    b"",
    b"\x00",
    b"\x30\x80\x00\x00",  # indefinite length
    b"\x30\x84\xff\xff\xff\xff",  # longer than everything
    b"\x30" * 2000,
    b"\xa0\x7f" * 500,
    b"".join(bytes((0x30, 0x82)) + (4 * n).to_bytes(2) for n in range(3000, 0, -1)),  # nested deeply
    b"\x02\x41" + b"\xff" * 65,  # a long negative number
    b"\x06\x0b" + b"\xff" * 10 + b"\x7f",  # an enormous arc
    b"\x17\x0d991332250061Z",
    b"\x18\x0f99991332250061Z",
    b"\x0c\x04\xff\xfe\xfd\xfc",  # not UTF-8
    b"\x1e\x03\x00\x41\x00",  # half a character
    b"\x03\x01\x07",  # unused bits of nothing
]


@dataclass(frozen=True)
class Material:
    """A path with all evidence, and the key of each signer."""

    root: bytes
    issuer: bytes
    leaf: bytes
    crls: tuple[bytes, ...]
    indirect: bytes
    ocsp: bytes
    root_key: ec.EllipticCurvePrivateKey
    issuer_key: ec.EllipticCurvePrivateKey


@cache
def material() -> Material:
    root = Authority("Root")
    names = x509.SubjectAlternativeName(
        [x509.DNSName("h.example"), x509.RFC822Name("a@h.example"), x509.DirectoryName(name_of("Someone"))]
    )
    permitted = [x509.DNSName("example"), x509.RFC822Name("h.example")]
    constraints = x509.NameConstraints(permitted, [x509.DNSName("x.test")])
    url = [x509.UniformResourceIdentifier("http://ca.example/1.crl")]
    points = x509.CRLDistributionPoints([x509.DistributionPoint(url, None, None, None)])
    access = x509.AuthorityInformationAccess([x509.AccessDescription(oid("1.3.6.1.5.5.7.48.1"), url[0])])
    mapping = x509.UnrecognizedExtension(oid("2.5.29.33"), bytes.fromhex("300a300806022a0306022a03"))
    above = (
        (constraints, True),
        (policies("1.2.3", "1.2.4"), False),
        (x509.PolicyConstraints(0, 1), True),
        (x509.InhibitAnyPolicy(1), True),
        (mapping, False),
    )
    issuer, issuer_der = root.subordinate("Issuer", path_length=0, extensions=above)
    below = ((names, False), (points, False), (access, False), (policies("1.2.3"), False))
    leaf = issuer.certify("Leaf", extensions=below)
    entries = [(n, AT - DAY, x509.ReasonFlags.key_compromise) for n in range(1, 4)]
    partition = x509.IssuingDistributionPoint(url, None, True, False, None, False, False)
    crls = (root.crl(*entries), issuer.crl(*entries, extensions=((partition, True),)))
    purpose = x509.ExtendedKeyUsage([x509.ExtendedKeyUsageOID.OCSP_SIGNING])
    own = ((purpose, False), (x509.OCSPNoCheck(), False), (policies("1.2.3"), False))
    whole = x509.IssuingDistributionPoint(None, None, False, False, None, True, False)
    named = x509.CertificateIssuer([x509.DirectoryName(name_of("Issuer"))])
    indirect = issuer.crl(*entries, extensions=((whole, True),), entry_extensions=((named, True),))
    delegate, certificate = issuer.responder(extensions=own)
    ocsp = delegate.ocsp(leaf, issuer_der, responder=certificate, nonce=b"12345678")
    return Material(root.root(), issuer_der, leaf, crls, indirect, ocsp, root.key, issuer.key)


def mutate(data: bytes, random: Random) -> bytes:
    """Return *data* with one to three changes: bits, octets, pieces repeated, removed, moved, or made nasty."""
    mutant = bytearray(data)
    for _ in range(random.randint(1, 3)):
        at = random.randrange(len(mutant) + 1)
        size = random.choice([1, 1, 2, 4, 16, 200])
        match random.randrange(7):
            case 0 if at < len(mutant):
                mutant[at] ^= 1 << random.randrange(8)
            case 1 if at < len(mutant):
                mutant[at] = random.choice([0, 1, 0x7F, 0x80, 0xFF, random.randrange(256)])
            case 2:
                del mutant[at : at + size]
            case 3:
                mutant[at:at] = random.randbytes(size)
            case 4:
                mutant[at:at] = mutant[at : at + size] * random.choice([1, 2, 50])
            case 5:
                start = random.randrange(len(mutant) + 1)
                mutant[at : at + size] = mutant[start : start + size]
            case _:
                mutant[at : at + size] = random.choice(NASTY)
    return bytes(mutant)


def mutate_value(data: bytes, random: Random) -> bytes:
    """Return *data* with the content of one of its TLVs changed and every length around it made right again."""
    tlvs = list(_children(data))
    if not tlvs or random.random() < 0.3:
        return mutate(data, random)
    start, body, end = random.choice(tlvs)
    content = data[body:end]
    changed = mutate_value(content, random) if data[start] & 0x20 else mutate(content, random)
    return data[:start] + header(data[start : start + 1], len(changed)) + changed + data[end:]


def _children(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield start, content start and end of each TLV in a row of well-formed ones."""
    position = 0
    while position + 2 <= len(data):
        body, length = position + 2, data[position + 1]
        if length & 0x80:
            body += length & 0x7F
            length = int.from_bytes(data[position + 2 : body])
        if body + length > len(data):
            return
        yield position, body, body + length
        position = body + length


def resigned(der: bytes, key: ec.EllipticCurvePrivateKey, random: Random) -> bytes:
    """Return a signed structure whose body is mutated and whose signature is right."""
    signed = decode(Signed, der)
    body = mutate_value(encoded(signed.body), random)
    signature = b"\x00" + key.sign(body, ec.ECDSA(hashes.SHA256()))
    content = body + encoded(signed.algorithm) + header(b"\x03", len(signature)) + signature
    return header(b"\x30", len(content)) + content


def judged(**changed: object) -> str:
    """Return the indication, or "refused", of the path with something changed; the time it takes is limited."""
    good = material()
    arguments: dict[str, object] = {
        "anchors": [good.root],
        "intermediates": [good.issuer],
        "crls": good.crls,
        "ocsp_responses": (),
        "at": AT,
    }
    leaf = changed.pop("leaf", good.leaf)
    with no_hang("verify_certificate"):
        try:
            report = verify_certificate(leaf, **(arguments | changed))  # type: ignore[arg-type] - the table above
            report.to_dict()
        except PkiError as refusal:
            return f"refused: {refusal.code}"
    return report.indication


def mutants(kind: str, random: Random) -> Iterator[dict[str, object]]:
    """Yield arguments with a mutant of that kind, without end."""
    good = material()
    signers: dict[str, tuple[bytes, ec.EllipticCurvePrivateKey, Callable[[bytes], dict[str, object]]]] = {
        "leaf": (good.leaf, good.issuer_key, lambda der: {"leaf": der}),
        "issuer": (good.issuer, good.root_key, lambda der: {"intermediates": [der]}),
        "crl": (good.crls[1], good.issuer_key, lambda der: {"crls": [good.crls[0], der]}),
        "indirect": (good.indirect, good.issuer_key, lambda der: {"crls": [good.crls[0], der]}),
    }
    der, key, arguments = signers[kind]
    while True:
        yield arguments(resigned(der, key, random))


@pytest.fixture(autouse=True)
def _memory() -> Iterator[None]:
    with no_growth():
        yield


def test_the_unchanged_path_passes() -> None:
    good = material()
    assert judged() == "PASSED"
    assert judged(crls=[good.crls[0]], ocsp_responses=[good.ocsp]) == "PASSED"
    assert judged(crls=[good.crls[0], good.indirect]) == "PASSED"


@pytest.mark.parametrize("seed", range(SEEDS))
@pytest.mark.parametrize("kind", ["leaf", "issuer", "anchor", "crl", "ocsp"])
def test_changed_is_never_accepted(kind: str, seed: int) -> None:
    good, random = material(), Random(f"{kind}{seed}")
    for _ in range(MUTATIONS // 2 // 5 // SEEDS):
        match kind:
            case "leaf":
                original, mutant = good.leaf, mutate(good.leaf, random)
                outcome = judged(leaf=mutant)
            case "issuer":
                original, mutant = good.issuer, mutate(good.issuer, random)
                outcome = judged(intermediates=[mutant])
            case "anchor":
                original, mutant = good.root, mutate(good.root, random)
                judged(anchors=[mutant])  # whoever trusts it has said so: only that there is an answer counts
                continue
            case "crl":
                original, mutant = good.crls[1], mutate(good.crls[1], random)
                outcome = judged(crls=[good.crls[0], mutant])
            case _:
                original, mutant = good.ocsp, mutate(good.ocsp, random)
                outcome = judged(crls=[good.crls[0]], ocsp_responses=[mutant])
                if outcome == "PASSED":
                    _assert_only_the_envelope_changed(original, mutant)
                    continue
        assert outcome != "PASSED" or mutant == original, mutant.hex()


def _assert_only_the_envelope_changed(original: bytes, mutant: bytes) -> None:
    """Certificates beside a response are not signed with it: they may change as long as the responder's is found."""
    from cryptography.x509 import ocsp  # noqa: PLC0415 - an oracle of this check alone

    before, after = ocsp.load_der_ocsp_response(original), ocsp.load_der_ocsp_response(mutant)
    assert before.tbs_response_bytes == after.tbs_response_bytes


@pytest.mark.parametrize("seed", range(SEEDS))
@pytest.mark.parametrize("kind", ["leaf", "issuer", "crl", "indirect"])
def test_signed_again_is_judged(kind: str, seed: int) -> None:
    random = Random(f"again{kind}{seed}")
    source = mutants(kind, random)
    for _ in range(MUTATIONS // 2 // 4 // SEEDS):
        judged(**next(source))
