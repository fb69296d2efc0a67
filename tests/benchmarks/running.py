"""All benchmarks in one go, and one table of what they found."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from tests.benchmarks import figures

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "results"
"""The tables of earlier measurements. They are of one machine: git leaves them out."""
BY_NAME_ONLY = frozenset({"large"})
"""Benchmarks that take too long to run with all the others."""


def bench(names: Sequence[str]) -> int:
    """Every benchmark but the longest (or the named ones), then one table of all figures, which is kept.

    Each is a process that prints its own table.

    Returns 0 if all of them ran to their end; a target that is missed is told, and is no fault.
    """
    found = {path.stem.removeprefix("bench_"): path.stem for path in sorted(HERE.glob("bench_*.py"))}
    unknown = [name for name in names if name not in found]
    if unknown:
        print(f"There is no benchmark {', '.join(unknown)}. There are: {', '.join(found)}.")
        return 2
    began = datetime.now(UTC)
    failed = []
    with tempfile.TemporaryDirectory() as directory:
        kept = Path(directory) / "figures"
        kept.touch()
        for name in names or [name for name in found if name not in BY_NAME_ONLY]:
            print(f"\n=== {name}", flush=True)
            if _run(found[name], kept):
                failed.append(name)
        table = figures.table(figures.read(kept))
    end = f"Failed: {', '.join(failed)}" if failed else "All benchmarks have run."
    print(f"\n=== all figures\n{table}\n\n{end}", flush=True)
    result = _keep(began, f"{table}\n\n{end}\n")
    print(f"Kept in {result.relative_to(HERE.parent.parent)}.", flush=True)
    return 1 if failed else 0


def _run(module: str, kept: Path) -> int:
    command = [sys.executable, "-m", f"tests.benchmarks.{module}"]
    environment = {**os.environ, figures.FILE_VARIABLE: str(kept)}
    return subprocess.run(command, cwd=HERE.parent.parent, env=environment, check=False).returncode


def _keep(began: datetime, text: str) -> Path:
    RESULTS.mkdir(exist_ok=True)
    result = RESULTS / f"{began:%Y-%m-%d-%H%M%S}.txt"
    machine = f"{platform.platform()}, Python {platform.python_version()}, {os.cpu_count()} processors"
    result.write_text(f"{began:%Y-%m-%d %H:%M} UTC, {machine}\n\n{text}", encoding="utf-8")
    return result
