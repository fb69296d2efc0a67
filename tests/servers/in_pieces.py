"""A socket that gives what has arrived in pieces, cut wherever a test says: as lines do that are slow, or busy."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator, Sequence
from typing import Any


class InPieces(socket.socket):
    """One end of a pair; each read gives at most as much as the next of ``pieces``, then all that is there."""

    pieces: Sequence[int] = ()

    def recv_into(self, buffer: Any, nbytes: int = 0, flags: int = 0) -> int:
        view = memoryview(buffer)
        if self.pieces:
            first, *self.pieces = self.pieces
            view = view[:first]
        return super().recv_into(view, nbytes, flags)


@contextlib.contextmanager
def in_pieces(said: bytes, pieces: Sequence[int] = (), *, over: bool = True) -> Iterator[InPieces]:
    """Our end of a line on which a server has said something, and has hung up if it is ``over``."""
    ours, theirs = socket.socketpair()
    with theirs, InPieces(fileno=ours.detach()) as sock:
        theirs.sendall(said)
        if over:
            theirs.shutdown(socket.SHUT_WR)
        sock.pieces = pieces
        yield sock
