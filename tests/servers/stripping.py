"""Somebody in the middle who takes the offer of encryption away, and keeps all that comes from the client."""

from __future__ import annotations

import contextlib
import re
import socket
import threading
from types import TracebackType
from typing import Self

_OFFER = re.compile(rb"(?i)(?P<smtp>\r\n250[- ]STARTTLS(?=\r\n))|(?P<line>\r\nSTLS(?=\r\n))|(?P<word> STARTTLS)")

_LAST = re.compile(rb"\r\n250-([^\r\n]*\r\n)\Z")


class Stripping:
    """Passes bytes on between a client and a server on this machine, all but the server's offer of STARTTLS (STLS)."""

    def __init__(self, port: int) -> None:
        self._target = port
        self.heard = bytearray()
        """All that clients have sent."""
        self.taken = 0
        """How many offers were taken away."""
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.host = "127.0.0.1"
        self.port: int = self._listener.getsockname()[1]
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
            for source, sink in ((client, server), (server, client)):
                thread = threading.Thread(target=self._pass_on, args=(source, sink, source is server), daemon=True)
                self._threads.append(thread)
                thread.start()

    def _pass_on(self, source: socket.socket, sink: socket.socket, from_server: bool) -> None:
        waiting = b"\r\n"  # as if a line had just ended
        with contextlib.suppress(OSError):
            while data := source.recv(1 << 16):
                if not from_server:
                    self.heard += data
                    sink.sendall(data)
                    continue
                waiting += data
                if not waiting.endswith(b"\r\n"):
                    continue  # whole lines only
                passed = _OFFER.sub(self._take, waiting)
                if b"\r\n250 " in waiting and b"\r\n250 " not in passed:  # it was the last line of the answer
                    passed = _LAST.sub(rb"\r\n250 \1", passed)
                sink.sendall(passed[2:])
                waiting = b"\r\n"
        for sock in (source, sink):
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    def _take(self, _match: re.Match[bytes]) -> bytes:
        self.taken += 1
        return b""
