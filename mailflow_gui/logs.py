"""Log files, for people who look for a fault: English, rotated, below the home, and without secrets.

A secret is kept out twice: whoever reads one registers it with :func:`keep_out`, and what follows a sign-in command in a server dialogue
is blanked by pattern. Both work on the finished line, so tracebacks and arguments are covered, too.
"""

from __future__ import annotations

import base64
import contextlib
import json
import logging
import os
import re
import sys
import threading
import time
import traceback
import urllib.parse
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType
from typing import TextIO

LEVEL_VARIABLE = "MAILFLOW_LOG"
"""Names the level (``debug``, ``info``, ``warning``, ``error``) when the command line doesn't."""

FILE_NAME = "mailflow.log"

_FILE_BYTES = 2_000_000
_FILE_COUNT = 5
_BLANK = "***"
_SHORTEST = 4  # blanking shorter secrets would eat every line and so tell their letters
_LINE = "%(asctime)s %(levelname)s %(process)d %(name)s: %(message)s"

# What follows these words on the wire is a secret: RFC 4954 and RFC 9051 6.2 (AUTH), RFC 9051 6.2.3 (LOGIN), RFC 1939 7 (PASS, APOP).
_SIGN_IN = re.compile(
    r"""(?ix) \b(
          (?: AUTH | AUTHENTICATE ) [ ]+ [A-Z0-9_-]{3,20} [ ]+
        | LOGIN [ ]+ (?: "(?:[^"\\]|\\.)*" | \S+ ) [ ]+
        | PASS [ ]+
        | APOP [ ]+ \S+ [ ]+
        | Authorization: [ ]* \w+ [ ]+
        | Bearer [ ]+
    ) (?: "(?:[^"\\]|\\.)*" | [^\s"']+ )"""
)
_CONTROLS = {code: f"\\x{code:02x}" for code in (*range(0x20), 0x7F, *range(0x80, 0xA0))} | {
    0x0A: "\\n",
    0x0D: "\\r",
    0x09: "\t",
    0x2028: "\\u2028",
    0x2029: "\\u2029",
}

_kept_out: set[str] = set()


def set_up(directory: Path, *, verbose: bool = False, stream: TextIO | None = None) -> None:
    """Log this process to ``directory``/mailflow.log from now on; ``verbose`` also logs details, and to ``stream`` if one is given.

    :raises OSError: no room or no right to write there.
    """
    level = logging.DEBUG if verbose else level_from(os.environ.get(LEVEL_VARIABLE, ""))
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = _RotatingFile(
        directory / FILE_NAME,
        maxBytes=_FILE_BYTES,
        backupCount=_FILE_COUNT,
        encoding="utf-8",
        errors="backslashreplace",
    )
    handlers: list[logging.Handler] = [file]
    if verbose and stream is not None:
        handlers.append(logging.StreamHandler(stream))
    ours = logging.getLogger("mailflow_gui")
    root = logging.getLogger()
    for old in (*root.handlers,):
        if getattr(old, "of_mailflow", False):
            root.removeHandler(old)
            old.close()
    for handler in handlers:
        handler.of_mailflow = True  # type: ignore[attr-defined]  # a mark, so that setting up twice doesn't log twice
        handler.setFormatter(RedactingFormatter(_LINE))
        root.addHandler(handler)
    root.setLevel(logging.WARNING)  # other libraries' details hold people's mail
    ours.setLevel(level)
    logging.captureWarnings(capture=True)


def level_from(name: str) -> int:
    """The level that ``name`` means; INFO when it means none."""
    level = logging.getLevelName(name.strip().upper())
    return level if isinstance(level, int) else logging.INFO


def keep_out(secret: str) -> None:
    """Never let ``secret`` into a log line, in none of the forms that it takes on its way."""
    if len(secret) < _SHORTEST:
        return
    encoded = secret.encode("utf-8", "surrogatepass")
    _kept_out.update(
        {
            secret,
            repr(secret)[1:-1],
            repr(encoded)[2:-1],
            json.dumps(secret)[1:-1],
            urllib.parse.quote(encoded),
            base64.b64encode(encoded).decode("ascii"),
        }
    )


def redact(text: str) -> str:
    """``text`` without registered secrets and without what follows a sign-in command."""
    return _SIGN_IN.sub(lambda found: found[1] + _BLANK, blank(text))


def blank(text: str) -> str:
    """``text`` without registered secrets: for words of servers, libraries and programs that people are shown."""
    for secret in sorted(_kept_out, key=len, reverse=True):
        text = text.replace(secret, _BLANK)
    return text


def guard_tracebacks() -> None:
    """Have Python print the tracebacks of faults that nobody caught without secrets; hooks that others have set stay."""
    if sys.excepthook is sys.__excepthook__:
        sys.excepthook = _print_guarded
    if threading.excepthook is threading.__excepthook__:
        threading.excepthook = lambda given: _print_guarded(
            given.exc_type, given.exc_value or given.exc_type(), given.exc_traceback
        )


def _print_guarded(kind: type[BaseException], error: BaseException, where: TracebackType | None) -> None:
    if not issubclass(kind, SystemExit) and sys.stderr is not None:
        sys.stderr.write(redact("".join(traceback.format_exception(kind, error, where))))


class RedactingFormatter(logging.Formatter):
    """One line per record in UTC; control characters (a server's, a mail's) are shown, secrets are not."""

    converter = staticmethod(time.gmtime)
    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03dZ"

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  (logging's own name)
        record.message = record.message.translate(_CONTROLS)
        return super().formatMessage(record)

    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record))


class _RotatingFile(RotatingFileHandler):
    """A rotated file that several processes may write: one that can't rename it lets it grow. Only its owner may read it."""

    def _open(self) -> TextIOWrapper:
        file = super()._open()
        with contextlib.suppress(OSError):  # another user's, or a file system without modes
            Path(self.baseFilename).chmod(0o600)
        return file

    def rotate(self, source: str, dest: str) -> None:
        try:
            super().rotate(source, dest)
        except PermissionError:  # Windows, while another process has the file open
            self.maxBytes = 0

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  (logging's own name)
        """A full disk costs log lines and nothing else: logging's own complaint would put a traceback, with all that the
        line was to say and no secret kept out, over what the command says to people."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handleError(record)

    def close(self) -> None:
        with contextlib.suppress(OSError):  # what was left to write has no room
            super().close()
