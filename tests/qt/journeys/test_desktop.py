"""A double-click on a flow in a file manager, as ``gio open`` does it: launcher, file type, and the window on that flow."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from mailflow_gui import paths
from mailflow_gui.flow import file as flow_file
from tests.qt.journeys.screen import told, wait_for_window, wait_until_gone

TOOLS = ("gio", "dbus-run-session", "Xvfb", "xdotool", "update-mime-database", "update-desktop-database")
MISSING = [tool for tool in TOOLS if shutil.which(tool) is None]

pytestmark = [
    pytest.mark.skipif(sys.platform in {"win32", "darwin"}, reason="file types come from the installer there"),
    pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)}"),
]


def test_a_flow_opened_by_the_desktop_is_shown_in_the_window(
    screen: str, home: paths.Home, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    person = tmp_path / "person"
    places = {"HOME": person, "XDG_DATA_HOME": person / "data", "XDG_CONFIG_HOME": person / "config"}
    runtime = tmp_path_factory.mktemp("r")  # short: the paths of sockets are limited
    environment = {
        **os.environ,
        **{name: str(place) for name, place in places.items()},
        "XDG_RUNTIME_DIR": str(runtime),
        "DISPLAY": screen,
        "QT_QPA_PLATFORM": "xcb",
        paths.HOME_VARIABLE: os.environ[paths.HOME_VARIABLE],
    }
    for place in places.values():
        place.mkdir(parents=True, exist_ok=True)
    subprocess.run([sys.executable, "-m", "mailflow_gui", "desktop", "install"], env=environment, check=True)
    flow = flow_file.read(paths.resources() / "examples" / "demo.mailflow")
    path = tmp_path / "Double click me.mailflow"
    flow_file.write(replace(flow, id=None, name="Double click me"), path)

    # The session ends with its last program: gio only starts the window, so the shell waits until that is closed.
    session = subprocess.Popen(
        ["dbus-run-session", "--", "sh", "-c", 'gio open "$1" && read -r _over', "sh", str(path)],
        env=environment,
        stdin=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        window = wait_for_window("Double click me.* – MailFlow", environment)
        pid = int(told(["xdotool", "getwindowpid", window], environment))
        command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        assert command[-3:-1] == [b"open", os.fsencode(path)]
        os.kill(pid, signal.SIGTERM)  # the window hears it and closes by itself
        wait_until_gone(pid)
    finally:
        assert session.stdin is not None
        session.stdin.close()
        session.wait(timeout=20)
