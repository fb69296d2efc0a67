"""Large mails: bytes that lie in a file and not in memory.

A mail of 50 MB would be held whole for as long as it takes to send it. From :data:`LARGE` bytes on it goes from the line into a file, block
by block, and is read from there: only some of it is ever in memory, however long one looks.
"""

from __future__ import annotations

import errno
import mmap
import os
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, SupportsIndex, cast

LARGE = 1 << 20
"""Bytes of a mail, or of anything, from which on it doesn't stay in memory."""
PIECE = 1 << 20
"""Bytes of one piece of what is large."""

_FIRST = 1 << 12
"""Bytes that are searched first: what is looked for is often near."""

Keep = Callable[[Iterable[bytes]], bytes]
"""Takes blocks to where they don't fill memory, and gives all of them as one."""


class Large(mmap.mmap):
    """Bytes in a file, read as if they were ``bytes``. The file has no name, and is gone when nobody refers to them any more.

    What isn't written here, and a mapping can't do, is done on a copy in memory: rightly, at the price of that.
    """

    descriptor = -1
    """Reads the same file, where the system reads at any place: what is copied from there never was in this process's memory."""

    def __del__(self, close: Callable[[int], None] = os.close) -> None:
        if self.descriptor >= 0:
            close(self.descriptor)

    def give_back(self) -> None:
        """Let go of the memory that views on it have taken; only the file has the bytes until somebody looks again."""
        if hasattr(mmap, "MADV_DONTNEED"):  # Windows takes the pages when it needs them
            self.madvise(mmap.MADV_DONTNEED)

    def _copy(self, start: int, stop: int) -> bytes:
        if self.descriptor < 0:
            return super().__getitem__(slice(start, stop))
        size = max(0, stop - start)
        found = os.pread(self.descriptor, size, start)
        while len(found) < size:
            more = os.pread(self.descriptor, size - len(found), start + len(found))
            if not more:
                raise OSError(errno.EIO, os.strerror(errno.EIO))
            found += more
        return found

    def __getitem__(self, key: Any) -> Any:
        if not isinstance(key, slice):
            return super().__getitem__(key)
        start, stop, step = key.indices(len(self))
        if step == 1:
            return self._copy(start, stop)
        if step < 0:
            return bytes(self)[key]
        window = PIECE // step * step or step
        return b"".join([self._copy(at, min(at + window, stop))[::step] for at in range(start, stop, window)])

    def __bytes__(self) -> bytes:
        return self._copy(0, len(self))

    def find(self, sub: Any, start: SupportsIndex | None = None, end: SupportsIndex | None = None, /) -> int:
        """As of ``bytes``."""
        at, stop, _step = slice(start, end).indices(len(self))
        size = _FIRST
        while at <= stop:
            window = min(at + size + len(sub), stop)
            found = self._copy(at, window).find(sub)
            if found >= 0:
                return at + found
            if window == stop:
                break
            at = window - len(sub) + 1
            size = min(2 * size, PIECE)
        return -1

    def startswith(self, prefix: bytes, start: int = 0, end: int | None = None) -> bool:
        """As of ``bytes``."""
        at, stop, _step = slice(start, end).indices(len(self))
        return at + len(prefix) <= stop and self._copy(at, at + len(prefix)) == prefix

    def endswith(self, suffix: bytes, start: int = 0, end: int | None = None) -> bool:
        """As of ``bytes``."""
        at, stop, _step = slice(start, end).indices(len(self))
        return at + len(suffix) <= stop and self._copy(stop - len(suffix), stop) == suffix

    def __contains__(self, sub: object) -> bool:
        return self.find(sub) >= 0

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, bytes | Large):
            return NotImplemented
        windows = range(0, len(self), PIECE)
        return len(self) == len(other) and all(self[at : at + PIECE] == other[at : at + PIECE] for at in windows)

    __hash__ = None  # type: ignore[assignment]  # as of other buffers: nobody is to read all of it for that

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(bytes(self), name)


BYTES: tuple[type[bytes], ...] = (bytes, cast("type[bytes]", Large))
"""What holds the bytes of a mail; a view on some of it isn't among them."""


def keep(blocks: Iterable[bytes], directory: Path) -> bytes:
    """Write blocks into a nameless file in a directory, readable for this user alone; what it then holds, as a :class:`Large`.

    What ends ``blocks`` with an error leaves nothing behind, and neither does a crash.

    :raises OSError: no room or no right.
    """
    # Windows has a name for it, and deletes the file when the last handle is closed: also when the program is killed.
    with tempfile.TemporaryFile(dir=directory, prefix="large-", suffix=".tmp", buffering=0) as file:
        size = 0
        for block in blocks:
            rest = memoryview(block)
            size += len(rest)
            while rest:
                rest = rest[file.write(rest) :]
        if not size:
            return b""
        os.fsync(file.fileno())  # some file systems tell only now that there is no room
        # It is bytes to whoever searches, cuts, sends or writes it; typing has no name for that before Python 3.12.
        found = Large(file.fileno(), size, access=mmap.ACCESS_READ)
        if hasattr(os, "pread"):
            found.descriptor = os.dup(file.fileno())
        return cast("bytes", found)


def pieces(raw: bytes, start: int = 0, end: int | None = None) -> tuple[bytes, ...]:
    """What lies between two offsets, as pieces that aren't in memory before somebody copies them: see :func:`give_back`."""
    end = len(raw) if end is None else end
    view = cast("bytes", memoryview(raw))
    return tuple(view[at : min(at + PIECE, end)] for at in range(start, end, PIECE))


def give_back(piece: bytes | memoryview) -> None:
    """Let go of the memory that a piece has taken, once it was written or copied."""
    if isinstance(piece, memoryview) and isinstance(piece.obj, Large):
        piece.obj.give_back()
