"""POP3 sessions (RFC 1939, RFC 2449): list, fetch, delete.

A small dialogue of our own on the wire. Deleting takes effect at QUIT alone (RFC 1939 6): :meth:`Pop3Session.close` says
whether it did, :meth:`Pop3Session.abandon` leaves everything as it was.
"""

from __future__ import annotations

import base64
import contextlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mailflow_gui.errors import AccountBroken, MailError, Reauthenticate, Recoverable, Rejected, Transient
from mailflow_gui.mail import sign_in_causes, timeouts
from mailflow_gui.mail.imap_search import safe
from mailflow_gui.mail.large import LARGE
from mailflow_gui.mail.response_codes import BUSY, pop3_refusal, reply
from mailflow_gui.mail.swift import swift
from mailflow_gui.mail.wire import Progress, SignedIn, Wire, unwatched

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from mailflow_gui.mail.large import Keep
    from mailflow_gui.mail.response_codes import Verdict
    from mailflow_gui.mail.server import Server

_LIST_LIMIT = 64 << 20
_PIPELINED_MAILS = 50
_PIPELINED_BYTES = 2 << 20
"""How much is asked for ahead, where the server allows it: more would fill its buffers while we still write."""
_HEADER_SIZE = 8192
"""Bytes that a header block is reckoned with."""
_VANISHED: Verdict = (Recoverable, "message-vanished")
_STAT = re.compile(rb"\+OK \d+ \d+(?: .*)?\r?\n", re.DOTALL)
"""RFC 1939 5: the answer to STAT, which is like no other."""
_PAIR = re.compile(rb"(\d+) (\S+)\r\n")
"""A line of LIST and UIDL, as nearly all servers write it: thousands of them come at each look."""


@swift
@dataclass(frozen=True)
class Listed:
    """One mail in the maildrop."""

    number: int
    """Valid in this session only."""
    size: int
    """Bytes, as the server announces it."""
    uidl: str | None
    """Its lasting name (RFC 1939 7), or None where the server has none."""


class Pop3Session:
    """A signed-in session. Used by one thread, but for :meth:`abort`."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._capabilities: frozenset[str] = frozenset()
        self._deleted = 0
        self._keep: Keep | None = None

    @classmethod
    def open(
        cls,
        server: Server,
        username: str = "",
        password: str | None = None,
        *,
        on_stage: Callable[[Progress], None] = unwatched,
    ) -> Pop3Session:
        """Connect, secure the line, sign in: once, with one mechanism.

        :raises MailError: translated; with ``Reauthenticate`` the password was refused and must not be tried again.
        """
        wire = Wire.open(server, on_stage)
        try:
            session = cls(wire)
            session.greet(on_stage)
            on_stage("sign-in")
            on_stage(SignedIn(session._sign_in(username, password)))
            session._look_up_capabilities()
        except BaseException:
            wire.close()
            raise
        return session

    def greet(self, on_stage: Callable[[Progress], None] = unwatched) -> None:
        """Hear the greeting, ask what the server can do, and secure the line where that is asked for; nobody signs in.

        :raises MailError: no greeting, another protocol, or no secure line to be had.
        """
        self._greeting()
        self._look_up_capabilities()
        if self.server.security == "starttls":
            on_stage("tls")
            self._secure()

    @property
    def server(self) -> Server:
        return self._wire.server

    @property
    def alive(self) -> bool:
        """False once the line is lost or closed."""
        return not self._wire.closed

    @property
    def encryption(self) -> str:
        """How the line is encrypted: ``TLS 1.3``; empty when it isn't."""
        return self._wire.encryption

    @property
    def capabilities(self) -> frozenset[str]:
        """What CAPA says (RFC 2449), upper case, with SASL mechanisms as ``SASL PLAIN``; empty on old servers."""
        return self._capabilities

    def list(self) -> list[Listed]:
        """All mails, in the server's order."""
        sizes: dict[int, int] = {}
        with self._numbers("LIST"):
            sizes = {int(number): int(size) for number, size in self._pairs("LIST")}
        names: dict[int, str] = {}
        try:
            with self._numbers("UIDL"):
                names = {int(number): name.decode("ascii", "replace") for number, name in self._pairs("UIDL")}
        except MailError as error:
            # A server that has lasting names and doesn't tell them now has a bad hour: under other names old mails would look new.
            if not self.alive or isinstance(error, AccountBroken) or "UIDL" in self._capabilities:
                raise
            # An -ERR: the server has no lasting names; the caller makes its own from header and size.
        return [Listed(number, size, names.get(number)) for number, size in sizes.items()]

    def fetch(self, number: int, maximum_size: int) -> bytes:
        """One whole mail.

        :param maximum_size: bytes. Look at :attr:`Listed.size` first: a mail that turns out larger costs the session.
        :raises Recoverable: ``message-vanished``.
        :raises Rejected: ``message-oversized``.
        """
        self._ask(f"RETR {number}", timeouts.fetch(maximum_size), maximum_size, _VANISHED)
        mail = self._mail(maximum_size)
        if len(mail) > maximum_size:
            raise Rejected("message-oversized", account=self.server.account or None, maximum=maximum_size)
        return mail

    def fetch_many(self, listed: Iterable[Listed], maximum_size: int) -> Iterator[tuple[Listed, bytes | None]]:
        """Whole mails in the given order, asked for ahead where the server takes it (PIPELINING); None: vanished.

        The caller leaves out what :attr:`Listed.size` says is larger than ``maximum_size``; a mail that turns out larger
        comes all the same.
        """
        for window in _windows(list(listed), self._pipelines):
            expected = sum(each.size for each in window)
            self._wire.allow("RETR", timeouts.fetch(expected), 2 * expected + maximum_size)
            yield from self._ask_for(window, "RETR", b"RETR %d\r\n")

    def lay_aside(self, keep: Keep) -> None:
        """From now on, let mails of more than :data:`~mailflow_gui.mail.large.LARGE` bytes go where ``keep`` takes them."""
        self._keep = keep

    def headers(self, listed: Iterable[Listed]) -> Iterator[tuple[Listed, bytes | None]]:
        """Header blocks (TOP), asked for ahead where the server takes it; None: vanished, or the server has no TOP."""
        by_number = {each.number: each for each in listed}
        reckoned = [Listed(number, _HEADER_SIZE, None) for number in by_number]
        for window in _windows(reckoned, self._pipelines):
            self._wire.allow("TOP", timeouts.fetch(len(window) * _HEADER_SIZE), len(window) << 20)
            for each, header in self._ask_for(window, "TOP", b"TOP %d 0\r\n"):
                yield by_number[each.number], header

    @property
    def _pipelines(self) -> bool:
        return "PIPELINING" in self._capabilities

    def _ask_for(
        self, window: Iterable[Listed], operation: str, command: bytes
    ) -> Iterable[tuple[Listed, bytes | None]]:
        """Ask for all of a window, then read all the answers.

        Answers have no names: with one too many, each mail would go under its neighbour's. Where it costs no round trip a STAT
        goes behind them, whose answer is like no other; elsewhere only after an -ERR, which is rare in a locked maildrop.

        :raises Transient: out of step; none of the window is given.
        """
        asked = b"".join(command % each.number for each in window)
        self._wire.send(asked + b"STAT\r\n" if self._pipelines else asked)
        mails: list[tuple[Listed, bytes | None]] = []
        for each in window:
            try:
                self._answer(operation, _VANISHED)
            except Recoverable:
                mails.append((each, None))
            except MailError:
                self._wire.close()  # the answers to the others are still on their way
                raise
            else:
                mails.append((each, self._mail(each.size, each.size if operation == "RETR" else 0)))
        if not self._pipelines and any(raw is None for _listed, raw in mails):
            self._send("STAT", timeouts.command())
        elif not self._pipelines:
            self._check_nothing_is_left()
            return mails
        if not _STAT.fullmatch(self._wire.readline()):
            raise self._wire.failure("answer-garbled")
        self._check_nothing_is_left()
        return mails

    def _check_nothing_is_left(self) -> None:
        if self._wire.pending():
            raise self._wire.failure("answer-garbled")

    def header(self, number: int) -> bytes:
        """The header block of a mail (TOP). :raises Recoverable: ``message-vanished``."""
        self._ask(f"TOP {number} 0", timeouts.command(), 1 << 20, _VANISHED)
        return self._mail(_HEADER_SIZE)

    def delete(self, number: int) -> None:
        """Mark a mail; it goes when :meth:`close` succeeds. :raises Recoverable: ``message-vanished``."""
        self._ask(f"DELE {number}", timeouts.command(), otherwise=_VANISHED)
        self._deleted += 1

    def noop(self) -> None:
        """Prove that the server is there."""
        self._ask("NOOP", timeouts.command())

    def close(self) -> None:
        """QUIT: what was marked is deleted now.

        :raises Transient: ``deletion-unsure``: mails were marked, and the server did not confirm. Without marked mails
            nothing is ever raised.
        """
        if not self.alive and not self._deleted:
            return
        try:
            self._ask("QUIT", timeouts.command() if self._deleted else timeouts.farewell())
        except MailError as error:
            if self._deleted:
                self._deleted = 0
                server, said = self.server, error.reply
                raise Transient(
                    "deletion-unsure",
                    account=server.account or None,
                    reply=said,
                    host=server.host,
                    reason=said.text if said else error.text,
                ) from error
        finally:
            self._deleted = 0
            self._wire.close()

    def abandon(self) -> None:
        """Hang up without QUIT: nothing is deleted. Never raises."""
        self._deleted = 0
        self._wire.close()

    def abort(self) -> None:
        """Cut the line, from any thread: a command on its way fails at once."""
        self._wire.abort()

    def _greeting(self) -> None:
        try:
            line = self._wire.readline()
        except Transient as error:
            if error.code == "no-answer":
                raise self._wire.failure("no-greeting") from error
            raise
        if not line.startswith((b"+OK", b"-ERR")):
            raise self._broken("other-protocol")
        self._judge(line, "greeting", (Transient, "server-said-goodbye"))

    def _look_up_capabilities(self) -> None:
        """CAPA; servers older than RFC 2449 answer -ERR, which is fine."""
        try:
            self._ask("CAPA", timeouts.command(), otherwise=(Rejected, "command-refused"))
        except Rejected:
            self._capabilities = frozenset()
            return
        found: set[str] = set()
        for line in self._lines():
            words = line.decode("ascii", "replace").upper().split()
            if words:
                found.add(words[0])
                found.update(f"SASL {mechanism}" for mechanism in words[1:] if words[0] == "SASL")
        self._capabilities = frozenset(found)

    def _secure(self) -> None:
        """STLS (RFC 2595 4); nothing secret goes before it."""
        if self._capabilities and "STLS" not in self._capabilities:
            raise self._broken("starttls-missing")
        self._ask("STLS", timeouts.command(), otherwise=(AccountBroken, "starttls-refused"))
        self._wire.start_tls()
        self._look_up_capabilities()

    def _sign_in(self, username: str, password: str | None) -> str:
        """Sign in once; the mechanism that did it."""
        if not username:
            raise self._broken("sign-in-needed")
        if password is None:
            server = self.server
            raise Reauthenticate("password-missing", account=server.account or None, host=server.host)
        safe(username, "user name")
        safe(password, "password")
        token = base64.b64encode(f"\0{username}\0{password}".encode()).decode()
        plain = "SASL PLAIN" in self._capabilities
        if self._capabilities and not plain and "USER" not in self._capabilities:
            if self.server.security == "none":
                raise self._broken("sign-in-needs-tls")
            offered = sorted(name[5:] for name in self._capabilities if name.startswith("SASL "))
            raise sign_in_causes.none_of(self._broken("sign-in-impossible"), offered)
        refused: Verdict = (Reauthenticate, "sign-in-refused")
        try:
            if plain:
                # The answer to a bare AUTH PLAIN is "+ ", RFC 5034 4; with it in one line a long one may not fit.
                self._send("AUTH PLAIN", timeouts.command())
                line = self._wire.readline()
                if not line.startswith(b"+ ") and line.strip() != b"+":
                    self._judge(line, "AUTH", refused)
                    raise self._wire.failure("answer-garbled")
                self._wire.send(token.encode() + b"\r\n")
                self._answer("AUTH", refused)
            else:
                self._ask(f"USER {username}", timeouts.command(), otherwise=refused)
                self._ask(f"PASS {password}", timeouts.command(), otherwise=refused)
        except MailError as error:
            better = sign_in_causes.of(error, self.server.host)
            raise sign_in_causes.without_secrets(better, username, password) from None
        return "PLAIN" if plain else "USER/PASS"

    def _send(self, command: str, seconds: float, size: int = 1 << 20) -> None:
        self._wire.allow(command.partition(" ")[0], seconds, size + (1 << 16))
        self._wire.send(command.encode() + b"\r\n")

    def _ask(self, command: str, seconds: float, size: int = 1 << 20, otherwise: Verdict = BUSY) -> None:
        self._send(command, seconds, size)
        self._answer(command.partition(" ")[0], otherwise)

    def _answer(self, operation: str, otherwise: Verdict = BUSY) -> None:
        self._judge(self._wire.readline(), operation, otherwise)

    def _judge(self, line: bytes, operation: str, otherwise: Verdict) -> None:
        if line.startswith(b"+OK"):
            return
        if not line.startswith(b"-ERR"):
            raise self._wire.failure("answer-garbled")
        answer = reply(line[4:].decode("utf-8", "replace").strip(), operation)
        raise pop3_refusal(answer, self.server, otherwise)

    def _lines(self) -> Iterator[bytes]:
        """The lines of a multi-line answer (RFC 1939 3), without their line ends, dots undone."""
        while (line := self._wire.readline().rstrip(b"\r\n")) != b".":
            yield line[1:] if line.startswith(b".") else line

    def _mail(self, size: int, announced: int = 0) -> bytes:
        """The mail behind a +OK, its dots undone; ``size``: about so many bytes. ``announced``: as the server says, 0 if it doesn't."""
        if size > LARGE and self._keep is not None:
            try:
                return self._keep(self._wire.undotted_blocks())
            except BaseException:  # there may be no room for it: nobody is to take the rest of it for an answer
                self._wire.close()
                raise
        return self._wire.read_undotted(announced)

    def _pairs(self, command: str) -> Iterator[tuple[bytes, bytes]]:
        self._ask(command, timeouts.command(), _LIST_LIMIT)
        while (line := self._wire.readline()).rstrip(b"\r\n") != b".":
            if usual := _PAIR.fullmatch(line):
                yield usual[1], usual[2]
            else:
                number, _, rest = line.removeprefix(b".").strip().partition(b" ")
                yield number, rest.split()[0]

    @contextlib.contextmanager
    def _numbers(self, operation: str) -> Iterator[None]:
        """Around parsing: words in place of numbers are an answer that makes no sense."""
        try:
            yield
        except (ValueError, IndexError) as error:
            self._wire.operation = operation
            raise self._wire.failure("answer-garbled") from error

    def _broken(self, code: str) -> AccountBroken:
        server = self.server
        return AccountBroken(code, account=server.account or None, host=server.host, port=server.port)


def _windows(listed: list[Listed], pipelining: bool) -> Iterator[list[Listed]]:
    window: list[Listed] = []
    weight = 0
    for each in listed:
        full = len(window) == _PIPELINED_MAILS or weight + each.size > _PIPELINED_BYTES
        if window and (full or not pipelining):
            yield window
            window, weight = [], 0
        window.append(each)
        weight += each.size
    if window:
        yield window
