"""IMAP sessions (RFC 3501, RFC 9051): a live dialogue with one account.

Used by one thread, but for :meth:`ImapSession.abort`. Everything raised is a :class:`~mailflow_gui.errors.MailError`; after a
``Transient`` with the code ``line-dropped``, ``no-answer`` and the like the session is over and :attr:`ImapSession.alive`
is false.

Deleting: only ``UID EXPUNGE`` (RFC 4315) removes exactly the mails that are meant. A plain ``EXPUNGE`` removes whatever
anybody has marked, so without UIDPLUS mails are marked ``\\Deleted`` and stay; searches leave such mails out.
"""

from __future__ import annotations

import contextlib
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mailflow_gui.errors import AccountBroken, MailError, Rejected, Reply, Transient
from mailflow_gui.mail import imap_fetch, imap_idle, timeouts
from mailflow_gui.mail.folders import Folder, on_the_wire, readable
from mailflow_gui.mail.imap_fetch import Fetched, Identity, batches, flag_name
from mailflow_gui.mail.imap_search import Text, beyond_ascii, criteria, matches, quoted, safe
from mailflow_gui.mail.imap_sign_in import sign_in
from mailflow_gui.mail.parse import parse
from mailflow_gui.mail.wire import Progress, unwatched

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from datetime import datetime

    from mailflow_gui.mail.imap_dialogue import Dialogue
    from mailflow_gui.mail.large import Keep
    from mailflow_gui.mail.server import Server

_log = logging.getLogger(__name__)

_LIST_LIMIT = 64 << 20
"""Bytes of a SEARCH or LIST answer: some millions of mails."""


_LOCAL_SEARCH_LIMIT = 10 << 20
"""Of mails larger than this only the header is searched where the server can't do it."""


@dataclass(frozen=True)
class Selected:
    """What SELECT said of a folder."""

    uid_validity: int
    exists: int
    uid_next: int
    """The UID that the next mail to arrive gets at least."""


class ImapSession:
    """A signed-in session with one server."""

    def __init__(self, dialogue: Dialogue) -> None:
        self._dialogue = dialogue
        self._client = dialogue.client
        self._machine = dialogue.machine
        self._folder: tuple[str, bool, Selected] | None = None

    @classmethod
    def open(
        cls,
        server: Server,
        username: str = "",
        password: str | None = None,
        *,
        on_stage: Callable[[Progress], None] = unwatched,
    ) -> ImapSession:
        """Connect, secure the line, sign in.

        :param username: empty: the server must greet with PREAUTH.
        :param on_stage: called as each stage begins, for whoever shows how far it is.
        :raises MailError: translated; with ``Reauthenticate`` the password was refused and must not be tried again.
        """
        return cls(sign_in(server, username, password, on_stage))

    @property
    def server(self) -> Server:
        return self._dialogue.wire.server

    @property
    def alive(self) -> bool:
        """False once the line is lost or closed."""
        return not self._dialogue.wire.closed

    @property
    def encryption(self) -> str:
        """How the line is encrypted: ``TLS 1.3``; empty when it isn't."""
        return self._dialogue.wire.encryption

    @property
    def capabilities(self) -> frozenset[str]:
        """What the server offers after sign-in (RFC 9051 7.2.2), upper case."""
        return self._dialogue.offered

    def folders(self) -> list[Folder]:
        """All folders, in the server's order."""
        with self._dialogue.asking("LIST", timeouts.command(), _LIST_LIMIT):
            listed = self._client.list_folders()
            return [
                Folder(
                    name if isinstance(name, str) else readable(bytes(name)),
                    tuple(flag_name(flag) for flag in flags or ()),
                    bytes(delimiter).decode("ascii", "replace") if delimiter else "",
                )
                for flags, delimiter, name in listed
            ]

    def select(self, folder: str = "INBOX", readonly: bool = False) -> Selected:
        """Open a folder; what follows is about its mails.

        :raises AccountBroken: ``folder-missing``, ``folder-read-only``, ``folder-refused``.
        """
        name = _encoded(folder)
        self._folder = None
        self._dialogue.folder = folder
        try:
            with self._dialogue.asking("EXAMINE" if readonly else "SELECT", timeouts.command()):
                answer = self._client.select_folder(name, readonly)
        except MailError as error:
            raise self._why_not(error, folder, name) from error
        numbers = {key: answer.get(key) for key in (b"UIDVALIDITY", b"EXISTS", b"UIDNEXT")}
        validity, exists, following = (value if isinstance(value, int) else None for value in numbers.values())
        if validity is None or not 0 < validity < 1 << 32:  # RFC 9051 2.3.1.1
            raise self._broken("folder-refused", folder=folder, reason=f"UIDVALIDITY {validity}")
        if following is None:  # RFC 3501 7.1 lets old servers leave it out
            following = max(self._search([b"ALL"]), default=0) + 1
        selected = Selected(uid_validity=validity, exists=exists or 0, uid_next=following)
        self._folder = (folder, readonly, selected)
        return selected

    def search(
        self, search: Mapping[str, Any], *, unseen_only: bool = False, first_uid: int | None = None
    ) -> list[int]:
        r"""UIDs in the selected folder, ascending, without those marked ``\Deleted``.

        :param search: the ``search`` setting; see :func:`mailflow_gui.mail.imap_search.criteria`.
        :param first_uid: only this UID and later ones.
        """
        try:
            found = self._search(criteria(search, unseen_only=unseen_only, first_uid=first_uid))
        except MailError as error:
            if error.reply is None or error.reply.enhanced != "BADCHARSET":
                raise
            found = self._search_ourselves(search, unseen_only, first_uid)
        # "9:*" always finds the last mail, even if its UID is 5.
        return [uid for uid in found if (first_uid or 0) <= uid < 1 << 32]

    def sizes(self, uids: Iterable[int]) -> dict[int, int]:
        """Sizes in bytes as the server announces them (RFC822.SIZE); vanished mails are absent."""
        return imap_fetch.sizes(self._dialogue, sorted(set(uids)))

    def fetch(self, uids: Iterable[int], *, maximum_size: int) -> Iterator[Fetched]:
        r"""Mails in UID order, without marking them ``\Seen``; vanished ones are absent.

        Other commands may go between two results; another folder may not be selected meanwhile.

        :param maximum_size: bytes; of a larger mail only the header comes.
        """
        return imap_fetch.fetch(self._dialogue, sorted(set(uids)), maximum_size)

    def lay_aside(self, keep: Keep) -> None:
        """From now on, let mails of more than :data:`~mailflow_gui.mail.large.LARGE` bytes go where ``keep`` takes them."""
        self._dialogue.machine.keep = keep

    def mark_seen(self, uids: Iterable[int]) -> None:
        r"""Set ``\Seen``."""
        self._add_flag(sorted(uids), rb"(\Seen)")

    def move(self, uids: Iterable[int], folder: str) -> None:
        r"""Move mails into a folder, which is created if it is missing.

        Without MOVE (RFC 6851): COPY, then :meth:`delete`; see there.
        """
        name = _encoded(folder)
        moving = "MOVE" in self.capabilities
        for batch in batches(sorted(uids)):
            try:
                self._carry(batch, name, moving)
            except MailError as error:
                if not self._missing(error, name):
                    raise
                self.create(folder)
                self._carry(batch, name, moving)
            if not moving:
                self.delete(batch)

    def delete(self, uids: Iterable[int]) -> None:
        r"""Delete mails for good where the server has UIDPLUS; elsewhere mark them ``\Deleted``, never more."""
        for batch in batches(sorted(uids)):
            self._add_flag(batch, rb"(\Deleted)")
            if "UIDPLUS" in self.capabilities:
                with self._dialogue.asking("UID EXPUNGE", timeouts.command(), _LIST_LIMIT):
                    self._dialogue.expect_ok(self._machine.uid("EXPUNGE", _joined(batch)))
            else:
                _log.info("%s has no UIDPLUS: %d mails stay, marked as deleted", self.server.host, len(batch))

    def create(self, folder: str) -> None:
        """Make a folder and subscribe to it; one that exists already is fine."""
        name = _encoded(folder)
        try:
            with self._dialogue.asking("CREATE", timeouts.command(), otherwise=(Rejected, "command-refused")):
                self._client.create_folder(name)
        except MailError as error:
            if not self.alive or not self._exists(name):
                raise self._broken("folder-missing", reply=error.reply, folder=folder) from error
        # Only then do other mail programs show it; a server that will not subscribe has the folder all the same.
        with contextlib.suppress(Rejected, Transient), self._dialogue.asking("SUBSCRIBE", timeouts.command()):
            self._client.subscribe_folder(name)

    def append(self, folder: str, raw: bytes, flags: tuple[str, ...] = (), when: datetime | None = None) -> None:
        """Put a mail into a folder, which is created if it is missing.

        :param when: the server's date for it (aware); None: now.
        """
        name = _encoded(folder)
        for flag in flags:
            safe(flag, "flag")
        for attempt in (1, 2):
            try:
                with self._dialogue.asking("APPEND", timeouts.fetch(len(raw))):
                    self._client.append(name, raw, flags, when)
            except MailError as error:
                if attempt == 2 or not self._missing(error, name):
                    raise
                self.create(folder)
            else:
                return

    def find_message_id(self, folder: str, message_id: str) -> list[int]:
        """UIDs in ``folder`` of mails with exactly this Message-ID. The selected folder stays what it was.

        :raises AccountBroken: ``folder-missing``.
        """
        wanted = safe(message_id, "Message-ID").strip()
        before = self._folder
        self.select(folder, readonly=True)
        try:
            # SEARCH finds parts of words, and servers differ about angle brackets.
            candidates = self._search([b"HEADER", b"MESSAGE-ID", Text(wanted.strip("<>").encode())])
            return [uid for uid, own in self.message_ids(candidates).items() if own.strip("<>") == wanted.strip("<>")]
        finally:
            if before is not None and self.alive:
                self.select(before[0], before[1])

    def message_ids(self, uids: Iterable[int]) -> dict[int, str]:
        """The Message-ID of each mail, with its angle brackets, empty where there is none; vanished ones are absent."""
        return imap_fetch.message_ids(self._dialogue, sorted(set(uids)))

    def identities(self, uids: Iterable[int]) -> dict[int, Identity]:
        """What each mail is known by, whatever its UID; vanished ones are absent."""
        return imap_fetch.identities(self._dialogue, sorted(set(uids)))

    def headers(self, uids: Iterable[int]) -> dict[int, bytes]:
        """The header block of each mail; vanished ones are absent."""
        return imap_fetch.headers(self._dialogue, sorted(set(uids)))

    def noop(self) -> None:
        """Ask for nothing: proves that the server is there, and lets it tell what is new."""
        with self._dialogue.asking("NOOP", timeouts.command()):
            self._dialogue.expect_ok(self._machine.noop())

    def idle(self, seconds: float, wake: socket.socket | Callable[[], bool] | None = None) -> bool:
        """Wait until the server tells of a change (True), or time is up or somebody wakes us (False).

        A hint and no more: whoever calls looks for himself afterwards, with :meth:`search`, and :meth:`noop` before it
        if nothing was told. The server is asked again every five minutes; one without IDLE (RFC 2177) is only waited for.

        :param wake: a socket that becomes readable (the other end of a ``socket.socketpair()``), noticed at once, or a
            function that is asked ten times a second.
        """
        return imap_idle.idle(self._dialogue, seconds, wake)

    def abort(self) -> None:
        """Cut the line, from any thread: a command on its way fails at once."""
        self._dialogue.wire.abort()

    def close(self) -> None:
        """Log out and let go; never raises, and does not wait long."""
        with contextlib.suppress(MailError):
            if self.alive:
                with self._dialogue.asking("LOGOUT", timeouts.farewell()):
                    self._machine.logout()
        self._dialogue.wire.close()

    def __enter__(self) -> ImapSession:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _search(self, keys: list[bytes]) -> list[int]:
        """SEARCH; text goes as literal or quoted string, and more than one answer line counts."""
        with self._dialogue.asking("UID SEARCH", timeouts.command(), _LIST_LIMIT):
            return self._dialogue.search(keys)

    def _add_flag(self, uids: list[int], flag: bytes) -> None:
        for batch in batches(uids):
            with self._dialogue.asking("UID STORE", timeouts.command(), _LIST_LIMIT):
                self._dialogue.expect_ok(self._machine.uid("STORE", _joined(batch), "+FLAGS.SILENT", flag.decode()))

    def _carry(self, uids: list[int], name: bytes, moving: bool) -> None:
        command = "MOVE" if moving else "COPY"
        with self._dialogue.asking(f"UID {command}", timeouts.command(), _LIST_LIMIT):
            self._dialogue.expect_ok(self._machine.uid(command, _joined(uids), quoted(name.decode()).decode()))

    def _search_ourselves(self, search: Mapping[str, Any], unseen_only: bool, first_uid: int | None) -> list[int]:
        """The server (Exchange, for one) knows no UTF-8: it looks for the rest, we for texts beyond ASCII."""
        ours = beyond_ascii(search)
        theirs = {name: value for name, value in search.items() if name not in ours}
        candidates = self._search(criteria(theirs, unseen_only=unseen_only, first_uid=first_uid))
        candidates = [uid for uid in candidates if first_uid is None or uid >= first_uid]
        fetched = self.fetch(candidates, maximum_size=_LOCAL_SEARCH_LIMIT if "body" in ours else 0)
        return [each.uid for each in fetched if matches(ours, parse(each.raw or each.header))]

    def _missing(self, error: MailError, name: bytes) -> bool:
        """Whether a command was refused because its target folder does not exist."""
        if not self.alive or error.reply is None:
            return False
        return error.reply.enhanced in ("TRYCREATE", "NONEXISTENT") or (
            error.reply.enhanced is None and not self._exists(name)
        )

    def _exists(self, name: bytes) -> bool:
        with self._dialogue.asking("LIST", timeouts.command()):
            return bool(self._client.list_folders(b"", name))

    def _why_not(self, error: MailError, folder: str, name: bytes) -> MailError:
        """What a refused SELECT means."""
        if not self.alive or error.reply is None or error.code in ("folder-read-only", "server-said-goodbye"):
            return error
        if self._missing(error, name):
            return self._broken("folder-missing", reply=error.reply, folder=folder)
        if error.reply.enhanced is None or isinstance(error, Rejected):
            return self._broken("folder-refused", reply=error.reply, folder=folder, reason=error.reply.text)
        return error

    def _broken(self, code: str, *, reply: Reply | None = None, **arguments: str) -> AccountBroken:
        server = self.server
        return AccountBroken(code, account=server.account or None, reply=reply, host=server.host, **arguments)


def _joined(uids: list[int]) -> str:
    return ",".join(map(str, uids))


def _encoded(folder: str) -> bytes:
    return on_the_wire(safe(folder, "folder name"))
