"""How fast real lists load: the EU's list of lists and all national lists of one day, signatures verified.

Run: ``python tests/benchmarks/trust_lists.py [--folder DIR]``. Prints CPU time; exits 1 if it is over the limit.
"""

from __future__ import annotations

import argparse
import base64
import sys
import time
from pathlib import Path

from lxml import etree

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from idbridge.trust.anchors import listed_anchors
from idbridge.trust.reading import read_list
from idbridge.trust.refusals import TrustListRefused
from idbridge.trust.vocabulary import CA_TYPES
from idbridge.trust.xml.parsing import parse_list
from idbridge.trust.xml.signature import verify_enveloped
from tests.requirements import vectors

LIMIT_SECONDS = 3.0


def signers_shown(data: bytes) -> list[bytes]:
    """The certificates a file shows, as a stand-in for the pins: what is measured does not depend on them."""
    try:
        found = etree.fromstring(data).findall(".//{*}Signature/{*}KeyInfo//{*}X509Certificate")
    except etree.XMLSyntaxError:
        return []
    return [base64.b64decode("".join(element.itertext())) for element in found]


def cpu(work) -> tuple[float, list]:
    started = time.process_time()
    results = [result for result in map(work, FILES) if result is not None]
    return time.process_time() - started, results


def load(file):
    try:
        return read_list(file[0], file[1])
    except TrustListRefused:
        return None


def verify_only(file):
    try:
        return verify_enveloped(parse_list(file[0]), file[1])
    except TrustListRefused:
        return None


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--folder", type=Path)
    folder = arguments.parse_args().folder or vectors("trust-lists", "eu-all")
    contents = [path.read_bytes() for path in sorted(folder.glob("*.xml"))]
    FILES = [(data, signers_shown(data)) for data in contents]
    verified, _ = cpu(verify_only)
    seconds, lists = cpu(load)
    services = sum(1 for signed in lists for _ in signed.content.services())
    started = time.process_time()
    anchors = [anchor for signed in lists for anchor in listed_anchors(signed.content, CA_TYPES)]
    prepared = time.process_time() - started
    print(f"{len(FILES)} files, {sum(map(len, contents)) / 1e6:.1f} MB; {len(lists)} good lists, {services} services")
    print(f"parse and verify: {verified:.2f} s CPU; read in full: {seconds:.2f} s CPU (limit {LIMIT_SECONDS})")
    print(f"{len(anchors)} anchors of {len({anchor.certificate for anchor in anchors})} certificates: {prepared:.2f} s CPU")
    sys.exit(seconds > LIMIT_SECONDS)
