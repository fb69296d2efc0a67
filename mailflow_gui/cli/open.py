"""``mailflow open``, and ``mailflow`` alone: the window."""

from __future__ import annotations

import argparse
import gc
from pathlib import Path
from typing import TYPE_CHECKING

from mailflow_gui import logs, paths
from mailflow_gui.cli import display
from mailflow_gui.errors import StorageError, UsageError
from mailflow_gui.language import _

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]


def add(commands: Commands) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "open",
        help=_("open the window"),
        description=_(
            "Open the window, with a flow if one is named. If a window is open already, it takes the flow over. Without any command,"
            " mailflow does the same."
        ),
        epilog=_("Without a display, run flows with: mailflow run."),
    )
    parser.add_argument("flow", metavar="FLOW", nargs="?", type=Path, help=_("a flow file, such as enquiries.mailflow"))
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Show the window until it is closed."""
    return show(getattr(arguments, "flow", None))


def show(flow: Path | None, *, demo: bool = False) -> int:
    """The window, on ``flow`` or on the demo.

    :raises UsageError: no display, or the window's libraries aren't there.
    """
    display.require()
    home = paths.home()
    try:
        home.create()
        logs.set_up(home.logs)
    except OSError as error:
        raise StorageError(
            "no-right-to-write", directory=str(home.data), reason=error.strerror or str(error)
        ) from error
    gc.disable()  # until the window stands, see mailflow_gui.cli
    try:
        from mailflow_gui.qt.application import run as run_window
    except ImportError as error:
        raise UsageError("no-window-libraries", reason=str(error)) from error
    return run_window(home, flow.absolute() if flow is not None else None, demo=demo)
