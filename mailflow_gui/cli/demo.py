"""``mailflow demo``: the demo flow on the embedded mail servers."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from mailflow_gui import app, paths
from mailflow_gui.cli import display, output
from mailflow_gui.cli import open as open_
from mailflow_gui.cli.run import finish, report, stopping
from mailflow_gui.flow import file as flow_file
from mailflow_gui.language import _
from mailflow_gui.mail.parse import parse
from mailflow_gui.sandbox import Sandbox
from mailflow_gui.sandbox.accounts import connected

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

DEMO_FLOW = "demo.mailflow"


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
