"""``mailflow preview``: what a flow would do with mails, step by step, offline."""

from __future__ import annotations

import argparse
import base64
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mailflow_gui import nodes
from mailflow_gui.cli import output
from mailflow_gui.cli.read import load
from mailflow_gui.engine.compiled import compile_flow
from mailflow_gui.engine.preview import Preview, PreviewedMail, PreviewedStep, preview
from mailflow_gui.errors import FlowFileError, MailFlowError
from mailflow_gui.flow import file as flow_file
from mailflow_gui.language import _
from mailflow_gui.mail.message import Address, Attachment

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

_SHOWN = ("subject", "from", "to", "cc", "reply_to", "date", "text", "html", "message_id", "attachments", "kind")
"""Fields of a received mail that a step shows; all others are there, too."""


def add(commands: Commands) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "preview",
        help=_("show what a flow would do with mails saved as files"),
        description=_(
            "Show what a flow would do with mails saved as files, step by step. No server is touched, no connection is needed."
        ),
        epilog=_(
            "Example: mailflow preview enquiries.mailflow order.eml. Exit code: 0, or 1 if a step fails or a file can't be read."
        ),
    )
    parser.add_argument("flow", metavar="FLOW", type=Path, help=_("the flow file"))
    parser.add_argument("files", metavar=_("FILE.eml"), nargs="+", help=_("mails, as saved by a mail program"))
    parser.add_argument("--json", action="store_true", help=_("one JSON object per file, each on one line"))
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Preview every file."""
    flow = compile_flow(flow_file.read(arguments.flow), nodes.load(), {}, offline=True)
    if not flow.sources():
        raise FlowFileError("flow-without-source", name=flow.flow.name)
    code = output.DONE
    for name in arguments.files:
        try:
            shown = preview(flow, load(Path(name)), datetime.now(UTC))
        except MailFlowError as error:
            code = output.SOME_FAILED
            if arguments.json:
                output.print_json(
                    {"file": name, "error": {"code": error.code, "text": str(error)}, "steps": [], "sent": []}
                )
            output.complain(str(error))
            continue
        if any(step.outcome == "failed" for step in shown.steps):
            code = output.SOME_FAILED
        if arguments.json:
            output.print_json(as_json(name, shown))
        else:
            output.say(laid_out(name, shown))
    return code


def as_json(name: str, shown: Preview) -> dict[str, Any]:
    """A preview in the command line's stable shape."""
    return {
        "file": name,
        "steps": [_step_json(step) for step in shown.steps],
        "sent": [_mail_json(mail) for mail in shown.sent],
    }


def _step_json(step: PreviewedStep) -> dict[str, Any]:
    error = {"code": step.error.code, "text": str(step.error)} if step.error else None
    return {"node": step.node, "type": step.type, "outcome": step.outcome, "error": error, "fields": _fields(step)}


def _fields(step: PreviewedStep) -> dict[str, Any]:
    item = step.item
    if item.mapped:
        fields: Mapping[str, Any] = item.fields
        attached: Sequence[Attachment] = item.attachments or ()
        return {name: value(one) for name, one in fields.items()} | (
            {"attachments": value(tuple(attached))} if attached else {}
        )
    from mailflow_gui.mapping.fields import MessageFields

    message = MessageFields(item.message, folder=item.origin.folder, connection=item.origin.account)
    return {name: value(message[name]) for name in _SHOWN} | {name: value(one) for name, one in item.fields.items()}


def value(one: Any) -> Any:
    """A field's value as JSON."""
    if isinstance(one, Address):
        return {"name": one.name, "address": one.address}
    if isinstance(one, Attachment):
        return {"name": one.name, "type": one.type, "size": one.size}
    if isinstance(one, (datetime, date)):
        return one.isoformat()
    if isinstance(one, (tuple, list)):
        return [value(part) for part in one]
    if isinstance(one, bytes):
        return base64.b64encode(one).decode("ascii")
    return one


def _mail_json(mail: PreviewedMail) -> dict[str, Any]:
    draft = mail.outgoing.draft
    return {
        "from": value(draft.sender),
        "to": value(draft.to),
        "cc": value(draft.cc),
        "bcc": value(draft.bcc),
        "subject": draft.subject,
        "text": draft.text,
        "html": draft.html,
        "attachments": value(draft.attachments),
        "raw": base64.b64encode(b"".join(mail.composed.content)).decode("ascii"),
    }


def laid_out(name: str, shown: Preview) -> str:
    """A preview for people."""
    outcomes = {"passed": _("passed"), "skipped": _("skipped"), "failed": _("failed")}
    lines = [name]
    for step in shown.steps:
        line = f"  {step.node} ({step.type}): {outcomes[step.outcome]}"
        lines.append(f"{line}: {step.error}" if step.error else line)
    for mail in shown.sent:
        draft = mail.outgoing.draft
        lines.append("  " + _("would send with {node}:").format(node=mail.node))
        for title, addresses in (
            (_("From"), draft.sender),
            (_("To"), draft.to),
            (_("Cc"), draft.cc),
            (_("Bcc"), draft.bcc),
        ):
            if addresses:
                lines.append(f"    {title}: " + ", ".join(str(address) for address in addresses))
        lines.append(f"    {_('Subject')}: {draft.subject}")
        lines += [f"    {_('Attachment')}: {attachment.name} ({attachment.size})" for attachment in draft.attachments]
        lines += ["    | " + line for line in (draft.text or draft.html).splitlines()]
    if not shown.sent:
        lines.append("  " + _("nothing would be sent"))
    return "\n".join(lines)
