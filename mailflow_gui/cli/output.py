"""How commands answer: JSON on standard output, one object a line; texts on standard error when JSON was asked for."""

from __future__ import annotations

import contextlib
import io
import json
import re
import sys
from typing import Any, TextIO

from mailflow_gui.errors import (
    AccountError,
    FlowFileError,
    JournalError,
    MailError,
    MailFlowError,
    MappingError,
    Rejected,
    StorageError,
    UsageError,
)

DONE = 0
SOME_FAILED = 1
BAD_USAGE = 2
NOT_USABLE = 3
NO_ROOM = 4
STOPPED = 130

_EXIT_CODES: tuple[tuple[type[MailFlowError], int], ...] = (
    (UsageError, BAD_USAGE),
    (FlowFileError, BAD_USAGE),
    (StorageError, NO_ROOM),
    (AccountError, NOT_USABLE),
    (JournalError, NOT_USABLE),
    (Rejected, SOME_FAILED),
    (MailError, NOT_USABLE),
    (MappingError, SOME_FAILED),
)


def exit_code(error: MailFlowError) -> int:
    """The process's exit code for an error that ended a command."""
    return next((code for kind, code in _EXIT_CODES if isinstance(error, kind)), SOME_FAILED)


_CONTROL = {code: "\ufffd" for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) not in "\t\n"}
"""What a terminal obeys in place of showing it. Servers' answers, mails and flow files may hold it."""
_DIRECTION = dict.fromkeys((0x0D, *range(0x202A, 0x202F), *range(0x2066, 0x206A)), "")
"""Back to the line's beginning, embeddings and overrides: the line would be shown in another order, or over itself."""
_SHOWN = {**_CONTROL, **_DIRECTION}
_NOT_IN_JSON = re.compile("[\x7f-\x9f\ud800-\udfff]")
"""What json.dumps leaves as it is: a terminal's commands, and what no UTF-8 can hold (from a file's name)."""


def prepare() -> None:
    """Let no character end a command: what the streams' encoding doesn't have is written as an escape."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def print_json(value: Any) -> None:
    """One JSON object, on one line, on standard output.

    :raises StorageError: it can't be written there.
    """
    # A stream that isn't UTF-8, as where Windows' output goes to a file, would need escapes that JSON doesn't have.
    is_unicode = (getattr(sys.stdout, "encoding", None) or "utf-8").lower().replace("_", "-").startswith("utf")
    text = json.dumps(value, ensure_ascii=not is_unicode, separators=(", ", ": "))
    _write(sys.stdout, _NOT_IN_JSON.sub(lambda found: f"\\u{ord(found[0]):04x}", text))


def say(text: str, *, json_asked: bool = False) -> None:
    """A line for people: standard output, or standard error when standard output carries JSON.

    :raises StorageError: it can't be written there.
    """
    _write(sys.stderr if json_asked else sys.stdout, text.translate(_SHOWN))


def complain(text: str) -> None:
    """A line for people about something that went wrong."""
    with contextlib.suppress(StorageError):  # nowhere left to say so
        _write(sys.stderr, text.translate(_SHOWN))


def _write(stream: TextIO | None, line: str) -> None:
    if stream is None:  # closed before this process began
        return
    try:
        stream.write(line + "\n")
        stream.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        with contextlib.suppress(OSError):
            stream.close()  # else Python tries once more at its end, and that gives another exit code
        raise StorageError("output-not-written", reason=error.strerror or str(error)) from error
