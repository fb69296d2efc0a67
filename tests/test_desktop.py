"""The launcher and the file type."""

from __future__ import annotations

import configparser
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from mailflow_gui import cli, desktop


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, place in (("XDG_DATA_HOME", "data"), ("XDG_CONFIG_HOME", "config")):
        monkeypatch.setenv(name, str(tmp_path / place))
    monkeypatch.setattr(sys, "platform", "linux")
    return tmp_path / "data"


def test_install_puts_four_files_in_place_and_remove_takes_them_away(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["desktop", "install"]) == 0
    placed = [path for path in desktop.install() if path.is_file()]
    assert len(placed) == 4
    assert all(data in path.parents for path in placed)
    assert cli.main(["desktop", "remove"]) == 0
    assert not any(path.exists() for path in placed)
    assert desktop.remove() == []


def test_the_launcher_starts_this_mailflow_and_opens_its_files(data: Path) -> None:
    launcher, mime, *_icons = desktop.install()
    entry = configparser.ConfigParser(interpolation=None, delimiters=("=",))
    entry.optionxform = str  # type: ignore[assignment, method-assign]  # keys of desktop entries have capitals
    entry.read(launcher, encoding="utf-8")
    assert entry["Desktop Entry"]["MimeType"] == "application/x-mailflow;"
    assert entry["Desktop Entry"]["Exec"].endswith(" open %f")
    assert sys.executable in entry["Desktop Entry"]["Exec"] or "mailflow" in entry["Desktop Entry"]["Exec"]
    kind = ElementTree.parse(mime).getroot()[0]
    assert kind.get("type") == desktop.MIME_TYPE


@pytest.mark.skipif(
    None in {shutil.which("gio"), shutil.which("update-mime-database")}, reason="no tools of a desktop are installed"
)
def test_the_desktop_knows_the_type_and_what_opens_it(data: Path, tmp_path: Path) -> None:
    desktop.install()
    flow = tmp_path / "x.mailflow"
    flow.write_text('{"mailflow": 1}', encoding="utf-8")
    for command, expected in (
        (["gio", "info", "-a", "standard::content-type", str(flow)], desktop.MIME_TYPE),
        (["gio", "mime", desktop.MIME_TYPE], desktop.LAUNCHER),
    ):
        told = subprocess.run(command, capture_output=True, text=True, check=False)
        assert expected in told.stdout, command


@pytest.mark.skipif(shutil.which("desktop-file-validate") is None, reason="the validator isn't installed")
def test_the_launcher_is_valid(data: Path) -> None:
    launcher, *_rest = desktop.install()
    found = subprocess.run(["desktop-file-validate", str(launcher)], capture_output=True, text=True, check=False)
    assert (found.returncode, found.stdout) == (0, "")


@pytest.mark.parametrize("platform", ["win32", "darwin"])
def test_elsewhere_the_installer_does_it(
    platform: str, data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    assert cli.main(["desktop", "install"]) == 2
    assert "installer" in capsys.readouterr().err
    assert not data.exists()


def test_strange_places_are_quoted_as_the_specification_says() -> None:
    assert desktop._quoted('/opt/100% "real" $x/py') == '"/opt/100%% \\\\"real\\\\" \\\\$x/py"'
