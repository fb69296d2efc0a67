"""The sub-commands of ``python3 -m tests``."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from tests import catalogues, locks, packages
from tests.benchmarks.running import bench
from tests.stress import figures, run

ROOT = Path(__file__).resolve().parent.parent
_LEAVING = 20.0
"""Seconds that tests have to clean up when all checks are broken off."""


def main(arguments: Sequence[str]) -> int:
    """Run the sub-command that ``arguments`` name, ``check`` if none; return the exit code."""
    match list(arguments):
        case ["lock"]:
            locks.renew(ROOT)
            return 0
        case ["catalogues"]:
            return _report(catalogues.renew(ROOT))
        case ["transformations"]:
            from mailflow_gui.mapping import documentation  # it loads the engine of templates

            page = documentation.page()
            (ROOT / "resources" / "transformations.md").write_text(page, encoding="utf-8", newline="\n")
            return 0
        case ["bench", *names]:
            packages.install_missing()
            return bench(names)
        case ["stress", *names]:
            packages.install_missing()
            return stress(names)
        case ["check", *rest] | rest:
            packages.install_missing()
            return _pytest_alone(rest) if rest else check()


def check() -> int:
    """Every check, each under its headline, even after one has failed; 0 if all of them passed."""
    checks: tuple[tuple[str, Sequence[str]], ...] = (
        ("ruff format", ["-m", "ruff", "format", "--check", "."]),
        ("ruff check", ["-m", "ruff", "check", "."]),
        ("mypy --strict", ["-m", "mypy"]),
        ("import-linter", ["-c", "from importlinter.cli import lint_imports_command as lint; lint()"]),
        ("catalogues", ["-m", "tests.catalogues"]),
        ("pytest", ["-m", "pytest", "--ignore", "tests/qt"]),
    )
    # Qt's state is the process's: what one test leaves behind meets all that follow, as in a window that is open for days. These have a
    # process of their own, and with it the second core.
    window = ("pytest tests/qt", ["-m", "pytest", "tests/qt"])
    failed = []
    with tempfile.TemporaryFile() as said, _started(window[1], said) as beside:
        began = time.monotonic()
        for title, arguments in checks:
            print(f"\n=== {title}", flush=True)
            started = time.monotonic()
            # pytest's exit code 5, no test collected, is a failure like any other.
            if subprocess.run([sys.executable, *arguments], cwd=ROOT, check=False).returncode:
                failed.append(title)
            print(
                f"=== {title}: {'FAILED' if title in failed else 'ok'} ({time.monotonic() - started:.0f} s)", flush=True
            )
        print(f"\n=== {window[0]}", flush=True)
        if beside.wait():
            failed.append(window[0])
        said.seek(0)
        sys.stdout.buffer.write(said.read())  # as it is, whatever this terminal can show
        outcome = "FAILED" if window[0] in failed else "ok"
        print(f"=== {window[0]}: {outcome} (beside the others, {time.monotonic() - began:.0f} s at most)", flush=True)
    print(f"\n{'Failed: ' + ', '.join(failed) if failed else 'All checks passed.'}", flush=True)
    return 1 if failed else 0


@contextmanager
def _started(arguments: Sequence[str], said: IO[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    """Python with ``arguments`` running beside this process; ended with the block, whatever ends that."""
    process = subprocess.Popen([sys.executable, *arguments], cwd=ROOT, stdout=said, stderr=subprocess.STDOUT)
    try:
        yield process
    finally:
        try:
            process.wait(_LEAVING)  # Ctrl+C has told it, too: it takes its servers and screens down
        except subprocess.TimeoutExpired:
            process.terminate()
            process.wait()


def stress(names: Sequence[str]) -> int:
    """Every stress part (or the named ones) in full, then one table of all figures; 0 if each is what it must be."""
    unknown = [name for name in names if name not in run.PARTS]
    if unknown:
        print(f"There is no stress part {', '.join(unknown)}. There are: {', '.join(run.PARTS)}.")
        return 2
    failed, found = [], []
    with tempfile.TemporaryDirectory() as directory:
        for name in names or run.PARTS:
            print(f"\n=== {name}: {run.PARTS[name]}", flush=True)
            kept = Path(directory) / f"{name}.json"
            command = [sys.executable, "-m", "tests.stress.run", name, "--figures", str(kept)]
            if subprocess.run(command, cwd=ROOT, check=False).returncode:
                failed.append(name)
            found += figures.read(kept)
    print(f"\n=== all figures\n{figures.table(found)}")
    print(f"\n{'Failed: ' + ', '.join(failed) if failed else 'All parts hold.'}", flush=True)
    return 1 if failed else 0


def _pytest_alone(arguments: Sequence[str]) -> int:
    return subprocess.run([sys.executable, "-m", "pytest", *arguments], cwd=ROOT, check=False).returncode


def _report(findings: Sequence[str]) -> int:
    for finding in findings:
        print(finding)
    return 1 if findings else 0
