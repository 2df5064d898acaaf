#!/usr/bin/env python3
"""Make a trust list from its source: XML by ETSI TS 119 612, not signed yet.

The source is TOML, certificates are files beside it:

    territory = "HK"
    sequence = 8
    [operator]
    names = { en = "Operator" }
    street = "1 Street"
    locality = "Hong Kong"
    country = "HK"
    website = "https://operator.example/"
    [scheme]
    names = { en = "HK: the scheme" }
    information = { en = "https://operator.example/scheme" }
    [[provider]]
    names = { en = "Provider" }
    ...
    [[provider.service]]
    names = { en = "e-Cert" }
    type = "CA/PKC"
    certificates = ["issuing-ca.pem"]
    status = "granted"
    since = 2015-07-11T00:00:00+08:00
"""

import tomllib
from dataclasses import replace

import click

from idbridge.cli import list_operators as lists
from idbridge.cli import operators as op
from idbridge.services.trust_sources import read_certificate
from idbridge.trust.drafting import MAX_SEQUENCE, draft_list
from idbridge.trust.writing import write_list

EXAMPLE = "make_trust_list.py hk.toml hk-unsigned.xml --issued 2026-06-01T00:00:00Z --sequence 8"


@lists.list_command(EXAMPLE)
@click.argument("source", type=lists.EXISTING_FILE)
@click.argument("output", type=lists.NEW_FILE)
@click.option("--issued", type=lists.MOMENT, help="When the list is issued (default: now).")
@click.option("--sequence", type=click.IntRange(1, MAX_SEQUENCE), help="Its sequence number (default: the source's).")
@lists.force_option
@op.dry_run_option
def main(source, output, issued, sequence, force, dry_run):
    """Make the unsigned list OUTPUT from SOURCE, TOML with the certificates that it names beside it.

    certs/templates has three sources to begin with.
    """
    try:
        values = tomllib.loads(source.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise click.ClickException(f"{source}: {error}") from error
    content = draft_list(values, issued=issued or op.moment(), load=lambda name: read_certificate(source.parent / name))
    if sequence is not None:
        content = replace(content, sequence=sequence)
    data = write_list(content)
    if not dry_run:
        lists.write_new(output, data, force=force)
    services = sum(1 for _ in content.services())
    op.announce([f"write list {content.sequence} of {content.territory} with {services} services to {output}"], dry_run=dry_run)


if __name__ == "__main__":
    main()
