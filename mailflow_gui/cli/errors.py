"""``mailflow errors``: every error that was met, by code."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from mailflow_gui import paths, sentences
from mailflow_gui.cli import output
from mailflow_gui.cli.messages import iso, time
from mailflow_gui.journal import history
from mailflow_gui.journal.journal import opened
from mailflow_gui.language import _, ngettext

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]


def add(commands: Commands) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "errors",
        help=_("list every error that was met, by code"),
        description=_(
            "Every error that a message met, by code: what it means, how often it came, when first and last."
        ),
        epilog=_("The messages behind a code: mailflow messages list --state failed."),
    )
    parser.add_argument("--json", action="store_true", help=_('one JSON object: {"errors": […]}'))
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """List the errors."""
    with opened(paths.home()) as journal:
        found = history.errors(journal.read())
    if arguments.json:
        shown = [
            {
                "code": error.code,
                "class": error.outcome,
                "meaning": sentences.text(error.code, error.arguments),
                "count": error.count,
                "first": iso(error.first),
                "last": iso(error.last),
                "messages": error.messages,
            }
            for error in found
        ]
        output.print_json({"errors": shown})
        return output.DONE
    for error in found:
        times = ngettext("{count} time", "{count} times", error.count).format(count=error.count)
        output.say(
            f"{error.code}  ({error.outcome})  {times}, {time(error.last)}  {sentences.text(error.code, error.arguments)}"
        )
    if not found:
        output.say(_("No errors so far."))
    return output.DONE
