"""Documents signed and sealed by people of the demonstration, and what can be done to them afterwards."""

from __future__ import annotations

from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

from idbridge.services.demo_pki import DemoPki
from idbridge.signatures.evidence import StampPlace
from idbridge.signatures.making.ofd import Sealing, seal_document
from idbridge.signatures.making.seals import KeyHolder
from tests.bridge.demo import Demo
from tests.unit.signatures.formats import pdf_forge as forge
from tests.unit.signatures.seals import pack, unpack

PAGE = "Doc_0/Pages/Content.xml"
SPACE = 'xmlns:ofd="http://www.ofdspec.org/2016"'
LETTER = {
    "OFD.xml": f"<ofd:OFD {SPACE}><ofd:DocBody><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>",
    "Doc_0/Document.xml": f"<ofd:Document {SPACE}><ofd:CommonData><ofd:PageArea><ofd:PhysicalBox>0 0 210 297</ofd:PhysicalBox>"
    "</ofd:PageArea></ofd:CommonData><ofd:Pages><ofd:Page ID='1' BaseLoc='Pages/Content.xml'/></ofd:Pages></ofd:Document>",
    PAGE: f"<ofd:Page {SPACE}><ofd:Content><ofd:Layer><ofd:TextObject Boundary='30 40 150 12' Size='8'>"
    "<ofd:TextCode X='0' Y='9'>"
    "保证金金额：壹佰元</ofd:TextCode></ofd:TextObject></ofd:Layer></ofd:Content></ofd:Page>",
}
LOOK = forge.stream(
    b"0 .3 .4 RG 2 w 2 2 196 56 re S BT /F1 14 Tf 12 26 Td (Signed: Chan) Tj ET",
    b"/Type /XObject /Subtype /Form /BBox [0 0 200 60] /Resources << /Font << /F1 8 0 R >> >>",
)


class Workshop:
    """Makes them with the keys of a running demonstration."""

    def __init__(self, demo: Demo) -> None:
        self.pki = DemoPki(demo.home / "pki")

    def letter(self, name: str = "gd-company") -> bytes:
        """A letter of one page that *name* has sealed."""
        holder = KeyHolder(self.pki.certificate(name), self.pki.signer(name))
        plan = Sealing(self.pki.seal(name), holder, datetime.now(UTC), (StampPlace("1", "120 60 40 40"),))
        return seal_document(pack({part: text.encode() for part, text in LETTER.items()}), plan)

    def changed_letter(self) -> bytes:
        """The letter, with another amount."""
        parts = unpack(self.letter())
        return pack({**parts, PAGE: parts[PAGE].replace("壹佰元".encode(), "玖佰元".encode())})

    def forged_letter(self) -> bytes:
        """The letter, with the signature value of another one."""
        value = "Doc_0/Signs/Sign_0/SignedValue.dat"
        return pack({**unpack(self.letter()), value: unpack(self.letter("gd-company-plain"))[value]})

    def contract(self, name: str = "hk-chan") -> bytes:
        """A contract that *name* has signed, with a picture of it."""
        field = forge.signature_objects(rect=b"300 640 500 700", extra=b"/AP << /N 31 0 R >>")
        objects = {**forge.base(), **field, 31: LOOK}
        kind = b"/Type /Sig /SubFilter /adbe.pkcs7.detached"

        def sign(content: bytes) -> bytes:
            key = self.pki.key(name)
            assert isinstance(key, rsa.RSAPrivateKey)
            own, *above = map(x509.load_der_x509_certificate, self.pki.chain(name))
            builder = pkcs7.PKCS7SignatureBuilder().set_data(content).add_signer(own, key, hashes.SHA256())
            for authority in above:
                builder = builder.add_certificate(authority)
            options = [pkcs7.PKCS7Options.DetachedSignature, pkcs7.PKCS7Options.Binary]
            return builder.sign(Encoding.DER, options)

        return forge.sign(b"", None, objects=objects, first=True, value=kind, make=sign)

    def changed_contract(self) -> bytes:
        """The contract, with another amount, added as editors do it: behind what was signed."""
        return forge.update(self.contract(), {forge.CONTENTS: forge.text(b"Pay 999 to Bob")})
