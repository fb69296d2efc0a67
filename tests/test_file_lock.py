"""Locks between processes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mailflow_gui.file_lock import FileLock, Holder

_HOLD = """
import sys
from pathlib import Path
from mailflow_gui.file_lock import FileLock
lock = FileLock(Path(sys.argv[1]))
assert lock.acquire("mailflow run größe.mailflow")
print("held", flush=True)
sys.stdin.read()
"""


def _start_holder(path: Path) -> subprocess.Popen[str]:
    child = subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8"
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "held\n"
    return child


def test_second_lock_on_one_path_is_refused_and_told_who_holds_it(tmp_path: Path) -> None:
    first, second = FileLock(tmp_path / "lock"), FileLock(tmp_path / "lock")
    assert first.acquire("mailflow run")
    assert not second.acquire("too late")
    assert second.holder() == Holder(pid=os.getpid(), note="mailflow run")
    assert first.holder() == second.holder()
    assert (first.held, second.held) == (True, False)


def test_released_lock_can_be_taken_and_has_no_holder(tmp_path: Path) -> None:
    first, second = FileLock(tmp_path / "lock"), FileLock(tmp_path / "lock")
    assert second.holder() is None
    first.acquire("one")
    first.release()
    first.release()
    assert second.holder() is None
    assert second.acquire("two")


def test_another_process_sees_the_holder(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    child = _start_holder(path)
    try:
        assert not FileLock(path).acquire()
        assert FileLock(path).holder() == Holder(pid=child.pid, note="mailflow run größe.mailflow")
    finally:
        child.communicate("")


def test_killed_holder_leaves_the_lock_free(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    child = _start_holder(path)
    child.kill()
    child.communicate()
    assert FileLock(path).holder() is None
    assert FileLock(path).acquire("next")


def test_children_do_not_inherit_the_lock(tmp_path: Path) -> None:
    lock = FileLock(tmp_path / "lock")
    lock.acquire()
    with subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE) as child:
        lock.release()
        assert FileLock(tmp_path / "lock").acquire()
        child.communicate(b"")


def test_lock_in_a_missing_directory_raises_oserror(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        FileLock(tmp_path / "missing" / "lock").acquire()
    assert FileLock(tmp_path / "missing" / "lock").holder() is None


def test_a_long_note_is_cut(tmp_path: Path) -> None:
    lock = FileLock(tmp_path / "lock")
    assert lock.acquire("x" * 10_000)
    holder = lock.holder()
    assert holder is not None
    assert len(holder.note) < 4096
    assert str(Holder(pid=7, note="")) == "process 7"
    assert str(Holder(pid=7, note="run")) == "run (process 7)"
