"""The generation mark: which journal belongs to this home, and which accounts it knows, kept outside the journal.

A lost or emptied journal would look like a home that never received anything, and every mailbox would be sent again. The mark tells the
two apart: accounts it names are not received from with a new journal until a person has said what their existing mail means. A restored
backup of the journal has counted less than its mark, and is treated likewise.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

_EPOCH = "epoch="


@dataclass(frozen=True)
class Mark:
    """The journal's generation and the ids of the accounts that have been received from with it."""

    generation: str
    accounts: frozenset[str] = frozenset()
    epoch: int = 0
    """How often that journal had counted on; one that has counted less is an older backup."""


def read(path: Path) -> Mark | None:
    """The mark of a home, or None if it never had a journal.

    :raises OSError: the file is there but can't be read.
    """
    try:
        # One that a fault has left unreadable belongs to no journal, and that is said.
        lines = path.read_text(encoding="utf-8", errors="replace").split()
    except FileNotFoundError:
        return None
    if not lines:
        return None
    # No account's id has an equals sign in it.
    counted = next((line.removeprefix(_EPOCH) for line in lines[1:] if line.startswith(_EPOCH)), "")
    accounts = frozenset(line for line in lines[1:] if not line.startswith(_EPOCH))
    return Mark(lines[0], accounts, int(counted) if counted.isdigit() else 0)


def write(path: Path, mark: Mark) -> None:
    """Replace the mark, atomically and durably.

    :raises OSError: no room or no right.
    """
    new = path.with_suffix(f".{os.getpid()}.new")  # other processes may write theirs at the same moment
    try:
        with new.open("w", encoding="utf-8") as file:
            new.chmod(0o600)
            file.write("\n".join((mark.generation, f"{_EPOCH}{mark.epoch}", *sorted(mark.accounts))) + "\n")
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)
