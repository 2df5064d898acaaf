"""XML signatures that xmlsec1 and signxml make hold here, and those that our workshop writes hold there.

The documents have what canonical forms differ on: default namespaces that children lose and regain, prefixes declared anew,
``xml:`` attributes, comments, instructions, odd white space.
"""

from __future__ import annotations

import random
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
import signxml
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from lxml import etree
from signxml.xades import XAdESSigner

from idbridge.signatures.formats.catalogue import read_document
from idbridge.signatures.signer import identify
from tests.requirements import program
from tests.unit.signatures.forge import Authority
from tests.unit.signatures.xml_forge import CONTRACT, DS, ENVELOPED, EXCLUSIVE, Xades, enveloped, enveloping, reference

AUTHORITY = Authority()
SIGNER = AUTHORITY.issue("Chan Tai Man", since=datetime(2024, 1, 1, tzinfo=UTC))
INCLUSIVE = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
INCLUSIVE_11 = "http://www.w3.org/2006/12/xml-c14n11"
METHODS = [method + comments for method in (INCLUSIVE, INCLUSIVE_11) for comments in ("", "#WithComments")]
METHODS += [EXCLUSIVE, EXCLUSIVE + "WithComments"]
SECONDS = 20


def integrity(data: bytes) -> str:
    (signature,) = read_document(data).signatures
    assert not [fault for fault in signature.signed.faults if fault.fatal]
    return identify(signature.signed, ()).integrity


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("xmlsec")
    key = SIGNER.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "key.pem").write_bytes(key)
    (folder / "signer.pem").write_bytes(SIGNER.certificate.public_bytes(Encoding.PEM))
    (folder / "root.pem").write_bytes(AUTHORITY.root.certificate.public_bytes(Encoding.PEM))
    return folder


def xmlsec(folder: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    names = [
        f"{DS}:Object",
        f"{DS}:SignatureValue",
        "contract",
        "amount",
        "item",
        "http://uri.etsi.org/01903/v1.3.2#:SignedProperties",
    ]
    identifiers = [word for name in names for word in ("--id-attr:Id", name)]
    command = [program("xmlsec1"), arguments[0], *identifiers, *arguments[1:]]
    return subprocess.run(command, cwd=folder, capture_output=True, timeout=SECONDS, check=False)


def template(uri: str, steps: list[str], method: str) -> str:
    transforms = "".join(f'<Transform Algorithm="{step}"/>' for step in steps)
    return (
        f'<Signature xmlns="{DS}"><SignedInfo><CanonicalizationMethod Algorithm="{method}"/>\n'
        '<SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"/>\n'
        f'<Reference URI="{uri}"><Transforms>{transforms}</Transforms>'
        '<DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><DigestValue/></Reference></SignedInfo>'
        "<SignatureValue/><KeyInfo><X509Data/></KeyInfo></Signature>"
    )


def random_document(dice: random.Random, signature: str) -> str:
    """A tree of elements in few namespaces under many prefixes, with *signature* as the last child of its root."""

    def element(depth: int) -> str:
        prefix = dice.choice(("", "p:", "q:"))
        declared = "".join(
            f' xmlns{colon}="{dice.choice(("urn:1", "urn:2", "urn:3"))}"' for colon in (":p", ":q", "") if dice.random() < 0.3
        )
        declared += ' xmlns=""' if ' xmlns="' not in declared and dice.random() < 0.15 else ""
        attributes = "".join(
            f' {name}="{dice.choice(("1", "a&#10;b", "&quot;", "&lt;"))}"'
            for name in ("b", "a", "p:c", "xml:lang", "xml:space")
            if dice.random() < 0.2
        )
        inner = "".join(
            dice.choice((element, lambda _: "text &amp; ü", lambda _: "<!-- c -->", lambda _: "<?i  j ?>"))(depth + 1)
            for _ in range(dice.randint(0, 3) if depth < 5 else 0)
        )
        return f"<{prefix}e{declared}{attributes}>{inner}</{prefix}e>"

    content = "".join(element(0) for _ in range(3))
    language = dice.choice(("", ' xml:lang="en"'))
    item = f'<item Id="i" xmlns:r="urn:3"{language}>{element(0)}{element(0)}</item>'
    root = dice.choice(("<contract", '<contract xmlns="urn:1"')) + ' Id="doc" xml:lang="pt" xmlns:p="urn:1" xmlns:q="urn:2">'
    return (
        f"<?a b?>{root}{content}<p:box xml:space='preserve' xmlns:p='urn:2'>{item}</p:box>{signature}</contract>\n<!-- end -->"
    )


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("uri", ["", "#doc", "#i", "#xpointer(/)", "#xpointer(id('i'))"])
def test_what_xmlsec_signs_holds_here(files: Path, method: str, uri: str) -> None:
    dice = random.Random(f"{method} {uri}")
    for number in range(3):
        # a default namespace on the root is that of the identifiers' elements too, which xmlsec1 has to be told
        steps = [method] if "i" in uri.replace("xpointer", "").replace("id(", "") else [ENVELOPED, method]
        text = random_document(dice, template(uri, steps, method)).replace('<contract xmlns="urn:1"', "<contract")
        (files / "in.xml").write_text(text, "utf-8")
        made = xmlsec(files, "--sign", "--privkey-pem", "key.pem,signer.pem", "--output", "out.xml", "in.xml")
        assert made.returncode == 0, made.stderr
        signed = (files / "out.xml").read_bytes()
        assert integrity(signed) == "intact", (number, signed)
        assert xmlsec(files, "--verify", "--trusted-pem", "root.pem", "out.xml").returncode == 0
        assert integrity(signed.replace(b"<item ", b'<item z="1" ')) == "broken"


def test_object_under_a_default_namespace(files: Path) -> None:
    """Three levels below the apex libxml2 loses an inherited default namespace, unless one takes care."""
    held = '<Object Id="o"><a><b><c><d>x</d></c></b></a></Object></Signature>'
    text = template("#o", [INCLUSIVE], INCLUSIVE).replace("</Signature>", held)
    (files / "in.xml").write_text(text)
    assert xmlsec(files, "--sign", "--privkey-pem", "key.pem,signer.pem", "--output", "out.xml", "in.xml").returncode == 0
    assert integrity((files / "out.xml").read_bytes()) == "intact"


@pytest.mark.parametrize("make", [enveloped, enveloping, lambda signer: enveloped(signer, uri="#doc")])
def test_what_we_write_holds_in_xmlsec(files: Path, make) -> None:
    (files / "ours.xml").write_text(make(SIGNER))
    checked = xmlsec(files, "--verify", "--trusted-pem", "root.pem", "ours.xml")
    assert checked.returncode == 0, checked.stderr
    (files / "ours.xml").write_text(make(SIGNER).replace("100", "1000"))
    assert xmlsec(files, "--verify", "--trusted-pem", "root.pem", "ours.xml").returncode != 0


FILTERS = {
    "http://www.w3.org/TR/1999/REC-xpath-19991116": (
        '<XPath xmlns:d="{ds}">not(ancestor-or-self::d:Signature)</XPath>',
        '<XPath xmlns:d="{ds}">ancestor-or-self::item</XPath>',
        "<XPath xmlns:d=\"{ds}\">ancestor-or-self::*[@Id='i'] and not(ancestor-or-self::e)</XPath>",
        (
            '<XPath xmlns:d="{ds}">count(ancestor-or-self::d:Signature | here()/ancestor::d:Signature[1]) &gt; '
            "count(ancestor-or-self::d:Signature)</XPath>"
        ),
    ),
    "http://www.w3.org/2002/06/xmldsig-filter2": (
        '<XPath xmlns="{uri}" xmlns:d="{ds}" Filter="subtract">/descendant::d:Signature</XPath>',
        '<XPath xmlns="{uri}" xmlns:d="{ds}" Filter="subtract">here()/ancestor::d:Signature[1]</XPath>',
        '<XPath xmlns="{uri}" Filter="intersect">//item</XPath><XPath xmlns="{uri}" Filter="subtract">//item/e</XPath>',
        '<XPath xmlns="{uri}" Filter="intersect">/contract/*[local-name()=\'box\']/item</XPath>',
    ),
}


@pytest.mark.parametrize(("uri", "number"), [(uri, number) for uri, forms in FILTERS.items() for number in range(len(forms))])
@pytest.mark.parametrize("method", [INCLUSIVE, EXCLUSIVE])
def test_filters_select_what_xmlsec_selects(files: Path, uri: str, number: int, method: str) -> None:
    inner = FILTERS[uri][number].format(uri=uri, ds=DS)
    signature = template("", ["FILTER", method], method).replace(
        '<Transform Algorithm="FILTER"/>', f'<Transform Algorithm="{uri}">{inner}</Transform>'
    )
    text = random_document(random.Random(number), signature).replace('<contract xmlns="urn:1"', "<contract")
    (files / "in.xml").write_text(text, "utf-8")
    made = xmlsec(files, "--sign", "--privkey-pem", "key.pem,signer.pem", "--output", "out.xml", "in.xml")
    if made.returncode:
        pytest.fail(made.stderr.decode())
    assert integrity((files / "out.xml").read_bytes()) == "intact"


# of exclusive forms signxml rejects its own XAdES: its references state no transform, and digest by one all the same
@pytest.mark.parametrize("method", list(signxml.CanonicalizationMethod)[:4], ids=lambda method: method.name)
@pytest.mark.parametrize("way", [signxml.methods.enveloped, signxml.methods.enveloping], ids=lambda way: way.name)
def test_what_signxml_signs_holds_here(way, method) -> None:
    signer = XAdESSigner(method=way, signature_algorithm="ecdsa-sha256", c14n_algorithm=method, claimed_roles=["signer"])
    key = SIGNER.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    root = etree.fromstring(CONTRACT)
    made = signer.sign(root, key=key, cert=SIGNER.certificate.public_bytes(Encoding.PEM).decode())
    data = etree.tostring(made)
    (signature,) = read_document(data).signatures
    assert identify(signature.signed, ()).integrity == "intact"
    assert signature.attributes.signing_time is not None
    assert signature.attributes.claimed_roles == ("signer",)
    assert identify(signature.signed, ()).attribute_fits


@pytest.mark.parametrize("make", [enveloped, enveloping])
def test_what_we_write_holds_in_signxml(make) -> None:
    expected = signxml.SignatureConfiguration(expect_references=2)
    pem = SIGNER.certificate.public_bytes(Encoding.PEM).decode()
    found = signxml.XMLVerifier().verify(make(SIGNER).encode(), x509_cert=pem, expect_config=expected)
    assert len(found) == 2


def test_signed_info_in_inclusive_form(files: Path) -> None:
    own = reference("", CONTRACT, (ENVELOPED, EXCLUSIVE), name="r1")
    text = Xades(SIGNER, [own]).text()
    assert integrity(CONTRACT.replace("</contract>", text + "</contract>").encode()) == "intact"
