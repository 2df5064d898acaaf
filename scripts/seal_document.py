#!/usr/bin/env python3
"""Seal an OFD document with an electronic seal and an SM2 key (GB/T 33190, GB/T 38540)."""

from pathlib import Path

import click

from idbridge.cli import operators as op
from idbridge.signatures.evidence import StampPlace
from idbridge.signatures.making.ofd import Sealing, seal_document
from idbridge.signatures.making.seals import KeyHolder
from idbridge.storage.keys.references import open_signer

EXAMPLE = (
    "seal_document.py notice.ofd out/notice.ofd --seal out/seal.esl --certificate out/li/signature/certificate.cer "
    "--key out/li/signature/key.pem --stamp 1 '150 230 40 40' --password-file password"
)
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@op.operator_command(EXAMPLE)
@click.argument("document", type=FILE)
@click.argument("sealed", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--seal", type=FILE, required=True, help="The electronic seal (.esl).")
@click.option("--certificate", type=FILE, required=True, help="The signer's SM2 certificate, which the seal lists.")
@click.option("--key", required=True, help="The signer's key: a file or a pkcs11: URI.")
@click.option(
    "--stamp",
    "stamps",
    nargs=2,
    multiple=True,
    metavar="PAGE 'X Y W H'",
    help="A page's ID and a place on it in mm, repeatable.",
)
@op.password_option
@op.dry_run_option
def main(document, sealed, seal, certificate, key, stamps, password_file, dry_run):
    """Seal DOCUMENT and write it to SEALED."""
    lines = [f"seal {document} with {seal} into {sealed}"]
    if sealed.exists():
        raise click.UsageError(f"{sealed} exists already")
    if not dry_run:
        holder = KeyHolder(op.read_certificate(certificate), open_signer(key, op.read_secret(password_file)))
        plan = Sealing(seal.read_bytes(), holder, op.moment(), tuple(StampPlace(*stamp) for stamp in stamps))
        made = seal_document(document.read_bytes(), plan)
        sealed.write_bytes(made)
        lines = [f"{sealed}: sealed"]
    op.announce(lines, dry_run=dry_run)


if __name__ == "__main__":
    main()
