from __future__ import annotations

import os
from pathlib import Path

import pytest

from mailflow_gui.errors import StorageError
from mailflow_gui.qt.inspector import saving


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "folder"
    made.mkdir()
    return made


def test_a_file_that_is_there_is_never_written_over(folder: Path) -> None:
    target = folder / "a.txt"
    target.write_bytes(b"mine")
    with pytest.raises(StorageError) as caught:
        saving.save(b"theirs", target)
    assert caught.value.code == "file-exists-already"
    assert target.read_bytes() == b"mine"


@pytest.mark.skipif(os.name == "nt", reason="making links needs a right of its own there")
def test_a_link_is_not_followed(folder: Path) -> None:
    (folder / "link").symlink_to(folder / "elsewhere")
    with pytest.raises(StorageError):
        saving.save(b"theirs", folder / "link")
    assert not (folder / "elsewhere").exists()


@pytest.mark.skipif(os.name == "nt", reason="other systems have modes")
def test_a_saved_file_can_be_read_by_its_owner_and_run_by_nobody(folder: Path) -> None:
    saving.save(b"#!/bin/sh\n", folder / "run.sh")
    assert (folder / "run.sh").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "name", ["../../evil.sh", "/etc/passwd", "..\\..\\evil.sh", "a\u202efdp.exe", "CON", "", "x" * 300 + ".pdf"]
)
def test_a_name_never_leaves_the_folder(folder: Path, name: str) -> None:
    target = saving.free_name(folder, name, "application/pdf")
    assert target.parent == folder
    assert "\u202e" not in target.name
    saving.save(b"x", target)
    assert [file.name for file in folder.iterdir()] == [target.name]


def test_a_taken_name_gets_a_number(folder: Path) -> None:
    for _time in range(3):
        saving.save(b"x", saving.free_name(folder, "invoice.pdf", "application/pdf"))
    assert sorted(file.name for file in folder.iterdir()) == ["invoice (2).pdf", "invoice (3).pdf", "invoice.pdf"]


def test_a_folder_that_is_gone_is_told(folder: Path) -> None:
    with pytest.raises(StorageError) as caught:
        saving.save(b"x", folder / "gone" / "a.txt")
    assert caught.value.code == "file-not-saved"
