"""A real Secret Service for tests in this very process: gnome-keyring on a message bus of its own, in a new directory."""

from __future__ import annotations

import contextlib
import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from mailflow_gui.accounts.account import Account
from mailflow_gui.accounts.secrets import SecretStore
from mailflow_gui.errors import AccountError

_PATIENCE = 20.0

_BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:tmpdir=/tmp</listen>
  <policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy>
</busconfig>
"""
"""A session's bus that starts no services: who asked too early, as a window that is still closing, would have it start a second keyring,
which nobody unlocks."""


@contextlib.contextmanager
def running() -> Iterator[str]:
    """Start both, give the bus's address, and stop them."""
    with (
        tempfile.TemporaryDirectory(prefix="mf-", ignore_cleanup_errors=True) as directory,
        contextlib.ExitStack() as ends,
    ):
        runtime = Path(directory, "runtime")
        runtime.mkdir(mode=0o700)
        configuration = Path(directory, "bus.conf")
        configuration.write_text(_BUS, encoding="utf-8")
        environ = {"PATH": os.environ["PATH"], "HOME": directory, "XDG_RUNTIME_DIR": str(runtime), "LANG": "C.UTF-8"}
        bus = ends.enter_context(
            subprocess.Popen(
                ["dbus-daemon", f"--config-file={configuration}", "--nofork", "--print-address=1"],
                env=environ,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
            )
        )
        ends.callback(bus.terminate)
        assert bus.stdout is not None
        address = bus.stdout.readline().strip()
        environ["DBUS_SESSION_BUS_ADDRESS"] = address
        daemon = ends.enter_context(
            subprocess.Popen(
                ["gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets"],
                env=environ,
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                text=True,
            )
        )
        ends.callback(daemon.terminate)
        assert daemon.stdin is not None
        daemon.stdin.write("pw")
        daemon.stdin.close()
        yield address


def wait_until_it_answers() -> None:
    """Wait until the keyring that this process's environment names can be asked."""
    _wait_for_the_first_collection()
    nobody = Account(id="nobody", name="x", protocol="imap", host="h", port=1, username="x")
    end = time.monotonic() + _PATIENCE
    while True:
        try:
            SecretStore().get(nobody)
        except AccountError:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)
        else:
            return


def _wait_for_the_first_collection() -> None:
    """Who asks before the daemon has made it is answered with a prompt that nobody answers."""
    import secretstorage

    end = time.monotonic() + _PATIENCE
    while True:
        try:
            with contextlib.closing(secretstorage.dbus_init()) as bus:
                secretstorage.Collection(bus, "/org/freedesktop/secrets/collection/login")
        except secretstorage.exceptions.SecretStorageException:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)
        else:
            return
