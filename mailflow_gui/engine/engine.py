"""The engine: starts and stops flows, and keeps their threads together."""

from __future__ import annotations

import functools
import logging
import os
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mailflow_gui.accounts.sessions import Sessions
from mailflow_gui.accounts.store import AccountStore
from mailflow_gui.engine import requests as asked
from mailflow_gui.engine import settling, standing, versions
from mailflow_gui.engine.binding import bind, unfit_for_pop3
from mailflow_gui.engine.budget import Budget
from mailflow_gui.engine.compiled import CompiledFlow, compile_flow
from mailflow_gui.engine.delivering import Delivering
from mailflow_gui.engine.events import Events
from mailflow_gui.engine.gates import Gates
from mailflow_gui.engine.keyring_wait import KeyringWait
from mailflow_gui.engine.looking import Looking
from mailflow_gui.engine.probes import Mailboxes, Probe
from mailflow_gui.engine.probing import Probing
from mailflow_gui.engine.receiving import Receiving
from mailflow_gui.engine.receiving_imap import ReceivingImap
from mailflow_gui.engine.receiving_pop3 import ReceivingPop3
from mailflow_gui.engine.resuming import Resuming, give_next_chance
from mailflow_gui.engine.senders import Senders
from mailflow_gui.engine.upkeep import Upkeep
from mailflow_gui.engine.watching import Tools, open_watching
from mailflow_gui.engine.work import Mode, RunningFlow, Summary, Work
from mailflow_gui.errors import AccountError, FlowFileError, JournalError, MailFlowError
from mailflow_gui.flow import file as flow_file
from mailflow_gui.flow.model import Flow
from mailflow_gui.flow.node_type import AnyNodeType
from mailflow_gui.journal import copies, flows, items
from mailflow_gui.journal.journal import Journal, Transaction

log = logging.getLogger(__name__)


class Engine:
    """Runs any number of flows in this process. Close it, or use it as a context manager."""

    def __init__(
        self,
        journal: Journal,
        accounts: AccountStore,
        sessions: Sessions,
        node_types: Sequence[AnyNodeType],
        events: Events,
        *,
        probes: Sequence[Probe] = (),
    ) -> None:
        """``probes``: further ways to find out whether a mail in doubt was sent, asked before mailboxes are looked into."""
        self._journal = journal
        self._accounts = accounts
        self._node_types = node_types
        self._events = events
        self._gates = Gates(journal, sessions, events)
        self._sessions = sessions
        self._keyring_wait = KeyringWait(self._gates, journal, sessions.keyring_state, self._wake, self._crash)
        self._budget = Budget()
        self._lock = threading.RLock()
        self._changed = threading.Condition()
        self._running: dict[tuple[str, bool], RunningFlow] = {}
        self._starting: set[tuple[str, bool]] = set()
        self._receiving: dict[tuple[str, str], Receiving] = {}
        self._failure: MailFlowError | None = None
        self._probing = Probing(
            journal,
            events,
            Mailboxes(journal, accounts, self._gates, sessions),
            probes,
            settled=self._take_up,
            changed=self._notify,
            crashed=self._crash,
        )
        self._senders = Senders(
            journal,
            accounts,
            sessions,
            self._gates,
            events,
            concluded=self._all_concluded,
            put_down=self._put_down,
            can_look=self._probing.can_look,
            changed=self._notify,
            crashed=self._crash,
        )
        self._delivering = Delivering(
            journal, send=self._senders.send, concluded=self._concluded, put_down=self._put_down, crashed=self._crash
        )
        self._delivering.start()
        self._tools = Tools(journal, events, self._budget, self._delivering.put, self._crash)
        self._resuming = Resuming(
            journal,
            self._budget,
            deliver=self._delivering.put,
            load_version=functools.partial(versions.load, journal, node_types),
            look_at_doubts=self._probing.look_at_all,
            crashed=self._crash,
        )
        asked.carry_out_all(journal)
        journal.advance()
        self._upkeep = Upkeep(journal)
        self._looking = Looking(
            journal,
            self._gates,
            events,
            self._resuming,
            flows=self._flows_now,
            receiving=self._receiving_now,
            also=(self._keyring_wait.look, self._upkeep.look),
            crashed=self._crash,
        )
        self._looking.start()

    def __enter__(self) -> Engine:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    # ---- starting and stopping

    def start(
        self, flow: Flow, path: Path | str, *, mode: Mode, dry: bool = False, bindings: Mapping[str, str] | None = None
    ) -> RunningFlow:
        """Begin a run of ``flow``, which lies at ``path``.

        :raises FlowFileError: the flow has errors.
        :raises AccountError: a connection of the flow has no account here.
        :raises JournalError: it runs already, or the journal can't be used.
        """
        bound, missing = bind(flow, self._accounts.all(), self._node_types, bindings)
        compiled = compile_flow(flow, self._node_types, bound)
        if missing:
            raise AccountError("flow-unbound", name=flow.name, first=missing[0].text, count=len(missing))
        if not compiled.sources():
            raise FlowFileError("flow-without-source", name=flow.name)
        unfit = unfit_for_pop3(compiled, self._accounts.all())
        if unfit:
            raise FlowFileError(
                "flow-has-errors", problems=unfit, name=flow.name, count=len(unfit), first=unfit[0].text
            )
        # POSIX file names are any bytes; what the journal keeps is text.
        resolved = os.fsencode(Path(path).resolve()).decode("utf-8", "backslashreplace")
        key = flows.key_of(self._journal.read(), flow.id, resolved)
        with self._lock:
            if (key, dry) in self._starting or (key, dry) in self._running:
                raise JournalError("flow-runs-already", name=flow.name)
            self._starting.add((key, dry))
        try:  # never wait for the journal with the lock held: its thread takes the lock too
            running = self._begin(compiled, key, resolved, mode, dry=dry)
            with self._lock:
                self._running[key, dry] = running
        finally:
            self._starting.discard((key, dry))
        self._events.publish("run-started", flow=flow.name, run=running.run, mode=mode, dry_run=dry)
        give_next_chance(self._journal, running)
        for mail, account in copies.owed(self._journal.read(), key).items():
            self._senders.copy(running, mail, account)
        self._watch(running)
        self._resuming.begin(running)
        return running

    def _begin(self, compiled: CompiledFlow, key: str, path: str, mode: Mode, *, dry: bool) -> RunningFlow:
        content = flow_file.dumps(compiled.flow)
        accounts = sorted(set(compiled.accounts.values()))

        def begin(transaction: Transaction) -> tuple[str, int]:
            version = flows.keep(
                transaction, key, name=compiled.flow.name, path=path, content=content, accounts=accounts
            )
            return version, flows.begin_run(transaction, key, version, mode, dry=dry)

        version, run = self._journal.write(begin).result()
        return RunningFlow(
            key=key, path=path, flow=compiled, version=version, run=run, mode=mode, dry=dry, accounts=compiled.accounts
        )

    def _watch(self, running: RunningFlow) -> None:
        for step in running.flow.sources():
            running.begin_watching(step.id)
        for step in running.flow.sources():
            watching = open_watching(self._journal, running, step)
            place = (watching.watch.account, watching.watch.folder)
            with self._lock:
                thread = self._receiving.get(place)
                if thread is None or not thread.add(watching):
                    thread = self._receiving[place] = self._new_receiving(*place)
                    thread.add(watching)
                    thread.start()

    def _new_receiving(self, account: str, folder: str) -> Receiving:
        gate = self._gates.of(account)
        if self._accounts.get(account).protocol == "pop3":
            return ReceivingPop3(gate, folder, self._tools, self._receiving_ended, self._sessions.pop3)
        return ReceivingImap(gate, folder, self._tools, self._receiving_ended, self._sessions.imap)

    def stop(self, running: RunningFlow) -> None:
        """Stop one flow: what is in hand is finished, what is queued stays in the journal."""
        running.stopping.set()
        running.resumed.set()
        self._wake()

    def wait(self, running: RunningFlow, timeout: float | None = None) -> bool:
        """Wait until a run has ended; False if it hasn't within ``timeout`` seconds.

        :raises MailFlowError: what ended the whole engine: a journal that can't be used, no room, a bug.
        """
        end = None if timeout is None else time.monotonic() + timeout
        with self._changed:
            while not running.finished:
                if self._failure is not None:
                    raise self._failure
                left = None if end is None else end - time.monotonic()
                if left is not None and left <= 0:
                    return False
                self._changed.wait(min(0.5, left if left is not None else 0.5))
        if self._failure is not None:
            raise self._failure
        return True

    def end(self, running: RunningFlow) -> Summary:
        """Record that a finished run is over; returns what it has done."""
        with self._lock:
            self._running.pop((running.key, running.dry), None)
        outcome = "stopped" if running.stopping.is_set() else "done"
        self._journal.write(lambda transaction: flows.end_run(transaction, running.run, outcome)).result()
        summary = self.summary(running)
        self._events.publish(
            "run-ended", flow=running.name, run=running.run, **summary.as_json(), nodes=self.nodes(running)
        )
        return summary

    def summary(self, running: RunningFlow) -> Summary:
        """What a run has done so far."""
        return running.summary(items.open_uncertain(self._journal.read(), running.key))

    def troubles(self, running: RunningFlow) -> list[MailFlowError]:
        """What keeps a run's connections from being used, receiving first, each said once."""
        return standing.troubles(running, self._gates)

    def accounts(self, running: RunningFlow) -> dict[str, dict[str, str]]:
        """How the accounts of a run are doing (:func:`standing.accounts`)."""
        return standing.accounts(running, self._gates)

    def nodes(self, running: RunningFlow) -> dict[str, dict[str, Any]]:
        """What each node has done in this run (:func:`standing.nodes`)."""
        return standing.nodes(running, self._gates)

    def close(self) -> None:
        """Stop every flow and end all threads; what is in hand is finished."""
        receiving = self._receiving_now()
        for running in self._flows_now():
            running.stopping.set()
        self._wake()
        for thread in receiving:
            thread.stop()
        for thread in receiving:
            thread.join()
        self._looking.close()
        self._probing.stop()
        self._keyring_wait.close()
        self._delivering.stop()
        self._delivering.join()
        self._senders.close()
        self._upkeep.close()

    # ---- what the threads tell

    def _notify(self) -> None:
        with self._changed:
            self._changed.notify_all()

    def _all_concluded(self, works: Sequence[Work]) -> None:
        """:meth:`_concluded` for items of which each has its own end noted; those that were sent, as most, leave memory together."""
        sent: dict[RunningFlow, list[Work]] = {}
        for work in works:
            assert work.concluded is not None
            if work.concluded.state == "sent" and not self._events.heard:
                sent.setdefault(work.running, []).append(work)
            else:
                self._concluded(work, work.concluded)
        for running, its_works in sent.items():
            self._put_all_down(running, its_works, "sent")

    def _concluded(self, work: Work, concluded: settling.Concluded) -> None:
        """An item may have settled, or waits. In the journal's thread, once that is durable."""
        if concluded.onward:
            self._delivering.put((work,))
            return
        if concluded.state == "planned":
            return  # other mails of this item are still on their way
        running, row = work.running, work.row
        settled = concluded.state in items.SETTLED
        if concluded.state == "uncertain":
            self._probing.put(running, row.id)
        name = "settled" if settled else "retrying" if concluded.state == "queued" else concluded.state
        if name in {"settled", "retrying", "held", "uncertain"}:
            self._events.publish(name, flow=running.name, item=row.id, state=concluded.state)
        self._put_down(work, concluded.state if settled else None)

    def _take_up(self, running: RunningFlow, item: int) -> None:
        """An item that was put off may be able to go on."""
        row = items.get(self._journal.read(), item)
        if row is not None and row.state == "queued" and (row.due or 0.0) <= time.time():
            self._resuming.feed(running, row)

    def _put_down(self, work: Work, end: str | None = None) -> None:
        """An item leaves memory, at its ``end`` or to be taken up again later."""
        self._put_all_down(work.running, (work,), end)

    def _put_all_down(self, running: RunningFlow, works: Sequence[Work], end: str | None) -> None:
        here = running.leave_all([work.row.id for work in works], end)
        self._budget.give_back(*[work.size for work in works if work.row.id in here])
        last = running.in_memory == 0
        for place in {(work.row.account, work.row.folder) for work in works}:
            thread = self._receiving.get(place)
            if thread is not None:
                thread.settled(last=last)
        if last:  # otherwise nobody's wait is over
            self._notify()

    def _receiving_ended(self, thread: Receiving) -> None:
        with self._lock:
            for place, known in list(self._receiving.items()):
                if known is thread:
                    del self._receiving[place]
        self._notify()

    def _crash(self, error: BaseException) -> None:
        """A thread can't go on: the whole engine stops, and says why."""
        if self._failure is None:
            log.critical("the engine stops", exc_info=error)
            self._failure = error if isinstance(error, MailFlowError) else _bug(error)
        self._notify()

    def _flows_now(self) -> list[RunningFlow]:
        with self._lock:
            return list(self._running.values())

    def _receiving_now(self) -> list[Receiving]:
        with self._lock:
            return list(self._receiving.values())

    def _wake(self) -> None:
        for thread in self._receiving_now():
            thread.wake()
        self._notify()


def _bug(error: BaseException) -> MailFlowError:
    told = JournalError("engine-bug", error=f"{type(error).__name__}: {error}")
    told.__cause__ = error
    return told
