"""Receiving over POP3: a short session per poll. What is to be deleted after settling is deleted in a session of its own.

POP3 has no flags and no folders: the ledger alone decides what is new. A mail's key is its UIDL and size; where a server has no UIDL, or
gives one to two mails, a hash of the header block stands in for it.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections import Counter
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future

from mailflow_gui.engine.gates import Gate
from mailflow_gui.engine.receiving import Receiving
from mailflow_gui.engine.watching import MAXIMUM_SIZE, Fetched, Tools, Watching, begin
from mailflow_gui.errors import Recoverable
from mailflow_gui.flow.item import AfterReceiving
from mailflow_gui.journal import watches
from mailflow_gui.journal.items import ItemRow
from mailflow_gui.mail.pop3 import Listed, Pop3Session


class ReceivingPop3(Receiving):
    """One POP3 maildrop."""

    def __init__(
        self,
        gate: Gate,
        folder: str,
        tools: Tools,
        ended: Callable[[Receiving], None],
        connect: Callable[[str], Pop3Session],
    ) -> None:
        super().__init__(gate, folder, tools, ended)
        self._open_session = connect
        self._session: Pop3Session | None = None
        self._listed: dict[str, Listed] = {}

    def _connect(self) -> None:
        if self._session is not None and self._session.alive:
            return
        if self.gate.closed is None and self.gate.wait > 0 and self.gate.trouble is not None:
            raise self.gate.trouble
        self._session = session = self.gate.open(self._open_session)
        self._listed = _keyed(session)

    def _disconnect(self, *, broken: bool = False) -> None:
        session, self._session = self._session, None
        if session is not None:
            if broken:
                session.abandon()
            else:
                session.close()

    def _poll(self, watching: Watching) -> int:
        session = self._session
        if session is None:
            return 0
        begin(watching, self.tools.journal, None, 1, present=lambda: list(self._listed))
        found = list(self._listed)
        if watching.watch.process_once:
            known = watches.taken(self.tools.journal.read(), watching.row.id, 0, found)
            found = [key for key in found if key not in known]
        else:
            passed_over = self._passed_over(watching)
            found = [key for key in found if key not in passed_over]
        limit = watching.watch.maximum if watching.watch.maximum > 0 else len(found)
        watching.ahead = list(found[limit:])
        count = 0
        last: Future[int | None] | None = None
        with contextlib.closing(self._mails(session, found[:limit])) as mails:
            for mail in mails:
                if self._stopping.is_set() or watching.running.stopping.is_set():
                    break
                taken = self._take_on(watching, mail)
                if taken is None:
                    break
                last = taken
                count += 1
        if last is not None:
            last.result()
        return count

    def _mails(self, session: Pop3Session, keys: Sequence[str]) -> Generator[Fetched, None, None]:
        """Whole mails, those that fit asked for together; of one that is too large, the header."""
        small: list[tuple[str, Listed]] = []
        for key in keys:
            listed = self._listed[key]
            if listed.size <= MAXIMUM_SIZE:
                small.append((key, listed))
                continue
            yield from self._whole(session, small)
            small = []
            with contextlib.suppress(Recoverable):  # gone since it was listed
                yield Fetched(key, (), listed.size, None, session.header(listed.number))
        yield from self._whole(session, small)

    def _whole(self, session: Pop3Session, mails: Sequence[tuple[str, Listed]]) -> Generator[Fetched, None, None]:
        keys = {listed.number: key for key, listed in mails}
        for listed, raw in session.fetch_many([listed for _key, listed in mails], MAXIMUM_SIZE):
            if raw is not None:
                yield Fetched(keys[listed.number], (), len(raw), raw, b"")

    def _act(self, action: AfterReceiving, rows: Sequence[ItemRow]) -> None:
        """Delete, in this session; only its end makes it true. The other actions mean nothing here."""
        session = self._session
        if session is None or action.action != "delete":
            return
        for row in rows:
            listed = self._listed.get(str(row.uid))
            if listed is not None:
                with contextlib.suppress(Recoverable):  # gone already
                    session.delete(listed.number)
        session.close()
        self._session = None
        self._connect()

    def _rest(self, seconds: float) -> bool:
        # A maildrop is locked while a session is open, and shows no new mail: never keep one between polls.
        self._disconnect()
        self._sleep(seconds)
        return False


def _keyed(session: Pop3Session) -> dict[str, Listed]:
    """The mails of a maildrop by their lasting keys, in the server's order."""
    listed = session.list()
    names = Counter(mail.uidl for mail in listed)
    keyed: dict[str, Listed] = {}
    for mail in listed:
        if mail.uidl and names[mail.uidl] == 1:
            key = f"{mail.uidl}:{mail.size}"
        else:
            try:
                header = session.header(mail.number)
            except Recoverable:
                continue
            key = f"header-{hashlib.sha256(header).hexdigest()[:32]}:{mail.size}"
        while key in keyed:  # two mails alike to the last byte of their headers
            key += "+"
        keyed[key] = mail
    return keyed
