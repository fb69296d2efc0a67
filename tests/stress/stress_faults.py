"""A faulty line to the servers: every kind of fault, in both directions, at places taken from a clean dialogue.

A clean run through the proxy is traced for each protocol; the beginnings and the middles of its lines are the places. Each point has a
mailbox, a home and a receiving server of its own and one fault. Then the flow runs until nothing is left, with the time of every retry
come; a person validates a connection that was switched off, and asks once more for what has failed.

Judged by the servers: every mail arrives once, but those shown as *maybe sent* may be missing; no run hangs; what is gone from the mail
server has arrived, and what is still there is in doubt. Three things may keep a mail that was sent on its server: the server refused a
damaged command, which is told; its UIDPLUS was damaged, then mails are only marked; a POP3 mail's name was damaged, then it isn't found.

Bytes of a mail itself are never damaged on the line, for nobody could tell: within a mail only reset, fin, stall, latency, dribble and
half-open happen, and every mail must arrive whole. What is put into a line to the outgoing server may come to stand in a mail: then its
number alone counts. No letter of an address is changed either.
"""

from __future__ import annotations

import queue
import re
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from tests.servers.dovecot import Dovecot, dovecot
from tests.servers.fault_proxy import AT_CONNECT, DIRECTIONS, KINDS, Direction, Fault, FaultProxy, Kind
from tests.servers.recording_smtp import RecordingSmtp
from tests.stress import figures
from tests.stress.figures import Figure
from tests.stress.forking import Ended, Forker
from tests.stress.machine import Machine, judge, mail, number_of
from tests.stress.stress_kill import in_threads, new_user

Protocol = Literal["imap", "pop3", "smtp"]
PROTOCOLS: tuple[Protocol, ...] = ("imap", "pop3", "smtp")
MAILS = 3
FAULTS = 500
"""Faults that must have fired in a full run."""
PLACES = 10
"""Places for each kind, direction and protocol in a full run."""
WORKERS = 4
"""More than processors: most points wait for a silence to end."""
ROUNDS = 8
SCALE = "0.02"
HUNG = 60.0
"""Seconds for one run; the longest wait there is, for the answer to a mail, is 12 seconds at this scale."""
GENTLE: tuple[Kind, ...] = ("reset", "fin", "stall", "latency", "dribble", "half-open")
"""Kinds that change no byte."""


@dataclass(frozen=True)
class Point:
    """One fault at one place."""

    protocol: Protocol
    direction: Direction
    kind: Kind
    at: int

    def __str__(self) -> str:
        return f"{self.protocol} {self.direction} {self.kind} at {self.at}"


@dataclass
class Tally:
    """What all points together have shown."""

    armed: int = 0
    fired: Counter[str] = field(default_factory=Counter)
    """By kind."""
    lost: int = 0
    twice: int = 0
    hung: int = 0
    doubtful: int = 0
    asked: int = 0
    """Points at which a person had to do something: validate a connection, or ask again for a failed mail."""
    unfired: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)


def places(heard: bytes) -> tuple[list[int], list[int], list[int]]:
    """Offsets in what one side said, outside mails: beginnings and middles of lines, and those that are safe to corrupt; some within mails.

    An address with another letter is another address: no server and no client could tell.
    """
    mails = [
        match.span()
        for match in re.finditer(rb"(?:(?<=DATA\r\n)|From: |Return-Path: ).*?Hello\.\r\n", heard, re.DOTALL)
    ]
    outside: list[int] = []
    safe: list[int] = []
    start = 0
    for line in heard.splitlines(keepends=True):
        for offset in (start, start + len(line) // 2):
            if not any(first <= offset < last for first, last in mails):
                outside.append(offset)
                safe += [offset] if offset == start or b"@" not in line else []
        start += len(line)
    inside = [first + (last - first) * part // 4 for first, last in mails for part in (1, 3)]
    return outside, safe, inside


def spread(values: Sequence[int], count: int) -> list[int]:
    """At most ``count`` of the values, evenly."""
    if len(values) <= count:
        return list(values)
    return [values[index * len(values) // count] for index in range(count)]


def dialogue(server: Dovecot, forker: Forker, protocol: Protocol) -> dict[Direction, bytes]:
    """What both sides say in the first session of a clean run."""
    with tempfile.TemporaryDirectory() as directory:
        scene = Scene(server, forker, Path(directory), protocol, ())
        with scene.smtp, scene.line:
            ran = scene.run()
            assert ran.code == 0, ran
        return {direction: scene.line.passed(1, direction) for direction in DIRECTIONS}


class Scene:
    """One mailbox, one home, one receiving server, and a line with faults to one of the servers."""

    def __init__(
        self, server: Dovecot, forker: Forker, directory: Path, protocol: Protocol, faults: Sequence[Fault]
    ) -> None:
        self.server, self._forker, self.protocol = server, forker, protocol
        self.user = new_user(server)
        server.deliver_all(self.user, [mail(number) for number in range(MAILS)])
        self.smtp = RecordingSmtp()
        receiving: Protocol = "pop3" if protocol == "pop3" else "imap"
        real = self.smtp.port if protocol == "smtp" else getattr(server, receiving)
        self.line = FaultProxy(real, *faults)
        self.machine = Machine(directory, scale=SCALE)
        self.machine.add(
            "inbox", receiving, getattr(server, receiving) if protocol == "smtp" else self.line.port, self.user
        )
        outgoing = self.line.port if protocol == "smtp" else self.smtp.port
        # One session for all mails: then each envelope but the first is said together with the dot before it.
        self.machine.add("outgoing", "smtp", outgoing, maximum_sessions=1 if protocol == "smtp" else 4)
        self.flow = self.machine.flow({"after_receiving": "delete"})

    def run(self) -> Ended:
        return self._forker.run(["run", self.flow, "--until-idle", "--json"], self.machine.environment, seconds=HUNG)

    def ask(self, *arguments: str) -> Ended:
        """One more command line of a person."""
        return self._forker.run(arguments, self.machine.environment, seconds=HUNG)


def point(server: Dovecot, forker: Forker, what: Point, tally: Tally) -> None:
    """One fault, then on to the end, and judge."""
    times = 2 if what.kind in AT_CONNECT and what.at else 1
    fault = Fault(what.kind, what.direction, what.at, times)
    with tempfile.TemporaryDirectory() as directory:
        scene = Scene(server, forker, Path(directory), what.protocol, [fault])
        runs: list[Ended] = []
        helped = False
        with scene.smtp:
            with scene.line:
                for _round in range(ROUNDS):
                    runs.append(scene.run())
                    idle = runs[-1].code in (0, 1) and runs[-1].counts[:4] == (0, 0, 0, 0)
                    if len(runs) > 1 and idle and not _waiting(scene):
                        break
                    scene.machine.make_due()
                    helped |= _help(scene, runs)
                fired = scene.line.fired
            scene.smtp.settle()
            doubtful = scene.machine.told("uncertain")
            whole = what.kind in (*GENTLE, *AT_CONNECT) or what.protocol != "smtp"
            # An envelope and a dot that come twice are a mail without content, said by the line itself.
            recorded = [each for each in scene.smtp.messages if each.raw or what.kind != "duplicate"]
            judged = judge(range(MAILS), scene.machine.recipients, recorded, doubtful, whole=whole)
        flags = server.flags(scene.user)
        left = {number_of(raw) for uid, raw in server.messages(scene.user).items() if "\\Deleted" not in flags[uid]}
        wrong = []
        if not judged.good:
            wrong.append(str(judged))
        kept = any(code == "command-refused" for code, _class, _text in scene.machine.errors())
        kept = kept or (what.protocol == "pop3" and what.kind == "corrupt")
        if doubtful - left or (left - doubtful and not kept):
            wrong.append(f"on the server are {sorted(left)}, in doubt are {sorted(doubtful)}")
        if judged.lost or wrong:
            wrong.append(f"{scene.machine.errors()} {runs[-1].code} {runs[-1].out} {runs[-1].err}")
        with tally.lock:
            tally.armed += 1
            tally.fired[what.kind] += fired
            tally.lost += len(judged.lost)
            tally.twice += len(judged.twice)
            tally.hung += sum(run.hung for run in runs)
            tally.doubtful += len(doubtful)
            tally.asked += helped
            tally.unfired += [] if fired else [str(what)]
            tally.faults += [f"{what}: {each}" for each in wrong]


def _waiting(scene: Scene) -> bool:
    """Whether something is still on its way or could be asked for again."""
    return any(scene.machine.open_ids(state) for state in ("received", "planned", "queued", "held", "failed"))


def _help(scene: Scene, runs: Sequence[Ended]) -> bool:
    """What a person does who sees what is wrong: ask again for what failed, validate what was switched off."""
    helped = False
    for item in scene.machine.open_ids("failed"):
        scene.ask("messages", "retry", str(item))
        helped = True
    # Once may be a passing trouble, which the next run gets over by itself.
    if [run.code for run in runs[-2:]] == [3, 3]:
        for name in ("inbox", "outgoing"):
            scene.ask("connections", "validate", name)
        helped = True
    return helped


def everything(per_kind: int, server: Dovecot, forker: Forker) -> list[Point]:
    """The points: for each protocol, direction and kind, so many places."""
    points = []
    for protocol in PROTOCOLS:
        clean = dialogue(server, forker, protocol)
        points += [Point(protocol, "to-client", kind, at) for kind in AT_CONNECT for at in range(2)]
        for direction in DIRECTIONS:
            outside, safe, inside = places(clean[direction])
            for kind in KINDS:
                if kind in AT_CONNECT:
                    continue
                within = spread(inside, max(1, per_kind // 5)) if kind in GENTLE else []
                chosen = within + spread(safe if kind == "corrupt" else outside, per_kind - len(within))
                points += [Point(protocol, direction, kind, at) for at in chosen]
    return points


def faults(per_kind: int = PLACES, *, every: int = 1, first: int = 0, workers: int = WORKERS) -> Tally:
    """Make all the faults, or each ``every``-th of them from number ``first``."""
    tally = Tally()
    with dovecot() as server, Forker() as one:
        waiting: queue.SimpleQueue[Point] = queue.SimpleQueue()
        for each in everything(per_kind, server, one)[first::every]:
            waiting.put(each)

        def work() -> None:
            with Forker() as forker:
                while True:
                    try:
                        what = waiting.get_nowait()
                    except queue.Empty:
                        return
                    try:
                        point(server, forker, what, tally)
                    except Exception as error:  # noqa: BLE001 - told with the figures; the other points go on
                        with tally.lock:
                            tally.faults.append(f"{what}: {error!r}")

        in_threads([work] * workers)
    return tally


def main(per_kind: int = PLACES) -> list[Figure]:
    """All faults."""
    tally = faults(per_kind)
    for kind in KINDS:
        print(f"{kind:12} {tally.fired[kind]:4} fired")
    for line in (*(f"did not fire: {each}" for each in tally.unfired), *tally.faults):
        print(line)
    return [
        figures.at_least("faults", "faults fired", tally.fired.total(), FAULTS),
        figures.told("faults", "armed", tally.armed),
        figures.at_least("faults", "kinds that fired", sum(1 for kind in KINDS if tally.fired[kind]), len(KINDS)),
        figures.at_most("faults", "lost", tally.lost),
        figures.at_most("faults", "twice", tally.twice),
        figures.at_most("faults", "hung", tally.hung),
        figures.told("faults", "mails left in doubt", tally.doubtful),
        figures.told("faults", "points at which a person had to act", tally.asked),
        figures.at_most("faults", "anything else wrong", len(tally.faults)),
    ]


if __name__ == "__main__":
    print(figures.table(main(int(sys.argv[1]))))
