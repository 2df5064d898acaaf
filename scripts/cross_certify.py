#!/usr/bin/env python3
"""Issue a cross-certificate for another region's CA: its name and key, our policies, our limits."""

from pathlib import Path

import click
from cryptography import x509

from idbridge.cli import operators as op
from idbridge.pki.issuing.certificates import cross_order
from idbridge.pki.issuing.constraints import Constraints
from idbridge.pki.issuing.key_types import key_type_of
from idbridge.pki.issuing.subjects import name_from_table

EXAMPLE = (
    "cross_certify.py pki/hk-root gd-root.cer --policy 2.16.344.8.2.2008.810.2.2018.1.1 "
    "--map 2.16.344.8.2.2008.810.2.2018.1.1=1.2.3.4 --permitted C=CN,ST=Guangdong --path-length 1 --password-file password"
)


@op.operator_command(EXAMPLE)
@op.authority_argument
@click.argument("foreign", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--policy", multiple=True, required=True, help="One of our policy OIDs, repeatable.")
@click.option("--map", "mappings", multiple=True, metavar="OURS=THEIRS", help="A policy mapping, repeatable.")
@click.option("--permitted", multiple=True, metavar="C=…,ST=…", help="A subtree of names that it may issue under, repeatable.")
@click.option("--excluded", multiple=True, metavar="C=…", help="A subtree of names that it may not issue under, repeatable.")
@click.option("--path-length", type=click.IntRange(min=0), help="How many CAs may stand below it.")
@click.option("--require-explicit-policy", type=click.IntRange(min=0), default=0, show_default=True)
@click.option("--inhibit-policy-mapping", type=click.IntRange(min=0))
@click.option("--inhibit-any-policy", type=click.IntRange(min=0))
@click.option("--profile", default="cross-ca", show_default=True)
@op.days_option(1825)
@click.option("--out", type=click.Path(path_type=Path), help="Write the cross-certificate here too (DER); a new file.")
@op.profiles_option
@op.password_option
@op.dry_run_option
def main(
    authority, foreign, policy, mappings, permitted, excluded, profile, days, out, profiles, password_file, dry_run, **limits
):
    """Let the CA in AUTHORITY certify the CA whose certificate (DER or PEM) is FOREIGN."""
    constraints = Constraints(
        policy_mappings=tuple(op.pairs(mappings, "mapping")),
        permitted=subtrees(permitted),
        excluded=subtrees(excluded),
        **limits,
    )
    certificate = op.read_certificate(foreign)
    order = cross_order(certificate, policies=op.policies(policy), constraints=constraints)
    op.fitting_profile(profiles, profile, order.subject, key_type_of(order.public_key_info), days)
    op.refuse_existing_file(out)
    lines = [f"cross-certify {order.subject.rfc4514_string()} under {', '.join(policy)}"]
    if not dry_run:
        issuer = op.open_authority(authority, profiles, password_file)
        validity = op.validity_from_now(days)
        issued = issuer.cross_certify(profile, certificate, policies=policy, constraints=constraints, validity=validity)
        lines.append(f"serial number {issued.serial:x}, {issued.path}")
        if out is not None:
            out.write_bytes(issued.der)
    op.announce(lines, dry_run=dry_run)


def subtrees(values):
    """Return directory names from options like ``C=CN,ST=Guangdong``."""
    return tuple(x509.DirectoryName(name_from_table(op.name_table(value.split(",")))) for value in values)


if __name__ == "__main__":
    main()
