"""Saving what a stranger sent: a new file under a harmless name, never over another one, never run or opened."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from mailflow_gui.errors import StorageError
from mailflow_gui.mail import names


def free_name(directory: Path, name: str, media_type: str) -> Path:
    """A path in ``directory`` that is free now, for a file that calls itself ``name``: ``invoice (2).pdf`` if need be."""
    safe = names.safe(name, media_type)
    target, number = directory / safe, 1
    while os.path.lexists(target):
        number += 1
        stem, dot, ending = safe.rpartition(".")
        target = directory / (f"{stem} ({number}).{ending}" if dot and stem else f"{safe} ({number})")
    return target


def save(content: bytes, target: Path) -> None:
    """Write a new file.

    :raises StorageError: there is a file of that name already (it stays as it is), no room, or no right.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
    try:
        descriptor = os.open(target, flags, 0o600)
    except FileExistsError as error:
        raise StorageError("file-exists-already", file=str(target)) from error
    except OSError as error:
        raise StorageError("file-not-saved", file=str(target), reason=error.strerror or str(error)) from error
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        with contextlib.suppress(OSError):
            target.unlink()  # half a file would look like a whole one
        raise StorageError("file-not-saved", file=str(target), reason=error.strerror or str(error)) from error
    _mark_as_foreign(target)


def _mark_as_foreign(target: Path) -> None:
    """On Windows, say that the file came from outside, so that it asks before it runs anything from it."""
    if os.name != "nt":
        return
    with contextlib.suppress(OSError), Path(f"{target}:Zone.Identifier").open("w", encoding="ascii") as stream:
        stream.write("[ZoneTransfer]\r\nZoneId=3\r\n")
