"""What we write: valid by the schemas of ETSI and the Commission, and the same after writing and reading again."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import signxml
from lxml import etree

from idbridge.trust.reading import read_unverified_list
from idbridge.trust.writing import write_list
from tests.requirements import vectors
from tests.unit.trust.lists import GD, HK, MO, draft, sign

SIGNXML = Path(signxml.__file__).parent

XML_NAMESPACE = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="http://www.w3.org/XML/1998/namespace">
<xs:attribute name="lang" type="xs:language"/></xs:schema>"""


@cache
def schema() -> etree.XMLSchema:
    """The schemas, their imports turned to the files at hand: nothing is fetched."""
    folder = vectors("trust-lists", "xsd")
    files = {
        "list.xsd": folder / "ts_119612v020401_xsd.xsd",
        "types.xsd": folder / "ts_119612v020401_additionaltypes_xsd.xsd",
        "qualifications.xsd": folder / "ts_119612v020401_sie_xsd.xsd",
        "agreements.xsd": folder / "mra_schema_v2_19612v020401.xsd",
        "xades.xsd": SIGNXML / "xades" / "schemas" / "XAdES01903v132-201601.xsd",
        "dsig.xsd": SIGNXML / "schemas" / "xmldsig-core-schema.xsd",
    }
    imports = {
        r"http://www\.w3\.org/2001/xml\.xsd": "xml.xsd",
        r"[^\"]*xmldsig-core-schema\.xsd": "dsig.xsd",
        r"[^\"]*XAdES[^\"]*\.xsd": "xades.xsd",
        r"[^\"]*19612_xsd\.xsd": "list.xsd",
        r"[^\"]*_sie_xsd\.xsd": "qualifications.xsd",
    }
    with TemporaryDirectory() as name:
        target = Path(name)
        (target / "xml.xsd").write_text(XML_NAMESPACE)
        for file, origin in files.items():
            text = re.sub(r"<!DOCTYPE.*?\]>", "", origin.read_text(encoding="utf-8-sig"), flags=re.DOTALL)
            for address, local in imports.items():
                text = re.sub(rf'schemaLocation="{address}"', f'schemaLocation="{local}"', text)
            (target / file).write_text(text)
        everything = "".join(
            f'<xs:import namespace="{namespace}" schemaLocation="{file}"/>'
            for file, namespace in {
                "list.xsd": "http://uri.etsi.org/02231/v2#",
                "types.xsd": "http://uri.etsi.org/02231/v2/additionaltypes#",
                "qualifications.xsd": "http://uri.etsi.org/TrstSvc/SvcInfoExt/eSigDir-1999-93-EC-TrustedList/#",
                "agreements.xsd": "http://ec.europa.eu/tools/lotl/mra/schema/v2#",
            }.items()
        )
        (target / "all.xsd").write_text(f'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">{everything}</xs:schema>')
        return etree.XMLSchema(etree.parse(target / "all.xsd"))


@pytest.mark.parametrize("territory", [GD, HK, MO])
def test_our_lists_validate(territory):
    schema().assertValid(etree.fromstring(sign(draft(territory))))


def test_the_schema_is_not_toothless():
    broken = sign(draft(GD)).replace(b"<TSLSequenceNumber>12<", b"<TSLSequenceNumber>twelve<")
    assert not schema().validate(etree.fromstring(broken))
    agreement = sign(draft(GD)).replace(b'technicalType="1"', b'technicalType="one"')
    assert not schema().validate(etree.fromstring(agreement))


REAL = [
    *(("eu-all", f"{name}.xml") for name in ("AT", "BE", "CZ", "ES", "FR", "HU", "IT", "PL", "SK", "EU")),
    ("eu", "fi-v6.xml"),
    ("eu", "mra-zz-lotl-history.xml"),
    ("mra", "mra-lotl.xml"),
    ("mra", "mra-zz-tl.xml"),
]


@pytest.mark.parametrize("parts", REAL, ids="/".join)
def test_real_lists_written_again_say_the_same_and_validate(parts):
    content = read_unverified_list(vectors("trust-lists", *parts).read_bytes())
    try:
        written = write_list(content)
    except ValueError as error:
        pytest.skip(f"has what we refuse to write: {error}")
    to_the_second = {
        name: time.replace(microsecond=0) for name in ("issued", "next_update") if (time := getattr(content, name))
    }
    assert read_unverified_list(written) == replace(content, **to_the_second)
    schema().assertValid(etree.fromstring(written))
