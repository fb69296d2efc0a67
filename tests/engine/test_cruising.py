"""One thread brings the mails of all sessions: whatever servers do, each mail arrives once and the journal says the truth."""

from __future__ import annotations

import socket
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from mailflow_gui.engine import cruising
from mailflow_gui.mail.server import Security
from mailflow_gui.paths import Home
from tests.engine.post import Post, Watching, post_office, states, subject
from tests.servers import certificates
from tests.servers.between import Between
from tests.servers.recording_smtp import Action

LARGE = b"a line of a large mail, as long as such lines are, and then some\r\n" * 12_000
"""A little less than what is brought without waiting at most."""
HEAVY = LARGE * 2


class Pieces(Between):
    """What the server says comes byte by byte."""

    def pass_on(self, source: socket.socket, sink: socket.socket, *, from_server: bool) -> None:
        sink.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while data := source.recv(65536):
            for at in range(0, len(data), 1 if from_server else len(data)):
                sink.sendall(data[at : at + 1] if from_server else data)


def test_each_mail_arrives_once_and_most_without_a_thread_of_their_own(server: Watching, post: Post) -> None:
    jobs = post.jobs(200)
    post.bring(jobs)
    assert post.judge(jobs, server) == {"sent": 200}
    assert {state for _item, state in post.ends} == {"sent"}
    assert server.sessions <= 4
    post.sending.stop()
    server.settle()
    assert server.lines.count(b"QUIT") == server.sessions


@pytest.mark.parametrize("security", ["tls", "starttls"])
@pytest.mark.parametrize("pieces", [False, True])
def test_encrypted_sessions_whose_records_come_in_pieces(
    home: Home, tmp_path: Path, security: Security, pieces: bool
) -> None:
    certificate = certificates.make()
    context = certificate.server_context(tmp_path / "server")
    with (
        Watching(context=context, implicit_tls=security == "tls") as server,
        Pieces(server.port) as line,
        post_office(
            home,
            server,
            port=line.port if pieces else server.port,
            security=security,
            certificate=certificate.pem,
        ) as post,
    ):
        jobs = post.jobs(40) + post.jobs(3, body=LARGE) + post.jobs(20)
        post.bring(jobs)
        assert post.judge(jobs, server) == {"sent": 63}
        assert all(mail.secure for mail in server.messages)
        assert not server.broken


def test_replies_of_many_lines_that_come_byte_by_byte(home: Home, server: Watching) -> None:
    server.answer("MAIL", "250-sender\r\n250-is\r\n250 fine", times=30)
    server.answer("RCPT", "251-forwarded\r\n251 to somebody", times=20)
    server.answer("KEPT", "250-2.0.0 kept\r\n250 2.0.0 for you", times=40)
    with Pieces(server.port) as line, post_office(home, server, port=line.port) as post:
        jobs = post.jobs(60)
        post.bring(jobs)
        assert post.judge(jobs, server) == {"sent": 60}
    assert not server.broken


def test_goodbye_of_many_lines_behind_a_dot_leaves_no_doubt(home: Home, server: Watching) -> None:
    with Pieces(server.port) as line, post_office(home, server, port=line.port) as post:
        post.bring(post.jobs(20))
        server.answer("DOT", "421-4.3.2 closing\r\n421-4.3.2 for a while\r\n421 4.3.2 try later", times=1)
        jobs = post.jobs(20)
        post.bring(jobs)
        assert "uncertain" not in post.judge(jobs, server)


TROUBLES: dict[str, Any] = {
    "fin": Action.DROP,
    "rst": Action.RESET,
    "421": "421 4.3.2 closing",
    "421 and gone": b"421-4.3.2 closing\r\n421 4.3.2 now\r\n",
    "221": "221 2.0.0 bye",
    "4xx": "451 4.3.0 not now",
    "5xx": "554 5.6.0 never",
    "garbage": b"\x00\xff nonsense\r\n",
    "overlong": b"2" * 70_000 + b"\r\n",
    "half a line": b"25",
}


@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA", "BODY", "DOT", "KEPT", "RSET", "QUIT", "CONNECT"])
@pytest.mark.parametrize("trouble", TROUBLES)
def test_trouble_anywhere_loses_and_repeats_nothing(
    server: Watching, post: Post, verb: str, trouble: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if trouble == "half a line":
        monkeypatch.setenv("MAILFLOW_TIMEOUT_SCALE", "0.004")
        monkeypatch.setattr(cruising, "PATIENCE", 0.05)
    if verb in {"DOT", "KEPT"}:  # no server says of a mail that it has kept that it hasn't, nor the other way round
        verb = {"221": "KEPT", "421": "DOT", "421 and gone": "DOT", "4xx": "DOT", "5xx": "DOT"}.get(trouble, verb)
    post.bring(post.jobs(8))
    server.answer(verb, TROUBLES[trouble], times=3)
    jobs = post.jobs(40)
    post.bring(jobs)
    counted = post.judge(jobs, server)
    assert not post.crashes
    if verb not in {"BODY", "DOT", "KEPT"}:  # what comes in the middle of a body may cross the dot on its way
        assert counted["uncertain"] == 0
    assert counted["uncertain"] <= 3
    assert counted["sent"] >= 20 or trouble == "half a line"


@pytest.mark.parametrize("answer", ["421 4.3.2 enough", "221 2.0.0 enough", b""])
def test_a_session_that_ends_right_behind_a_receipt_costs_nothing(server: Watching, post: Post, answer: Any) -> None:
    """Servers take so many mails in a session and then hang up, whatever was said ahead."""

    said = answer if isinstance(answer, bytes) else f"{answer}\r\n".encode()
    for _each in range(5):
        server.answer("KEPT", b"250 2.0.0 kept\r\n" + said, times=1)
        server.answer("MAIL", Action.RESET, times=1)
        jobs = post.jobs(20)
        post.bring(jobs)
        assert post.judge(jobs, server)["uncertain"] == 0


def test_some_recipients_refused_and_parameters_not_taken(server: Watching, post: Post) -> None:
    server.answer("MAIL", "555 5.5.4 what is SIZE?", about="SIZE=", times=25)
    server.answer("RCPT", "550 5.1.1 nobody", about="b@", times=10)
    server.answer("RCPT", "450 4.2.1 busy", about="c@", times=10)
    jobs = post.jobs(40, recipients=("a@x.example", "b@x.example", "c@x.example"))
    post.bring(jobs)
    by_name = {subject(mail.raw): set(mail.recipients) for mail in server.messages}
    assert len(by_name) == len(server.messages) == 40
    for job in jobs:
        for recipient in job.recipients:
            (state,) = states(post.bench, job.frozen.way, (recipient,))
            assert (state == "sent") == (recipient in by_name[job.frozen.way])
    taken = Counter(recipient for mail in server.messages for recipient in mail.recipients)
    assert taken["a@x.example"] == 40
    # Those that are refused together with the sender are asked again.
    assert 30 <= taken["b@x.example"] < 40
    assert 30 <= taken["c@x.example"] < 40


def test_items_with_several_mails_end_once_and_with_the_last(server: Watching, post: Post) -> None:
    server.answer("DOT", "451 4.3.0 later", times=3)
    jobs = post.jobs(60, mails=3)
    post.bring(jobs)
    counted = post.judge(jobs, server)
    assert counted == {"sent": 177, "queued": 3}
    waiting = {job.work.row.id for job in jobs if states(post.bench, job.frozen.way) == {"queued"}}
    assert sorted(post.ends) == sorted(
        (item, "queued" if item in waiting else "sent") for item in {job.work.row.id for job in jobs}
    )


def test_mails_of_all_kinds_between_each_other(server: Watching, post: Post) -> None:
    plain, heavy = post.jobs(30), post.jobs(3, body=HEAVY)
    spooled, limited = post.jobs(10, spooled=True), post.jobs(10, maximum_per_minute=4)
    jobs = [job for some in zip(plain[:10], spooled, limited, strict=True) for job in some] + heavy + plain[10:]
    post.bring(jobs)
    assert post.judge(jobs, server) == {"sent": 47, "queued": 6}
    assert {len(mail.raw) > len(HEAVY) for mail in server.messages} == {True, False}


class Far(Watching):
    """A server that takes long enough for an envelope to make more sessions worth their cost."""

    def hooked(self, verb: str, about: str) -> Any:
        if verb == "MAIL":
            time.sleep(0.02)
        return super().hooked(verb, about)


def test_more_sessions_than_share_a_commit(home: Home) -> None:
    with Far() as server, post_office(home, server, sessions=24) as post:
        jobs = post.jobs(400)
        post.bring(jobs)
        assert post.judge(jobs, server) == {"sent": 400}
        assert server.most_sessions > 16
        assert not server.broken
