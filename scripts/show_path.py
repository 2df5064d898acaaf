#!/usr/bin/env python3
"""Draw how a certificate's path was searched: authorities by region, cross-certificates, what holds and why others do not."""

import sys

import click

from idbridge.cli import list_operators as lists
from idbridge.cli import operators as op
from idbridge.pki.certificate import Certificate
from idbridge.pki.paths import verify_certificate
from idbridge.pki.report import PathReport
from idbridge.trust.drawing import draw_search, explanations

EXAMPLE = "show_path.py chan.cer --anchor gd-root.cer --other hk-ca.cer --other hk-cross.cer --crl hk.crl --svg path.svg"

REGIONS = {"HK": "HK", "MO": "MO", "CN": "GD"}
"""A certificate's country as a region, where no list says whose it is."""


def territory_of(certificate: Certificate) -> str:
    """Return the region of an authority by the country in its name."""
    countries = certificate.subject.values("2.5.4.6")
    return REGIONS.get(countries[0], countries[0]) if countries else ""


@lists.list_command(EXAMPLE)
@click.argument("file", type=lists.EXISTING_FILE)
@click.option("--anchor", "anchors", type=lists.EXISTING_FILE, multiple=True, required=True, help="Whom to trust, repeatable.")
@click.option(
    "--other", "others", type=lists.EXISTING_FILE, multiple=True, help="A certificate that may lie between, repeatable."
)
@click.option(
    "--crl",
    "crls",
    type=lists.EXISTING_FILE,
    multiple=True,
    help="A CRL, repeatable. Without any, revocation is not asked.",
)
@click.option("--at", type=lists.MOMENT, help="As of when (default: now).")
@click.option("--svg", type=lists.NEW_FILE, help="Where the picture goes; without it, only words.")
@lists.force_option
@op.dry_run_option
def main(file, anchors, others, crls, at, svg, force, dry_run):
    """Search a path for the certificate in FILE. Exit code 0: one holds; 1: none does, or what is at hand cannot tell."""
    (certificate,) = lists.certificates([file])
    trusted, between = lists.certificates(anchors), lists.certificates(others)
    report: PathReport = verify_certificate(
        certificate,
        anchors=trusted,
        intermediates=between,
        crls=lists.revocation_lists(crls),
        at=at or op.moment(),
        revocation="require" if crls else "off",
        strict=False,
    )
    for line in explanations(report):
        click.echo(line)
    if svg is not None:
        drawing = draw_search(report, territory_of, map(Certificate.from_der, (*trusted, *between)))
        if not dry_run:
            lists.write_new(svg, drawing.encode(), force=force)
        op.announce([f"draw {svg}"], dry_run=dry_run)
    sys.exit(0 if report.indication == "PASSED" else 1)


if __name__ == "__main__":
    main()
