"""What moves on an edge, and what a sink asks to be sent. All frozen; a step returns new ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any, Literal

from mailflow_gui.mail.compose import Draft
from mailflow_gui.mail.message import Address, Attachment, MailMessage
from mailflow_gui.mail.swift import swift

Value = Any
"""A field's value: str, int, float, bool, datetime, date, Address, Attachment, None, or a tuple of these.

(``Any`` because mypy can't follow the recursion through pydantic; :mod:`mailflow_gui.mapping.fields` holds the strict type.)
"""

NO_FIELDS: Mapping[str, Value] = MappingProxyType({})


@swift
@dataclass(frozen=True)
class Origin:
    """Where an item came from."""

    account: str
    """The account's id; empty when the mail came from a file (preview)."""
    folder: str = "INBOX"
    uid_validity: int | None = None
    """IMAP's UIDVALIDITY (RFC 3501 2.3.1.1), None for POP3 and files."""
    uid: str = ""
    """IMAP: the UID in digits; POP3: the UIDL (RFC 1939 7), or a hash where the server has none."""
    flags: tuple[str, ...] = ()
    r"""The server's flags when the mail was fetched, such as ``\Seen``."""
    thread: str = ""
    """The name of its thread: the server's own, else the first mail's Message-ID that the journal knows; empty: only the mail tells."""


@swift
@dataclass(frozen=True)
class Item:
    """One message on its way through one flow.

    Before a mapper, ``mapped`` is False: the data are the received mail's own fields, ``fields`` holds what nodes added.
    Behind a mapper, ``mapped`` is True: the data are ``fields`` and ``attachments``, and nothing else; ``message`` stays as the mail
    that a reply would answer.
    """

    id: str
    """Stable over restarts: the same received mail in the same flow and node has the same id."""
    message: MailMessage
    origin: Origin
    clock: datetime
    """The item's own time (aware): "now" for every step, so that doing a step again gives the same bytes."""
    seed: int
    """The item's own source of chance."""
    fields: Mapping[str, Value] = field(default_factory=lambda: NO_FIELDS)
    mapped: bool = False
    attachments: tuple[Attachment, ...] | None = None
    """Behind a mapper: the attachments to carry. None before one: the message's own."""
    error: tuple[str, Mapping[str, Any]] | None = None
    """On an error port: the code and arguments of what failed."""


@dataclass(frozen=True)
class AfterReceiving:
    """What happens to a mail on its server once its item has settled."""

    action: Literal["mark-seen", "leave", "move", "delete"] = "mark-seen"
    folder: str | None = None


@dataclass(frozen=True)
class Watch:
    """What a source asks the engine to receive."""

    account: str
    folder: str = "INBOX"
    unseen_only: bool = True
    delay: float = 5.0
    """Seconds between polls."""
    maximum: int = 5
    """Messages per poll; -1 = all."""
    process_once: bool = True
    existing_mail: Literal["process", "skip"] = "process"
    after_receiving: AfterReceiving = AfterReceiving()
    search: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    """The ``search`` setting, checked: from, to, subject, body, since, larger, smaller, flagged, answered."""
    threads: Literal["all", "first", "replies-to-flow", "replies-to-node"] = "all"
    idle: bool = True


@swift
@dataclass(frozen=True)
class Outgoing:
    """What a sink asks the engine to send."""

    account: str
    """Id of the SMTP account."""
    draft: Draft
    sender: str
    """Envelope sender (RFC 5321 reverse-path), ``local@domain``."""
    recipients: tuple[Address, ...]
    """Envelope recipients: To, Cc and Bcc, each address once."""
    save_to_sent: str | None = None
    when_uncertain: Literal["hold", "resend"] = "hold"
    maximum_per_minute: int | None = None
    maximum_per_day: int | None = None
    replies_per_thread: int | None = None
    """For a reply: the most that are sent in one thread; None for any other mail."""
    replies_per_sender_per_day: int | None = None
    """For a reply: the most that one sender is sent in a day; None for any other mail."""


@dataclass(frozen=True)
class Skip:
    """What a sink returns where nothing is to be sent and nothing is wrong; the item counts as skipped."""

    code: str
    """Why; names its sentence in :mod:`mailflow_gui.sentences`."""


@dataclass(frozen=True)
class StepContext:
    """All that a step may know beside its item and settings."""

    flow: str
    """The flow's name."""
    node: str
    """The node's id."""
    properties: Mapping[str, Any]
    """The flow's properties."""
    answered: MailMessage | None = None
    """The mail of ours that this item answers, looked up beforehand, or None."""
