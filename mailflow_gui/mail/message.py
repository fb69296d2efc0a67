"""The message: a frozen view on raw bytes, parsed only as far as somebody looks (RFC 5322, RFC 2045-2049)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

from mailflow_gui.mail import addresses, headers, kinds, names, text, tree, words
from mailflow_gui.mail.carried import Carried
from mailflow_gui.mail.swift import swift
from mailflow_gui.mail.values import Address, Attachment, Kind
from mailflow_gui.mail.views import view

__all__ = ["Address", "Attachment", "Kind", "MailMessage"]

FROM_MISSING = "from-missing"
"""Defect: nobody is named as the author (RFC 5322 3.6 requires it)."""
DATE_MISSING = "date-missing"
"""Defect: no Date field (RFC 5322 3.6 requires it)."""
FIELD_REPEATED = "header-field-repeated"
"""Defect: a field that may stand once stands twice; the first counts."""
NAME_UNSAFE = "attachment-name-unsafe"
"""Defect: an attachment's name was changed because it could do harm."""
EMPTY = "empty"
"""Defect: there is no byte in this mail."""

_ONCE = frozenset(
    {"date", "from", "sender", "reply-to", "to", "cc", "bcc", "message-id", "in-reply-to", "references", "subject"}
    | {"mime-version", "content-type", "content-transfer-encoding"}
)
_SHORT = 200
"""Bytes of a value that is read the short way, or remembered: most mails of a mailbox come from few people and go to one."""


@lru_cache(maxsize=1024)
def _mailboxes(value: bytes) -> tuple[tuple[Address, ...], frozenset[str]]:
    """The mailboxes in a raw value of ASCII, and the defects in it."""
    defects: set[str] = set()
    return addresses.parse(words.raw(value, "", defects), defects), frozenset(defects)


@swift
@dataclass(frozen=True)
class MailMessage:
    """One received mail. ``raw`` is the truth; every other attribute is a view on it, made when it is first asked for and then kept.

    No view ever raises, whatever the bytes. Texts from the header hold no control characters and no line breaks.
    """

    raw: bytes = field(repr=False)
    """A large one lies in a file (:mod:`mailflow_gui.mail.large`) and reads as bytes do."""
    flags: tuple[str, ...] = ()
    r"""The server's flags when the mail was fetched, such as ``\Seen``."""

    # What the header says.

    @view
    def block(self) -> headers.Block:
        """Its header block, cut into fields."""
        return headers.split(self.raw)

    @view
    def _charset(self) -> str:
        """The mail's own character set: what raw 8-bit text in its header is most likely in."""
        return tree.media_type(self.block)[1].get("charset", "")

    @view
    def _found(self) -> set[str]:
        """Defects seen so far."""
        return set()

    def _decoded(self, value: bytes) -> str:
        if value.isascii() and b"=?" not in value and len(value) <= _SHORT:
            text = value.decode("ascii").strip()
            if text.isprintable():  # no fold, no control, nothing encoded: as most values are
                return text
        charset = "" if value.isascii() else self._charset
        return words.decode(value[: headers.MAXIMUM_FIELD], charset, self._found)

    @property
    def header_block(self) -> bytes:
        """The raw header: all fields, without the empty line that ends it."""
        return self.raw[self.block.start : self.block.end].rstrip(b"\r\n")

    @view
    def headers(self) -> tuple[tuple[str, str], ...]:
        """All fields in order: name as written, value decoded and on one line."""
        return tuple((name, self._decoded(value)) for name, value in self.block.fields)

    def header(self, name: str) -> str | None:
        """The decoded value of the first field called ``name`` (upper and lower case are the same), or None."""
        value = self.block.get(name.lower())
        return None if value is None else self._decoded(value)

    def count(self, name: str) -> int:
        """How many fields are called ``name`` (in lower case)."""
        return self.block.count(name)

    @view
    def subject(self) -> str:
        value = self.block.first.get(b"subject")
        return "" if value is None else self._decoded(value)

    def _first_addresses(self, name: bytes) -> tuple[Address, ...]:
        """Those of the first field called ``name`` (lower case)."""
        value = self.block.first.get(name)
        return () if value is None else self._addresses((value,))

    def _addresses(self, values: Sequence[bytes]) -> tuple[Address, ...]:
        if len(values) == 1 and len(values[0]) <= _SHORT and values[0].isascii():  # as nearly all are
            found, defects = _mailboxes(values[0])
            if defects:
                self._found.update(defects)
            return found
        found = ()
        for value in values:
            cut = (
                value
                if len(value) <= headers.MAXIMUM_FIELD
                else value[: value.rfind(b",", 0, headers.MAXIMUM_FIELD) + 1]
            )
            if len(cut) <= _SHORT and cut.isascii():
                mailboxes, defects = _mailboxes(cut)
                found += mailboxes
                self._found.update(defects)
            else:
                found += addresses.parse(
                    words.raw(cut, "" if cut.isascii() else self._charset, self._found), self._found
                )
        return found

    @view
    def from_(self) -> tuple[Address, ...]:
        """The authors; usually one."""
        return self._first_addresses(b"from")

    @view
    def to(self) -> tuple[Address, ...]:
        return self._addresses(self.block.all("to"))

    @view
    def cc(self) -> tuple[Address, ...]:
        return self._addresses(self.block.all("cc"))

    @view
    def bcc(self) -> tuple[Address, ...]:
        return self._addresses(self.block.all("bcc"))

    @view
    def reply_to(self) -> tuple[Address, ...]:
        return self._first_addresses(b"reply-to")

    @view
    def date(self) -> datetime | None:
        """When it was written, by its Date field, aware; None if there is no such field or it is no date."""
        value = self.header("date")
        found = headers.date(value) if value else None
        if value is not None and found is None:
            self._found.add(headers.DATE_INVALID)
        return found

    @view
    def message_id(self) -> str:
        """With its angle brackets; empty if there is none."""
        return next(iter(self._message_ids(b"message-id")), "")

    def _message_ids(self, name: bytes) -> tuple[str, ...]:
        value = self.block.first.get(name)
        if value is None:
            return ()
        plain = headers.plain_message_id(value)
        return (plain,) if plain else headers.message_ids(self._decoded(value))

    @view
    def in_reply_to(self) -> tuple[str, ...]:
        """Message-IDs of the mails that this one answers, with their angle brackets."""
        return self._message_ids(b"in-reply-to")

    @view
    def references(self) -> tuple[str, ...]:
        """Message-IDs of the thread so far, oldest first, with their angle brackets."""
        return self._message_ids(b"references")

    @view
    def kind(self) -> Kind:
        """From a person, a machine that answers, a bounce, or a mailing list."""
        media_type, named = tree.media_type(self.block)
        author = self.from_[0] if self.from_ else Address("", "")
        return kinds.kind(self.header, media_type, named.get("report-type", "").lower(), author.address or author.name)

    # What the body holds.

    @view
    def _tree(self) -> tree.Tree:
        return tree.grow(self.raw, self.block)

    @view
    def _bodies(self) -> text.Bodies:
        return text.choose(self.raw, self._tree)

    @view
    def html(self) -> str:
        """The first HTML part, as the sender wrote it: a stranger's markup, never to be shown unsanitised."""
        part = self._bodies.html
        return "" if part is None else text.markup(self.raw, part, self._found)

    @view
    def text(self) -> str:
        """The first plain text part, or else the HTML turned to text; lines end in LF."""
        part = self._bodies.text
        return text.from_html(self.html, self._found) if part is None else text.plain(self.raw, part, self._found)

    @view
    def content(self) -> str:
        """The best text there is: the plain one, or what the HTML says where that one is blank."""
        return self.text if self.text.strip() or not self.html else text.from_html(self.html, self._found)

    @view
    def attachments(self) -> tuple[Attachment, ...]:
        """All that is neither the text nor its HTML twin; mails inside the mail and inline pictures too."""
        block = self.block
        if b"content-disposition" not in block.first and tree.media_type(block)[0] in ("text/plain", "text/html"):
            return ()  # the mail's only part is its text, wherever that lies
        return tuple([self._attachment(part) for part in self._bodies.attachments])

    def _attachment(self, part: tree.Part) -> Attachment:
        carried = Carried(self.raw, part, self._found)
        written = part.name
        if not written and part.type in ("message/rfc822", "message/global"):
            inner = words.decode((headers.split(carried.beginning()).get("subject") or b"")[: headers.MAXIMUM_FIELD])
            written = inner.replace("/", "-").replace("\\", "-").rstrip(".") + ".eml" if inner else ""
        if part.name and names.harmful(part.name):
            self._found.add(NAME_UNSAFE)
        inline = (
            part.disposition == "inline"
            or "multipart/related" in part.containers
            or (part.type == "text/plain" and not part.disposition)
        )
        return Attachment.received(
            carried, name=names.safe(written, part.type), type=part.type, inline=inline, content_id=part.content_id
        )

    @property
    def size(self) -> int:
        """Bytes, as received."""
        return len(self.raw)

    @view
    def defects(self) -> tuple[str, ...]:
        """Everything that is wrong with this mail, as stable codes in alphabetical order. Looks at all of it."""
        if not self.raw:
            return (EMPTY,)
        if any(self.block.count(name) > 1 for name in _ONCE):
            self._found.add(FIELD_REPEATED)
        if not self.from_:
            self._found.add(FROM_MISSING)
        if self.block.get("date") is None:
            self._found.add(DATE_MISSING)
        for looked_at in (
            self.headers,
            self.to,
            self.cc,
            self.bcc,
            self.reply_to,
            self.date,
            self.content,
            self.html,
            *[attachment.content for attachment in self.attachments],
        ):
            del looked_at  # looking is enough: each view leaves what it found in self._found
        return tuple(sorted(self._found | self.block.defects | self._tree.defects))
