#!/usr/bin/env python3
"""Build the demonstration PKI from certs/plan.toml: keys, certificates, cross-certificates, CRLs, trust lists."""

from pathlib import Path

import click

from idbridge.cli import operators as op
from idbridge.services.demo_building import build_demo_pki, set_aside
from idbridge.services.demo_plan import read_plan

EXAMPLE = "rebuild_demo_pki.py --home var --set-aside"


@op.operator_command(EXAMPLE)
@click.option("--home", type=click.Path(path_type=Path), envvar="IDBRIDGE_HOME", default="var", show_default=True)
@click.option(
    "--base-url", default="http://127.0.0.1:8000/pki", show_default=True, help="What the URLs in certificates begin with."
)
@click.option(
    "--data", type=click.Path(exists=True, path_type=Path), default=op.CERTS, help="The plan's folder (default: certs)."
)
@click.option("--set-aside", "aside", is_flag=True, help="Rename a PKI that is there; without this it is refused.")
@op.dry_run_option
def main(home, base_url, data, aside, dry_run):
    """Build the PKI in HOME/pki. A PKI that is there is never written over."""
    folder, plan = home / "pki", read_plan(data / "plan.toml")
    counts = f"{len(plan.authority)} authorities, {len(plan.certificate)} certificates, {len(plan.cross)} cross-certificates"
    lines = [f"build {folder}: {counts}"]
    if not dry_run:
        now = op.moment()
        if aside and folder.exists():
            lines.insert(0, f"kept the former PKI as {set_aside(folder, now)}")
        build_demo_pki(folder, data, now=now, base_url=base_url)
    op.announce(lines, dry_run=dry_run)


if __name__ == "__main__":
    main()
