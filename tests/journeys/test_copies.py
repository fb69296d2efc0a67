"""Stories of copies in the Sent folder: made once, found again, and never a reason for a mail to count as failed."""

from __future__ import annotations

import pytest

from mailflow_gui.mail.imap import ImapSession
from tests.journeys.world import World, mail, numbers, subjects
from tests.servers.dovecot import Dovecot
from tests.servers.recording_smtp import RecordingSmtp


@pytest.fixture
def keeping(forwarding: World, dovecot: Dovecot) -> tuple[World, str]:
    """A machine whose flow keeps copies in another user's Sent folder, and that user."""
    archive = dovecot.new_user()
    forwarding.add_imap(dovecot, archive, "Archive")
    return forwarding, archive


def test_a_copy_of_what_was_sent_lies_in_sent(
    keeping: tuple[World, str], dovecot: Dovecot, user: str, recording_smtp: RecordingSmtp
) -> None:
    world, archive = keeping
    dovecot.deliver(user, mail(1))
    ran = world.once(world.flow(send={"save_to_sent": "archive"}))
    assert (ran.code, ran.counts) == (0, (1, 1, 0, 0, 0)), ran.err
    (copy,) = dovecot.messages(archive, "Sent").values()
    assert copy.replace(b"\r\n", b"\n") == recording_smtp.messages[0].raw.replace(b"\r\n", b"\n")
    assert dovecot.flags(archive, "Sent") == {1: {"\\Seen"}}


def test_a_copy_that_cannot_be_made_leaves_the_mail_sent(
    keeping: tuple[World, str], dovecot: Dovecot, user: str, recording_smtp: RecordingSmtp
) -> None:
    world, archive = keeping
    world.monkeypatch.setenv("MAILFLOW_PASSWORD_ARCHIVE", "wrong")
    flow = world.flow(send={"save_to_sent": "archive"})
    dovecot.deliver(user, mail(1))
    ran = world.once(flow)
    assert ran.counts == (1, 1, 0, 0, 0)
    assert ran.code == 3  # the connection for the copies can't be used, and that is said
    assert [message["state"] for message in world.messages()] == ["sent"]
    assert numbers(recording_smtp.messages) == [1]
    # The copy is owed still: the next run makes it, once.
    world.monkeypatch.setenv("MAILFLOW_PASSWORD_ARCHIVE", dovecot.password)
    assert world.once(flow).counts == (0, 0, 0, 0, 0)
    assert len(dovecot.messages(archive, "Sent")) == 1
    world.once(flow)
    assert len(dovecot.messages(archive, "Sent")) == 1
    assert len(subjects(recording_smtp.messages)) == 1


def test_a_copy_that_an_interrupted_run_has_made_is_found(
    keeping: tuple[World, str], dovecot: Dovecot, user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, archive = keeping
    flow = world.flow(send={"save_to_sent": "archive"})
    dovecot.deliver(user, mail(1))
    append = ImapSession.append

    def append_and_break(session: ImapSession, *arguments: object, **named: object) -> None:
        append(session, *arguments, **named)  # type: ignore[arg-type]  # passes on whatever it was given
        session.abort()
        session.noop()  # the line is cut: this fails as a lost connection does

    with monkeypatch.context() as patch:
        patch.setattr(ImapSession, "append", append_and_break)
        assert world.once(flow).counts == (1, 1, 0, 0, 0)
    world.once(flow)
    assert len(dovecot.messages(archive, "Sent")) == 1
