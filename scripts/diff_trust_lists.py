#!/usr/bin/env python3
"""Say what changed between two versions of a trust list. Signatures are not looked at."""

import json
import sys
from dataclasses import asdict

import click

from idbridge.cli import list_operators as lists
from idbridge.trust.differences import differences
from idbridge.trust.reading import read_unverified_list

EXAMPLE = "diff_trust_lists.py hk-7.xml hk-8-unsigned.xml"


@lists.list_command(EXAMPLE, trouble=2)
@click.argument("old", type=lists.EXISTING_FILE)
@click.argument("new", type=lists.EXISTING_FILE)
@click.option("--json", "as_json", is_flag=True, help="A JSON list of changes.")
def main(old, new, as_json):
    """Compare the lists OLD and NEW. Exit code 0: nothing changed, 1: something did, 2: one of them is no list."""
    changes = differences(read_unverified_list(old.read_bytes()), read_unverified_list(new.read_bytes()))
    if as_json:
        click.echo(json.dumps([asdict(change) for change in changes], ensure_ascii=False, indent=1))
    else:
        for change in changes:
            click.echo(f"{change.kind}: {change.what}")
            for mark, text in (("-", change.before), ("+", change.after)):
                if text:
                    click.echo(f"  {mark} {text}")
    sys.exit(1 if changes else 0)


if __name__ == "__main__":
    main()
