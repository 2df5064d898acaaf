"""The OpenID Connect provider in OpenAPI. What it supports in detail stands in its own discovery document."""

from __future__ import annotations

from typing import Final

from idbridge.oidc.discovery import ENDPOINTS
from idbridge.oidc.token_request import GRANT_TYPES
from idbridge.web.openapi.building import (
    ANYBODY,
    FORM,
    HTML,
    JSON,
    Answer,
    Json,
    Operation,
    choice,
    form,
    in_path,
    query,
    record,
    ref,
    text,
)

TAG: Final = "OpenID Connect"

SCHEMAS: Final[dict[str, Json]] = {
    "OAuthError": record(
        "RFC 6749 §5.2.", {"error": text(), "error_description": text()}, optional=("error", "error_description")
    ),
    "Discovery": record(
        "OpenID Connect Discovery §3, RFC 8414 §2.",
        {"issuer": text(), **{member: text() for member in ENDPOINTS}},
    ),
    "Jwks": record(
        "RFC 7517 §5.", {"keys": {"type": "array", "items": record("", {"kty": text(), "kid": text(), "alg": text()})}}
    ),
    "Tokens": record(
        "RFC 6749 §5.1, OpenID Connect Core §3.1.3.3.",
        {
            "access_token": text(),
            "token_type": {"const": "Bearer"},
            "expires_in": {"type": "integer"},
            "scope": text(),
            "id_token": text(),
            "refresh_token": text(),
        },
        optional=("refresh_token",),
    ),
    "Claims": record("OpenID Connect Core §5.3.2: `sub`, and the claims that the person agreed to release.", {"sub": text()}),
    "Introspection": record("RFC 7662 §2.2.", {"active": {"type": "boolean"}}),
}

_CLIENT: Final = {"client_id": text("Unless in the Authorization header"), "client_secret": text()}
_UNPROVED: Final = Answer("The client did not prove who it is.", {JSON: ref("OAuthError")}, ("WWW-Authenticate",))
_WRONG: Final = Answer("The request is wrong.", {JSON: ref("OAuthError")})
_LATER: Final = Answer("Try again later.", {JSON: ref("OAuthError")}, ("Retry-After",))
_PAGE: Final = Answer("A page for the person.", {HTML: text()})
_REFUSED: Final = Answer("A page that says what is wrong; nothing is sent to the portal.", {HTML: text()})
_ASIDE: Final = Answer("To the region, to the next page, or back to the portal.", headers=("Location",))

_AUTHORIZATION: Final = {
    "response_type": {"const": "code", "type": "string"},
    "client_id": text(),
    "redirect_uri": text("Compared exactly"),
    "scope": text("`openid` and more; `signatures` lets the portal ask whether a signer is this person"),
    "state": text(),
    "nonce": text(),
    "code_challenge": text("PKCE, method S256"),
    "code_challenge_method": {"const": "S256", "type": "string"},
    "prompt": text(),
    "max_age": text(),
    "acr_values": text(),
    "ui_locales": text(),
    "claims": text(),
    "id_token_hint": text(),
    "response_mode": text(),
    "idp_hint": text("A region's code: skips the choice"),
}
_NEEDED: Final = ("response_type", "client_id", "redirect_uri", "scope")
_LOGOUT: Final = {
    "id_token_hint": text(),
    "client_id": text(),
    "post_logout_redirect_uri": text(),
    "state": text(),
    "ui_locales": text(),
}


def _document(path: str, name: str, what: str, schema: str) -> Operation:
    return Operation("get", path, name, TAG, what, f"{what}.", {200: Answer("The document.", {JSON: ref(schema)})})


def _both(path: str, name: str, what: str, fields: dict[str, Json], needed: tuple[str, ...]) -> tuple[Operation, Operation]:
    """Return an endpoint for browsers: the same parameters by GET, or as a form."""
    answers = {200: _PAGE, 302: _ASIDE, 303: _ASIDE, 400: _REFUSED}
    by_get = tuple(
        query(field, schema.get("description", ""), schema, required=field in needed) for field, schema in fields.items()
    )
    return (
        Operation("get", path, name, TAG, what, f"{what}. For browsers.", answers, parameters=by_get),
        Operation(
            "post",
            path,
            f"{name}ByForm",
            TAG,
            f"{what}, as a form",
            f"{what}. For browsers.",
            {**answers, 403: _REFUSED},
            {FORM: form("", fields, required=needed)},
        ),
    )


def _userinfo(method: str) -> Operation:
    bodies = {FORM: form("", {"access_token": text("Unless in the Authorization header")})} if method == "post" else {}
    return Operation(
        "post" if method == "post" else "get",
        ENDPOINTS["userinfo_endpoint"],
        "userinfo" if method == "get" else "userinfoByForm",
        TAG,
        "The claims of the person",
        "The claims that the person agreed to release to this portal, and nothing else.",
        {
            200: Answer("The claims.", {JSON: ref("Claims")}),
            400: _WRONG,
            401: Answer("The token is not good.", {JSON: ref("OAuthError")}, ("WWW-Authenticate",)),
            403: _WRONG,
            503: _LATER,
        },
        bodies,
        security=("token",),
    )


def _of_clients(endpoint: str, name: str, what: str, description: str, schema: Json, fields: dict[str, Json]) -> Operation:
    return Operation(
        "post",
        ENDPOINTS[endpoint],
        name,
        TAG,
        what,
        description,
        {200: Answer("The answer.", {JSON: schema}), 400: _WRONG, 401: _UNPROVED, 503: _LATER},
        {FORM: form("", {**fields, **_CLIENT})},
        security=("client", ANYBODY),
    )


OPERATIONS: Final = (
    _document("/.well-known/openid-configuration", "discovery", "What the provider supports (OpenID Connect)", "Discovery"),
    _document("/.well-known/oauth-authorization-server", "serverMetadata", "What the provider supports (OAuth)", "Discovery"),
    _document(ENDPOINTS["jwks_uri"], "jwks", "The keys that sign ID tokens", "Jwks"),
    *_both(ENDPOINTS["authorization_endpoint"], "authorize", "Sign a person in", _AUTHORIZATION, _NEEDED),
    _of_clients(
        "token_endpoint",
        "token",
        "Exchange a code or a refresh token",
        "RFC 6749 §§4.1.3 and 6, with PKCE (RFC 7636). A code is good once.",
        ref("Tokens"),
        {
            "grant_type": choice(*GRANT_TYPES),
            "code": text(),
            "redirect_uri": text(),
            "code_verifier": text(),
            "refresh_token": text(),
            "scope": text(),
        },
    ),
    _userinfo("get"),
    _userinfo("post"),
    _of_clients("revocation_endpoint", "revoke", "Take back a token", "RFC 7009.", {"type": "object"}, {"token": text()}),
    _of_clients(
        "introspection_endpoint", "introspect", "What a token is worth", "RFC 7662.", ref("Introspection"), {"token": text()}
    ),
    *_both(ENDPOINTS["end_session_endpoint"], "endSession", "Sign a person out (RP-Initiated Logout)", _LOGOUT, ()),
    Operation(
        "get",
        "/regions/{code}/callback",
        "regionCallback",
        TAG,
        "Where a region sends the browser back to",
        "For the regions' providers. The parameters are those of the region's protocol.",
        {200: _PAGE, 302: _ASIDE, 303: _ASIDE, 400: _REFUSED, 404: _REFUSED, 502: _REFUSED, 503: _REFUSED},
        parameters=(in_path("code", "The region's code"), query("code", "The provider's code"), query("state", "Ours")),
    ),
    Operation(
        "post",
        "/regions/{code}/notice",
        "regionNotice",
        TAG,
        "Where a region's server tells what a person agreed to",
        "For the regions' servers; iAM Smart gives profiles and signatures so. The body is of the region's protocol.",
        {200: Answer("Taken.", {JSON: {"type": "object"}}), 400: _WRONG, 404: _REFUSED, 503: _LATER},
        {JSON: {"type": "object"}},
        parameters=(in_path("code", "The region's code"),),
    ),
)
