"""What a receiving session serves: the watches of all flows on one folder, and taking their mails on."""

from __future__ import annotations

import hashlib
import logging
import math
import sqlite3
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from mailflow_gui.engine import loop_guard, settling
from mailflow_gui.engine.budget import Budget
from mailflow_gui.engine.compiled import Step
from mailflow_gui.engine.events import Events
from mailflow_gui.engine.work import RunningFlow, Work
from mailflow_gui.errors import JournalError, MailFlowError, Rejected
from mailflow_gui.flow.item import Watch
from mailflow_gui.journal import deliveries, items, threads, watches
from mailflow_gui.journal.items import ItemRow, Received
from mailflow_gui.journal.journal import Journal, Transaction
from mailflow_gui.journal.watches import WatchKey, WatchRow
from mailflow_gui.journal.written import Written
from mailflow_gui.mail.fingerprint import header_hash_of
from mailflow_gui.mail.message import MailMessage
from mailflow_gui.mail.parse import parse
from mailflow_gui.mail.swift import swift

log = logging.getLogger(__name__)

_NOTE_PAUSE = 1.0

_LARGEST_NUMBER = 2**63 - 1
"""What SQLite can hold; a server may announce anything."""

MAXIMUM_SIZE = 50 * 1024 * 1024
"""Bytes of a mail that is taken on whole; of a larger one only the header is kept, and it is a dead letter."""


@dataclass(frozen=True)
class Tools:
    """What every receiving thread works with."""

    journal: Journal
    events: Events
    budget: Budget
    deliver: Callable[[Sequence[Work]], None]
    crashed: Callable[[BaseException], None]


@swift
@dataclass(frozen=True)
class Fetched:
    """A mail as it came from a server, of either protocol."""

    uid: int | str
    flags: tuple[str, ...]
    size: int
    raw: bytes | None
    """None: too large, or the server wouldn't give it."""
    header: bytes
    """The header block, where ``raw`` is None."""
    refusal: MailFlowError | None = None
    thread: str = ""
    """The server's own name of its thread."""
    header_hash: str = ""
    """The hash of its header block, where somebody has made it already."""

    @property
    def kept_size(self) -> int:
        """Bytes that are kept of it."""
        return len(self.raw if self.raw is not None else self.header)


@dataclass
class Watching:
    """One watch that a session serves. Only the session's thread changes it."""

    running: RunningFlow
    step: Step
    watch: Watch
    row: WatchRow
    due: float = 0.0
    """When its next poll is due (monotonic seconds)."""
    ahead: list[int | str] = field(default_factory=list)
    """Mails found by the last search that are still to be fetched."""
    polls: int = 0
    repeated: set[int | str] = field(default_factory=set)
    """Without the ledger: what this run has taken on, so that *until idle* ends."""
    done: bool = False
    """It makes no further polls in this run."""
    present: set[str] | None = None
    """POP3: the keys of the known mails that were in the maildrop at the last look; None: not read from the journal yet."""
    noted: float = -math.inf
    """When the journal was last told that looking works (monotonic seconds), if nothing has failed since."""
    heard: float = field(default_factory=time.monotonic)
    """When it was last looked at with success, or a mail was taken on (monotonic seconds)."""
    silent: bool = False
    """It has been told that nothing was heard for too long."""
    set_aside: bool = False
    """Its last poll found that it can't go on, though the session can."""

    def finish(self, trouble: MailFlowError | None = None) -> None:
        """Make no further polls."""
        self.done = True
        self.running.end_polling(self.step.id, trouble)


def note_success(watching: Watching, journal: Journal) -> None:
    """A poll has succeeded: in the journal at most once in :data:`_NOTE_PAUSE` seconds, for a commit holds up the mails that come."""
    now = time.monotonic()
    if now - watching.noted >= _NOTE_PAUSE:
        watching.noted = now
        journal.write(lambda transaction: watches.checked(transaction, watching.row.id))


def note_failure(watchings: Sequence[Watching], account: str, error: MailFlowError, journal: Journal) -> None:
    """What kept a session with these watches from its work."""
    for watching in watchings:
        watching.noted = -math.inf
    first = watchings[0]
    journal.write(
        lambda transaction: deliveries.note(
            transaction, error, flow=first.running.key, operation="receive", node=first.step.id, account=account
        )
    )


def open_watching(journal: Journal, running: RunningFlow, step: Step) -> Watching:
    """Begin to serve a source.

    :raises JournalError: nobody has decided yet what existing mail means, after the journal was lost.
    """
    watch = running.flow.watch(step)
    key = WatchKey(running.key, step.id, watch.account, watch.folder, running.dry)
    row = journal.write(lambda transaction: watches.watch(transaction, key)).result()
    journal.know_account(watch.account)
    return Watching(running, step, watch, row)


def begin(
    watching: Watching,
    journal: Journal,
    uid_validity: int | None,
    uid_next: int,
    *,
    present: Callable[[], list[str]] = list,
    adopt: Callable[[], bool] | None = None,
) -> None:
    """Compare the folder with what the journal knows of it, and begin in it if it is new.

    ``uid_next``: IMAP; ``present``: POP3, gives the keys of all mails there. ``adopt``: finds the known mails under their new UIDs in a
    folder that has got a new UIDVALIDITY; False if it can't be sure.

    :raises JournalError: the folder isn't the one that the journal knows (``uidvalidity-changed``), or the journal was lost
        (``journal-lost``) or is an older backup (``journal-older``): a person must decide.
    """
    row = watching.row
    if row.started and row.uid_validity == uid_validity and not row.restored:
        return
    row = journal.write(
        lambda transaction: watches.watch(transaction, row.key)
    ).result()  # somebody may have decided since
    if row.restored:
        raise JournalError("journal-older", account=watching.watch.account, folder=watching.watch.folder)
    if row.started and row.uid_validity == uid_validity:
        watching.row = row
        return
    code = "uidvalidity-changed" if row.started and watching.watch.process_once else "journal-lost"
    if code == "uidvalidity-changed" and adopt is not None and adopt():
        watching.ahead = []
        watching.row = journal.write(lambda transaction: watches.watch(transaction, row.key)).result()
        return
    if code == "uidvalidity-changed" or (row.lost and not row.started and row.existing is None):
        journal.write(lambda transaction: watches.ask(transaction, row.id)).result()
        raise JournalError(code, account=watching.watch.account, folder=watching.watch.folder)
    existing = row.existing or watching.watch.existing_mail
    skip = existing == "skip"
    baseline = uid_next - 1 if skip and uid_validity is not None else 0
    skipped = present() if skip and uid_validity is None else []
    journal.write(lambda transaction: watches.begin(transaction, row.id, uid_validity, baseline, skipped)).result()
    watching.ahead = []  # UIDs of a folder that is no more
    watching.row = WatchRow(
        id=row.id,
        key=row.key,
        uid_validity=uid_validity,
        baseline=baseline,
        low_water=baseline,
        started=True,
        existing=None,
        restored=False,
        lost=row.lost,
    )


def take_on(watching: Watching, mails: Sequence[Fetched], tools: Tools) -> Written[list[ItemRow | None]]:
    """Keep mails in the journal and, once they are durable, put their items on their way: in one go, in the order of the mails.

    The caller has taken their sizes from the budget. What is returned is done when the items are on their way: a run that has nothing left
    to receive must find them in memory, else it would end before them.
    """
    taken = [_received(watching, fetched) for fetched in mails]
    if not watching.watch.process_once:
        watching.repeated.update(fetched.uid for fetched in mails)
    on_their_way: Written[list[ItemRow | None]] = Written()

    def go_on(done: Written[list[ItemRow | None]]) -> None:
        try:
            _kept(done, watching, taken, tools)
        finally:
            on_their_way.end_as(done)

    tools.journal.write(lambda transaction: _keep(transaction, watching, taken)).add_done_callback(go_on)
    return on_their_way


@swift
@dataclass(frozen=True)
class _Taken:
    """A mail between its fetching and its row in the journal."""

    message: MailMessage
    received: Received
    refusal: MailFlowError | None

    @property
    def size(self) -> int:
        """Bytes taken from the budget."""
        return len(self.received.raw)


def _received(watching: Watching, fetched: Fetched) -> _Taken:
    running, row = watching.running, watching.row
    raw = fetched.raw if fetched.raw is not None else fetched.header
    message = parse(raw, fetched.flags)
    incomplete: MailFlowError | None = None
    if fetched.raw is None:
        incomplete = fetched.refusal or Rejected("received-too-large", size=fetched.size, maximum=MAXIMUM_SIZE)
    received = Received(
        watch=row.id,
        flow=running.key,
        node=watching.step.id,
        account=row.key.account,
        folder=row.key.folder,
        uid_validity=row.uid_validity,
        uid=fetched.uid,
        key=_key(watching, fetched.uid, message),
        version=running.version,
        run=running.run,
        dry=running.dry,
        once=watching.watch.process_once,
        flags=fetched.flags,
        message_id=message.message_id,
        subject=message.subject,
        sender=str(message.from_[0]) if message.from_ else "",
        size=min(fetched.size, _LARGEST_NUMBER),
        raw=raw,
        thread=fetched.thread,
        incomplete=incomplete,
        header=fetched.header_hash or header_hash_of(message),
        parents=threads.parents_of(message.in_reply_to, message.references),
    )
    refusal: MailFlowError | None = loop_guard.refusal(message, running.key)
    if received.incomplete is not None and not (watching.step.on_error and refusal is None):
        refusal = received.incomplete
    return _Taken(message, received, refusal)


def _keep(transaction: Transaction, watching: Watching, taken: Sequence[_Taken]) -> list[ItemRow | None]:
    if watching.watch.threads == "all":  # as nearly all sources have it
        rows = _receive(transaction, taken)
        for each, item in zip(taken, rows, strict=True):
            if each.refusal is not None and item is not None:
                _bury(transaction, Work(watching.running, item, each.message, each.size), each.refusal)
        return rows
    row = watching.row
    wanted = [each for each in taken if _wanted(transaction.database, watching, each.message)]
    kept = {id(each): item for each, item in zip(wanted, _receive(transaction, wanted), strict=True)}
    for each in taken:
        if id(each) not in kept:
            received = each.received
            watches.pass_over(
                transaction,
                row.id,
                received.uid_validity or 0,
                received.uid,
                message_id=received.message_id,
                header=received.header,
            )
        elif (found := kept[id(each)]) is not None and each.refusal is not None:
            _bury(transaction, Work(watching.running, found, each.message, each.size), each.refusal)
    return [kept.get(id(each)) for each in taken]


def _receive(transaction: Transaction, taken: Sequence[_Taken]) -> list[ItemRow | None]:
    return items.receive_all(transaction, [each.received for each in taken])


def _wanted(database: sqlite3.Connection, watching: Watching, message: MailMessage) -> bool:
    """Whether a mail is of the conversations that the source is for (``threads``, where that isn't ``all``)."""
    threads = watching.watch.threads
    answered = tuple(dict.fromkeys((*message.in_reply_to, *reversed(message.references))))[:100]
    if threads == "first" or not answered:
        return threads == "first" and not answered
    senders = deliveries.senders_of(database, answered, watching.running.key)
    # "One of its nodes": those that this source's own items reach.
    return bool(senders if threads == "replies-to-flow" else senders & watching.running.flow.behind(watching.step))


def _kept(written: Written[list[ItemRow | None]], watching: Watching, taken: Sequence[_Taken], tools: Tools) -> None:
    """In the journal's thread, once the mails are durable."""
    rows: list[ItemRow | None] = [None] * len(taken) if written.exception() is not None else written.result()
    running = watching.running
    new = [row for row in rows if row is not None]
    if new:
        running.count_received(len(new))
        running.nodes.passed(watching.step.id, received=len(new), sent=len(new))
    if tools.events.heard:
        for row in new:
            tools.events.publish(
                "received",
                flow=running.name,
                node=watching.step.id,
                item=row.id,
                subject=row.subject,
                sender=row.sender,
                size=row.size,
            )
    works = []
    for each, found in zip(taken, rows, strict=True):
        if found is not None and each.refusal is None:
            running.enter(found.id)
            works.append(Work(running, found, each.message, each.size))
            continue
        tools.budget.give_back(each.size)
        if found is not None and each.refusal is not None:
            running.leave(found.id, "failed")
            tools.events.publish("failed", flow=running.name, item=found.id, code=each.refusal.code)
    if works:
        tools.deliver(works)


def _bury(transaction: Transaction, work: Work, error: MailFlowError) -> None:
    """A mail that can't be taken on whole becomes a dead letter at once and never holds up the others."""
    row = work.row
    deliveries.note(
        transaction, error, flow=row.flow, operation="receive", item=row.id, node=row.node, account=row.account
    )
    items.put_error(transaction, row.id, error, "reject-message")
    items.settle(transaction, row.id, "failed", flagging=settling.flagging(work, "failed"))


def _key(watching: Watching, uid: int | str, message: MailMessage) -> str:
    """Hash of flow, node and source: the same on every machine that runs this file on this mailbox."""
    row = watching.row
    source = row.key
    name = f"{source.flow}\n{source.node}\n{source.folder}\n{row.uid_validity}\n{uid}\n{message.message_id}"
    if not watching.watch.process_once:
        name += f"\n{watching.running.run}:{watching.polls}:{time.time_ns()}"
    return hashlib.sha256(name.encode("utf-8", "surrogateescape")).hexdigest()[:40]
