"""The judges of the differential test that others wrote: what each is asked, and where it departs from RFC 5280.

Each departure is answered by what it consists of, never by the judge's own message.

**pyhanko-certvalidator** (0.33.0) has four gaps. `held_to_the_rfc` closes the first three, and `misses_the_signer` says
whether the fourth matters; otherwise it has to agree with us.

* Borrowed CRLs. For a certificate it takes the CRL of anyone whom the certificate's issuer has certified:
  ``indirect_issuer`` in `_find_candidate_crl_paths`, ``indirect_crl_issuer`` in `_get_crl_scope_assuming_authority`
  (``revinfo/validate_crl.py``). By §6.3.3 (b)(1) a CRL speaks of its issuer's own certificates; of those of others only
  if it is indirect, and named by the distribution point. The silence of a list that the certificate could never be on
  is taken for "not revoked".
* Self-vouching CRLs. `_find_crl_issuer` there returns "if we're recursing": if the CRL's signer is the certificate
  whose own path is being validated (`ValProcState.check_path_verif_recursion`). Nobody then says that this signer is
  not revoked, which (f) asks, and the signature on the CRL is not verified, which (g) asks; `record_crl_issuer` makes
  others rely on that CRL too. PKITS 4.14.30 has the one certificate that may speak for itself, because its issuer says
  so in its distribution point; there is none in these PKIs.
* Unsearched paths. `CertificateRegistry.find_potential_issuers` (``registry.py``) passes over what
  `TrustManager.is_root` calls a root, and that compares name and key: no path goes through a cross-certificate of an
  authority that is an anchor too. Where the path to that anchor fails, for its policies say, the one beyond it is a
  path like any other (§6.1). What it passes over for its loops is given back to it: no path has the same name with the
  same key twice (RFC 4158 §2.4), which is our rule as well.
* Unsearched signers. `_find_candidate_crl_paths` looks for a CRL's signer only below the authorities of the path in
  question (`ValidationPath.truncate_to_issuer_and_append`). By (f) any path to the same anchor will do.

**openssl verify** (3.0) departs in four ways, and has no switch for them (`departs_from_the_rfc` says whether one
matters).

* It takes the certificate on the path for the signer of the CRL (`crl_akid_check` of ``crypto/x509/x509_vfy.c`` tries
  that one first), also where it has no right to sign CRLs. By §6.3.3 (f) another certificate of that authority, with a
  path to the same anchor, will do.
* Of several CRLs it settles for the one that fits best (`get_crl_sk` there), and refuses if that one is not signed as
  it should be. By (g) such a CRL does not count, and the next one is looked at.
* With ``-crl_check_all`` it wants a CRL for the anchor too. By §6.1 the anchor is no part of the path.
* Where a certificate maps a policy for which only its any-policy stands, and the next one states any-policy, it goes on
  under the name before the mapping: ``POLICY_DATA_FLAG_MAPPED_ANY`` of ``pcy_map.c`` is not looked at by
  `tree_link_unmatched` of ``pcy_tree.c``. By §6.1.4 (b)(1) and §6.1.3 (d)(2) the policies mapped to are the ones
  expected.
"""

from __future__ import annotations

import asyncio
import base64
import logging
import subprocess
from contextlib import contextmanager
from functools import partial, partialmethod
from itertools import pairwise
from typing import TYPE_CHECKING
from unittest import mock

from asn1crypto import x509 as asn1
from cryptography import x509
from pyhanko_certvalidator import CertificateValidator, PKIXValidationParams, ValidationContext
from pyhanko_certvalidator.errors import PathBuildingError, ValidationError
from pyhanko_certvalidator.registry import LazyPathIterator, SimpleTrustManager
from pyhanko_certvalidator.revinfo import validate_crl

from idbridge.pki.issuing.constraints import read_policy_mappings
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
    """Close the gaps of pyhanko-certvalidator."""
    scope, paths = validate_crl._get_crl_scope_assuming_authority, validate_crl._find_candidate_crl_paths
    with (
        mock.patch.object(validate_crl, scope.__name__, partial(_nothing_borrowed, scope)),
        mock.patch.object(validate_crl, paths.__name__, partial(_none_vouching_for_itself, paths)),
        mock.patch.object(SimpleTrustManager, "is_root", _is_itself_an_anchor),
        mock.patch.object(LazyPathIterator, "__anext__", partialmethod(_next_without_loop, LazyPathIterator.__anext__)),
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


def _is_itself_an_anchor(manager, certificate):
    """Whether the very certificate is an anchor, and not one of the same name and key."""
    return any(certificate.dump() == root.dump() for root in manager.iter_certs())


async def _next_without_loop(paths, following):
    """Return the next path on which no authority stands twice; the path without its loop is always among them."""
    while True:
        path = await following(paths)
        authorities = [(one.subject.hashable, one.public_key.dump()) for one in path.iter_certs(include_root=True)]
        if len(set(authorities)) == len(authorities):
            return path


def misses_the_signer(pki: Pki, path: Sequence[bytes]) -> bool:
    """Whether an authority on *path* signs its CRLs by no certificate there, nor by one that an authority there issued."""
    on_path = [x509.load_der_x509_certificate(der) for der in path]
    names = {certificate.subject for certificate in on_path}
    signers = [one for one in map(x509.load_der_x509_certificate, pki.others) if _may_sign_crls(one) and one.issuer in names]
    barred = (certificate for certificate in on_path[1:] if not _may_sign_crls(certificate))
    return pki.revocation and any(all(signer.subject != one.subject for signer in signers) for one in barred)


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


def departs_from_the_rfc(pki: Pki, path: Sequence[bytes]) -> bool:
    """Whether one of the departures of `openssl verify` matters on *path* (the leaf first, the anchor last)."""
    certificates = [x509.load_der_x509_certificate(der) for der in path]
    return _loses_a_mapping(certificates) or (pki.revocation and _wants_other_crls(pki, certificates[1:]))


def _loses_a_mapping(path: Sequence[x509.Certificate]) -> bool:
    return any(_maps_by_any_policy(issuer) and _states(below, ANY_POLICY) for below, issuer in pairwise(path))


def _maps_by_any_policy(certificate: x509.Certificate) -> bool:
    mapped = [one.value.value for one in certificate.extensions if one.oid.dotted_string == "2.5.29.33"]
    policies = {policy for value in mapped for policy, _ in read_policy_mappings(value)}
    return _states(certificate, ANY_POLICY) and not all(_states(certificate, policy) for policy in policies)


def _states(certificate: x509.Certificate, policy: str) -> bool:
    stated = [one.value for one in certificate.extensions if isinstance(one.value, x509.CertificatePolicies)]
    return any(one.policy_identifier.dotted_string == policy for policies in stated for one in policies)


def _wants_other_crls(pki: Pki, issuers: Sequence[x509.Certificate]) -> bool:
    return (
        not all(map(_may_sign_crls, issuers))
        or any(_is_forged(crl, issuers, pki) for crl in pki.crls)
        or not any(_vouches(crl, issuers[-1]) for crl in pki.crls)
    )


def _is_forged(crl: bytes, issuers: Sequence[x509.Certificate], pki: Pki) -> bool:
    """Whether the CRL is in the name of one of *issuers*, and none of that name signed it."""
    found = x509.load_der_x509_crl(crl)
    holders = [one for one in map(x509.load_der_x509_certificate, (*pki.anchors, *pki.others)) if one.subject == found.issuer]
    signed = any(found.is_signature_valid(one.public_key()) for one in holders)  # type: ignore[arg-type] - all of a curve
    return not signed and any(one.subject == found.issuer for one in issuers)


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
