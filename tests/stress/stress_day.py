"""A day at work: eight hours against a mail server that comes and goes, a hundred times faster than life.

Nothing fakes the clock. All that MailFlow waits for is made a hundred times shorter: its timeouts by ``MAILFLOW_TIMEOUT_SCALE``, the pauses
between tries by :mod:`tests.stress.changes`, the delay of the flows by their settings (three seconds for five minutes). So eight hours take
288 seconds, and a processor that is busy for a second is a machine that stands still for nearly two minutes, which only makes it harder.

One runner has two flows, from IMAP and from POP3, through proxies to a real Dovecot and to a recording SMTP server. Mail keeps arriving.
Meanwhile lines drop, are reset and become half-open, the computer sleeps (SIGSTOP) while its lines die, and the network is away, refusing
or silent. The engine has a probe by Message-ID for mails in doubt. In the end every mail must have gone through, once, and be gone from its
mailbox, and the runner must be the one that was started in the morning.
"""

from __future__ import annotations

import random
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from tests.servers.dovecot import Dovecot, dovecot
from tests.servers.fault_proxy import AT_CONNECT, Fault, FaultProxy, Kind
from tests.servers.recording_smtp import RecordingSmtp
from tests.stress import figures
from tests.stress.figures import Figure
from tests.stress.forking import Forker
from tests.stress.machine import Machine, judge, mail, number_of
from tests.stress.stress_kill import new_user

FASTER = 100
HOURS = 8.0
EVENTS = 40
"""Events that must have fired in eight hours."""
EVERY = 7.0
"""Simulated minutes between two events."""
MAIL_EVERY = 2.5
"""Simulated minutes between two deliveries of one to three mails."""
LATEST = 60.0
"""Simulated minutes after the last event within which everything must have gone through."""
POP3_FROM = 500_000
"""The numbers of mails that arrive by POP3."""


@dataclass
class Tally:
    """What the day was like."""

    fired: Counter[str] = field(default_factory=Counter)
    mails: int = 0
    lost: int = 0
    twice: int = 0
    left: int = 0
    """Mails that are still in a mailbox."""
    longest: float = 0.0
    """Simulated minutes from a mail's arrival until it was through, network or not."""
    last: float = 0.0
    """Simulated minutes from the last event until everything was through."""
    sessions: int = 0
    lived: bool = False
    """The runner was there at the end, and ended when it was told to."""
    faults: list[str] = field(default_factory=list)


class Day:
    """The scenery of a day."""

    def __init__(self, stack: ExitStack, server: Dovecot, forker: Forker, seed: int) -> None:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        self.chance = random.Random(seed)
        self.server, self.forker, self.tally = server, forker, Tally()
        self.smtp = stack.enter_context(RecordingSmtp(directory=directory))
        self.imap_line = stack.enter_context(FaultProxy(server.imap))
        self.pop3_line = stack.enter_context(FaultProxy(server.pop3))
        self.smtp_line = stack.enter_context(FaultProxy(self.smtp.port))
        self.lines = (self.imap_line, self.pop3_line, self.smtp_line)
        self.users = {"imap": new_user(server), "pop3": new_user(server)}
        machine = Machine(directory, scale=str(1 / FASTER))
        machine.add("inbox", "imap", self.imap_line.port, self.users["imap"])
        machine.add("maildrop", "pop3", self.pop3_line.port, self.users["pop3"])
        machine.add("outgoing", "smtp", self.smtp_line.port)
        receive = {"delay": {"value": 3, "unit": "seconds"}, "after_receiving": "delete"}
        self.machine = machine
        self.flows = [machine.flow(receive), machine.flow({**receive, "connection": "maildrop"}, name="maildrop")]
        self.delivered: dict[int, float] = {}
        self.change = {"backoff": 1 / FASTER, "probe": str(directory)}
        self.begun = time.monotonic()

    def minutes(self) -> float:
        """Simulated minutes since the morning."""
        return (time.monotonic() - self.begun) * FASTER / 60

    def wait(self, minutes: float) -> None:
        """Let simulated minutes go by."""
        time.sleep(minutes * 60 / FASTER)

    def deliver(self) -> None:
        """New mail, for either mailbox."""
        protocol = self.chance.choice(("imap", "pop3"))
        count = self.chance.randint(1, 3)
        first = len(self.delivered) + (POP3_FROM if protocol == "pop3" else 0)
        numbers = range(first, first + count)
        self.server.deliver_all(self.users[protocol], [mail(number) for number in numbers])
        self.delivered |= dict.fromkeys(numbers, self.minutes())

    def through(self) -> set[int]:
        """The mails that have arrived."""
        return {number_of(each.raw) for each in list(self.smtp.messages)}

    # ---- events; each returns whether it has hit anything

    def drop(self) -> bool:
        """The lines to the mail server drop."""
        return bool(self.imap_line.cut() + self.pop3_line.cut())

    def half_open(self) -> bool:
        """The lines to the mail server are dead, and nobody says so."""
        return bool(self.imap_line.freeze() + self.pop3_line.freeze())

    def sending_drops(self) -> bool:
        """The lines to the outgoing server drop."""
        return bool(self.smtp_line.cut())

    def sending_half_open(self) -> bool:
        """The lines to the outgoing server are dead, and nobody says so."""
        return bool(self.smtp_line.freeze())

    def fault(self) -> bool:
        """Something happens to the next bytes on a line."""
        line = self.chance.choice(self.lines)
        kinds: tuple[Kind, ...] = ("reset", "fin", "stall", "latency", "dribble", "half-open")
        before = line.fired
        line.arm(Fault(self.chance.choice(kinds), self.chance.choice(("to-client", "to-server")), rb"(?s)."))
        end = time.monotonic() + 5
        while line.fired == before and time.monotonic() < end:
            time.sleep(0.02)
        line.arm()
        return line.fired > before

    def sleep(self) -> bool:
        """The lid is closed for some minutes; meanwhile the servers give the lines up."""
        self.forker.signal(signal.SIGSTOP)
        self.wait(self.chance.uniform(1, 12))
        if self.chance.random() < 0.7:
            for line in self.lines:
                line.freeze()
        self.forker.signal(signal.SIGCONT)
        return True

    def _without_network(self, kind: Kind) -> bool:
        assert kind in AT_CONNECT
        before = sum(line.fired for line in self.lines)
        for line in self.lines:
            line.arm(Fault(kind, times=1 << 30))
            line.cut() if kind == "refuse" else line.freeze()
        self.wait(self.chance.uniform(2, 12))
        for line in self.lines:
            line.arm()
        return sum(line.fired for line in self.lines) > before

    def refused(self) -> bool:
        """No network: every call is refused."""
        return self._without_network("refuse")

    def silent(self) -> bool:
        """No network: every call goes into a black hole."""
        return self._without_network("black-hole")

    @property
    def events(self) -> tuple[Callable[[], bool], ...]:
        return (
            *(self.drop, self.half_open, self.sending_drops, self.sending_half_open),
            *(self.fault, self.fault, self.sleep, self.refused, self.silent),
        )


def _go_through(day: Day, hours: float) -> None:
    """Mails and events until the evening."""
    kinds: list[Callable[[], bool]] = []
    next_mail = next_event = 0.0
    while day.minutes() < hours * 60:
        if day.minutes() >= next_mail:
            day.deliver()
            next_mail = day.minutes() + MAIL_EVERY * day.chance.uniform(0.5, 1.5)
        if day.minutes() >= next_event + EVERY:
            next_event = day.minutes()
            if not kinds:
                kinds = list(day.events)
                day.chance.shuffle(kinds)
            event = kinds.pop()
            if event():
                day.tally.fired[event.__name__] += 1
        if day.forker.ended():
            day.tally.faults.append(f"the runner ended after {day.minutes():.0f} minutes")
            return
        time.sleep(0.02)


def _evening(day: Day) -> None:
    """The network is good; wait until all is through, then stop the runner and judge."""
    tally = day.tally
    begun = day.minutes()
    while day.minutes() - begun < LATEST and not set(day.delivered) <= day.through() and not day.forker.ended():
        time.sleep(0.05)
    tally.last = day.minutes() - begun
    day.wait(10)  # what would arrive a second time may do so now
    if not day.forker.ended():
        day.forker.signal(signal.SIGTERM)
        ended = day.forker.wait(60)
        tally.lived = ended.code == 130 and not ended.hung
        if not tally.lived:
            tally.faults.append(f"the runner ended with {ended.code}: {ended.err}")
    else:
        ended = day.forker.wait(1)
        tally.faults.append(f"the runner has ended: {ended.code} {ended.err}")
    judged = judge(day.delivered, day.machine.recipients, day.smtp.messages)
    tally.mails, tally.lost, tally.twice = len(day.delivered), len(judged.lost), len(judged.twice)
    tally.left = sum(len(day.server.messages(user)) for user in day.users.values())
    tally.sessions = sum(line.sessions for line in day.lines)
    if not judged.good:
        tally.faults.append(str(judged))
        for state in ("received", "planned", "queued", "held", "uncertain", "failed"):
            tally.faults.append(f"{state}: {sorted(day.machine.told(state))}")


def day(hours: float = HOURS, seed: int | None = None) -> Tally:
    """Live through a day, or a part of it."""
    seed = random.SystemRandom().getrandbits(32) if seed is None else seed
    with ExitStack() as stack:
        here = Day(stack, stack.enter_context(dovecot()), stack.enter_context(Forker()), seed)
        here.forker.start(["run", *here.flows, "--json"], here.machine.environment, change=here.change)
        here.begun = time.monotonic()
        _watch_delays(here, hours)
    if here.tally.faults:
        print(f"seed {seed}")
    return here.tally


def _watch_delays(here: Day, hours: float) -> None:
    """Go through the day, with an eye on how long mails take."""
    kept = here.smtp.keep

    def keep(arrived: object) -> None:
        kept(arrived)  # type: ignore[arg-type]  # passes on whatever the server keeps
        began = here.delivered.get(number_of(here.smtp.messages[-1].raw))
        if began is not None:
            here.tally.longest = max(here.tally.longest, here.minutes() - began)

    setattr(here.smtp, "keep", keep)  # noqa: B010 - mypy forbids to assign to a method
    _go_through(here, hours)
    _evening(here)


def main() -> list[Figure]:
    """Eight hours."""
    tally = day()
    for name, count in sorted(tally.fired.items()):
        print(f"{name:20} {count:3} fired")
    for fault in tally.faults:
        print(fault)
    return [
        figures.told("day", f"simulated hours (1 hour in {3600 // FASTER} s)", HOURS),
        figures.at_least("day", "events fired", tally.fired.total(), EVENTS),
        figures.at_least("day", "mails delivered", tally.mails, 200),
        figures.at_most("day", "lost", tally.lost),
        figures.at_most("day", "twice", tally.twice),
        figures.at_most("day", "left in a mailbox", tally.left),
        figures.told("day", "sessions opened", tally.sessions),
        figures.told("day", "longest way of a mail, simulated minutes", round(tally.longest, 1)),
        figures.told("day", "after the last event all was through in simulated minutes", round(tally.last, 1)),
        figures.at_most("day", "runner dead", int(not tally.lived)),
        figures.at_most("day", "anything else wrong", len(tally.faults)),
    ]
