#!/usr/bin/env python3
"""Sign a trust list: XAdES baseline B over the whole list, by a key in a file or in a token (RSA, ECDSA or SM2)."""

import click

from idbridge.cli import list_operators as lists
from idbridge.cli import operators as op
from idbridge.services.trust_sources import read_certificate
from idbridge.storage.keys.references import open_signer
from idbridge.trust.reading import read_list, read_unverified_list
from idbridge.trust.writing import sign_list

EXAMPLE = "sign_trust_list.py unsigned.xml hk.xml --key key.pem --certificate signer.cer --password-file password"


@lists.list_command(EXAMPLE)
@click.argument("unsigned", type=lists.EXISTING_FILE)
@click.argument("output", type=lists.NEW_FILE)
@click.option("--key", required=True, help="The key: a PKCS#8 file or a PKCS#11 URI.")
@click.option("--certificate", type=lists.EXISTING_FILE, required=True, help="The certificate of the key, PEM or DER.")
@op.password_option
@lists.force_option
@op.dry_run_option
def main(unsigned, output, key, certificate, password_file, force, dry_run):
    """Sign the list UNSIGNED and write it to OUTPUT. What is written was verified again."""
    data, signer_certificate = unsigned.read_bytes(), read_certificate(certificate)
    content = read_unverified_list(data)
    if not dry_run:
        signer = open_signer(key, op.read_secret(password_file))
        try:
            signed = sign_list(data, signer, signer_certificate, op.moment())
        except ValueError as error:
            raise click.ClickException(str(error)) from error
        read_list(signed, [signer_certificate])
        lists.write_new(output, signed, force=force)
    op.announce([f"sign list {content.sequence} of {content.territory} as {output}"], dry_run=dry_run)


if __name__ == "__main__":
    main()
