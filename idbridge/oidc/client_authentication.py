"""How a client proves who it is at an endpoint that it calls itself (RFC 6749 §2.3).

`read_credentials` reads what was presented, the caller looks the client up, `authenticate` judges. The order of the checks:

===  ======================================================  ==========================
1    one method only                                         RFC 6749 §2.3
2    Basic credentials are well-formed                       RFC 6749 §2.3.1, RFC 7617
3    a client is named at all                                RFC 6749 §3.2.1
4    the client is registered                                RFC 6749 §5.2
5    the method is the registered one                        RFC 7591 §2
6    the secret's digest is the stored one, constant time    RFC 6749 §2.3.1
===  ======================================================  ==========================

4, 5 and 6 fail alike, so that nobody learns which client ids exist.
"""

from __future__ import annotations

from base64 import b64decode
from dataclasses import dataclass, field
from typing import NewType
from urllib.parse import unquote_plus

from idbridge.oidc import opaque
from idbridge.oidc.clients import AuthenticationMethod, Client, ClientId
from idbridge.oidc.errors import EndpointRefusal, Fault
from idbridge.oidc.parameters import Parameters

AuthenticatedClient = NewType("AuthenticatedClient", Client)
"""A client that has proved who it is; only `authenticate` makes one."""

MAX_HEADER = 2048  # base64 of a percent-encoded id and secret of the greatest length we issue is below 1 kB


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who the caller says it is, and by which method; nothing is checked yet."""

    client_id: ClientId
    method: AuthenticationMethod
    secret: str | None = field(default=None, repr=False)


def read_credentials(authorization: str | None, form: Parameters) -> Credentials:
    """Read the credentials of a request from its ``Authorization`` header and its form (`token_request.read_form`).

    Raises `EndpointRefusal`.
    """
    client_id, secret = form.take("client_id"), form.take("client_secret")
    assertion = form.take("client_assertion") or form.take("client_assertion_type")
    if authorization is not None:
        if secret is not None or assertion is not None:
            raise EndpointRefusal(Fault.CLIENT_AUTHENTICATION_TWICE)
        return _basic(authorization, client_id)
    if assertion is not None:
        # Assertions (RFC 7523) are no method of ours; taking the client for a public one would be worse than refusing.
        raise EndpointRefusal(Fault.CLIENT_AUTHENTICATION_FAILED, method="client_assertion")
    if client_id is None:
        raise EndpointRefusal(Fault.CLIENT_AUTHENTICATION_MISSING)
    return Credentials(ClientId(client_id), "none" if secret is None else "client_secret_post", secret)


def _basic(authorization: str, named: str | None) -> Credentials:
    """Read Basic credentials; *named* is a ``client_id`` that the form holds beside them, which must then be the same."""
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() != "basic" or len(encoded) > MAX_HEADER:
        raise EndpointRefusal(Fault.CLIENT_AUTHENTICATION_MALFORMED)
    try:
        user, colon, password = b64decode(encoded.strip(), validate=True).decode("ascii").partition(":")
        # RFC 6749 §2.3.1: both are form-urlencoded before Basic puts the colon between them.
        client_id, secret = unquote_plus(user, errors="strict"), unquote_plus(password, errors="strict")
    except ValueError:
        raise EndpointRefusal(Fault.CLIENT_AUTHENTICATION_MALFORMED) from None
    if not colon or not client_id.isprintable() or not client_id:
        raise EndpointRefusal(Fault.CLIENT_AUTHENTICATION_MALFORMED)
    if named is not None and named != client_id:
        raise EndpointRefusal(Fault.CLIENT_AUTHENTICATION_TWICE)
    return Credentials(ClientId(client_id), "client_secret_basic", secret)


def authenticate(client: Client | None, credentials: Credentials) -> AuthenticatedClient:
    """Judge *credentials* against the registered *client* (None: not registered). Raises `EndpointRefusal`."""
    # The comparison runs for unknown clients and wrong methods too: the time taken tells nobody which it was.
    secret_matches = opaque.matches(credentials.secret or "", client.secret_sha256 if client else None)
    if client is None or client.client_id != credentials.client_id:
        raise EndpointRefusal(Fault.CLIENT_AUTHENTICATION_FAILED, reason="unknown-client")
    if credentials.method != client.token_endpoint_auth_method:
        raise EndpointRefusal(Fault.CLIENT_AUTHENTICATION_FAILED, reason="method", client=client.client_id)
    if not client.is_public and not secret_matches:
        raise EndpointRefusal(Fault.CLIENT_AUTHENTICATION_FAILED, reason="secret", client=client.client_id)
    return AuthenticatedClient(client)
