"""What the detail's lane does: reads one message with everything that belongs to it, parsed and made fit to be shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QSize, Qt
from PySide6.QtGui import QImage, QImageReader

from mailflow_gui.errors import JournalError, MailFlowError
from mailflow_gui.journal import conversations, deliveries, history, items
from mailflow_gui.journal.conversations import Thread
from mailflow_gui.journal.deliveries import DeliveryRow, MailRow
from mailflow_gui.journal.history import Attempt
from mailflow_gui.journal.items import ItemRow
from mailflow_gui.journal.reader import Reader
from mailflow_gui.language import _, ngettext
from mailflow_gui.mail.message import Attachment, MailMessage
from mailflow_gui.mapping.fields import MESSAGE_FIELDS, MessageFields
from mailflow_gui.mapping.values import Value
from mailflow_gui.qt.inspector import plain, safe_html, states
from mailflow_gui.qt.inspector.safe_html import Safe

MAXIMUM_TEXT = 200_000
"""Characters of plain text, and of the raw mail, that are shown."""
MAXIMUM_LINE = 20_000
"""Characters of plain text without a line break, which Qt lays out in one go."""
MAXIMUM_VALUE = 20_000
"""Characters of one field that can be copied."""
MAXIMUM_HEADERS = 500
_PICTURE_SIDE = 1600
_PICTURE_AREA = 40_000_000
_FORMATS = ((b"\x89PNG\r\n\x1a\n", b"png"), (b"\xff\xd8\xff", b"jpeg"), (b"GIF8", b"gif"), (b"BM", b"bmp"))
_ICONS = {
    "text": "type",
    "address": "at-sign",
    "date": "calendar",
    "file": "paperclip",
    "number": "hash",
    "boolean": "toggle-left",
}
_FIRST = ("subject", "from.name", "from.address", "to", "cc", "date", "text", "attachments")
_ALSO = frozenset({"from.name", "from.address"})
_NOT_SHOWN = frozenset({"from", "content", "headers", "raw", "thread_id"})


@dataclass(frozen=True)
class Field:
    """A line of the Fields tab."""

    name: str
    icon: str
    line: str
    """The value on one line."""
    value: str
    """The value as it is copied."""


@dataclass(frozen=True)
class Sent:
    """An outgoing mail and how far it has come."""

    mail: MailRow
    deliveries: tuple[DeliveryRow, ...]


@dataclass(frozen=True)
class Detail:
    """What the journal says of a message; quickly read."""

    item: ItemRow
    attempts: tuple[Attempt, ...]
    sent: tuple[Sent, ...]
    thread: Thread


@dataclass(frozen=True)
class Content:
    """What is in the mail itself; may take a while."""

    item: int
    fields: tuple[Field, ...] = ()
    text: str = ""
    text_cut: bool = False
    html: Safe | None = None
    pictures: Mapping[str, QImage] = field(default_factory=dict)
    headers: tuple[tuple[str, str], ...] = ()
    raw: str = ""
    raw_cut: bool = False
    attachments: tuple[Attachment, ...] = ()
    message: MailMessage | None = None
    gone: MailFlowError | None = None
    """Why there is nothing to show: the bytes have expired."""


def read_detail(reader: Reader, item: int) -> Detail | None:
    """What the journal says of a message, or None if it doesn't know it.

    :raises JournalError: the journal is damaged or newer.
    """
    with reader.reading() as database:
        row = None if database is None else items.get(database, item)
        if database is None or row is None:
            return None
        mails = deliveries.mails_of(database, item)
        return Detail(
            item=row,
            attempts=tuple(history.attempts(database, item)),
            sent=tuple(Sent(mail, tuple(deliveries.deliveries_of(database, mail.id))) for mail in mails),
            thread=conversations.thread_of(database, item),
        )


def read_content(reader: Reader, row: ItemRow) -> Content:
    """The mail itself; an expired one is told by :attr:`Content.gone`."""
    try:
        raw = reader.content(row.place)
    except JournalError as error:
        return Content(row.id, gone=error)
    message = MailMessage(raw, row.flags)
    safe = None
    if message.html.strip():
        safe = safe_html.make(message.html, _embedded(message))
    text = plain.short_lines(plain.breakable(plain.lines(message.text[: MAXIMUM_TEXT + 1])), MAXIMUM_LINE)
    return Content(
        item=row.id,
        fields=tuple(_fields(message, row)),
        text=text[:MAXIMUM_TEXT],
        text_cut=len(text) > MAXIMUM_TEXT,
        html=safe,
        pictures={} if safe is None else _pictures(safe),
        headers=tuple(
            (plain.one_line(name, 200), plain.one_line(value, 4000))
            for name, value in message.headers[:MAXIMUM_HEADERS]
        ),
        raw=plain.short_lines(plain.lines(_decoded(raw[:MAXIMUM_TEXT]))),
        raw_cut=len(raw) > MAXIMUM_TEXT,
        attachments=message.attachments,
        message=message,
    )


def read_source(reader: Reader, row: ItemRow) -> bytes:
    """The mail as it was received.

    :raises JournalError: its bytes have expired.
    """
    return reader.content(row.place)


def _fields(message: MailMessage, row: ItemRow) -> list[Field]:
    values = MessageFields(message, folder=row.folder, connection=row.account, flags=row.flags)
    found = []
    for description in MESSAGE_FIELDS:
        part = "." in description.name
        if description.name in _NOT_SHOWN or (part and description.name not in _ALSO):
            continue
        value = values[description.name]
        if value in (None, "", ()):
            continue
        found.append(
            Field(
                description.name,
                _ICONS.get(description.type, "type"),
                _one_line(description.name, value),
                _copied(value),
            )
        )
    order = {name: place for place, name in enumerate(_FIRST)}
    return sorted(found, key=lambda one: order.get(one.name, len(order)))


def _one_line(name: str, value: Value) -> str:
    if name == "attachments" and isinstance(value, tuple):
        count = ngettext("{count} file", "{count} files", len(value)).format(count=len(value))
        return plain.one_line(f"{count} · " + ", ".join(_text(one) for one in value), 400)
    if name == "size" and isinstance(value, int):
        return states.size(value)
    return plain.one_line(_copied(value)[:1200], 400)


def _copied(value: Value) -> str:
    if isinstance(value, tuple):
        return ", ".join(_text(one) for one in value)[:MAXIMUM_VALUE]
    return _text(value)[:MAXIMUM_VALUE]


def _text(value: Value) -> str:
    if isinstance(value, Attachment):
        return value.name
    if isinstance(value, datetime):
        offset = value.strftime("%z")
        return value.strftime("%Y-%m-%d %H:%M:%S ") + f"{offset[:3]}:{offset[3:5]}"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return plain.lines(str(value)[:MAXIMUM_VALUE])


def _decoded(raw: bytes) -> str:
    """Raw bytes to look at: UTF-8 where they are, else one character for each byte."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        # The cut may have gone through a character.
        return raw[: error.start].decode("utf-8") if error.start > len(raw) - 4 else raw.decode("latin-1")


def _embedded(message: MailMessage) -> dict[str, bytes]:
    return {file.content_id: file.content for file in message.attachments if file.content_id}


def _pictures(safe: Safe) -> dict[str, QImage]:
    found = {}
    for name, content in safe.pictures.items():
        image = decoded_picture(content)
        if image is not None:
            found[name] = image
    return found


def decoded_picture(content: bytes) -> QImage | None:
    """A picture of one of the plain kinds, no larger than fits; None for anything else. SVG, which may load files, is none of them."""
    kind = next((name for mark, name in _FORMATS if content.startswith(mark)), None)
    if kind is None:
        return None
    buffer = QBuffer()
    buffer.setData(QByteArray(content))
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer, QByteArray(kind))
    reader.setAutoDetectImageFormat(False)
    size = reader.size()
    if not size.isValid() or size.width() * size.height() > _PICTURE_AREA:
        return None
    if max(size.width(), size.height()) > _PICTURE_SIDE:
        size = size.scaled(QSize(_PICTURE_SIDE, _PICTURE_SIDE), Qt.AspectRatioMode.KeepAspectRatio)
        reader.setScaledSize(size.expandedTo(QSize(1, 1)))
    image = reader.read()
    return None if image.isNull() else image
