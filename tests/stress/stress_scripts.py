"""Servers that misbehave by script, each against a whole flow: what class and sentence it comes to, and whether the promise was kept.

The first run meets the script; then the flow runs on with a good server until nothing is left, a person validating what was switched off
and asking again for what failed. Judged by the servers as the faults are.
"""

from __future__ import annotations

import copy
import json
import queue
import tempfile
import textwrap
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.servers.dovecot import Dovecot, dovecot
from tests.servers.meddling import Meddling, When
from tests.servers.recording_smtp import EXTENSIONS, RecordingSmtp
from tests.stress import figures
from tests.stress.figures import Figure
from tests.stress.forking import Ended, Forker
from tests.stress.machine import Machine, judge, mail, number_of
from tests.stress.scripts import SCRIPTS, Script
from tests.stress.stories import STORIES, tell
from tests.stress.stress_kill import in_threads, new_user

MAILS = 3
LEAST = 60
WORKERS = 3
ROUNDS = 8
SCALE = "0.02"
HUNG = 60.0


@dataclass(frozen=True)
class Came:
    """What a script came to."""

    script: Script
    outcome: str
    """The class of the first error; ``none``."""
    code: str
    sentence: str
    end: str
    """In the end: how many arrived, and how many are shown as maybe sent or failed."""
    helped: bool
    wrong: tuple[str, ...] = ()
    lost: int = 0
    twice: int = 0
    hung: int = 0


@dataclass
class Tally:
    """What all scripts have come to."""

    came: list[Came] = field(default_factory=list)
    stories: list[str] = field(default_factory=list)
    """The names of the stories that went well."""
    faults: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)


class Scene:
    """One mailbox, one home, and servers of which one follows a script."""

    def __init__(self, server: Dovecot, forker: Forker, directory: Path, script: Script) -> None:
        self.server, self._forker, self.script = server, forker, script
        self.user = new_user(server)
        server.deliver_all(self.user, [mail(number) for number in range(MAILS)])
        extensions = EXTENSIONS if script.extensions is None else script.extensions
        self.smtp = RecordingSmtp(extensions=extensions)
        for verb, answer, times in script.orders:
            self.smtp.answer(verb, answer, times=times)
        protocol: Any = "pop3" if script.protocol == "pop3" else "imap"
        rules: Sequence[When] = copy.deepcopy(script.rules)
        self.line = Meddling(getattr(server, protocol), protocol, *rules)
        self.machine = Machine(directory, scale=SCALE)
        self.machine.add("inbox", protocol, self.line.port, self.user)
        self.machine.add("outgoing", "smtp", self.smtp.port)
        self.flow = self.machine.flow({"after_receiving": script.after})
        self._errors = directory / "errors"

    def run(self) -> Ended:
        return self._forker.run(
            ["run", self.flow, "--until-idle", "--json"],
            self.machine.environment,
            seconds=HUNG,
            change={"errors": str(self._errors)},
        )

    def ask(self, *arguments: str) -> Ended:
        """One more command line of a person."""
        return self._forker.run(arguments, self.machine.environment, seconds=HUNG)

    def errors(self) -> list[dict[str, str]]:
        """What the engine took note of."""
        lines = self._errors.read_text(encoding="utf-8").splitlines() if self._errors.exists() else []
        return [json.loads(line) for line in lines]


def play(server: Dovecot, forker: Forker, script: Script) -> Came:
    """Let one script happen, and judge."""
    wrong: list[str] = []
    with tempfile.TemporaryDirectory() as directory:
        scene = Scene(server, forker, Path(directory), script)
        runs: list[Ended] = []
        helped = False
        with scene.smtp, scene.line:
            for _round in range(ROUNDS):
                runs.append(scene.run())
                idle = runs[-1].code in (0, 1) and runs[-1].counts[:4] == (0, 0, 0, 0)
                if len(runs) > 1 and idle and not _waiting(scene):
                    break
                scene.machine.make_due()
                helped |= _help(scene, runs)
        # A mail that failed for good (a size that is a lie) is shown, and stays on its server.
        doubtful = scene.machine.told("uncertain") | scene.machine.told("failed")
        judged = judge(range(MAILS), scene.machine.recipients, scene.smtp.messages, doubtful)
        flags = server.flags(scene.user)
        left = {number_of(raw) for uid, raw in server.messages(scene.user).items() if "\\Deleted" not in flags[uid]}
        errors = scene.errors()
    first = errors[0] if errors else {"class": "none", "code": "", "text": "", "advice": ""}
    if script.rules and not scene.line.fired:
        wrong.append("the script did not happen")
    if not judged.good:
        wrong.append(str(judged))
    if first["class"] not in script.expected.split("|"):
        wrong.append(f"expected {script.expected}")
    # What can't be done after receiving is told, and not tried for ever.
    told = any(each["code"] in {"command-refused", "message-vanished"} for each in errors)
    if doubtful - left or (left - doubtful and not told):
        wrong.append(f"on the server are {sorted(left)}, in doubt are {sorted(doubtful)}")
    if wrong:
        wrong += [json.dumps(errors), *(f"{run.code} {run.out.strip()} {run.err.strip()}" for run in runs)]
    return Came(
        script,
        first["class"],
        first["code"],
        f"{first['text']} {first['advice']}".strip(),
        f"{len({number_of(each.raw) for each in scene.smtp.messages})} arrived"
        + (f", {len(doubtful)} shown" if doubtful else "")
        + (", helped" if helped else ""),
        helped,
        tuple(wrong),
        len(judged.lost),
        len(judged.twice),
        sum(run.hung for run in runs),
    )


def _waiting(scene: Scene) -> bool:
    return any(scene.machine.open_ids(state) for state in ("received", "planned", "queued", "held", "failed"))


def _help(scene: Scene, runs: Sequence[Ended]) -> bool:
    """What a person does who sees what is wrong: ask again for what failed, validate what was switched off."""
    helped = False
    for item in scene.machine.open_ids("failed"):
        scene.ask("messages", "retry", str(item))
        helped = True
    if [run.code for run in runs[-2:]] == [3, 3]:
        for name in ("inbox", "outgoing"):
            scene.ask("connections", "validate", name)
        helped = True
    return helped


def plays(
    scripts: Sequence[Script] = SCRIPTS, stories: Sequence[int] = range(len(STORIES)), workers: int = WORKERS
) -> Tally:
    """Let all these scripts and stories (by number) happen."""
    tally = Tally()
    waiting: queue.SimpleQueue[Script | int] = queue.SimpleQueue()
    everything: list[Script | int] = [*stories, *scripts]
    for each in everything:
        waiting.put(each)
    with dovecot() as server:

        def work() -> None:
            with Forker() as forker:
                while True:
                    try:
                        what = waiting.get_nowait()
                    except queue.Empty:
                        return
                    try:
                        _one(server, forker, what, tally)
                    except Exception as error:  # noqa: BLE001 - told with the figures; the other scripts go on
                        with tally.lock:
                            tally.faults.append(f"{what if isinstance(what, int) else what.name}: {error!r}")

        in_threads([work] * workers)
    order = {script.name: index for index, script in enumerate(SCRIPTS)}
    tally.came.sort(key=lambda came: order.get(came.script.name, 0))
    return tally


def _one(server: Dovecot, forker: Forker, what: Script | int, tally: Tally) -> None:
    if isinstance(what, Script):
        came = play(server, forker, what)
        with tally.lock:
            tally.came.append(came)
            tally.faults += [f"{what.name}: {each}" for each in came.wrong]
        return
    with tempfile.TemporaryDirectory() as directory:
        wrong = tell(server, forker, Path(directory), what)
    with tally.lock:
        tally.faults += wrong
        tally.stories += [] if wrong else [STORIES[what][0]]


def main() -> list[Figure]:
    """All scripts."""
    tally = plays()
    for came in tally.came:
        print(f"{came.script.name:45} {came.outcome:22} {came.end}")
        print(textwrap.fill(came.sentence or "-", 130, initial_indent="        ", subsequent_indent="        "))
    for name, _protocol, _story in STORIES:
        print(f"{name:45} {'as it should be' if name in tally.stories else 'WRONG'}")
    for fault in tally.faults:
        print(fault)
    wrong = {came.script.name for came in tally.came if came.wrong}
    return [
        figures.at_least("scripts", "scripts played", len(tally.came), LEAST),
        figures.at_most("scripts", "lost", sum(came.lost for came in tally.came)),
        figures.at_most("scripts", "twice", sum(came.twice for came in tally.came)),
        figures.at_most("scripts", "hung", sum(came.hung for came in tally.came)),
        figures.told(
            "scripts",
            "scripts that left a mail to be decided by a person",
            sum("shown" in came.end for came in tally.came),
        ),
        figures.told("scripts", "scripts at which a person had to act", sum(came.helped for came in tally.came)),
        figures.at_least("scripts", "stories that went well", len(tally.stories), len(STORIES)),
        figures.at_most("scripts", "another class than expected, or anything else wrong", len(wrong)),
    ]
