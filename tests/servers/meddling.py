"""A real server that misbehaves at chosen commands: a line to it that answers in its place, or changes what it answers.

::

    rules = When("UID FETCH", Say("{tag} NO [UNAVAILABLE] later")), When("SELECT", Edit(lambda answer: answer.replace(b"UIDNEXT", b"X")))
    with Meddling(dovecot.imap, "imap", *rules) as server:
        ...
    assert server.fired == 2

A rule with steps (those of :mod:`tests.servers.scripted`) keeps the command from the real server; after them the dialogue goes on, if it
still can. ``{tag}`` is the command's tag. :class:`Edit` changes the whole answer, untagged lines included. Where a command is ``CONNECT``,
the greeting is meant.
"""

from __future__ import annotations

import contextlib
import re
import select
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Literal, Self

from tests.servers.scripted import LINGER_ZERO, Dribble, Drop, Say, Stall

_MULTI_LINE = {"LIST", "UIDL", "RETR", "TOP", "CAPA"}
"""POP3 commands whose +OK is followed by lines up to a dot; LIST and UIDL only without a number."""
_LITERAL = re.compile(rb"\{(\d+)\+?\}\r\n\Z")


@dataclass(frozen=True)
class Edit:
    """Change the real server's answer to this."""

    change: Callable[[bytes], bytes]


Step = Say | Stall | Dribble | Drop


@dataclass
class When:
    """A rule: at which command, what, how often. ``about`` must stand in the command's line."""

    command: str
    does: tuple[Step | Edit, ...]
    times: int = 1
    about: str = ""
    skip: int = 0
    """How many such commands go by first."""
    after: str = ""
    """A command that must have come in the same session before."""

    def __init__(
        self, command: str, *does: Step | Edit, times: int = 1, about: str = "", skip: int = 0, after: str = ""
    ) -> None:
        self.command, self.does, self.times, self.about = command.upper(), does, times, about
        self.skip, self.after = skip, after


class _GoneError(Exception):
    """This session is over."""


@dataclass
class _Session:
    client: socket.socket
    server: socket.socket
    from_client: bytearray = field(default_factory=bytearray)
    from_server: bytearray = field(default_factory=bytearray)
    commands: set[str] = field(default_factory=set)


class Meddling:
    """The listening line. A context manager."""

    def __init__(self, port: int, protocol: Literal["imap", "pop3"], *rules: When) -> None:
        self.rules = list(rules)
        self.fired = 0
        """How many times a rule has done its work."""
        self.sessions = 0
        self.commands: list[str] = []
        """Every command that came, without its tag; of sign-ins only the first word."""
        self._target, self._protocol = port, protocol
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._sockets: set[socket.socket] = set()
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            sockets = list(self._sockets)
        for sock in sockets:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(10)

    def _accept(self) -> None:
        while not self._closing.is_set():
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self.sessions += 1
            thread = threading.Thread(target=self._serve, args=(client,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, client: socket.socket) -> None:
        with contextlib.closing(client), socket.create_connection(("127.0.0.1", self._target)) as server:
            with self._lock:
                self._sockets |= {client, server}
            for sock in (client, server):
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            session = _Session(client, server)
            try:
                self._greet(session)
                while True:
                    self._command(session)
            except (OSError, _GoneError):
                pass  # either side has gone, or was sent away
            finally:
                with self._lock:
                    self._sockets -= {client, server}

    def _rule(self, session: _Session, command: str, line: str) -> When | None:
        session.commands.add(command)
        with self._lock:
            for rule in self.rules:
                fits = re.fullmatch(rule.command, command) and rule.about in line
                if rule.times > 0 and fits and (not rule.after or rule.after in session.commands):
                    if rule.skip > 0:
                        rule.skip -= 1
                        continue
                    rule.times -= 1
                    self.fired += 1
                    return rule
        return None

    def _greet(self, session: _Session) -> None:
        greeting = _line(session.server, session.from_server)
        rule = self._rule(session, "CONNECT", "")
        self._answer(session, rule, "*", greeting)

    def _answer(self, session: _Session, rule: When | None, tag: str, real: bytes) -> None:
        """Say what a rule wants in place of ``real``."""
        if rule is None:
            session.client.sendall(real)
            return
        for step in rule.does:
            if isinstance(step, Edit):
                session.client.sendall(step.change(real))
            else:
                self._take(session, step, tag)

    def _command(self, session: _Session) -> None:
        """One command and its answer. While nobody asks, what the server says by itself is passed on."""
        while b"\n" not in session.from_client:
            ready = select.select([session.client, session.server], [], [], 0.1)[0]
            if self._closing.is_set():
                raise _GoneError
            if session.client in ready:
                _more(session.client, session.from_client)
            elif session.server in ready:
                _more(session.server, session.from_server)
                session.client.sendall(_all(session.from_server))
        line = _line(session.client, session.from_client)
        words = line.decode("utf-8", "replace").split()
        tag, command = ("", words[0].upper()) if self._protocol == "pop3" else (words[0], " ".join(words[1:2]).upper())
        if command == "UID":
            command = f"UID {words[2].upper()}"
        secret = command in {"LOGIN", "AUTHENTICATE", "PASS", "AUTH"}
        self.commands.append(command if secret else line.decode("utf-8", "replace").strip())
        rule = self._rule(session, command, line.decode("utf-8", "replace"))
        if rule is not None and not any(isinstance(step, Edit) for step in rule.does):
            self._answer(session, rule, tag, b"")
            return
        session.server.sendall(line)
        real = self._whole_answer(session, command, tag, line, passing=rule is None)
        if rule is not None:
            self._answer(session, rule, tag, real)

    def _whole_answer(self, session: _Session, command: str, tag: str, line: bytes, *, passing: bool) -> bytes:
        """Read an answer to its end, passing it on at once or keeping it; continuation requests always go on to the client."""
        answer = b""
        while True:
            part = _line(session.server, session.from_server)
            if passing or part.startswith(b"+ "):
                session.client.sendall(part)
            else:
                answer += part
            if self._protocol == "imap":
                if part.startswith(tag.encode() + b" "):
                    return answer
                if part.startswith(b"+"):
                    self._continue(session)
            elif command == "AUTH" and part.startswith(b"+ "):
                self._continue(session)
            elif not part.startswith(b"+OK") or command not in _MULTI_LINE or _of_one(command, line):
                return answer
            else:
                rest = _to_dot(session.server, session.from_server)
                if passing:
                    session.client.sendall(rest)
                    return b""
                return answer + rest

    def _continue(self, session: _Session) -> None:
        """What the client says to a ``+``: a line, or an IDLE's DONE; meanwhile the server's news go on to the client."""
        while b"\n" not in session.from_client:
            ready = select.select([session.client, session.server], [], [], 0.1)[0]
            if self._closing.is_set():
                raise _GoneError
            if session.server in ready:
                _more(session.server, session.from_server)
                session.client.sendall(_all(session.from_server))
            if session.client in ready:
                _more(session.client, session.from_client)
        session.server.sendall(_all(session.from_client))

    def _take(self, session: _Session, step: Step, tag: str) -> None:
        match step:
            case Say():
                for line in step.lines:
                    said = line if isinstance(line, bytes) else line.replace("{tag}", tag).encode() + b"\r\n"
                    session.client.sendall(said)
            case Stall():
                while session.client.recv(1 << 16):
                    pass
                raise _GoneError
            case Dribble():
                while not self._closing.is_set():
                    session.client.sendall(b"x")
                    time.sleep(0.01)
            case Drop(reset=reset):
                if reset:
                    session.client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_ZERO)
                raise _GoneError


def _of_one(command: str, line: bytes) -> bool:
    return command in {"LIST", "UIDL"} and len(line.split()) > 1


def _more(sock: socket.socket, buffer: bytearray) -> None:
    data = sock.recv(1 << 16)
    if not data:
        raise _GoneError
    buffer += data


def _all(buffer: bytearray) -> bytes:
    data = bytes(buffer)
    buffer.clear()
    return data


def _line(sock: socket.socket, buffer: bytearray) -> bytes:
    """The next line, with all its literals."""
    end = 0
    while True:
        while (found := buffer.find(b"\n", end)) < 0:
            _more(sock, buffer)
        end = found + 1
        literal = _LITERAL.search(bytes(buffer[max(0, end - 40) : end]))
        if literal is None:
            line = bytes(buffer[:end])
            del buffer[:end]
            return line
        end += int(literal[1])


def _to_dot(sock: socket.socket, buffer: bytearray) -> bytes:
    while not buffer.startswith(b".\r\n") and (found := buffer.find(b"\r\n.\r\n")) < 0:
        _more(sock, buffer)
    end = 3 if buffer.startswith(b".\r\n") else found + 5
    lines = bytes(buffer[:end])
    del buffer[:end]
    return lines
