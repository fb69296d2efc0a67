"""Log files and what never gets into them."""

from __future__ import annotations

import base64
import io
import logging
import os
import stat
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from mailflow_gui import logs

CANARY = "kanariä-vogel'\"7"


@pytest.fixture(autouse=True)
def _restored_logging(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    root, ours = logging.getLogger(), logging.getLogger("mailflow_gui")
    levels = root.level, ours.level
    monkeypatch.setattr(logs, "_kept_out", set())
    before = list(root.handlers)
    yield
    for handler in root.handlers[:]:
        if handler not in before:
            root.removeHandler(handler)
            handler.close()
    root.setLevel(levels[0])
    ours.setLevel(levels[1])
    logging.captureWarnings(capture=False)


def _logged(directory: Path) -> str:
    return (directory / logs.FILE_NAME).read_text(encoding="utf-8")


def test_a_registered_secret_is_in_no_line_whatever_its_form(tmp_path: Path) -> None:
    logs.set_up(tmp_path)
    logs.keep_out(CANARY)
    log = logging.getLogger("mailflow_gui.test")
    log.info("plain %s", CANARY)
    log.info("quoted %r and bytes %r", CANARY, CANARY.encode())
    log.info("base64 %s", base64.b64encode(CANARY.encode()).decode())
    try:
        raise ValueError(CANARY)
    except ValueError:
        log.exception("failed")
    text = _logged(tmp_path)
    assert "kanari" not in text
    assert base64.b64encode(CANARY.encode()).decode() not in text
    assert text.count("***") >= 5
    assert "Traceback" in text


@pytest.mark.parametrize(
    "line",
    [
        "C: AUTH PLAIN AGFsaWNlAGNhbmFyeQ==",
        "a1 AUTHENTICATE XOAUTH2 AGFsaWNlAGNhbmFyeQ==",
        "a1 LOGIN alice AGFsaWNlAGNhbmFyeQ==",
        'a1 LOGIN "ali ce" "AGFs \\" aWNlAGNhbmFyeQ=="',
        "PASS AGFsaWNlAGNhbmFyeQ==",
        "APOP alice AGFsaWNlAGNhbmFyeQ==",
        "Authorization: Bearer AGFsaWNlAGNhbmFyeQ==",
    ],
)
def test_what_follows_a_sign_in_command_is_blanked(line: str) -> None:
    redacted = logs.redact(line)
    assert "aWNlAGNhbmFyeQ" not in redacted
    assert "***" in redacted


def test_harmless_lines_stay_as_they_are() -> None:
    for line in ("LOGIN failed", "signed in with AUTH PLAIN", "3 items passed", "the pass was long"):
        assert logs.redact(line).split()[0] == line.split()[0]
    assert logs.redact("signed in with AUTH PLAIN") == "signed in with AUTH PLAIN"


def test_a_servers_control_characters_make_no_lines_of_their_own(tmp_path: Path) -> None:
    logs.set_up(tmp_path)
    logging.getLogger("mailflow_gui.test").warning("answer: %s", "ok\r\n2026-01-01 ERROR forged\x1b[2J\u2028")
    lines = _logged(tmp_path).splitlines()
    assert len(lines) == 1
    assert "\x1b" not in lines[0]


def test_setting_up_twice_logs_once(tmp_path: Path) -> None:
    logs.set_up(tmp_path / "one")
    logs.set_up(tmp_path / "two")
    logging.getLogger("mailflow_gui.test").info("hello")
    assert _logged(tmp_path / "two").count("hello") == 1
    assert not (tmp_path / "one" / logs.FILE_NAME).read_text(encoding="utf-8")


def test_verbose_adds_details_and_a_stream(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = logging.getLogger("mailflow_gui.test")
    logs.set_up(tmp_path)
    log.debug("hidden detail")
    stream = io.StringIO()
    logs.set_up(tmp_path, verbose=True, stream=stream)
    log.debug("shown detail")
    logging.getLogger("imapclient.imaplib").debug("a whole mail")
    text = _logged(tmp_path)
    assert "shown detail" in text
    assert "shown detail" in stream.getvalue()
    assert "hidden detail" not in text
    assert "a whole mail" not in text
    monkeypatch.setenv(logs.LEVEL_VARIABLE, "error")
    logs.set_up(tmp_path)
    log.warning("unimportant")
    assert "unimportant" not in _logged(tmp_path)


def test_warnings_are_logged_too(tmp_path: Path) -> None:
    logs.set_up(tmp_path)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(capture=True)
        warnings.warn("old habit", stacklevel=1)
    logging.captureWarnings(capture=False)
    assert "old habit" in _logged(tmp_path)


def test_files_are_rotated_and_few(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "_FILE_BYTES", 1000)
    logs.set_up(tmp_path)
    log = logging.getLogger("mailflow_gui.test")
    for number in range(200):
        log.info("line %d", number)
    files = list(tmp_path.iterdir())
    assert 2 <= len(files) <= 6
    assert all(file.stat().st_size <= 1000 for file in files)
    assert "line 199" in _logged(tmp_path)


def test_where_a_file_cannot_be_renamed_it_grows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "_FILE_BYTES", 200)

    def refuse(source: str, target: str) -> None:
        raise PermissionError(source, target)

    logs.set_up(tmp_path)
    monkeypatch.setattr("os.rename", refuse)
    for number in range(50):
        logging.getLogger("mailflow_gui.test").info("line %d", number)
    assert len(_logged(tmp_path).splitlines()) == 50


@pytest.mark.parametrize(("name", "level"), [("debug", 10), (" Error ", 40), ("", 20), ("nonsense", 20)])
def test_level_by_name(name: str, level: int) -> None:
    assert logs.level_from(name) == level


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no device that is always full")
def test_full_disk_costs_log_lines_and_says_nothing_of_them_to_people(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / logs.FILE_NAME).symlink_to("/dev/full")
    logs.set_up(tmp_path)
    logging.getLogger("mailflow_gui.somewhere").error("sign-in with %s", "hunter22")
    assert capfd.readouterr().err == ""


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such modes")
def test_nobody_else_may_read_the_log(tmp_path: Path) -> None:
    (tmp_path / logs.FILE_NAME).touch(0o644)
    logs.set_up(tmp_path)
    assert stat.S_IMODE((tmp_path / logs.FILE_NAME).stat().st_mode) == 0o600
