"""The wire: one socket to one server, with a deadline and a byte allowance for each command.

A socket's own timeout bounds each read only, so a server that dribbles a byte now and then would hold us for ever. The
wire bounds the whole command in time and in bytes; who exceeds either loses the wire. Everything it raises is a
:class:`~mailflow_gui.errors.MailError`.
"""

from __future__ import annotations

import contextlib
import io
import math
import selectors
import socket
import ssl
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from mailflow_gui.errors import AccountBroken, MailError, Transient
from mailflow_gui.mail import dotted, sockets, timeouts, tls
from mailflow_gui.mail.transport_errors import translate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from typing_extensions import Buffer

    from mailflow_gui.mail.server import Server

Stage = Literal["lookup", "connect", "tls", "sign-in"]
"""How far opening a session has come, for whoever watches."""


@dataclass(frozen=True)
class Secured:
    """The line is encrypted from now on, and the server is who it should be."""

    version: str
    """``TLS 1.3``."""
    cipher: str
    """``TLS_AES_256_GCM_SHA384``."""
    certificate: str
    """The server's own, as PEM."""


@dataclass(frozen=True)
class SignedIn:
    """The server has let us in."""

    mechanism: str
    """The SASL mechanism (``PLAIN``), ``LOGIN`` or ``USER/PASS`` for the protocol's own command, ``PREAUTH``; empty: nobody asked."""


Progress = Stage | Secured | SignedIn
"""What whoever watches a session being opened is told: a stage begins, or what came out of one."""

_PIECE = 1 << 16
_BLOCK = 1 << 20
"""Bytes of a large answer that are read at a time."""
_WAKE_INTERVAL = 0.1
"""Seconds between two looks at a wake function; a wake socket is noticed at once."""


def unwatched(_progress: Progress) -> None:
    """Nobody watches the stages."""


class Wire:
    """One socket. Used by one thread, but for :meth:`abort`."""

    def __init__(
        self,
        sock: socket.socket,
        server: Server,
        patience: float = math.inf,
        on_stage: Callable[[Progress], None] = unwatched,
    ) -> None:
        self.socket = sock
        self.server = server
        self._patience = patience
        self._on_stage = on_stage
        self._raw = _Metered(self)
        self._reader = io.BufferedReader(self._raw, _PIECE)
        self._closed = False
        self._armed = -1.0
        """The socket's own timeout, as it was last set here (seconds; 0: it waits for nothing, negative: not set yet)."""
        self._drained = False
        """The reader was found empty, and hasn't taken anything from the socket since."""
        self.allow("greeting", timeouts.connect())

    @classmethod
    def open(
        cls,
        server: Server,
        on_stage: Callable[[Progress], None] = unwatched,
        *,
        addresses: Sequence[str] = (),
        patience: float = math.inf,
    ) -> Wire:
        """Look the name up, connect, and with security ``tls`` shake hands.

        :param addresses: the host's IP addresses, where somebody has looked them up already.
        :param patience: the most seconds for connecting, for the handshake and for any one command; never longer than usual.
        :raises MailError: the name is unknown, nobody answers, or the certificate isn't trusted.
        """
        on_stage("lookup")
        try:
            names = addresses or (tls.ascii_host(server.host),)
            found = [each for name in names for each in socket.getaddrinfo(name, server.port, type=socket.SOCK_STREAM)]
        except (OSError, ValueError) as error:
            raise translate(error, server, "lookup") from error
        on_stage("connect")
        seconds = min(timeouts.connect(), patience)
        sock = sockets.connect(server, [(family, address) for family, _, _, _, address in found], seconds)
        try:
            if server.security == "tls":
                on_stage("tls")
                sock = tls.wrap(sock, server)
            wire = cls(sock, server, patience, on_stage)
            wire._tell_secured()
            return wire
        except BaseException:  # whoever watches the stages may end it here
            sock.close()
            raise

    def start_tls(self) -> None:
        """Shake hands on the open wire, after the server agreed to STARTTLS or STLS.

        Whatever came in clear behind that agreement was put there by somebody in the middle (RFC 3207 6).

        :raises MailError: the certificate isn't trusted, or clear words were waiting.
        """
        if self.pending():
            self.close()
            raise AccountBroken("starttls-injected", account=self.account, host=self.server.host)
        self.socket.settimeout(min(timeouts.connect(), self._patience))
        self.socket = tls.wrap(self.socket, self.server)
        # A raw stream of its own: the old reader closes what it read from when it goes.
        self._raw = _Metered(self)
        self._reader = io.BufferedReader(self._raw, _PIECE)
        self._tell_secured()

    def _tell_secured(self) -> None:
        if isinstance(self.socket, ssl.SSLSocket):
            shown, agreed = self.socket.getpeercert(binary_form=True), self.socket.cipher()
            pem = ssl.DER_cert_to_PEM_cert(shown) if shown else ""
            self._on_stage(Secured(self.encryption, agreed[0] if agreed else "", pem))

    @property
    def account(self) -> str | None:
        return self.server.account or None

    @property
    def closed(self) -> bool:
        """Whether the wire is gone, by our doing or theirs."""
        return self._closed

    @property
    def encryption(self) -> str:
        """How the line is encrypted, for people: ``TLS 1.3``; empty when it isn't."""
        version = self.socket.version() if isinstance(self.socket, ssl.SSLSocket) else None
        return (version or "").replace("TLSv", "TLS ")

    def allow(self, operation: str, seconds: float, size: int = 1 << 20) -> None:
        """Begin a command: ``seconds`` and ``size`` bytes for its whole answer. ``operation`` names it in errors."""
        self.operation = operation
        self._deadline = time.monotonic() + min(seconds, self._patience)
        self._allowance = size + _PIECE

    def read(self, size: int) -> bytes:
        """Exactly ``size`` bytes.

        :raises Transient: the server hung up, is silent, or announced more than it is allowed.
        """
        if size > self._allowance:
            raise self.failure("answer-too-long")
        data = self._reader.read(size)
        if len(data) < size:
            raise self.failure("line-dropped")
        return data

    def read_blocks(self, size: int) -> Iterator[bytes]:
        """Exactly ``size`` bytes, in blocks as they come. :raises Transient: as :meth:`read`."""
        if size > self._allowance:
            raise self.failure("answer-too-long")
        while size:
            block = self.read(min(size, _BLOCK))
            size -= len(block)
            yield block

    def readline(self) -> bytes:
        """The next line with its line end. :raises Transient: as :meth:`read`."""
        line = self._reader.readline()
        if not line.endswith(b"\n"):
            raise self.failure("line-dropped")
        return line

    def read_undotted(self, about: int = 0) -> bytes:
        """All up to a dot alone on a line, without it, dots undone; ``about`` so many bytes. :raises Transient: as :meth:`read`."""
        found, beyond = dotted.read(self._reader, about, self._lost)
        if beyond:
            self._put_back(beyond)
        return found

    def undotted_blocks(self) -> Iterator[bytes]:
        """As :meth:`read_undotted`, in blocks as they come. :raises Transient: as :meth:`read`."""
        return dotted.blocks(self._reader, self._lost)

    def _lost(self) -> Transient:
        return self.failure("line-dropped")

    def _put_back(self, data: bytes) -> None:
        """Let ``data`` be read again, before all that has arrived since."""
        waiting = data + self._buffered()
        # A raw stream of its own: the old reader closes what it read from when it goes.
        self._raw = _Metered(self, waiting)
        self._reader = io.BufferedReader(self._raw, max(_PIECE, len(waiting)))
        self._reader.peek(1)  # all of it is in the reader now, where everybody looks
        self._drained = False

    def send(self, data: Buffer) -> None:
        """Send all of ``data``. :raises MailError: the server hung up or takes nothing more."""
        rest = memoryview(data)
        try:
            while rest:
                self._arm()
                rest = rest[self.socket.send(rest[:_PIECE]) :]
        except (OSError, ValueError, AttributeError) as error:
            raise self._broken(error) from error

    def send_now(self, data: Buffer) -> int:
        """Send what the line takes without waiting: how many bytes, maybe 0. :raises MailError: as :meth:`send`."""
        try:
            self._wait_for_nothing()
            return self.socket.send(data)
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return 0
        except (OSError, ValueError, AttributeError) as error:
            raise self._broken(error) from error

    def receive_now(self) -> bytes | None:
        """What has arrived: empty at the end, None if there is nothing yet. :raises MailError: loss, or too much."""
        if buffered := self._buffered():
            return self._reader.read(len(buffered))
        try:
            self._wait_for_nothing()
            data = self.socket.recv(_PIECE)
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return None
        except (OSError, ValueError, AttributeError) as error:
            raise self._broken(error) from error
        self._count(len(data))
        return data

    def late(self) -> MailError:
        """The error for an answer that didn't come in its time; the wire is closed."""
        return self._broken(TimeoutError())

    @property
    def due(self) -> float:
        """Until when the answer has time (monotonic seconds)."""
        return self._deadline

    def pending(self) -> bool:
        """Whether something has arrived that was not read yet and that no ``select`` would tell."""
        return bool(self._buffered()) or (isinstance(self.socket, ssl.SSLSocket) and self.socket.pending() > 0)

    def _buffered(self) -> bytes:
        """What the reader has taken from the socket and nobody has read yet."""
        if self._drained:
            return b""
        self._raw.hungry = False
        try:
            buffered = self._reader.peek(1)
        finally:
            self._raw.hungry = True
        self._drained = not buffered
        return buffered

    def readable(self) -> bool:
        """Whether something has arrived at the socket, or its end or loss: below TLS, where any record counts."""
        try:
            return bool(sockets.readable(self.socket))
        except (OSError, ValueError):
            return True

    def wait(self, seconds: float, wake: socket.socket | Callable[[], bool] | None = None) -> bool:
        """Wait until something arrives (True), ``wake`` becomes readable or returns True, or time is up (False)."""
        if self.pending():
            return True
        end = time.monotonic() + seconds
        with selectors.DefaultSelector() as selector:
            try:
                selector.register(self.socket, selectors.EVENT_READ)
            except ValueError as error:  # aborted meanwhile
                raise self._broken(error) from error
            if isinstance(wake, socket.socket):
                selector.register(wake, selectors.EVENT_READ)
            while (left := end - time.monotonic()) > 0:
                asking = callable(wake) and not isinstance(wake, socket.socket)
                ready = selector.select(min(left, _WAKE_INTERVAL) if asking else left)
                if any(key.fileobj is self.socket for key, _ in ready):
                    return True
                if ready or (callable(wake) and not isinstance(wake, socket.socket) and wake()):
                    return False
        return False

    def abort(self) -> None:
        """Cut the wire from any thread: whoever reads or writes on it gets an error at once."""
        with contextlib.suppress(OSError):
            # SSLSocket.shutdown would take the TLS state away under a thread that is reading.
            socket.socket.shutdown(self.socket, socket.SHUT_RDWR)

    def close(self) -> None:
        """Let go of the socket; never raises."""
        self._closed = True
        self.abort()
        with contextlib.suppress(OSError):
            self.socket.close()

    def failure(self, code: str) -> Transient:
        """The error for an answer that breaks the rules; the wire is closed, for nobody knows where the next begins."""
        self.close()
        server = self.server
        return Transient(code, account=self.account, host=server.host, port=server.port, operation=self.operation)

    def receive_into(self, buffer: Buffer) -> int:
        """For the buffered reader: some bytes, 0 at the end. :raises MailError: silence, loss, too much."""
        self._drained = False
        try:
            self._arm()
            count = self.socket.recv_into(buffer)
        except (OSError, ValueError, AttributeError) as error:
            raise self._broken(error) from error
        self._count(count)
        return count

    def _count(self, received: int) -> None:
        self._allowance -= received
        if self._allowance < 0:
            raise self.failure("answer-too-long")

    def _wait_for_nothing(self) -> None:
        if self._armed != 0.0:
            self._armed = 0.0
            self.socket.settimeout(0.0)

    def _arm(self) -> None:
        """Give the socket the time that is left, where it hasn't about that already: each time costs a system call."""
        left = self._remaining()
        if not left <= self._armed <= 1.01 * left or self.socket.gettimeout() != self._armed:
            self._armed = left
            self.socket.settimeout(left)

    def _remaining(self) -> float:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left

    def _broken(self, error: OSError | ValueError | AttributeError) -> MailError:
        """AttributeError and ValueError come from a TLS socket that another thread has just cut."""
        self.close()
        if isinstance(error, OSError) and not isinstance(error, ssl.SSLError):
            return translate(error, self.server, self.operation)
        return translate(ConnectionAbortedError(), self.server, self.operation)


class _Metered(io.RawIOBase):
    """What the buffered reader reads from: first ``waiting``; when not ``hungry`` it says that nothing is there, without looking."""

    def __init__(self, wire: Wire, waiting: bytes = b"") -> None:
        super().__init__()
        self.hungry = True
        self._wire = wire
        self._waiting = waiting

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Buffer, /) -> int | None:
        if self._waiting:
            waiting, self._waiting = self._waiting, b""
            memoryview(buffer)[: len(waiting)] = waiting
            return len(waiting)
        return self._wire.receive_into(buffer) if self.hungry else None
