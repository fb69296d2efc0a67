"""A real SMTP server on loopback that keeps every mail it accepts, and can be told to misbehave at any verb.

In a test: ``with RecordingSmtp() as server: ...``. As a process of its own that outlives killed clients:
``python -m tests.servers.recording_smtp --port-file F --directory D``; each accepted mail is on the disk before its
250.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import contextlib
import enum
import hmac
import json
import os
import re
import socket
import ssl
import struct
import threading
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

EXTENSIONS = ("PIPELINING", "SIZE 52428800", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES")


class Action(enum.Enum):
    """What the server does in place of an answer."""

    DROP = "close the line (FIN)"
    RESET = "reset the line (RST)"
    HANG = "say nothing more"


@dataclass(frozen=True)
class Recorded:
    """An accepted mail."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes
    """Dots unstuffed, CR LF line ends."""
    parameters: str = ""
    """What stood behind the sender in MAIL."""
    secure: bool = False
    username: str = ""
    session: int = 0


@dataclass
class _Hook:
    verb: str
    answer: str | bytes | Action
    about: str | None
    times: int


@dataclass
class _State:
    """Where one session stands."""

    number: int
    secure: bool
    greeted: bool = False
    username: str = ""
    sender: str | None = None
    parameters: str = ""
    recipients: list[str] = field(default_factory=list)

    def forget(self) -> None:
        self.sender, self.recipients = None, []


class RecordingSmtp:
    """The server. It listens once made; use it as a context manager or call :meth:`close`."""

    def __init__(
        self,
        *,
        username: str = "",
        password: str = "",
        context: ssl.SSLContext | None = None,
        implicit_tls: bool = False,
        extensions: Sequence[str] = EXTENSIONS,
        mechanisms: str = "PLAIN LOGIN",
        directory: Path | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        """With ``context`` it offers STARTTLS, or begins with TLS; with ``username`` it wants a sign-in, on TLS if it
        has any."""
        self.username, self.password = username, password
        self.extensions, self.mechanisms = tuple(extensions), mechanisms
        self.messages: list[Recorded] = []
        self.logins = 0
        """Times that a password was judged, good or bad."""
        self.lines: list[bytes] = []
        """Every command line that arrived, of all sessions, also those of sign-ins."""
        self.clear_bytes = bytearray()
        """Everything that arrived outside TLS."""
        self.sessions = 0
        self.open_sessions = 0
        self.most_sessions = 0
        self.ahead = 0
        """How many commands had arrived before the one before them was answered."""
        self.cut_after: int | None = None
        """Hang up on a session once it has taken this many bytes from its client."""
        self._context, self._implicit = context, implicit_tls
        self._directory = directory
        self._hooks: list[_Hook] = []
        self._changed = threading.Condition()
        self._sockets: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._closing = threading.Event()
        self._listener = socket.create_server((host, port))
        self.host = host
        self.port: int = self._listener.getsockname()[1]
        self._accepting = threading.Thread(target=self._accept, name="recording-smtp", daemon=True)
        self._accepting.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def answer(
        self, verb: str, answer: str | bytes | Action, *, about: str | None = None, times: int = 1 << 30
    ) -> None:
        """From now on answer ``verb`` like this, ``times`` times; text gets its line end, bytes go out as they are.

        Verbs: CONNECT (the banner), EHLO, HELO, STARTTLS, AUTH, MAIL, RCPT, DATA, BODY (when its first bytes arrive),
        DOT (the mail is complete and not kept), KEPT (the mail is kept, this is the answer), RSET, NOOP, QUIT; or the
        first word of any other line, in upper case. ``about`` must stand in the line.
        """
        with self._changed:
            self._hooks.append(_Hook(verb.upper(), answer, about, times))

    def forget_answers(self) -> None:
        """Answer as a healthy server again."""
        with self._changed:
            self._hooks.clear()

    def wait_for(self, count: int, seconds: float = 30.0) -> list[Recorded]:
        """The mails, once there are ``count`` of them."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.messages) >= count, seconds), (
                f"{len(self.messages)} mails came"
            )
            return list(self.messages)

    def settle(self, seconds: float = 10.0) -> None:
        """Wait until all sessions have ended, because their clients have gone: then everything sent has been read."""
        with self._changed:
            assert self._changed.wait_for(lambda: self.open_sessions == 0, seconds), "a session is still open"

    def close(self) -> None:
        """Stop listening, cut all sessions and wait for their threads."""
        self._closing.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # wakes accept() on Linux
        with contextlib.suppress(OSError), socket.create_connection((self.host, self.port), timeout=1):
            pass  # wakes accept() elsewhere
        self._listener.close()
        self.cut()
        self._accepting.join(10)
        for thread in self._threads:
            thread.join(10)

    def cut(self) -> None:
        """Drop all sessions, as a server that is restarted."""
        with self._changed:
            sockets = list(self._sockets)
        for sock in sockets:
            with contextlib.suppress(OSError):
                socket.socket.shutdown(sock, socket.SHUT_RDWR)

    def _accept(self) -> None:
        while not self._closing.is_set():
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            if self._closing.is_set():
                sock.close()
                return
            with self._changed:
                self.sessions += 1
                self.open_sessions += 1
                self.most_sessions = max(self.most_sessions, self.open_sessions)
                self._sockets.add(sock)
                thread = threading.Thread(target=self._serve, args=(sock, self.sessions), daemon=True)
                self._threads.append(thread)
            thread.start()

    def _serve(self, sock: socket.socket, number: int) -> None:
        line = _Line(sock, self)
        try:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            _Session(self, line, _State(number, secure=False)).run()
        except (OSError, EOFError):
            pass  # the client has gone, or was sent away
        finally:
            line.close()
            with self._changed:
                self.open_sessions -= 1
                self._sockets.discard(line.sock)
                self._changed.notify_all()

    # ---- for sessions

    def hooked(self, verb: str, about: str) -> str | bytes | Action | None:
        """The answer that was ordered for this, if any; the latest order counts."""
        with self._changed:
            for hook in reversed(self._hooks):
                if hook.verb == verb and hook.times > 0 and (hook.about is None or hook.about in about):
                    hook.times -= 1
                    return hook.answer
        return None

    def keep(self, mail: Recorded) -> None:
        if self._directory is not None:
            _write(self._directory, mail)
        with self._changed:
            self.messages.append(mail)
            self._changed.notify_all()

    def start_tls(self, line: _Line) -> None:
        assert self._context is not None
        plain = line.sock
        secure = self._context.wrap_socket(plain, server_side=True)
        with self._changed:
            line.sock = secure
            self._sockets.discard(plain)
            self._sockets.add(line.sock)

    @property
    def offers_tls(self) -> bool:
        return self._context is not None

    @property
    def begins_with_tls(self) -> bool:
        return self._implicit


class _Line:
    """Lines in, answers out."""

    def __init__(self, sock: socket.socket, server: RecordingSmtp) -> None:
        self.sock = sock
        self.buffer = bytearray()
        self._server = server
        self._taken = 0

    def more(self) -> None:
        left = 1 << 16 if self._server.cut_after is None else max(0, self._server.cut_after - self._taken)
        data = self.sock.recv(min(left, 1 << 16)) if left else b""
        self._taken += len(data)
        if not data:
            raise EOFError
        if not isinstance(self.sock, ssl.SSLSocket):
            self._server.clear_bytes += data
        self.buffer += data

    def readline(self) -> bytes:
        while (end := self.buffer.find(b"\n")) < 0:
            self.more()
        line = bytes(self.buffer[: end + 1])
        del self.buffer[: end + 1]
        self._server.lines.append(line.rstrip(b"\r\n"))
        return line.rstrip(b"\r\n")

    def until_dot(self) -> bytes:
        """The content behind DATA up to a line with a dot alone, which only CR LF can begin and end."""
        if not self.buffer:
            self.more()
        at = 0
        while True:
            if self.buffer.startswith(b".\r\n"):
                end, length = 0, 3
                break
            end, length = self.buffer.find(b"\r\n.\r\n", at), 5
            if end >= 0:
                end, length = end + 2, 3
                break
            at = max(0, len(self.buffer) - 4)
            self.more()
        content = bytes(self.buffer[:end])
        del self.buffer[: end + length]
        return re.sub(rb"(?:\A|(?<=\r\n))\.", b"", content)

    def say(self, answer: str | bytes | Action) -> None:
        if answer is Action.RESET:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            raise EOFError
        if answer is Action.HANG:
            while True:
                self.more()
        if answer is Action.DROP or isinstance(answer, Action):
            raise EOFError
        self.sock.sendall(f"{answer}\r\n".encode() if isinstance(answer, str) else answer)

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self.sock.close()


class _Session:
    def __init__(self, server: RecordingSmtp, line: _Line, state: _State) -> None:
        self.server, self.line, self.state = server, line, state

    def run(self) -> None:
        if self.server.begins_with_tls:
            self.server.start_tls(self.line)
            self.state.secure = True
        self.say("CONNECT", "220 recording.example ESMTP")
        while True:
            line = self.line.readline()
            if self.line.buffer:
                self.server.ahead += 1
            text = line.decode("utf-8", "replace")
            verb = text.split(" ")[0].split(":")[0].upper()
            method = getattr(self, f"do_{verb.lower()}", None)
            if method is None:
                self.say(verb, "500 5.5.2 what?")
                continue
            method(text)
            if verb == "QUIT":
                return

    def say(self, verb: str, answer: str, about: str = "") -> bool:
        """Say the ordered answer, or this one; whether the command was taken as good."""
        ordered = self.server.hooked(verb, about)
        said = answer if ordered is None else ordered
        self.line.say(said)
        first = said if isinstance(said, bytes) else str(said).encode()
        return first[:1] in b"23"

    def do_ehlo(self, line: str) -> None:
        lines = ["recording.example", *self.server.extensions]
        if self.server.offers_tls and not self.state.secure:
            lines.append("STARTTLS")
        if self.server.username and (self.state.secure or not self.server.offers_tls):
            lines.append(f"AUTH {self.server.mechanisms}")
        answer = "\r\n".join(f"250{'-' if number < len(lines) else ' '}{text}" for number, text in enumerate(lines, 1))
        self.state.greeted = self.say("EHLO", answer, line) or self.state.greeted
        self.state.forget()

    def do_helo(self, line: str) -> None:
        self.state.greeted = self.say("HELO", "250 recording.example", line) or self.state.greeted

    def do_starttls(self, line: str) -> None:
        if not self.server.offers_tls:
            self.line.say("502 5.5.1 not offered")
        elif self.say("STARTTLS", "220 2.0.0 go ahead", line):
            self.line.buffer.clear()
            self.server.start_tls(self.line)
            self.state = _State(self.state.number, secure=True)

    def do_auth(self, line: str) -> None:
        ordered = self.server.hooked("AUTH", line)
        if ordered is not None:
            self.line.say(ordered)
            return
        mechanism, _, first = line.partition(" ")[2].partition(" ")
        mechanism = mechanism.upper()
        if mechanism not in self.server.mechanisms.upper().split():
            self.line.say("504 5.5.4 mechanism not known")
            return
        try:
            username, good = self._credentials(mechanism, first)
        except (ValueError, binascii.Error):
            self.line.say("501 5.5.2 cancelled or not understood")
            return
        self.server.logins += 1
        if good:
            self.state.username = username
        self.line.say("235 2.7.0 welcome" if good else "535 5.7.8 wrong user name or password")

    def _credentials(self, mechanism: str, first: str) -> tuple[str, bool]:
        user, secret = self.server.username, self.server.password
        if mechanism == "PLAIN":
            _, username, password = (
                (base64.b64decode(first, validate=True) if first else self._ask("")).decode().split("\0")
            )
            return username, (username, password) == (user, secret)
        if mechanism == "LOGIN":
            username, password = self._ask("Username:").decode(), self._ask("Password:").decode()
            return username, (username, password) == (user, secret)
        challenge = f"<{uuid.uuid4()}@recording.example>"
        username, digest = self._ask(challenge).decode().split(" ")
        wanted = hmac.new(secret.encode(), challenge.encode(), "md5").hexdigest()
        return username, username == user and digest == wanted

    def _ask(self, challenge: str) -> bytes:
        self.line.say(f"334 {base64.b64encode(challenge.encode()).decode()}")
        return base64.b64decode(self.line.readline(), validate=True)

    def do_mail(self, line: str) -> None:
        match = re.fullmatch(r"MAIL FROM:<([^<>]*)>((?: \S+)*)", line, re.IGNORECASE)
        answer = "250 2.1.0 sender ok"
        if match is None:
            answer = "501 5.5.4 syntax"
        elif not self.state.greeted or self.state.sender is not None:
            answer = "503 5.5.1 out of order"
        elif self.server.username and not self.state.username:
            answer = "530 5.7.0 sign in first"
        elif self._too_large(match[2]):
            answer = "552 5.3.4 too large"
        if self.say("MAIL", answer, line) and match is not None:
            self.state.sender, self.state.parameters, self.state.recipients = match[1], match[2].strip(), []

    def _too_large(self, parameters: str) -> bool:
        declared = re.search(r"SIZE=(\d+)", parameters)
        limit = next((int(word[5:]) for word in self.server.extensions if word.startswith("SIZE ")), 0)
        return bool(declared and limit and int(declared[1]) > limit)

    def do_rcpt(self, line: str) -> None:
        match = re.fullmatch(r"RCPT TO:<([^<>]+)>(?: \S+)*", line, re.IGNORECASE)
        answer = "250 2.1.5 recipient ok"
        if match is None:
            answer = "501 5.5.4 syntax"
        elif self.state.sender is None:
            answer = "503 5.5.1 MAIL first"
        if self.say("RCPT", answer, line) and match is not None:
            self.state.recipients.append(match[1])

    def do_data(self, line: str) -> None:
        answer = "354 end with a dot" if self.state.recipients else "554 5.5.1 no valid recipients"
        if not self.say("DATA", answer, line):
            return
        state = self.state
        self.line.more() if not self.line.buffer else None
        if (ordered := self.server.hooked("BODY", "")) is not None:
            self.line.say(ordered)
            self.line.until_dot()  # what has crossed it on its way; no server keeps a mail that it has refused
            state.forget()
            return
        content = self.line.until_dot()
        if (ordered := self.server.hooked("DOT", "")) is not None:
            self.line.say(ordered)
        else:
            mail = Recorded(
                sender=state.sender or "",
                recipients=tuple(state.recipients),
                raw=content,
                parameters=state.parameters,
                secure=state.secure,
                username=state.username,
                session=state.number,
            )
            self.server.keep(mail)
            self.say("KEPT", "250 2.0.0 kept")
        state.forget()

    def do_rset(self, line: str) -> None:
        self.state.forget()
        self.say("RSET", "250 2.0.0 ok", line)

    def do_noop(self, line: str) -> None:
        self.say("NOOP", "250 2.0.0 ok", line)

    def do_quit(self, line: str) -> None:
        self.say("QUIT", "221 2.0.0 bye", line)


def _write(directory: Path, mail: Recorded) -> None:
    """Put a mail into a directory so that it is whole or not there: the ``.eml`` appears last."""
    name = f"{time.time_ns():020}-{uuid.uuid4().hex}"
    envelope = {"sender": mail.sender, "recipients": mail.recipients, "session": mail.session, "secure": mail.secure}
    (directory / f"{name}.json").write_text(json.dumps(envelope), encoding="utf-8")
    with (directory / f"{name}.part").open("wb") as file:
        file.write(mail.raw)
        file.flush()
        os.fsync(file.fileno())
    (directory / f"{name}.part").rename(directory / f"{name}.eml")


def read_directory(directory: Path) -> list[Recorded]:
    """The mails that a server process has accepted, in order."""
    return [
        Recorded(
            sender=envelope["sender"],
            recipients=tuple(envelope["recipients"]),
            raw=path.read_bytes(),
            session=envelope["session"],
            secure=envelope["secure"],
        )
        for path in sorted(directory.glob("*.eml"))
        for envelope in [json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))]
    ]


def main() -> None:
    """Serve until killed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port-file", type=Path, required=True)
    parser.add_argument("--directory", type=Path, required=True)
    parser.add_argument("--username", default="")
    parser.add_argument("--password", default="")
    parser.add_argument("--certificate", type=Path)
    parser.add_argument("--key", type=Path)
    parser.add_argument("--tls", action="store_true", help="begin with TLS in place of STARTTLS")
    parser.add_argument("--no-pipelining", action="store_true")
    options = parser.parse_args()
    context = None
    if options.certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(options.certificate, options.key)
    options.directory.mkdir(parents=True, exist_ok=True)
    extensions = [word for word in EXTENSIONS if not (options.no_pipelining and word == "PIPELINING")]
    server = RecordingSmtp(
        username=options.username,
        password=options.password,
        context=context,
        implicit_tls=options.tls,
        extensions=extensions,
        directory=options.directory,
    )
    part = options.port_file.with_name(options.port_file.name + ".part")
    part.write_text(str(server.port), encoding="ascii")
    part.replace(options.port_file)
    threading.Event().wait()


if __name__ == "__main__":
    main()
