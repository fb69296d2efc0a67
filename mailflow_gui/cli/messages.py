"""``mailflow messages``: what was received and how it fared; retry, discard, resolve."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from mailflow_gui import app, paths, sentences
from mailflow_gui.cli import output
from mailflow_gui.errors import UsageError
from mailflow_gui.journal import deliveries, history, items, requests
from mailflow_gui.journal.deliveries import MailRow
from mailflow_gui.journal.history import Attempt, Message
from mailflow_gui.journal.journal import Journal, Transaction, opened
from mailflow_gui.journal.requests import Kind
from mailflow_gui.language import N_, _, ngettext
from mailflow_gui.paths import Home

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

STATES = {
    "running": N_("Running"),
    "retrying": N_("Retrying"),
    "waiting": N_("Waiting"),
    "uncertain": N_("Maybe sent"),
    "sent": N_("Sent"),
    "skipped": N_("Skipped"),
    "failed": N_("Failed"),
}

FITTING: dict[Kind, tuple[str, ...]] = {
    "retry": ("failed", "retrying", "waiting"),
    "discard": ("failed", "retrying", "waiting", "uncertain"),
    "reject": ("retrying", "waiting"),
    "resolve-sent": ("uncertain",),
    "resolve-resend": ("uncertain",),
}


def add(commands: Commands) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "messages",
        help=_("list messages; retry, discard or resolve one"),
        description=_("What was received, and how each message fared."),
        epilog=_(
            "A message that was maybe sent is never sent again by itself: look for it at the receiver, then say: mailflow messages"
            " resolve ID --sent (it arrived) or --resend (send it again)."
        ),
    )
    actions = parser.add_subparsers(title=_("actions"), metavar=_("ACTION"), required=True)
    listing = actions.add_parser("list", help=_("list messages, newest first"))
    listing.add_argument(
        "--state", action="append", choices=list(STATES), default=[], help=_("only in this state; may be repeated")
    )
    listing.add_argument("--limit", type=int, default=100, help=_("at most this many (default 100)"))
    listing.add_argument("--json", action="store_true", help=_('one JSON object: {"messages": […]}'))
    listing.set_defaults(run=list_)
    showing = actions.add_parser("show", help=_("show one message and every error it met"))
    retrying = actions.add_parser("retry", help=_("try a failed or waiting message again"))
    discarding = actions.add_parser("discard", help=_("give a message up for good"))
    resolving = actions.add_parser("resolve", help=_("say what became of a message that was maybe sent"))
    answer = resolving.add_mutually_exclusive_group(required=True)
    answer.add_argument("--sent", action="store_true", help=_("it arrived"))
    answer.add_argument("--resend", action="store_true", help=_("it did not arrive: send it again"))
    for action, function in ((showing, show), (retrying, retry), (discarding, discard), (resolving, resolve)):
        many = action in (retrying, discarding)
        action.add_argument("id", metavar="ID", nargs="?" if many else None, help=_("as “messages list” shows it"))
        if many:
            action.add_argument(
                "--error",
                metavar="CODE",
                help=_("instead of ID: all whose last error has this code, as “errors” shows it"),
            )
        action.add_argument("--json", action="store_true", help=_("answer with a JSON object"))
        action.set_defaults(run=function)


def list_(arguments: argparse.Namespace) -> int:
    """List messages, newest first."""
    with opened(paths.home()) as journal:
        found = history.messages(journal.read(), limit=max(0, arguments.limit), states=tuple(arguments.state))
    if arguments.json:
        output.print_json({"messages": [as_json(message) for message in found]})
        return output.DONE
    for message in found:
        output.say(_line(message))
    if not found:
        output.say(_("No messages."))
    return output.DONE


def show(arguments: argparse.Namespace) -> int:
    """Show one message with its attempts."""
    with opened(paths.home()) as journal:
        message = _find(journal.read(), arguments.id)
        attempts = history.attempts(journal.read(), message.id)
        mails = [_mail_json(journal.read(), mail) for mail in deliveries.mails_of(journal.read(), message.id)]
    if arguments.json:
        output.print_json(
            as_json(message) | {"attempts": [_attempt_json(attempt) for attempt in attempts], "mails": mails}
        )
        return output.DONE
    output.say(_line(message))
    for mail in mails:
        output.say(f"  {mail['message_id']}")
        for recipient in mail["recipients"]:
            output.say(
                f"    {recipient['address']}  {_(STATES[recipient['state']])}  {recipient['receipt'] or ''}".rstrip()
            )
    for attempt in attempts:
        raw = " ".join(str(part) for part in (attempt.reply_code, attempt.enhanced, attempt.text) if part)
        text = f"{sentences.text(attempt.code, attempt.arguments)} {sentences.advice(attempt.code, attempt.arguments)}".strip()
        output.say(
            f"  {time(attempt.at)}  {attempt.operation or ''} {attempt.recipient or ''}  {text}"
            + (f"  [{raw}]" if raw else "")
        )
    return output.DONE


def retry(arguments: argparse.Namespace) -> int:
    """Ask for another try."""
    if arguments.id is None or arguments.error is not None:
        return _ask_all(arguments, "retry")
    return _ask(arguments, "retry", _("It is tried again by the next run, or at once if one is active."))


def discard(arguments: argparse.Namespace) -> int:
    """Give a message up."""
    if arguments.id is None or arguments.error is not None:
        return _ask_all(arguments, "discard")
    return _ask(arguments, "discard", _("It is discarded."))


def resolve(arguments: argparse.Namespace) -> int:
    """Say what became of a message that was maybe sent."""
    if arguments.sent:
        return _ask(arguments, "resolve-sent", _("It counts as sent."))
    return _ask(arguments, "resolve-resend", _("It is sent again by the next run, or at once if one is active."))


def _ask(arguments: argparse.Namespace, kind: Kind, answer: str) -> int:
    home = paths.home()
    with opened(home) as journal:
        message = _find(journal.read(), arguments.id)
        if message.state not in FITTING[kind]:
            raise UsageError("message-not-waiting", id=str(message.id), state=_(STATES[message.state]))
        row = items.get(journal.read(), message.id)
        if kind == "retry" and row is not None and row.incomplete is not None:
            raise UsageError("message-incomplete", id=str(message.id))
        journal.write(lambda transaction: requests.add(transaction, kind, str(message.id))).result()
        app.carry_out_requests(home, journal)
        message = _find(journal.read(), arguments.id)
    if arguments.json:
        output.print_json(as_json(message))
    else:
        output.say(answer)
    return output.DONE


def _ask_all(arguments: argparse.Namespace, kind: Kind) -> int:
    """The same for all messages with one error."""
    if arguments.error is None or arguments.id is not None:
        raise UsageError("message-or-error")
    with opened(paths.home()) as journal:
        found = ask_for_error(paths.home(), journal, arguments.error, kind)
    if arguments.json:
        output.print_json({"messages": [str(item) for item in found]})
    elif not found:
        output.say(_("No message waits or has failed with that error."))
    elif kind == "retry":
        told = ngettext("{count} message is tried again.", "{count} messages are tried again.", len(found))
        output.say(told.format(count=len(found)))
    else:
        told = ngettext("{count} message is discarded.", "{count} messages are discarded.", len(found))
        output.say(told.format(count=len(found)))
    return output.DONE


def ask_for_error(home: Home, journal: Journal, code: str, kind: Kind, *, only: str | None = None) -> list[int]:
    """Leave the same request for every message that fits it and whose last error has this code, or for ``only`` one; returns them."""
    found = history.with_error(journal.read(), code, FITTING[kind])
    found = [item for item in found if only is None or str(item) == only]
    if kind == "retry":
        found = [item for item in found if (row := items.get(journal.read(), item)) and row.incomplete is None]

    def ask(transaction: Transaction) -> None:
        for item in found:
            requests.add(transaction, kind, str(item))

    journal.write(ask).result()
    app.carry_out_requests(home, journal)
    return found


def _find(database: Any, item: str) -> Message:
    found = (
        history.messages(database, limit=1, item=int(item))
        if item.isascii() and item.isdigit() and len(item) < 18
        else []
    )
    if not found:
        raise UsageError("message-unknown", id=item)
    return found[0]


def as_json(message: Message) -> dict[str, Any]:
    """A message in the command line's stable shape."""
    error = None
    if message.code is not None:
        text = f"{sentences.text(message.code, message.arguments)} {sentences.advice(message.code, message.arguments)}".strip()
        error = {"code": message.code, "class": message.outcome, "text": text}
    return {
        "id": str(message.id),
        "received": iso(message.received),
        "flow": message.flow,
        "state": message.state,
        "subject": message.subject,
        "from": message.sender,
        "error": error,
        "dry_run": message.dry,
    }


def _mail_json(database: Any, mail: MailRow) -> dict[str, Any]:
    """A mail that was made of a message: what to look for at its receivers."""
    return {
        "message_id": mail.frozen.message_id,
        "node": mail.frozen.node,
        "connection": mail.frozen.account,
        "recipients": [
            {"address": row.recipient, "state": history.STATE_NAMES[row.state], "receipt": row.receipt}
            for row in deliveries.deliveries_of(database, mail.id)
        ],
    }


def _attempt_json(attempt: Attempt) -> dict[str, Any]:
    return {
        "at": iso(attempt.at),
        "operation": attempt.operation,
        "node": attempt.node,
        "connection": attempt.account,
        "recipient": attempt.recipient,
        "code": attempt.code,
        "class": attempt.outcome,
        "text": sentences.text(attempt.code, attempt.arguments),
        "reply": {"code": attempt.reply_code, "enhanced": attempt.enhanced, "text": attempt.text},
    }


def _line(message: Message) -> str:
    why = (
        f"  {sentences.text(message.code, message.arguments)}" if message.code and message.state not in {"sent"} else ""
    )
    dry = _(" (dry run)") if message.dry else ""
    return f"{message.id:>6}  {time(message.received)}  {_(STATES[message.state])}{dry}  {message.subject}  {message.sender}{why}"


def iso(at: float) -> str:
    """Seconds since 1970 as ISO 8601 in UTC."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")


def time(at: float) -> str:
    """Seconds since 1970 for people, in their own zone."""
    return datetime.fromtimestamp(at, UTC).astimezone().strftime("%Y-%m-%d %H:%M:%S")
