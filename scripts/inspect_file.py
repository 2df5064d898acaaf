#!/usr/bin/env python3
"""Say in words what a certificate, a CRL, a certificate request or a trust list contains."""

from pathlib import Path

import click

from idbridge.cli import operators as op
from idbridge.services.inspection import describe

EXAMPLE = "inspect_file.py var/pki/certificates/gd-li/certificate.cer"


@op.operator_command(EXAMPLE)
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
def main(files):
    """Describe FILES: DER, PEM, or XML. Nothing is verified: `idbridge verify` does that."""
    for path in files:
        op.announce(describe(path.read_bytes()), dry_run=False)


if __name__ == "__main__":
    main()
