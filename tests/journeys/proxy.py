"""A line that is cut at a chosen place: between MailFlow and a real server."""

from __future__ import annotations

import socket
import threading

from tests.servers.between import Between


class Cutting(Between):
    """Passes bytes on to a server on this machine, and hangs up on both when ``after`` has come from the server, ``times`` times."""

    def __init__(self, port: int, after: bytes, times: int = 1) -> None:
        self._after, self._times = after, times
        self.cuts = 0
        """How often it has hung up."""
        self._lock = threading.Lock()
        super().__init__(port)

    def pass_on(self, source: socket.socket, sink: socket.socket, *, from_server: bool) -> None:
        tail = b""
        while data := source.recv(1 << 16):
            seen = tail + data
            tail = seen[-len(self._after) :]
            if from_server and self._after in seen and self._may_cut():
                end = max(0, seen.index(self._after) + len(self._after) - (len(seen) - len(data)))
                sink.sendall(data[:end])
                return
            sink.sendall(data)

    def _may_cut(self) -> bool:
        with self._lock:
            if self.cuts >= self._times:
                return False
            self.cuts += 1
            return True
