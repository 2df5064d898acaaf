"""The OpenAPI document as people read it: operations by subject, and each schema's members in a list."""

from __future__ import annotations

import json
from collections.abc import Iterator

from idbridge.web import docs_views as views
from idbridge.web.openapi.building import Json


def docs_page(document: Json) -> views.DocsPage:
    """Return the page."""
    operations = [
        (operation["tags"][0], _operation(method, path, operation))
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    return views.DocsPage(
        version=document["info"]["version"],
        server=document["servers"][0]["url"],
        subjects=tuple(
            views.Subject(tag["name"], tag["description"], tuple(one for name, one in operations if name == tag["name"]))
            for tag in document["tags"]
        ),
        schemas=tuple(
            views.Schema(name, schema.get("description", ""), tuple(_members(schema)))
            for name, schema in sorted(document["components"]["schemas"].items())
        ),
    )


def _operation(method: str, path: str, operation: Json) -> views.Operation:
    body = operation.get("requestBody", {"content": {}})["content"]
    return views.Operation(
        name=operation["operationId"],
        method=method.upper(),
        path=path,
        summary=operation["summary"],
        description=tuple(operation["description"].split("\n\n")),
        parameters=tuple(
            views.Member(one["name"], views.Kind(one["schema"].get("type", "")), one["description"], required=one["required"])
            for one in operation.get("parameters", ())
        ),
        bodies=tuple(_body(media, content) for media, content in body.items()),
        answers=tuple(_answer(status, answer) for status, answer in operation["responses"].items()),
        proved=tuple(name for way in operation.get("security", ()) for name in way),
    )


def _body(media: str, content: Json) -> views.Body:
    schema = content["schema"]
    example = json.dumps(content["example"], ensure_ascii=False, indent=2) if "example" in content else ""
    return views.Body(media, _kind(schema), tuple(_members(schema)), example)


def _answer(status: str, answer: Json) -> views.Answer:
    content = answer.get("content", {})
    kinds = tuple((media, _kind(one["schema"])) for media, one in content.items())
    return views.Answer(status, answer["description"], kinds, tuple(answer.get("headers", {})))


def _members(schema: Json) -> Iterator[views.Member]:
    """Yield an object's members; nothing for what is none, or has its members elsewhere."""
    required = schema.get("required", [])
    for name, member in schema.get("properties", {}).items():
        yield views.Member(name, _kind(member), member.get("description", ""), required=name in required)


def _kind(schema: Json) -> views.Kind:
    """Return what a value is: words, and the schemas that it refers to."""
    match schema:
        case {"$ref": str(reference)}:
            kind = views.Kind("", (reference.rpartition("/")[2],))
        case {"anyOf": list(several)}:
            kinds = [_kind(one) for one in several]
            words = " | ".join(one.words for one in kinds if one.words)
            kind = views.Kind(words, tuple(name for one in kinds for name in one.schemas))
        case {"type": "array", "items": dict(items)}:
            inner = _kind(items)
            kind = views.Kind(f"[{inner.words}]" if inner.words else "[ ]", inner.schemas)
        case {"additionalProperties": {"$ref": str(reference)}}:
            kind = views.Kind("{ }", (reference.rpartition("/")[2],))
        case {"enum": list(values)}:
            kind = views.Kind(" | ".join("null" if value is None else str(value) for value in values))
        case {"type": [*names]}:
            kind = views.Kind(" | ".join(map(str, names)))
        case _:
            kind = views.Kind(str(schema.get("const", schema.get("type", ""))))
    return kind
