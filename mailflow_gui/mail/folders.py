"""Names of IMAP folders: readable here, modified UTF-7 on the wire (RFC 3501 5.1.3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from imapclient import imap_utf7  # type: ignore[import-untyped]  # ships no type hints

if TYPE_CHECKING:
    from collections.abc import Iterable

_USUAL_SENT = ("sent", "sent items", "sent messages", "sent mail", "送信済み", "送信済みアイテム", "送信済みメール")


@dataclass(frozen=True)
class Folder:
    """One folder of an account."""

    name: str
    """Readable, with its parents: ``Work/Résumés``."""
    flags: tuple[str, ...] = ()
    r"""Attributes such as ``\Noselect``, ``\Sent`` (RFC 6154)."""
    delimiter: str = ""
    """What stands between a folder and its parent; empty where folders have none."""

    @property
    def selectable(self) -> bool:
        """Whether mail can lie in it."""
        return not {"\\noselect", "\\nonexistent"} & {flag.lower() for flag in self.flags}


def readable(name: bytes) -> str:
    """A name from the wire for people. What is no modified UTF-7 is shown as it came."""
    try:
        if name.isascii():
            return str(imap_utf7.decode(name))
        return name.decode("utf-8")  # wrong without UTF8=ACCEPT (RFC 6855), yet seen
    except UnicodeError:
        return name.decode("latin-1")


def on_the_wire(name: str) -> bytes:
    """A readable name as modified UTF-7; an empty one is INBOX.

    :raises UnicodeError: the name holds half a character (a lone surrogate).
    """
    return bytes(imap_utf7.encode(name)) if name else b"INBOX"


def sent_folder(folders: Iterable[Folder]) -> str | None:
    r"""The folder for sent mail: the one marked ``\Sent``, else one with a usual name, else None."""
    known = [folder for folder in folders if folder.selectable]
    for folder in known:
        if "\\sent" in (flag.lower() for flag in folder.flags):
            return folder.name
    for folder in known:
        last = folder.name.rsplit(folder.delimiter, 1)[-1] if folder.delimiter else folder.name
        if last.lower() in _USUAL_SENT:
            return folder.name
    return None
