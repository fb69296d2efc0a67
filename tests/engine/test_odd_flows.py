"""Flows with odd texts: they run, or are refused with a sentence; never a fault of our own."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.world import World, mail
from tests.servers.dovecot import Dovecot
from tests.servers.recording_smtp import RecordingSmtp

ODD = ["\ud800", "a\x00b", "line\r\nBcc: evil@example.com", "\u202e", "😀" * 500]


@pytest.mark.parametrize("text", ODD)
@pytest.mark.parametrize("target", ["subject", "text", "to", "from.name"])
def test_odd_constants_are_sent_or_refused(
    forwarding: World, dovecot: Dovecot, user: str, recording_smtp: RecordingSmtp, text: str, target: str
) -> None:
    rules = [
        {"target": "to", "sources": [{"constant": "sales@example.com"}]},
        {"target": target, "sources": [{"constant": text}]},
    ]
    dovecot.deliver(user, mail(1))
    ran = forwarding.once(forwarding.flow(rules=rules))
    assert ran.code in {0, 1, 2}, ran.err
    assert "fault of its own" not in ran.err
    assert "journal" not in ran.err
    for arrived in recording_smtp.messages:
        assert b"evil@example.com" not in {recipient.encode() for recipient in arrived.recipients}
        header = arrived.raw.partition(b"\r\n\r\n")[0]
        assert b"\r\nBcc:" not in header


@pytest.mark.parametrize("name", ODD)
def test_odd_names_of_flows_do_not_stop_them(
    forwarding: World, dovecot: Dovecot, user: str, recording_smtp: RecordingSmtp, name: str
) -> None:
    dovecot.deliver(user, mail(1))
    ran = forwarding.once(forwarding.flow(change=lambda document: document.update(name=name)))
    assert ran.code in {0, 2}, ran.err
    assert len(recording_smtp.messages) == (ran.code == 0)


@pytest.mark.skipif(sys.platform != "linux", reason="file names are any bytes only there")
def test_a_file_name_that_is_no_text_does_not_stop_a_flow(
    forwarding: World, dovecot: Dovecot, user: str, recording_smtp: RecordingSmtp
) -> None:
    odd = Path(os.fsdecode(os.fsencode(forwarding.directory) + b"/odd\xff.mailflow"))

    def nameless(document: dict[str, Any]) -> None:
        del document["id"], document["name"]

    forwarding.flow(change=nameless).rename(odd)
    dovecot.deliver(user, mail(1))
    ran = forwarding.once(odd)
    assert (ran.code, ran.counts) == (0, (1, 1, 0, 0, 0)), ran.err
    assert forwarding.once(odd).counts == (0, 0, 0, 0, 0)
    assert len(recording_smtp.messages) == 1
