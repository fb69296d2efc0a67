"""The SMTP session against Postfix's smtp-sink, and the recording server as a process of its own."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from mailflow_gui.errors import MailError, Rejected, SendUncertain, Transient
from mailflow_gui.mail.server import Server
from mailflow_gui.mail.smtp import SmtpSession
from tests.servers.recording_smtp import read_directory

PROGRAM = shutil.which("smtp-sink", path=os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/usr/lib/postfix")))
CONTENT = b"Subject: hello\r\n\r\n.\r\n.dot\r\nlast line\r\n"

needs_sink = pytest.mark.skipif(PROGRAM is None, reason="smtp-sink is not installed: apt-get install postfix")


@contextlib.contextmanager
def running(command: Sequence[str], directory: Path) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(command, cwd=directory)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(10)


def until(true: Callable[[], bool]) -> None:
    """Wait until something is true; a test that hangs here ends by its time limit."""
    while not true():
        time.sleep(0.01)


def answers(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


@contextlib.contextmanager
def sink(directory: Path, *options: str) -> Iterator[SmtpSession]:
    """A session with a new smtp-sink that keeps each mail in a file below ``directory``."""
    directory.chmod(0o777)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    privileges = ("-u", "nobody") if hasattr(os, "geteuid") and os.geteuid() == 0 else ()
    command = [str(PROGRAM), *privileges, *options, "-d", "mail.", f"127.0.0.1:{port}", "20"]
    with running(command, directory):
        until(lambda: answers(port))
        session = SmtpSession.open(Server("127.0.0.1", port, "none"))
        try:
            yield session
        finally:
            session.close()


def say(session: SmtpSession, *recipients: str) -> None:
    session.begin("me@example.com", recipients, [CONTENT], size=len(CONTENT))
    session.finish()


@needs_sink
@pytest.mark.parametrize("options", [(), ("-p",), ("-e",), ("-8", "-a", "-E", "-N")])
def test_postfix_keeps_what_was_said(tmp_path: Path, options: tuple[str, ...]) -> None:
    with sink(tmp_path, *options) as session:
        for number in range(3):
            say(session, f"you{number}@example.com", "her@example.com")
    files = sorted(tmp_path.glob("mail.*"), key=lambda path: path.stat().st_mtime_ns)
    assert len(files) == 3
    for file in files:
        kept = file.read_bytes()
        assert kept.endswith(CONTENT.replace(b"\r\n", b"\n") + b"\n")  # an empty line ends a mail in mbox
        assert b"X-Rcpt-Args: <her@example.com>" in kept


@needs_sink
@pytest.mark.parametrize(
    ("options", "kind"),
    [
        (("-f", "mail"), MailError),
        (("-r", "rcpt"), MailError),
        (("-f", "."), Rejected),
        (("-r", "."), Transient),
        (("-q", "data"), Transient),
        (("-q", "."), SendUncertain),
    ],
)
def test_postfix_refuses(tmp_path: Path, options: tuple[str, ...], kind: type[MailError]) -> None:
    with sink(tmp_path, *options) as session:
        if options[1] == "rcpt":
            refused = session.begin("me@example.com", ["you@example.com"], [CONTENT], size=1).refused
            assert isinstance(refused["you@example.com"], kind)
        else:
            with pytest.raises(kind):
                say(session, "you@example.com")


def test_recording_process_keeps_mail_when_the_client_is_gone(tmp_path: Path) -> None:
    port_file, directory = tmp_path / "port", tmp_path / "mail"
    root = Path(__file__).parents[2]
    command = [sys.executable, "-m", "tests.servers.recording_smtp", "--port-file", str(port_file)]
    with running([*command, "--directory", str(directory)], root):
        until(port_file.exists)
        session = SmtpSession.open(Server("127.0.0.1", int(port_file.read_text(encoding="ascii")), "none"))
        say(session, "you@example.com")
        session.begin("me@example.com", ["you@example.com"], [CONTENT], size=1)
        session.abandon()
    (mail,) = read_directory(directory)
    assert (mail.sender, mail.recipients, mail.raw) == ("me@example.com", ("you@example.com",), CONTENT)
