"""The desktop: a launcher, icons and a file type for ``*.mailflow``, for this user alone, on freedesktop systems.

Follows the Desktop Entry, Shared MIME-info and Icon Theme specifications. Windows and macOS get all this from their installers.
"""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from mailflow_gui import paths
from mailflow_gui.errors import StorageError, UsageError

log = logging.getLogger(__name__)

MIME_TYPE = "application/x-mailflow"
LAUNCHER = "mailflow.desktop"

_TOOL_SECONDS = 30.0
_LAUNCHER = """\
[Desktop Entry]
Type=Application
Name=MailFlow
GenericName=Mail automation
GenericName[ja]=メールの自動処理
Comment=Receive, map and send mail with flows you can see
Comment[ja]=見えるフローでメールを受信、変換、送信します
Exec={command} open %f
{place}Icon=mailflow
Terminal=false
Categories=Office;Email;
MimeType={mime};
StartupNotify=true
StartupWMClass=mailflow
"""


def install() -> list[Path]:
    """Put launcher, icons and file type in place, over older ones; returns the files.

    :raises UsageError: this system gets them from an installer.
    :raises StorageError: no room or no right to write there.
    """
    _refuse_other_systems()
    source = paths.resources() / "desktop"
    launcher, mime, application_icon, type_icon = _places()
    try:
        for target in (launcher, mime, application_icon, type_icon):
            target.parent.mkdir(parents=True, exist_ok=True)
        launcher.write_text(_launcher(), encoding="utf-8")
        shutil.copyfile(source / "mailflow.xml", mime)
        shutil.copyfile(source / "mailflow.svg", application_icon)
        shutil.copyfile(source / "application-x-mailflow.svg", type_icon)
    except OSError as error:
        raise StorageError("no-right-to-write", directory=str(_data()), reason=error.strerror or str(error)) from error
    _tell_desktop()
    if not _run("xdg-mime", "default", LAUNCHER, MIME_TYPE):
        _run("gio", "mime", MIME_TYPE, LAUNCHER)
    return [launcher, mime, application_icon, type_icon]


def remove() -> list[Path]:
    """Take away what :func:`install` has put in place; returns the files that were there.

    :raises UsageError: this system gets them from an installer.
    :raises StorageError: no right to write there.
    """
    _refuse_other_systems()
    gone = [place for place in _places() if place.is_file()]
    try:
        for place in gone:
            place.unlink()
    except OSError as error:
        raise StorageError("no-right-to-write", directory=str(_data()), reason=error.strerror or str(error)) from error
    _tell_desktop()
    return gone


def _refuse_other_systems() -> None:
    if sys.platform in {"win32", "darwin"}:
        raise UsageError("desktop-by-installer")


def _data() -> Path:
    """The user's data directory (XDG Base Directory Specification; relative values are to be ignored)."""
    named = Path(os.environ.get("XDG_DATA_HOME", ""))
    return named if named.is_absolute() else Path.home() / ".local" / "share"


def _places() -> tuple[Path, Path, Path, Path]:
    icons = _data() / "icons" / "hicolor" / "scalable"
    return (
        _data() / "applications" / LAUNCHER,
        _data() / "mime" / "packages" / "mailflow.xml",
        icons / "apps" / "mailflow.svg",
        icons / "mimetypes" / "application-x-mailflow.svg",
    )


def _launcher() -> str:
    """The launcher: the installed command if this is an installed copy, else this interpreter in the checkout."""
    script = Path(sys.executable).with_name("mailflow")
    root = Path(__file__).resolve().parent.parent
    if script.is_file() and not (root / "pyproject.toml").is_file():
        return _LAUNCHER.format(command=_quoted(str(script)), place="", mime=MIME_TYPE)
    command = " ".join([_quoted(sys.executable), "-m", "mailflow_gui"])
    place = f"Path={_escaped(str(root))}\n"
    return _LAUNCHER.format(command=command, place=place, mime=MIME_TYPE)


def _quoted(argument: str) -> str:
    """An argument of an Exec key: in double quotes, with what they don't protect escaped, as a string value (escaped once more)."""
    inside = "".join("\\" + sign if sign in '"`$\\' else sign for sign in argument).replace("%", "%%")
    return _escaped(f'"{inside}"')


def _escaped(text: str) -> str:
    """A string value of a desktop entry."""
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")


def _tell_desktop() -> None:
    """Let the caches be made anew; a desktop without one of the tools does without that cache."""
    for command in _cache_commands():
        _run(*command)


def _cache_commands() -> Iterator[tuple[str, ...]]:
    data = _data()
    for tool, place in (
        ("update-mime-database", data / "mime"),
        ("update-desktop-database", data / "applications"),
    ):
        if place.is_dir():
            yield (tool, str(place))


def _run(tool: str, *arguments: str) -> bool:
    """Use a tool of the desktop, if it is there and does its work."""
    found = shutil.which(tool)
    if found is None:
        return False
    try:
        done = subprocess.run(
            [found, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=_TOOL_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        log.warning("%s didn't do its work: %s", tool, error)
        return False
    return done.returncode == 0
