"""An account's password from a command, as mbsync's PassCmd: a line for the system's shell, so that pipes, quotes and ``~`` work.

The command is the account owner's own, typed into the account; no flow file can bring one. It gets no input, no terminal and no
account's password in its environment. The first line of its standard output is the password.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys

from mailflow_gui.errors import AccountError

_PIPE, _NOTHING = subprocess.PIPE, subprocess.DEVNULL

LONGEST_COMPLAINT = 500
"""Characters of the command's standard error that are shown."""


def run(command: str, environ: dict[str, str], timeout: float) -> str:
    """Run ``command`` and return the first line of what it prints, without its line end.

    :param environ: the command's environment.
    :param timeout: seconds; then the command and its children are ended.
    :raises AccountError: it can't be started, fails, takes too long, or prints nothing or no text.
    """
    output = complaint = b""
    in_time = True
    with _start(command, environ) as process:
        try:
            output, complaint = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            in_time = False
            _end(process)
            process.communicate()
        except BaseException:
            _end(process)
            raise
    if not in_time:  # raised here: the exception above carries what was printed so far
        raise AccountError("password-command-timeout", seconds=round(timeout))
    lines = _text(output).splitlines()
    if process.returncode != 0:
        said = _without(_text(complaint), lines)
        raise AccountError("password-command-failed", status=process.returncode, complaint=said)
    if not lines or not lines[0]:
        raise AccountError("password-command-empty")
    return lines[0]


if sys.platform == "win32":

    def _popen(command: str, environ: dict[str, str]) -> subprocess.Popen[bytes]:
        line = f'{environ.get("COMSPEC", "cmd.exe")} /d /s /c "{command}"'
        return subprocess.Popen(
            line, env=environ, stdin=_NOTHING, stdout=_PIPE, stderr=_PIPE, creationflags=subprocess.CREATE_NO_WINDOW
        )

    def _end(process: subprocess.Popen[bytes]) -> None:
        """End the command with all that it started; a child that lives on would hold its output open."""
        subprocess.run(["taskkill", "/F", "/T", "/PID", str(process.pid)], capture_output=True, check=False)

    _FALLBACK_ENCODING = "mbcs"

else:

    def _popen(command: str, environ: dict[str, str]) -> subprocess.Popen[bytes]:
        # A session of its own has no terminal: nothing can ask there, and the whole group can be ended.
        return subprocess.Popen(
            ["/bin/sh", "-c", command], env=environ, stdin=_NOTHING, stdout=_PIPE, stderr=_PIPE, start_new_session=True
        )

    def _end(process: subprocess.Popen[bytes]) -> None:
        """End the command with all that it started; a child that lives on would hold its output open."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)

    _FALLBACK_ENCODING = sys.getfilesystemencoding()


def _start(command: str, environ: dict[str, str]) -> subprocess.Popen[bytes]:
    try:
        return _popen(command, environ)
    except (OSError, ValueError) as error:
        raise AccountError("password-command-not-started") from error


def _text(output: bytes) -> str:
    """What a program printed: UTF-8, or the system's own encoding (Windows' older tools)."""
    try:
        return output.decode("utf-8")
    except UnicodeDecodeError:
        return output.decode(_FALLBACK_ENCODING, "replace")


def _without(complaint: str, printed: list[str]) -> str:
    """What the command complained about, without anything that it printed as a password before it failed."""
    for line in sorted(printed, key=len, reverse=True):
        if line.strip():
            complaint = complaint.replace(line.strip(), "***")
    return complaint.strip()[:LONGEST_COMPLAINT] or "–"
