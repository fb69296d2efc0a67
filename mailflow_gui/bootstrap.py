"""In a source checkout, every command first sees to ``.venv``: made, filled with the locked dependencies, and used from then on.

Standard library only. A stamp in ``.venv`` remembers which Python and which locks it was filled with, so that later starts cost a
millisecond or two; whatever was interrupted is done again. All words go to standard error: standard output belongs to the command.
An installed copy never does any of this.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from mailflow_gui import language
from mailflow_gui.file_lock import FileLock
from mailflow_gui.language import _

NOT_USABLE = 3
NO_ROOM = 4

_NO_ROOM_ERRORS = tuple(
    getattr(errno, name) for name in ("ENOSPC", "EDQUOT", "EACCES", "EPERM", "EROFS") if hasattr(errno, name)
)
_POLL_SECONDS = 0.25


def checkout() -> Path | None:
    """The source checkout that this package lies in, or None for an installed copy."""
    root = Path(__file__).resolve().parent.parent
    return root if (root / "pyproject.toml").is_file() and (root / "resources" / "locks").is_dir() else None


def enter(*, development: bool = False) -> None:
    """Return inside the checkout's own environment, with everything installed; at once for an installed copy.

    Started by any other Python, this process is replaced by ``.venv``'s Python with the same arguments (on Windows: a child, whose
    exit code becomes ours). ``development`` installs what the tests need, too.

    :raises SystemExit: the environment can't be made: 3 (no network, no pip), 4 (no room, no right to write here).
    """
    root = checkout()
    if root is None:
        return
    environment = root / ".venv"
    locks = [root / "resources" / "locks" / "runtime.txt"]
    if development:
        locks.append(locks[0].with_name("dev.txt"))
    inside = _is_inside(environment)
    try:
        if not _is_ready(environment, locks):
            language.use()
            _set_up(environment, locks, inside=inside)
    except OSError as error:
        code = NO_ROOM if error.errno in _NO_ROOM_ERRORS else NOT_USABLE
        _stop(_("MailFlow can't set itself up in {place}: {reason}.").format(place=root, reason=error.strerror), code)
    if not inside:
        _go_on_with(_python(environment))


def _is_inside(environment: Path) -> bool:
    """Whether this very Python is the environment's (not told by ``sys.prefix`` alone: PYTHONHOME bends it)."""
    return any(
        ours.is_dir() and theirs.is_dir() and ours.samefile(theirs)
        for ours, theirs in (
            (Path(sys.prefix), environment),
            (Path(sys.executable).parent, _python(environment).parent),
        )
    )


def _python(environment: Path) -> Path:
    return environment / "Scripts" / "python.exe" if os.name == "nt" else environment / "bin" / "python"


def _stamp(environment: Path) -> Path:
    return environment / "mailflow-stamp.json"


def _identity(environment: Path) -> dict[str, str]:
    """What an environment is bound to: scripts in it name its own path, compiled packages one version of Python."""
    return {"python": "{}.{}".format(*sys.version_info[:2]), "path": str(environment)}


def _read_stamp(environment: Path) -> dict[str, str]:
    """What the environment was filled with; empty if there is none, or if its making was interrupted."""
    try:
        stamp = json.loads(_stamp(environment).read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def _digests(locks: Sequence[Path]) -> dict[str, str]:
    return {lock.stem: hashlib.sha256(lock.read_bytes()).hexdigest() for lock in locks}


def _is_ready(environment: Path, locks: Sequence[Path]) -> bool:
    wanted = _identity(environment) | _digests(locks)
    return wanted.items() <= _read_stamp(environment).items() and _python(environment).is_file()


def _set_up(environment: Path, locks: Sequence[Path], *, inside: bool) -> None:
    """Make and fill the environment, one process at a time."""
    lock = FileLock(environment.with_name(".venv.lock"))
    told = False
    while not lock.acquire("python3 -m " + " ".join(sys.orig_argv[2:3])):
        if not told and (holder := lock.holder()):
            _say(_("Waiting for {holder}, which is setting MailFlow up.").format(holder=holder))
            told = True
        time.sleep(_POLL_SECONDS)
    try:
        if not _is_ready(environment, locks):
            _fill(environment, locks, inside=inside)
    finally:
        lock.release()


def _fill(environment: Path, locks: Sequence[Path], *, inside: bool) -> None:
    known = _read_stamp(environment)
    usable = _identity(environment).items() <= known.items() and _python(environment).is_file()
    _stamp(environment).unlink(missing_ok=True)  # from here on an interruption means: all over again
    if not usable and not inside:
        _say(_("Setting MailFlow up in {place}; this takes a minute or two.").format(place=environment))
        _make(environment)
    else:
        _say(_("Bringing {place} up to date.").format(place=environment))
    requirements = [part for lock in locks for part in ("-r", str(lock))]
    command = [str(_python(environment)), "-m", "pip", "--no-input", "--disable-pip-version-check", "install"]
    code, words = _run_aloud([*command, "--progress-bar", "off", "--require-hashes", *requirements])
    if code:
        if any(f"[Errno {number}]" in words for number in _NO_ROOM_ERRORS):
            _stop(
                _("There is no room, or no right to write, for what MailFlow needs in {place}.").format(
                    place=environment
                ),
                NO_ROOM,
            )
        _stop(
            _("What MailFlow needs could not be installed; see the lines above, check the network, and start again."),
            NOT_USABLE,
        )
    # An update leaves a lock out that it was not asked for, and that is still true, unless its own file has changed since.
    kept = {name: digest for name, digest in known.items() if usable and name not in _identity(environment)}
    stamp = _stamp(environment)
    unfinished = stamp.with_suffix(".new")
    unfinished.write_text(json.dumps(kept | _identity(environment) | _digests(locks)) + "\n", encoding="utf-8")
    unfinished.replace(stamp)


def _make(environment: Path) -> None:
    """A fresh virtual environment with pip, in place of whatever lies there."""
    if environment.is_symlink() or environment.is_file():
        environment.unlink()
    elif environment.is_dir():
        shutil.rmtree(environment)
    code, words = _run_aloud([sys.executable, "-m", "venv", str(environment)])
    if code and any(f"[Errno {number}]" in words for number in _NO_ROOM_ERRORS):
        _stop(
            _("There is no room, or no right to write, for what MailFlow needs in {place}.").format(place=environment),
            NO_ROOM,
        )
    if code:
        _stop(
            _(
                "This Python can't make virtual environments; on Debian and Ubuntu install python3-venv, then start again."
            ),
            NOT_USABLE,
        )


def _run_aloud(command: Sequence[str]) -> tuple[int, str]:
    """Run a program, copy all that it says to standard error, and return its exit code and its words."""
    words = []
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    ) as program:
        assert program.stdout is not None
        for line in program.stdout:
            words.append(line)
            _write(line)
    return program.returncode, "".join(words)


def _go_on_with(python: Path) -> NoReturn:
    """Become ``python``, with this process's own arguments."""
    arguments = [str(python), *sys.orig_argv[1:]]
    if os.name != "nt":
        _flush()
        os.execv(python, arguments)  # noqa: S606  (our own interpreter: pid and signals stay)
    child = subprocess.Popen(arguments)
    while True:
        try:
            sys.exit(child.wait())
        except KeyboardInterrupt:  # Windows gives Ctrl-C to both of us; the child decides what it means
            continue


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()


def _say(text: str) -> None:
    _write(text + "\n")


def _write(text: str) -> None:
    if sys.stderr is not None:  # pythonw.exe has none
        sys.stderr.write(text)
        sys.stderr.flush()


def _stop(text: str, code: int) -> NoReturn:
    _say(text)
    raise SystemExit(code)
