"""A server that follows a script, for what real servers seldom do: lies, silence, a line cut in the middle.

::

    with Scripted(Say("* OK hello"), Expect("CAPABILITY", "* CAPABILITY IMAP4rev1", "{tag} OK"), Drop()) as server:
        ...
    assert not server.heard("LOGIN")

Each call to the server runs the script from its beginning. ``{tag}`` in a reply is the first word of the line it answers.
"""

from __future__ import annotations

import contextlib
import re
import socket
import ssl
import struct
import sys
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_PATIENCE = 20.0
LINGER_ZERO = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)


@dataclass(frozen=True)
class Say:
    """Send these lines (CRLF is added), or bytes as they are."""

    lines: tuple[str | bytes, ...]

    def __init__(self, *lines: str | bytes) -> None:
        object.__setattr__(self, "lines", lines)


@dataclass(frozen=True)
class Expect:
    """Wait for a line with this regular expression in it, then say these lines."""

    pattern: str
    lines: tuple[str | bytes, ...]

    def __init__(self, pattern: str, *lines: str | bytes) -> None:
        object.__setattr__(self, "pattern", pattern)
        object.__setattr__(self, "lines", lines)


@dataclass(frozen=True)
class StartTls:
    """Shake hands now, with this context."""

    context: ssl.SSLContext


@dataclass(frozen=True)
class Stall:
    """Say nothing until the caller hangs up."""


@dataclass(frozen=True)
class Dribble:
    """Say one byte every few milliseconds until the caller hangs up, and never end the line: no single read is slow."""


@dataclass(frozen=True)
class Drop:
    """Hang up; with ``reset`` rudely (RST)."""

    reset: bool = False


Step = Say | Expect | StartTls | Stall | Dribble | Drop


@dataclass
class Scripted:
    """A listening server; a context manager. What it heard stays readable after the end."""

    steps: tuple[Step, ...]
    received: bytearray = field(default_factory=bytearray)
    calls: int = 0
    problems: list[str] = field(default_factory=list)
    """Lines that were not what the script expects; look at it where a test depends on the whole script."""

    def __init__(self, *steps: Step) -> None:
        self.steps = steps
        self.received = bytearray()
        self.calls = 0
        self.problems = []
        self.host = "127.0.0.1"
        self._listener = socket.create_server((self.host, 0))
        self.port: int = self._listener.getsockname()[1]
        self._open: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._stopped = False

    def heard(self, words: str | bytes) -> bool:
        """Whether these words came in, on any call."""
        return (words.encode() if isinstance(words, str) else words) in bytes(self.received)

    def __enter__(self) -> Scripted:
        self._start(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped = True
        with contextlib.suppress(OSError):
            # Closing alone does not wake a thread in accept().
            socket.create_connection((self.host, self.port), timeout=1).close()
        self._listener.close()
        for sock in self._open:
            with contextlib.suppress(OSError):
                socket.socket.shutdown(sock, socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(_PATIENCE)

    def _start(self, target: object, *arguments: object) -> None:
        assert callable(target)
        thread = threading.Thread(target=target, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            if self._stopped:
                sock.close()
                return
            self.calls += 1
            sock.settimeout(_PATIENCE)
            self._open.append(sock)
            self._start(self._serve, sock)

    def _serve(self, sock: socket.socket) -> None:
        call = _Call(self, sock)
        try:
            for step in self.steps:
                if not call.take(step):
                    break
        except (OSError, EOFError):
            pass  # the caller went; the test judges by what was heard
        finally:
            call.sock.close()


class _Call:
    """One caller."""

    def __init__(self, server: Scripted, sock: socket.socket) -> None:
        self.server = server
        self.sock = sock
        self.tag = ""
        self._buffer = b""

    def take(self, step: Step) -> bool:
        """Do a step; False ends the call."""
        match step:
            case Say():
                self._say(step.lines)
            case Expect():
                line = self._line()
                self.tag = line.split(" ", 1)[0]
                if not re.search(step.pattern, line):
                    self.server.problems.append(f"expected {step.pattern!r}, got {line!r}")
                    return False
                self._say(step.lines)
            case StartTls():
                self.sock = step.context.wrap_socket(self.sock, server_side=True)
                self.server._open.append(self.sock)
            case Stall():
                while self._receive():
                    pass
            case Dribble():
                while True:
                    self.sock.sendall(b"x")
                    time.sleep(0.01)
            case Drop(reset=True):
                # Zero linger makes close() send RST.
                self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_ZERO)
                return False
            case Drop():
                return False
        return True

    def _say(self, lines: Sequence[str | bytes]) -> None:
        self.sock.sendall(
            b"".join(
                line if isinstance(line, bytes) else line.replace("{tag}", self.tag).encode() + b"\r\n"
                for line in lines
            )
        )

    def _line(self) -> str:
        while b"\n" not in self._buffer:
            data = self._receive()
            if not data:
                raise EOFError
            self._buffer += data
        line, _, self._buffer = self._buffer.partition(b"\n")
        return line.rstrip(b"\r").decode("utf-8", "replace")

    def _receive(self) -> bytes:
        data = self.sock.recv(65536)
        self.server.received += data
        return data
