"""Runs one part: ``python -m tests.stress.run NAME [--figures FILE]``; exit code 1 if a figure is not what it must be."""

from __future__ import annotations

import importlib
import sys
import time
from pathlib import Path

from tests.stress import figures

PARTS = {
    "kill": "SIGKILL at every boundary of the journal",
    "random": "SIGKILL at random times",
    "faults": "a faulty line to IMAP, POP3 and SMTP servers",
    "scripts": "servers that misbehave by script",
    "mails": "random and mutated mails",
    "day": "eight hours against a server that comes and goes",
    "replies": "threads, and two flows that answer each other",
}
"""The parts in the order in which they run."""


def main() -> int:
    """Run the part that the first argument names and tell its figures."""
    name = sys.argv[1]
    started = time.monotonic()
    found = importlib.import_module(f"tests.stress.stress_{name}").main()
    found.append(figures.told(name, "minutes", f"{(time.monotonic() - started) / 60:.1f}"))
    print(figures.table(found), flush=True)
    if "--figures" in sys.argv:
        figures.write(Path(sys.argv[sys.argv.index("--figures") + 1]), found)
    return 0 if all(each.ok for each in found) else 1


if __name__ == "__main__":
    sys.exit(main())
