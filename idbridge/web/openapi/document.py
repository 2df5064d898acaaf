"""The OpenAPI 3.1 document: every operation that others may call, with its schemas."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import Final

from idbridge.oidc.discovery import ENDPOINTS
from idbridge.web.openapi import compatible, instance, provider, verification
from idbridge.web.openapi.building import Json, Operation
from idbridge.web.openapi.schemas import OWN, read_types

OPERATIONS: Final[tuple[Operation, ...]] = (
    *verification.OPERATIONS,
    *compatible.OPERATIONS,
    *provider.OPERATIONS,
    *instance.OPERATIONS,
)

TAGS: Final = {
    verification.TAG: "Signed documents, certificates, and the trust lists behind the answers.",
    compatible.TAG: "The same, for clients of EU DSS and SiVa: change the URL and go on.",
    provider.TAG: "Sign people in from every region with plain OpenID Connect.",
    instance.PAGES: "For people.",
    instance.OPERATION: "For those who run the bridge.",
}

INTERNAL: Final = ("/sign-in/", "/me/", "/static/")
"""Paths below which nobody but the bridge's own pages calls: the steps of a sign-in and a person's decisions, by forms that
carry a token of the browser's, and what pages are drawn with."""

_NEVER_PUBLISHED: Final = "0"


def openapi_document(issuer: str) -> Json:
    """Return the document for the instance at *issuer*."""
    paths: Json = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method] = operation.to_dict()
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "idbridge",
            "version": _version(),
            "summary": "One sign-in, and signatures that count, in Guangdong, Hong Kong and Macao",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": issuer}],
        "tags": [{"name": name, "description": words} for name, words in TAGS.items()],
        "paths": paths,
        "components": {
            "schemas": {**OWN, **compatible.SCHEMAS, **provider.SCHEMAS, **read_types()},
            "securitySchemes": _security(issuer),
        },
        "security": [{}],
    }


def _security(issuer: str) -> Json:
    return {
        "client": {
            "type": "http",
            "scheme": "basic",
            "description": "A registered client's identifier and secret, each form-urlencoded (RFC 6749 §2.3.1)",
        },
        "token": {"type": "http", "scheme": "bearer", "description": "An access token from the token endpoint"},
        "openid": {
            "type": "openIdConnect",
            "openIdConnectUrl": f"{issuer}/.well-known/openid-configuration",
            "description": f"How people sign in at portals, from {ENDPOINTS['authorization_endpoint']} on",
        },
    }


def _version() -> str:
    try:
        return version("idbridge")
    except PackageNotFoundError:  # run from a checkout that was never installed
        return _NEVER_PUBLISHED
