"""Receiving over IMAP: new mail by UID, oldest first; flags by UID once items have settled."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mailflow_gui.engine import renumbering
from mailflow_gui.engine.gates import Gate
from mailflow_gui.engine.receiving import Receiving
from mailflow_gui.engine.watching import MAXIMUM_SIZE, Fetched, Tools, Watching, begin
from mailflow_gui.errors import MailError, MailFlowError, Rejected
from mailflow_gui.flow.item import AfterReceiving
from mailflow_gui.journal import watches
from mailflow_gui.journal.items import ItemRow
from mailflow_gui.mail import imap_fetch, timeouts
from mailflow_gui.mail.imap import ImapSession, Selected

log = logging.getLogger(__name__)

IDLE_FROM = 1.0
"""Seconds of waiting from which IDLE is worth its round trips."""
KEEP = 300.0
"""Seconds for which a session without IDLE is kept open between polls."""


@dataclass(frozen=True)
class _Live:
    session: ImapSession
    selected: Selected


class ReceivingImap(Receiving):
    """One IMAP folder."""

    def __init__(
        self,
        gate: Gate,
        folder: str,
        tools: Tools,
        ended: Callable[[Receiving], None],
        connect: Callable[[str], ImapSession],
    ) -> None:
        super().__init__(gate, folder, tools, ended)
        self._open_session = connect
        self._live: _Live | None = None
        self._idles = True
        """Whether the server takes IDLE, for all that we know."""
        self._told = False
        """IDLE has ended with news, and nothing was asked since."""
        self._looked_last = False
        """Whether the last thing we asked was what is new. A server tells of a new mail once, in the answer to whatever we ask: only then
        would IDLE tell of all that we haven't seen."""

    def _connect(self) -> None:
        if self._live is not None and self._live.session.alive:
            return
        if self.gate.closed is None and self.gate.wait > 0 and self.gate.trouble is not None:
            raise self.gate.trouble
        session = self.gate.open(self._open_session)
        session.lay_aside(self.tools.journal.lay_aside)
        self._folder_trouble = None
        try:
            self._live = _Live(session, session.select(self.folder))
        except MailError as error:
            session.close()
            if not error.code.startswith("folder-"):
                raise
            self._folder_failed(error)

    def _numbers_fit(self, watching: Watching) -> bool:
        return self._live is None or self._live.selected.uid_validity == watching.row.uid_validity

    def _disconnect(self, *, broken: bool = False) -> None:
        live, self._live = self._live, None
        if live is not None:
            if broken:
                live.session.abort()
            live.session.close()

    def _poll(self, watching: Watching) -> int:
        live = self._live
        if live is None:
            return 0
        begin(
            watching,
            self.tools.journal,
            live.selected.uid_validity,
            live.selected.uid_next,
            adopt=lambda: self._adopt(watching, live),
        )
        if not watching.ahead:
            if not self._told:  # else the server has just said what there is, and NOOP would only take its time
                live.session.noop()
            self._told = False
            self._looked_last = True
            watching.ahead = list(self._search(watching, live.session))
        limit = watching.watch.maximum if watching.watch.maximum > 0 else len(watching.ahead)
        batch = [int(uid) for uid in watching.ahead[:limit]]
        watching.ahead = watching.ahead[limit:]
        try:
            count = self._fetch(watching, live.session, batch) if batch else 0
            self._looked_last = not batch
        except MailFlowError:
            watching.ahead = []  # else the next batch would raise the low water over what is still to be fetched
            raise
        self._note_low_water(watching, batch)
        return count

    def _search(self, watching: Watching, session: ImapSession) -> Sequence[int]:
        """UIDs that this watch hasn't taken on yet, oldest first."""
        row, watch = watching.row, watching.watch
        first = (row.low_water if self._steady(watching) else row.baseline) + 1
        found = session.search(watch.search, unseen_only=watch.unseen_only, first_uid=first)
        if not watch.process_once:
            passed_over = self._passed_over(watching)
            return [uid for uid in found if uid not in passed_over]
        known = watches.taken(self.tools.journal.read(), row.id, row.uid_validity or 0, found)
        return [uid for uid in found if uid not in known]

    def _adopt(self, watching: Watching, live: _Live) -> bool:
        watch = watching.watch
        return renumbering.adopt(
            watching,
            self.tools.journal,
            live.session,
            live.selected,
            lambda: live.session.search(watch.search, unseen_only=watch.unseen_only),
        )

    def _steady(self, watching: Watching) -> bool:
        """Whether mail once passed over stays passed over, so that only higher UIDs need a look."""
        watch = watching.watch
        return watch.process_once and not watch.unseen_only and not watch.search

    def _fetch(self, watching: Watching, session: ImapSession, uids: Sequence[int]) -> int:
        unread = watching.watch.unseen_only
        return self._take_all_on(
            watching,
            (
                _fetched(mail)
                for mail in session.fetch(uids, maximum_size=MAXIMUM_SIZE)
                if not (unread and r"\Seen" in mail.flags)  # somebody has read it since the search
            ),
        )

    def _note_low_water(self, watching: Watching, batch: Sequence[int]) -> None:
        if batch and self._steady(watching) and not watching.running.stopping.is_set() and not self._stopping.is_set():
            row_id, highest = watching.row.id, batch[-1]
            self.tools.journal.write(lambda transaction: watches.raise_low_water(transaction, row_id, highest))
            watching.row = watches.with_low_water(watching.row, highest)

    def _act(self, action: AfterReceiving, rows: Sequence[ItemRow]) -> None:
        live = self._live
        if live is None:
            return
        uids = [int(row.uid) for row in rows]
        if not uids:
            return
        self._looked_last = False
        if action.action == "mark-seen":
            live.session.mark_seen(uids)
        elif action.action == "move":
            live.session.move(uids, action.folder or "")
        elif action.action == "delete":
            live.session.delete(uids)

    def _wants_idle(self) -> bool:
        return self._idles and any(watching.watch.idle and not watching.done for watching in self._watchings)

    def _rest(self, seconds: float) -> bool:
        live = self._live
        if live is not None and live.session.alive:
            if seconds >= IDLE_FROM and self._wants_idle():
                if not self._looked_last:
                    return True
                longest = timeouts.idle_renewal()
                try:
                    self._told = news = live.session.idle(min(seconds, longest), self._wake_reader)
                    return news or seconds > longest  # IDLE is a hint only: look for ourselves now and then
                except MailError as error:
                    if not live.session.alive or error.reply is None:
                        self._failed(error)
                        return False
                    log.info("%s takes no IDLE: it is only polled from now on", self.gate.account)
                    self._idles = False
            if seconds > KEEP:
                self._disconnect()
        self._sleep(seconds)
        return False


def _fetched(mail: imap_fetch.Fetched) -> Fetched:
    refusal = Rejected("received-refused", reply=mail.refused, reason=mail.refused.text) if mail.refused else None
    return Fetched(mail.uid, mail.flags, mail.size, mail.raw, mail.beginning, refusal, mail.thread)
