"""A mail that our own program can't write is a dead letter, and nothing more."""

from __future__ import annotations

from typing import Any

from mailflow_gui.mail.compose import compose
from tests.journeys.world import World, mail, numbers
from tests.servers.dovecot import Dovecot
from tests.servers.recording_smtp import RecordingSmtp


def test_a_fault_while_writing_one_mail_stops_only_that_mail(
    forwarding: World, dovecot: Dovecot, user: str, recording_smtp: RecordingSmtp
) -> None:
    def faulty(draft: Any, **arguments: Any) -> Any:
        if "0002" in draft.subject:
            raise ZeroDivisionError
        return compose(draft, **arguments)

    forwarding.monkeypatch.setattr("mailflow_gui.engine.delivering.compose", faulty)
    dovecot.deliver_all(user, [mail(1), mail(2), mail(3)])
    ran = forwarding.until_idle(forwarding.flow())
    assert (ran.code, ran.counts) == (1, (3, 2, 0, 1, 0)), ran.err
    assert sorted(numbers(recording_smtp.messages)) == [1, 3]
    (failed,) = forwarding.messages("--state", "failed")
    assert failed["error"]["code"] == "node-raised"
    forwarding.monkeypatch.setattr("mailflow_gui.engine.delivering.compose", compose)
    assert forwarding.run("messages", "retry", failed["id"]).code == 0
    assert forwarding.until_idle(forwarding.flow()).counts == (0, 1, 0, 0, 0)
