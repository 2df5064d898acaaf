"""What the page about the HTTP interfaces shows. Its words are the document's own, in English, as for programs is usual."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Kind:
    """What a value is: `words` (a type, or the values it may have), and the schemas that it refers to."""

    words: str
    schemas: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Member:
    """A parameter, a field, or a member of an object."""

    name: str
    kind: Kind
    description: str
    required: bool


@dataclass(frozen=True, slots=True)
class Body:
    """What an operation reads, in one media type."""

    media: str
    kind: Kind
    members: tuple[Member, ...]
    example: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What an operation answers with one status: in words, what in which media type, and which headers."""

    status: str
    description: str
    kinds: tuple[tuple[str, Kind], ...]
    headers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Operation:
    """One method at one path. `proved` names the ways to prove who one is."""

    name: str
    method: str
    path: str
    summary: str
    description: tuple[str, ...]
    parameters: tuple[Member, ...]
    bodies: tuple[Body, ...]
    answers: tuple[Answer, ...]
    proved: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Subject:
    """Operations that belong together."""

    name: str
    description: str
    operations: tuple[Operation, ...]


@dataclass(frozen=True, slots=True)
class Schema:
    """A kind of object."""

    name: str
    description: str
    members: tuple[Member, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DocsPage:
    """Every HTTP interface of the bridge."""

    template: ClassVar[str] = "docs.html"
    version: str
    server: str
    subjects: tuple[Subject, ...]
    schemas: tuple[Schema, ...]
    document: str = "/openapi.json"
