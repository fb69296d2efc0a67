"""``mailflow connections detect``: from a mail address to the servers that a connection needs."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from mailflow_gui.cli import output
from mailflow_gui.language import N_, _

if TYPE_CHECKING:
    from mailflow_gui.accounts.detect import Detected, Proposal, Step

    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

SECURITIES = {"none": N_("not encrypted"), "starttls": "STARTTLS", "tls": "SSL/TLS"}

SOURCES = {
    "table": N_("known to MailFlow: {origin}"),
    "autoconfig": N_("described at {origin}"),
    "srv": N_("named by DNS: {origin}"),
    "probe": N_("found by its usual name: {origin}"),
}


def add(actions: Commands) -> None:
    """Add the action to ``mailflow connections``."""
    parser = actions.add_parser(
        "detect",
        help=_("find the servers for a mail address"),
        description=_(
            "Find the servers for a mail address: in MailFlow's own table of providers, in the provider's description of its servers, "
            "in DNS, and by trying usual names. Nothing is saved, and no password is asked for or sent."
        ),
        epilog=_("Exit code: 0 when settings were found, 3 when none were."),
    )
    parser.add_argument("address", metavar="ADDRESS", help=_("a mail address, such as me@example.com"))
    parser.add_argument(
        "--json", action="store_true", help=_('one JSON object: {"address", "provider", "offline", "proposals": […]}')
    )
    parser.set_defaults(run=run, network=None)


def run(arguments: argparse.Namespace) -> int:
    """Look, and print what was found."""
    from mailflow_gui.accounts.detect import detect

    def show(step: Step) -> None:
        if step.state != "asking" and step.code != "detect-not-needed":
            output.say(step.text, json_asked=True)  # how it goes is no result

    detected = detect(arguments.address, on_step=show, network=arguments.network)
    if arguments.json:
        output.print_json(detected.as_json())
    else:
        _print(detected)
    if not detected.proposals or detected.offline:
        output.complain(f"{detected.outcome.text} {detected.outcome.advice}")
    return output.DONE if detected.proposals else output.NOT_USABLE


def _print(detected: Detected) -> None:
    for proposal in detected.proposals:
        output.say(_line(proposal))
        output.say("  " + _(SOURCES[proposal.source]).format(origin=proposal.origin))
        for note in proposal.notes:
            output.say(f"  {note.text} {note.advice}".rstrip())


def _line(proposal: Proposal) -> str:
    host = f"[{proposal.host}]" if ":" in proposal.host else proposal.host
    line = f"{proposal.protocol} {host}:{proposal.port} ({_(SECURITIES[proposal.security])})"
    if proposal.username:
        line += " – " + _("user name {username}").format(username=proposal.username)
    return line + " – " + (_("certificate valid") if proposal.verified else _("not verified"))
