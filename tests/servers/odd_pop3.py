"""A small POP3 server whose UIDLs a test decides: reused, doubled, missing, changed; and that can refuse single commands."""

from __future__ import annotations

import contextlib
import socket
import socketserver
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from types import TracebackType
from typing import Self


@dataclass(frozen=True)
class Stored:
    """A mail in the maildrop."""

    uidl: str
    """Empty: this server has no UIDL at all."""
    raw: bytes


class OddPop3:
    """The server; a context manager. Everybody may sign in."""

    def __init__(self, *, top: bool = True) -> None:
        self.mails: list[Stored] = []
        self.refused: dict[str, int] = {}
        """How often a command, such as ``RETR 2``, is still to be answered with -ERR."""
        self.commands: list[str] = []
        """Every command of all sessions, without passwords."""
        self.top = top
        self._lock = threading.Lock()
        outer = self

        class Session(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                with contextlib.suppress(OSError):
                    outer._serve(self)

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True

            def handle_error(self, *_: object) -> None:
                """A client that goes in the middle is none."""

        self._server = Server(("127.0.0.1", 0), Session)
        self.port: int = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(10)

    def put(self, uidl: str, raw: bytes) -> None:
        """A mail arrives."""
        with self._lock:
            self.mails.append(Stored(uidl, raw))

    def count(self, verb: str) -> int:
        """How often a command was given."""
        return sum(command.split()[0] == verb for command in self.commands)

    def _serve(self, session: socketserver.StreamRequestHandler) -> None:
        with self._lock:
            mails = list(self.mails)
        deleted: set[int] = set()
        session.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        session.wfile.write(b"+OK odd\r\n")
        while line := session.rfile.readline(2000):
            words = line.decode("latin-1").split()
            verb = words[0].upper()
            with self._lock:
                self.commands.append(" ".join(words[:2]) if verb != "PASS" else verb)
            session.wfile.write(self._answer(verb, words[1:], mails, deleted))
            if verb == "QUIT":
                gone = {id(mails[number - 1]) for number in deleted}
                with self._lock:
                    self.mails = [mail for mail in self.mails if id(mail) not in gone]
                return

    def _answer(self, verb: str, arguments: list[str], mails: list[Stored], deleted: set[int]) -> bytes:
        command = " ".join([verb, *arguments[:1]])
        if self.refused.get(command, 0) > 0:
            self.refused[command] -= 1
            return b"-ERR not now\r\n"
        if verb in ("USER", "PASS", "NOOP", "QUIT", "STAT"):
            return b"+OK 1 1000\r\n"
        if verb in ("RETR", "TOP", "DELE"):
            return self._give(verb, arguments[0], mails, deleted)
        there = [number for number in range(1, len(mails) + 1) if number not in deleted]
        if verb == "LIST":
            return _lines(f"{number} {len(mails[number - 1].raw)}" for number in there)
        if verb == "UIDL" and all(mail.uidl for mail in mails):
            return _lines(f"{number} {mails[number - 1].uidl}" for number in there)
        return b"-ERR what?\r\n"

    def _give(self, verb: str, argument: str, mails: list[Stored], deleted: set[int]) -> bytes:
        number = int(argument) if argument.isdigit() else 0
        if not 0 < number <= len(mails) or number in deleted or (verb == "TOP" and not self.top):
            return b"-ERR what?\r\n"
        raw = mails[number - 1].raw
        if verb == "RETR":
            return b"+OK\r\n" + raw + b".\r\n"
        if verb == "TOP":
            return b"+OK\r\n" + raw.partition(b"\r\n\r\n")[0] + b"\r\n\r\n.\r\n"
        deleted.add(number)
        return b"+OK\r\n"


def _lines(lines: Iterable[str]) -> bytes:
    return b"+OK\r\n" + "".join(f"{line}\r\n" for line in lines).encode() + b".\r\n"
