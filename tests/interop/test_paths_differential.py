"""Random PKIs judged by us, by pyhanko-certvalidator and by `openssl verify`: whoever disagrees has to have a reason.

`IDBRIDGE_DIFFERENTIAL_PKIS` sets how many PKIs are tried, `IDBRIDGE_DIFFERENTIAL_FIRST` the number of the first.

* pyhanko-certvalidator searches all paths, as we do: its answer has to be ours, but for what `known` excuses.
* `openssl verify` follows one path only. What it accepts, we have to accept; and the path that we accept, it has to
  accept when it is given nothing else.
"""

from __future__ import annotations

import asyncio
import base64
import logging
import os
import subprocess
from typing import TYPE_CHECKING

import pytest
from asn1crypto import x509 as asn1
from pyhanko_certvalidator import CertificateValidator, PKIXValidationParams, ValidationContext
from pyhanko_certvalidator.errors import PathBuildingError, ValidationError

from idbridge import verify_certificate
from tests.interop.random_pki import ANY_POLICY, AT, Pki, generate
from tests.requirements import program

if TYPE_CHECKING:
    from pathlib import Path

    from idbridge.pki.report import PathReport

FIRST = int(os.environ.get("IDBRIDGE_DIFFERENTIAL_FIRST", "0"))
COUNT = int(os.environ.get("IDBRIDGE_DIFFERENTIAL_PKIS", "100"))
BATCH = 25  # PKIs in one test

OTHER_SIGNER = "key usage does not include CRL signing"
"""openssl takes CRLs only from the very certificate on the path. A second certificate of that authority, with the right
to sign CRLs and a path of its own to the anchor, will do by RFC 5280 §6.3.3 (f). pyhanko-certvalidator agrees."""

logging.getLogger("pyhanko_certvalidator").setLevel(logging.CRITICAL)  # it tells of each path that it refuses


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


def pyhanko_accepts(pki: Pki) -> tuple[bool | None, str]:
    """Return whether it accepts, None if it does not say: it has no name constraints on addresses."""
    context = ValidationContext(
        trust_roots=[asn1.Certificate.load(der) for der in pki.anchors],
        other_certs=[asn1.Certificate.load(der) for der in pki.others],
        crls=pki.crls,
        moment=AT,
        revocation_mode="require" if pki.revocation else "soft-fail",
    )
    parameters = PKIXValidationParams(
        user_initial_policy_set=frozenset(pki.initial_policies or ["any_policy"]),
        initial_explicit_policy=pki.explicit,
        initial_policy_mapping_inhibit=pki.inhibit_mapping,
        initial_any_policy_inhibit=pki.inhibit_any,
    )
    validator = CertificateValidator(asn1.Certificate.load(pki.leaf), validation_context=context, pkix_params=parameters)
    try:
        asyncio.run(validator.async_validate_path())
    except (ValidationError, PathBuildingError) as error:
        return False, str(error)
    except NotImplementedError as error:
        return None, str(error)
    return True, ""


def openssl_accepts(pki: Pki, others: list[bytes], anchors: list[bytes], folder: Path) -> tuple[bool, str]:
    files = {"leaf": [pki.leaf], "others": others, "anchors": anchors}
    for name, ders in files.items():
        (folder / name).write_text("".join(_pem("CERTIFICATE", der) for der in ders))
    (folder / "crls").write_text("".join(_pem("X509 CRL", der) for der in pki.crls))
    command = [program("openssl"), "verify", "-attime", str(int(AT.timestamp())), "-no-CAfile", "-no-CApath"]
    command += ["-trusted", str(folder / "anchors"), "-x509_strict", "-policy_check", "-partial_chain"]
    if others:
        command += ["-untrusted", str(folder / "others")]
    if pki.revocation:
        command += ["-crl_check_all", "-extended_crl", "-CRLfile", str(folder / "crls")]
    for policy in pki.initial_policies or [ANY_POLICY]:
        command += ["-policy", policy]
    flags = {"-explicit_policy": pki.explicit, "-inhibit_map": pki.inhibit_mapping, "-inhibit_any": pki.inhibit_any}
    command += [flag for flag, wanted in flags.items() if wanted]
    done = subprocess.run([*command, str(folder / "leaf")], capture_output=True, text=True, check=False, timeout=60)
    return done.returncode == 0, done.stdout + done.stderr


def _pem(label: str, der: bytes) -> str:
    return f"-----BEGIN {label}-----\n{base64.encodebytes(der).decode()}-----END {label}-----\n"


def disagreements(pki: Pki, folder: Path) -> list[str]:
    report = ours(pki)
    passed = report.indication == "PASSED"
    found = []
    accepted, reason = pyhanko_accepts(pki)
    if accepted is not None and accepted != passed and not known(pki, report, accepted, folder):
        found.append(f"pyhanko-certvalidator {accepted}, we {report.indication} {report.sub_indication}: {reason}")
    accepted, reason = openssl_accepts(pki, pki.others, pki.anchors, folder)
    if accepted and not passed:
        found.append(f"openssl accepts, we {report.indication} {report.sub_indication}")
    if passed:
        accepted, reason = openssl_accepts_path(pki, report, folder)
        if not accepted and OTHER_SIGNER not in reason:
            found.append(f"openssl refuses the path we accept: {reason}")
    return found


def openssl_accepts_path(pki: Pki, report: PathReport, folder: Path) -> tuple[bool, str]:
    """Ask about the path that decided, and nothing else."""
    assert report.path is not None
    *path, anchor = report.path.certificates
    return openssl_accepts(pki, [certificate.der for certificate in path[1:]], [anchor.der], folder)


def known(pki: Pki, report: PathReport, accepted: bool, folder: Path) -> bool:
    """Tell whether a disagreement with pyhanko-certvalidator is the one that is understood.

    It takes the word of CRLs that vouch for each other or for their own signer, and looks at CRLs of other issuers. We
    call the status unknown (RFC 5280 §6.3.3 (b), (f)). So does openssl, asked about the same path, and for lack of a
    CRL: that is required here, so that the excuse covers nothing else.
    """
    if not accepted or report.sub_indication != "TRY_LATER":
        return False
    accepted_by_openssl, reason = openssl_accepts_path(pki, report, folder)
    return not accepted_by_openssl and "CRL" in reason


@pytest.mark.parametrize("start", range(FIRST, FIRST + COUNT, BATCH))
def test_agree(start: int, tmp_path: Path) -> None:
    found = {}
    for number in range(start, min(start + BATCH, FIRST + COUNT)):
        if disagreement := disagreements(generate(number), tmp_path):
            found[number] = disagreement
    assert not found
