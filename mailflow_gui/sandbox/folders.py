"""The sandbox's IMAP folders: pymap's, but a mail that comes in keeps its bytes, is on disk when the server says so, and gets one UID.

pymap 0.36.7 rebuilds an appended mail from its parsed parts, copies only the name of a copied one, and gives a mail two UIDs when another
session looks at the folder between the file's arrival and its entry in the UID list.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator, Mapping
from mailbox import MaildirMessage
from pathlib import Path

from pymap.backend.maildir.mailbox import MailboxData, MailboxSet, Maildir, Message
from pymap.backend.maildir.uidlist import Record, UidList
from pymap.parsing.message import AppendMessage
from pymap.parsing.specials import ObjectId

from mailflow_gui.sandbox.store import COLON, put, with_crlf


class _AsStored(MaildirMessage):
    """A stored mail whose bytes are those of its file; rebuilding them from parsed parts would change many mails."""

    stored: bytes = b""

    def __bytes__(self) -> bytes:
        return self.stored


class RawMaildir(Maildir):
    """A folder on disk that gives mails as they are, in the order in which they came."""

    colon = COLON

    def get_message(self, key: str) -> MaildirMessage:
        """The mail with its bytes; lines end in CR LF, as RFC 3501 wants them."""
        message = _AsStored()
        message.stored = with_crlf(self.get_bytes(key))
        return message

    def iterkeys(self) -> Iterator[str]:
        """In the order of names, which begin with the time of arrival: UIDs are given in this order."""
        return iter(sorted(super().iterkeys()))

    def keys(self) -> list[str]:
        """As :meth:`iterkeys`."""
        return list(self.iterkeys())


class RawMailbox(MailboxData):
    """One folder in one session."""

    async def append(self, append_msg: AppendMessage, *, recent: bool = False) -> Message:
        """Keep a mail that a client gives."""
        flags = self.maildir_flags.to_maildir(append_msg.flag_set)
        received = append_msg.when.timestamp() if append_msg.when else None
        fields = {"E": str(ObjectId.random_email_id()), "T": str(ObjectId.random_thread_id())}
        return await self._take(bytes(append_msg.literal), flags, received, fields)

    async def copy(self, uid: int, destination: MailboxData, *, recent: bool = False) -> int | None:
        """Copy a mail with its flags and its time of arrival."""
        assert isinstance(destination, RawMailbox)
        try:
            record, metadata = await self._get_maildir_msg(uid)
            raw = self._maildir.get_bytes(record.key)
        except (KeyError, FileNotFoundError):
            return None
        copied = await destination._take(raw, metadata.get_flags(), metadata.get_date(), record.fields)
        return int(copied.uid)

    async def move(self, uid: int, destination: MailboxData, *, recent: bool = False) -> int | None:
        """Move a mail by renaming its file: it is in one of the two folders at any moment."""
        assert isinstance(destination, RawMailbox)
        try:
            record, metadata = await self._get_maildir_msg(uid)
            self._maildir.move_message(record.key, destination._maildir, metadata.get_subdir())
        except (KeyError, FileNotFoundError):
            return None
        return (await destination._enter(record.key, metadata.get_info(), record.fields)).uid

    async def _take(self, raw: bytes, flags: str, received: float | None, fields: Mapping[str, str]) -> Message:
        key = f"{time.time_ns():020d}.{secrets.token_hex(6)}"
        info = f"2,{''.join(sorted(set(flags)))}"
        put(Path(self._path), raw, key=key, info=info, received=received)
        record = await self._enter(key, info, fields)
        return Message.from_maildir(
            record.uid,
            self._maildir.get_message_metadata(key),
            self._maildir,
            key,
            ObjectId.maybe(record.fields.get("E")),
            ObjectId.maybe(record.fields.get("T")),
            self.maildir_flags,
        )

    async def _enter(self, key: str, info: str, fields: Mapping[str, str]) -> Record:
        """The mail's entry in the UID list, made now unless another session was faster."""
        async with UidList.with_write(self._path) as entries:
            entry = next((entry for entry in entries.records if entry.key == key), None)
            if entry is None:
                entry = Record(entries.next_uid, fields, f"{key}:{info}")  # the list's own separator is always a colon
                entries.next_uid += 1
                entries.set(entry)
        return entry


class RawMailboxSet(MailboxSet):
    """All folders of one session."""

    async def get_mailbox(self, name: str) -> MailboxData:
        """The folder of that name.

        :raises KeyError: there is none.
        """
        mailbox = await super().get_mailbox(name)
        if isinstance(mailbox, RawMailbox):
            return mailbox
        raw = RawMailbox(mailbox.mailbox_id, mailbox._maildir, mailbox._path)
        self._cache[name] = raw
        return await raw.reset()
