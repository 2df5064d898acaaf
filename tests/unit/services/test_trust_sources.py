"""Which lists an instance relies on, read strictly."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from idbridge.services.trust_lists import ListSource
from idbridge.services.trust_sources import read_sources
from idbridge.trust.tables import TableRefused
from tests.unit.trust.lists import HK, authorities

LOCATION = "https://hk.example/list.xml"


def write(directory, text, certificate=None):
    (directory / "sources.toml").write_text(text)
    (directory / "hk.pem").write_bytes(certificate or authorities()["hk-signer"].der)


def test_sources_are_read(tmp_path):
    write(tmp_path, f'[[list]]\nterritory = "HK"\nlocation = "{LOCATION}"\nsigners = ["hk.pem"]\n')
    assert read_sources(tmp_path) == (ListSource(HK, (authorities()["hk-signer"].der,), LOCATION),)


def test_pem_is_read_too(tmp_path):
    pem = authorities()["hk-signer"].certificate.public_bytes(Encoding.PEM)
    write(tmp_path, '[[list]]\nterritory = "HK"\nsigners = ["hk.pem"]\n', pem)
    assert read_sources(tmp_path)[0].location is None


def test_no_file_means_no_lists(tmp_path):
    assert read_sources(tmp_path) == ()


@pytest.mark.parametrize(
    "text",
    [
        "[[list",
        '[[list]]\nterritory = "HK"\nsigners = []\n',
        '[[list]]\nterritory = "HK"\nsigners = ["nowhere.pem"]\n',
        '[[list]]\nterritory = "HK"\nsigners = ["sources.toml"]\n',
        '[[list]]\nterritory = "HK"\nsigners = ["hk.pem"]\nsigner = "x"\n',
        '[[list]]\nsigners = ["hk.pem"]\n',
        '[[list]]\nterritory = "HK"\nsigners = ["hk.pem"]\n' * 2,
    ],
)
def test_a_faulty_file_is_refused(tmp_path, text):
    write(tmp_path, text)
    with pytest.raises(TableRefused):
        read_sources(tmp_path)
