"""Send Email: makes one mail of each item; typed settings and mapped data are resolved field by field."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal
from weakref import finalize

from pydantic import ConfigDict, Field, JsonValue, StrictBool, StrictInt

from mailflow_gui.errors import Rejected
from mailflow_gui.flow.item import Item, Outgoing, Skip, StepContext
from mailflow_gui.flow.node_type import ConnectionField, NodeSettings, Port, SinkType
from mailflow_gui.flow.problems import Problem
from mailflow_gui.language import N_, _
from mailflow_gui.mail import compose_answer, compose_charset, compose_header
from mailflow_gui.mail.compose import Charset, Draft
from mailflow_gui.mail.envelope import envelope_address, parse_addresses
from mailflow_gui.mail.values import Attachment
from mailflow_gui.mapping.fields import header_of
from mailflow_gui.mapping.values import Value, as_list, as_text, is_blank
from mailflow_gui.nodes.people import people_in, recipients_of

_PRIORITIES: dict[str, JsonValue] = {
    "consumed-data": N_("Consumed data (recommended)"),
    "input-values": N_("Input values"),
}
_MODES: dict[str, JsonValue] = {
    "new": N_("New mail"),
    "reply": N_("Reply"),
    "reply-all": N_("Reply to all"),
    "forward": N_("Forward"),
}
_CHARSETS: dict[str, JsonValue] = {"utf-8": N_("Unicode (UTF-8)"), "iso-2022-jp": N_("Japanese (ISO-2022-JP)")}
_UNCERTAIN: dict[str, JsonValue] = {"hold": N_("Hold and ask"), "resend": N_("Send again")}
_ADDRESSES: dict[str, JsonValue] = {"section": N_("Addresses"), "editor": "addresses"}
_MAIL: dict[str, JsonValue] = {"section": N_("Mail")}
_WAY: dict[str, JsonValue] = {"section": N_("How it is made")}
_SENDING: dict[str, JsonValue] = {"section": N_("Sending")}
_REPLIES: dict[str, JsonValue] = {"section": N_("Replies")}
_ADDRESS_FIELDS = ("from", "to", "cc", "bcc", "reply_to")


class SendSettings(NodeSettings):
    """Settings of Send Email."""

    model_config = ConfigDict(populate_by_name=False)  # only "from" is a key of flow files, "from_" is Python's

    connection: Annotated[
        str,
        Field(title=N_("Connection"), description=N_("The SMTP connection to send with.")),
        ConnectionField(("smtp",)),
    ] = ""
    from_: Annotated[
        str,
        Field(
            alias="from",
            title=N_("From"),
            description=N_("The sender's address. Required, even when mapped."),
            json_schema_extra=_ADDRESSES,
        ),
    ] = ""
    to: Annotated[
        str,
        Field(
            title=N_("To"), description=N_("Several addresses are separated by commas."), json_schema_extra=_ADDRESSES
        ),
    ] = ""
    cc: Annotated[
        str,
        Field(
            title=N_("Cc"), description=N_("Several addresses are separated by commas."), json_schema_extra=_ADDRESSES
        ),
    ] = ""
    bcc: Annotated[
        str,
        Field(
            title=N_("Bcc"),
            description=N_("Receive the mail too; nobody sees them in it."),
            json_schema_extra=_ADDRESSES,
        ),
    ] = ""
    reply_to: Annotated[
        str,
        Field(
            title=N_("Reply to"),
            description=N_("Where answers go, if not to the sender."),
            json_schema_extra=_ADDRESSES,
        ),
    ] = ""
    subject: Annotated[str, Field(title=N_("Subject"), json_schema_extra=_MAIL)] = ""
    text: Annotated[str, Field(title=N_("Text"), json_schema_extra={**_MAIL, "lines": True})] = ""
    html: Annotated[
        str,
        Field(
            title=N_("HTML"),
            description=N_("Shown instead of the text where HTML is shown."),
            json_schema_extra={**_MAIL, "lines": True},
        ),
    ] = ""
    priority: Annotated[
        Literal["consumed-data", "input-values"],
        Field(
            title=N_("Parameter priority"),
            description=N_(
                "Consumed data (recommended): what is mapped goes first, and the values typed here are defaults. "
                "Input values: what is typed here goes first."
            ),
            json_schema_extra={**_WAY, "choices": _PRIORITIES},
        ),
    ] = "consumed-data"
    mode: Annotated[
        Literal["new", "reply", "reply-all", "forward"],
        Field(
            title=N_("Mode"),
            description=N_("A new mail, or an answer to the received one, or its forwarding."),
            json_schema_extra={**_WAY, "choices": _MODES},
        ),
    ] = "new"
    charset: Annotated[
        Charset,
        Field(
            title=N_("Character set"),
            description=N_("ISO-2022-JP only for receivers that can't read UTF-8."),
            json_schema_extra={**_WAY, "choices": _CHARSETS},
        ),
    ] = "utf-8"
    save_to_sent: Annotated[
        str | None,
        Field(
            title=N_("Save a copy to Sent"),
            description=N_("The IMAP connection whose Sent folder gets it."),
            json_schema_extra=_SENDING,
        ),
        ConnectionField(("imap",), required=False),
    ] = None
    when_uncertain: Annotated[
        Literal["hold", "resend"],
        Field(
            title=N_("When it is uncertain"),
            description=N_("The server's answer was lost and the mail may have been sent: ask, or risk a second one."),
            json_schema_extra={**_SENDING, "choices": _UNCERTAIN},
        ),
    ] = "hold"
    maximum_per_minute: Annotated[
        StrictInt | None,
        Field(title=N_("Maximum per minute"), ge=1, json_schema_extra={**_SENDING, "unit": N_("mails")}),
    ] = None
    maximum_per_day: Annotated[
        StrictInt | None, Field(title=N_("Maximum per day"), ge=1, json_schema_extra={**_SENDING, "unit": N_("mails")})
    ] = None
    answer_automatic: Annotated[
        StrictBool,
        Field(
            title=N_("Answer automatic mail"),
            description=N_("Also reply to automatic mails, bounces and mailing lists."),
            json_schema_extra=_REPLIES,
        ),
    ] = False
    replies_per_thread: Annotated[
        StrictInt,
        Field(title=N_("Replies per conversation"), ge=1, json_schema_extra={**_REPLIES, "unit": N_("mails")}),
    ] = 3
    replies_per_sender_per_day: Annotated[
        StrictInt,
        Field(title=N_("Replies per sender and day"), ge=1, json_schema_extra={**_REPLIES, "unit": N_("mails")}),
    ] = 20


def typed(settings: SendSettings, name: str) -> str:
    """What was typed for a field of the mail; taken literally."""
    return str(getattr(settings, "from_" if name == "from" else name))


def summary(settings: SendSettings) -> str:
    """``to sales@example.com · from bot@example.com``."""
    to = ", ".join(filter(None, (value.strip() for value in (settings.to, settings.cc, settings.bcc))))
    whom = {
        "new": _("to {addresses}").format(addresses=to) if to else _("to mapped addresses"),
        "reply": _("reply to the sender"),
        "reply-all": _("reply to all"),
        "forward": _("forward to {addresses}").format(addresses=to) if to else _("forward to mapped addresses"),
    }[settings.mode]
    sender = settings.from_.strip()
    return " · ".join(filter(None, (whom, _("from {address}").format(address=sender) if sender else "")))


def check(settings: SendSettings) -> Sequence[Problem]:
    """What the settings' types can't say."""
    problems: list[Problem] = []
    for name in _ADDRESS_FIELDS:
        try:
            parse_addresses(typed(settings, name))
        except Rejected as fault:
            problems.append(Problem(fault.code, field=name, arguments=fault.arguments))
    if not settings.from_.strip():
        problems.append(Problem("send-from-empty", severity="warning", field="from"))
    replies = settings.mode in ("reply", "reply-all")
    for name in ("subject", "text", "html"):
        if not compose_charset.fits(typed(settings, name), settings.charset):
            problems.append(Problem("send-charset-too-small", severity="warning", field=name))
    if replies and settings.answer_automatic:
        problems.append(Problem("send-answers-machines", severity="warning", field="answer_automatic"))
    if replies and settings.subject.strip() and settings.priority == "input-values":
        problems.append(Problem("send-reply-subject", severity="warning", field="subject"))
    return problems


def check_mapped(settings: SendSettings, mapped: Collection[str]) -> Sequence[Problem]:
    """What every mail needs, where it is neither typed nor mapped."""
    is_typed = (settings.to + settings.cc + settings.bcc).strip()
    if is_typed or settings.mode in ("reply", "reply-all") or not {"to", "cc", "bcc"}.isdisjoint(mapped):
        return ()
    return (Problem("send-to-nobody", severity="warning", field="to"),)


@dataclass(frozen=True)
class _Typed:
    """What was typed, by field of the mail, without what is blank; and whether it goes before what is mapped."""

    values: Mapping[str, str]
    first: bool
    replies: bool


_typed: dict[int, _Typed] = {}
"""By the identity of the settings, which are frozen; an entry goes with them."""


def _typed_in(settings: SendSettings) -> _Typed:
    key = id(settings)
    found = _typed.get(key)
    if found is None:
        names = (*_ADDRESS_FIELDS, "subject", "text", "html")
        values = {name: value for name in names if (value := typed(settings, name)).strip()}
        found = _Typed(values, settings.priority == "input-values", settings.mode in ("reply", "reply-all"))
        _typed[key] = found
        finalize(settings, _typed.pop, key, None)
    return found


def plan(item: Item, settings: SendSettings, context: StepContext) -> Outgoing | Skip:
    """The mail that ``item`` becomes; for an answer that must not be sent, why not.

    :raises Rejected: no sender, no recipient, or something that can't stand in a mail.
    """
    written = _typed_in(settings)
    if written.replies and not settings.answer_automatic and item.message.kind != "person":
        return Skip("answer-automatic")
    data = _resolved(_data(item, settings), written)
    people = people_in(data)
    draft: Draft | None = Draft(
        sender=people.sender,
        to=people.to,
        cc=people.cc,
        bcc=people.bcc,
        reply_to=people.reply_to,
        subject=as_text(data.get("subject")),
        text=as_text(data.get("text")),
        html=as_text(data.get("html")),
        attachments=_attachments(item, own=settings.mode == "new"),
        headers=_headers(item),
        charset=settings.charset,
    )
    assert draft is not None
    if written.replies:
        draft = compose_answer.reply(draft, item.message, to_all=settings.mode == "reply-all")
        if draft is None:
            return Skip("answer-to-itself")
    elif settings.mode == "forward":
        draft = compose_answer.forward(draft, item.message)
    recipients = people.recipients if settings.mode == "new" else recipients_of(draft.to, draft.cc, draft.bcc)
    if not recipients:
        raise Rejected("send-no-recipient")
    return Outgoing(
        account=settings.connection,
        draft=draft,
        sender=envelope_address(people.sender[0].address),
        recipients=recipients,
        save_to_sent=settings.save_to_sent or None,
        when_uncertain=settings.when_uncertain,
        maximum_per_minute=settings.maximum_per_minute,
        maximum_per_day=settings.maximum_per_day,
        replies_per_thread=settings.replies_per_thread if written.replies else None,
        replies_per_sender_per_day=settings.replies_per_sender_per_day if written.replies else None,
    )


def _data(item: Item, settings: SendSettings) -> Mapping[str, Value]:
    """What arrives on the input, by field: a mapper's output, or the received mail itself.

    Of a received mail, a new mail takes subject, from, to and content; nothing else of its header, its blind copies least of all. Its
    HTML goes along only with its text: typed text and somebody else's HTML would be one mail that says two things. What other nodes
    added shadows it. In an answer the received mail only says where it goes and what it is about.
    """
    message, fields = item.message, item.fields
    data: dict[str, Value] = {}
    if settings.mode != "new":
        data["subject"] = message.subject
        if settings.mode != "forward":
            data["to"] = compose_answer.reply_target(message)
    elif not item.mapped:
        data = {"subject": message.subject, "from": message.from_, "to": message.to, "text": message.content}
        shadowed = not is_blank(fields.get("text")) or not is_blank(fields.get("content"))
        if not shadowed and (settings.priority == "consumed-data" or not settings.text.strip()):
            data["html"] = message.html
    if "content" in fields and "text" not in fields:
        fields = {"text": fields["content"], **fields}
    if not data:
        return fields
    if fields:
        data.update((name, value) for name, value in fields.items() if not is_blank(value))
    return data


def _resolved(mapped: Mapping[str, Value], written: _Typed) -> Mapping[str, Value]:
    """The parameter priority: typed or mapped, blank counting as empty; what is neither has no entry."""
    data: dict[str, Value] = {**written.values}
    for name, value in mapped.items():
        if not is_blank(value) and not (written.first and name in data):
            data[name] = value
    return data


def _attachments(item: Item, *, own: bool) -> tuple[Attachment, ...]:
    """What was mapped or is carried; with ``own``, the received mail's where no mapper stands between.

    :raises Rejected: what was mapped isn't a file.
    """
    mapped = item.fields.get("attachments")
    if is_blank(mapped):
        return (
            item.message.attachments if own and not item.mapped and item.attachments is None else item.attachments or ()
        )
    files = [value for value in as_list(mapped) if value is not None]
    if not all(isinstance(value, Attachment) for value in files):
        raise Rejected("send-not-a-file")
    return tuple(value for value in files if isinstance(value, Attachment))


def _headers(item: Item) -> tuple[tuple[str, str], ...]:
    """The further headers that were mapped: single ones (``headers.X-Ticket``), and those of the list ``headers``.

    :raises Rejected: one of them isn't ours to set.
    """
    if "headers" not in "\n".join(item.fields):
        return ()
    headers = [header_of(line) for line in as_list(item.fields.get("headers"))]
    headers += [
        (name.removeprefix("headers."), as_text(value))
        for name, value in item.fields.items()
        if name.startswith("headers.")
    ]
    found = tuple((name, value) for name, value in headers if value.strip())
    for name, _value in found:
        compose_header.check_name(name)
    return found


SEND_EMAIL = SinkType(
    id="send-email",
    title=N_("Send Email"),
    group="send",
    icon="send",
    settings=SendSettings,
    summary=summary,
    inputs=(Port("email", N_("email"), "fields"),),
    outputs=(Port("sent", N_("sent"), "message"), Port("error", N_("error"), "error")),
    check=check,
    check_mapped=check_mapped,
    plan=plan,
)
