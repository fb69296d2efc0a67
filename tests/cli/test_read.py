"""``mailflow read`` shows what is in a mail."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import pytest

from mailflow_gui.cli import read

MAIL = b"From: Ann <a@x.example>\nTo: b@x.example\nDate: Mon, 15 Jan 2024 10:30:00 +0900\nSubject: Order\n\nHello \x1b[31mred\n"
KEYS = ["file", "subject", "from", "to", "cc", "bcc", "reply_to", "date", "message_id", "in_reply_to", "references"]
KEYS += ["text", "html", "attachments", "kind", "defects"]


def command(*arguments: str) -> int:
    parser = argparse.ArgumentParser()
    read.add(parser.add_subparsers())
    parsed = parser.parse_args(["read", *arguments])
    return int(parsed.run(parsed))


@pytest.fixture
def mail(tmp_path: Path) -> str:
    path = tmp_path / "注文.eml"
    path.write_bytes(MAIL)
    return str(path)


def test_json_has_one_object_a_line_with_every_key(mail: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert command(mail, mail, "--json") == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2
    found = json.loads(lines[0])
    assert list(found) == KEYS
    assert found["file"] == mail
    assert found["from"] == [{"name": "Ann", "address": "a@x.example"}]
    assert found["date"] == "2024-01-15T10:30:00+09:00"
    assert (found["message_id"], found["html"], found["cc"]) == (None, None, [])


def test_a_missing_file_is_one_object_and_the_others_are_read(mail: str, capsys: pytest.CaptureFixture[str]) -> None:
    missing = mail + ".gone"
    assert command(missing, mail, "--json") == 1
    first, second = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert first["file"] == missing
    assert first["error"]["code"] == "mail-file-missing"
    assert missing in first["error"]["text"]
    assert second["subject"] == "Order"


def test_a_directory_is_said_to_be_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command(str(tmp_path), "--json") == 1
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "mail-file-is-directory"


def test_a_file_that_is_too_large_is_refused(
    mail: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read, "MAXIMUM_SIZE", len(MAIL) - 1)
    assert command(mail, "--json") == 1
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "mail-file-too-large"


def test_text_for_people_can_not_drive_the_terminal(mail: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert command(mail) == 0
    shown = capsys.readouterr().out
    assert "Ann <a@x.example>" in shown
    assert "2024-01-15 10:30:00+09:00" in shown
    assert "Hello [31mred" in shown
    assert "\x1b" not in shown


def test_complaints_go_to_standard_error(mail: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert command(mail + ".gone") == 1
    answered = capsys.readouterr()
    assert answered.out == ""
    assert "There is no file" in answered.err
