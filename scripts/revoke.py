#!/usr/bin/env python3
"""Revoke, suspend or resume a certificate. Relying parties learn of it from the next CRL (`publish_crl.py`) or from OCSP."""

import click

from idbridge.cli import operators as op
from idbridge.pki.issuing.crls import Reason
from idbridge.services.certificate_events import changed
from idbridge.storage.authorities import AuthorityFolder, Event

EXAMPLE = "revoke.py pki/hk-ecert 4f3a… --reason keyCompromise --invalid-since 2026-02-01T00:00:00 --password-file password"
REASONS = [reason.value for reason in Reason if reason not in (Reason.HOLD, Reason.RESUMED)]


@op.operator_command(EXAMPLE)
@op.authority_argument
@click.argument("serial", type=op.HEXADECIMAL)
@click.option("--reason", type=click.Choice(REASONS), default="unspecified", show_default=True)
@click.option("--invalid-since", type=click.DateTime(), help="Since when the key is known or suspected to be lost (UTC).")
@click.option("--suspend", "action", flag_value="suspend", help="Suspend it instead (certificateHold).")
@click.option("--resume", "action", flag_value="resume", help="End its suspension instead.")
@op.profiles_option
@op.password_option
@op.dry_run_option
def main(authority, serial, reason, invalid_since, action, profiles, password_file, dry_run):
    """Revoke (or suspend, or resume) the certificate with the hexadecimal number SERIAL, issued by the CA in AUTHORITY."""
    at = op.moment()
    changed(AuthorityFolder(authority).index(), serial, Event(at=at, action=action or "revoke"))
    if not dry_run:
        issuer = op.open_authority(authority, profiles, password_file)
        if action is None:
            issuer.revoke(serial, at=at, reason=Reason(reason), invalid_since=op.as_utc(invalid_since))
        elif action == "suspend":
            issuer.suspend(serial, at=at)
        else:
            issuer.resume(serial, at=at)
    op.announce([f"{action or 'revoke'} {serial:x}"], dry_run=dry_run)


if __name__ == "__main__":
    main()
