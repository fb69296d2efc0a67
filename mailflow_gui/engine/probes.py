"""Probes: ways to find out whether a mail in doubt has been sent.

A probe answers *arrived* (the mail was found by its Message-ID), *absent* (it was not sent, for sure: only a probe that sees all that a
server has accepted may say so), or *unknown*. The probe that is always there looks into mailboxes, where not to find a mail says nothing.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from mailflow_gui.accounts.account import Account
from mailflow_gui.accounts.sessions import Sessions
from mailflow_gui.accounts.store import AccountStore
from mailflow_gui.engine.gates import Gates
from mailflow_gui.errors import MailFlowError
from mailflow_gui.journal import doubts
from mailflow_gui.journal.doubts import Doubt
from mailflow_gui.journal.journal import Journal
from mailflow_gui.mail.folders import sent_folder
from mailflow_gui.mail.imap import ImapSession

log = logging.getLogger(__name__)

Answer = Literal["arrived", "absent", "unknown"]
Probe = Callable[[Doubt], Answer]
"""Called from one thread at a time; may take as long as a few commands to a server. What it raises counts as *unknown*."""


@dataclass(frozen=True)
class Place:
    """A mailbox in which a mail would lie if it had been sent."""

    account: str
    folder: Literal["sent", "inbox"]


def places(doubt: Doubt, accounts: Iterable[Account]) -> list[Place]:
    """Where to look: the Sent folder that gets a copy, the sender's own Sent folder, and the mailboxes of recipients that are ours.

    The Sent folders only where the mail was given to a server but once: a copy there doesn't tell to whom it went.
    """
    known = [account for account in accounts if account.protocol == "imap"]
    found = []
    if not doubt.given_before:
        found += [Place(account.id, "sent") for account in known if account.id == doubt.copy_to]
        found += [Place(account.id, "sent") for account in known if is_mailbox_of(account, doubt.sender)]
    for recipient in doubt.recipients:
        found += [Place(account.id, "inbox") for account in known if is_mailbox_of(account, recipient)]
    return list(dict.fromkeys(found))


def is_mailbox_of(account: Account, address: str) -> bool:
    """Whether mail to ``address`` lies in ``account``, as far as its user name says."""
    user, wanted = account.username.casefold(), address.casefold()
    if "@" in user:
        return user == wanted
    local, _at, domain = wanted.rpartition("@")
    host = account.host.casefold()
    return bool(user) and user == local and (host == domain or host.endswith(f".{domain}"))


class Mailboxes:
    """The probe that looks into this home's journal and IMAP accounts. Keeps its sessions for as long as :meth:`looking` lasts."""

    def __init__(self, journal: Journal, accounts: AccountStore, gates: Gates, sessions: Sessions) -> None:
        self._journal = journal
        self._accounts = accounts
        self._gates = gates
        self._sessions = sessions
        self._open: dict[str, ImapSession | None] = {}

    def can_look(self, doubt: Doubt) -> bool:
        """Whether there is a mailbox to look into."""
        try:
            return bool(places(doubt, self._accounts.all()))
        except MailFlowError as error:  # asked while an answer is noted: that must not fail
            log.warning("the accounts can't be read just now: %s", error)
            return True

    @contextlib.contextmanager
    def looking(self) -> Iterator[None]:
        """Around some questions in a row."""
        try:
            yield
        finally:
            for session in self._open.values():
                if session is not None:
                    session.close()
            self._open.clear()

    def __call__(self, doubt: Doubt) -> Answer:
        """Look for the Message-ID."""
        if not doubt.given_before and doubts.received_here(self._journal.read(), doubt.message_id):
            return "arrived"
        for place in places(doubt, self._accounts.all()):
            try:
                if self._finds(place, doubt.message_id):
                    return "arrived"
            except MailFlowError as error:
                log.info("no answer from %s about a mail in doubt: %s", place.account, error)
        return "unknown"

    def _finds(self, place: Place, message_id: str) -> bool:
        if place.account not in self._open:
            self._open[place.account] = None  # asked once in a row, whatever comes of it
            self._open[place.account] = self._gates.of(place.account).open(self._sessions.imap)
        session = self._open[place.account]
        if session is None or not session.alive:
            return False
        folder = sent_folder(session.folders()) if place.folder == "sent" else "INBOX"
        return folder is not None and bool(session.find_message_id(folder, message_id))
