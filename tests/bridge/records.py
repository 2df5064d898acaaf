"""What stands in a demonstration's database, read past the bridge."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from tests.bridge.demo import Demo


def rows(demo: Demo, statement: str, *values: object) -> list[tuple[object, ...]]:
    """Return the rows of a query."""
    with closing(sqlite3.connect(f"file:{demo.home / 'idbridge.sqlite3'}?mode=ro", uri=True, timeout=10)) as connection:
        return connection.execute(statement, values).fetchall()


def count(demo: Demo, table: str) -> int:
    """Return how many rows a table has."""
    ((number,),) = rows(demo, f"SELECT count(*) FROM {table}")
    return int(str(number))
