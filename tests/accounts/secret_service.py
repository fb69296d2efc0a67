"""A real Secret Service for tests: gnome-keyring under a D-Bus session of its own, home and runtime directory new."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

PROGRAMS = ("dbus-run-session", "gnome-keyring-daemon")
MISSING = [program for program in PROGRAMS if shutil.which(program) is None]

_UNLOCK = "printf pw | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1; "
_PYTHON = 'exec "$0" "$@"'


def environment(home: Path) -> dict[str, str]:
    """A clean environment whose home, runtime directory and MailFlow home lie below ``home``; without D-Bus."""
    runtime = home / "runtime"
    runtime.mkdir(mode=0o700, parents=True, exist_ok=True)
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "SYSTEMROOT") if name in os.environ}
    moved = {"HOME": str(home), "XDG_RUNTIME_DIR": str(runtime), "MAILFLOW_HOME": str(home / "mailflow")}
    # Without a display nothing can ask to unlock; without the variable D-Bus isn't started by itself.
    return {**kept, **moved, "DBUS_SESSION_BUS_ADDRESS": "disabled:", "LANGUAGE": "en"}


def run(
    home: Path, arguments: list[str], *, unlocked: bool = True, text: str = "", extra: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run Python with ``arguments`` where a Secret Service lives; its keyring file in ``home`` outlives the call.

    :param unlocked: False: the service is activated by D-Bus on demand, and the keyring stays locked.
    :param text: standard input of the Python process.
    """
    start = (_UNLOCK if unlocked else "") + _PYTHON
    # The daemon takes its password from the pipe, so standard input stays the test's.
    command = ["dbus-run-session", "--", "sh", "-c", start, sys.executable, *arguments]
    environ = {**environment(home), **(extra or {})}
    del environ["DBUS_SESSION_BUS_ADDRESS"]
    return subprocess.run(command, env=environ, input=text, capture_output=True, text=True, timeout=60, check=False)
