"""Reading a configuration table strictly: every value is asked for with its type, and nothing may be left unasked.

A misspelt key in a trust list's source would silently drop a condition; here it is an error that names its place.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TypeVar

from idbridge.trust.localised import Localised, Names

Wanted = TypeVar("Wanted")


class TableRefused(ValueError):
    """A table is incomplete or wrong; the message names the place."""

    code = "table-invalid"


class Table:
    """A TOML table and where it stands. Used as a context manager, it refuses keys that nobody asked for."""

    def __init__(self, values: object, place: str) -> None:
        if not isinstance(values, Mapping):
            raise TableRefused(f"{place}: a table is expected")
        self._values: Mapping[str, object] = values
        self._asked: set[str] = set()
        self.place = place

    def __enter__(self) -> Table:
        return self

    def __exit__(self, failed: object, *_: object) -> None:
        unknown = sorted(set(self._values) - self._asked)
        if failed is None and unknown:
            raise TableRefused(f"{self.place}: unknown keys: {', '.join(unknown)}")

    def optional(self, key: str, kind: type[Wanted]) -> Wanted | None:
        """Return a value of *kind*, None if it is absent."""
        self._asked.add(key)
        value = self._values.get(key)
        if value is None:
            return None
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise TableRefused(f"{self.place}.{key}: {kind.__name__} is expected")
        return value

    def required(self, key: str, kind: type[Wanted]) -> Wanted:
        """Return a value of *kind*; an empty one is as good as none."""
        value = self.optional(key, kind)
        if value is None or value in ("", [], {}):
            raise TableRefused(f"{self.place}.{key} is missing")
        return value

    def time(self, key: str) -> datetime:
        """Return a time with its zone, in UTC."""
        value = self.required(key, datetime)
        if value.tzinfo is None:
            raise TableRefused(f"{self.place}.{key}: the time has no zone")
        try:
            return value.astimezone(UTC)
        except OverflowError:
            raise TableRefused(f"{self.place}.{key}: the time is not within the calendar") from None

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of texts, empty if it is absent."""
        values = self.optional(key, list) or []
        if not all(isinstance(value, str) and value for value in values):
            raise TableRefused(f"{self.place}.{key}: a list of texts is expected")
        return tuple(values)

    def names(self, key: str) -> Names:
        """Return texts by language, empty if they are absent: ``{en = "…", zh-Hant = "…"}``."""
        values = self.optional(key, dict) or {}
        if not all(isinstance(text, str) and text for text in values.values()):
            raise TableRefused(f"{self.place}.{key}: a text for each language is expected")
        return tuple(Localised(language, text) for language, text in values.items())

    def required_names(self, key: str) -> Names:
        """Return at least one text by language."""
        self.required(key, dict)
        return self.names(key)

    def table(self, key: str) -> Table:
        """Return a table that must be there."""
        return Table(self.required(key, dict), f"{self.place}.{key}")

    def optional_table(self, key: str) -> Table | None:
        """Return a table, None if it is absent."""
        values = self.optional(key, dict)
        return None if values is None else Table(values, f"{self.place}.{key}")

    def tables(self, key: str) -> list[Table]:
        """Return a list of tables, empty if it is absent."""
        return [Table(values, f"{self.place}.{key}[{index}]") for index, values in enumerate(self.optional(key, list) or [])]

    def refused(self, detail: str) -> TableRefused:
        """Return the refusal of this table."""
        return TableRefused(f"{self.place}: {detail}")
