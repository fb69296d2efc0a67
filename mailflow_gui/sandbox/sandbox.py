"""The embedded servers as one object: a thread that runs while a ``with`` block does."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import secrets
import threading
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from mailflow_gui.errors import MailFlowError, StorageError, UsageError
from mailflow_gui.file_lock import FileLock
from mailflow_gui.sandbox.store import Store

USERNAME = "sandbox"
"""The one user of both servers."""
LOCK_NAME = "sandbox.lock"
"""The file below the sandbox's directory that is locked while it runs."""

_log = logging.getLogger(__name__)


class Sandbox:
    """IMAP and SMTP on 127.0.0.1 with their mail below ``directory``. Ports and password are new at every start.

    ::

        with Sandbox(home.sandbox) as sandbox:
            connect("127.0.0.1", sandbox.imap_port, sandbox.username, sandbox.password)
    """

    def __init__(self, directory: Path) -> None:
        self.username = USERNAME
        self.password = secrets.token_urlsafe(24)
        """In memory only: never written to disk."""
        self.imap_port = 0
        self.smtp_port = 0
        self._directory = directory
        self._store = Store(directory)
        self._lock: FileLock | None = None
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping: asyncio.Event | None = None
        self._started = threading.Event()
        self._failure: Exception | None = None

    def start(self) -> None:
        """Prepare the mail and start both servers; returns when they answer.

        :raises StorageError: no room or no right to write in the directory, or no port can be had.
        :raises UsageError: the sandbox of this directory runs already.
        """
        if self._thread is not None:
            return
        try:
            self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = FileLock(self._directory / LOCK_NAME)
            if not lock.acquire("mailflow sandbox"):
                raise UsageError("sandbox-running", directory=str(self._directory))
        except OSError as error:
            raise _storage_error(self._directory, error) from error
        self._lock = lock
        try:
            self._store.prepare()
            self._start_thread()
        except OSError as error:
            self.stop()
            raise _storage_error(self._directory, error) from error
        except BaseException:
            self.stop()
            raise

    def _start_thread(self) -> None:
        self._started.clear()
        self._failure = None
        self._thread = threading.Thread(target=self._run, name="sandbox", daemon=True)
        self._thread.start()
        self._started.wait()
        if self._failure is not None:
            raise self._failure

    def stop(self) -> None:
        """Close both servers and every session, and wait for the thread to end. The mail stays."""
        if self._thread is not None:
            if self._loop is not None and self._stopping is not None:
                with contextlib.suppress(RuntimeError):  # the loop has ended by itself
                    self._loop.call_soon_threadsafe(self._stopping.set)
            self._thread.join()
            self._thread = self._loop = self._stopping = None
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def delivered(self) -> list[bytes]:
        """What was sent so far, oldest first: raw mails with Return-Path and Delivered-To on top, lines ended by CR LF."""
        return self._store.delivered_mails()

    def __enter__(self) -> Sandbox:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except Exception as error:  # noqa: BLE001 — handed to the thread that called start
            _log.exception("the sandbox ended by a fault")
            self._failure = error
        finally:
            self._started.set()

    async def _serve(self) -> None:
        from mailflow_gui.sandbox import imap, smtp  # pymap takes a quarter of a second to import

        self._loop = asyncio.get_running_loop()
        self._stopping = asyncio.Event()
        servers: list[asyncio.Server] = []
        try:
            servers.append(await imap.start(self._store.inbox, self.username, self.password))
            servers.append(await smtp.start(self._store.delivered, self.username, self.password))
            self.imap_port, self.smtp_port = (server.sockets[0].getsockname()[1] for server in servers)
            self._started.set()
            await self._stopping.wait()
        finally:
            await _stop_accepting(servers)
            await _end_sessions()


_STEPS = 4
"""Turns of the loop that a client accepted just now takes until its session is a task, and a closed transport until its socket is."""


async def _stop_accepting(servers: Sequence[asyncio.Server]) -> None:
    """Close the listening sockets. A client accepted just now gets its session first: asyncio drops the socket, unclosed, once the
    server is closed."""
    for server in servers:
        for listening in server.sockets:
            with contextlib.suppress(NotImplementedError):  # Windows' loop accepts otherwise
                asyncio.get_running_loop().remove_reader(listening.fileno())
    await _turn_loop()
    for server in servers:
        server.close()


async def _end_sessions() -> None:
    """Cancel what still talks to a client (each session is a task), and let the sockets close."""
    while sessions := asyncio.all_tasks() - {asyncio.current_task()}:
        for session in sessions:
            session.cancel()
        await asyncio.gather(*sessions, return_exceptions=True)
        await _turn_loop()


async def _turn_loop() -> None:
    for _step in range(_STEPS):
        await asyncio.sleep(0)


def _storage_error(directory: Path, error: OSError) -> MailFlowError:
    full = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)}
    code = "sandbox-no-room" if error.errno in full else "sandbox-not-started"
    return StorageError(code, directory=str(directory), reason=error.strerror or str(error))
