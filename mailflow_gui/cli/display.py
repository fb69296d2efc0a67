"""Whether a window can be shown here, found out without Qt: Qt ends the whole process where it finds no display."""

from __future__ import annotations

import os
import re
import socket
import sys
from pathlib import Path

from mailflow_gui.cli import window_libraries
from mailflow_gui.errors import UsageError

_CONNECT_SECONDS = 3.0
_X_PORT = 6000
_DISPLAY = re.compile(r"^(?:(?P<protocol>[a-z]+)/)?(?P<host>[^:]*):(?P<number>\d+)(?:\.\d+)?$")


def is_there() -> bool:
    """Whether a display answers."""
    if sys.platform in {"win32", "darwin"}:
        return True
    platform = os.environ.get("QT_QPA_PLATFORM", "").partition(":")[0]
    if platform and platform not in {"xcb", "wayland", "wayland-egl"}:
        return True  # asked for by name: offscreen, vnc, linuxfb
    return _wayland_answers() or _x_answers()


def require() -> None:
    """:raises UsageError: no display answers, or what Qt needs for it is missing."""
    if not is_there():
        raise UsageError("no-display")
    platform = os.environ.get("QT_QPA_PLATFORM", "").partition(":")[0]
    window_libraries.require(x11=platform == "xcb" or not (platform or _wayland_answers()))


def _wayland_answers() -> bool:
    name = os.environ.get("WAYLAND_DISPLAY")
    if not name:
        return False
    return _answers(str(Path(os.environ.get("XDG_RUNTIME_DIR", "/")) / name))


def _x_answers() -> bool:
    found = _DISPLAY.match(os.environ.get("DISPLAY", ""))
    if found is None:
        return False
    if found["host"] in {"", "unix"}:
        path = f"/tmp/.X11-unix/X{found['number']}"  # noqa: S108 - fixed by the X Window System
        return _answers(path) or (sys.platform == "linux" and _answers("\0" + path))
    try:
        port = _X_PORT + int(found["number"])
        with socket.create_connection((found["host"], port), _CONNECT_SECONDS):
            return True
    except (OSError, OverflowError):
        return False


def _answers(path: str) -> bool:
    if sys.platform == "win32":
        return False
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as there:
            there.settimeout(_CONNECT_SECONDS)
            there.connect(path)
    except OSError:
        return False
    return True
