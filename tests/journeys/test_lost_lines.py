"""The line to the receiving server is lost in the middle of things."""

from __future__ import annotations

import pytest

from tests.journeys.proxy import Cutting
from tests.journeys.world import World, mail, numbers
from tests.servers.dovecot import Dovecot
from tests.servers.recording_smtp import RecordingSmtp


@pytest.mark.parametrize("unseen_only", [True, False])
@pytest.mark.parametrize("cut_after", [b"BODY[] ", b"mail 0002", b"mail 0005", b"OK Store"])
def test_mails_of_an_interrupted_fetch_are_fetched_again(
    world: World, dovecot: Dovecot, user: str, recording_smtp: RecordingSmtp, cut_after: bytes, unseen_only: bool
) -> None:
    dovecot.deliver_all(user, [mail(number) for number in range(1, 10)])
    with Cutting(dovecot.imap, cut_after) as line:
        world.add("Inbox", "imap", line.port, "--username", user, password=dovecot.password)
        world.add_smtp(recording_smtp.port)
        flow = world.flow(receive={"unseen_only": unseen_only, "maximum_emails": 3})
        ran = world.until_idle(flow)
        assert line.cuts == 1
    assert (ran.code, ran.counts) == (0, (9, 9, 0, 0, 0)), ran.err
    assert sorted(numbers(recording_smtp.messages)) == list(range(1, 10))


@pytest.mark.parametrize("action", ["leave", "delete"])
@pytest.mark.parametrize("cut_after", [b"mail 0002", b"mail 0005", b"octets\r\n"])
def test_mails_of_an_interrupted_maildrop_are_fetched_again(
    world: World, dovecot: Dovecot, user: str, recording_smtp: RecordingSmtp, cut_after: bytes, action: str
) -> None:
    dovecot.deliver_all(user, [mail(number) for number in range(1, 10)])
    with Cutting(dovecot.pop3, cut_after) as line:
        world.add("Inbox", "pop3", line.port, "--username", user, password=dovecot.password)
        world.add_smtp(recording_smtp.port)
        flow = world.flow(receive={"maximum_emails": 3, "after_receiving": action})
        ran = world.until_idle(flow)
        assert line.cuts == 1
    assert (ran.code, ran.counts) == (0, (9, 9, 0, 0, 0)), ran.err
    assert sorted(numbers(recording_smtp.messages)) == list(range(1, 10))
    assert len(dovecot.messages(user)) == (0 if action == "delete" else 9)
