"""IMAP commands and answers on a :class:`~mailflow_gui.mail.wire.Wire`: imaplib's protocol machine, IMAPClient's parser.

imaplib keeps the last commands (LOGIN among them) for its debug print, and wraps every socket error in a text; here the
wire is ours, nothing is kept, and :func:`Dialogue.asking` turns what is left into our errors, in one place.
"""

from __future__ import annotations

import contextlib
import imaplib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from imapclient import IMAPClient  # type: ignore[import-untyped]  # ships no type hints
from imapclient.response_parser import parse_response  # type: ignore[import-untyped]  # ships no type hints

from mailflow_gui.errors import AccountBroken, MailError, Transient
from mailflow_gui.mail.imap_search import Text, quoted
from mailflow_gui.mail.imap_usual import Usual
from mailflow_gui.mail.large import LARGE
from mailflow_gui.mail.response_codes import BUSY, imap_refusal, reply

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator

    from mailflow_gui.mail.large import Keep
    from mailflow_gui.mail.response_codes import Verdict
    from mailflow_gui.mail.wire import Wire

_STATUS = re.compile(rb"\S+ (OK|NO|BAD)(?: (.*))?\r?\n", re.DOTALL | re.IGNORECASE)
_OTHER_PROTOCOLS = (b"+OK", b"-ERR", b"220", b"421", b"554", b"HTTP/", b"SSH-")
_UNPARSABLE = (MemoryError, RecursionError, ValueError, LookupError, TypeError, AttributeError, OverflowError)
"""What the libraries' parsers raise on nonsense: literals of absurd sizes, thousands of parentheses, words in place of numbers."""


@dataclass
class Heard:
    """What the server has said that decides what a failure means."""

    greeting: bytes | None = None
    goodbye: bytes | None = None
    """The words behind an untagged BYE."""
    verdict: tuple[str, bytes] | None = None
    """The last tagged status: OK, NO or BAD, and the rest of its line."""


class Machine(imaplib.IMAP4):
    """imaplib's states and tags, reading and writing through the wire."""

    tagpre: bytes  # type: ignore[assignment]  # typeshed says str, which it never was

    def __init__(self, wire: Wire, heard: Heard) -> None:
        self._wire = wire
        self._heard = heard
        self.keep: Keep | None = None
        """Where large literals go; None: into memory."""
        self.usual: Usual | None = None
        """While a FETCH is on its way: takes its usual answers."""
        self._again: list[bytes] = []
        """What is to be read again, the first of it last."""
        super().__init__(wire.server.host, wire.server.port)

    def open(self, host: str = "", port: int = 143, timeout: float | None = None) -> None:
        self.host = host
        self.port = port
        self.sock = self._wire.socket

    def read(self, size: int) -> bytes:
        if self._again:
            return self._again.pop()
        if size <= LARGE or self.keep is None:
            return self._wire.read(size)
        try:
            return self.keep(self._wire.read_blocks(size))
        except BaseException:  # there may be no room for it: nobody is to take the rest of it for an answer
            self._wire.close()
            raise

    def readline(self) -> bytes:
        line = self._again.pop() if self._again else self._wire.readline()
        if self._heard.greeting is None:
            self._heard.greeting = line
        if line[:6].upper() == b"* BYE ":
            self._heard.goodbye = line[6:].strip()
        elif line.startswith(self.tagpre) and (match := _STATUS.fullmatch(line)):
            self._heard.verdict = (match[1].decode().upper(), (match[2] or b"").strip())
            if match[2] is None:  # imaplib insists on the text that RFC 3501 demands and some servers leave out
                return line.rstrip() + b" \r\n"
        return line

    def send(self, data: Any) -> None:
        self._wire.send(data)

    def shutdown(self) -> None:
        self._wire.close()

    def _get_response(self) -> Any:
        """imaplib's step of reading an answer; the usual ones before it are read the short way."""
        if self.usual is not None:
            before = len(self.usual.data)
            self._again = self.usual.read(self._wire.readline, self.read)[::-1]
            if len(self.usual.data) > before:
                self.untagged_responses.setdefault("FETCH", []).extend(self.usual.data[before:])
        return super()._get_response()  # type: ignore[misc]  # typeshed leaves out what is not for everybody

    def simple_command(self, name: str, *arguments: bytes | str) -> tuple[str, list[Any]]:
        """Send one command and read its answer; the arguments go out as they are."""
        kind, data = self._simple_command(name, *arguments)
        return kind, data

    def continue_on(self, sock: socket.socket) -> None:
        """Go on with the socket that STARTTLS has secured."""
        self.sock = sock

    def _log(self, line: str) -> None:
        """Keep nothing: imaplib would hold the last commands in memory, passwords too."""


class Client(IMAPClient):  # type: ignore[misc]  # IMAPClient ships no type hints
    """IMAPClient on a :class:`Machine`, knowing what the server offers from fresh answers only."""

    def __init__(self, wire: Wire, heard: Heard) -> None:
        self._wire = wire
        self._heard = heard
        self.offered: frozenset[str] = frozenset()
        super().__init__(wire.server.host, wire.server.port, ssl=False)
        self._imap.debug = 0  # or a %r of every literal is made for a logger that drops it
        self.folder_encode = False  # names are encoded in mail.folders
        self.offered = frozenset(self._imap.capabilities)

    def _create_IMAP4(self) -> Machine:  # noqa: N802  # IMAPClient's own hook
        return Machine(self._wire, self._heard)

    def capabilities(self) -> tuple[bytes, ...]:
        return tuple(name.encode() for name in self.offered)


class Dialogue:
    """One IMAP session's commands; raises nothing but :class:`~mailflow_gui.errors.MailError`."""

    def __init__(self, wire: Wire) -> None:
        """Hear the greeting and ask what the server can do; nothing secret is sent.

        :raises MailError: no greeting, a greeting of another protocol, BYE.
        """
        self.wire = wire
        self.heard = Heard()
        self.folder = ""
        """The folder that was last asked for, for errors."""
        try:
            with self._translating("greeting"):
                self.client = Client(wire, self.heard)
        except Transient as error:
            if self.heard.greeting is None and error.code == "no-answer":
                raise wire.failure("no-greeting") from error
            raise
        self.machine: Machine = self.client._imap  # the hook above made it

    @property
    def offered(self) -> frozenset[str]:
        """Capabilities (RFC 9051 6.1.1), upper case."""
        return self.client.offered

    def broken(self, code: str) -> AccountBroken:
        server = self.wire.server
        return AccountBroken(code, account=self.wire.account, host=server.host, port=server.port)

    @contextlib.contextmanager
    def asking(self, operation: str, seconds: float, size: int = 1 << 20, otherwise: Verdict = BUSY) -> Iterator[None]:
        """Around one command: deadline and byte allowance for its answer, every failure translated.

        After a NO or a BAD the session goes on; after anything else it is over.

        :param otherwise: what a NO means that has no telling response code.
        """
        if self.heard.goodbye is not None:
            raise self._goodbye()
        self.wire.allow(operation, seconds, size)
        self.heard.verdict = None
        self.machine.untagged_responses.clear()  # or they grow as long as the session lives
        with self._translating(operation, otherwise):
            yield

    def expect_ok(self, answer: tuple[str, list[Any]]) -> list[Any]:
        """The data of an OK; a NO is raised for :meth:`asking` to translate."""
        kind, data = answer
        if kind != "OK":
            raise imaplib.IMAP4.error(kind)
        return data

    def start_tls(self) -> None:
        """Secure the wire, after the server's OK to STARTTLS. :raises MailError: not trusted, or tampered with."""
        self.wire.start_tls()
        self.machine.continue_on(self.wire.socket)

    def refresh_capabilities(self, *, announced: bool = False) -> None:
        """Ask again what the server can do, as one must after STARTTLS (RFC 9051 6.2.1) and sign-in.

        :param announced: the answer to the last command may have said it already.
        """
        found = self.machine.untagged_responses.get("CAPABILITY") if announced else None
        if not found:
            found = self.machine.capability()[1]
        words = found[-1] if found and isinstance(found[-1], bytes) else b""
        self.client.offered = frozenset(words.decode("ascii", "replace").upper().split())

    def fetch(self, uids: list[int], items: str) -> dict[int, dict[bytes, Any]]:
        """UID FETCH: what the server said of exactly these UIDs, under names in upper case.

        Inside :meth:`asking`. Answers are told apart by the UID inside them and never by their sequence number, which
        may belong to another mail by now.
        """
        self.machine.usual = usual = Usual()
        try:
            data = self.expect_ok(self.machine.uid("FETCH", ",".join(map(str, uids)), items))
        finally:
            self.machine.usual = None
        wanted = set(uids)
        if usual.data and len(data) == len(usual.data):  # nothing else was among them
            return {uid: fields for uid, fields in usual.found.items() if uid in wanted}
        found: dict[int, dict[bytes, Any]] = {}
        flat = parse_response([part for part in data if part is not None])
        for answer in flat[1::2]:
            fields = {bytes(name).upper(): value for name, value in zip(answer[::2], answer[1::2], strict=True)}
            if (uid := fields.get(b"UID")) in wanted:
                found.setdefault(uid, {}).update(fields)
        return found

    def search(self, keys: list[bytes]) -> list[int]:
        """UID SEARCH: ascending. Inside :meth:`asking`.

        People's text goes as literal or quoted string, never as a bare word; more than one answer line counts, for long
        results are cut up by some servers.
        """
        arguments = [quoted(key.decode()) if isinstance(key, Text) and key.isascii() else bytes(key) for key in keys]
        if any(not key.isascii() for key in keys):
            arguments = [b"CHARSET", b"UTF-8", *arguments]
        lines = self.client._raw_command_untagged(b"SEARCH", arguments)  # the only way to send several literals
        words = (word for line in lines if isinstance(line, bytes) for word in line.partition(b"(")[0].split())
        return sorted({int(word) for word in words})

    def refuse(self, verdict: str, words: bytes) -> imaplib.IMAP4.error:
        """For a command that was not sent by imaplib: the error that :meth:`asking` translates."""
        self.heard.verdict = (verdict, words)
        return imaplib.IMAP4.error(verdict)

    @contextlib.contextmanager
    def _translating(self, operation: str, otherwise: Verdict = BUSY) -> Iterator[None]:
        try:
            yield
        except MailError as error:
            if self.heard.goodbye is not None and error.code == "line-dropped":
                raise self._goodbye() from error
            raise
        except imaplib.IMAP4.error as error:
            raise self._refused(error, operation, otherwise) from error
        except _UNPARSABLE as error:
            raise self.wire.failure("answer-garbled") from error

    def _refused(self, error: imaplib.IMAP4.error, operation: str, otherwise: Verdict) -> MailError:
        if isinstance(error, imaplib.IMAP4.readonly):
            return AccountBroken(
                "folder-read-only", account=self.wire.account, folder=self.folder, host=self.wire.server.host
            )
        kind, text = self.heard.verdict or ("", b"")
        if kind in ("NO", "BAD"):
            answer = reply(text.decode("utf-8", "replace"), operation)
            return imap_refusal(answer, self.wire.server, kind, otherwise)
        if self.heard.goodbye is not None:
            return self._goodbye()
        if (self.heard.greeting or b"").startswith(_OTHER_PROTOCOLS):
            self.wire.close()
            return self.broken("other-protocol")
        return self.wire.failure("answer-garbled")

    def _goodbye(self) -> MailError:
        self.wire.close()
        words = (self.heard.goodbye or b"").decode("utf-8", "replace")
        return imap_refusal(reply(words, "BYE"), self.wire.server, "BYE", (Transient, "server-said-goodbye"))
