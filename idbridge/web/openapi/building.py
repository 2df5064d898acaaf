"""The parts of an OpenAPI 3.1 document, so that the descriptions of faces are tables that one can read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

Json = dict[str, Any]
Method = Literal["get", "post"]

JSON: Final = "application/json"
LINES: Final = "application/x-ndjson"
FORM: Final = "application/x-www-form-urlencoded"
MULTIPART: Final = "multipart/form-data"
HTML: Final = "text/html"

ANYBODY: Final = "anybody"
"""Among the ways to prove who one is: not at all, or in the form's own fields."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What an operation answers under a status: in words, and by media type as what (a schema)."""

    description: str
    content: Mapping[str, Json] = field(default_factory=dict)
    headers: tuple[str, ...] = ()

    def to_dict(self) -> Json:
        """Return the Response Object."""
        answer: Json = {"description": self.description}
        if self.content:
            answer["content"] = {kind: {"schema": schema} for kind, schema in self.content.items()}
        if self.headers:
            answer["headers"] = {name: {"schema": {"type": "string"}} for name in self.headers}
        return answer


@dataclass(frozen=True, slots=True)
class Operation:
    """One method at one path. `bodies` are what it reads, by media type; `security` names the ways to prove who one is."""

    method: Method
    path: str
    name: str
    tag: str
    summary: str
    description: str
    answers: Mapping[int, Answer]
    bodies: Mapping[str, Json] = field(default_factory=dict)
    parameters: tuple[Json, ...] = ()
    security: tuple[str, ...] = ()
    example: Json | None = None

    def to_dict(self) -> Json:
        """Return the Operation Object."""
        operation: Json = {
            "operationId": self.name,
            "tags": [self.tag],
            "summary": self.summary,
            "description": self.description,
            "responses": {str(status): answer.to_dict() for status, answer in self.answers.items()},
        }
        if self.parameters:
            operation["parameters"] = list(self.parameters)
        if self.bodies:
            content = {kind: {"schema": schema} for kind, schema in self.bodies.items()}
            if self.example is not None and JSON in content:
                content[JSON]["example"] = self.example
            operation["requestBody"] = {"required": True, "content": content}
        if self.security:
            operation["security"] = [{name: []} if name != ANYBODY else {} for name in self.security]
        return operation


def ref(name: str) -> Json:
    """Return a reference to one of the document's schemas."""
    return {"$ref": f"#/components/schemas/{name}"}


def text(description: str = "", **more: object) -> Json:
    """Return the schema of a string."""
    return {"type": "string", **({"description": description} if description else {}), **more}


def choice(*values: str, description: str = "") -> Json:
    """Return the schema of one of several words."""
    return text(description, enum=list(values))


def maybe(schema: Json) -> Json:
    """Return the schema of something, or null."""
    if "$ref" in schema:
        return {"anyOf": [schema, {"type": "null"}]}
    widened = {**schema, "type": [schema["type"], "null"]}
    if "enum" in schema:
        widened["enum"] = [*schema["enum"], None]
    return widened


def several(schema: Json, description: str = "") -> Json:
    """Return the schema of a list."""
    return {"type": "array", "items": schema, **({"description": description} if description else {})}


def record(description: str, members: Mapping[str, Json], *, optional: tuple[str, ...] = (), closed: bool = False) -> Json:
    """Return the schema of an object; members that are not *optional* are always there, and others may be unless *closed*."""
    schema: Json = {
        "type": "object",
        "description": description,
        "properties": dict(members),
        "required": [name for name in members if name not in optional],
    }
    return {**schema, "additionalProperties": False} if closed else schema


def form(
    description: str, members: Mapping[str, Json], *, required: tuple[str, ...] = (), patterns: Mapping[str, Json] | None = None
) -> Json:
    """Return the schema of a form's fields; those of *patterns* are known by what their names look like."""
    schema: Json = {"type": "object", "description": description, "properties": dict(members), "required": list(required)}
    return {**schema, "patternProperties": dict(patterns)} if patterns else schema


def query(name: str, description: str, schema: Json | None = None, *, required: bool = False) -> Json:
    """Return a parameter in the address."""
    return {"name": name, "in": "query", "description": description, "required": required, "schema": schema or text()}


def in_path(name: str, description: str) -> Json:
    """Return a parameter that is a part of the path."""
    return {"name": name, "in": "path", "description": description, "required": True, "schema": text()}


FILE: Final[Json] = {"type": "string", "contentMediaType": "application/octet-stream"}
MOMENT: Final[Json] = text("A time with its zone (ISO 8601, UTC in answers)", format="date-time")
FLAG: Final[Json] = {"type": "boolean"}
NUMBER: Final[Json] = {"type": "integer"}
ANYTHING: Final[Json] = {"type": "object"}
