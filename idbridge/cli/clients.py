"""`idbridge clients`: the portals that may send their users here."""

from __future__ import annotations

import json
import secrets
from typing import Any, get_args

import click

from idbridge.cli.instance import open_instance, told
from idbridge.clock import system_clock
from idbridge.identity.assertion import RegionCode
from idbridge.identity.assurance import Assurance
from idbridge.identity.release import SCOPES
from idbridge.oidc import opaque
from idbridge.oidc.clients import AuthenticationMethod, Client, ClientId, SigningAlgorithm, Texts
from idbridge.oidc.provider import OPENID
from idbridge.oidc.registration import registration_faults
from idbridge.services.sessions import OWN_PAGES
from idbridge.settings import Settings
from idbridge.storage.records import AuditEvent
from idbridge.stores import open_stores

DEFAULT_SCOPES = tuple(scope for scope in SCOPES if scope != "offline_access")


class Localised(click.ParamType[tuple[str, str]]):
    """``TEXT``, or ``LANGUAGE=TEXT`` with a BCP 47 tag."""

    name = "[LANG=]text"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, str]:  # noqa: ARG002
        """Return the tag and the text; English when no tag is given."""
        tag, equals, text = value.partition("=")
        return (tag, text) if equals and tag in {"zh-Hans", "zh-Hant", "en", "pt"} else ("en", value)


@click.group()
def clients() -> None:
    """Register portals, list and remove them."""


@clients.command()
@click.option("--name", "names", type=Localised(), multiple=True, required=True, help="What pages call the portal.")
@click.option("--redirect-uri", "redirect_uris", multiple=True, required=True, help="Where its answers go; compared exactly.")
@click.option("--post-logout-redirect-uri", "post_logout_redirect_uris", multiple=True, help="Where to after signing out.")
@click.option("--purpose", "purposes", type=Localised(), multiple=True, help="What the data are for, in plain words.")
@click.option("--client-id", default=None, help="Its identifier; random when left out.")
@click.option("--public", is_flag=True, help="It cannot keep a secret (an app, a script in the browser).")
@click.option("--auth-method", type=click.Choice(["client_secret_basic", "client_secret_post"]), default="client_secret_basic")
@click.option(
    "--alg",
    "id_token_signed_response_alg",
    type=click.Choice(get_args(SigningAlgorithm)),
    default="ES256",
    show_default=True,
    help="Signs ID tokens.",
)
@click.option("--scope", "scopes", multiple=True, type=click.Choice(SCOPES), help="May ask for this; all but offline_access.")
@click.option("--region", "regions", multiple=True, help="Takes people from this region only; all when left out.")
@click.option("--home-region", default=None, help="Where the portal runs: claims from elsewhere cross a border.")
@click.option("--operator", default="", help="Who runs it, for the consent page.")
@click.option("--privacy-uri", default=None, help="Its own privacy statement.")
@click.option(
    "--sector",
    "sector_identifier",
    default=None,
    help="Host that pairwise subjects are made for; that of the redirect URIs by default.",
)
@click.option("--minimum", type=click.Choice([level.name.lower() for level in Assurance]), default="low", show_default=True)
@click.option("--no-pkce", is_flag=True, help="Do not require PKCE of a confidential client.")
@click.option("--identity-numbers", is_flag=True, help="May be told the identity numbers in signers' certificates.")
@click.option("--public-subject", is_flag=True, help="The same subject as at every other such portal.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def add(
    names: Texts,
    purposes: Texts,
    client_id: str | None,
    public: bool,
    auth_method: AuthenticationMethod,
    regions: tuple[str, ...],
    scopes: tuple[str, ...],
    minimum: str,
    no_pkce: bool,
    public_subject: bool,
    as_json: bool,
    **same: Any,  # noqa: ANN401 - options that are the registration's members, under their names
) -> None:
    """Register a portal and print its identifier and secret: the only time that the secret is shown.

    Example: idbridge clients add --name "Bay Portal" --redirect-uri https://portal.example/callback
    """
    secret = None if public else secrets.token_urlsafe(32)
    client = Client(
        client_id=ClientId(client_id or secrets.token_urlsafe(12)),
        names=names,
        purposes=purposes,
        secret_sha256=None if secret is None else opaque.digest(secret),
        token_endpoint_auth_method="none" if public else auth_method,
        require_pkce=not no_pkce,
        subject_type="public" if public_subject else "pairwise",
        scopes=tuple(dict.fromkeys((OPENID, *(scopes or DEFAULT_SCOPES)))),
        regions=tuple(RegionCode(code) for code in regions),
        minimum_assurance=Assurance[minimum.upper()],
        **same,
    )
    with told():
        settings = open_instance()
        _register(client, settings)
    _print_new(client, secret, settings.issuer, as_json=as_json)


def _register(client: Client, settings: Settings) -> None:
    faults = registration_faults(client, loopback_http=not settings.secure)
    if faults:
        lines = "\n  ".join(f"{fault.member}: {fault.code} {fault.value}".rstrip() for fault in faults)
        raise click.ClickException(f"the registration cannot be used:\n  {lines}")
    stores = open_stores(settings)
    if client.client_id == OWN_PAGES or not stores.durable.clients.add(client):
        raise click.ClickException(f"{client.client_id} is registered already")
    stores.durable.audit.append(AuditEvent(system_clock(), "operator:cli", "add-client", f"client:{client.client_id}"))


def _print_new(client: Client, secret: str | None, issuer: str, *, as_json: bool) -> None:
    shown = {"client_id": client.client_id, "client_secret": secret, "issuer": issuer}
    if as_json:
        click.echo(json.dumps({name: value for name, value in shown.items() if value is not None}))
        return
    for name, value in shown.items():
        if value is not None:
            click.echo(f"{name}: {value}")


@clients.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_clients(as_json: bool) -> None:
    """Print the registered portals."""
    with told():
        found = open_stores(open_instance()).durable.clients.list()
    if as_json:
        rows = [
            {"client_id": one.client_id, "name": one.name("en"), "redirect_uris": one.redirect_uris, "scopes": one.scopes}
            for one in found
        ]
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    for one in found:
        click.echo(f"{one.client_id}  {one.name('en')}  {' '.join(one.redirect_uris)}")


@clients.command()
@click.argument("client_id")
def remove(client_id: str) -> None:
    """Remove a portal, with its consents and grants.

    Example: idbridge clients remove 3fJq0PzTn2d8
    """
    with told():
        stores = open_stores(open_instance())
        if not stores.durable.clients.remove(client_id, system_clock()):
            raise click.ClickException(f"{client_id} is not registered")
        stores.durable.audit.append(AuditEvent(system_clock(), "operator:cli", "remove-client", f"client:{client_id}"))
    click.echo(f"Removed {client_id}.")
