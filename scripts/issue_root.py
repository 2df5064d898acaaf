#!/usr/bin/env python3
"""Make a root certification authority: its key, its self-signed certificate, its folder."""

from pathlib import Path

import click

from idbridge.cli import operators as op
from idbridge.pki.issuing.certificates import Order
from idbridge.pki.issuing.key_types import KEY_TYPES
from idbridge.pki.issuing.subjects import name_from_table
from idbridge.services.certificate_authority import create_authority
from idbridge.storage.authorities import AuthoritySettings
from idbridge.storage.keys.references import create_signer

EXAMPLE = (
    "issue_root.py pki/hk-root --region HK --key-type rsa-3072 -s C=HK -s 'O=Post' -s 'CN=Root CA 2' "
    "--base-url http://pki.example --password-file password"
)


@op.operator_command(EXAMPLE)
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--region", type=click.Choice(["GD", "HK", "MO"]), required=True)
@click.option("--key-type", type=click.Choice(list(KEY_TYPES)), required=True)
@click.option("--key", help="Where the key goes: a file (default: key.pem in the folder) or a PKCS#11 URI.")
@click.option("--base-url", required=True, help="What the URLs of its CRLs and certificates begin with.")
@click.option("--profile", default="root", show_default=True)
@op.days_option(7300)
@op.subject_option
@op.profiles_option
@op.password_option
@op.dry_run_option
def main(folder, region, key_type, key, base_url, profile, days, subject, profiles, password_file, dry_run):
    """Make a root CA in FOLDER; its last part is the authority's id. Nothing is overwritten."""
    name = name_from_table(op.name_table(subject))
    wanted = op.fitting_profile(profiles, profile, name, key_type, days)
    op.refuse_existing_authority(folder)
    settings = AuthoritySettings(id=folder.name, region=region, key=key or "key.pem", base_url=base_url)
    lines = [f"make the key {key or folder / 'key.pem'} ({key_type})", f"issue the root {name.rfc4514_string()} in {folder}"]
    if not dry_run:
        signer = create_signer(key or str(folder / "key.pem"), key_type, op.read_secret(password_file, new=True))
        create_authority(folder, settings, wanted, Order(name, signer.public_key_info), signer, op.validity_from_now(days))
    op.announce(lines, dry_run=dry_run)


if __name__ == "__main__":
    main()
