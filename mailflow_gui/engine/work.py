"""What is in memory of a run: the running flow with its counts, and the items on their way."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from mailflow_gui.engine.compiled import CompiledFlow
from mailflow_gui.engine.counts import NodeCounts
from mailflow_gui.errors import MailFlowError
from mailflow_gui.flow.item import Item, Origin
from mailflow_gui.journal.items import ItemRow
from mailflow_gui.mail.message import MailMessage

if TYPE_CHECKING:
    from mailflow_gui.engine.settling import Concluded

Mode = Literal["continuous", "once", "until-idle"]


@dataclass(frozen=True)
class Summary:
    """What a run has done: items of this run, each counted once by its worst end; ``uncertain`` are all still open for the flow."""

    received: int = 0
    sent: int = 0
    skipped: int = 0
    failed: int = 0
    uncertain: int = 0
    dry_run: bool = False

    def as_json(self) -> dict[str, int | bool]:
        """As ``run --json`` ends."""
        counts: dict[str, int | bool] = {
            "received": self.received,
            "sent": self.sent,
            "skipped": self.skipped,
            "failed": self.failed,
            "uncertain": self.uncertain,
        }
        return counts | ({"dry_run": True} if self.dry_run else {})


class RunningFlow:
    """One flow that runs. Its counts and its set of items in memory may be changed from any thread."""

    def __init__(
        self,
        *,
        key: str,
        path: str,
        flow: CompiledFlow,
        version: str,
        run: int,
        mode: Mode,
        dry: bool,
        accounts: Mapping[str, str],
    ) -> None:
        self.key = key
        """The flow's id, or its resolved path while it has none."""
        self.path = path
        self.flow = flow
        self.version = version
        self.run = run
        self.mode: Mode = mode
        self.dry = dry
        self.accounts = accounts
        self.stopping = threading.Event()
        self.resumed = threading.Event()
        """Set once everything that an earlier run left unfinished is on its way again: only then is new mail fetched."""
        self.troubles: dict[str, MailFlowError] = {}
        """What keeps one of its nodes from receiving: node id -> error."""
        self.nodes = NodeCounts()
        self._lock = threading.Lock()
        self._in_memory: set[int] = set()
        self._counts = {"sent": 0, "skipped": 0, "failed": 0}
        self._failed_items: set[int] = set()
        self._received = 0
        self._polling: set[str] = set()
        self._watching: set[str] = set()
        self._chores: set[tuple[str, int]] = set()
        self._versions: dict[str, CompiledFlow] = {version: flow}

    @property
    def name(self) -> str:
        """The flow's name."""
        return self.flow.flow.name

    def version_flow(self, version: str) -> CompiledFlow | None:
        """The compiled flow of a version: this run's own, or an earlier one that has been added."""
        return self._versions.get(version)

    def add_version(self, version: str, flow: CompiledFlow) -> None:
        """Remember an earlier version, for the items that began with it."""
        self._versions[version] = flow

    def count_received(self, mails: int) -> None:
        """So many more mails were taken on."""
        with self._lock:
            self._received += mails

    def enter(self, item: int) -> bool:
        """An item comes into memory; False if it is there already."""
        with self._lock:
            if item in self._in_memory:
                return False
            self._in_memory.add(item)
            return True

    def leave(self, item: int, end: str | None) -> bool:
        """An item leaves memory: settled (``end``: sent, skipped, failed), or put off (None). False if it had left already."""
        return bool(self.leave_all((item,), end))

    def leave_all(self, some: Iterable[int], end: str | None) -> set[int]:
        """:meth:`leave` for items that come to the same end; returns those that hadn't left already."""
        leaving = set(some)
        with self._lock:
            here = leaving & self._in_memory
            self._in_memory -= leaving
            if end in self._counts:
                again = leaving & self._failed_items  # failed earlier in this run, and were tried again since
                self._failed_items -= again
                self._counts["failed"] -= len(again)
                if end == "failed":
                    self._failed_items |= leaving
                self._counts[end] += len(leaving)
            return here

    @property
    def in_memory(self) -> int:
        """How many items are on their way."""
        with self._lock:
            return len(self._in_memory)

    def begin_watching(self, node: str) -> None:
        """A source begins its part of the run."""
        with self._lock:
            self._polling.add(node)
            self._watching.add(node)

    def end_polling(self, node: str, trouble: MailFlowError | None = None) -> None:
        """A source makes no further polls in this run; flags may still be to move."""
        with self._lock:
            self._polling.discard(node)
            if trouble is not None:
                self.troubles[node] = trouble

    def end_watching(self, node: str) -> None:
        """A source has done its part of the run, flags included."""
        with self._lock:
            self._polling.discard(node)
            self._watching.discard(node)

    def begin_chore(self, chore: tuple[str, int]) -> bool:
        """Something beside the items is to be done before the run ends, such as a copy of a sent mail; False if it is in hand already."""
        with self._lock:
            if chore in self._chores:
                return False
            self._chores.add(chore)
            return True

    def end_chore(self, chore: tuple[str, int]) -> None:
        """A chore was done, or can't be done now."""
        with self._lock:
            self._chores.discard(chore)

    @property
    def polling(self) -> bool:
        """Whether some source still has polls to make in this run."""
        with self._lock:
            return bool(self._polling)

    @property
    def finished(self) -> bool:
        """Whether this run has nothing left to do."""
        with self._lock:
            return self.resumed.is_set() and not (self._watching or self._in_memory or self._chores)

    def summary(self, uncertain: int) -> Summary:
        """The counts so far; ``uncertain``: how many items of the flow are open as maybe sent."""
        with self._lock:
            return Summary(received=self._received, **self._counts, uncertain=uncertain, dry_run=self.dry)


_LET_GO = MailMessage(b"")


@dataclass
class Work:
    """One item on its way. Changed only by the thread that holds it."""

    running: RunningFlow
    row: ItemRow
    message: MailMessage
    size: int
    """Bytes taken from the budget."""
    known: bool = False
    """The journal may hold mails of this item already."""
    resuming: bool = False
    """An earlier run, or an earlier try, has left mails unsent; they are to be sent now."""
    pending: int = 0
    """Mails of it that are with the senders."""
    concluded: Concluded | None = None
    """Where the item stood after the last note on a mail's end; set in the journal's thread, before that note is durable."""
    branch_failed: bool = False
    """A branch ended in an error with nobody taking over."""
    counted: set[str] = dataclasses.field(default_factory=set)
    """The nodes that have counted this item: taking it through the flow again doesn't count twice."""

    def let_go(self) -> None:
        """Its mail is frozen and nothing follows behind it: memory needn't hold the received one, too, until that is sent."""
        self.message = _LET_GO

    def item(self) -> Item:
        """The item as its source gives it out; the same each time it is made."""
        return item_of(self.row, self.message)


def item_of(row: ItemRow, message: MailMessage) -> Item:
    """A received mail as its source gives it out: its time is when it was received, its chance is its own."""
    return Item(
        id=row.key,
        message=message,
        origin=Origin(row.account, row.folder, row.uid_validity, str(row.uid), row.flags, row.thread),
        clock=datetime.fromtimestamp(row.received, UTC),
        seed=int(row.key[:16], 16),
        error=row.incomplete,
    )
