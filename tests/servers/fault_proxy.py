"""A line between MailFlow and a real server that can be told to fail: thirteen kinds of faults, in either direction, at a chosen place.

::

    with FaultProxy(dovecot.imap, Fault("reset", "to-client", at=120)) as line:
        ...
    assert line.fired == 1

A fault waits for its place: a number of bytes since the session's beginning, or the end of a pattern's first match. It fires at most
``times`` times, on whichever session comes there first; :attr:`FaultProxy.fired` counts what has happened, not what was armed.
:attr:`FaultProxy.heard` keeps what went over the line, so that a clean dialogue can give the places for faults.
"""

from __future__ import annotations

import contextlib
import re
import select
import socket
import struct
import sys
import threading
from dataclasses import dataclass, field
from types import TracebackType
from typing import Literal, Self, get_args

Kind = Literal[
    "reset",
    "fin",
    "stall",
    "latency",
    "dribble",
    "truncate",
    "corrupt",
    "duplicate",
    "refuse",
    "black-hole",
    "half-open",
    "garbage",
    "overlong",
]
KINDS: tuple[Kind, ...] = get_args(Kind)
"""reset: RST to both. fin: both lines are closed. stall: this direction passes nothing more. latency: a pause.
dribble: what follows comes one byte at a time. truncate: the rest of what is on its way is dropped. corrupt: the next byte is another.
duplicate: the rest of what is on its way comes twice. refuse: hung up on at once (RST). black-hole: taken, and never a byte either way.
half-open: the server is gone, and nobody tells the client. garbage: a line that means nothing is put in. overlong: a line of 100,000 bytes
is put in."""

Direction = Literal["to-client", "to-server"]
DIRECTIONS: tuple[Direction, ...] = get_args(Direction)

AT_CONNECT: tuple[Kind, ...] = ("refuse", "black-hole")
"""Faults that need no place."""
GARBAGE = b"\x00\xff\xfe garbage {}[]()<> %n\r\n"
_LOOK = 0.02
"""Seconds between two looks whether a session is over."""
OVERLONG = b"x" * 100_000 + b"\r\n"
_LINGER_ZERO = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)


@dataclass
class Fault:
    """One fault. ``at``: bytes since the session began, or a regular expression behind whose match it happens."""

    kind: Kind
    direction: Direction = "to-client"
    at: int | bytes = 0
    times: int = 1
    seconds: float = 0.3
    """How long *latency* lasts."""

    def place(self, passed: int, tail: bytes, data: bytes) -> int | None:
        """How many bytes of ``data`` go before it happens; None: not here.

        ``passed``: the number of bytes before ``data``; ``tail``: the last of them.
        """
        if isinstance(self.at, int):
            return self.at - passed if passed <= self.at < passed + len(data) else None
        match = re.search(self.at, tail + data, re.DOTALL)
        return None if match is None or match.end() <= len(tail) else match.end() - len(tail)


@dataclass
class _Session:
    number: int
    client: socket.socket
    server: socket.socket | None = None
    gone: threading.Event = field(default_factory=threading.Event)
    """Nothing passes any more, and nobody is told."""
    over: threading.Event = field(default_factory=threading.Event)
    """Its threads are to end and its sockets to be closed as they are."""
    ended: threading.Event = field(default_factory=threading.Event)
    """One of its directions has ended."""

    def sockets(self) -> list[socket.socket]:
        return [each for each in (self.client, self.server) if each is not None]


class FaultProxy:
    """A listening line to a server on this machine. A context manager."""

    def __init__(self, port: int, *faults: Fault, host: str = "127.0.0.1") -> None:
        self.faults = list(faults)
        self.sessions = 0
        self.happened: list[Kind] = []
        """Every fault that has fired, in order."""
        self.heard: list[tuple[int, Direction, bytes]] = []
        """What was passed on: session number (from 1), direction, bytes."""
        self._target = (host, port)
        self._listener = socket.create_server((host, 0))
        self.port: int = self._listener.getsockname()[1]
        self._lock = threading.Lock()
        self._open: list[_Session] = []
        self._closing = threading.Event()
        self._threads: list[threading.Thread] = []
        self._thread(self._accept)

    @property
    def fired(self) -> int:
        """How many faults have happened."""
        return len(self.happened)

    def arm(self, *faults: Fault) -> None:
        """From now on these faults and no others."""
        with self._lock:
            self.faults = list(faults)

    def passed(self, session: int, direction: Direction) -> bytes:
        """All that went over one session in one direction."""
        return b"".join(data for number, way, data in self.heard if (number, way) == (session, direction))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
            pass  # wakes accept() where shutdown() doesn't
        self._listener.close()
        with self._lock:
            sessions = list(self._open)
        for session in sessions:
            self._cut(session)
        for thread in self._threads:
            thread.join(10)

    def cut(self) -> int:
        """Hang up on every session that is open (FIN); returns how many there were."""
        with self._lock:
            sessions = [session for session in self._open if not session.gone.is_set()]
        for session in sessions:
            self._cut(session)
        return len(sessions)

    def freeze(self) -> int:
        """Make every session that is open half-open: its server is gone, and nobody tells its client; returns how many there were."""
        with self._lock:
            sessions = [session for session in self._open if session.server is not None and not session.gone.is_set()]
        for session in sessions:
            self._lose_server(session)
        return len(sessions)

    def _thread(self, target: object, *arguments: object) -> None:
        assert callable(target)
        thread = threading.Thread(target=target, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            if self._closing.is_set():
                client.close()
                return
            self.sessions += 1
            session = _Session(self.sessions, client)
            with self._lock:
                self._open.append(session)
            self._thread(self._serve, session)

    def _serve(self, session: _Session) -> None:
        fault = self._take(lambda each: each.kind in AT_CONNECT)
        if fault is not None and fault.kind == "refuse":
            self._reset(session)
        elif fault is not None:
            self._drain(session.client)
        else:
            try:
                session.server = socket.create_connection(self._target, timeout=10)
            except OSError:
                self._reset(session)
            else:
                session.server.settimeout(None)
                for each in session.sockets():
                    each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                other = threading.Thread(target=self._pump, args=(session, "to-server"), daemon=True)
                other.start()
                self._pump(session, "to-client")
                other.join()
        for each in session.sockets():
            each.close()
        with self._lock:
            self._open.remove(session)

    def _take(self, wanted: object) -> Fault | None:
        """The first fault that is wanted and still has a time left; it has happened now."""
        assert callable(wanted)
        with self._lock:
            for fault in self.faults:
                if fault.times > 0 and wanted(fault):
                    fault.times -= 1
                    self.happened.append(fault.kind)
                    return fault
        return None

    def _pump(self, session: _Session, direction: Direction) -> None:
        assert session.server is not None
        source, sink = (
            (session.server, session.client) if direction == "to-client" else (session.client, session.server)
        )
        passed, tail = 0, b""
        with contextlib.suppress(OSError):
            while not (session.gone.is_set() or session.over.is_set()):
                # Never block in recv(): a socket that another thread reads from is not really closed by close().
                if not select.select([source], [], [], _LOOK)[0]:
                    continue
                data = source.recv(1 << 16)
                if not data or not self._pass_on(session, direction, sink, data, passed, tail):
                    break
                passed, tail = passed + len(data), (tail + data)[-256:]
        session.ended.set()
        if session.gone.is_set():
            self._drain(session.client)
        elif not session.over.is_set():
            for each in session.sockets():
                with contextlib.suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)

    def _pass_on(
        self, session: _Session, direction: Direction, sink: socket.socket, data: bytes, passed: int, tail: bytes
    ) -> bool:
        """Pass bytes on, with whatever fault has its place in them; False: nothing more goes this way."""
        places: dict[int, int] = {}

        def here(fault: Fault) -> bool:
            place = None
            if fault.direction == direction and fault.kind not in AT_CONNECT:
                place = fault.place(passed, tail, data)
            if place is not None:
                places[id(fault)] = place
            return place is not None

        fault = self._take(here)
        if fault is None:
            self._send(session, direction, sink, data)
            return True
        head, rest = data[: places[id(fault)]], data[places[id(fault)] :]
        self._send(session, direction, sink, head)
        return self._happen(fault, session, direction, sink, rest)

    def _happen(self, fault: Fault, session: _Session, direction: Direction, sink: socket.socket, rest: bytes) -> bool:
        match fault.kind:
            case "reset":
                self._reset(session)
                return False
            case "fin":
                return False
            case "stall":
                if direction == "to-server":
                    self._drain(session.client)
                else:
                    while not self._closing.is_set() and not session.ended.wait(_LOOK):
                        pass
                return False
            case "half-open":
                self._lose_server(session)
                return False
            case "latency":
                self._closing.wait(fault.seconds)
            case "dribble":
                for byte in rest[:400]:
                    self._send(session, direction, sink, bytes([byte]))
                    self._closing.wait(0.001)
                rest = rest[400:]
            case "truncate":
                rest = b""
            case "corrupt":
                # Neither a digit of a reply nor a letter of a command stays one: what means something else can't be told by anyone.
                rest = bytes([rest[0] ^ 0x55]) + rest[1:] if rest else rest
            case "duplicate":
                rest += rest
            case "garbage":
                rest = GARBAGE + rest
            case "overlong":
                rest = OVERLONG + rest
        self._send(session, direction, sink, rest)
        return True

    def _send(self, session: _Session, direction: Direction, sink: socket.socket, data: bytes) -> None:
        if data and not session.gone.is_set():
            self.heard.append((session.number, direction, data))
            sink.sendall(data)

    def _lose_server(self, session: _Session) -> None:
        session.gone.set()
        if session.server is not None:
            with contextlib.suppress(OSError):
                session.server.shutdown(socket.SHUT_RDWR)

    def _drain(self, client: socket.socket) -> None:
        """Take what the client says, and answer nothing, until it goes."""
        with contextlib.suppress(OSError):
            while not self._closing.is_set():
                if select.select([client], [], [], _LOOK)[0] and not client.recv(1 << 16):
                    return

    def _reset(self, session: _Session) -> None:
        for each in session.sockets():
            with contextlib.suppress(OSError):
                each.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_ZERO)
        session.over.set()  # zero linger makes close() send RST; a shutdown would be a FIN

    def _cut(self, session: _Session) -> None:
        session.gone.clear()
        for each in session.sockets():
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
