#!/usr/bin/env python3
"""Answer OCSP for one authority on this machine, for the sandbox."""

from pathlib import Path
from wsgiref.simple_server import make_server

import click

from idbridge.cli import operators as op
from idbridge.clock import system_clock
from idbridge.pki.issuing.ocsp import Responder
from idbridge.sandbox.ocsp import OcspApplication
from idbridge.storage.keys.references import open_signer

EXAMPLE = (
    "ocsp_responder.py var/pki/authorities/hk-ecert var/pki/certificates/hk-ocsp --port 8888 --password-file var/pki/password"
)


@op.operator_command(EXAMPLE)
@op.authority_argument
@click.argument("responder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--port", default=8888, show_default=True)
@click.option("--host", default="127.0.0.1", show_default=True)
@op.profiles_option
@op.password_option
def main(authority, responder, port, host, profiles, password_file):
    """Answer for the CA in AUTHORITY with the certificate and key in the folder RESPONDER (both keys have one password)."""
    at_work = op.open_authority(authority, profiles, password_file)
    signer = open_signer(str(responder / "key.pem"), op.read_secret(password_file))
    who = Responder((responder / "certificate.cer").read_bytes(), signer, at_work.folder.certificate)
    with make_server(host, port, OcspApplication(at_work, who, system_clock)) as server:
        click.echo(f"answering OCSP for {at_work.settings.id} at http://{host}:{server.server_port}/")
        server.serve_forever()


if __name__ == "__main__":
    main()
