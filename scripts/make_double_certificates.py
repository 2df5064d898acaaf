#!/usr/bin/env python3
"""Issue a pair of SM2 certificates, one for signing and one for encryption (GM/T 0015)."""

from pathlib import Path

import click

from idbridge.cli import operators as op
from idbridge.services.certificate_orders import NewKey, order_with_new_key, write_certificate

EXAMPLE = (
    "make_double_certificates.py pki/gd-ca-sm2 out/li --kind person -s C=CN -s ST=Guangdong -s CN=李明 "
    "--identity resident-id=440106190006120034 --password-file password --key-password-file li-password"
)


@op.operator_command(EXAMPLE)
@op.authority_argument
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--kind", type=click.Choice(["person", "organisation"]), required=True)
@op.key_password_option
@click.option("--policy", multiple=True, help="A policy OID, repeatable.")
@click.option("--name", "names", multiple=True, help="An alternative name, repeatable: email:…, dns:…, uri:…, other:OID:text.")
@click.option("--identity", multiple=True, metavar="KIND=NUMBER", help="An identity number in its extension, repeatable.")
@op.days_option(1095)
@op.subject_option
@op.profiles_option
@op.password_option
@op.dry_run_option
def main(authority, folder, kind, key_password_file, days, profiles, password_file, dry_run, **wanted):
    """Let the SM2 CA in AUTHORITY issue FOLDER/signature and FOLDER/encryption, each with its own key."""
    details = op.order_details(**wanted)
    uses = ("signature", "encryption")
    for use in uses:
        op.fitting_profile(profiles, f"{kind}-{use}", details.subject, "sm2", days)
    lines = [f"issue {details.subject.rfc4514_string()} for {use} into {folder / use}" for use in uses]
    if not dry_run:
        issuer = op.open_authority(authority, profiles, password_file)
        secret = op.read_secret(key_password_file, new=True)
        for use in uses:
            order = order_with_new_key(NewKey(folder / use / "key.pem", "sm2", secret), details)
            issued = issuer.issue(f"{kind}-{use}", order, op.validity_from_now(days))
            write_certificate(folder / use, issued, issuer)
            lines.append(f"{use}: serial number {issued.serial:x}")
    op.announce(lines, dry_run=dry_run)


if __name__ == "__main__":
    main()
