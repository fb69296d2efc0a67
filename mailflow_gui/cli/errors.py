"""``mailflow errors``: every error that was met, by code; and what people say that codes mean."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from mailflow_gui import app, paths, sentences
from mailflow_gui.cli import output
from mailflow_gui.cli.messages import ask_for_error, iso, time
from mailflow_gui.errors import Outcome, UsageError
from mailflow_gui.journal import history, requests
from mailflow_gui.journal.history import ErrorCount, ReplyCount
from mailflow_gui.journal.journal import Journal, opened
from mailflow_gui.journal.reclassed import CLASSES, every
from mailflow_gui.journal.requests import Kind
from mailflow_gui.language import _, ngettext
from mailflow_gui.paths import Home

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

_SHORT: dict[str, Outcome] = {
    "retry": "retry-backoff",
    "wait": "retry-after",
    "recover": "recover-alternative",
    "sign-in": "reauthenticate",
    "disconnect": "disconnect-connection",
    "reject": "reject-message",
}
_FIXED = ("mail-maybe-sent", "sign-in-refused", "535", "5.7.8", "535 5.7.8", "AUTHENTICATIONFAILED", "AUTH")
"""What the engine never takes for anything else."""


def add(commands: Commands) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "errors",
        help=_("list every error that was met, by code; class one anew"),
        description=_(
            "Every error that a message met, by code: what it means, how often it came, when first and last."
        ),
        epilog=_(
            "The messages behind a code: mailflow messages list --state failed. To try them all again: mailflow messages retry --error"
            " CODE."
        ),
    )
    parser.add_argument("--json", action="store_true", help=_('one JSON object: {"errors": […]}'))
    parser.set_defaults(run=run)
    actions = parser.add_subparsers(title=_("actions"), metavar=_("ACTION"))
    classing = actions.add_parser(
        "reclass",
        help=_("say what a code means: the messages that wait or failed with it follow"),
        description=_(
            "A code that is classed wrongly, or not known, can be classed by you: for the messages that wait or failed with it, and with"
            " --always for all that will come."
        ),
        epilog=_("Example: mailflow errors reclass 554 --class retry --always --host mx.example.com"),
    )
    classing.add_argument(
        "code", metavar="CODE", help=_("as “errors” shows it: mail-refused, 554, 5.7.1 or “554 5.7.1”")
    )
    what = classing.add_mutually_exclusive_group(required=True)
    what.add_argument(
        "--class", dest="outcome", metavar="CLASS", help=_("one of: {classes}").format(classes=", ".join(_SHORT))
    )
    what.add_argument("--undo", action="store_true", help=_("the class is MailFlow's own again"))
    classing.add_argument("--always", action="store_true", help=_("from now on, not only for what waits or failed"))
    classing.add_argument("--host", default="", help=_("with --always: only what this server says"))
    classing.add_argument("--message", metavar="ID", help=_("only this message"))
    classing.add_argument("--json", action="store_true", help=_("answer with a JSON object"))
    classing.set_defaults(run=reclass)


def run(arguments: argparse.Namespace) -> int:
    """List the errors."""
    with opened(paths.home()) as journal:
        found = history.errors(journal.read())
    if arguments.json:
        output.print_json({"errors": [_as_json(error) for error in found]})
        return output.DONE
    for error in found:
        times = ngettext("{count} time", "{count} times", error.count).format(count=error.count)
        output.say(
            f"{error.code}  ({_class_of(error)})  {times}, {time(error.last)}  {sentences.text(error.code, error.arguments)}"
        )
        for reply in error.replies:
            output.say(f"    {_codes(reply)}  × {reply.count}{_note(reply)}")
    if not found:
        output.say(_("No errors so far."))
    return output.DONE


def reclass(arguments: argparse.Namespace) -> int:
    """Give a code another class, or its own again."""
    home = paths.home()
    with opened(home) as journal:
        if arguments.undo:
            return _undo(home, journal, arguments)
        outcome = _SHORT.get(arguments.outcome) or next((one for one in CLASSES if one == arguments.outcome), None)
        if outcome is None:
            raise UsageError("reclass-unknown", given=arguments.outcome, classes=", ".join(_SHORT))
        if arguments.code in _FIXED:
            raise UsageError("reclass-fixed", code=arguments.code)
        if arguments.always:
            argument = f"{outcome} {arguments.host}".strip()
            journal.write(lambda transaction: requests.add(transaction, "reclass", arguments.code, argument)).result()
            app.carry_out_requests(home, journal)
        moved = _move(home, journal, arguments, outcome)
    if arguments.json:
        output.print_json(
            {
                "code": arguments.code,
                "class": outcome,
                "always": arguments.always,
                "messages": [str(one) for one in moved],
            }
        )
        return output.DONE
    if arguments.always:
        output.say(_("From now on {code} is of the class {outcome}.").format(code=arguments.code, outcome=outcome))
    told = ngettext("{count} message follows.", "{count} messages follow.", len(moved))
    output.say(told.format(count=len(moved)))
    return output.DONE


def _move(home: Home, journal: Journal, arguments: argparse.Namespace, outcome: Outcome) -> list[int]:
    """Have the messages that met the code follow its class: what may be tried again is, what is refused for good waits no longer."""
    kind: Kind
    if outcome in ("retry-backoff", "retry-after"):
        kind = "retry"
    elif outcome == "reject-message":
        kind = "reject"
    else:
        return []
    only = arguments.message
    return ask_for_error(home, journal, arguments.code, kind, only=only)


def _undo(home: Home, journal: Journal, arguments: argparse.Namespace) -> int:
    known = {(one.code, one.host) for one in every(journal.read())}
    if (arguments.code, arguments.host.lower()) not in known:
        raise UsageError("reclass-not-given", code=arguments.code)
    argument = f" {arguments.host}".rstrip()
    journal.write(lambda transaction: requests.add(transaction, "reclass-undo", arguments.code, argument)).result()
    app.carry_out_requests(home, journal)
    if arguments.json:
        output.print_json({"code": arguments.code, "class": None, "always": True, "messages": []})
    else:
        output.say(_("The class of {code} is MailFlow's own again.").format(code=arguments.code))
    return output.DONE


def _as_json(error: ErrorCount) -> dict[str, Any]:
    return {
        "code": error.code,
        "class": error.outcome,
        "meaning": sentences.text(error.code, error.arguments),
        "count": error.count,
        "first": iso(error.first),
        "last": iso(error.last),
        "messages": error.messages,
        "known": error.known,
        "reclassed": error.reclassed,
        "replies": [
            {
                "code": reply.code,
                "enhanced": reply.enhanced,
                "count": reply.count,
                "known": reply.known,
                "reclassed": reply.reclassed,
            }
            for reply in error.replies
        ],
    }


def _class_of(error: ErrorCount) -> str:
    if error.reclassed is not None:
        return _("{outcome}, by you {reclassed}").format(outcome=error.outcome, reclassed=error.reclassed)
    return str(error.outcome)


def _codes(reply: ReplyCount) -> str:
    return " ".join(str(part) for part in (reply.code, reply.enhanced) if part)


def _note(reply: ReplyCount) -> str:
    if reply.reclassed is not None:
        return "  " + _("by you: {outcome}").format(outcome=reply.reclassed)
    return "" if reply.known else "  " + _("unknown: please class it with: mailflow errors reclass")
