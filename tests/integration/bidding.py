"""A tender with five hundred documents: bid files and guarantee letters from three regions, good, forged, revoked and worse.

Each row of the scene says who signed how many documents in which form, what became of them, and what has to come out: the
verdict, and what each region says under the bidding scheme, by which Guangdong alone takes a type of Hong Kong's certificates.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from idbridge.pki.issuing.signer import signer_for
from idbridge.services.signing import SigningKey, drive
from idbridge.signatures.contents import KnownContent
from idbridge.signatures.making.catalogue import FORMATS, MadeFormat, Plan
from idbridge.signatures.making.steps import Statement
from tests.unit.services.published import Instance
from tests.unit.signatures.making.pdf.papers import plain, saved
from tests.unit.signatures.making.test_ofd import UNSIGNED
from tests.unit.signatures.seals import pack, unpack

YES, NO, OPEN = "recognised", "not-recognised", "cannot-tell"
ALL_NO = (NO, NO, NO)


@dataclass(frozen=True, slots=True)
class Row:
    """So many documents of a kind by one signer, and what comes out: (indication, sub-indication) and GD, HK, MO."""

    kind: MadeFormat
    by: str
    count: int
    verdict: tuple[str, str | None]
    regions: tuple[str, str, str]
    become: str = "good"


PASSED = ("TOTAL_PASSED", None)
BROKEN = ("TOTAL_FAILED", "HASH_FAILURE")
HONG_KONG, MACAO, GUANGDONG = (NO, YES, NO), (NO, NO, YES), (YES, NO, NO)
ONE_WAY = (YES, YES, NO)
"""What Hong Kong's organisations get under the bidding scheme; Guangdong's get no answer of that kind from Hong Kong."""

SCENE: tuple[Row, ...] = (
    # Hong Kong's organisations: recognised in Guangdong under the bidding scheme
    Row(MadeFormat.PADES, "hk-trading", 60, PASSED, ONE_WAY),
    Row(MadeFormat.CADES, "hk-trading", 40, PASSED, ONE_WAY),
    Row(MadeFormat.XADES, "hk-trading", 20, PASSED, ONE_WAY),
    Row(MadeFormat.ASIC_E_XADES, "hk-trading", 20, PASSED, ONE_WAY),
    Row(MadeFormat.ASIC_S, "hk-trading", 10, PASSED, ONE_WAY),
    # Guangdong's, in SM2 and RSA: good at home, and in tenders nowhere else
    Row(MadeFormat.OFD, "gd-company", 60, PASSED, GUANGDONG),
    Row(MadeFormat.PDF_GBT35275, "gd-company", 20, PASSED, GUANGDONG),
    Row(MadeFormat.GBT35275, "gd-company", 20, PASSED, GUANGDONG),
    Row(MadeFormat.CADES, "gd-company-plain", 10, PASSED, GUANGDONG),
    Row(MadeFormat.PADES, "gd-factory", 30, PASSED, GUANGDONG),
    Row(MadeFormat.JADES, "gd-factory", 20, PASSED, GUANGDONG),
    # Macao's: an agreement with Guangdong there is, but not for tenders
    Row(MadeFormat.JADES, "mo-fabrica", 30, PASSED, MACAO),
    Row(MadeFormat.ASIC_E, "mo-fabrica", 20, PASSED, MACAO),
    Row(MadeFormat.XADES, "mo-fong", 10, PASSED, MACAO),
    # Persons' certificates are good signatures, and of no type that the scheme takes
    Row(MadeFormat.CADES, "hk-lam", 20, PASSED, HONG_KONG),
    # Changed after signing
    Row(MadeFormat.PADES, "hk-trading", 15, BROKEN, ALL_NO, "changed"),
    Row(MadeFormat.CADES, "mo-fabrica", 15, BROKEN, ALL_NO, "changed"),
    Row(MadeFormat.OFD, "gd-company", 10, BROKEN, ALL_NO, "changed"),
    Row(MadeFormat.JADES, "gd-factory", 10, ("TOTAL_FAILED", "SIG_CRYPTO_FAILURE"), ALL_NO, "changed"),
    # Forged: a key of somebody's own, and a copy of another's certificate for it, which its authority never signed
    Row(MadeFormat.CADES, "hk-trading", 10, ("INDETERMINATE", "CERTIFICATE_CHAIN_GENERAL_FAILURE"), ALL_NO, "forged"),
    Row(MadeFormat.XADES, "hk-trading", 10, ("INDETERMINATE", "CERTIFICATE_CHAIN_GENERAL_FAILURE"), ALL_NO, "forged"),
    # Revoked, suspended, expired: nothing proves that they signed before
    Row(MadeFormat.CADES, "hk-ho-revoked", 15, ("INDETERMINATE", "REVOKED_NO_POE"), ALL_NO),
    Row(MadeFormat.GBT35275, "gd-chen-revoked", 10, ("INDETERMINATE", "REVOKED_NO_POE"), ALL_NO),
    Row(MadeFormat.CADES, "hk-lee-suspended", 5, ("INDETERMINATE", "TRY_LATER"), (NO, OPEN, NO)),
    Row(MadeFormat.GBT35275, "gd-huang-expired", 5, ("INDETERMINATE", "OUT_OF_BOUNDS_NO_POE"), ALL_NO),
    # Not signed at all
    Row(MadeFormat.PADES, "nobody", 5, ("INDETERMINATE", "NO_SIGNATURE_FOUND"), (), "unsigned"),
)

COUNT = sum(row.count for row in SCENE)


def documents(here: Instance) -> Iterator[tuple[Row, str, bytes]]:
    """Yield every document of the scene, mixed as they come in: its row, its file's name, its bytes."""
    left = [(row, number) for row in SCENE for number in range(row.count)]
    left.sort(key=lambda one: (one[1], SCENE.index(one[0])))
    for row, number in left:
        name = f"{SCENE.index(row):02}-{number:03}{FORMATS[row.kind].suffix}"
        yield row, name, BECOME[row.become](here, row, number)


def _content(row: Row, number: int) -> bytes:
    match FORMATS[row.kind].suffix:
        case ".pdf":
            return _paper()
        case ".ofd":
            return pack(UNSIGNED)
        case _:
            return f"Bid {SCENE.index(row)}/{number}: HKD {1_000_000 + number}\n".encode()


@cache
def _paper() -> bytes:
    return saved(plain())


def _good(here: Instance, row: Row, number: int) -> bytes:
    return here.made(row.kind, _content(row, number), by=row.by, name=f"bid-{number}.txt")


def _changed(here: Instance, row: Row, number: int) -> bytes:
    """Change what was signed by one letter, where a reader would see it."""
    signed = _good(here, row, number)
    match row.kind:
        case MadeFormat.OFD:
            parts = unpack(signed)
            page = "Doc_0/Pages/Content.xml"
            return pack({**parts, page: parts[page] + b" "})
        case MadeFormat.PADES:
            return signed.replace(b"/MediaBox", b"/MediaBOX", 1)
        case MadeFormat.JADES:
            return signed.replace(b'"payload":"Qm', b'"payload":"Qn', 1)
        case _:
            return signed.replace(b"HKD 1", b"HKD 2", 1)


def _forged(here: Instance, row: Row, number: int) -> bytes:
    """Sign in the signer's name with a key and an authority of one's own making."""
    key, certificate = _forger(here.pki.certificate(row.by))
    signing = SigningKey(certificate, signer_for(key))
    files = (KnownContent.of(_content(row, number), name="bid.txt"),)
    making = FORMATS[row.kind].make(Plan(files, signing.signatory, Statement(here.clock.now)))
    return drive(making, signing.signer, None)


@cache
def _forger(real: bytes) -> tuple[ec.EllipticCurvePrivateKey, bytes]:
    """Return a copy of a certificate for a key of one's own, signed by an authority that is not who it says."""
    original = x509.load_der_x509_certificate(real)
    key, authority = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    builder = x509.CertificateBuilder(original.issuer, original.subject, key.public_key(), original.serial_number)
    builder = builder.not_valid_before(original.not_valid_before_utc).not_valid_after(original.not_valid_after_utc)
    for extension in original.extensions:
        builder = builder.add_extension(extension.value, extension.critical)
    return key, builder.sign(authority, hashes.SHA256()).public_bytes(Encoding.DER)


def _unsigned(here: Instance, row: Row, number: int) -> bytes:
    return _content(row, number)


BECOME: dict[str, Callable[[Instance, Row, int], bytes]] = {
    "good": _good,
    "changed": _changed,
    "forged": _forged,
    "unsigned": _unsigned,
}
