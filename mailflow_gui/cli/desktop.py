"""``mailflow desktop``: the launcher and the file type for this user."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from mailflow_gui import desktop
from mailflow_gui.cli import output
from mailflow_gui.language import _

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]


def add(commands: Commands) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "desktop",
        help=_("put MailFlow into the desktop's menu, or take it out"),
        description=_(
            "Install a launcher, icons and the file type *.mailflow for this user, so that flow files open in MailFlow; or remove them."
        ),
        epilog=_("On Windows and macOS the installer does this."),
    )
    parser.add_argument("action", choices=("install", "remove"), help=_("what to do"))
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Install or remove, and name the files."""
    if arguments.action == "install":
        for path in desktop.install():
            output.say(_("Installed {path}").format(path=path))
    else:
        for path in desktop.remove():
            output.say(_("Removed {path}").format(path=path))
    return output.DONE
