"""Canary passwords go through whole sessions, crashes included, and must be found nowhere but in the keyring."""

from __future__ import annotations

import base64
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from mailflow_gui.accounts.secrets import variable
from tests.accounts.keyring_fixtures import keyring
from tests.accounts.keyring_service import KeyringService
from tests.journeys import canary
from tests.journeys.world import World, mail, wait_until
from tests.servers import dovecot as dovecot_server
from tests.servers.dovecot import Dovecot
from tests.servers.recording_smtp import RecordingSmtp

__all__ = ["keyring"]

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/environ").exists(), reason="looks into processes as Linux shows them"
)

IN = "canary/7f3A+91?in&out=5"
OUT = 'Kanarienvögel+"zwölf"/\\42%&'
WRONG = "wröng-canary/55+ab&c=ö"
COMMAND = "c0mmand/canary+6&7=ß"
ALL = (IN, OUT, WRONG, COMMAND)

QUICK = {"delay": {"value": 200, "unit": "milliseconds"}}


@pytest.fixture
def singing(monkeypatch: pytest.MonkeyPatch) -> Iterator[Dovecot]:
    """A Dovecot of the test's own, where everybody's password is the canary."""
    if dovecot_server.program() is None:
        pytest.skip(dovecot_server.MISSING)
    monkeypatch.setattr(dovecot_server, "PASSWORD", IN)
    with dovecot_server.dovecot() as server:
        server.password = IN
        yield server


@pytest.fixture
def machine(world: World, keyring: KeyringService, tmp_path: Path) -> World:
    """Everything that a process may write lies below the test's directory, and everything that can be logged is."""
    world.monkeypatch.delenv("PYTHON_KEYRING_BACKEND", raising=False)
    world.monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", keyring.address)
    for name, directory in {
        "HOME": "person",
        "TMPDIR": "temporary",
        "XDG_CONFIG_HOME": "person/config",
        "XDG_DATA_HOME": "person/data",
        "XDG_CACHE_HOME": "person/cache",
        "XDG_STATE_HOME": "person/state",
        "XDG_RUNTIME_DIR": "runtime",
    }.items():
        (tmp_path / directory).mkdir(parents=True, exist_ok=True, mode=0o700)
        world.monkeypatch.setenv(name, str(tmp_path / directory))
    world.monkeypatch.setenv("MAILFLOW_LOG", "debug")
    world.monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    return world


class Printed:
    """What commands have said."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.all: list[tuple[str, bytes]] = []

    def run(self, *arguments: str | Path, text: str = "") -> tuple[int, str]:
        """Run a command as a process of its own; its exit code and standard output."""
        process = self._world.start(*arguments)
        out, err = process.communicate(text, timeout=60)
        self.keep(str(arguments), out, err)
        return process.returncode, out

    def keep(self, who: str, out: str, err: str) -> None:
        """Look at this, too."""
        self.all += [(f"standard output of {who}", out.encode()), (f"standard error of {who}", err.encode())]


def add(printed: Printed, name: str, protocol: str, port: int, user: str, *more: str, password: str = "") -> None:
    """Save a connection as a person does."""
    base = ("connections", "add", "--name", name, "--protocol", protocol, "--port", str(port), "--host", "127.0.0.1")
    given = more or ("--password-stdin",)
    code, _out = printed.run(*base, "--security", "none", "--username", user, *given, text=password)
    assert code == 0, printed.all


def test_no_password_is_left_anywhere_by_a_session_with_crashes(
    machine: World, keyring: KeyringService, singing: Dovecot, tmp_path: Path
) -> None:
    user = singing.new_user()
    printed = Printed(machine)
    vault = tmp_path.parent / f"{tmp_path.name}-vault"
    vault.mkdir()
    (vault / "password").write_text(COMMAND + "\n", encoding="utf-8")
    with (
        RecordingSmtp(username="me", password=OUT) as smtp,
        RecordingSmtp(username="me", password=COMMAND) as other,
        RecordingSmtp(username="me", password="-") as echoing,
    ):
        # A server that says back what it was given, in the clear and as it came.
        encoded = base64.b64encode(f"\0me\0{WRONG}".encode()).decode()
        echoing.answer("AUTH", f"535 5.7.8 no: {WRONG} {encoded}".encode() + b"\r\n")
        # ---- connections: good, refused, by command, by variable
        add(printed, "Inbox", "imap", singing.imap, user, password=IN)
        add(printed, "Refused", "imap", singing.imap, user, password=WRONG)
        add(printed, "Refused out", "smtp", echoing.port, "me", password=WRONG)
        add(printed, "Outgoing", "smtp", smtp.port, "me", password=WRONG)
        printed.run("connections", "edit", "outgoing", "--password-stdin", text=OUT)
        # The command writes down what it has inherited.
        command = f"env > {vault}/inherited; tr '\\0' ' ' < /proc/$PPID/cmdline > {vault}/parent; cat {vault}/password"
        add(printed, "Commanded", "smtp", other.port, "me", "--password-command", command)
        assert keyring.items() == {"inbox": IN, "refused": WRONG, "refused-out": WRONG, "outgoing": OUT}
        validated = {
            name: printed.run("connections", "validate", name, "--json")[0]
            for name in ("inbox", "refused", "refused-out", "outgoing", "commanded")
        }
        assert validated == {"inbox": 0, "refused": 3, "refused-out": 3, "outgoing": 0, "commanded": 0}
        assert "PATH=" in (vault / "inherited").read_text(encoding="utf-8")

        # ---- a runner that is killed in the middle
        for account, protocol in {
            "inbox": "imap", "refused": "imap", "refused-out": "smtp", "outgoing": "smtp", "commanded": "smtp",
        }.items():  # fmt: skip
            machine.stubs.append({"id": account, "name": account, "protocol": protocol, "host": "127.0.0.1"})
        flows = [
            machine.flow(name="good", receive=QUICK),
            machine.flow(name="commanded", receive=QUICK, send={"connection": "commanded"}),
            machine.flow(name="bad in", receive={**QUICK, "connection": "refused"}),
            # It gets its mails even if all others have marked them seen before it began.
            machine.flow(name="bad out", receive={**QUICK, "unseen_only": False}, send={"connection": "refused-out"}),
        ]
        given = {variable("somebody-else"): IN, variable("other"): WRONG}
        singing.deliver_all(user, [mail(number) for number in range(20)])
        runner = machine.start("run", *flows, "--json", "--events", tmp_path / "events.jsonl", environment=given)
        smtp.wait_for(3)
        other.wait_for(3)
        looked_at = list(canary.processes(canary.family(runner.pid), given))
        assert len(looked_at) > 5
        assert canary.core_limit(runner.pid)[0] == "0"
        runner.kill()
        printed.keep("the runner that was killed", *runner.communicate(timeout=20))
        inherited = [("what the command inherited", (vault / "inherited").read_bytes())]
        inherited += [("who started the command", (vault / "parent").read_bytes())]
        assert b"MAILFLOW_PASSWORD" not in inherited[0][1]
        wal = machine.home.journal_file.with_name(machine.home.journal_file.name + "-wal")
        assert wal.exists(), "the kill left no WAL: the test looks at less than it says"

        # ---- a fault of our own with the password in its frame and in its words
        crash = (
            "import sys\nfrom mailflow_gui.mail import sasl\nfrom mailflow_gui import cli\n"
            "def initial(mechanism, username, password):\n    raise RuntimeError('bug with ' + password)\n"
            "sasl.initial = initial\nsys.exit(cli.main(sys.argv[1:]))"
        )
        broken: list[list[str]] = [["run", str(flows[0]), "--until-idle"], ["connections", "validate", "outgoing"]]
        for words in broken:
            done = subprocess.run(
                [sys.executable, "-c", crash, *words], capture_output=True, text=True, timeout=60, check=False
            )
            assert "bug with" in done.stderr + done.stdout, (words, done)
            assert done.returncode != 0
            printed.keep(f"a crash in {words}", done.stdout, done.stderr)

        # ---- the next run, and all that can be looked at and exported
        printed.run("run", *flows, "--until-idle", "--json", "--events", tmp_path / "events2.jsonl")
        printed.run("connections", "list")
        printed.run("connections", "list", "--json")
        listed = json.loads(printed.run("messages", "list", "--json")[1])["messages"]
        for message in listed[:5]:
            printed.run("messages", "show", str(message["id"]), "--json")
        assert any(message["state"] == "waiting" for message in listed), Counter(
            (message["flow"], message["state"]) for message in listed
        )
        assert printed.run("connections", "remove", "refused", "--force")[0] == 0
        assert "refused" not in keyring.items()

    assert (machine.home.logs / "mailflow.log").stat().st_size > 1000
    places = [*canary.files(tmp_path), *looked_at, *inherited, *printed.all]
    assert canary.leaks(ALL, places) == []
    assert singing.refused_logins(user) <= 5, "the refused password was tried again and again"


WINDOW = """
import sys
from PySide6.QtCore import QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from mailflow_gui import cli
from mailflow_gui.qt import application
IN, port, user = sys.stdin.readline().rstrip("\\n"), int(sys.argv[1]), sys.argv[2]

def drive(window, _flow, *, demo):
    window.files.new()
    dialog = window.connections.add("imap")
    form = dialog.form
    form.name.setText("Inbox")
    form.security.button(0).click()
    form.host.setText("127.0.0.1")
    form.port.setValue(port)
    form.username.setText(user)
    QTest.keyClicks(form.password, IN)
    dialog.saved.connect(lambda _account: QTimer.singleShot(0, edit))
    dialog.save()

def edit():
    window = next(w for w in QApplication.topLevelWidgets() if type(w).__name__ == "MainWindow")
    window.document.keep()
    dialog = window.connections.edit("inbox")
    dialog.form.password.selectAll()
    QTest.keyClicks(dialog.form.password, sys.argv[3][::-1])
    assert QApplication.clipboard().text() == ""
    print("ready", flush=True)

application._begin = drive
sys.exit(cli.main(["open"]))
"""


def test_window_keeps_a_typed_password_in_the_keyring_alone_also_when_it_is_killed(
    machine: World, keyring: KeyringService, singing: Dovecot, tmp_path: Path
) -> None:
    pytest.importorskip("PySide6")
    user = singing.new_user()
    process = subprocess.Popen(
        [sys.executable, "-c", WINDOW, str(singing.imap), user, "drowssap"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    try:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(IN + "\n")
        process.stdin.flush()
        assert process.stdout.readline() == "ready\n", process.communicate(timeout=20)
        assert keyring.items() == {"inbox": IN}
        assert canary.core_limit(process.pid)[0] == "0"
        looked_at = list(canary.processes(canary.family(process.pid), {}))
    finally:
        process.kill()
        out, err = process.communicate(timeout=20)
    printed = [("the window's standard output", out.encode()), ("the window's standard error", err.encode())]
    assert canary.leaks((IN,), [*canary.files(tmp_path), *looked_at, *printed]) == []
    saved = machine.home.accounts_file.read_text(encoding="utf-8")
    assert "Inbox" in saved


# ---- does the search find anything at all?


@pytest.mark.parametrize("secret", ALL)
def test_every_form_of_a_planted_password_is_found(secret: str, tmp_path: Path) -> None:
    for name, form in canary.forms(secret).items():
        (tmp_path / "planted").write_bytes(b"before " + form + b" after")
        assert any(f"({name})" in leak for leak in canary.leaks([secret], canary.files(tmp_path))), name


@pytest.mark.parametrize("secret", ALL)
@pytest.mark.parametrize("user", ["", "a", "ab", "me@example.com"])
def test_sign_ins_are_found_in_base64_whatever_the_user_is_called(secret: str, user: str) -> None:
    for sign_in in (f"\0{user}\0{secret}", f"{user}\0{user}\0{secret}", secret, f"{secret}\n"):
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            assert canary.leaks([secret], [("x", b"AUTH PLAIN " + encode(sign_in.encode()))]), (user, sign_in)


def _in_a_table(secret: str, directory: Path) -> None:
    database = sqlite3.connect(directory / "journal")
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("CREATE TABLE notes(text TEXT)")
    database.execute("INSERT INTO notes VALUES (?)", (f"<{secret}>",))
    database.commit()
    shutil.copy(directory / "journal-wal", directory / "kept-wal")
    database.close()
    (directory / "journal").unlink()


def _in_a_name(secret: str, directory: Path) -> None:
    (directory / secret.replace("/", "").replace("\\", "")).touch()


def _in_a_link(secret: str, directory: Path) -> None:
    (directory / "link").symlink_to(secret)


@pytest.mark.parametrize("plant", [_in_a_table, _in_a_name, _in_a_link])
def test_password_is_found_in_journals_names_and_links(plant: Callable[[str, Path], None], tmp_path: Path) -> None:
    secret = "canary-without-slash-91"
    plant(secret, tmp_path)
    assert canary.leaks([secret], canary.files(tmp_path))


def _command_line(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8").split("\0")[:-1]


@pytest.mark.parametrize("nested", [False, True])
@pytest.mark.parametrize("place", ["command line", "environment"])
def test_password_is_found_in_processes_and_their_children(place: str, nested: bool) -> None:
    sleeper = [sys.executable, "-c", "input()", *([IN] if place == "command line" else [])]
    environ: Mapping[str, str] = {**os.environ, "GIVEN": WRONG, **({"LEAK": IN} if place == "environment" else {})}
    command = ["sh", "-c", '"$@"; true', "sh", *sleeper] if nested else sleeper
    with subprocess.Popen(command, env=environ, stdin=subprocess.PIPE) as process:
        try:
            # A program that was started just now may have no command line yet.
            wait_until(
                lambda: [_command_line(pid)[-1:] for pid in canary.family(process.pid)[nested:]] == [sleeper[-1:]]
            )
            found = canary.leaks([IN], canary.processes(canary.family(process.pid)[nested:], {"GIVEN": WRONG}))
            assert any(place in leak for leak in found), found
            assert canary.leaks([WRONG], canary.processes(canary.family(process.pid), {"GIVEN": WRONG})) == []
            assert canary.leaks([WRONG], canary.processes(canary.family(process.pid), {})) != []
        finally:
            process.send_signal(signal.SIGKILL)
