"""``mailflow connections duplicate``: a new connection like another one."""

from __future__ import annotations

import argparse
from dataclasses import replace
from typing import TYPE_CHECKING

from mailflow_gui import paths
from mailflow_gui.accounts import fields
from mailflow_gui.accounts.secrets import variable
from mailflow_gui.accounts.store import AccountStore
from mailflow_gui.cli import output
from mailflow_gui.language import _

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]


def add(actions: Commands) -> None:
    """Add the action to ``mailflow connections``."""
    parser = actions.add_parser(
        "duplicate",
        help=_("save a new connection like another one, with a name of its own"),
        description=_(
            "Save a new connection with all the settings of another one and a name and an id of its own. "
            "A password in the keyring is not copied; no flow is changed, and the server is not contacted."
        ),
        epilog=_("Example: mailflow connections duplicate Inbox --name Archive"),
    )
    parser.add_argument("connection", metavar="NAME", help=_("the name or id of the connection to copy"))
    parser.add_argument("--name", required=True, metavar="NEW", help=_("the new connection's name, unique"))
    parser.add_argument("--json", action="store_true", help=_("one JSON object: the connection as it was saved"))
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Save a copy under a new name."""
    from mailflow_gui.cli import connections, connections_use

    accounts = AccountStore(paths.home().accounts_file)
    name = arguments.name.strip()
    with accounts.locked():
        original = accounts.find(arguments.connection)
        new_id = fields.new_id(name, original.protocol, {other.id for other in accounts.all()})
        copy = replace(original, id=new_id, name=name, validated=None)
        accounts.add(copy)
    text = _("Saved the connection “{name}” as {id}.").format(name=copy.name, id=copy.id)
    output.say(text, json_asked=arguments.json)
    if copy.needs_secret and not copy.password_command:
        text = _(
            "Its password was not copied. Store one with: mailflow connections edit {id} --password-stdin, "
            "or set the environment variable {variable}."
        )
        output.say(text.format(id=copy.id, variable=variable(copy.id)), json_asked=arguments.json)
    if arguments.json:
        output.print_json(connections.as_json(copy, connections_use.NOTHING))
    return output.DONE
