"""A lock between processes: one file, held by at most one of them, which tells the others who holds it.

Standard library only, because the bootstrap needs it before anything is installed. The operating system drops the lock when its
holder ends, however it ends; the file itself stays, since deleting a lock file lets two processes hold two files of one name.
"""

from __future__ import annotations

import contextlib
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path

_NOTE_BYTES = 4096
_LOCKED_BYTE = 0x7FFF0000  # Windows denies reading locked bytes, so the lock lies far behind the note
_PROBE_RETRIES = 5  # somebody who asks for the holder locks the file for an instant
_PROBE_SECONDS = 0.01


@dataclass(frozen=True)
class Holder:
    """Who holds a lock."""

    pid: int
    """The process's id."""
    note: str
    """What that process says about itself, such as its command."""

    def __str__(self) -> str:
        return f"{self.note} (process {self.pid})" if self.note else f"process {self.pid}"


class FileLock:
    """A lock on ``path``. Two locks on one path exclude each other even inside one process."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor: int | None = None

    @property
    def held(self) -> bool:
        """Whether this very object holds the lock."""
        return self._descriptor is not None

    def acquire(self, note: str = "") -> bool:
        """Take the lock, without waiting; False if another process (or object) holds it.

        ``note`` and this process's id can be read by everybody (:meth:`holder`) while the lock is held: never put a secret into it.

        :raises OSError: no room or no right to write at ``path``.
        """
        if self.held:
            return True
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)  # not inherited by children (PEP 446)
        try:
            for retries_left in range(_PROBE_RETRIES, -1, -1):
                if _lock(descriptor, shared=False):
                    break
                if retries_left == 0:
                    os.close(descriptor)
                    return False
                time.sleep(_PROBE_SECONDS)
            _write_note(descriptor, f"{os.getpid()}\n{note}")
        except BaseException:
            with contextlib.suppress(OSError):  # the first fault is the one to tell
                os.close(descriptor)
            raise
        self._descriptor = descriptor
        return True

    def release(self) -> None:
        """Give the lock back; nothing happens if it isn't held."""
        if self._descriptor is None:
            return
        descriptor, self._descriptor = self._descriptor, None
        try:
            os.ftruncate(descriptor, 0)
        finally:
            _unlock(descriptor)
            os.close(descriptor)

    def holder(self) -> Holder | None:
        """Who holds the lock right now, or None if nobody does.

        :raises OSError: the lock file can't be read.
        """
        try:
            descriptor = os.open(self.path, os.O_RDWR)
        except FileNotFoundError:
            return None
        try:
            if not self.held and _lock(descriptor, shared=True):
                _unlock(descriptor)
                return None
            return _parse_note(os.read(descriptor, _NOTE_BYTES))
        finally:
            os.close(descriptor)


def _write_note(descriptor: int, note: str) -> None:
    os.ftruncate(descriptor, 0)
    os.lseek(descriptor, 0, os.SEEK_SET)
    os.write(descriptor, note.encode("utf-8", "replace")[:_NOTE_BYTES])


def _parse_note(raw: bytes) -> Holder:
    pid, _newline, note = raw.decode("utf-8", "replace").partition("\n")
    # Empty for the instant between taking the lock and writing the note.
    return Holder(pid=int(pid) if pid.isdecimal() else 0, note=note)


if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int, *, shared: bool) -> bool:
        del shared  # msvcrt knows exclusive locks only; acquire() tries again after a probe
        os.lseek(descriptor, _LOCKED_BYTE, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except PermissionError:
            return False
        finally:
            os.lseek(descriptor, 0, os.SEEK_SET)
        return True

    def _unlock(descriptor: int) -> None:
        os.lseek(descriptor, _LOCKED_BYTE, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)
        os.lseek(descriptor, 0, os.SEEK_SET)

else:
    import fcntl

    def _lock(descriptor: int, *, shared: bool) -> bool:
        try:
            fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _unlock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_UN)
