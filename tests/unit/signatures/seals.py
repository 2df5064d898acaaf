"""A workshop of SM2 authorities, electronic seals and sealed OFD packages, right or wrong in one place.

Written for tests alone and apart from what the product makes, after the ASN.1 of GM/T 0031-2014, GB/T 38540-2020 and
GM/T 0031-2025. Certificates come from the project's own issuing.
"""

from __future__ import annotations

import base64
import hashlib
import io
import warnings
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from idbridge.pki import sm2
from idbridge.pki.certificate import Certificate
from idbridge.pki.issuing.certificates import Issuer, Order, Validity, issue, issue_root, issuer_from_certificate
from idbridge.pki.issuing.crls import make_crl
from idbridge.pki.issuing.profiles import profiles_from_table
from idbridge.pki.issuing.signer import KeySigner, signer_for
from idbridge.pki.issuing.subjects import name_from_table
from idbridge.signatures.algorithms import encode_oid
from idbridge.signatures.ber import GENERALIZED_TIME, INTEGER, OCTET_STRING, SEQUENCE, SET, encode

BORN = datetime(2025, 1, 1, tzinfo=UTC)
SEALED_AT = datetime(2026, 3, 1, 2, tzinfo=UTC)
AT = datetime(2026, 3, 2, tzinfo=UTC)
VALIDITY = Validity(BORN, BORN + timedelta(days=1000))

SM2_SM3 = "1.2.156.10197.1.501"
PICTURE = b"\x89PNG\r\n\x1a\n a red seal"

PROFILES = profiles_from_table(
    {
        "root": {"ca": True, "key_usage": ["key_cert_sign", "crl_sign"], "max_days": 9000, "keys": ["*"]},
        "signature": {"key_usage": ["digital_signature", "content_commitment"], "max_days": 1100, "keys": ["*"]},
        "encryption": {"key_usage": ["key_encipherment", "key_agreement"], "max_days": 1100, "keys": ["*"]},
        "service": {  # as provincial authorities issue them to signing services
            "key_usage": ["digital_signature", "content_commitment"],
            "extended_key_usage": ["client-authentication", "email-protection"],
            "extended_key_usage_critical": True,
            "max_days": 1100,
            "keys": ["*"],
        },
        "timestamp": {
            "key_usage": ["digital_signature"],
            "extended_key_usage": ["time-stamping"],
            "extended_key_usage_critical": True,
            "max_days": 1100,
            "keys": ["*"],
        },
    }
)


@dataclass(frozen=True)
class Holder:
    """A certificate with its SM2 key."""

    der: bytes
    signer: KeySigner

    def sign(self, message: bytes) -> bytes:
        return self.signer.sign(message)


@dataclass
class Authority:
    """An SM2 root that issues everything itself."""

    name: str = "GD Root"
    validity: Validity = VALIDITY
    root: Holder = field(init=False)
    issuer: Issuer = field(init=False)
    serial: int = field(default=100, init=False)

    def __post_init__(self) -> None:
        signer = signer_for(sm2.generate())
        order = Order(name_from_table({"C": "CN", "CN": self.name}), signer.public_key_info)
        der = issue_root(PROFILES["root"], order, signer, serial=1, validity=self.validity)
        self.root = Holder(der, signer)
        self.issuer = issuer_from_certificate(der, signer)

    def issue(self, name: str, profile: str = "signature", validity: Validity | None = None) -> Holder:
        signer = signer_for(sm2.generate())
        self.serial += 1
        order = Order(name_from_table({"C": "CN", "O": "某某局", "CN": name}), signer.public_key_info)
        return Holder(
            issue(PROFILES[profile], order, self.issuer, serial=self.serial, validity=validity or self.validity), signer
        )

    def crl(self, at: datetime = AT) -> bytes:
        return make_crl(self.issuer, (), number=1, this_update=at - timedelta(days=1), next_update=at + timedelta(days=30))


def integer(value: int) -> bytes:
    return encode(INTEGER, value.to_bytes(value.bit_length() // 8 + 1))


def ia5(text: str) -> bytes:
    return encode(0x16, text.encode("ascii"))


def utf8(text: str) -> bytes:
    return encode(0x0C, text.encode())


def bits(value: bytes) -> bytes:
    return encode(0x03, b"\0", value)


def generalized(time: datetime) -> bytes:
    return encode(GENERALIZED_TIME, time.strftime("%Y%m%d%H%M%SZ").encode())


def utc(time: datetime) -> bytes:
    return encode(0x17, time.strftime("%y%m%d%H%M%SZ").encode())


def sm3(data: bytes) -> bytes:
    return sm2.sm3(data)


def octets(value: bytes) -> bytes:
    return encode(OCTET_STRING, value)


@dataclass(frozen=True)
class Dialect:
    """How products write what a seal says, where they do not write it as the standards have it.

    `time` None: as the version has it. `value` writes signature values, `digest` the digest of the document, `named` the
    digest's name in a list of digests, `members` is the tag of the list of signers; `extension` is put at the end of what is
    signed of the seal, `extension_used` before that of the sealing.
    """

    text: Callable[[str], bytes] = ia5
    name: Callable[[str], bytes] = utf8
    time: Callable[[datetime], bytes] | None = None
    certificate: Callable[[bytes], bytes] = octets
    algorithm: Callable[[str], bytes] = encode_oid
    oid: str = SM2_SM3
    value: Callable[[bytes], bytes] = bits
    digest: Callable[[bytes], bytes] = bits
    named: bytes = encode(0x13, b"SM3")
    members: int = SEQUENCE
    tagged: Callable[[bytes], bytes] = lambda token: encode(0xA0, bits(token))
    extension: bytes = b""
    extension_used: bytes = b""


STANDARD = Dialect()


@dataclass(frozen=True)
class SealPlan:
    """What a seal says; `stamp` makes the timestamp of V5 over the maker's value."""

    maker: Holder
    signers: Sequence[bytes]
    version: int = 4
    by_digest: bool = False
    name: str = "某某局公章"
    kind: int = 1
    since: datetime = BORN
    until: datetime = BORN + timedelta(days=900)
    picture: bytes = PICTURE
    picture_kind: str = "PNG"
    stamp: Callable[[bytes], bytes] | None = None
    dialect: Dialect = STANDARD


def certificate_list(plan: SealPlan) -> bytes:
    own = plan.dialect
    if not plan.by_digest:
        return encode(own.members, *(own.certificate(der) for der in plan.signers))
    entries = (encode(SEQUENCE, own.named, encode(OCTET_STRING, sm3(der))) for der in plan.signers)
    return encode(own.members, *entries)


def seal_information(plan: SealPlan) -> bytes:
    own = plan.dialect
    time = own.time or (utc if plan.version == 1 else generalized)
    properties = encode(
        SEQUENCE,
        integer(plan.kind),
        own.name(plan.name),
        b"" if plan.version == 1 else integer(2 if plan.by_digest else 1),
        certificate_list(plan),
        time(plan.since),
        time(plan.since),
        time(plan.until),
    )
    return encode(
        SEQUENCE,
        encode(SEQUENCE, own.text("ES"), integer(plan.version), own.text("workshop")),
        own.text("44010000000001"),
        properties,
        encode(SEQUENCE, own.text(plan.picture_kind), encode(OCTET_STRING, plan.picture), integer(40), integer(30)),
        own.extension,
    )


def make_seal(plan: SealPlan, information: bytes | None = None) -> bytes:
    """The seal of *plan*; with other *information* than the maker signed, if given."""
    own = plan.dialect
    signed = seal_information(plan)
    certificate, algorithm = own.certificate(plan.maker.der), own.algorithm(own.oid)
    if plan.version == 1:
        value = plan.maker.sign(encode(SEQUENCE, signed, certificate, algorithm))
        return encode(SEQUENCE, information or signed, encode(SEQUENCE, certificate, algorithm, own.value(value)))
    value = plan.maker.sign(signed)
    stamp = own.tagged(plan.stamp(value)) if plan.stamp else b""
    return encode(SEQUENCE, information or signed, certificate, algorithm, own.value(value), stamp)


@dataclass(frozen=True)
class SealingPlan:
    """What sealing states."""

    signer: Holder
    seal: bytes
    version: int = 4
    time: datetime = SEALED_AT
    location: str = "/Doc_0/Signs/Sign_0/Signature.xml"
    stamp: Callable[[bytes], bytes] | None = None
    dialect: Dialect = STANDARD


def make_sealing(plan: SealingPlan, signature_part: bytes) -> bytes:
    own = plan.dialect
    certificate, algorithm = own.certificate(plan.signer.der), own.algorithm(own.oid)
    time = (own.time or generalized)(plan.time)
    to_sign = encode(
        SEQUENCE,
        integer(plan.version),
        plan.seal,
        bits(time) if plan.version == 1 and own.time is None else time,
        own.digest(sm3(signature_part)),
        own.text(plan.location),
        own.extension_used,
        *((certificate, algorithm) if plan.version == 1 else ()),
    )
    value = plan.signer.sign(to_sign)
    if plan.version == 1:
        return encode(SEQUENCE, to_sign, own.value(value))
    stamp = own.tagged(plan.stamp(value)) if plan.stamp else b""
    return encode(SEQUENCE, to_sign, certificate, algorithm, own.value(value), stamp)


OFD_XML = (
    '<ofd:OFD xmlns:ofd="http://www.ofdspec.org/2016" Version="1.1" DocType="OFD"><ofd:DocBody>'
    "<ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot><ofd:Signatures>Doc_0/Signs/Signatures.xml</ofd:Signatures>"
    "</ofd:DocBody></ofd:OFD>"
)
DOCUMENT_XML = (
    '<Document xmlns="http://www.ofdspec.org/2016"><CommonData><MaxUnitID>10</MaxUnitID><PageArea><PhysicalBox>0 0 210 297'
    '</PhysicalBox></PageArea></CommonData><Pages><Page ID="1" BaseLoc="Pages/Content.xml"/></Pages></Document>'
)
PARTS: Mapping[str, bytes] = {
    "OFD.xml": OFD_XML.encode(),
    "Doc_0/Document.xml": DOCUMENT_XML.encode(),
    "Doc_0/Pages/Content.xml": b'<ofd:Page xmlns:ofd="http://www.ofdspec.org/2016">100</ofd:Page>',
    "Doc_0/Res/picture.png": b"a picture",
}


def signature_xml(
    parts: Mapping[str, bytes], *, method: str = "SM3", digest: Callable[[bytes], bytes] = sm3, folder: int = 0
) -> bytes:
    references = "".join(
        f'<ofd:Reference FileRef="/{name}"><ofd:CheckValue>{base64.b64encode(digest(part)).decode()}</ofd:CheckValue>'
        "</ofd:Reference>"
        for name, part in parts.items()
    )
    return (
        '<ofd:Signature xmlns:ofd="http://www.ofdspec.org/2016"><ofd:SignedInfo>'
        f"<ofd:SignatureMethod>{SM2_SM3}</ofd:SignatureMethod><ofd:SignatureDateTime>20260301020000Z</ofd:SignatureDateTime>"
        f'<ofd:References CheckMethod="{method}">{references}</ofd:References>'
        f'<ofd:StampAnnot ID="7" PageRef="1" Boundary="50 50 40 30"/>'
        f"<ofd:Seal><ofd:BaseLoc>/Doc_0/Signs/Sign_{folder}/Seal.esl</ofd:BaseLoc></ofd:Seal>"
        f"</ofd:SignedInfo><ofd:SignedValue>/Doc_0/Signs/Sign_{folder}/SignedValue.dat</ofd:SignedValue></ofd:Signature>"
    ).encode()


def signature_list(*identifiers: str, kind: str = "Seal") -> bytes:
    entries = "".join(
        f'<ofd:Signature ID="{identifier}" Type="{kind}" BaseLoc="/Doc_0/Signs/Sign_{number}/Signature.xml"/>'
        for number, identifier in enumerate(identifiers)
    )
    maximum = f"<ofd:MaxSignId>{identifiers[-1]}</ofd:MaxSignId>" if identifiers else ""
    return f'<ofd:Signatures xmlns:ofd="http://www.ofdspec.org/2016">{maximum}{entries}</ofd:Signatures>'.encode()


def sealed_parts(plan: SealingPlan, parts: Mapping[str, bytes] = PARTS, **wanted) -> dict[str, bytes]:
    """The parts of a sealed package, sealed once."""
    signature = signature_xml({**parts, "Doc_0/Signs/Sign_0/Seal.esl": plan.seal}, **wanted)
    return {
        **parts,
        "Doc_0/Signs/Signatures.xml": signature_list("1"),
        "Doc_0/Signs/Sign_0/Signature.xml": signature,
        "Doc_0/Signs/Sign_0/Seal.esl": plan.seal,
        "Doc_0/Signs/Sign_0/SignedValue.dat": make_sealing(plan, signature),
    }


def pack(parts: Mapping[str, bytes], *more: tuple[str, bytes]) -> bytes:
    """A ZIP of *parts*, and of *more* entries whatever their names."""
    archive = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as package:
        warnings.filterwarnings("ignore", "Duplicate name")
        for name, part in (*parts.items(), *more):
            package.writestr(zipfile.ZipInfo(name), part, zipfile.ZIP_DEFLATED)
    return archive.getvalue()


def unpack(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return {entry.filename: package.read(entry) for entry in package.infolist() if not entry.is_dir()}


def timestamp(authority: Holder, stamped: bytes, time: datetime) -> bytes:
    """An RFC 3161 token of *stamped*, with SM3 and SM2."""
    sm3_algorithm = encode(SEQUENCE, encode_oid("1.2.156.10197.1.401"))
    imprint = encode(SEQUENCE, sm3_algorithm, encode(OCTET_STRING, sm3(stamped)))
    info = encode(SEQUENCE, integer(1), encode_oid("1.2.3.4"), imprint, integer(7), generalized(time))
    names = encode(SEQUENCE, encode(SEQUENCE, encode(OCTET_STRING, hashlib.sha256(authority.der).digest())))
    attributes = sorted(
        encode(SEQUENCE, encode_oid(kind), encode(SET, value))
        for kind, value in (
            ("1.2.840.113549.1.9.3", encode_oid("1.2.840.113549.1.9.16.1.4")),
            ("1.2.840.113549.1.9.4", encode(OCTET_STRING, sm3(info))),
            ("1.2.840.113549.1.9.16.2.47", encode(SEQUENCE, names)),
        )
    )
    return signed_data(authority, encode(SET, *attributes), "1.2.840.113549.1.9.16.1.4", info, attributes)


def signed_data(
    holder: Holder,
    message: bytes,
    content_type: str = "1.2.156.10197.6.1.4.2.1",
    content: bytes | None = None,
    attributes: Sequence[bytes] = (),
    outer_type: str = "1.2.156.10197.6.1.4.2.2",
    more: Sequence[bytes] = (),
) -> bytes:
    """A SignedData of GB/T 35275 whose value is over *message*, with *more* certificates than the signer's."""
    certificate = Certificate.from_der(holder.der)
    sm3_algorithm = encode(SEQUENCE, encode_oid("1.2.156.10197.1.401"))
    signer = encode(
        SEQUENCE,
        integer(1),
        encode(SEQUENCE, certificate.issuer.der, integer(certificate.serial_number)),
        sm3_algorithm,
        encode(0xA0, *attributes) if attributes else b"",
        encode(SEQUENCE, encode_oid("1.2.156.10197.1.301.1")),
        encode(OCTET_STRING, holder.sign(message)),
    )
    carried = encode(0xA0, encode(OCTET_STRING, content)) if content is not None else b""
    inner = encode(
        SEQUENCE,
        integer(1),
        encode(SET, sm3_algorithm),
        encode(SEQUENCE, encode_oid(content_type), carried),
        encode(0xA0, *more, holder.der),
        encode(SET, signer),
    )
    kind = "1.2.840.113549.1.7.2" if content_type.startswith("1.2.840.113549.1.9") else outer_type
    return encode(SEQUENCE, encode_oid(kind), encode(0xA0, inner))
