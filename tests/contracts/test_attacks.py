"""No attack passes as the original: a genuine document passes untouched, and whatever was done to it shows in the report.

Every document here has a signer who is trusted, not revoked, and named: nothing but the attack can keep it from passing. What
a report tells apart, best last, and what each attack has to come to:

* refused, with a code: the file is two things to two readers, or harms who reads it. Nothing is judged.
* TOTAL_FAILED: a digest or the value is wrong; or, by FORMAT_FAILURE, the signature is right over what was signed, and that is
  not what is shown (`changed-after-signing`, `mdp-violated`, `byte-range-gap`, …).
* INDETERMINATE: the arithmetic holds, and whose signature it is, or that it was made in time, is not proved.
* TOTAL_PASSED in part: the signature holds for what it covers, and the report names what it does not: files and elements
  beside, octets after it, what was changed since that a certification may allow (`extended-after-signing`: fields filled in,
  annotations, signatures that draw). Whoever wants this to fail requires `scope-covers-document` of the policy.
* TOTAL_PASSED, untouched: what a reader sees is what was signed. Validation data, timestamps, metadata and signatures that draw
  nothing may have been added; a place that was signed for a signature, up to a quarter of a page, may have been filled.

What cannot be told: whether the name in a picture is that of the signer (the report names the holder of the certificate); what
a document does that was made to show different things before it was signed (scripts, layers, content from elsewhere); that a
signature was taken out without a trace, as the signers of CMS, JSON and containers can be; whose key it is, where two have one
and no signed attribute names a certificate (`signing-certificate-attribute-present` warns). Comments in XML are no content.

Where each kind is tried: here by some of its makes (`attacks/`), with all variants in `tests/unit/signatures`.

| kind                                                | here         | all variants                                      |
|-----------------------------------------------------|--------------|---------------------------------------------------|
| PDF: hiding and replacing by updates, overlays      | `papers`     | `formats/test_pdf.py` (`ATTACKS`, `ranged`, …),   |
| (fields, annotations, signatures), ranges, gaps,    |              | `test_pdf_disguises.py` (`POSING`, …),            |
| tails, Contents, removed signatures, appearance     |              | `test_pdf_references.py` (`UPDATES`, …)           |
| PDF at random, against what PDFium draws            |              | `test_pdf_pictures.py`                            |
| ZIP: names twice, traversal, bombs, links; ASiC     | `containers` | `formats/test_archive.py`, `asic/test_reading.py` |
| one archive that is two                             | `containers` | `formats/test_archive_layout.py`                  |
| XML: wrapping (`vectors/xsw` too), entities,        | `markup`     | `formats/xmldsig/test_attacks.py`                 |
| fetching, programs, identifiers twice               |              |                                                   |
| JWS: none, key confusion, `crit`, `b64`, `jwk`      | `tokens`     | `formats/jws/test_reading.py`                     |
| CMS: attributes missing and doubled, signers        | `messages`   | `formats/test_cms.py`                             |
| keys, values, curves, padding                       | `keys`       | `tests/unit/pki/test_algorithms.py`               |
| timestamps that prove nothing                       | `times`      | `test_process.py`, `formats/test_timestamp.py`    |
| OFD: parts, seals, lists                            | –            | `checks/test_seal.py` (`TAMPERED`)                |
"""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType
from typing import Final

import pytest

from idbridge.signatures.gathering import ValidationData
from tests.contracts.attacks import containers, keys, markup, messages, papers, times, tokens
from tests.contracts.attacks.scene import EVIDENCE, UNTOUCHED, said

FAMILIES: Final[Mapping[str, ModuleType]] = {
    "CMS": messages,
    "JWS": tokens,
    "ZIP": containers,
    "timestamp": times,
    "PDF": papers,
    "XML": markup,
    "key": keys,
}
GENUINE = [(family, name) for family, module in FAMILIES.items() for name in module.GENUINE]
ATTACKS = [(family, name) for family, module in FAMILIES.items() for name in module.ATTACKS]


@pytest.fixture(autouse=True)
def nothing_is_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("socket.socket.connect", lambda *_: pytest.fail("a connection was made"))


def evidence_of(module: ModuleType) -> ValidationData:
    """What is at hand besides the document: that of the family, or else that nobody is revoked."""
    return getattr(module, "EVIDENCE", EVIDENCE)


@pytest.mark.parametrize(("family", "name"), GENUINE)
def test_what_is_genuine_passes_untouched(family: str, name: str) -> None:
    module = FAMILIES[family]
    verdict, named = said(module.GENUINE[name], evidence=evidence_of(module))
    assert verdict == UNTOUCHED, named


@pytest.mark.parametrize(("family", "name"), ATTACKS)
def test_no_attack_passes_as_the_original(family: str, name: str) -> None:
    module = FAMILIES[family]
    attack = module.ATTACKS[name]
    verdict, named = said(attack.make, attack.detached, evidence_of(module))
    assert verdict != UNTOUCHED
    assert (verdict, attack.names in named) == (attack.verdict, True), named
