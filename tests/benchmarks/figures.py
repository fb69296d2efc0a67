"""What a benchmark finds: figures with their targets, as a table for people and as JSON lines for ``python3 -m tests bench``."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

FILE_VARIABLE = "MAILFLOW_BENCH_FIGURES"
"""Names the file to which :func:`tell` adds its figures, one JSON object a line."""


@dataclass(frozen=True)
class Figure:
    """One figure; lower is better, unless ``at_least``."""

    name: str
    value: float
    unit: str
    target: float | None = None
    at_least: bool = False

    @property
    def met(self) -> bool | None:
        """Whether the target is met; None without one."""
        if self.target is None:
            return None
        return self.value >= self.target if self.at_least else self.value <= self.target


def tell(figures: Sequence[Figure], *, as_json: bool = False) -> None:
    """Print them, and keep them for whoever asked for that."""
    print(json.dumps([asdict(one) for one in figures]) if as_json else table(figures), flush=True)
    if name := os.environ.get(FILE_VARIABLE):
        with Path(name).open("a", encoding="utf-8") as file:
            file.writelines(json.dumps(asdict(one)) + "\n" for one in figures)


def read(file: Path) -> list[Figure]:
    """The figures that were kept in ``file``."""
    return [Figure(**json.loads(line)) for line in file.read_text(encoding="utf-8").splitlines()]


def table(figures: Sequence[Figure]) -> str:
    """One line for each, with its target and whether it is met."""
    lines = [f"{'':58}{'figure':>10} {'':4}{'target':>10}"]
    for one in figures:
        target = "" if one.target is None else f"{'≥' if one.at_least else '≤'} {one.target:g}"
        verdict = {True: "met", False: "MISSED", None: ""}[one.met]
        lines.append(f"{one.name:58}{_short(one.value):>10} {one.unit:4}{target:>10}  {verdict}".rstrip())
    return "\n".join(lines)


def _short(value: float) -> str:
    return f"{value:.0f}" if value >= 1000 else f"{value:.3g}"
