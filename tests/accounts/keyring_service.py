"""A real Secret Service beside the test, to be locked, stopped and killed: gnome-keyring on a message bus of its own."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import secretstorage
from jeepney import DBusAddress, new_method_call  # type: ignore[import-untyped]  # it has no types
from jeepney.io.blocking import DBusConnection, open_dbus_connection  # type: ignore[import-untyped]  # it has no types
from secretstorage.util import DBusAddressWrapper, format_secret, open_session

MASTER = "master password of the keyring"
_PROMPTER = "org.gnome.keyring.SystemPrompter"
_DAEMON_ALONE = "org.gnome.keyring.InternalUnsupportedGuiltRiddenInterface"
"""How the system's own sign-in opens the keyring."""
_PATIENCE = 20.0


@dataclass
class KeyringService:
    """A bus and a keyring on it; nobody is there to answer a prompt, so that each counts as dismissed."""

    environ: dict[str, str]
    bus: subprocess.Popen[str]
    daemon: subprocess.Popen[str]

    @property
    def address(self) -> str:
        """Where the bus is."""
        return self.environ["DBUS_SESSION_BUS_ADDRESS"]

    @property
    def is_locked(self) -> bool:
        """What the service itself says."""
        with closing(self._connect()) as connection:
            return secretstorage.Collection(connection).is_locked()

    def lock(self) -> None:
        """As the desktop does when its user leaves."""
        with closing(self._connect()) as connection:
            secretstorage.Collection(connection).lock()

    def unlock(self) -> None:
        """As its user does, with the right password."""
        with closing(self._connect()) as connection:
            session = open_session(connection)
            path = secretstorage.Collection(connection).collection_path
            secret = format_secret(session, MASTER.encode(), "text/plain")
            service = DBusAddressWrapper("/org/freedesktop/secrets", _DAEMON_ALONE, connection)
            service.call("UnlockWithMasterPassword", "o(oayays)", path, secret)
        assert not self.is_locked

    def kill(self) -> None:
        """As a crash does."""
        self.daemon.kill()
        self.daemon.wait(20)

    def start_again(self) -> None:
        """A new daemon on the same bus, with what the old one has kept."""
        self.daemon = _daemon(self.environ)
        _wait(lambda: not self.is_locked)

    def hang(self) -> None:
        """It answers nothing any more."""
        self.daemon.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """It answers again."""
        self.daemon.send_signal(signal.SIGCONT)

    @contextlib.contextmanager
    def silent_prompt(self) -> Iterator[None]:
        """Prompts are shown to somebody who has gone away."""
        with closing(open_dbus_connection(self.address)) as connection:
            address = DBusAddress("/org/freedesktop/DBus", "org.freedesktop.DBus", "org.freedesktop.DBus")
            connection.send_and_get_reply(new_method_call(address, "RequestName", "su", (_PROMPTER, 4)))
            yield

    def items(self) -> dict[str, str]:
        """User names and secrets of all that is kept."""
        with closing(self._connect()) as connection:
            found = secretstorage.Collection(connection).get_all_items()
            return {item.get_attributes()["username"]: item.get_secret().decode() for item in found}

    def _connect(self) -> DBusConnection:
        return open_dbus_connection(self.address)


@contextlib.contextmanager
def running() -> Iterator[KeyringService]:
    """Start both with an open keyring, and stop them."""
    with (
        tempfile.TemporaryDirectory(prefix="mf-", ignore_cleanup_errors=True) as directory,
        contextlib.ExitStack() as ends,
    ):
        runtime = Path(directory, "runtime")
        runtime.mkdir(mode=0o700)
        environ = {"PATH": os.environ["PATH"], "HOME": directory, "XDG_RUNTIME_DIR": str(runtime), "LANG": "C.UTF-8"}
        # No directory of services: what was killed is not started again behind the test's back.
        config = Path(directory, "bus.conf")
        config.write_text(_BUS.format(directory=directory), encoding="utf-8")
        bus = ends.enter_context(
            subprocess.Popen(
                ["dbus-daemon", f"--config-file={config}", "--nofork", "--print-address=1"],
                env=environ,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
            )
        )
        ends.callback(bus.terminate)
        assert bus.stdout is not None
        environ["DBUS_SESSION_BUS_ADDRESS"] = bus.stdout.readline().strip()
        service = KeyringService(environ, bus, _daemon(environ))
        ends.callback(lambda: _end(service.daemon))
        _wait(lambda: not service.is_locked)
        yield service


_BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:dir={directory}</listen>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy>
</busconfig>"""


def _daemon(environ: dict[str, str]) -> subprocess.Popen[str]:
    daemon = subprocess.Popen(
        ["gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets"],
        env=environ,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert daemon.stdin is not None
    daemon.stdin.write(MASTER)
    daemon.stdin.close()
    return daemon


def _end(daemon: subprocess.Popen[str]) -> None:
    if daemon.poll() is None:
        daemon.send_signal(signal.SIGCONT)
        daemon.terminate()
        daemon.wait(20)


def _wait(true: Callable[[], bool]) -> None:
    end = time.monotonic() + _PATIENCE
    while True:
        with contextlib.suppress(Exception):  # not there yet, in one of many ways
            if true():
                return
        assert time.monotonic() < end, "the keyring doesn't come up"
        time.sleep(0.02)
