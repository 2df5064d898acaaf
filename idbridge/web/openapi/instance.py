"""What is for people and for operators, in OpenAPI: pages, liveness, readiness, metrics, and this document itself."""

from __future__ import annotations

from typing import Final

from idbridge.web.openapi.building import FILE, HTML, JSON, MULTIPART, Answer, Operation, form, query, ref, several, text

PAGES: Final = "Pages"
OPERATION: Final = "Operation"

_LANGUAGE: Final = query("lang", "`zh-Hans`, `zh-Hant`, `en` or `pt`; else by the browser's own")
_ASIDE: Final = Answer("To another page.", headers=("Location",))


def _page(path: str, name: str, what: str) -> Operation:
    return Operation(
        "get", path, name, PAGES, what, f"{what}.", {200: Answer("The page.", {HTML: text()})}, parameters=(_LANGUAGE,)
    )


OPERATIONS: Final = (
    Operation("get", "/", "home", PAGES, "The way in for people", "Leads to `/me`.", {302: _ASIDE, 303: _ASIDE}),
    Operation(
        "get",
        "/me",
        "me",
        PAGES,
        "A person's own page: accounts, consents, sign-ins",
        "Takes a signed-in person; others are asked to sign in.",
        {200: Answer("The page.", {HTML: text()}), 302: _ASIDE, 303: _ASIDE},
        parameters=(_LANGUAGE,),
    ),
    _page("/verify", "verifyPage", "Where anybody has a file checked"),
    Operation(
        "post",
        "/verify",
        "verifyByPage",
        PAGES,
        "The verdict on a file, as a page",
        "For the form of `/verify`, with its token; programs call `/api/v1`.",
        {
            200: Answer("The verdict.", {HTML: text()}),
            400: Answer("The form, with what is wrong.", {HTML: text()}),
            403: Answer("Not from our own form, or too late.", {HTML: text()}),
            413: Answer("Too large.", {HTML: text()}),
        },
        {MULTIPART: form("", {"csrf": text(), "file": FILE, "others": several(FILE)}, required=("csrf", "file"))},
    ),
    _page("/trust-lists", "trustListsPage", "Who is recognised where"),
    Operation(
        "get",
        "/trust-lists/graph.svg",
        "trustListsGraph",
        PAGES,
        "Who recognises whom, drawn",
        "Authorities, their lists, and what crosses the borders.",
        {200: Answer("The drawing.", {"image/svg+xml": text()})},
    ),
    _page("/privacy", "privacy", "What is kept of people, and for how long"),
    _page("/accessibility", "accessibility", "How accessible the pages are"),
    _page("/docs", "documentation", "This description, as a page"),
    Operation(
        "get",
        "/openapi.json",
        "openApi",
        OPERATION,
        "This description",
        "OpenAPI 3.1.",
        {200: Answer("The document.", {JSON: {"type": "object"}})},
    ),
    Operation(
        "get", "/healthz", "health", OPERATION, "Is it alive", "Asks no store.", {200: Answer("It is.", {JSON: ref("Alive")})}
    ),
    Operation(
        "get",
        "/readyz",
        "readiness",
        OPERATION,
        "Is it ready",
        "Asks both stores, and tells how old the trust lists are.",
        {200: Answer("It is.", {JSON: ref("Readiness")}), 503: Answer("It is not.", {JSON: ref("Readiness")})},
    ),
    Operation(
        "get",
        "/metrics",
        "metrics",
        OPERATION,
        "How it is doing",
        "For Prometheus.",
        {200: Answer("The metrics.", {"text/plain": text()})},
    ),
)
