"""The generation mark: which journal belongs to this home, and which accounts it knows, kept outside the journal.

A lost or emptied journal would look like a home that never received anything, and every mailbox would be sent again. The mark tells the
two apart: accounts it names are not received from with a new journal until a person has said what their existing mail means.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Mark:
    """The journal's generation and the ids of the accounts that have been received from with it."""

    generation: str
    accounts: frozenset[str] = frozenset()


def read(path: Path) -> Mark | None:
    """The mark of a home, or None if it never had a journal.

    :raises OSError: the file is there but can't be read.
    """
    try:
        lines = path.read_text(encoding="utf-8").split()
    except FileNotFoundError:
        return None
    return Mark(lines[0], frozenset(lines[1:])) if lines else None


def write(path: Path, mark: Mark) -> None:
    """Replace the mark, atomically and durably.

    :raises OSError: no room or no right.
    """
    new = path.with_suffix(f".{os.getpid()}.new")  # other processes may write theirs at the same moment
    try:
        with new.open("w", encoding="utf-8") as file:
            file.write("\n".join((mark.generation, *sorted(mark.accounts))) + "\n")
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)
