#!/usr/bin/env python3
"""Make an intermediate certification authority under another one."""

from pathlib import Path

import click

from idbridge.cli import operators as op
from idbridge.pki.issuing.certificates import Order
from idbridge.pki.issuing.constraints import Constraints
from idbridge.pki.issuing.key_types import KEY_TYPES
from idbridge.pki.issuing.subjects import name_from_table
from idbridge.storage.authorities import AuthorityFolder, AuthoritySettings
from idbridge.storage.keys.references import create_signer

EXAMPLE = (
    "issue_intermediate.py pki/hk-root pki/hk-ecert --key-type rsa-2048 -s C=HK -s 'O=Post' -s 'CN=e-Cert CA 2' "
    "--policy 2.16.344.8.2.2008.810.2.2018.1.1 --partitions 2 --deltas --password-file password"
)


@op.operator_command(EXAMPLE)
@op.authority_argument
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--key-type", type=click.Choice(list(KEY_TYPES)), required=True)
@click.option("--key", help="Where the key goes: a file (default: key.pem in the folder) or a PKCS#11 URI.")
@click.option("--policy", multiple=True, help="A policy OID that it may issue under, repeatable.")
@click.option("--path-length", type=click.IntRange(min=0), help="How many CAs may stand below it (default: the profile's).")
@click.option(
    "--partitions",
    type=click.IntRange(0, 1000),
    default=0,
    show_default=True,
    help="Parts of its CRL; 0 for the full one only.",
)
@click.option("--deltas", is_flag=True, help="It publishes delta CRLs.")
@click.option("--ocsp", is_flag=True, help="It has an OCSP responder.")
@click.option("--profile", default="issuing-ca", show_default=True)
@op.days_option(3650)
@op.subject_option
@op.profiles_option
@op.password_option
@op.dry_run_option
def main(
    authority, folder, key_type, key, policy, path_length, profile, days, subject, profiles, password_file, dry_run, **crl
):
    """Let the CA in AUTHORITY certify a new one in FOLDER. Both keys have the same password. Nothing is overwritten."""
    name, parent = name_from_table(op.name_table(subject)), AuthorityFolder(authority).settings
    op.fitting_profile(profiles, profile, name, key_type, days)
    op.refuse_existing_authority(folder)
    policies, constraints = op.policies(policy), Constraints(path_length=path_length)
    settings = AuthoritySettings(id=folder.name, region=parent.region, key=key or "key.pem", base_url=parent.base_url, **crl)
    lines = [f"make the key {key or folder / 'key.pem'} ({key_type})", f"certify {name.rfc4514_string()} by {parent.id}"]
    if not dry_run:
        issuer = op.open_authority(authority, profiles, password_file)
        signer = create_signer(key or str(folder / "key.pem"), key_type, op.read_secret(password_file))
        order = Order(name, signer.public_key_info, policies, constraints=constraints)
        issued = issuer.issue(profile, order, op.validity_from_now(days))
        AuthorityFolder.create(folder, settings, issued.der)
        lines.append(f"serial number {issued.serial:x}")
    op.announce(lines, dry_run=dry_run)


if __name__ == "__main__":
    main()
