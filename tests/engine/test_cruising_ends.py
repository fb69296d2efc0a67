"""The ends of sending: lines that take nothing more, flows and engines that stop, journals that fail, gates that close."""

from __future__ import annotations

import contextlib
import select
import selectors
import socket
import threading
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from mailflow_gui.engine import cruising
from mailflow_gui.engine.noting import Sent
from mailflow_gui.errors import StorageError
from mailflow_gui.journal.journal import Transaction
from mailflow_gui.mail.server import Server
from mailflow_gui.mail.smtp import SmtpSession
from mailflow_gui.mail.smtp_envelope import Begun, Envelope
from mailflow_gui.paths import Home
from tests.engine.post import Post, Watching, post_office, states, subject
from tests.journeys.world import wait_until
from tests.servers.recording_smtp import Action, Recorded

LARGE = b"a line of a large mail, as long as such lines are, and then some\r\n" * 12_000


class Small(SmtpSession):
    """Its line takes little at once."""

    @classmethod
    def open(cls, server: Server, *arguments: Any, **options: Any) -> Any:
        made = super().open(server, *arguments, **options)
        made.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        return made


class Stuffed(Small):
    """Its line is full of the mail's last bytes when the dot is said by the thread that doesn't wait."""

    full = threading.Event()
    times = 0

    def begin(self, *arguments: Any, **options: Any) -> Begun:
        Stuffed.full.clear()
        return super().begin(*arguments, **options)

    def begin_granted(self, content: Iterable[bytes]) -> tuple[str, ...]:
        Stuffed.full.clear()
        return super().begin_granted(content)

    def say_dot(self, ahead: Envelope | None = None, *, looked: bool = False) -> None:
        if not self._dialogue.waits:
            self._fill()
        super().say_dot(ahead, looked=looked)
        Stuffed.times += self.unsent
        Stuffed.full.set()

    def _fill(self) -> None:
        sent = 0
        with contextlib.suppress(BlockingIOError):
            while True:
                sent += self.socket.send(b"\r\n"[sent % 2 :])
        if sent % 2:
            self._dialogue.send(b"\n")


class Unhurried(Watching):
    """Doesn't read on in a mail's content before it is let."""

    def __init__(self, go_on: threading.Event) -> None:
        self.go_on = go_on
        super().__init__()
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)

    def hooked(self, verb: str, about: str) -> Any:
        if verb == "BODY":
            self.go_on.wait(60)
        return super().hooked(verb, about)


def test_a_dot_that_the_line_does_not_take_at_once_goes_later(home: Home) -> None:
    Stuffed.times = 0
    with Unhurried(Stuffed.full) as server, post_office(home, server, sessions=1, session=Stuffed) as post:
        jobs = post.jobs(6)
        post.bring(jobs)
        assert post.judge(jobs, server) == {"sent": 6}
        assert Stuffed.times >= 3
        assert not server.broken


def test_a_server_that_reads_nothing_more_delays_its_mail_only(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    go_on = threading.Event()
    go_on.set()
    with Unhurried(go_on) as server, post_office(home, server, sessions=1, session=Small) as post:
        post.bring(post.jobs(2))
        monkeypatch.setenv("MAILFLOW_TIMEOUT_SCALE", "0.004")
        go_on.clear()
        jobs = post.jobs(1, body=LARGE)
        post.bring(jobs)
        assert post.judge(jobs, server) == {"queued": 1}
        go_on.set()
        monkeypatch.setenv("MAILFLOW_TIMEOUT_SCALE", "1")
        jobs = post.jobs(5, body=LARGE)
        post.bring(jobs)
        assert post.judge(jobs, server) == {"sent": 5}


@pytest.mark.parametrize(("answer", "state"), [("552 5.2.3 too long", "failed"), ("452 4.2.2 full", "queued")])
def test_what_a_server_says_in_the_middle_of_a_mail_counts(
    home: Home, answer: str, state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAILFLOW_TIMEOUT_SCALE", "1")
    said, go_on = threading.Event(), threading.Event()
    go_on.set()

    class Interrupting(Unhurried):
        def hooked(self, verb: str, about: str) -> Any:
            if verb == "BODY" and said.is_set():
                return answer
            return super().hooked(verb, about)

    with Interrupting(go_on) as server, post_office(home, server, sessions=1, session=Small) as post:
        post.bring(post.jobs(3))
        said.set()
        jobs = post.jobs(2, body=LARGE)
        post.bring(jobs)
        assert post.judge(jobs, server) == {state: 2}
        said.clear()
        post.bring(post.jobs(3))
        assert len(server.messages) == 6


def test_servers_that_answer_nothing_are_left_to_threads_that_wait(
    server: Watching, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cruising, "PATIENCE", 0.05)
    post.bring(post.jobs(8))
    monkeypatch.setenv("MAILFLOW_TIMEOUT_SCALE", "0.004")
    server.answer("RCPT", Action.HANG, times=4)
    server.answer("DOT", Action.HANG, times=2)
    jobs = post.jobs(30)
    post.bring(jobs)
    counted = post.judge(jobs, server)
    assert counted["uncertain"] <= 2
    assert not post.crashes


def test_sessions_without_work_say_goodbye_and_others_are_opened(
    server: Watching, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cruising, "LINGER", 0.0)
    for _each in range(3):
        jobs = post.jobs(10)
        post.bring(jobs)
        assert post.judge(jobs, server) == {"sent": 10}
        server.settle()
    assert server.lines.count(b"QUIT") == server.sessions >= 3


def test_a_session_stays_for_mails_that_come_one_by_one(server: Watching, post: Post) -> None:
    def waits() -> bool:
        cruise = post.sending._cruising
        return cruise is not None and cruise.free == 1 and not cruise._woken

    for _each in range(4):
        jobs = post.jobs(1)
        post.bring(jobs)
        assert post.judge(jobs, server) == {"sent": 1}
        wait_until(waits, what="the session being free")
    assert server.sessions == 1


def test_sessions_that_a_server_ends_while_they_are_idle_are_replaced(server: Watching, post: Post) -> None:
    for _each in range(5):
        jobs = post.jobs(12)
        post.bring(jobs)
        assert post.judge(jobs, server) == {"sent": 12}
        server.cut()


def test_a_flow_that_stops_in_the_middle_puts_down_what_has_not_begun(server: Watching, post: Post) -> None:
    kept = server.keep

    def stop_at_fifty(mail: Recorded) -> None:
        kept(mail)
        if len(server.messages) >= 50:
            post.bench.running.stopping.set()

    server.keep = stop_at_fifty  # type: ignore[method-assign]  # the moment is the server's
    jobs = post.jobs(200)
    post.bring(jobs)
    arrived = {subject(mail.raw) for mail in server.messages}
    ended = [item for item, _state in post.ends] + post.down
    assert sorted(ended) == sorted(job.work.row.id for job in jobs)
    for job in jobs:
        assert states(post.bench, job.frozen.way) == {"sent" if job.frozen.way in arrived else "planned"}
    assert len(server.messages) < 80


def test_an_engine_that_stops_finishes_what_is_in_hand_and_leaves_the_rest(home: Home, server: Watching) -> None:
    with post_office(home, server) as post:
        jobs = post.jobs(300)
        post.sending.put(jobs)
        server.wait_for(40)
        post.sending.stop()
        server.settle()
        arrived = {subject(mail.raw) for mail in server.messages}
        post.wait(lambda: len(post.ends) == len(arrived))
        assert len(arrived) == len(server.messages) < 300
        for job in jobs:
            assert states(post.bench, job.frozen.way) == {"sent" if job.frozen.way in arrived else "planned"}
        assert server.lines.count(b"QUIT") == server.sessions
    assert not server.broken


def test_a_journal_that_fails_says_no_further_dot_and_hangs_nobody(home: Home, server: Watching) -> None:
    with post_office(home, server) as post:
        kept = server.keep

        def no_room(_transaction: Transaction) -> None:
            raise OSError(28, "No space left on device")

        def fail_at_twenty(mail: Recorded) -> None:
            kept(mail)
            if len(server.messages) == 20:
                post.bench.journal.write(no_room)

        server.keep = fail_at_twenty  # type: ignore[method-assign]  # the moment is the server's
        jobs = post.jobs(200)
        post.sending.put(jobs)
        post.wait(lambda: False)
        assert isinstance(post.crashes[0], StorageError)
        post.sending.stop()
        server.settle()
        arrived = [subject(mail.raw) for mail in server.messages]
        assert len(set(arrived)) == len(arrived) < 60
        assert all(states(post.bench, name) <= {"sent", "uncertain"} for name in arrived)
    assert not server.broken  # each dot had its durable note


class Interrupted(SmtpSession):
    """The server says goodbye as soon as a mail that was announced before has begun, and that has come before its dot."""

    server: Watching

    def wait_for_nothing(self) -> None:
        select.select([self.socket], [], [], 0.2)  # the replies to what was announced are there
        Interrupted.server.answer("BODY", "421 4.3.2 closing", times=1)
        super().wait_for_nothing()

    def begin_granted(self, content: Iterable[bytes]) -> tuple[str, ...]:
        begun = super().begin_granted(content)
        select.select([self.socket], [], [], 2)
        return begun


def test_a_goodbye_just_before_the_dot_is_heard(home: Home, server: Watching) -> None:
    Interrupted.server = server
    with post_office(home, server, sessions=1, session=Interrupted) as post:
        jobs = post.jobs(12)
        post.bring(jobs)
        assert not post.crashes
        assert set(post.judge(jobs, server)) == {"sent", "queued"}


class Busy(socket.socket):
    """Whenever it is read, somebody wakes its reader once more in just that moment."""

    wake: Callable[[], None] | None = None

    def recv(self, *arguments: Any) -> bytes:
        wake, Busy.wake = Busy.wake, None
        if wake is not None:
            wake()
        return super().recv(*arguments)


def test_who_wakes_it_while_it_wakes_up_takes_nothing_from_the_next(
    home: Home, server: Watching, monkeypatch: pytest.MonkeyPatch
) -> None:
    make = socket.socketpair

    def pair(*arguments: Any) -> tuple[socket.socket, socket.socket]:
        reader, writer = make(*arguments)
        return Busy(fileno=reader.detach()), writer

    monkeypatch.setattr(socket, "socketpair", pair)
    with post_office(home, server) as post:
        post.bring(post.jobs(8))
        cruise = post.sending._cruising
        assert cruise is not None
        wait_until(lambda: not cruise._woken)
        Busy.wake = cruise.wake
        cruise.wake()
        wait_until(lambda: Busy.wake is None)
        wait_until(lambda: not cruise._woken, 5, "being ready to be woken")


def test_an_item_stands_where_its_last_mail_has_left_it(post: Post) -> None:
    """However late the thread is that noted the mail before."""
    bringing, journal = post.sending._bringing, post.bench.journal
    first, second = post.jobs(1, mails=2)
    bringing.note([], [(each, each.recipients, {}) for each in (first, second)])()
    write = journal.write

    def late(function: Callable[[Transaction], Any]) -> Any:
        journal.write = write  # type: ignore[method-assign]  # once
        written = write(function)
        written.result()
        bringing.note_all_sent([Sent(second, second.recipients, "250 ok")])
        wait_until(lambda: first.work.pending == 1, what="the second note")
        return written

    journal.write = late  # type: ignore[method-assign]  # this thread is slow
    bringing.note_all_sent([Sent(first, first.recipients, "250 ok")])
    assert post.ends == [(first.work.row.id, "sent")]


def test_an_item_ends_once_when_what_follows_a_note_is_left_for_later(post: Post) -> None:
    bringing = post.sending._bringing
    first, second = post.jobs(1, mails=2)
    bringing.note([], [(each, each.recipients, {}) for each in (first, second)])()
    go_on = bringing.note([Sent(first, first.recipients, "250 ok")], [])
    bringing.note([Sent(second, second.recipients, "250 ok")], [])()
    assert post.ends == []
    go_on()
    assert post.ends == [(first.work.row.id, "sent")]


def test_a_secret_that_is_refused_meanwhile_holds_what_is_left(home: Home) -> None:
    class SignedIn(SmtpSession):
        @classmethod
        def open(cls, server: Server, *arguments: Any, **options: Any) -> Any:
            return super().open(server, "me", "right")

    with (
        Watching(username="me", password="right") as server,
        post_office(home, server, session=SignedIn) as post,
    ):
        post.bring(post.jobs(20))
        server.password = "another"
        server.cut()
        jobs = post.jobs(50)
        post.bring(jobs)
        assert post.judge(jobs, server) == {"held": 50}
        assert {state for _item, state in post.ends[20:]} == {"held"}


def test_where_there_is_only_select_it_works_the_same(
    home: Home, server: Watching, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on Windows."""
    monkeypatch.setattr(selectors, "DefaultSelector", selectors.SelectSelector)
    monkeypatch.delattr(select, "poll", raising=False)
    with post_office(home, server) as post:
        for trouble in (Action.DROP, Action.RESET, "421 4.3.2 closing", "550 5.1.1 no"):
            for verb in ("MAIL", "RCPT", "BODY", "DOT"):
                server.answer(verb, trouble, times=2)
            jobs = post.jobs(40)
            post.bring(jobs)
            counted = post.judge(jobs, server)
            assert not post.crashes
            assert counted["uncertain"] <= 2
            server.forget_answers()
    assert not server.broken
