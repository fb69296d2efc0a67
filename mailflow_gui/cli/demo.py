"""``mailflow demo``: the demo flow on the embedded mail servers."""

from __future__ import annotations

import argparse
import contextlib
import os
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from mailflow_gui import app, paths
from mailflow_gui.accounts.account import Account, Protocol
from mailflow_gui.accounts.secrets import variable
from mailflow_gui.accounts.store import AccountStore
from mailflow_gui.cli import display, output
from mailflow_gui.cli import open as open_
from mailflow_gui.cli.run import finish, report, stopping
from mailflow_gui.errors import AccountError
from mailflow_gui.flow import file as flow_file
from mailflow_gui.language import _
from mailflow_gui.mail.parse import parse
from mailflow_gui.paths import Home
from mailflow_gui.sandbox import Sandbox

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

DEMO_FLOW = "demo.mailflow"

_ACCOUNTS: tuple[tuple[str, str, Protocol], ...] = (
    ("sandbox-inbox", "Sandbox inbox", "imap"),
    ("sandbox-outgoing", "Sandbox outgoing", "smtp"),
)


def add(commands: Commands) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "demo",
        help=_("try MailFlow with mail servers of its own"),
        description=_(
            "Start the sandbox (an IMAP and an SMTP server inside MailFlow, reachable from this machine only, with 12 sample mails) and run"
            " the demo flow on it: every mail in INBOX is mapped and sent, and lands in the folder Delivered. Nothing leaves this"
            " machine. A second run finds nothing new. Opens the window where there is a display."
        ),
        epilog=_(
            "The flow is resources/examples/demo.mailflow. The sandbox's mail lasts, below MAILFLOW_HOME if that is set."
        ),
    )
    parser.add_argument("--headless", action="store_true", help=_("without a window, and print what arrived"))
    parser.add_argument(
        "--json", action="store_true", help=_("one JSON object per delivered mail, then one that counts")
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Show the demo in the window, or, without a display, run its flow once through and say what arrived."""
    if not arguments.headless and not arguments.json and display.is_there():
        return open_.show(None, demo=True)
    home = paths.home()
    app.prepare(home)
    path = paths.resources() / "examples" / DEMO_FLOW
    flow = flow_file.read(path)
    with Sandbox(home.sandbox) as sandbox, connected(home, sandbox):
        before = len(sandbox.delivered())
        with app.running(home, "mailflow demo") as here, stopping() as stop:
            started = here.engine.start(flow, path, mode="until-idle")
            done = finish(here, [started], stop)
        arrived = sandbox.delivered()[before:]
    for raw in arrived:
        message = parse(raw)
        sender = str(message.from_[0]) if message.from_ else ""
        to = ", ".join(str(address) for address in message.to)
        if arguments.json:
            output.print_json({"delivered": {"subject": message.subject, "from": sender, "to": to}})
        else:
            output.say(_("Delivered: {subject} (to {to})").format(subject=message.subject, to=to))
    return report(done, json_asked=arguments.json)


@contextlib.contextmanager
def connected(home: Home, sandbox: Sandbox) -> Iterator[None]:
    """The sandbox's servers as saved connections, with the ports of this start; the password is in this process alone."""
    home.create()
    accounts = AccountStore(home.accounts_file)
    variables = []
    for account_id, name, protocol in _ACCOUNTS:
        account = Account(
            id=account_id,
            name=name,
            protocol=protocol,
            host="127.0.0.1",
            port=sandbox.imap_port if protocol == "imap" else sandbox.smtp_port,
            security="none",
            username=sandbox.username,
            description="MailFlow's own servers, for trying things out (mailflow demo)",
        )
        try:
            known = accounts.get(account_id)
        except AccountError as error:
            if error.code != "account-unknown":
                raise
            accounts.add(account)
        else:
            accounts.replace(replace(account, name=known.name, description=known.description))
        variables.append(variable(account_id))
    os.environ.update(dict.fromkeys(variables, sandbox.password))
    try:
        yield
    finally:
        for name in variables:
            os.environ.pop(name, None)
