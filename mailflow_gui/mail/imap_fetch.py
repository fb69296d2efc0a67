"""Fetching mail over IMAP in windows of bounded size (RFC 9051 6.4.5)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from imapclient.datetime_util import parse_to_datetime  # type: ignore[import-untyped]  # ships no type hints

from mailflow_gui.errors import MailError, Reply
from mailflow_gui.mail import timeouts
from mailflow_gui.mail.headers import message_ids as message_id_list
from mailflow_gui.mail.large import BYTES
from mailflow_gui.mail.swift import swift

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mailflow_gui.mail.imap_dialogue import Dialogue

HEADER_LIMIT = 256 * 1024
"""Bytes of a header block that are fetched of a mail too large to be fetched whole."""

_BATCH = 500
"""UIDs per command: such a line stays below the 8,192 bytes that RFC 7162 4 advises."""
_NOT_GIVEN = Reply(text="The answer has no BODY[].", operation="UID FETCH")
_WINDOW_MAILS = 200
_WINDOW_BYTES = 4 << 20
"""One FETCH asks for this many mails or bytes at most, so that memory stays flat."""


@swift
@dataclass(frozen=True)
class Fetched:
    """One mail from a server."""

    uid: int
    flags: tuple[str, ...]
    size: int
    """Bytes; of a mail that was not fetched whole, as the server announces it."""
    raw: bytes | None
    """The whole mail, or None: it is larger than was asked for, or the server refuses it. A large one may lie in a file."""
    beginning: bytes = b""
    """Where ``raw`` is None: the header block, cut off at :data:`HEADER_LIMIT`."""
    refused: Reply | None = None
    """Why the server does not give this one mail, though it gives others; else None."""
    thread: str = ""
    """The server's own name of its thread (X-GM-THRID, or THREADID of RFC 8474); empty where it has none."""

    @property
    def header(self) -> bytes:
        """The header block, cut off at :data:`HEADER_LIMIT`."""
        return self.beginning if self.raw is None else header_block(self.raw)[:HEADER_LIMIT]

    def in_thread(self, name: str) -> Fetched:
        """The same mail with the server's name of its thread; ``dataclasses.replace`` takes three times as long."""
        return Fetched(self.uid, self.flags, self.size, self.raw, self.beginning, self.refused, name)


@dataclass(frozen=True)
class Identity:
    """What a mail is known by, whatever its UID."""

    message_id: str
    """With its angle brackets; empty if it has none."""
    received: float
    """When the server got it (INTERNALDATE), in seconds since 1970; 0 if it doesn't say."""


def sizes(dialogue: Dialogue, uids: list[int]) -> dict[int, int]:
    """Announced sizes in bytes by UID; vanished mails are absent."""
    found: dict[int, int] = {}
    for batch in batches(uids):
        with dialogue.asking("UID FETCH", timeouts.command()):
            for uid, fields in dialogue.fetch(batch, "(RFC822.SIZE)").items():
                if isinstance(size := fields.get(b"RFC822.SIZE"), int):
                    found[uid] = size
    return found


def fetch(dialogue: Dialogue, uids: list[int], maximum_size: int) -> Iterator[Fetched]:
    """See :meth:`mailflow_gui.mail.imap.ImapSession.fetch`."""
    for batch in batches(uids):
        announced, threads = _announced(dialogue, batch)
        unsized = [uid for uid in batch if uid not in announced]
        announced.update((uid, maximum_size) for uid in _still_there(dialogue, unsized))
        for window in _windows([uid for uid in batch if uid in announced], announced, maximum_size):
            for each in _window(dialogue, window, announced, maximum_size):
                name = threads.get(each.uid)
                yield each if name is None else each.in_thread(name)


def _announced(dialogue: Dialogue, batch: list[int]) -> tuple[dict[int, int], dict[int, str]]:
    """Sizes, and the names of threads where the server has any."""
    item = "X-GM-THRID" if "X-GM-EXT-1" in dialogue.offered else "THREADID" if "OBJECTID" in dialogue.offered else ""
    if not item:
        return sizes(dialogue, batch), {}
    found: dict[int, int] = {}
    threads: dict[int, str] = {}
    with dialogue.asking("UID FETCH", timeouts.command()):
        for uid, fields in dialogue.fetch(batch, f"(RFC822.SIZE {item})").items():
            if isinstance(size := fields.get(b"RFC822.SIZE"), int):
                found[uid] = size
            name = fields.get(item.encode())
            name = name[0] if isinstance(name, tuple) and name else name
            if isinstance(name, int | bytes):  # NIL for a mail without one
                threads[uid] = name.decode("ascii", "replace") if isinstance(name, bytes) else str(name)
    return found, threads


def _window(dialogue: Dialogue, window: list[int], sizes: dict[int, int], maximum_size: int) -> Iterator[Fetched]:
    if sizes[window[0]] > maximum_size:  # then it is alone
        yield _header_only(dialogue, window[0], sizes[window[0]])
        return
    try:
        found = {each.uid: each for each in _whole(dialogue, window, sizes, maximum_size)}
    except MailError as error:
        if dialogue.wire.closed or error.reply is None or (len(window) == 1 and not _gone(error)):
            raise
        yield from _one_by_one(dialogue, window, sizes, maximum_size)
        return
    left_out = _still_there(dialogue, [uid for uid in window if uid not in found])
    for uid in window:
        if uid in found:
            yield found[uid]
        elif uid in left_out:
            again = _whole(dialogue, [uid], sizes, maximum_size)
            yield again[0] if again else _header_only(dialogue, uid, sizes[uid], _NOT_GIVEN)


def _still_there(dialogue: Dialogue, uids: list[int]) -> set[int]:
    """Which of the mails that an answer left out have not vanished: whoever calls passes over absent ones for good."""
    if not uids:
        return set()
    with dialogue.asking("UID SEARCH", timeouts.command()):
        return set(uids) & set(dialogue.search([b"UID", ",".join(map(str, uids)).encode()]))


def _whole(dialogue: Dialogue, window: list[int], sizes: dict[int, int], maximum_size: int) -> list[Fetched]:
    expected = sum(sizes[uid] for uid in window)
    # Announced sizes are wrong on some servers, hence the factor.
    with dialogue.asking("UID FETCH", timeouts.fetch(expected), 2 * expected + (1 << 20)):
        answers = dialogue.fetch(window, "(FLAGS BODY.PEEK[])")
    found = []
    for uid in window:
        fields = answers.get(uid, {})
        raw = fields.get(b"BODY[]")
        if isinstance(raw, BYTES):
            size = len(raw)
            if size <= maximum_size:
                found.append(Fetched(uid, _flags(fields), size, raw))
            else:
                found.append(Fetched(uid, _flags(fields), size, None, header_block(raw)[:HEADER_LIMIT]))
    return found


def _one_by_one(dialogue: Dialogue, window: list[int], sizes: dict[int, int], maximum_size: int) -> Iterator[Fetched]:
    """After a NO to all of them together: one bad mail must not hold up the others.

    A mail counts as refused only beside others that were given; a server that gives none has a bad hour.
    """
    refused: dict[int, MailError] = {}
    found: dict[int, Fetched] = {}
    for uid in window:
        try:
            found.update((each.uid, each) for each in _whole(dialogue, [uid], sizes, maximum_size))
        except MailError as error:
            if dialogue.wire.closed or error.reply is None:
                raise
            if not _gone(error):
                refused[uid] = error
    if refused and not found:
        raise next(iter(refused.values()))
    left_out = _still_there(dialogue, [uid for uid in window if uid not in found and uid not in refused])
    for uid in window:
        if uid in found:
            yield found[uid]
        elif uid in refused or uid in left_out:
            reason = refused[uid].reply if uid in refused else _NOT_GIVEN
            yield _header_only(dialogue, uid, sizes[uid], reason)


def _gone(error: MailError) -> bool:
    return error.reply is not None and error.reply.enhanced in ("EXPUNGEISSUED", "NONEXISTENT")


def _header_only(dialogue: Dialogue, uid: int, size: int, refused: Reply | None = None) -> Fetched:
    fields: dict[bytes, Any] = {}
    try:
        with dialogue.asking("UID FETCH", timeouts.fetch(HEADER_LIMIT)):
            items = f"(FLAGS BODY.PEEK[HEADER]<0.{HEADER_LIMIT}>)"
            fields = dialogue.fetch([uid], items).get(uid, {})
    except MailError:
        if refused is None or dialogue.wire.closed:
            raise
    header = fields.get(b"BODY[HEADER]<0>")
    flags = _flags(fields)
    return Fetched(uid, flags, size, None, header if isinstance(header, bytes) else b"", refused)


def message_ids(dialogue: Dialogue, uids: list[int]) -> dict[int, str]:
    """Message-IDs by UID, empty where a mail has none."""
    found: dict[int, str] = {}
    for batch in batches(uids):
        with dialogue.asking("UID FETCH", timeouts.command(), 8 << 20):
            answers = dialogue.fetch(batch, "(BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])")
        for uid, fields in answers.items():
            header = next((value for name, value in fields.items() if name.startswith(b"BODY[HEADER")), None)
            text = header.decode("utf-8", "replace") if isinstance(header, bytes) else ""
            found[uid] = "".join(text.partition(":")[2].split())
    return found


def identities(dialogue: Dialogue, uids: list[int]) -> dict[int, Identity]:
    """See :meth:`mailflow_gui.mail.imap.ImapSession.identities`."""
    found: dict[int, Identity] = {}
    for batch in batches(uids):
        with dialogue.asking("UID FETCH", timeouts.command(), 8 << 20):
            answers = dialogue.fetch(batch, "(INTERNALDATE BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])")
            for uid, fields in answers.items():
                found[uid] = Identity(_message_id(fields), _received(fields))
    return found


def headers(dialogue: Dialogue, uids: list[int]) -> dict[int, bytes]:
    """Header blocks by UID, cut off at :data:`HEADER_LIMIT`; vanished mails are absent."""
    found: dict[int, bytes] = {}
    for start in range(0, len(uids), _WINDOW_MAILS):
        batch = uids[start : start + _WINDOW_MAILS]
        with dialogue.asking("UID FETCH", timeouts.fetch(len(batch) * 8192), 1 << 26):
            answers = dialogue.fetch(batch, f"(BODY.PEEK[HEADER]<0.{HEADER_LIMIT}>)")
        for uid, fields in answers.items():
            header = fields.get(b"BODY[HEADER]<0>")
            found[uid] = header if isinstance(header, bytes) else b""
    return found


def _message_id(fields: dict[bytes, Any]) -> str:
    header = next((value for name, value in fields.items() if name.startswith(b"BODY[HEADER")), None)
    text = header.decode("utf-8", "replace") if isinstance(header, bytes) else ""
    return next(iter(message_id_list(text.partition(":")[2])), "")


def _received(fields: dict[bytes, Any]) -> float:
    date = fields.get(b"INTERNALDATE")
    return parse_to_datetime(date, normalise=False).timestamp() if isinstance(date, bytes) else 0.0


def header_block(raw: bytes) -> bytes:
    """The header of a mail with the empty line that ends it, or all of a mail that has no body."""
    end = raw.find(b"\r\n\r\n")
    bare = raw.find(b"\n\n", 0, end if end >= 0 else len(raw))
    if bare >= 0:
        return raw[: bare + 2]
    return raw[: end + 4] if end >= 0 else raw


def _windows(uids: list[int], sizes: dict[int, int], maximum_size: int) -> Iterator[list[int]]:
    """UIDs cut into pieces for one FETCH each; mails that are too large keep to themselves."""
    window: list[int] = []
    weight = 0
    for uid in uids:
        large = sizes[uid] > maximum_size
        if window and (large or len(window) == _WINDOW_MAILS or weight + sizes[uid] > _WINDOW_BYTES):
            yield window
            window, weight = [], 0
        if large:
            yield [uid]
            continue
        window.append(uid)
        weight += sizes[uid]
    if window:
        yield window


def batches(uids: list[int]) -> Iterator[list[int]]:
    """UIDs in pieces that fit on one command line."""
    return (uids[start : start + _BATCH] for start in range(0, len(uids), _BATCH))


def _flags(fields: dict[bytes, Any]) -> tuple[str, ...]:
    r"""Without ``\Recent``, which says something about this session and not about the mail."""
    names = [flag_name(flag) for flag in fields.get(b"FLAGS") or ()]
    return tuple([name for name in names if name.lower() != "\\recent"])


def flag_name(flag: object) -> str:
    """A flag as the parser gives it (bytes, or a number where the keyword looks like one)."""
    return flag.decode("ascii", "replace") if isinstance(flag, bytes) else str(flag)
