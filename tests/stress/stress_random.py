"""SIGKILLs at random times while mail keeps arriving: real Dovecot, recording SMTP, several homes side by side.

Each story has a home and a mailbox of its own. Before each kill some mails arrive; the runner is killed a random moment after its start,
or a random moment after some more mails have come out. In the end it runs until nothing is left, and the receiving server tells.
"""

from __future__ import annotations

import os
import random
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from tests.servers.dovecot import Dovecot, dovecot
from tests.servers.recording_smtp import RecordingSmtp
from tests.stress import figures
from tests.stress.figures import Figure
from tests.stress.forking import Forker
from tests.stress.machine import RECIPIENTS, Machine, judge, mail
from tests.stress.stress_kill import SESSIONS, in_threads, new_user

KILLS = 100
MAILS = 2000
STORIES = (
    ("imap", "delete", 1, True),
    ("imap", "mark-seen", 3, False),
    ("pop3", "delete", 1, True),
    ("imap", "leave", 1, False),
)
"""Protocol, what is done after receiving, recipients, and whether the engine can ask by Message-ID what has arrived."""


@dataclass
class Tally:
    """What all stories together have shown."""

    kills: int = 0
    mails: int = 0
    arrived: int = 0
    lost: int = 0
    twice: int = 0
    hung: int = 0
    doubtful: int = 0
    beyond: int = 0
    """Mails in doubt beyond one for each SMTP session and kill."""
    faults: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)


def story(
    server: Dovecot, forker: Forker, what: tuple[str, str, int, bool], kills: int, mails: int, chance: random.Random
) -> Tally:
    """One home that is killed ``kills`` times while ``mails`` mails go through."""
    protocol, action, count, probed = what
    tally = Tally(mails=mails)
    with tempfile.TemporaryDirectory() as directory, RecordingSmtp(directory=Path(directory)) as smtp:
        change = {"probe": directory} if probed else {}
        user = new_user(server)
        machine = Machine(Path(directory), RECIPIENTS[:count], scale="0.2")
        machine.add("inbox", protocol, getattr(server, protocol), user)
        machine.add("outgoing", "smtp", smtp.port)
        flow = machine.flow(
            {"after_receiving": action, "unseen_only": False, "maximum_emails": chance.choice((5, 50, -1))}
        )
        delivered = 0
        while tally.kills < kills:
            more = min(mails - delivered, -(-mails // kills))
            server.deliver_all(user, [mail(number) for number in range(delivered, delivered + more)])
            delivered += more
            before = len(smtp.messages)
            forker.start(["run", flow, "--json"], machine.environment, change=change)
            if chance.random() < 0.4:
                time.sleep(chance.random() * 0.6)
            else:
                goal = before + chance.randint(1, max(1, min(more, delivered - before)))
                end = time.monotonic() + 5
                while len(smtp.messages) < goal and time.monotonic() < end and not forker.ended():
                    time.sleep(0.001)
                time.sleep(chance.random() * 0.02)
            forker.kill()
            smtp.settle()
            tally.kills += 1
        for _again in range(2):
            last = forker.run(["run", flow, "--until-idle", "--json"], machine.environment, change=change)
            tally.hung += last.hung
        smtp.settle()
        doubtful = machine.told("uncertain")
        judged = judge(range(mails), machine.recipients, smtp.messages, doubtful)
    tally.arrived, tally.lost, tally.twice = judged.arrived, len(judged.lost), len(judged.twice)
    tally.doubtful, tally.beyond = len(doubtful), max(0, len(doubtful) - (0 if probed else SESSIONS * kills))
    if judged.strange:
        tally.faults.append(f"{what}: {judged.strange} strange mails")
    if last.counts != (0, 0, 0, 0, len(doubtful)) or last.code != (1 if doubtful else 0):
        tally.faults.append(f"{what}: the last run did something: {last.code} {last.out} {last.err}")
    return tally


def kills(count: int = KILLS, mails: int = MAILS, seed: int | None = None) -> Tally:
    """So many kills and mails, shared among the stories."""
    seed = int.from_bytes(os.urandom(4), "big") if seed is None else seed
    total = Tally()
    shares = [(what, count // len(STORIES), mails // len(STORIES)) for what in STORIES]
    with dovecot() as server, Forker() as one, Forker() as other:

        def work(forker: Forker, first: int) -> None:
            for index in range(first, len(shares), 2):
                what, some_kills, some_mails = shares[index]
                told = story(server, forker, what, some_kills, some_mails, random.Random(f"{seed}/{index}"))
                with total.lock:
                    for name in ("kills", "mails", "arrived", "lost", "twice", "hung", "doubtful", "beyond", "faults"):
                        setattr(total, name, getattr(total, name) + getattr(told, name))

        in_threads([lambda: work(one, 0), lambda: work(other, 1)])
    if total.lost or total.twice or total.faults:
        print(f"seed {seed}")
    return total


def main() -> list[Figure]:
    """The full number."""
    tally = kills()
    for fault in tally.faults:
        print(fault)
    return [
        figures.at_least("random", "kills", tally.kills, KILLS),
        figures.at_least("random", "mails", tally.mails, MAILS),
        figures.told("random", "mail and recipient pairs arrived", f"{tally.arrived:,}"),
        figures.at_most("random", "lost", tally.lost),
        figures.at_most("random", "twice", tally.twice),
        figures.at_most("random", "hung", tally.hung),
        figures.told("random", "mails left in doubt", tally.doubtful),
        figures.at_most("random", "in doubt beyond one for each session and kill (none with a probe)", tally.beyond),
        figures.at_most("random", "anything else wrong", len(tally.faults)),
    ]
