#!/usr/bin/env python3
"""Publish an authority's CRLs: the full one, one partition, a delta, or all of them."""

import click

from idbridge.cli import operators as op

EXAMPLE = "publish_crl.py pki/hk-ecert --partition 1 --delta --password-file password"


@op.operator_command(EXAMPLE)
@op.authority_argument
@click.option("--partition", type=click.IntRange(min=0), help="The part to publish (default: the full CRL).")
@click.option("--delta", is_flag=True, help="What changed since the last complete CRL of the same scope.")
@click.option("--all", "everything", is_flag=True, help="The full CRL, every part, and the deltas where there are any.")
@op.profiles_option
@op.password_option
@op.dry_run_option
def main(authority, partition, delta, everything, profiles, password_file, dry_run):
    """Publish CRLs of the CA in AUTHORITY into its crl folder."""
    scope = "every CRL" if everything else f"the {'full' if partition is None else f'part-{partition}'} CRL"
    lines = [f"publish {scope}{' (delta)' if delta else ''} in {authority / 'crl'}"]
    if not dry_run:
        at, issuer = op.moment(), op.open_authority(authority, profiles, password_file)
        paths = issuer.publish_all_crls(at=at) if everything else (issuer.publish_crl(at=at, partition=partition, delta=delta),)
        lines = [f"published {path}" for path in paths]
    op.announce(lines, dry_run=dry_run)


if __name__ == "__main__":
    main()
