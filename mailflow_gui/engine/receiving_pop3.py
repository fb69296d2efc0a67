"""Receiving over POP3: a short session per poll. What is to be deleted after settling is deleted in a session of its own.

POP3 has no flags and no folders: the ledger alone decides what is new (:mod:`mailflow_gui.engine.maildrop` tells how mails are known).
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator, Sequence

from mailflow_gui.engine import flagging
from mailflow_gui.engine.gates import Gate
from mailflow_gui.engine.maildrop import Looked, Maildrop, look
from mailflow_gui.engine.receiving import Receiving
from mailflow_gui.engine.watching import MAXIMUM_SIZE, Fetched, Tools, Watching, begin
from mailflow_gui.errors import Recoverable, Rejected, Transient
from mailflow_gui.flow.item import AfterReceiving
from mailflow_gui.journal import maildrops
from mailflow_gui.journal.items import ItemRow
from mailflow_gui.journal.journal import Transaction
from mailflow_gui.journal.maildrops import Key
from mailflow_gui.mail.fingerprint import header_hash
from mailflow_gui.mail.pop3 import Listed, Pop3Session

Wanted = tuple[Listed, str | None]
"""A mail to be fetched, and its key if that had to be made before."""


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
        self._maildrop: Maildrop | None = None

    def _connect(self) -> None:
        if self._maildrop is not None and self._maildrop.session.alive:
            return
        if self.gate.closed is None and self.gate.wait > 0 and self.gate.trouble is not None:
            raise self.gate.trouble
        session = self.gate.open(self._open_session)
        session.lay_aside(self.tools.journal.lay_aside)
        try:
            self._maildrop = Maildrop(session)
        except BaseException:
            session.abandon()
            raise

    def _disconnect(self, *, broken: bool = False) -> None:
        maildrop, self._maildrop = self._maildrop, None
        if maildrop is not None:
            if broken:
                maildrop.session.abandon()
            else:
                maildrop.session.close()

    def _poll(self, watching: Watching) -> int:
        maildrop = self._maildrop
        if maildrop is None:
            return 0
        begin(watching, self.tools.journal, None, 1, present=maildrop.all_keys)
        found = self._unknown(watching, maildrop)
        limit = watching.watch.maximum if watching.watch.maximum > 0 else len(found)
        watching.ahead = [key or str(mail.number) for mail, key in found[limit:]]
        with contextlib.closing(_fetched(maildrop.session, found[:limit])) as mails:
            return self._take_all_on(watching, mails, lambda taken: _note_present(watching, taken))

    def _unknown(self, watching: Watching, maildrop: Maildrop) -> list[Wanted]:
        """What this watch doesn't know yet, in the server's order."""
        database, watch_id = self.tools.journal.read(), watching.row.id
        if not watching.watch.process_once:
            return look(maildrop, set(map(str, self._passed_over(watching))), lambda _uidl: ()).new
        if watching.present is None:
            watching.present = maildrops.present(database, watch_id)
        looked = look(maildrop, watching.present, lambda uidl: maildrops.with_uidl(database, watch_id, uidl))
        if looked.gone or looked.back or looked.renamed:
            self.tools.journal.write(lambda transaction: _note(transaction, watch_id, looked)).result()
            watching.present -= looked.gone | {old for old, _new in looked.renamed}
            watching.present |= looked.back | {new for _old, new in looked.renamed}
        return looked.new

    def _act(self, action: AfterReceiving, rows: Sequence[ItemRow]) -> None:
        """Delete; only a session's end makes it true. The other actions mean nothing here."""
        if action.action != "delete" or not rows:
            return
        left = list(rows)
        for _attempt in range(
            2
        ):  # a name that isn't found may have been damaged on its way: it is looked for in a second list
            if left and self._maildrop is not None:
                left = self._remove(left)

    def _remove(self, rows: Sequence[ItemRow]) -> list[ItemRow]:
        """Delete what is found, and begin a new session; returns what isn't found."""
        maildrop = self._maildrop
        assert maildrop is not None
        found = maildrop.find(str(row.uid) for row in rows)
        refused: list[tuple[ItemRow, Recoverable]] = []
        for row in rows:
            if (mail := found.get(str(row.uid))) is not None:
                try:
                    maildrop.session.delete(mail.number)
                except Recoverable as error:
                    refused.append((row, error))
        self._maildrop = None
        maildrop.session.close()
        for row, reason in refused:
            flagging.note_refused(self.tools.journal, [row], reason)
        kept = {row.id for row, _reason in refused}
        # Not those that weren't found: they may have another name by now, and are told by their headers then.
        self._note_deleted([row for row in rows if str(row.uid) in found and row.id not in kept])
        self._connect()
        return [row for row in rows if str(row.uid) not in found]

    def _note_deleted(self, rows: Sequence[ItemRow]) -> None:
        """Who comes next under these names is another mail."""
        if not rows:
            return
        watch_id, keys = rows[0].watch, {str(row.uid) for row in rows}
        self.tools.journal.write(
            lambda transaction: maildrops.put_gone(transaction, watch_id, keys, gone=True)
        ).result()
        for watching in self._watchings:
            if watching.row.id == watch_id and watching.present is not None:
                watching.present -= keys

    def _rest(self, seconds: float) -> bool:
        # A maildrop is locked while a session is open, and shows no new mail: never keep one between polls.
        self._disconnect()
        self._sleep(seconds)
        return False


def _note_present(watching: Watching, taken: Sequence[Fetched]) -> None:
    if watching.present is not None:
        watching.present.update(str(mail.uid) for mail in taken)


def _fetched(session: Pop3Session, wanted: Sequence[Wanted]) -> Generator[Fetched, None, None]:
    """Whole mails, those that fit asked for together; of one that is too large, the header."""
    small: list[Wanted] = []
    for mail, key in wanted:
        if mail.size <= MAXIMUM_SIZE:
            small.append((mail, key))
            continue
        yield from _whole(session, small)
        small = []
        with contextlib.suppress(Recoverable):  # gone since it was listed
            header = session.header(mail.number)
            yield Fetched(key or _key(mail, header), (), mail.size, None, header)
    yield from _whole(session, small)


def _whole(session: Pop3Session, wanted: Sequence[Wanted]) -> Generator[Fetched, None, None]:
    keys = {mail.number: key for mail, key in wanted}
    kept_back = []
    given = False
    for mail, raw in session.fetch_many([mail for mail, _key in wanted], MAXIMUM_SIZE):
        if raw is None:
            kept_back.append(mail)
        else:
            given = True
            hashed = header_hash(raw)
            key = keys[mail.number] or str(Key(mail.uidl or "", mail.size, hashed))
            yield Fetched(key, (), len(raw), raw, b"", header_hash=hashed)
    for mail in kept_back:
        try:
            raw = session.fetch(mail.number, MAXIMUM_SIZE)
        except Recoverable as error:
            if not given:
                # A mail counts as refused only beside others that were given; a server that gives none has a bad hour.
                said = error.reply.text if error.reply else error.text
                raise Transient(
                    "server-busy",
                    account=error.account,
                    reply=error.reply,
                    host=session.server.host,
                    reason=said,
                    operation="RETR",
                ) from error
            yield _refused(session, mail, keys[mail.number], error)
        else:
            given = True
            yield Fetched(keys[mail.number] or _key(mail, raw), (), len(raw), raw, b"")


def _refused(session: Pop3Session, mail: Listed, key: str | None, error: Recoverable) -> Fetched:
    """A mail that the server keeps back though it lists it: its header, if that is given."""
    header = b""
    with contextlib.suppress(Recoverable):
        header = session.header(mail.number)
    reason = error.reply.text if error.reply else error.text
    refusal = Rejected("received-refused", account=error.account, reply=error.reply, reason=reason)
    return Fetched(key or _key(mail, header), (), mail.size, None, header, refusal)


def _key(mail: Listed, raw: bytes) -> str:
    return str(Key(mail.uidl or "", mail.size, header_hash(raw)))


def _note(transaction: Transaction, watch_id: int, looked: Looked) -> None:
    maildrops.put_gone(transaction, watch_id, looked.gone, gone=True)
    maildrops.put_gone(transaction, watch_id, looked.back, gone=False)
    maildrops.rename(transaction, watch_id, looked.renamed)
