"""The many signatures that EU DSS can make: forms by levels, parameters, algorithms, several signers, extension and renewal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pikepdf
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificateIssuerPrivateKeyTypes
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates

from tests.interop.dss_peer import PASSWORD
from tests.unit.signatures.forge import BORN, Authority

BASELINE = ("B", "T", "LT", "LTA")
XADES_EXTENDED = ("XAdES_C", "XAdES_X", "XAdES_XL", "XAdES_A")
JSON = "JwsSerializationType=JSON_SERIALIZATION"

OPTIONS: Mapping[str, tuple[str, ...]] = {
    "CAdES": (
        *("", "En319122=false", "policy", "implied-policy", "roles,commitment,location", "content-timestamp", "long-ago"),
        *("ContentHintsType=1.2.840.113549.1.7.1,ContentHintsDescription=text", "ReferenceDigestAlgorithm=SHA1"),
        "ContentIdentifierPrefix=p,ContentIdentifierSuffix=s",
    ),
    "XAdES": (
        *("", "En319132=false", "SignaturePackaging=ENVELOPED", "SignaturePackaging=ENVELOPED,PrettyPrint=true"),
        *("SignaturePackaging=INTERNALLY_DETACHED", "EmbedXML=true", "SignKeyInfo=true", "AddX509SubjectName=true"),
        *("policy", "implied-policy", "roles,commitment,location", "content-timestamp", "PrettyPrint=true", "long-ago"),
        *("SigningCertificateDigestMethod=SHA1,En319132=false", "SigningCertificateDigestMethod=SHA512"),
        *("ReferenceDigestAlgorithm=SHA1", "ReferenceDigestAlgorithm=SHA3_256", "TokenReferencesDigestAlgorithm=SHA512"),
        "SignedInfoCanonicalizationMethod=http://www.w3.org/2006/12/xml-c14n11",
        "SignedInfoCanonicalizationMethod=http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments",
        "SignedPropertiesCanonicalizationMethod=http://www.w3.org/TR/2001/REC-xml-c14n-20010315",
    ),
    "PAdES": (
        *("", "image", "Permission=CHANGES_PERMITTED", "Permission=NO_CHANGE_PERMITTED", "SubFilter=adbe.pkcs7.detached"),
        *("Reason=because,Location=Nansha", "Reason=because,commitment", "Reason=because,policy", "policy", "commitment,roles"),
        *("content-timestamp", "IncludeVRIDictionary=true", "Filter=Entrust.PPKEF", "long-ago"),
    ),
    "JAdES": (
        *("", JSON, "JwsSerializationType=FLATTENED_JSON_SERIALIZATION", f"{JSON},Base64UrlEncodedEtsiUComponents=false"),
        *(
            "Base64UrlEncodedPayload=false",
            f"{JSON},Base64UrlEncodedPayload=false",
            f"{JSON},policy",
            f"{JSON},content-timestamp",
        ),
        *(f"{JSON},roles,commitment,location", f"{JSON},SigningCertificateDigestMethod=SHA512"),
        *(f"{JSON},JadesSigningTimeType=SIG_T", f"{JSON},JadesSigningTimeType=SIG_T,long-ago"),
    ),
    "ASiC-CAdES": ("", "ZipComment=true", "policy,roles", "content-timestamp", "long-ago"),
    "ASiC-XAdES": ("", "ZipComment=true", "policy,roles", "content-timestamp", "long-ago"),
}
"""Parameters of each form, by the words of `Variants.java`; each is tried at each level."""

ALGORITHMS = (
    *(("rsa", f"DigestAlgorithm={name}") for name in ("SHA1", "SHA224", "SHA384", "SHA512", "SHA3_256", "SHA3_512")),
    *(("rsa", f"EncryptionAlgorithm=RSASSA_PSS,DigestAlgorithm={name}") for name in ("SHA1", "SHA256", "SHA512", "SHA3_384")),
    *(("p256", f"DigestAlgorithm={name}") for name in ("SHA1", "SHA224", "SHA256", "SHA3_256")),
    *(("p384", "DigestAlgorithm=SHA384"), ("p521", "DigestAlgorithm=SHA512"), ("p521", "DigestAlgorithm=SHA256")),
    *(("ed25519", "DigestAlgorithm=SHA512"), ("dsa", "DigestAlgorithm=SHA256"), ("dsa", "DigestAlgorithm=SHA1")),
)


@dataclass(frozen=True)
class Variant:
    """A document to be made: its steps as lines of `Variants.java`, and the files beside it when it is read."""

    name: str
    steps: tuple[str, ...]
    out: Path
    originals: tuple[Path, ...] = ()


@dataclass
class Makings:
    """Files to sign, keys to sign with, and the authority that certified them, in a folder."""

    home: Path
    authority: Authority = field(default_factory=Authority)
    files: dict[str, Path] = field(default_factory=dict)
    keys: dict[str, Path] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Write everything."""
        for folder, name, der in (
            ("anchors", "root.cer", self.authority.root.der),
            ("crls", "root.crl", self.authority.crl(datetime.now(UTC) - timedelta(minutes=5))),
        ):
            (self.pki / folder).mkdir(parents=True)
            (self.pki / folder / name).write_bytes(der)
        for name, content in (
            ("text.txt", b"Minutes of the meeting at Nansha\n"),
            ("second.bin", bytes(range(256))),
            (
                "tree.xml",
                b'<?xml version="1.0"?>\n<!-- c --><m:minutes xmlns:m="urn:m" xml:lang="en"><m:at>A &amp; B</m:at></m:minutes>',
            ),
        ):
            self.files[name] = self.home / name
            self.files[name].write_bytes(content)
        document = pikepdf.new()
        document.add_blank_page()
        self.files["page.pdf"] = self.home / "page.pdf"
        document.save(self.files["page.pdf"])
        self._certify("rsa", rsa.generate_private_key(65537, 2048))
        self._certify("dsa", dsa.generate_private_key(2048))
        self._certify("ed25519", ed25519.Ed25519PrivateKey.generate())
        for name, curve in (("p256", ec.SECP256R1()), ("p384", ec.SECP384R1()), ("p521", ec.SECP521R1())):
            self._certify(name, ec.generate_private_key(curve))
        stamper = self.authority.issue("TSA", timestamping=True, of_rsa=True)
        self._store("tsa", stamper.key, stamper.certificate)

    @property
    def pki(self) -> Path:
        """The folder with what DSS trusts, and its CRLs."""
        return self.home / "pki"

    def _certify(self, name: str, key: CertificateIssuerPrivateKeyTypes) -> None:
        self.authority.serial += 1
        root = self.authority.root
        subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
        until = datetime(2034, 1, 1, tzinfo=UTC)
        builder = x509.CertificateBuilder(
            root.certificate.subject, subject, key.public_key(), self.authority.serial, BORN, until
        ).add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(root.key.public_key()), critical=False)
        self._store(name, key, builder.sign(root.key, hashes.SHA256()))

    def _store(self, name: str, key: object, certificate: x509.Certificate) -> None:
        root = self.authority.root.certificate
        protection = BestAvailableEncryption(PASSWORD)
        self.keys[name] = self.home / f"{name}.p12"
        self.keys[name].write_bytes(serialize_key_and_certificates(name.encode(), key, certificate, [root], protection))

    def variants(self) -> Iterator[Variant]:
        """Yield all that DSS is to make, in a fixed order."""
        for number, (name, form, steps, originals) in enumerate(self._recipes()):
            out = self.home / f"made-{number}"
            lines, before = [], None
            for place, step in enumerate(steps):
                target = out if place == len(steps) - 1 else self.home / f"made-{number}-{place}"
                lines.append(self._line(form, step, before, target, originals))
                before = target
            yield Variant(name, tuple(lines), out, originals)

    def _line(self, form: str, step: Step, before: Path | None, out: Path, originals: tuple[Path, ...]) -> str:
        files = [self.files[name] for name in step.files] if before is None else [before]
        match step.verb:
            case "make":
                words = ["make", form, step.level, self.keys[step.key], self.keys["tsa"], step.options or "-", out, *files]
            case "counter":
                words = ["counter", form, self.keys[step.key], step.options or "-", files[0], out, *originals]
            case _:
                words = ["extend", form, step.level, self.keys["tsa"], step.options or "-", files[0], out, *originals]
        return "\t".join(map(str, words))

    def _recipes(self) -> Iterator[tuple[str, str, tuple[Step, ...], tuple[Path, ...]]]:
        for form, first in _first_steps():
            detached = "DETACHED" in first.options and "INTERNALLY" not in first.options
            originals = tuple(self.files[name] for name in first.files) if detached else ()
            for more in ((), *_later_steps(form, first)):
                steps = (first, *more)
                yield f"{form}: {' → '.join(step.shown for step in steps)}", form, steps, originals


@dataclass(frozen=True)
class Step:
    """One call of DSS: make (or sign once more), counter-sign, extend."""

    verb: str
    level: str
    options: str
    key: str = "rsa"
    files: tuple[str, ...] = ()

    @property
    def shown(self) -> str:
        """In words, for a test that fails."""
        return " ".join(filter(None, (self.verb, self.level, self.key, self.options, *self.files)))


CONTENTS = {"XAdES": "tree.xml", "PAdES": "page.pdf"}
"""What a form signs, unless it is the text."""


def _first_steps() -> Iterator[tuple[str, Step]]:
    for form, options in OPTIONS.items():
        letters = form.removeprefix("ASiC-")
        extended = XADES_EXTENDED if form == "XAdES" else ()
        for level in (*(f"{letters}_BASELINE_{level}" for level in BASELINE), *extended):
            for option in options:
                yield from ((form, step) for step in _with_option(form, level, option))
            if form in ("CAdES", "XAdES"):
                yield form, Step("make", level, "SignaturePackaging=DETACHED", files=("text.txt",))
    for form in ("CAdES", "XAdES", "PAdES"):
        for key, option in ALGORITHMS:
            for level in ("B", "LTA"):
                yield form, Step("make", f"{form}_BASELINE_{level}", option, key, (CONTENTS.get(form, "text.txt"),))
    manifest = "SignaturePackaging=DETACHED,ManifestSignature=true"
    yield "XAdES", Step("make", "XAdES_BASELINE_LTA", manifest, files=("text.txt", "second.bin"))
    for mechanism in ("OBJECT_ID_BY_URI", "OBJECT_ID_BY_URI_HASH", "NO_SIG_D"):
        for level in BASELINE:
            options = f"SignaturePackaging=DETACHED,SigDMechanism={mechanism},{JSON}"
            yield "JAdES", Step("make", f"JAdES_BASELINE_{level}", options, "p256", ("text.txt",))


def _with_option(form: str, level: str, option: str) -> Iterator[Step]:
    if form.startswith("ASiC"):
        for kind in ("ASiC_S", "ASiC_E"):
            named = ",".join(filter(None, (f"ContainerType={kind}", option)))
            for files in (("text.txt",), ("text.txt", "second.bin", "tree.xml")):
                yield Step("make", level, named, files=files)
    elif form != "JAdES" or level.endswith("_B") or "JSON" in option:  # a compact JWS has no room for timestamps
        yield Step("make", level, option, files=(CONTENTS.get(form, "text.txt"),))


def _later_steps(form: str, first: Step) -> Iterator[tuple[Step, ...]]:
    """What may be done to a signature: one more beside it or over it, and what makes it last, twice."""
    if first.level not in ("CAdES_BASELINE_B", "XAdES_BASELINE_T", "PAdES_BASELINE_LT", "JAdES_BASELINE_T"):
        return
    level = f"{form.removeprefix('ASiC-')}_BASELINE_"
    options = JSON if form == "JAdES" else first.options.split(",")[0] if form.startswith("ASiC") else "-"
    last = Step("extend", f"{level}LTA", options)
    yield (last,)
    yield last, last
    if form in ("CAdES", "XAdES", "JAdES"):
        yield Step("counter", "", "-", "p256"), last
    if "DETACHED" not in first.options and "NO_CHANGE" not in first.options and form not in ("XAdES", "JAdES"):
        yield Step("make", f"{level}T", options, "p256"), last
