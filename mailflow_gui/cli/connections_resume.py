"""``mailflow connections resume``: a person's answer to new numbers in a folder, or to a lost journal."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from mailflow_gui import app, paths
from mailflow_gui.accounts.store import AccountStore
from mailflow_gui.cli import output
from mailflow_gui.errors import UsageError
from mailflow_gui.journal import requests, watches
from mailflow_gui.journal.journal import opened
from mailflow_gui.language import _

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]


def add(actions: Commands) -> None:
    """Add the action to ``mailflow connections``."""
    parser = actions.add_parser(
        "resume",
        help=_("say what existing mail means after a server gave it new numbers, or the journal was lost"),
        description=_(
            "When a server gives all mails of a folder new numbers (UIDVALIDITY), or the journal is gone, MailFlow can't tell which mails"
            " were processed, and stops. Here you say how to go on."
        ),
        epilog=_("Example: mailflow connections resume my-inbox --existing skip"),
    )
    parser.add_argument("connection", metavar="NAME", help=_("name or id of the connection"))
    parser.add_argument(
        "--existing",
        choices=("process", "skip"),
        required=True,
        help=_("process: all mail there is new; skip: only what arrives from now on"),
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Leave the answer for the runner, or take it at once."""
    home = paths.home()
    account = AccountStore(home.accounts_file).find(arguments.connection)
    with opened(home) as journal:
        if not watches.waiting(journal.read(), account.id):
            raise UsageError("nothing-to-resume", account=account.name)
        journal.write(lambda transaction: requests.add(transaction, "resume", account.id, arguments.existing)).result()
        app.carry_out_requests(home, journal)
    output.say(_("Connection “{name}” goes on with the next run.").format(name=account.name))
    return output.DONE
