"""ETSI's own XML schemas, which EU DSS publishes on Maven Central: fetched for the tests, and no part of this project."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZipFile

from lxml import etree

from tests.requirements import CHECKOUT, missing, program

PROJECT = CHECKOUT / "tests" / "interop" / "etsi"
FETCH_LIMIT = 300  # seconds; the first run of a machine downloads them
VALIDATION_REPORT = "TS119102-2-v141.xsd"
IMPORTED = {
    "http://www.w3.org/TR/2002/REC-xmldsig-core-20020212/xmldsig-core-schema.xsd": "xmldsig-core-schema.xsd",
    "http://uri.etsi.org/01903/v1.3.2/XAdES.xsd": "XAdES.xsd",
    "http://uri.etsi.org/19612/v2.2.1/ts_119612v020201_201601xsd.xsd": "ts_119612v020301_xsd.xsd",
    "http://www.w3.org/2001/xml.xsd": "xml.xsd",
}
"""What the schemas import, by the address that they name."""


class Published(etree.Resolver):
    """Answers the addresses that schemas name with the files at hand; nothing is fetched from anywhere else."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        super().__init__()
        self.files = files

    def resolve(self, system_url, public_id, context):
        name = IMPORTED.get(system_url, system_url.rpartition("/")[2])
        if name == "XMLSchema.dtd":
            return self.resolve_empty(context)
        return self.resolve_string(self.files[name], context, base_url=system_url)


@cache
def validation_report_schema() -> etree.XMLSchema:
    """Return the schema of TS 119 102-2 V1.4.1."""
    files = {name.rpartition("/")[2]: content for name, content in _published().items()}
    parser = etree.XMLParser(no_network=True)
    parser.resolvers.add(Published(files))
    return etree.XMLSchema(etree.fromstring(files[VALIDATION_REPORT], parser))


def _published() -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for path in _class_path():
        with ZipFile(path) as jar:
            found |= {name: jar.read(name) for name in jar.namelist() if name.startswith("xsd/") and name.endswith(".xsd")}
    return found


def _class_path() -> list[Path]:
    with TemporaryDirectory() as folder:
        target = Path(folder) / "class-path"
        command = [program("mvn"), "-q", "-B", "dependency:build-classpath", f"-Dmdep.outputFile={target}"]
        done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=FETCH_LIMIT, check=False)
        if done.returncode:
            missing(f"ETSI's schemas from Maven: {done.stdout[:300]}")
        return [Path(part) for part in target.read_text().split(":") if Path(part).name.startswith("specs-")]
