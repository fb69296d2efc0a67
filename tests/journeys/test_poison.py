"""Mails that could stop the others: odd, huge, broken, gone. They never do."""

from __future__ import annotations

import pytest

from mailflow_gui.engine import receiving_imap, receiving_pop3, watching
from tests.journeys.world import World, mail, numbers
from tests.servers.dovecot import Dovecot
from tests.servers.recording_smtp import RecordingSmtp

LONE_SURROGATE = (
    b"From: =?utf-7?q?+2AA-?= <x@example.org>\r\nTo: =?unicode_escape?q?=5Cud800?= <y@example.org>\r\n"
    b"Subject: =?utf-7?q?+2AA-?=\r\nMessage-ID: <\xff\xed\xa0\x80@x>\r\n"
    b"Content-Type: text/plain; charset=utf-7\r\n\r\n+2AA-\r\n"
)
ODD = [
    LONE_SURROGATE,
    b"\r\n\r\n",
    b"no header at all",
    b"Subject: nested\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n"
    + b"--x\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n" * 300,
    b"From: " + b"(" * 5000 + b"\r\nSubject: brackets\r\nTo: " + b"a, " * 5000 + b"\r\n\r\nx",
    b"Subject: nul \x00 here\r\nFrom: \x00@\x00\r\n\r\nx\x00y\r\n",
    b'Subject: attachment\r\nContent-Type: application/x; name="../../e\x01vil"\r\n'
    b"Content-Transfer-Encoding: base64\r\n\r\n!!!not base64!!!",
]


def test_odd_mails_stop_nobody(forwarding: World, dovecot: Dovecot, user: str, recording_smtp: RecordingSmtp) -> None:
    dovecot.deliver_all(user, [*(raw for raw in ODD if b"\x00" not in raw), mail(1)])
    ran = forwarding.until_idle(forwarding.flow())
    received, sent, skipped, failed, uncertain = ran.counts
    assert ran.code in {0, 1}, ran.err
    assert received == sent + skipped + failed
    assert (received, uncertain) == (len(ODD), 0)
    assert any(b"mail 0001" in each.raw for each in recording_smtp.messages)
    assert forwarding.until_idle(forwarding.flow()).counts == (0, 0, 0, 0, 0)


def test_odd_mails_can_be_mailed_as_they_came(
    forwarding: World, dovecot: Dovecot, user: str, recording_smtp: RecordingSmtp
) -> None:
    def straight(document: dict[str, object]) -> None:
        document["edges"] = [{"from": ["receive", "message"], "to": ["send", "email"]}]

    dovecot.deliver_all(user, [*(raw for raw in ODD if b"\x00" not in raw), mail(1)])
    flow = forwarding.flow(change=straight, send={"to": "sales@example.com", "priority": "input-values"})
    ran = forwarding.until_idle(flow)
    assert ran.code in {0, 1}, ran.err
    assert ran.counts[0] == len(ODD)
    assert any(b"mail 0001" in each.raw for each in recording_smtp.messages)


@pytest.mark.parametrize("protocol", ["imap", "pop3"])
def test_a_mail_that_is_too_large_is_a_dead_letter_and_stays_where_it_is(
    world: World, dovecot: Dovecot, user: str, recording_smtp: RecordingSmtp, protocol: str
) -> None:
    for module in (watching, receiving_imap, receiving_pop3):
        world.monkeypatch.setattr(module, "MAXIMUM_SIZE", 2000)
    (world.add_imap if protocol == "imap" else world.add_pop3)(dovecot, user)
    world.add_smtp(recording_smtp.port)
    dovecot.deliver_all(user, [mail(1), mail(2, body="x" * 70 + "\r\n" + "long line\r\n" * 400), mail(3)])
    flow = world.flow(receive={"after_receiving": "delete"})
    ran = world.until_idle(flow)
    assert (ran.code, ran.counts) == (1, (3, 2, 0, 1, 0)), ran.err
    assert sorted(numbers(recording_smtp.messages)) == [1, 3]
    assert list(dovecot.messages(user)) == [2]
    (failed,) = world.messages("--state", "failed")
    assert failed["subject"] == "mail 0002"
    assert failed["error"]["code"] == "received-too-large"
    # Only its header is here: it must not be sent as if that were all.
    assert world.run("messages", "retry", failed["id"]).code == 2
    assert world.run("messages", "discard", failed["id"]).code == 0
    assert world.until_idle(flow).counts == (0, 0, 0, 0, 0)
    assert list(dovecot.messages(user)) == [2]
    assert len(recording_smtp.messages) == 2


def test_a_message_whose_kept_bytes_are_gone_fails_alone(
    forwarding: World, dovecot: Dovecot, user: str, recording_smtp: RecordingSmtp
) -> None:
    recording_smtp.answer("RCPT", "450 4.2.1 busy", times=1)
    dovecot.deliver(user, mail(1))
    flow = forwarding.flow()
    assert forwarding.once(flow).counts == (1, 0, 0, 0, 0)
    for segment in forwarding.home.spool.iterdir():
        segment.unlink()
    forwarding.make_due()
    dovecot.deliver(user, mail(2))
    ran = forwarding.once(flow)
    assert (ran.code, ran.counts) == (1, (1, 1, 0, 1, 0)), ran.err
    assert numbers(recording_smtp.messages) == [2]
    (failed,) = forwarding.messages("--state", "failed")
    assert failed["error"]["code"] == "journal-content-gone"
