"""Random PKIs judged by us, by pyhanko-certvalidator and by `openssl verify`: every disagreement has a reason, in `oracles`.

`IDBRIDGE_DIFFERENTIAL_PKIS` sets how many PKIs are tried, `IDBRIDGE_DIFFERENTIAL_FIRST` the number of the first.

* pyhanko-certvalidator searches all paths, as we do: its answer has to be ours.
* `openssl verify` follows one path only. What it accepts, we have to accept; and the path that we accept, it has to
  accept when it is given nothing else.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from idbridge import verify_certificate
from tests.interop.oracles import (
    departs_from_the_rfc,
    held_to_the_rfc,
    misses_the_signer,
    openssl_accepts,
    pyhanko_accepts,
)
from tests.interop.random_pki import AT, Pki, generate

if TYPE_CHECKING:
    from pathlib import Path

    from idbridge.pki.report import PathReport

FIRST = int(os.environ.get("IDBRIDGE_DIFFERENTIAL_FIRST", "0"))
COUNT = int(os.environ.get("IDBRIDGE_DIFFERENTIAL_PKIS", "100"))
BATCH = 25  # PKIs in one test


def ours(pki: Pki) -> PathReport:
    return verify_certificate(
        pki.leaf,
        anchors=pki.anchors,
        intermediates=pki.others,
        crls=pki.crls,
        at=AT,
        initial_policies=pki.initial_policies,
        require_explicit_policy=pki.explicit,
        inhibit_policy_mapping=pki.inhibit_mapping,
        inhibit_any_policy=pki.inhibit_any,
        revocation="require" if pki.revocation else "off",
    )


def disagreements(pki: Pki, folder: Path) -> list[str]:
    report = ours(pki)
    passed = report.indication == "PASSED"
    found = []
    with held_to_the_rfc():
        accepted, reason = pyhanko_accepts(pki)
    if accepted is not None and accepted != passed and not (passed and misses_the_signer(pki, _decisive_path(report))):
        found.append(f"pyhanko-certvalidator {accepted}, we {report.indication} {report.sub_indication}: {reason}")
    accepted, reason = openssl_accepts(pki, pki.others, pki.anchors, folder)
    if accepted and not passed:
        found.append(f"openssl accepts, we {report.indication} {report.sub_indication}")
    if passed:
        path = _decisive_path(report)
        accepted, reason = openssl_accepts(pki, path[1:-1], path[-1:], folder)
        if not accepted and not departs_from_the_rfc(pki, path):
            found.append(f"openssl refuses the path we accept: {reason}")
    return found


def _decisive_path(report: PathReport) -> list[bytes]:
    assert report.path is not None
    return [certificate.der for certificate in report.path.certificates]


@pytest.mark.parametrize("start", range(FIRST, FIRST + COUNT, BATCH))
def test_agree(start: int, tmp_path: Path) -> None:
    found = {}
    for number in range(start, min(start + BATCH, FIRST + COUNT)):
        if disagreement := disagreements(generate(number), tmp_path):
            found[number] = disagreement
    assert not found


BORROWED, VOUCHING_FOR_ITSELF, UNSIGNED, UNSEARCHED = 258, 136, 1442, 3605


@pytest.mark.parametrize("number", [BORROWED, VOUCHING_FOR_ITSELF, UNSIGNED, UNSEARCHED])
def test_what_is_corrected_in_pyhanko_is_still_wrong_there(number: int) -> None:
    """When it refuses these, `held_to_the_rfc` has had its day."""
    pki = generate(number)
    passed = ours(pki).indication == "PASSED"
    assert passed is (number == UNSEARCHED)
    assert pyhanko_accepts(pki)[0] is not passed
    with held_to_the_rfc():
        assert pyhanko_accepts(pki)[0] is passed


def test_a_signer_below_an_authority_off_the_path_is_still_missed() -> None:
    pki = generate(8286)
    report = ours(pki)
    assert report.indication == "PASSED"
    assert misses_the_signer(pki, _decisive_path(report))
    with held_to_the_rfc():
        assert pyhanko_accepts(pki)[0] is False


ANOTHER_CERTIFICATE_SIGNS, ANCHOR_WITHOUT_CRL, FORGED_BESIDE_GOOD, MAPPED_BY_ANY_POLICY = 1868, 2600, 4500, 5056


@pytest.mark.parametrize(
    ("number", "why"),
    [
        (ANOTHER_CERTIFICATE_SIGNS, "key usage does not include CRL signing"),
        (ANCHOR_WITHOUT_CRL, "CRL has expired"),
        (FORGED_BESIDE_GOOD, "CRL signature failure"),
        (MAPPED_BY_ANY_POLICY, "no explicit policy"),
    ],
)
def test_where_openssl_departs_from_the_rfc_it_still_does(number: int, why: str, tmp_path: Path) -> None:
    pki = generate(number)
    path = _decisive_path(ours(pki))
    accepted, reason = openssl_accepts(pki, path[1:-1], path[-1:], tmp_path)
    assert (accepted, departs_from_the_rfc(pki, path)) == (False, True)
    assert why in reason
