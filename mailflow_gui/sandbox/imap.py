"""The sandbox's IMAP server: pymap's maildir backend with one user, and with its sharp edges covered.

Written against pymap 0.36.7 exactly, since it reaches into the backend: a folder's UID list is written beside itself, and user
and password live in memory only. :mod:`folders` sees to the mails.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import io
import logging
import secrets
from argparse import Namespace
from collections.abc import AsyncIterator
from pathlib import Path

from proxyprotocol.sock import SocketInfo
from pymap.backend.maildir import Config, FilterSet, Identity, Login, Session
from pymap.backend.maildir.io import FileWriteable
from pymap.backend.maildir.layout import MaildirLayout
from pymap.concurrent import Subsystem
from pymap.exceptions import AuthorizationFailure, InvalidAuth
from pymap.imap import IMAPServer
from pymap.interfaces.login import IdentityInterface
from pymap.user import UserMetadata
from pysasl.creds.server import ServerCredentials
from pysasl.hashing import Cleartext

from mailflow_gui.sandbox.folders import RawMailboxSet, RawMaildir
from mailflow_gui.sandbox.store import COLON, write_text

_LARGEST_APPEND = 50_000_000
_LAYOUT = "++"
_log = logging.getLogger(__name__)


async def start(mail: Path, username: str, password: str) -> asyncio.Server:
    """Serve the mail below ``mail`` on a free port of 127.0.0.1, in the running loop.

    :raises OSError: no port can be had.
    """
    FileWriteable.file_write = _write_beside  # type: ignore[method-assign]  # pymap offers no seam here
    # As pymap's own command line would parse them.
    arguments = Namespace(passlib_cfg=None, proxy_protocol=None)
    config = _Config(
        arguments,
        host="127.0.0.1",
        port=0,
        base_dir=str(mail),
        layout=_LAYOUT,
        colon=COLON,
        tls_enabled=False,
        reject_dnsbl=False,
        invalid_user_sleep=0.0,
        max_append_len=_LARGEST_APPEND,
        hash_context=Cleartext(),
        subsystem=Subsystem.for_asyncio(),
        cpu_subsystem=Subsystem.for_asyncio(),
    )
    config.apply_context()
    serve = IMAPServer(_Login(config, username, password), config)
    sessions: set[asyncio.Task[None]] = set()

    def begin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        session = asyncio.create_task(
            serve(reader, writer, SocketInfo.get(writer, None, unique_id=secrets.token_bytes(16)))
        )
        sessions.add(session)
        session.add_done_callback(functools.partial(_ended, sessions, writer))

    # pymap's own way in starts each session as a task that nothing refers to. Since Python 3.13 asyncio doesn't hold the
    # stream on which such a task waits either, and garbage collection ends it in the middle of a dialogue.
    return await asyncio.start_server(begin, "127.0.0.1", 0)


def _ended(sessions: set[asyncio.Task[None]], writer: asyncio.StreamWriter, session: asyncio.Task[None]) -> None:
    """Let a session go. One that is cancelled before its first step hasn't closed its socket itself."""
    sessions.discard(session)
    writer.close()
    if not session.cancelled() and (error := session.exception()) is not None:
        _log.error("an IMAP session of the sandbox ended by a fault", exc_info=error)


def _write_beside(self: FileWriteable) -> None:
    """pymap drafts in the system's temporary directory: a rename from there fails across file systems, and always on Windows."""
    text = io.StringIO()
    self.write(text)
    write_text(Path(self.get_file(self.path)), text.getvalue())
    self._touched = False


class _Config(Config):
    @property
    def greeting(self) -> bytes:
        """Without the host's full name: finding it may ask a name server."""
        return b"MailFlow sandbox ready"


class _Identity(Identity):
    @contextlib.asynccontextmanager
    async def new_session(self) -> AsyncIterator[Session]:
        path = self.config.base_dir
        layout = MaildirLayout.get(path, _LAYOUT, RawMaildir)
        folders = RawMailboxSet(RawMaildir(path, create=False), layout)
        yield Session(self.name, self.config, folders, FilterSet(path))


class _Login(Login):
    """One user, known in memory only: nothing about the password is written down."""

    def __init__(self, config: Config, username: str, password: str) -> None:
        super().__init__(config)
        self._user = UserMetadata(config, username, password=password)

    async def authenticate(self, credentials: ServerCredentials) -> Identity:
        known = credentials.authcid == self._user.name
        if not known or not await self._passwords.check_password(self._user, credentials):
            raise InvalidAuth()
        return _Identity(self.config, self.tokens, self._user.name, None, frozenset())

    async def authorize(self, authenticated: IdentityInterface, authzid: str) -> Identity:
        if not isinstance(authenticated, _Identity) or authenticated.name != authzid:
            raise AuthorizationFailure()
        return authenticated
