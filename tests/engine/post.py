"""A post office for tests: the sending side of an account as it is, with a journal, towards a server of the test's own.

What has arrived is judged at the server, and what is said about it by the journal.
"""

from __future__ import annotations

import contextlib
import itertools
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from mailflow_gui.engine.classing import Classing
from mailflow_gui.engine.delivering import Job
from mailflow_gui.engine.limits import Limits
from mailflow_gui.engine.sending import Sending
from mailflow_gui.engine.work import Work
from mailflow_gui.journal import deliveries, items
from mailflow_gui.journal.deliveries import Frozen, Planned
from mailflow_gui.journal.journal import Transaction
from mailflow_gui.mail.message import MailMessage
from mailflow_gui.mail.server import Security, Server
from mailflow_gui.mail.smtp import SmtpSession
from mailflow_gui.paths import Home
from tests.engine.test_noting import Bench, opened
from tests.journal.test_journal import received
from tests.servers.recording_smtp import Recorded, RecordingSmtp

SETTLED_OR_WAITING = {"sent", "failed", "queued", "held", "uncertain"}


def subject(content: bytes) -> str:
    """The name of a mail that :meth:`Post.jobs` has made."""
    return content.split(b"\r\n", 1)[0].partition(b": ")[2].decode()


class Watching(RecordingSmtp):
    """Looks into the journal when a mail is complete, before it answers: what a kill at that moment would find."""

    def __init__(self, **options: Any) -> None:
        self.bench: Bench | None = None
        self.broken: list[str] = []
        """What the journal should have said at a dot, and didn't."""
        self._before: dict[int, str] = {}
        super().__init__(**options)

    def keep(self, mail: Recorded) -> None:
        name = subject(mail.raw)
        if self.bench is not None:
            if (found := states(self.bench, name, mail.recipients)) != {"uncertain"}:
                self.broken.append(f"{name} is {found} at its dot")
            before = self._before.get(mail.session)
            if before is not None and "uncertain" in states(self.bench, before):
                self.broken.append(f"{before} is in doubt when {name} gets its dot in the same session")
        self._before[mail.session] = name
        super().keep(mail)


def states(bench: Bench, name: str, recipients: Iterable[str] = ()) -> set[str]:
    """How the deliveries of a mail stand, of all recipients or of some."""
    rows = (
        bench.journal.read()
        .execute(
            "SELECT recipient, state FROM deliveries WHERE mail = (SELECT id FROM mails WHERE message_id = ?)",
            (f"<{name}@x.example>",),
        )
        .fetchall()
    )
    wanted = set(recipients) or {row["recipient"] for row in rows}
    return {row["state"] for row in rows if row["recipient"] in wanted}


class Post:
    """One account that sends, and what it tells."""

    def __init__(self, bench: Bench, connect: Callable[[str], SmtpSession], sessions: int) -> None:
        self.bench = bench
        self.ends: list[tuple[int, str]] = []
        """Items and how they stood when the last of their mails had ended."""
        self.down: list[int] = []
        """Items that were put down because their flow stops."""
        self.crashes: list[BaseException] = []
        self._changed = threading.Condition()
        self._uids = itertools.count(1)
        noting = bench.noting
        self.sending = Sending(
            noting.gate,
            Classing(bench.journal),
            connect,
            bench.journal,
            noting.events,
            limits=Limits(bench.journal),
            sessions=sessions,
            concluded=self._concluded,
            put_down=self._put_down,
            copy=lambda *_arguments: None,
            can_look=lambda _doubt: False,
            crashed=self._crashed,
        )

    def _concluded(self, works: Sequence[Work]) -> None:
        with self._changed:
            self.ends += [(work.row.id, work.concluded.state) for work in works if work.concluded is not None]
            self._changed.notify_all()

    def _put_down(self, work: Work) -> None:
        with self._changed:
            self.down.append(work.row.id)
            self._changed.notify_all()

    def _crashed(self, error: BaseException) -> None:
        with self._changed:
            self.crashes.append(error)
            self._changed.notify_all()

    def jobs(
        self,
        count: int,
        *,
        mails: int = 1,
        body: bytes = b"hello\r\n",
        recipients: Sequence[str] = ("a@x.example",),
        spooled: bool = False,
        **frozen: Any,
    ) -> list[Job]:
        """New mails, ``mails`` of them for each of ``count`` items, frozen in the journal."""
        planned: dict[int, list[Planned]] = {}
        for uid in itertools.islice(self._uids, count):
            names = [f"{uid}-{way}" for way in range(mails)]
            planned[uid] = [
                Planned(
                    Frozen("send", name, "out", "me@x.example", f"<{name}@x.example>", False, False, "hold", **frozen),
                    tuple(recipients),
                    (f"Subject: {name}\r\n\r\n".encode(), body),
                )
                for name in names
            ]

        def freeze(transaction: Transaction) -> tuple[list[items.ItemRow], list[list[int]]]:
            rows = [
                row
                for row in items.receive_all(transaction, [received(self.bench.watch, uid) for uid in planned])
                if row is not None
            ]
            ids = deliveries.plan_new(
                transaction, [(row.id, its) for row, its in zip(rows, planned.values(), strict=True)]
            )
            items.planned(transaction, [row.id for row in rows], "[]")
            return rows, ids

        rows, ids = self.bench.journal.write(freeze).result()
        made = []
        for row, its_ids, its in zip(rows, ids, planned.values(), strict=True):
            work = Work(self.bench.running, row, MailMessage(b""), 0, pending=mails)
            places = {mail.id: mail.place for mail in deliveries.mails_of(self.bench.journal.read(), row.id)}
            for mail, each in zip(its_ids, its, strict=True):
                content = places[mail] if spooled else each.content
                made.append(Job(work, mail, each.frozen, each.recipients, content, mails == 1 and not spooled))
        return made

    def bring(self, jobs: Sequence[Job], seconds: float = 60.0) -> None:
        """Hand mails over and wait until the items of all that were ever handed over have ended."""
        wanted = len(self.ends) + len(self.down) + len({job.work.row.id for job in jobs})
        self.sending.put(jobs)
        self.wait(lambda: len(self.ends) + len(self.down) >= wanted, seconds)

    def wait(self, true: Callable[[], bool], seconds: float = 60.0) -> None:
        """Wait for what happens to items, or for a crash."""
        with self._changed:
            told = self._changed.wait_for(lambda: bool(self.crashes) or true(), seconds)
            assert told, f"{len(self.ends)} items ended, {len(self.down)} were put down"

    def judge(self, jobs: Sequence[Job], server: RecordingSmtp) -> Counter[str]:
        """Compare what the journal says of mails to one recipient each with what has arrived; how many stand in which state."""
        arrived = Counter(subject(mail.raw) for mail in server.messages)
        counted: Counter[str] = Counter()
        for job in jobs:
            name = job.frozen.way
            (state,) = states(self.bench, name)
            counted[state] += 1
            assert arrived[name] <= 1, f"{name} came {arrived[name]} times"
            assert state == "uncertain" or arrived[name] == (state == "sent"), (
                f"{name} is {state}, came {arrived[name]} times"
            )
        assert len(self.ends) == len({item for item, _state in self.ends}), "an item has ended twice"
        return counted


@contextlib.contextmanager
def post_office(
    home: Home,
    server: RecordingSmtp | None,
    *,
    port: int = 0,
    sessions: int = 4,
    security: Security = "none",
    certificate: str = "",
    session: type[SmtpSession] = SmtpSession,
) -> Iterator[Post]:
    """Open one; at the end it is stopped, and nothing of it may be left."""
    port = port or (server.port if server is not None else 0)

    def connect(account: str) -> SmtpSession:
        return session.open(Server("127.0.0.1", port, security, certificate, account))

    with opened(home) as bench:
        if isinstance(server, Watching):
            server.bench = bench
        post = Post(bench, connect, sessions)
        try:
            yield post
        finally:
            stopper = threading.Thread(target=post.sending.stop, daemon=True)
            stopper.start()
            stopper.join(60)
        assert not stopper.is_alive(), "stop() hangs"
        for thread in threading.enumerate():
            if thread.name in {"sending out", "cruising out"}:
                thread.join(10)  # it is at its very end
                assert not thread.is_alive(), f"{thread.name} is left"
        if server is not None:
            server.settle()
