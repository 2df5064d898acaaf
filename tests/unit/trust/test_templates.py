"""Templates of real lists: they can be drafted, say what is public, and recognise nobody before somebody confirms them."""

import re
import shutil
import subprocess
import sys
import tomllib
import warnings
from datetime import UTC, datetime
from pathlib import Path

import certifi
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256

from idbridge.trust.drafting import draft_list
from idbridge.trust.reading import read_unverified_list
from tests.requirements import CHECKOUT
from tests.unit.trust.lists import load

FOLDER = CHECKOUT / "certs" / "templates"
PUBLIC_ROOTS = {
    "hongkong-post-root-ca-3": "CN=Hongkong Post Root CA 3,O=Hongkong Post,L=Hong Kong,ST=Hong Kong,C=HK",
    "gdca-trustauth-r5-root": r"CN=GDCA TrustAUTH R5 ROOT,O=GUANG DONG CERTIFICATE AUTHORITY CO.\,LTD.,C=CN",
}


def draft(region):
    source = tomllib.loads((FOLDER / f"{region}.toml").read_text(encoding="utf-8"))
    stand_ins = {}

    def certificate(name):
        """A certificate of the tests for each file that the operator would put there."""
        stand_ins.setdefault(name, load("hk-root" if "root" in name else "hk-issuing"))
        return stand_ins[name]

    return draft_list(source, issued=datetime(2026, 1, 1, tzinfo=UTC), load=certificate), stand_ins


@pytest.mark.parametrize("region", ["GD", "HK", "MO"])
def test_template_is_a_source_whose_entries_are_unconfirmed(region):
    content, named = draft(region)
    entries = [service.current.extensions.entry for _, service in content.services() if service.current.extensions.entry]
    assert entries
    assert not any(entry.confirmed for entry in entries)
    text = (FOLDER / f"{region}.toml").read_text(encoding="utf-8")
    assert all(re.search(rf"^#.*\b{re.escape(name)}\b", text, re.MULTILINE) for name in named), "every file is explained"


@pytest.mark.parametrize("region", ["GD", "HK", "MO"])
def test_an_operator_who_puts_the_files_there_gets_a_list(region, tmp_path):
    """By the very script: the names in the template are those of files."""
    shutil.copy(FOLDER / f"{region}.toml", tmp_path)
    _, named = draft(region)
    for name, certificate in named.items():
        (tmp_path / name).write_bytes(certificate)
    command = [sys.executable, CHECKOUT / "scripts" / "make_trust_list.py", tmp_path / f"{region}.toml", tmp_path / "list.xml"]
    subprocess.run(command, check=True, capture_output=True, cwd=CHECKOUT, env={"PYTHONPATH": str(CHECKOUT)})
    assert read_unverified_list((tmp_path / "list.xml").read_bytes()).territory == region


def test_five_conditions_as_published():
    content, _ = draft("GD")
    services = {s.current.extensions.entry.id: s.current for _, s in content.services() if s.current.extensions.entry}
    state = services["hk-e-cert-personal"]
    entry = state.extensions.entry
    assert state.since.isoformat() == "2015-07-10T16:00:00+00:00"
    assert entry.policy.prefix == "2.16.344.8.2.2008.810.2"
    assert entry.subject[0].value == "Hongkong Post e-Cert (Personal)"


@pytest.mark.parametrize("name", PUBLIC_ROOTS)
def test_hashes_are_those_of_the_public_root_programmes(name):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # one of the roots has an odd serial number
        roots = x509.load_pem_x509_certificates(Path(certifi.where()).read_bytes())
    [root] = [root for root in roots if root.subject.rfc4514_string() == PUBLIC_ROOTS[name]]
    stated = [
        re.search(rf"^#   {name}\.cer .*?SHA-256 (\w{{64}})", path.read_text(), re.DOTALL | re.MULTILINE)
        for path in FOLDER.iterdir()
    ]
    stated = [found[1] for found in stated if found]
    assert stated
    assert set(stated) == {root.fingerprint(SHA256()).hex()}
