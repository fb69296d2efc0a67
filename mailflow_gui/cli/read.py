"""``mailflow read FILE.eml…``: what MailFlow reads in a mail."""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mailflow_gui.cli import output
from mailflow_gui.errors import MailFlowError, UsageError
from mailflow_gui.language import _, ngettext
from mailflow_gui.mail.message import Address, MailMessage
from mailflow_gui.mail.parse import parse

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

MAXIMUM_SIZE = 50_000_000
"""Bytes of a mail file that is read at all."""


def add(commands: Commands) -> None:
    """Add ``read`` to the command line."""
    parser = commands.add_parser(
        "read",
        help=_("show what MailFlow reads in a mail"),
        description=_(
            "Show what MailFlow reads in mails saved as files: sender, recipients, date, text, attachments, and what is wrong with"
            " them. No server is touched and nothing is changed."
        ),
        epilog=_(
            "Example: mailflow read order.eml --json prints one JSON object per file. A file that can't be read is reported"
            " in its place; the others are read all the same, and the exit code is then 1."
        ),
    )
    parser.add_argument("files", nargs="+", metavar=_("FILE.eml"), help=_("a mail, as saved by a mail program"))
    parser.add_argument("--json", action="store_true", help=_("one JSON object per file, each on one line"))
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Read every file; 0, or 1 if one of them can't be read."""
    code = output.DONE
    for number, name in enumerate(arguments.files):
        try:
            message = load(Path(name))
        except MailFlowError as error:
            code = output.SOME_FAILED
            if arguments.json:
                output.print_json({"file": name, "error": {"code": error.code, "text": str(error)}})
            else:
                output.complain(str(error))
            continue
        if arguments.json:
            output.print_json(described(name, message))
        else:
            output.say(("\n" if number else "") + laid_out(name, message))
    return code


def load(path: Path) -> MailMessage:
    """The mail in a file.

    :raises UsageError: there is no such file, it can't be read, or it is too large; one code for each.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(MAXIMUM_SIZE + 1)
    except FileNotFoundError as error:
        raise UsageError("mail-file-missing", file=str(path)) from error
    except IsADirectoryError as error:
        raise UsageError("mail-file-is-directory", file=str(path)) from error
    except (OSError, ValueError) as error:
        if path.is_dir():  # Windows says "permission denied" of a directory
            raise UsageError("mail-file-is-directory", file=str(path)) from error
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise UsageError("mail-file-unreadable", file=str(path), reason=reason) from error
    if len(raw) > MAXIMUM_SIZE:
        raise UsageError("mail-file-too-large", file=str(path), limit=MAXIMUM_SIZE // 1_000_000)
    return parse(raw)


def described(name: str, message: MailMessage) -> dict[str, Any]:
    """One mail as JSON: absent texts are empty or null, absent lists empty."""
    return {
        "file": name,
        "subject": message.subject,
        "from": _addresses(message.from_),
        "to": _addresses(message.to),
        "cc": _addresses(message.cc),
        "bcc": _addresses(message.bcc),
        "reply_to": _addresses(message.reply_to),
        "date": message.date.isoformat() if message.date else None,
        "message_id": message.message_id or None,
        "in_reply_to": list(message.in_reply_to),
        "references": list(message.references),
        "text": message.text,
        "html": message.html or None,
        "attachments": [
            {
                "name": attachment.name,
                "type": attachment.type,
                "size": attachment.size,
                "sha256": hashlib.sha256(attachment.content).hexdigest(),
                "inline": attachment.inline,
                "content_id": attachment.content_id,
            }
            for attachment in message.attachments
        ],
        "kind": message.kind,
        "defects": list(message.defects),
    }


def _addresses(addresses: Iterable[Address]) -> list[dict[str, str]]:
    return [{"name": address.name, "address": address.address} for address in addresses]


def laid_out(name: str, message: MailMessage) -> str:
    """One mail as text for people."""
    kinds = {
        "person": _("from a person"),
        "auto-reply": _("automatic reply"),
        "bounce": _("bounce: a mail could not be delivered"),
        "list": _("mailing list"),
    }
    rows = [
        (_("File"), name),
        (_("Subject"), message.subject),
        (_("From"), _joined(message.from_)),
        (_("Reply to"), _joined(message.reply_to)),
        (_("To"), _joined(message.to)),
        (_("Cc"), _joined(message.cc)),
        (_("Bcc"), _joined(message.bcc)),
        (_("Date"), message.date.isoformat(" ") if message.date else ""),
        (_("Message-ID"), message.message_id),
        (_("Answers"), " ".join(message.in_reply_to)),
        (_("Kind"), kinds[message.kind]),
        (_("Defects"), ", ".join(message.defects)),
    ]
    for attachment in message.attachments:
        size = ngettext("{count} byte", "{count} bytes", attachment.size).format(count=attachment.size)
        rows.append((_("Attachment"), f"{attachment.name} ({attachment.type}, {size})"))
    width = max(len(label) for label, _value in rows) + 2
    lines = [f"{label + ':':{width}}{value}" for label, value in rows if value]
    return "\n".join([*lines, "", _harmless(message.text).rstrip()]).rstrip()


def _joined(addresses: Iterable[Address]) -> str:
    return ", ".join(str(address) for address in addresses)


def _harmless(text: str) -> str:
    """Text without control characters: a stranger's mail must not drive the terminal."""
    return "".join(
        character for character in text if character in "\n\t" or character.isprintable() or character == "\u3000"
    )
