"""The command line: one module per command, each with ``add(commands)``; its parser sets ``run``, a function of the parsed arguments.

Exit codes: 0 done · 1 some items failed or are uncertain · 2 bad usage or flow · 3 a connection, the keyring or the journal can't be used,
or waits for a decision · 4 no room or no right to write here · 130 stopped.
"""

from __future__ import annotations

import argparse
import gc
import importlib
import sys
from collections.abc import Sequence

from mailflow_gui import __version__, language, logs
from mailflow_gui.cli import output
from mailflow_gui.errors import MailFlowError
from mailflow_gui.language import _

COMMANDS = ("open", "demo", "run", "check", "preview", "read", "connections", "messages", "errors", "schema", "desktop")
"""One module of this package each."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the process's exit code. Without ``arguments``: this process's own, which then is ours alone."""
    if arguments is None:
        gc.disable()  # what is loaded at the start stays: looking through it for garbage, again and again, costs a tenth of a second
    language.use()
    logs.guard_tracebacks()
    if arguments is None:
        output.prepare()
    words = sys.argv[1:] if arguments is None else list(arguments)
    parsed = parser(words[0] if words else "open").parse_args(words)
    if arguments is None:
        gc.freeze()
        if words[:1] == ["run"]:
            # Hundreds of mails are on their way at any time: the usual threshold has them all looked through for every few new ones.
            gc.set_threshold(50_000, 20, 50)
        gc.enable()
    try:
        return int(parsed.run(parsed))
    except MailFlowError as error:
        output.complain(str(error))
        return output.exit_code(error)
    except KeyboardInterrupt:
        return output.STOPPED
    except BrokenPipeError:
        sys.stderr.close()
        return output.DONE


def parser(first: str = "") -> argparse.ArgumentParser:
    """The command line's parser: for all commands, or, where ``first`` names one, for that one alone: it starts twice as fast."""
    whole = argparse.ArgumentParser(
        prog="mailflow",
        description=_(
            "Automate mail on your own machine: receive, map, send. Nothing lost, nothing twice, nothing leaked."
        ),
        epilog=_(
            "Without a command: the window. Start with: mailflow demo. Set MAILFLOW_HOME to keep every file below one directory."
        ),
    )
    shown = _("show program's version number and exit")
    whole.add_argument("--version", action="version", version=f"MailFlow {__version__}", help=shown)
    commands = whole.add_subparsers(title=_("commands"), metavar=_("COMMAND"))
    whole.set_defaults(run=_open_window)
    for name in (first,) if first in COMMANDS else COMMANDS:
        importlib.import_module(f"mailflow_gui.cli.{name}").add(commands)
    return whole


def _open_window(arguments: argparse.Namespace) -> int:
    from mailflow_gui.cli import open as open_

    return open_.run(arguments)
