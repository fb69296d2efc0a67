"""How commands answer: JSON on standard output, one object a line; texts on standard error when JSON was asked for."""

from __future__ import annotations

import json
import sys
from typing import Any

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


def print_json(value: Any) -> None:
    """One JSON object, on one line, on standard output."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, separators=(", ", ": ")) + "\n")
    sys.stdout.flush()


def say(text: str, *, json_asked: bool = False) -> None:
    """A line for people: standard output, or standard error when standard output carries JSON."""
    print(text, file=sys.stderr if json_asked else sys.stdout, flush=True)


def complain(text: str) -> None:
    """A line for people about something that went wrong."""
    print(text, file=sys.stderr, flush=True)
