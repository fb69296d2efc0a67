"""The system's libraries that a window needs and PySide6 doesn't bring, as Debian names them.

Where one is missing, Qt would end the whole process with a puzzle; here it is installed (as root, with apt) or named with the command.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping

from mailflow_gui.errors import UsageError

DRAWING: Mapping[str, str] = {
    "libglib-2.0.so.0": "libglib2.0-0",
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libfontconfig.so.1": "libfontconfig1",
    "libdbus-1.so.3": "libdbus-1-3",
}
"""Library to Debian package: for any window, also one that is only drawn into memory."""

X11: Mapping[str, str] = {
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb-shape.so.0": "libxcb-shape0",
}
"""For a window on an X display, in addition."""


def missing(libraries: Mapping[str, str]) -> list[str]:
    """The packages of those ``libraries`` that can't be loaded."""
    packages = []
    for library, package in libraries.items():
        try:
            ctypes.CDLL(library)
        except OSError:
            packages.append(package)
    return packages


def require(*, x11: bool) -> None:
    """See to the libraries on Linux.

    :raises UsageError: some are missing, and installing them isn't possible here.
    """
    if sys.platform != "linux":
        return
    wanted = {**DRAWING, **X11} if x11 else DRAWING
    packages = missing(wanted)
    if packages and os.geteuid() == 0 and shutil.which("apt-get") is not None:
        _install(packages)
        packages = missing(wanted)
    if packages:
        raise UsageError("window-libraries-missing", command=f"sudo apt-get install {' '.join(packages)}")


def _install(packages: list[str]) -> None:
    """With apt; its words go to standard error."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update"], ["install", "--yes", "--no-install-recommends", *packages]):
        subprocess.run(
            ["apt-get", "-q", "-o", "DPkg::Lock::Timeout=300", *command],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=sys.stderr,
            check=False,
        )
