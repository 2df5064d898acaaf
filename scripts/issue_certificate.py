#!/usr/bin/env python3
"""Issue a certificate to a person, an organisation or a service: for a request (PKCS#10), or with a new key."""

from pathlib import Path

import click

from idbridge.cli import operators as op
from idbridge.pki.issuing.key_types import KEY_TYPES
from idbridge.services.certificate_orders import NewKey, order_from_request, order_with_new_key, write_certificate

EXAMPLE = (
    "issue_certificate.py pki/hk-ecert out/chan --profile person-signature --request chan.csr -s C=HK -s 'CN=CHAN Tai Man' "
    "--policy 2.16.344.8.2.2008.810.2.2018.1.1 --password-file password"
)


@op.operator_command(EXAMPLE)
@op.authority_argument
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--profile", required=True, help="The kind of certificate: one of the profiles file.")
@click.option("--request", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="PKCS#10, DER or PEM.")
@click.option("--key-type", type=click.Choice(list(KEY_TYPES)), help="Without a request: the key to make.")
@op.key_password_option
@click.option("--policy", multiple=True, help="A policy OID, repeatable.")
@click.option("--name", "names", multiple=True, help="An alternative name, repeatable: email:…, dns:…, uri:…, other:OID:text.")
@click.option("--identity", multiple=True, metavar="KIND=NUMBER", help="An identity number in its extension, repeatable.")
@op.days_option(1095)
@op.subject_option
@op.profiles_option
@op.password_option
@op.dry_run_option
def main(authority, folder, profile, request, key_type, key_password_file, days, profiles, password_file, dry_run, **wanted):
    """Let the CA in AUTHORITY issue a certificate into FOLDER. The subject is what you state, never what a request wishes."""
    if (request is None) == (key_type is None):
        raise click.UsageError("give either --request or --key-type")
    details = op.order_details(**wanted)
    if key_type is not None:
        op.fitting_profile(profiles, profile, details.subject, key_type, days)
    lines = [f"issue {details.subject.rfc4514_string()} by the profile {profile} into {folder}"]
    if not dry_run:
        issuer = op.open_authority(authority, profiles, password_file)
        if request is not None:
            order = order_from_request(request.read_bytes(), details)
        else:
            secret = op.read_secret(key_password_file, new=True)
            order = order_with_new_key(NewKey(folder / "key.pem", key_type, secret), details)
        issued = issuer.issue(profile, order, op.validity_from_now(days))
        write_certificate(folder, issued, issuer)
        lines.append(f"serial number {issued.serial:x}")
    op.announce(lines, dry_run=dry_run)


if __name__ == "__main__":
    main()
