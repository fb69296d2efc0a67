"""Somebody in the middle who takes the offer of encryption away, and keeps all that comes from the client."""

from __future__ import annotations

import re
import socket

from tests.servers.between import Between

_OFFER = re.compile(rb"(?i)(?P<smtp>\r\n250[- ]STARTTLS(?=\r\n))|(?P<line>\r\nSTLS(?=\r\n))|(?P<word> STARTTLS)")

_LAST = re.compile(rb"\r\n250-([^\r\n]*\r\n)\Z")


class Stripping(Between):
    """Passes bytes on between a client and a server on this machine, all but the server's offer of STARTTLS (STLS)."""

    def __init__(self, port: int) -> None:
        self.heard = bytearray()
        """All that clients have sent."""
        self.taken = 0
        """How many offers were taken away."""
        super().__init__(port)

    def pass_on(self, source: socket.socket, sink: socket.socket, *, from_server: bool) -> None:
        waiting = b"\r\n"  # as if a line had just ended
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

    def _take(self, _match: re.Match[bytes]) -> bytes:
        self.taken += 1
        return b""
