"""A screen without anybody before it, for the real program in a process of its own."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

SECONDS = 60.0


@pytest.fixture
def screen() -> Iterator[str]:
    """A screen of its own; the server picks a free number, and stays as it is when its last program goes."""
    reading, writing = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1440x900x24", "-nolisten", "tcp", "-noreset"],
        pass_fds=(writing,),
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    with os.fdopen(reading, encoding="ascii") as told:
        number = told.readline().strip()
    assert number, "Xvfb didn't start"
    yield f":{number}"
    server.terminate()
    server.wait(timeout=20)


def wait_for_window(title: str, environment: dict[str, str]) -> str:
    """The id of the window whose title fits, once there is one."""
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        found = told(["xdotool", "search", "--onlyvisible", "--name", title], environment).split()
        if found:
            return found[0]
        time.sleep(0.2)
    raise AssertionError(f"no window called {title}")


def wait_until_gone(pid: int) -> None:
    """Until a process of somebody else's has ended."""
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        state = Path(f"/proc/{pid}/stat")
        try:
            if state.read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()[0] == "Z":
                return
        except OSError:
            return
        time.sleep(0.1)
    raise AssertionError("the window doesn't close")


def told(command: list[str], environment: dict[str, str]) -> str:
    """What a command says."""
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False).stdout.strip()
