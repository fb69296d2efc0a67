"""People, answering machines, bounces and lists are told apart by the header."""

from __future__ import annotations

import pytest

from mailflow_gui.mail.parse import parse


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        (b"", "person"),
        (b"Auto-Submitted: no\n", "person"),
        (b"X-Auto-Response-Suppress: None\n", "person"),
        (b"Precedence: first-class\n", "person"),
        (b"Return-Path: <a@x.example>\n", "person"),
        (b"Auto-Submitted: auto-generated\n", "auto-reply"),
        (b"AUTO-SUBMITTED: Auto-Replied; owner-email=x\n", "auto-reply"),
        (b"Precedence: auto_reply\n", "auto-reply"),
        (b"X-Auto-Response-Suppress: All\n", "auto-reply"),
        (b"X-Autoreply: yes\n", "auto-reply"),
        (b"Auto-Submitted: auto-replied\nReturn-Path: <>\n", "auto-reply"),
        (b"Auto-Submitted: auto-replied\nList-Id: <l.x.example>\n", "auto-reply"),
        (b"Return-Path: <>\n", "bounce"),
        (b"X-Failed-Recipients: b@x.example\n", "bounce"),
        (b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\n", "bounce"),
        (b"Content-Type: multipart/report; report-type=disposition-notification; boundary=b\n", "auto-reply"),
        (b"List-Id: <l.x.example>\n", "list"),
        (b"List-Unsubscribe: <mailto:u@x.example>\n", "list"),
        (b"Precedence: bulk\n", "list"),
        (b"Precedence: List\n", "list"),
    ],
)
def test_the_header_tells_the_kind(fields: bytes, kind: str) -> None:
    assert parse(b"From: Ann <a@x.example>\n" + fields + b"\nx").kind == kind


@pytest.mark.parametrize(
    "author", [b"MAILER-DAEMON@x.example", b"Mail <mailer-daemon@x.example>", b"MAILER-DAEMON (Mail System)"]
)
def test_a_mail_system_writes_bounces(author: bytes) -> None:
    assert parse(b"From: " + author + b"\n\nx").kind == "bounce"
