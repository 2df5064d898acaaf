"""How an access token is presented to userinfo (RFC 6750 §2): in the header or in the form, never in the query."""

from __future__ import annotations

from idbridge.oidc import opaque
from idbridge.oidc.errors import BearerRefusal, Fault
from idbridge.oidc.parameters import Pairs, read_parameters


def read_bearer(authorization: str | None, form: Pairs) -> str:
    """Return the access token of a request, well-formed but unchecked. Raises `BearerRefusal`.

    *form* holds the pairs of a form-encoded POST body and is empty for any other request (RFC 6750 §2.2); parameters of
    the query must not be in it (RFC 9700 §2.6 forbids tokens there).
    """
    in_form = read_parameters(form, BearerRefusal).take("access_token")
    in_header = _in_header(authorization)
    if in_header is not None and in_form is not None:
        raise BearerRefusal(Fault.TOKEN_PRESENTED_TWICE)
    token = in_header or in_form
    if token is None:
        raise BearerRefusal(Fault.TOKEN_MISSING)
    if not opaque.is_wellformed(token):
        raise BearerRefusal(Fault.TOKEN_MALFORMED)
    return token


def _in_header(authorization: str | None) -> str | None:
    """Return the header's Bearer token; None for no header or another scheme, which is no token at all."""
    scheme, _, token = (authorization or "").partition(" ")
    if scheme.lower() != "bearer":
        return None
    if not token.strip():
        raise BearerRefusal(Fault.TOKEN_MALFORMED)
    return token.strip()
