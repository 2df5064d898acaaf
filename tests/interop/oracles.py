"""The judges of the differential test that others wrote: what each is asked, and where it departs from RFC 5280 §6.3.3.

Each departure is answered by what it consists of, never by the judge's own message.

**pyhanko-certvalidator** (0.33.0; all in its ``revinfo/validate_crl.py``) takes two kinds of CRLs that the RFC does not let
speak. `held_to_the_rfc` closes both gaps; then it has to agree with us on every PKI, without an exception.

* Borrowed ones. For a certificate it takes the CRL of anyone whom the certificate's issuer has certified: ``indirect_issuer``
  in `_find_candidate_crl_paths`, ``indirect_crl_issuer`` in `_get_crl_scope_assuming_authority`. By §6.3.3 (b)(1) a CRL
  speaks of its issuer's own certificates; of those of others only if it is indirect, and named by the distribution point.
  The silence of a list that the certificate could never be on is taken for "not revoked".
* Self-vouching ones. `_find_crl_issuer` returns "if we're recursing": if the CRL's signer is the certificate whose own path is
  being validated (`ValProcState.check_path_verif_recursion`). Nobody then says that this signer is not revoked, which (f) asks,
  and the signature on the CRL is not verified, which (g) asks; `record_crl_issuer` makes others rely on that CRL too. PKITS
  4.14.30 has the one certificate that may speak for itself, because its issuer says so in its distribution point; there is
  none in these PKIs.

**openssl verify** asks more than the RFC, in two ways (`beyond_the_rfc`).

* It takes the certificate on the path for the signer of the CRL (`crl_akid_check` of ``crypto/x509/x509_vfy.c`` tries that one
  first), also where it has no right to sign CRLs. By (f) another certificate of that authority, with a path to the same
  anchor, will do.
* With ``-crl_check_all`` it wants a CRL for the anchor too. By §6.1 (a) to (d) the anchor is no part of the path.
"""

from __future__ import annotations

import asyncio
import base64
import logging
import subprocess
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING
from unittest import mock

from asn1crypto import x509 as asn1
from cryptography import x509
from pyhanko_certvalidator import CertificateValidator, PKIXValidationParams, ValidationContext
from pyhanko_certvalidator.errors import PathBuildingError, ValidationError
from pyhanko_certvalidator.revinfo import validate_crl

from tests.interop.random_pki import ANY_POLICY, AT, Pki
from tests.requirements import program

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

logging.getLogger("pyhanko_certvalidator").setLevel(logging.CRITICAL)  # it tells of each path that it refuses


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


@contextmanager
def held_to_the_rfc() -> Iterator[None]:
    """Close both gaps of pyhanko-certvalidator."""
    scope, paths = validate_crl._get_crl_scope_assuming_authority, validate_crl._find_candidate_crl_paths
    with (
        mock.patch.object(validate_crl, scope.__name__, partial(_nothing_borrowed, scope)),
        mock.patch.object(validate_crl, paths.__name__, partial(_none_vouching_for_itself, paths)),
    ):
        yield


def _nothing_borrowed(scope, *, crl_issuer, cert, is_indirect, errs, **rest):
    """§6.3.3 (b)(1). Returns the reasons that a CRL covers, None where it says nothing of the certificate."""
    if crl_issuer.subject != cert.issuer and not is_indirect:
        errs.issuer_failures += 1
        return None
    return scope(crl_issuer=crl_issuer, cert=cert, is_indirect=is_indirect, errs=errs, **rest)


async def _none_vouching_for_itself(paths, crl, *, proc_state, **rest):
    """§6.3.3 (f). Returns the paths of those who may have signed, without the signers that are being validated."""
    found, errors = await paths(crl, proc_state=proc_state, **rest)
    return [path for path in found if not proc_state.check_path_verif_recursion(path.last)], errors


def openssl_accepts(pki: Pki, others: Sequence[bytes], anchors: Sequence[bytes], folder: Path) -> tuple[bool, str]:
    """Return whether it accepts the leaf by what is given, and what it said."""
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


def beyond_the_rfc(pki: Pki, path: Sequence[bytes]) -> bool:
    """Whether `openssl verify` asks for something that *path* (the leaf first, the anchor last) need not have."""
    if not pki.revocation:
        return False
    *_, anchor = issuers = [x509.load_der_x509_certificate(der) for der in path[1:]]
    return not all(map(_may_sign_crls, issuers)) or not any(_vouches(crl, anchor) for crl in pki.crls)


def _may_sign_crls(certificate: x509.Certificate) -> bool:
    return certificate.extensions.get_extension_for_class(x509.KeyUsage).value.crl_sign


def _vouches(crl: bytes, anchor: x509.Certificate) -> bool:
    """Whether the anchor itself signed the CRL, which is current and for certificates of authorities."""
    found = x509.load_der_x509_crl(crl)
    points = [one.value for one in found.extensions if isinstance(one.value, x509.IssuingDistributionPoint)]
    return (
        found.issuer == anchor.subject
        and found.next_update_utc is not None
        and found.next_update_utc >= AT
        and not any(point.only_contains_user_certs for point in points)
        and found.is_signature_valid(anchor.public_key())  # type: ignore[arg-type] - every key here is of a curve
    )
