#!/usr/bin/env python3
"""Make an electronic seal (.esl, GB/T 38540) from a picture, signed with a maker's SM2 key."""

import secrets
from pathlib import Path

import click

from idbridge.cli import operators as op
from idbridge.signatures.making.seals import KeyHolder, SealKind, SealOrder, make_seal
from idbridge.storage.keys.references import open_signer

EXAMPLE = (
    "make_seal.py picture.png out/seal.esl --name 某某局公章 --kind organisation --maker out/maker/signature/certificate.cer "
    "--key out/maker/signature/key.pem --signer out/li/signature/certificate.cer --password-file password"
)
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@op.operator_command(EXAMPLE)
@click.argument("picture", type=FILE)
@click.argument("seal", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--name", required=True, help="What the seal is called.")
@click.option("--kind", type=click.Choice([kind.name.lower() for kind in SealKind]), required=True)
@click.option("--maker", type=FILE, required=True, help="The maker's SM2 certificate.")
@click.option("--key", required=True, help="The maker's key: a file or a pkcs11: URI.")
@click.option("--signer", "signers", type=FILE, multiple=True, required=True, help="Who may use it, repeatable.")
@click.option("--identifier", help="The seal's identifier, ASCII (default: a random one).")
@click.option("--size", nargs=2, type=int, default=(40, 40), show_default=True, help="Width and height in millimetres.")
@op.days_option(1095)
@op.password_option
@op.dry_run_option
def main(picture, seal, name, kind, maker, key, signers, identifier, size, days, password_file, dry_run):
    """Make the electronic seal SEAL that shows PICTURE (PNG, JPG, GIF, BMP or OFD)."""
    lines = [f"make the seal {name} in {seal}, for {len(signers)} signer(s), signed by {maker}"]
    if seal.exists():
        raise click.UsageError(f"{seal} exists already")
    if not dry_run:
        validity = op.validity_from_now(days)
        order = SealOrder(
            identifier=identifier or secrets.token_hex(16),
            name=name,
            kind=SealKind[kind.upper()],
            signers=tuple(map(op.read_certificate, signers)),
            created=validity.not_before,
            not_before=validity.not_before,
            not_after=validity.not_after,
            picture=picture.read_bytes(),
            size=size,
        )
        holder = KeyHolder(op.read_certificate(maker), open_signer(key, op.read_secret(password_file)))
        made = make_seal(order, holder)
        seal.write_bytes(made)
        lines = [f"{seal}: seal {order.identifier}, valid until {order.not_after:%Y-%m-%d}"]
    op.announce(lines, dry_run=dry_run)


if __name__ == "__main__":
    main()
