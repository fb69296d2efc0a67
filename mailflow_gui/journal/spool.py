"""The spool: append-only segment files for raw mails and frozen outgoing bytes.

Only the journal's writer thread appends; any thread may read. Bytes count as kept once :meth:`Spool.sync` has returned, which the writer
does before it commits the group that refers to them. A crash may leave bytes that nothing refers to; they do no harm.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from typing import BinaryIO

from mailflow_gui.mail.large import give_back

_PENDING_SIZE = 1024 * 1024
"""Bytes that wait in memory to be written together."""
_MOST_CHUNKS = 1024
"""That one call writes (IOV_MAX of Linux and macOS)."""

_OLD = 24 * 60 * 60
"""Seconds after which nobody writes into a file of a large mail any more."""

SEGMENT_SIZE = 64 * 1024 * 1024
"""Bytes after which a new segment is begun."""


@dataclass(frozen=True)
class Place:
    """Where bytes lie in the spool."""

    segment: int
    offset: int
    length: int


def parts(place: Place, size: int) -> Iterator[Place]:
    """A place in pieces of ``size`` bytes at most."""
    for start in range(0, place.length, size):
        yield Place(place.segment, place.offset + start, min(size, place.length - start))


def path_of(directory: Path, segment: int) -> Path:
    """The file of a segment."""
    return directory / f"{segment:08d}.spool"


class Spool:
    """The segments of one home."""

    def __init__(self, directory: Path, *, after: int = 0) -> None:
        """``after``: the highest number that was ever given, as far as is known; numbers of segments that are gone aren't given again."""
        self._directory = directory
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        _clean(directory)
        numbers = [int(path.stem) for path in directory.glob("*.spool") if path.stem.isdigit()]
        self._segment = max((*numbers, after)) + 1
        self._file: FileIO | None = None
        self._pending: list[bytes] = []
        self._pending_size = 0
        self._offset = 0
        self._dirty = False
        self._reading = threading.local()
        self._open: set[BinaryIO] = set()
        """The reading files of all threads."""

    def append(self, chunks: Iterable[bytes]) -> Place:
        """Add bytes at the end of the current segment.

        :raises OSError: no room.
        """
        if self._file is None or self._offset >= SEGMENT_SIZE:
            self._next_segment()
        assert self._file is not None
        start = self._offset
        self._dirty = True
        pending, size = self._pending, self._pending_size
        end = start - size
        for chunk in chunks:
            pending.append(chunk)
            size += len(chunk)
            if size >= _PENDING_SIZE:  # also in the middle of what is large
                self._write(self._file)
                pending = self._pending
                end += size
                size = 0
        self._pending_size = size
        self._offset = end = end + size
        return Place(self._segment, start, end - start)

    def sync(self) -> None:
        """Force what was appended to the disk.

        :raises OSError: no room, or the disk failed.
        """
        if self._file is not None and self._dirty:
            self._write(self._file)
            os.fsync(self._file.fileno())
            self._dirty = False

    def give_up(self) -> None:
        """After a failed write: leave this segment, whose end is unknown, and go on in a new one."""
        if self._file is not None:
            with contextlib.suppress(OSError):
                self._file.close()
        self._file = None
        self._forget()

    def read(self, place: Place) -> bytes:
        """The bytes at a place.

        :raises OSError: the segment is gone or too short (its contents have expired).
        """
        cached: dict[int, BinaryIO] | None = getattr(self._reading, "files", None)
        if cached is None:
            cached = self._reading.files = {}
        file = cached.get(place.segment)
        if file is None:
            while len(cached) >= 4:
                oldest = cached.pop(next(iter(cached)))
                self._open.discard(oldest)
                oldest.close()
            file = cached[place.segment] = self._path(place.segment).open("rb", buffering=0)
            self._open.add(file)
        file.seek(place.offset)
        content = _read_exactly(file, place.length)
        if len(content) != place.length:
            raise OSError(f"spool segment {place.segment} ends before offset {place.offset + place.length}")
        return content

    def finished(self) -> dict[int, int]:
        """The segments that are written no more, oldest first, and their sizes in bytes."""
        found = {}
        for path in sorted(self._directory.glob("*.spool")):
            if path.stem.isdigit() and int(path.stem) < self._segment:
                with contextlib.suppress(FileNotFoundError):
                    found[int(path.stem)] = path.stat().st_size
        return found

    def close(self) -> None:
        """Close the segment that is written; what wasn't forced to the disk, nothing refers to."""
        if self._file is not None:
            self._file.close()
            self._file = None
        self._forget()

    def close_reading(self) -> None:
        """Close the reading files of all threads; nobody may be reading any more."""
        while self._open:
            self._open.pop().close()
        self._reading = threading.local()

    def _write(self, file: FileIO) -> None:
        chunks = self._pending
        self._pending, self._pending_size = [], 0
        if hasattr(os, "writev"):  # without copying them together first
            for start in range(0, len(chunks), _MOST_CHUNKS):
                some = chunks[start : start + _MOST_CHUNKS]
                written = os.writev(file.fileno(), some)
                if written < sum(map(len, some)):  # as a nearly full disk does
                    rest = b"".join(chunks[start:])[written:]
                    _write_all(file, rest)
                    return
        else:
            _write_all(file, b"".join(chunks))
        for chunk in chunks:
            if type(chunk) is not bytes:
                give_back(chunk)

    def _forget(self) -> None:
        self._pending, self._pending_size, self._dirty = [], 0, False

    def _path(self, segment: int) -> Path:
        return path_of(self._directory, segment)

    def _next_segment(self) -> None:
        if self._file is not None:
            self.sync()
            self._file.close()
            self._segment += 1
        while self._path(self._segment).exists():
            self._segment += 1
        descriptor = os.open(
            self._path(self._segment), os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600
        )
        self._file = FileIO(descriptor, "wb")
        self._offset = 0
        _sync_directory(self._directory)


def _clean(directory: Path) -> None:
    """Delete what :mod:`mailflow_gui.mail.large` has left: where a file can't be without a name, a power cut leaves it."""
    for path in directory.glob("large-*.tmp"):
        with contextlib.suppress(OSError):
            if time.time() - path.stat().st_mtime > _OLD:
                path.unlink()


def _write_all(file: FileIO, content: bytes) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[file.write(rest) :]


def _read_exactly(file: BinaryIO, length: int) -> bytes:
    parts = []
    while length > 0 and (part := file.read(length)):
        parts.append(part)
        length -= len(part)
    return parts[0] if len(parts) == 1 else b"".join(parts)


def _sync_directory(directory: Path) -> None:
    """Make a new file's name durable; Windows has no such call and needs none."""
    if os.name == "nt":
        return
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
