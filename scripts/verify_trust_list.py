#!/usr/bin/env python3
"""Verify a trust list: its signature against pinned signers, its age, what it contains. Exit code 1: do not rely on it."""

import sys

import click

from idbridge.cli import list_operators as lists
from idbridge.cli import operators as op
from idbridge.pki.certificate import Certificate
from idbridge.trust.localised import preferred
from idbridge.trust.reading import read_list
from idbridge.trust.reliance import Standing, reliance_at

EXAMPLE = "verify_trust_list.py hk.xml --signer hk-signer.pem --at 2026-06-01"


def said(entry):
    """Say what an entry recognises; one that nobody has confirmed recognises nothing yet."""
    verb = "recognises" if entry.confirmed else "would recognise, once confirmed,"
    return f"{verb} {entry.id} of {entry.region} under {entry.scheme}"


@lists.list_command(EXAMPLE)
@click.argument("file", type=lists.EXISTING_FILE)
@click.option(
    "--signer", "signers", type=lists.EXISTING_FILE, multiple=True, required=True, help="A pinned signer, repeatable."
)
@click.option("--at", type=lists.MOMENT, help="As of when (default: now).")
def main(file, signers, at):
    """Verify the list in FILE. Exit code 0: it may be relied upon; 1: not."""
    signed = read_list(file.read_bytes(), lists.certificates(signers))
    content, standing = signed.content, reliance_at(signed, at or op.moment()).standing
    click.echo(f"list {content.sequence} of {content.territory}, {preferred(content.scheme.operator_names)}")
    click.echo(f"signed {signed.signing_time:%Y-%m-%dT%H:%M:%SZ} by {Certificate.from_der(signed.signer).subject}")
    ends = f"next update {content.next_update:%Y-%m-%dT%H:%M:%SZ}" if content.next_update else "closed"
    click.echo(f"issued {content.issued:%Y-%m-%dT%H:%M:%SZ}, {standing}, {ends}")
    click.echo(f"sha256 {signed.sha256}")
    for _, service in content.services():
        entry = service.current.extensions.entry
        recognised = f", {said(entry)}" if entry else ""
        status = f"{service.current.status.rsplit('/', 1)[-1]} since {service.current.since:%Y-%m-%dT%H:%M:%SZ}"
        click.echo(f"  {preferred(service.current.names)}: {status}{recognised}")
    sys.exit(0 if standing is Standing.CURRENT else 1)


if __name__ == "__main__":
    main()
