"""The fields that a message offers to mappings and conditions. Lazy: only what somebody asks for is parsed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from mailflow_gui.language import N_
from mailflow_gui.mail.message import Address, Attachment, MailMessage
from mailflow_gui.mapping.transformations.addresses import domain_of, mailboxes
from mailflow_gui.mapping.values import Value, ValueType, as_list, as_text, check_count

NONE_ADDED: Mapping[str, Value] = MappingProxyType({})


@dataclass(frozen=True)
class FieldDescription:
    """A field as the editor lists it."""

    name: str
    """As in the flow file; a part of another field is ``field.part``."""
    title: str
    """For people (marked with ``N_``)."""
    type: ValueType
    many: bool = False
    """Whether it is a list."""


_ADDRESS_PARTS = (("name", N_("Name")), ("address", N_("Address")), ("domain", N_("Domain")))

MESSAGE_FIELDS: tuple[FieldDescription, ...] = (
    FieldDescription("subject", N_("Subject"), "text"),
    FieldDescription("from", N_("From"), "address", many=True),
    *(FieldDescription(f"from.{part}", title, "text") for part, title in _ADDRESS_PARTS),
    *(
        description
        for name, title in (("to", N_("To")), ("cc", N_("Cc")), ("bcc", N_("Bcc")), ("reply_to", N_("Reply to")))
        for description in (
            FieldDescription(name, title, "address", many=True),
            *(FieldDescription(f"{name}.{part}", part_title, "text", many=True) for part, part_title in _ADDRESS_PARTS),
        )
    ),
    FieldDescription("content", N_("Content (the best text there is)"), "text"),
    FieldDescription("content.lines", N_("Lines"), "text", many=True),
    FieldDescription("text", N_("Text"), "text"),
    FieldDescription("text.lines", N_("Lines"), "text", many=True),
    FieldDescription("html", N_("HTML"), "text"),
    FieldDescription("date", N_("Date"), "date"),
    FieldDescription("attachments", N_("Attachments"), "file", many=True),
    FieldDescription("attachments.name", N_("Name"), "text", many=True),
    FieldDescription("attachments.type", N_("Type"), "text", many=True),
    FieldDescription("attachments.size", N_("Size in bytes"), "number", many=True),
    FieldDescription("attachments.content_id", N_("Content ID"), "text", many=True),
    FieldDescription("attachments.inline", N_("Inline"), "boolean", many=True),
    FieldDescription("message_id", N_("Message ID"), "text"),
    FieldDescription("in_reply_to", N_("In reply to"), "text", many=True),
    FieldDescription("references", N_("References"), "text", many=True),
    FieldDescription("thread_id", N_("Thread ID"), "text"),
    FieldDescription("headers", N_("All headers"), "text", many=True),
    FieldDescription("flags", N_("Flags"), "text", many=True),
    FieldDescription("size", N_("Size in bytes"), "number"),
    FieldDescription("folder", N_("Folder"), "text"),
    FieldDescription("connection", N_("Connection"), "text"),
    FieldDescription("kind", N_("Kind (person, auto-reply, bounce, list)"), "text"),
    FieldDescription("defects", N_("Defects"), "text", many=True),
    FieldDescription("raw", N_("The whole mail as received"), "file"),
    FieldDescription("error", N_("Error"), "text"),
    FieldDescription("error.code", N_("Code"), "text"),
    FieldDescription("error.class", N_("Class"), "text"),
    FieldDescription("error.text", N_("Text"), "text"),
    FieldDescription("error.node", N_("Node"), "text"),
)
"""All of them but single headers (``headers.X-Name``), in the order in which they are shown."""

TARGET_FIELDS: tuple[FieldDescription, ...] = (
    FieldDescription("to", N_("To"), "address", many=True),
    FieldDescription("cc", N_("Cc"), "address", many=True),
    FieldDescription("bcc", N_("Bcc"), "address", many=True),
    FieldDescription("from", N_("From"), "address", many=True),
    FieldDescription("reply_to", N_("Reply to"), "address", many=True),
    FieldDescription("subject", N_("Subject"), "text"),
    FieldDescription("text", N_("Text"), "text"),
    FieldDescription("html", N_("HTML"), "text"),
    FieldDescription("attachments", N_("Attachments"), "file", many=True),
    FieldDescription("headers", N_("Headers"), "text", many=True),
)
"""The targets that a mail has; ``headers.X-Name`` and any name for later steps can be filled too."""

FIELD_NAMES = frozenset(description.name for description in MESSAGE_FIELDS)
ADDRESS_FIELDS = frozenset({"from", "to", "cc", "bcc", "reply_to"})
LIST_TARGETS = frozenset(description.name for description in TARGET_FIELDS if description.many)


def is_field(name: str) -> bool:
    """Whether every message has a field ``name`` (perhaps an empty one)."""
    return name in FIELD_NAMES or (name.startswith("headers.") and len(name) > len("headers."))


_PLACE = ("folder", "connection", "flags")


class MessageFields(Mapping[str, Value]):
    """A message's fields; ``added`` ones, from earlier steps, stand before its own."""

    def __init__(
        self,
        message: MailMessage,
        *,
        folder: str = "",
        connection: str = "",
        flags: tuple[str, ...] | None = None,
        added: Mapping[str, Value] = NONE_ADDED,
    ) -> None:
        self._message = message
        self._place: tuple[Value, ...] = (folder, connection, message.flags if flags is None else flags)
        self._added = added

    def __getitem__(self, name: str) -> Value:
        if name in self._added:
            return self._added[name]
        reader = _READERS.get(name)
        if reader is not None:
            return reader(self._message)
        if name in _PLACE:
            return self._place[_PLACE.index(name)]
        root, _, part = name.partition(".")
        if root == "headers" and part:
            return self._message.header(part)
        if part and (root in self._added or name in FIELD_NAMES):
            return part_of(self[root], root, part)
        raise KeyError(name)

    def get(self, name: str, default: Any = None) -> Any:
        """As any mapping has it."""
        # Rules ask for few other fields than these; what Mapping has would come here by way of an exception handler.
        reader = _READERS.get(name)
        if reader is not None and name not in self._added:
            return reader(self._message)
        return super().get(name, default)

    def __iter__(self) -> Iterator[str]:
        own = (description.name for description in MESSAGE_FIELDS)
        return iter(dict.fromkeys([*own, *self._added]))

    def __len__(self) -> int:
        return len(FIELD_NAMES | self._added.keys())


class MappedFields(Mapping[str, Value]):
    """What an earlier mapper put out: its targets, their parts, and the attachments that it carries."""

    def __init__(self, fields: Mapping[str, Value], attachments: tuple[Attachment, ...]) -> None:
        self._fields: Mapping[str, Value] = {**fields, "attachments": attachments}

    def __getitem__(self, name: str) -> Value:
        if name in self._fields:
            return self._fields[name]
        root, _, part = name.partition(".")
        if root == "headers" and part:
            return self._header(part.lower())
        if part and root in self._fields:
            return part_of(self._fields[root], root, part)
        raise KeyError(name)

    def _header(self, name: str) -> Value:
        """A single header, whether it was mapped by itself or among all."""
        for target, value in self._fields.items():
            if target.lower() == f"headers.{name}":
                return value
        for line in as_list(self._fields.get("headers")):
            head, value = header_of(line)
            if head.lower() == name:
                return value
        return None

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields)

    def __len__(self) -> int:
        return len(self._fields)


def header_of(line: Value) -> tuple[str, str]:
    """Name and value of a header written ``Name: value``, or given as a pair; the name is empty if it is neither."""
    if isinstance(line, tuple):
        return (as_text(line[0]).strip(), as_text(line[1])) if len(line) == 2 else ("", "")
    head, colon, value = as_text(line).partition(":")
    return (head.strip(), value.strip()) if colon else ("", "")


def part_of(value: Value, root: str, part: str) -> Value:
    """A part of a field: ``name``, ``address`` and ``domain`` of mailboxes, and what is known of files. ``from``'s are the first author's.
    ``lines`` of a text are those that aren't blank.

    :raises KeyError: no value has such a part.
    :raises MappingError: a text of far too many lines.
    """
    if part == "lines" and isinstance(value, str):
        check_count(value.count("\n"))
        return tuple(line for line in value.splitlines() if line.strip())
    entries = as_list(value)
    if any(isinstance(entry, Attachment) for entry in entries) or root == "attachments":
        read_file = _FILE_PARTS[part]
        return tuple(read_file(entry) for entry in entries if isinstance(entry, Attachment))
    read = _MAILBOX_PARTS[part]
    parts = tuple(read(mailbox) for mailbox in mailboxes(value))
    if root == "from" or (not isinstance(value, tuple) and len(parts) < 2 and root not in ADDRESS_FIELDS):
        return parts[0] if parts else None
    return parts


_FILE_PARTS: Mapping[str, Callable[[Attachment], Value]] = {
    "name": lambda file: file.name,
    "type": lambda file: file.type,
    "size": lambda file: file.size,
    "content_id": lambda file: file.content_id,
    "inline": lambda file: file.inline,
}

_MAILBOX_PARTS: Mapping[str, Callable[[Address], Value]] = {
    "name": lambda mailbox: mailbox.name,
    "address": lambda mailbox: mailbox.address,
    "domain": domain_of,
}


def _thread_id(message: MailMessage) -> str:
    """The first mail of the thread, as far as this one says (RFC 5256's root of References)."""
    return next(iter((*message.references, *message.in_reply_to[:1])), message.message_id)


_READERS: Mapping[str, Callable[[MailMessage], Value]] = {
    "subject": lambda message: message.subject,
    "from": lambda message: message.from_,
    "to": lambda message: message.to,
    "cc": lambda message: message.cc,
    "bcc": lambda message: message.bcc,
    "reply_to": lambda message: message.reply_to,
    "content": lambda message: message.content,
    "text": lambda message: message.text,
    "html": lambda message: message.html,
    "date": lambda message: message.date,
    "attachments": lambda message: message.attachments,
    "message_id": lambda message: message.message_id or None,
    "in_reply_to": lambda message: message.in_reply_to,
    "references": lambda message: message.references,
    "thread_id": lambda message: _thread_id(message) or None,
    "headers": lambda message: tuple(f"{name}: {value}" for name, value in message.headers),
    "size": lambda message: message.size,
    "kind": lambda message: message.kind,
    "defects": lambda message: message.defects,
    "raw": lambda message: bytes(message.raw),  # a large one is no bytes by itself
    # On an error port the engine adds what they are; elsewhere there is no error.
    **dict.fromkeys(("error", "error.code", "error.class", "error.text", "error.node"), lambda message: None),
}
