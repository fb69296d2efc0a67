"""A line that is cut at a chosen place: between MailFlow and a real server."""

from __future__ import annotations

import contextlib
import socket
import threading
from types import TracebackType
from typing import Self


class Cutting:
    """Passes bytes on to a server on this machine, and hangs up on both when ``after`` has come from the server, ``times`` times."""

    def __init__(self, port: int, after: bytes, times: int = 1) -> None:
        self._target, self._after, self._times = port, after, times
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.cuts = 0
        """How often it has hung up."""
        self._lock = threading.Lock()
        self._sockets: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for sock in self._sockets:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(10)
        for sock in self._sockets:
            sock.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self._target))
            self._sockets += [client, server]
            for source, sink, watched in ((client, server, False), (server, client, True)):
                thread = threading.Thread(target=self._pass_on, args=(source, sink, watched), daemon=True)
                self._threads.append(thread)
                thread.start()

    def _pass_on(self, source: socket.socket, sink: socket.socket, watched: bool) -> None:
        tail = b""
        with contextlib.suppress(OSError):
            while data := source.recv(1 << 16):
                seen = tail + data
                tail = seen[-len(self._after) :]
                if watched and self._after in seen and self._may_cut():
                    end = max(0, seen.index(self._after) + len(self._after) - (len(seen) - len(data)))
                    sink.sendall(data[:end])
                    break
                sink.sendall(data)
        for sock in (source, sink):
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    def _may_cut(self) -> bool:
        with self._lock:
            if self.cuts >= self._times:
                return False
            self.cuts += 1
            return True
