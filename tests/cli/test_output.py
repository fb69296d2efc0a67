"""What reaches a terminal, a file or another program."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from mailflow_gui.cli import output

ROOT = Path(__file__).resolve().parents[2]
FULL = Path("/dev/full")
"""A device of Linux that has never room."""


def test_texts_of_others_give_a_terminal_no_commands(capsys: pytest.CaptureFixture[str]) -> None:
    output.say("550 \x1b]0;title\x07\x1b[2J\x9b31m\x7f no\r\nsuch\tuser")
    assert capsys.readouterr().out == "550 �]0;title��[2J�31m� no\nsuch\tuser\n"


def test_complaints_give_a_terminal_no_commands(capsys: pytest.CaptureFixture[str]) -> None:
    output.complain("No \x1b[31mred")
    assert capsys.readouterr().err == "No �[31mred\n"


def test_texts_of_others_turn_no_line_around(capsys: pytest.CaptureFixture[str]) -> None:
    output.say("invoice_\u202egpj.exe \u2066x\u2069")
    assert capsys.readouterr().out == "invoice_gpj.exe x\n"


def test_json_keeps_every_character_and_gives_a_terminal_no_commands(capsys: pytest.CaptureFixture[str]) -> None:
    value = {"subject": "\x1b[31m \x9b31m \x7f 件名 \udcff"}
    output.print_json(value)
    written = capsys.readouterr().out
    assert json.loads(written) == value
    assert "件名" in written
    assert not any(character in written for character in "\x1b\x9b\x7f\udcff")


def test_json_is_the_same_where_the_output_is_not_unicode(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="cp1252")
    monkeypatch.setattr(sys, "stdout", stream)
    output.print_json({"subject": "件名 😀"})
    stream.seek(0)
    assert json.loads(stream.read()) == {"subject": "件名 😀"}


def _run(*words: str, stdout: int, **environment: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "mailflow_gui", *words]
    return subprocess.run(
        command, cwd=ROOT, env=os.environ | environment, stdout=stdout, stderr=subprocess.PIPE, check=False, timeout=60
    )


def test_characters_that_the_output_does_not_have_end_no_command(tmp_path: Path) -> None:
    mail = tmp_path / "mail.eml"
    mail.write_bytes("Subject: 件名\r\n\r\nText\r\n".encode())
    done = _run("read", str(mail), stdout=subprocess.PIPE, PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert done.returncode == 0, done.stderr
    assert rb"\u4ef6\u540d" in done.stdout


@pytest.mark.skipif(not FULL.exists(), reason="this system has no device that is always full")
def test_no_room_for_the_answer_is_one_sentence_and_exit_code_4(tmp_path: Path) -> None:
    mail = tmp_path / "mail.eml"
    mail.write_bytes(b"Subject: A\r\n\r\nText\r\n")
    with FULL.open("wb") as full:
        done = _run("read", str(mail), stdout=full.fileno())
    assert done.returncode == output.NO_ROOM
    assert b"The answer can't be written to where it was to go: No space left on device." in done.stderr
    assert b"Traceback" not in done.stderr
    assert b"Exception ignored" not in done.stderr
