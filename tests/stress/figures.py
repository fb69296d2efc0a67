"""What a part has measured, and how that is shown."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Figure:
    """One line of the table."""

    part: str
    what: str
    value: str
    bar: str = ""
    """What it must be; empty: it is only told."""
    ok: bool = True


def at_most(part: str, what: str, value: int, most: int = 0) -> Figure:
    """A figure that must not be above ``most``."""
    return Figure(part, what, str(value), f"<= {most}" if most else "0", value <= most)


def at_least(part: str, what: str, value: int, least: int) -> Figure:
    """A figure that must not be below ``least``."""
    return Figure(part, what, f"{value:,}", f">= {least:,}", value >= least)


def told(part: str, what: str, value: object) -> Figure:
    """A figure without a bar."""
    return Figure(part, what, str(value))


def table(figures: Sequence[Figure]) -> str:
    """All figures as one table."""
    rows = [("part", "what", "figure", "must be", "")]
    rows += [(each.part, each.what, each.value, each.bar, "ok" if each.ok else "BROKEN") for each in figures]
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([lines[0], "-" * max(map(len, lines)), *lines[1:]])


def write(path: Path, figures: Sequence[Figure]) -> None:
    """Keep figures for whoever makes the table of all parts."""
    path.write_text(json.dumps([asdict(each) for each in figures]), encoding="utf-8")


def read(path: Path) -> list[Figure]:
    """What :func:`write` has kept; nothing where a part did not come that far."""
    return [Figure(**each) for each in json.loads(path.read_text(encoding="utf-8"))] if path.exists() else []
