"""SIGKILL at every boundary of the journal.

For each way of working (protocol, what is done after receiving, number of recipients) a clean run writes the list of its boundaries; then
each boundary gets a home, a mailbox and a receiving server of its own: the runner is killed there, started again, and started once more.

Judged by the servers: after the kill nothing may be marked, moved or deleted that has not arrived; in the end nothing is lost, nothing has
arrived twice, at most one mail for each SMTP session is in doubt, and the last run finds nothing to do.

At every other point the engine has a probe that can tell by a mail's Message-ID whether the server has it: then nothing may stay in doubt.
At the others a mail in doubt may be missing or have arrived; then a person who knows which answers, and everything must have arrived once.
POP3 can't move: its flow is refused, and it
has no flags to mark.
"""

from __future__ import annotations

import itertools
import queue
import tempfile
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mailflow_gui.accounts.account import Account
from tests.servers.dovecot import Dovecot, dovecot
from tests.servers.recording_smtp import RecordingSmtp
from tests.stress import figures
from tests.stress.figures import Figure
from tests.stress.forking import Ended, Forker
from tests.stress.machine import RECIPIENTS, Judged, Machine, judge, mail, number_of

MAILS = 3
SESSIONS = Account.maximum_sessions
"""SMTP sessions that a runner has open at most."""
WORKERS = 2
POINTS = 400
"""Points that must have fired in a full run."""


@dataclass(frozen=True)
class Way:
    """One way of working."""

    protocol: str
    action: str
    recipients: int

    def __str__(self) -> str:
        return f"{self.protocol} {self.action} {self.recipients}"

    @property
    def after_receiving(self) -> Any:
        if self.action == "move":
            return {"action": "move", "folder": "Done"}
        return "mark-seen" if self.action == "mark" else self.action


WAYS = tuple(
    Way(protocol, action, recipients)
    for protocol, action, recipients in itertools.product(("imap", "pop3"), ("mark", "move", "delete"), (1, 3))
    if (protocol, action) != ("pop3", "move")
)


@dataclass
class Tally:
    """What all points together have shown."""

    fired: int = 0
    probed: int = 0
    """Of these, points at which the engine had a probe."""
    unfired: int = 0
    lost: int = 0
    twice: int = 0
    doubtful: int = 0
    most_doubtful: int = 0
    hung: int = 0
    faults: list[str] = field(default_factory=list)
    """What was not as it must be, each in words."""
    by_way: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)


class Scene:
    """One mailbox, one home, one receiving server."""

    def __init__(
        self,
        server: Dovecot,
        forker: Forker,
        smtp: RecordingSmtp,
        way: Way,
        directory: Path,
        *,
        probe: Path | None = None,
    ) -> None:
        self.server, self.smtp, self.way, self._forker = server, smtp, way, forker
        self._probe = probe
        self.user = new_user(server)
        server.deliver_all(self.user, [mail(number) for number in range(MAILS)])
        self.machine = Machine(directory, RECIPIENTS[: way.recipients], scale="0.2")
        self.machine.add("inbox", way.protocol, getattr(server, way.protocol), self.user)
        self.machine.add("outgoing", "smtp", smtp.port)
        self.flow = self.machine.flow({"after_receiving": way.after_receiving})
        self.trace = directory / "trace"

    def run(self, at: int | None = None, *, traced: bool = False) -> Ended:
        """``run FLOW --until-idle``; killed at boundary number ``at``."""
        change: dict[str, Any] = {}
        if traced or at is not None:
            change["boundaries"] = {"trace": str(self.trace), "at": at}
        if self._probe is not None:
            change["probe"] = str(self._probe)
        return self._forker.run(["run", self.flow, "--until-idle", "--json"], self.machine.environment, change=change)

    def answer(self, item: int, *, sent: bool) -> None:
        """What a person says of a mail in doubt."""
        word = "--sent" if sent else "--resend"
        self._forker.run(["messages", "resolve", str(item), word], self.machine.environment)

    def judged(self, shown: set[int] | None = None) -> Judged:
        return judge(range(MAILS), self.machine.recipients, self.smtp.messages, shown or ())

    def done_with(self) -> set[int] | None:
        """Mails that the mail server shows as dealt with; None where it can't tell (POP3 has no flags)."""
        if self.way.action == "mark":
            if self.way.protocol == "pop3":
                return None
            flags = self.server.flags(self.user)
            return {number_of(raw) for uid, raw in self.server.messages(self.user).items() if "\\Seen" in flags[uid]}
        here = {number_of(raw) for raw in self.server.messages(self.user).values()}
        return set(range(MAILS)) - here

    def arrived(self) -> set[int]:
        """Mails that every recipient has."""
        found = {(number_of(each.raw), recipient) for each in self.smtp.messages for recipient in each.recipients}
        return {n for n in range(MAILS) if all((n, recipient) in found for recipient in self.machine.recipients)}


_NEW_USER = threading.Lock()


def new_user(server: Dovecot) -> str:
    """A user that no other thread was given."""
    with _NEW_USER:
        return server.new_user()


def boundaries(server: Dovecot, forker: Forker, way: Way) -> list[str]:
    """The boundaries of a clean run, from its own trace."""
    with tempfile.TemporaryDirectory() as directory, RecordingSmtp() as smtp:
        scene = Scene(server, forker, smtp, way, Path(directory))
        ran = scene.run(traced=True)
        assert ran.code == 0, ran
        assert scene.judged().good, scene.judged()
        return scene.trace.read_text(encoding="utf-8").splitlines()


def point(server: Dovecot, forker: Forker, way: Way, at: int, tally: Tally) -> None:
    """Kill at one boundary, go on, and judge."""
    with tempfile.TemporaryDirectory() as directory, RecordingSmtp(directory=Path(directory)) as smtp:
        # So every boundary of each protocol and action is met both ways.
        probed = (at + way.recipients // 2) % 2 == 0
        scene = Scene(server, forker, smtp, way, Path(directory), probe=Path(directory) if probed else None)
        wrong: list[str] = []
        first = scene.run(at)
        if not first.killed:  # this run happened to have fewer boundaries
            with tally.lock:
                tally.unfired += 1
                if not scene.judged().good or first.code != 0:
                    tally.faults.append(f"{way} at {at}, not killed: {first.code} {first.err} {scene.judged()}")
            return
        where = scene.trace.read_text(encoding="utf-8").splitlines()[-1]
        smtp.settle()
        done = scene.done_with()
        if done is not None and done - scene.arrived():
            wrong.append(f"dealt with before it arrived: {sorted(done - scene.arrived())}")
        second, third = scene.run(), scene.run()
        smtp.settle()
        doubtful = scene.machine.told("uncertain")
        judged = scene.judged(doubtful)
        if not judged.good:
            wrong.append(str(judged))
        if len(doubtful) > (0 if probed else SESSIONS):
            wrong.append(f"{len(doubtful)} mails in doubt")
        expected = 1 if doubtful else 0
        if (second.code, third.code) != (expected, expected):
            wrong.append(f"exit codes {second.code}, {third.code}: {second.err}{third.err}")
        elif third.counts != (0, 0, 0, 0, len(doubtful)):
            wrong.append(f"the last run did something: {third.counts}")
        wrong += _resolve(scene, doubtful)
        done = scene.done_with()
        if done is not None and done != set(range(MAILS)):
            wrong.append(f"not dealt with on the server: {sorted(set(range(MAILS)) - done)}")
        with tally.lock:
            tally.fired += 1
            tally.probed += probed
            tally.by_way[str(way)] += 1
            tally.lost += len(judged.lost)
            tally.twice += len(judged.twice)
            tally.doubtful += len(doubtful)
            tally.most_doubtful = max(tally.most_doubtful, len(doubtful))
            tally.hung += sum(each.hung for each in (first, second, third))
            tally.faults += [f"{way} at {at} ({where}): {each}" for each in wrong]


def _resolve(scene: Scene, doubtful: set[int]) -> list[str]:
    """A person who knows what arrived answers for each mail in doubt; then everything must have arrived, once."""
    if not doubtful:
        return []
    arrived = scene.arrived()
    for item in scene.machine.open_ids("uncertain"):
        number = scene.machine.number_of_item(item)
        scene.answer(item, sent=number in arrived)
    last = scene.run()
    scene.smtp.settle()
    judged = scene.judged()
    if last.code == 0 and judged.good:
        return []
    return [f"after the answers: exit code {last.code}, {judged}"]


def everywhere(points: Sequence[tuple[Way, int]], server: Dovecot, tally: Tally, forkers: Sequence[Forker]) -> None:
    """Try all points, each worker with a forker of its own."""
    waiting: queue.SimpleQueue[tuple[Way, int]] = queue.SimpleQueue()
    for each in points:
        waiting.put(each)

    def work(forker: Forker) -> None:
        while True:
            try:
                way, at = waiting.get_nowait()
            except queue.Empty:
                return
            try:
                point(server, forker, way, at, tally)
            except Exception as error:  # noqa: BLE001 - told with the figures; the other points go on
                with tally.lock:
                    tally.faults.append(f"{way} at {at}: {error!r}")

    in_threads([lambda forker=forker: work(forker) for forker in forkers])  # type: ignore[misc]  # mypy can't infer a lambda with defaults


def in_threads(works: Sequence[Callable[[], None]]) -> None:
    """Do all of this at once."""
    threads = [threading.Thread(target=work) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def kills(ways: Sequence[Way] = WAYS, *, every: int = 1, first: int = 0) -> Tally:
    """Kill at every boundary of each way, or at each ``every``-th from number ``first``."""
    tally = Tally()
    with dovecot() as server, Forker() as one, Forker() as other:
        points = []
        for way in ways:
            names = boundaries(server, one, way)
            points += [(way, at) for at in range(1 + first, len(names) + 1, every)]
        everywhere(points, server, tally, [one, other][:WORKERS])
    return tally


def main() -> list[Figure]:
    """All points."""
    tally = kills()
    for way, count in sorted(tally.by_way.items()):
        print(f"{way:16} {count:4} points")
    for fault in tally.faults:
        print(fault)
    return [
        figures.at_least("kill", "points fired", tally.fired, POINTS),
        figures.told("kill", "of these with a Message-ID probe", tally.probed),
        figures.told("kill", "boundaries that did not come again", tally.unfired),
        figures.at_most("kill", "lost", tally.lost),
        figures.at_most("kill", "twice", tally.twice),
        figures.at_most("kill", "hung", tally.hung),
        figures.told("kill", "mails left in doubt, all without a probe", tally.doubtful),
        figures.at_most("kill", "in doubt after one kill, at most", tally.most_doubtful, SESSIONS),
        figures.at_most("kill", "anything else wrong", len(tally.faults)),
    ]
