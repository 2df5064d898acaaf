"""The `idbridge` command: one module a subcommand, imported when it is asked for."""

from __future__ import annotations

from importlib import import_module

import click

COMMANDS = {
    "augment": "idbridge.cli.sign:augment",
    "clients": "idbridge.cli.clients:clients",
    "db": "idbridge.cli.db:db",
    "demo": "idbridge.cli.demo:demo",
    "keys": "idbridge.cli.keys:keys",
    "serve": "idbridge.cli.serve:serve",
    "sign": "idbridge.cli.sign:sign",
    "trust": "idbridge.cli.trust:trust",
    "verify": "idbridge.cli.verify:verify",
}


class LazyGroup(click.Group):
    """Imports a subcommand when it is called, so that `--help` and the small commands start at once."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the names of the subcommands."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """Return a subcommand, None when there is none of that name."""
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command


@click.command(cls=LazyGroup)
@click.version_option(package_name="idbridge")
def main() -> None:
    """One sign-in, and signatures that count, in Guangdong, Hong Kong and Macao.

    IDBRIDGE_HOME names the instance's directory (default: var).
    """
