"""Many rows in few statements: SQLite gives up Python's lock for each one, and whoever computes meanwhile may keep it for long."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, TypeVar

T = TypeVar("T")

_MOST_VALUES = 900
"""In one statement; SQLite before 3.32 takes 999."""
_FEW = 8
"""So many rows go together whatever their number."""


def insert(database: sqlite3.Connection, into: str, rows: Sequence[Sequence[Any]]) -> None:
    """``INSERT INTO`` a table and its columns (``into``: ``items(id, state)``), all rows alike in length."""
    for some in _portions(rows, _MOST_VALUES // len(rows[0]) if rows else 1):
        database.execute(_statement(into, len(some), len(some[0])), [value for row in some for value in row])


def portions(values: Sequence[T], most: int = _MOST_VALUES) -> Iterator[tuple[str, Sequence[T]]]:
    """``values`` in portions for ``IN (...)``: question marks, and the values that go with them, ``most`` of them together."""
    for some in _portions(values, most):
        yield ",".join("?" * len(some)), some


@lru_cache(maxsize=256)
def _statement(into: str, rows: int, columns: int) -> str:
    one = f"({', '.join('?' * columns)})"
    return f"INSERT INTO {into} VALUES {', '.join([one] * rows)}"


def _portions(values: Sequence[T], most: int) -> Iterator[Sequence[T]]:
    """In portions of powers of two, and the last few together: the few statements that come of it stay compiled."""
    start, size = 0, 1 << max(0, most.bit_length() - 1)
    while left := len(values) - start:
        if left <= min(most, _FEW):
            yield values[start:]
            return
        while size > left:
            size //= 2
        yield values[start : start + size]
        start += size
