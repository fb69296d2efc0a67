"""Stories of conversations: which mails belong together, and which of ours a received mail answers."""

from __future__ import annotations

import re
from email import message_from_bytes

import pytest

from mailflow_gui.journal import items
from mailflow_gui.journal.conversations import Thread, thread_of
from mailflow_gui.journal.journal import opened
from mailflow_gui.mail.imap import ImapSession
from mailflow_gui.mail.server import Server
from tests.journeys.world import World, mail, numbers
from tests.servers.dovecot import Dovecot
from tests.servers.recording_smtp import RecordingSmtp
from tests.servers.scripted import Expect, Say, Scripted

ANSWER = [{"target": "text", "sources": [{"constant": "Thank you."}]}]
TELL = [
    {"target": "to", "sources": [{"constant": "sales@example.com"}]},
    {"target": "subject", "sources": [{"field": "thread_id"}]},
    {"target": "text", "sources": [{"field": "text"}]},
]


def conversation(world: World, subject: str) -> Thread:
    (message,) = [each for each in world.messages() if each["subject"] == subject]
    with opened(world.home) as journal:
        return thread_of(journal.read(), int(message["id"]))


def shape(thread: Thread) -> list[tuple[str, str, str]]:
    """Kind, subject and reason of each mail."""
    return [(link.mail.kind, link.mail.subject, link.reason) for link in thread.links]


def test_an_answer_to_our_answer_is_linked_to_the_mail_the_flow_and_the_node_that_sent_it(
    forwarding: World, dovecot: Dovecot, user: str, recording_smtp: RecordingSmtp
) -> None:
    flow = forwarding.flow(send={"mode": "reply"}, rules=ANSWER)
    dovecot.deliver(user, mail(1))
    assert forwarding.once(flow).counts == (1, 1, 0, 0, 0)
    ours = message_from_bytes(recording_smtp.messages[0].raw)["Message-ID"]
    dovecot.deliver(user, mail(2, headers=f"In-Reply-To: {ours}\r\n"))  # a program that writes no References
    dovecot.deliver(user, mail(3, headers="References: <0001@source.example>\r\n"))
    dovecot.deliver(user, mail(9))
    assert forwarding.until_idle(flow).counts == (3, 3, 0, 0, 0)
    expected = [
        ("received", "mail 0001", "start"),
        ("sent", "mail 0001", "made-from"),
        ("received", "mail 0002", "answers-ours"),
        ("received", "mail 0003", "answers"),
        ("sent", "mail 0002", "made-from"),
        ("sent", "mail 0003", "made-from"),
    ]
    for subject in ("mail 0001", "mail 0002", "mail 0003"):
        thread = conversation(forwarding, subject)
        assert sorted(shape(thread)) == sorted(expected)
        assert not thread.more
    link = next(link for link in thread.links if link.reason == "answers-ours")
    assert link.parent is not None
    assert (link.parent.kind, link.parent.node, link.parent.flow_name) == ("sent", "send", "forward")
    assert link.parent.message_id == ours
    assert shape(conversation(forwarding, "mail 0009"))[0] == ("received", "mail 0009", "start")
    with opened(forwarding.home) as journal:
        threads = [row.thread for number in range(1, 5) if (row := items.get(journal.read(), number))]
        assert not thread_of(journal.read(), 99).mails
    assert threads == ["<0001@source.example>"] * 3 + ["<0009@source.example>"]


def test_the_name_of_a_thread_outlives_answers_without_references(
    forwarding: World, dovecot: Dovecot, user: str, recording_smtp: RecordingSmtp
) -> None:
    flow = forwarding.flow(rules=TELL)
    dovecot.deliver(user, mail(1))
    dovecot.deliver(user, mail(2, headers="In-Reply-To: <0001@source.example>\r\n"))
    dovecot.deliver(user, mail(3, headers="In-Reply-To: <0002@source.example>\r\n"))
    assert forwarding.until_idle(flow).counts == (3, 3, 0, 0, 0)
    told = {str(message_from_bytes(recorded.raw)["Subject"]) for recorded in recording_smtp.messages}
    assert told == {"<0001@source.example>"}


@pytest.mark.parametrize(
    ("offered", "item", "answer"),
    [("OBJECTID", "THREADID", "THREADID (T64b478)"), ("X-GM-EXT-1", "X-GM-THRID", "X-GM-THRID 1278455344230334865")],
)
def test_the_server_is_asked_for_its_own_name_of_a_thread(offered: str, item: str, answer: str) -> None:
    body = b"Subject: one\r\n\r\nbody\r\n"
    with Scripted(
        Say(f"* PREAUTH [CAPABILITY IMAP4rev1 {offered}] hello"),
        Expect("CAPABILITY", f"* CAPABILITY IMAP4rev1 {offered}", "{tag} OK"),
        Expect("SELECT", "* 2 EXISTS", "* OK [UIDVALIDITY 7] x", "* OK [UIDNEXT 9] x", "{tag} OK [READ-WRITE] x"),
        Expect(
            rf"UID FETCH 5,6 \(RFC822.SIZE {item}\)",
            f"* 1 FETCH (UID 5 RFC822.SIZE {len(body)} {answer})",
            f"* 2 FETCH (UID 6 RFC822.SIZE {len(body)} {item} NIL)",
            "{tag} OK",
        ),
        Expect(
            "BODY.PEEK",
            f"* 1 FETCH (UID 5 FLAGS () BODY[] {{{len(body)}}}",
            body + b")\r\n",
            f"* 2 FETCH (UID 6 FLAGS () BODY[] {{{len(body)}}}",
            body + b")\r\n",
            "{tag} OK",
        ),
        Expect("LOGOUT", "* BYE", "{tag} OK"),
    ) as server:
        with ImapSession.open(Server("127.0.0.1", server.port, "none")) as session:
            session.select()
            fetched = list(session.fetch([5, 6], maximum_size=1000))
        assert server.problems == []
    name = re.sub(r"[^T0-9a-f]", "", answer.rsplit(maxsplit=1)[-1])
    assert [(each.uid, each.thread) for each in fetched] == [(5, name), (6, "")]


def test_an_answer_whose_original_is_gone_goes_once_as_a_new_mail(
    forwarding: World, dovecot: Dovecot, user: str, recording_smtp: RecordingSmtp
) -> None:
    flow = forwarding.flow(send={"mode": "reply"}, rules=ANSWER)
    assert forwarding.run("errors", "reclass", "554", "--class", "recover", "--always").code == 0
    dovecot.deliver(user, mail(1))
    recording_smtp.answer("DOT", "554 the original was not found", times=1)
    events = forwarding.directory / "events"
    forwarding.until_idle(flow, "--events", str(events))
    forwarding.until_idle(flow)
    (sent,) = recording_smtp.messages
    header = message_from_bytes(sent.raw)
    assert (header["In-Reply-To"], header["References"], header["Subject"]) == (None, None, "Re: mail 0001")
    assert '"recovered"' in events.read_text(encoding="utf-8")
    (message,) = forwarding.messages()
    assert message["state"] == "sent"
    shown = forwarding.run("messages", "show", message["id"], "--json").json
    assert "recovered-as-new" in [attempt["code"] for attempt in shown["attempts"]]
    recovered = [link.mail.recovered for link in conversation(forwarding, "mail 0001").links]
    assert recovered[0] is None
    assert recovered[1]
    # The second refusal is final.
    recording_smtp.answer("DOT", "554 the original was not found", times=2)
    dovecot.deliver(user, mail(2))
    forwarding.until_idle(flow)
    forwarding.until_idle(flow)
    assert [each["state"] for each in forwarding.messages("--state", "failed")] == ["failed"]
    assert numbers(recording_smtp.messages) == [1]


def test_all_recipients_of_an_answer_get_it_as_a_new_mail(
    forwarding: World, dovecot: Dovecot, user: str, recording_smtp: RecordingSmtp
) -> None:
    flow = forwarding.flow(send={"mode": "reply-all"}, rules=ANSWER)
    assert forwarding.run("errors", "reclass", "554", "--class", "recover", "--always").code == 0
    dovecot.deliver(user, mail(1, headers="Cc: carol@example.org\r\n"))
    recording_smtp.answer("DOT", "554 the original was not found", times=1)
    for _run in range(2):
        forwarding.until_idle(flow)
    (sent,) = recording_smtp.messages
    assert {"alice@example.org", "carol@example.org"} <= set(sent.recipients)
    assert message_from_bytes(sent.raw)["References"] is None
    assert [message["state"] for message in forwarding.messages()] == ["sent"]
