"""A person's machine for tests of whole stories: a home, saved connections, a flow file, and the command line.

:class:`World` runs the command line in this process (:meth:`World.run`) or in its own (:meth:`World.start`). Mail lies in a real
Dovecot and is sent to a real SMTP server; what has happened is judged there.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from pathlib import Path
from typing import IO, Any

import pytest

from mailflow_gui import cli, paths
from mailflow_gui.accounts import os_keyring
from mailflow_gui.journal.journal import Journal
from tests.servers.dovecot import Dovecot
from tests.servers.recording_smtp import Recorded, RecordingSmtp

ROOT = Path(__file__).resolve().parent.parent.parent
COMMAND = [sys.executable, "-c", "import sys; from mailflow_gui.cli import main; sys.exit(main())"]
"""The command line without the bootstrap of a source checkout."""

MARK = "X-Source"
"""A header field of the mails that :func:`mail` makes; the flow carries it on in the subject."""

Capture = pytest.CaptureFixture[str]


def mail(number: int, *, sender: str = "Alice <alice@example.org>", body: str = "Hello.", headers: str = "") -> bytes:
    """A small mail whose subject ends with its number."""
    return (
        f"From: {sender}\r\nTo: box@example.com\r\nSubject: mail {number:04}\r\nMessage-ID: <{number:04}@source.example>\r\n"
        f"Date: Fri, 20 Nov 2026 12:00:00 +0000\r\n{headers}\r\n{body}\r\n"
    ).encode()


def subjects(mails: Sequence[Recorded]) -> list[str]:
    """The subjects as they arrived."""
    return [str(message_from_bytes(each.raw, policy=policy.default)["subject"]) for each in mails]


def numbers(mails: Sequence[Recorded]) -> list[int]:
    """The numbers of the mails that arrived, in order."""
    return [int(subject.rpartition(" ")[2]) for subject in subjects(mails)]


@dataclass(frozen=True)
class Ran:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The last line of standard output."""
        return json.loads(self.out.splitlines()[-1])

    @property
    def counts(self) -> tuple[int, int, int, int, int]:
        """Received, sent, skipped, failed, uncertain."""
        summary = self.json
        return tuple(summary[name] for name in ("received", "sent", "skipped", "failed", "uncertain"))


@dataclass
class World:
    """One person's MailFlow."""

    home: paths.Home
    directory: Path
    monkeypatch: pytest.MonkeyPatch
    capture: Capture
    stubs: list[dict[str, str]] = field(default_factory=list)
    _processes: list[subprocess.Popen[str]] = field(default_factory=list)

    def run(self, *arguments: str | Path, text: str = "") -> Ran:
        """Run one command in this process."""
        del text
        self.capture.readouterr()
        try:
            code = cli.main([str(argument) for argument in arguments])
        except SystemExit as stopped:
            code = int(stopped.code or 0)
        captured = self.capture.readouterr()
        return Ran(code, captured.out, captured.err)

    def once(self, flow: Path, *arguments: str) -> Ran:
        """``run FLOW --once --json``."""
        return self.run("run", flow, "--once", "--json", *arguments)

    def until_idle(self, flow: Path, *arguments: str) -> Ran:
        """``run FLOW --until-idle --json``."""
        return self.run("run", flow, "--until-idle", "--json", *arguments)

    def start(self, *arguments: str | Path, environment: Mapping[str, str] | None = None) -> subprocess.Popen[str]:
        """Start one command as a process of its own, its pipes open; it is ended with the test if it hasn't yet."""
        process = subprocess.Popen(
            [*COMMAND, *map(str, arguments)],
            cwd=ROOT,
            env={**os.environ, **(environment or {})},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        self._processes.append(process)
        return process

    def finish(self, process: subprocess.Popen[str], seconds: float = 60.0) -> Ran:
        """Wait for a process that was started."""
        out, err = process.communicate(timeout=seconds)
        return Ran(process.returncode, out, err)

    def close(self) -> None:
        """End what still runs."""
        for process in self._processes:
            if process.poll() is None:
                process.kill()
            process.wait(20)
            for stream in (process.stdin, process.stdout, process.stderr):
                if stream is not None:
                    with contextlib.suppress(OSError):  # what was still to be written goes nowhere
                        stream.close()

    # ---- connections and flows

    def add(self, name: str, protocol: str, port: int, *arguments: str, password: str | None = None) -> str:
        """Save a connection to this machine; returns its id. With ``password``, it signs in with it."""
        sign_in = () if password is not None else ("--no-password",)
        given = {"--host": "127.0.0.1", "--security": "none"}
        options = [part for key, value in given.items() if key not in arguments for part in (key, value)]
        base = ["connections", "add", "--name", name, "--protocol", protocol, "--port", str(port)]
        ran = self.run(*base, *options, *sign_in, *arguments, "--json")
        assert ran.code == 0, ran.err
        account = str(ran.json["id"])
        if password is not None:
            self.monkeypatch.setenv(f"MAILFLOW_PASSWORD_{account.upper().replace('-', '_')}", password)
        host = arguments[arguments.index("--host") + 1] if "--host" in arguments else "127.0.0.1"
        self.stubs.append({"id": account, "name": name, "protocol": protocol, "host": host})
        return account

    def add_imap(self, dovecot: Dovecot, user: str, name: str = "Inbox", password: str | None = None) -> str:
        """A connection to a user's mail."""
        return self.add(name, "imap", dovecot.imap, "--username", user, password=password or dovecot.password)

    def add_pop3(self, dovecot: Dovecot, user: str, name: str = "Inbox") -> str:
        """A POP3 connection to a user's mail."""
        return self.add(name, "pop3", dovecot.pop3, "--username", user, password=dovecot.password)

    def add_smtp(self, port: int, name: str = "Outgoing") -> str:
        """A connection to an outgoing server."""
        return self.add(name, "smtp", port)

    def flow(
        self,
        *,
        receive: Mapping[str, Any] | None = None,
        send: Mapping[str, Any] | None = None,
        rules: Sequence[Mapping[str, Any]] | None = None,
        name: str = "forward",
        change: Callable[[dict[str, Any]], None] | None = None,
    ) -> Path:
        """Write the flow of the specification's example, bound to the connections ``inbox`` and ``outgoing``, changed as asked."""
        if rules is None:
            rules = [
                {"target": "to", "sources": [{"constant": "sales@example.com"}]},
                {
                    "target": "subject",
                    "sources": [{"field": "subject"}],
                    "transformations": [{"name": "prepend", "text": "[web] "}],
                },
                {"target": "text", "sources": [{"field": "text"}]},
            ]
        document = {
            "mailflow": 1,
            "id": f"00000000-0000-4000-8000-{sum(name.encode()):012x}",
            "name": name,
            "connections": self.stubs,
            "nodes": [
                {
                    "id": "receive",
                    "type": "receive-email",
                    "position": [0, 0],
                    "settings": {"connection": "inbox", **(receive or {})},
                },
                {"id": "map", "type": "data-mapper", "position": [260, 0], "settings": {"rules": list(rules)}},
                {
                    "id": "send",
                    "type": "send-email",
                    "position": [520, 0],
                    "settings": {"connection": "outgoing", "from": "bot@example.com", **(send or {})},
                },
            ],
            "edges": [
                {"from": ["receive", "message"], "to": ["map", "message"]},
                {"from": ["map", "email"], "to": ["send", "email"]},
            ],
        }
        if change is not None:
            change(document)
        path = self.directory / f"{name}.mailflow"
        path.write_text(json.dumps(document, indent=2), encoding="utf-8")
        return path

    # ---- looking into the journal

    def messages(self, *arguments: str) -> list[dict[str, Any]]:
        """``messages list --json``."""
        listed: list[dict[str, Any]] = self.run("messages", "list", "--json", *arguments).json["messages"]
        return listed

    def make_due(self) -> None:
        """As if the time of every waiting retry had come."""
        with contextlib.closing(Journal(self.home)) as journal:

            def now(transaction: Any) -> None:
                for table in ("items", "deliveries"):
                    transaction.database.execute(f"UPDATE {table} SET due = 0 WHERE due IS NOT NULL")

            journal.write(now).result()


@pytest.fixture
def world(home: paths.Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> Iterator[World]:
    """A machine on which MailFlow has never run."""
    monkeypatch.setenv(os_keyring.CHOICE_VARIABLE, "keyring.backends.fail.Keyring")
    made = World(home, tmp_path, monkeypatch, capsys)
    yield made
    made.close()


@pytest.fixture
def forwarding(world: World, dovecot: Dovecot, user: str, recording_smtp: RecordingSmtp) -> World:
    """A machine with the connections ``inbox`` (the test's own user, IMAP) and ``outgoing``."""
    world.add_imap(dovecot, user)
    world.add_smtp(recording_smtp.port)
    return world


def wait_until(true: Callable[[], bool], seconds: float = 30.0, what: str = "it") -> None:
    """Wait for something that another process or thread does."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, f"{what} didn't happen"
        time.sleep(0.02)


def line_from(stream: IO[str] | None) -> Any:
    """The next line of JSON from a process."""
    assert stream is not None
    return json.loads(stream.readline())
