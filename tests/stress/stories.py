"""Longer stories of servers that misbehave: over several runs, or with another mail program in between.

Each is a function of a server, a forker and a directory that gives what was wrong, in words; nothing if all was well.
"""

from __future__ import annotations

import re
import signal
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Literal

from tests.servers.dovecot import Dovecot
from tests.servers.meddling import Edit, Meddling, When
from tests.servers.recording_smtp import RecordingSmtp
from tests.servers.scripted import Dribble, Drop, Say, Stall
from tests.stress.forking import Ended, Forker
from tests.stress.machine import Machine, judge, mail, number_of
from tests.stress.stress_kill import new_user

MANY_SESSIONS = 20
"""Sessions in a run of some seconds whose IDLE fails each time."""
FEW_SESSIONS = 4
"""Sessions that a run may have with a server which refuses the same command again and again."""


class Stage:
    """A mailbox behind a meddled line, a home, a receiving server."""

    def __init__(
        self, stack: ExitStack, server: Dovecot, forker: Forker, directory: Path, protocol: Literal["imap", "pop3"]
    ) -> None:
        self.server, self._forker = server, forker
        self.user = new_user(server)
        self.smtp = stack.enter_context(RecordingSmtp())
        self.line = stack.enter_context(Meddling(getattr(server, protocol), protocol))
        self.machine = Machine(directory, scale="0.02")
        self.machine.add("inbox", protocol, self.line.port, self.user)
        self.machine.add("outgoing", "smtp", self.smtp.port)

    def deliver(self, *numbers: int) -> list[int]:
        return self.server.deliver_all(self.user, [mail(number) for number in numbers])

    def run(self, receive: dict[str, Any]) -> Ended:
        flow = self.machine.flow(receive)
        return self._forker.run(["run", flow, "--until-idle", "--json"], self.machine.environment, seconds=45)

    def begin(self, receive: dict[str, Any]) -> None:
        """``run FLOW``, until :meth:`end`."""
        self._forker.start(["run", self.machine.flow(receive), "--json"], self.machine.environment)

    def wait_for(self, count: int) -> None:
        """Until so many mails have arrived, but not for ever."""
        end = time.monotonic() + 15
        while len(self.smtp.messages) < count and time.monotonic() < end and not self._forker.ended():
            time.sleep(0.05)

    def end(self) -> list[str]:
        """Stop what :meth:`begin` began; what was wrong with its end."""
        self._forker.signal(signal.SIGTERM)
        ended = self._forker.wait(30)
        return [] if ended.code == 130 and not ended.hung else [f"ended with {ended.code}: {ended.err}"]

    def ask(self, *arguments: str) -> Ended:
        return self._forker.run(arguments, self.machine.environment)

    def wrong(self, *numbers: int) -> list[str]:
        """What is wrong if just these mails must have arrived, once."""
        judged = judge(numbers, self.machine.recipients, self.smtp.messages)
        return [] if judged.good else [str(judged)]


def _validity(plus: int) -> Edit:
    def changed(answer: bytes) -> bytes:
        return re.sub(rb"UIDVALIDITY (\d+)", lambda found: b"UIDVALIDITY %d" % (int(found[1]) + plus), answer)

    return Edit(changed)


def uidvalidity_changes(stage: Stage) -> list[str]:
    """Everything old is known or asked about, never sent again; what is new after the answer arrives."""
    keep = {"after_receiving": "leave", "unseen_only": False}
    stage.deliver(1, 2, 3)
    first = stage.run(keep)
    stage.line.rules = [When("SELECT", _validity(1), times=999), When("EXAMINE|STATUS", _validity(1), times=999)]
    runs = [first, stage.run(keep), stage.run(keep)]
    wrong = stage.wrong(1, 2, 3)
    if runs[-1].code == 3:
        stage.ask("connections", "resume", "inbox", "--existing", "skip")
        runs.append(stage.run(keep))
    stage.deliver(4)
    runs.append(stage.run(keep))
    return [*wrong, *stage.wrong(1, 2, 3, 4), *[str(run) for run in runs if run.hung]]


def uidvalidity_changes_with_unsent_mail(stage: Stage) -> list[str]:
    """Mail that came before the change and was never seen isn't passed over unsaid: it arrives, or a person is asked and says so."""
    keep = {"after_receiving": "leave", "unseen_only": False}
    stage.deliver(1, 2)
    stage.run(keep)
    stage.deliver(3)
    stage.line.rules = [When("SELECT", _validity(7), times=999), When("EXAMINE|STATUS", _validity(7), times=999)]
    last = stage.run(keep)
    if last.code == 0:
        return stage.wrong(1, 2, 3)
    return stage.wrong(1, 2) + ([] if last.code == 3 else [f"nobody is asked: {last}"])


def uids_have_gaps(stage: Stage) -> list[str]:
    """UIDs 2 and 4 are gone; the others arrive."""
    uids = stage.deliver(1, 2, 3, 4, 5, 6)
    for uid in (uids[1], uids[3]):
        stage.server.set_flags(stage.user, uid, "\\Deleted")
    stage.server.expunge(stage.user)
    ran = stage.run({"maximum_emails": 2})
    return stage.wrong(1, 3, 5, 6) + ([] if ran.code == 0 else [str(ran)])


def mails_vanish_between_search_and_fetch(stage: Stage) -> list[str]:
    """Another mail program expunges one just when it was found."""
    uids = stage.deliver(1, 2, 3)

    def expunged(answer: bytes) -> bytes:
        stage.server.set_flags(stage.user, uids[1], "\\Deleted")
        stage.server.expunge(stage.user)
        return answer

    stage.line.rules = [When("UID SEARCH", Edit(expunged))]
    ran = stage.run({})
    return stage.wrong(1, 3) + ([] if ran.code == 0 else [str(ran)])


def uidl_is_used_again(stage: Stage) -> list[str]:
    """A mail was sent and deleted; a new one of the same size gets its name (RFC 1939 7 allows that)."""
    stage.line.rules = [When("UIDL", Edit(lambda answer: re.sub(rb"(\n\d+) \S+\r", rb"\1 again\r", answer)), times=999)]
    remove = {"after_receiving": "delete"}
    stage.deliver(1)
    stage.run(remove)
    stage.run(remove)
    stage.deliver(2)
    stage.run(remove)
    ran = stage.run(remove)
    left = {number_of(raw) for raw in stage.server.messages(stage.user).values()}
    return stage.wrong(1, 2) + ([f"left on the server: {left}, {ran}"] if left else [])


def _refuses(command: str, *answer: str) -> Callable[[Stage], list[str]]:
    def story(stage: Stage) -> list[str]:
        """The run ends, says so, and doesn't sign in again and again."""
        stage.deliver(1)
        stage.line.rules = [When(command, Say(*answer), times=1 << 30)]
        ran = stage.run({})
        wrong = []
        if ran.hung:
            wrong.append(f"hangs; {stage.line.sessions} sessions")
        elif stage.line.sessions > FEW_SESSIONS:
            wrong.append(f"{stage.line.sessions} sessions")
        elif ran.code not in {1, 3} or not ran.err.strip():
            wrong.append(f"nobody is told: {ran.code} {ran.out}")
        stage.line.rules = []
        last = stage.run({})
        if last.code == 3:
            stage.ask("connections", "validate", "inbox")
            last = stage.run({})
        return wrong + stage.wrong(1)

    return story


def _idles(*steps: Say | Drop | Stall | Dribble) -> Callable[[Stage], list[str]]:
    def story(stage: Stage) -> list[str]:
        """Mail that comes while the flow waits arrives all the same, and the server isn't called again and again."""
        stage.line.rules = [When("IDLE", *steps, times=1 << 30)]
        stage.begin({"delay": {"value": 2, "unit": "seconds"}})
        for number in (1, 2, 3):
            stage.deliver(number)
            stage.wait_for(number)
        wrong = stage.end()
        calls = stage.line.sessions
        return wrong + stage.wrong(1, 2, 3) + ([f"{calls} sessions"] if calls > MANY_SESSIONS else [])

    return story


STORIES: Sequence[tuple[str, Literal["imap", "pop3"], Callable[[Stage], list[str]]]] = (
    ("imap UIDVALIDITY changes", "imap", uidvalidity_changes),
    ("imap UIDVALIDITY changes, unsent mail there", "imap", uidvalidity_changes_with_unsent_mail),
    ("imap UIDs with gaps", "imap", uids_have_gaps),
    ("imap mails vanish between SEARCH and FETCH", "imap", mails_vanish_between_search_and_fetch),
    ("pop3 UIDL used again for another mail", "pop3", uidl_is_used_again),
    ("imap NOOP: BAD, for ever", "imap", _refuses("NOOP", "{tag} BAD what")),
    ("imap CAPABILITY: NO [CANNOT], for ever", "imap", _refuses("CAPABILITY", "{tag} NO [CANNOT] no")),
    ("imap SELECT: NO [LIMIT], for ever", "imap", _refuses("SELECT", "{tag} NO [LIMIT] no")),
    ("imap SEARCH: BAD, for ever", "imap", _refuses("UID SEARCH", "{tag} BAD what")),
    ("imap SEARCH: NO [CANNOT], for ever", "imap", _refuses("UID SEARCH", "{tag} NO [CANNOT] no")),
    ("imap FETCH: BAD, for ever", "imap", _refuses("UID FETCH", "{tag} BAD what")),
    ("imap FETCH: NO [UNAVAILABLE], for ever", "imap", _refuses("UID FETCH", "{tag} NO [UNAVAILABLE] no")),
    ("imap IDLE: NO", "imap", _idles(Say("{tag} NO not today"))),
    ("imap IDLE: BAD", "imap", _idles(Say("{tag} BAD what"))),
    ("imap IDLE: garbage", "imap", _idles(Say(b"\x00\xff\r\n"))),
    ("imap IDLE: hangs up", "imap", _idles(Drop())),
    ("imap IDLE: silence", "imap", _idles(Stall())),
    ("imap IDLE: taken, then silence", "imap", _idles(Say("+ idling"), Stall())),
    ("imap IDLE: dribbles", "imap", _idles(Dribble())),
    ("pop3 AUTH: -ERR [UTF8], for ever", "pop3", _refuses("AUTH", "-ERR [UTF8] no")),
    ("pop3 LIST: -ERR, for ever", "pop3", _refuses("LIST", "-ERR no")),
    ("pop3 UIDL: -ERR, for ever", "pop3", _refuses("UIDL", "-ERR no")),
    ("pop3 RETR: -ERR [SYS/TEMP], for ever", "pop3", _refuses("RETR", "-ERR [SYS/TEMP] no")),
    ("pop3 RETR: -ERR, for ever", "pop3", _refuses("RETR", "-ERR no")),
)
"""Name, protocol, story."""


def tell(server: Dovecot, forker: Forker, directory: Path, number: int) -> list[str]:
    """Let one story happen; gives what was wrong."""
    name, protocol, story = STORIES[number]
    with ExitStack() as stack:
        return [f"{name}: {each}" for each in story(Stage(stack, server, forker, directory, protocol))]
