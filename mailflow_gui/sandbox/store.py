"""The sandbox's mail on disk: Maildir++ folders, written so that a crash leaves no half mail and nothing is taken in twice."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import time
from collections.abc import Iterator
from email import message_from_bytes
from email.utils import parsedate_to_datetime
from pathlib import Path

from mailflow_gui import paths

COLON = "!"
"""Between a file's key and its flags, on every platform: Windows allows no colon in names."""

_DELIVERED = ".Delivered"
_MARK = "seeded"
_PARTS = ("tmp", "new", "cur")


class Store:
    """The mail of one sandbox, below ``directory``."""

    def __init__(self, directory: Path) -> None:
        self.inbox = directory / "mail"
        self.delivered = self.inbox / _DELIVERED
        self._mark = directory / _MARK

    def prepare(self) -> None:
        """Make the folders, once put the sample mails into INBOX, and clear away what a crash left behind. No server may be running.

        :raises OSError: no room or no right to write here.
        """
        for folder in (self.inbox, self.delivered):
            for part in _PARTS:
                (folder / part).mkdir(mode=0o700, parents=True, exist_ok=True)
        (self.delivered / "maildirfolder").touch()  # Maildir++: this directory is a folder, not an account
        for rest in (*self.inbox.rglob("dovecot-*.lock"), *self.inbox.rglob("tmp/*"), *self.inbox.rglob("*.saving")):
            rest.unlink(missing_ok=True)
        if not self._mark.exists():
            self._seed()

    def _seed(self) -> None:
        """Every sample that isn't there yet, then the mark: a crash in between is made up for by doing it again."""
        present = {path.name.partition(COLON)[0] for path in _mails(self.inbox)}
        for number, raw in enumerate(sample_mails(), start=1):
            key = f"{number:012d}.sample"
            if key not in present:
                put(self.inbox, raw, key=key, received=_date_of(raw))
        self._mark.touch()
        sync_directory(self._mark.parent)

    def delivered_mails(self) -> list[bytes]:
        """What was sent, as it came, oldest first."""
        return [path.read_bytes() for path in sorted(_mails(self.delivered), key=lambda path: path.name)]


def sample_mails() -> list[bytes]:
    """The sample mails that INBOX begins with, in their order, lines ended by CR LF."""
    directory = paths.resources() / "examples" / "mails"
    return [with_crlf(path.read_bytes()) for path in sorted(directory.glob("*.eml"))]


def with_crlf(raw: bytes) -> bytes:
    """``raw`` with every line ended by CR LF, as mail travels (RFC 5321 2.3.8)."""
    return re.sub(rb"\r\n|\r|\n", b"\r\n", raw)


def put(folder: Path, raw: bytes, *, key: str | None = None, info: str = "", received: float | None = None) -> None:
    """Add a mail to a folder, whole or not at all, and see it safely on disk.

    ``info`` are Maildir's flags such as ``2,S``: a mail without them is new. ``received`` is when it came (POSIX time), else now.

    :raises OSError: no room or no right to write here.
    """
    name = key or f"{time.time_ns():020d}.{secrets.token_hex(6)}"
    draft = folder / "tmp" / name
    try:
        with draft.open("xb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        if received is not None:
            os.utime(draft, (received, received))  # IMAP's INTERNALDATE
        target = folder / "cur" / f"{name}{COLON}{info}" if info else folder / "new" / name
        draft.rename(target)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    sync_directory(target.parent)


def write_text(target: Path, text: str) -> None:
    """Replace a text file, whole or not at all, and see it safely on disk."""
    draft = target.with_name(f"{target.name}.{secrets.token_hex(4)}.saving")
    try:
        with draft.open("x", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(target)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    sync_directory(target.parent)


def sync_directory(directory: Path) -> None:
    """Make a rename last through a power cut. Windows can't open directories; NTFS journals renames itself."""
    if os.name == "nt":
        return
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _mails(folder: Path) -> Iterator[Path]:
    for part in ("new", "cur"):
        yield from (path for path in (folder / part).glob("*") if path.is_file())


def _date_of(raw: bytes) -> float | None:
    with contextlib.suppress(ValueError, TypeError):  # a sample may have a broken date on purpose
        return parsedate_to_datetime(str(message_from_bytes(raw)["Date"])).timestamp()
    return None
