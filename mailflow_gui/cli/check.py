"""``mailflow check``: all that is wrong with a flow, without contacting anybody."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mailflow_gui import paths
from mailflow_gui.accounts.store import AccountStore
from mailflow_gui.cli import output
from mailflow_gui.engine.binding import bind
from mailflow_gui.errors import AccountError, FlowFileError
from mailflow_gui.flow import file
from mailflow_gui.flow.check import check
from mailflow_gui.flow.model import Flow
from mailflow_gui.flow.node_type import AnyNodeType
from mailflow_gui.flow.problems import Problem
from mailflow_gui.flow.values import shown
from mailflow_gui.language import _

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]


def add(commands: Commands) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "check",
        help=_("list every problem of a flow"),
        description=_("List every problem of a flow: its links, settings and connections. No server is contacted."),
        epilog=_(
            "Errors keep a flow from running, warnings don't. Exit code: 0 without errors, 2 with errors or an unusable file."
        ),
    )
    parser.add_argument("flow", metavar="FLOW", type=Path, help=_("the flow file, such as enquiries.mailflow"))
    parser.add_argument("--json", action="store_true", help=_('one JSON object: {"problems": […]}'))
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """List the problems of one flow file."""
    problems = problems_in(arguments.flow)
    if arguments.json:
        output.print_json({"problems": [as_json(problem) for problem in problems]})
    else:
        for problem in problems:
            output.say(as_line(problem))
        if not problems:
            output.say(_("No problems found."))
    return output.BAD_USAGE if any(problem.severity == "error" for problem in problems) else output.DONE


def problems_in(path: Path) -> Sequence[Problem]:
    """Every problem of a flow file; one that can't be read at all is a problem too."""
    from mailflow_gui import nodes

    try:
        flow = file.read(path)
    except FlowFileError as error:
        return error.problems or (Problem(error.code, arguments=error.arguments),)
    node_types = nodes.load()
    return (*check(flow, node_types), *_unbound(flow, node_types))


def _unbound(flow: Flow, node_types: Sequence[AnyNodeType]) -> Sequence[Problem]:
    """Connections that aren't set up on this machine: warnings, since nothing is wrong with the flow."""
    try:
        accounts = AccountStore(paths.home().accounts_file).all()
    except AccountError as error:
        return (Problem(error.code, "warning", arguments=error.arguments),)
    _bound, missing = bind(flow, accounts, node_types)
    return [replace(problem, severity="warning") for problem in missing]


def as_json(problem: Problem) -> dict[str, Any]:
    """A problem in the command line's stable shape."""
    return {
        "severity": problem.severity,
        "code": problem.code,
        "text": problem.text,
        "node": problem.node,
        "field": problem.field,
    }


def as_line(problem: Problem) -> str:
    """A problem on one line for people: how bad, where, what, what to do."""
    severity = _("error") if problem.severity == "error" else _("warning")
    place = " ".join(shown(part) for part in (problem.node, problem.field) if part)
    return f"{severity}: {place}: {problem.text}" if place else f"{severity}: {problem.text}"
