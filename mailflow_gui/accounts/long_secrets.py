"""Secrets that one entry of a keyring can't hold: several entries and, in the place of the secret, a line that says how many.

That line has the number of pieces and the SHA-256 of the whole, so that half a secret is never taken for one. Pieces lie in one of two
*slots*; a new secret is written into the other one and counts from the moment when its line is written, so that a write that fails
in the middle leaves the old secret as it was. Pieces are written upwards and deleted downwards: what a crash leaves is found by counting.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from mailflow_gui.errors import AccountError

_MARK = "mailflow-pieces-1:"
_SLOTS = ("a", "b")
_MOST = 1000
"""Pieces of one secret; more is no line of ours."""


class Entries(Protocol):
    """What a keyring's back end can do."""

    def get_password(self, service: str, username: str) -> str | None: ...
    def set_password(self, service: str, username: str, password: str) -> None: ...
    def delete_password(self, service: str, username: str) -> None: ...


@dataclass(frozen=True)
class _Line:
    """What stands in the place of a secret in pieces."""

    slot: str
    count: int
    digest: str

    def __str__(self) -> str:
        return f"{_MARK}{self.slot}:{self.count}:{self.digest}"


def get(entries: Entries, service: str, user: str) -> str | None:
    """The text kept for ``user``, or None.

    :raises AccountError: ``keyring-incomplete``: a piece is missing or is another one's.
    """
    text = entries.get_password(service, user)
    line = _line(text)
    if line is None:
        return text
    pieces = [entries.get_password(service, _piece(user, line.slot, number)) for number in range(line.count)]
    whole = "".join(piece or "" for piece in pieces)
    if None in pieces or _digest(whole) != line.digest:
        raise AccountError("keyring-incomplete", id=user)
    return whole


def set_(entries: Entries, service: str, user: str, text: str, limit: int | None) -> None:
    """Keep ``text`` for ``user``.

    :param limit: UTF-16 code units that one entry holds; None: any number.
    """
    before = _line(entries.get_password(service, user))
    looks_like_line = text.startswith(_MARK)
    if (limit is None or units(text) <= limit) and not looks_like_line:
        entries.set_password(service, user, text)
        _clear(entries, service, user, _SLOTS, limit=limit, line=before)
        return
    slot = _SLOTS[before is not None and before.slot == _SLOTS[0]]
    pieces = list(split(text, limit or units(text)))
    _delete_pieces(entries, service, user, slot, 0)  # of a write that was interrupted
    try:
        for number, piece in enumerate(pieces):
            entries.set_password(service, _piece(user, slot, number), piece)
        entries.set_password(service, user, str(_Line(slot, len(pieces), _digest(text))))
    except BaseException:
        with contextlib.suppress(Exception):  # the first fault is the one to tell
            _delete_pieces(entries, service, user, slot, 0)
        raise
    _clear(entries, service, user, tuple(other for other in _SLOTS if other != slot), limit=limit, line=before)


def delete(entries: Entries, service: str, user: str, limit: int | None) -> None:
    """Forget what is kept for ``user``, if anything, pieces first: as long as one is there, the line tells of it."""
    text = entries.get_password(service, user)
    _clear(entries, service, user, _SLOTS, limit=limit, line=_line(text))
    if text is not None:
        entries.delete_password(service, user)


def units(text: str) -> int:
    """How many UTF-16 code units ``text`` has; Windows counts so."""
    return len(text) + sum(letter > "\uffff" for letter in text)


def split(text: str, limit: int) -> Iterator[str]:
    """Pieces of at most ``limit`` UTF-16 code units; no character is torn (so ``limit`` is 2 at least)."""
    start = size = 0
    for place, letter in enumerate(text):
        width = 1 + (letter > "\uffff")
        if size + width > limit:
            yield text[start:place]
            start, size = place, 0
        size += width
    yield text[start:]


def _clear(
    entries: Entries, service: str, user: str, slots: tuple[str, ...], *, limit: int | None, line: _Line | None
) -> None:
    """Delete pieces that no longer count; where nothing is ever split, there are none to look for."""
    if limit is None and line is None:
        return
    for slot in slots:
        known = line.count if line is not None and line.slot == slot else 0
        _delete_pieces(entries, service, user, slot, known)


def _delete_pieces(entries: Entries, service: str, user: str, slot: str, known: int) -> None:
    count = 0
    while count < _MOST and (count < known or entries.get_password(service, _piece(user, slot, count)) is not None):
        count += 1
    for number in reversed(range(count)):
        if entries.get_password(service, _piece(user, slot, number)) is not None:
            entries.delete_password(service, _piece(user, slot, number))


def _piece(user: str, slot: str, number: int) -> str:
    return f"{user}/{slot}/{number}"  # an account's id has no slash


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _line(text: str | None) -> _Line | None:
    if text is None or not text.startswith(_MARK):
        return None
    slot, _, rest = text.removeprefix(_MARK).partition(":")
    count, _, digest = rest.partition(":")
    if slot not in _SLOTS or not count.isdecimal() or not 1 <= int(count) <= _MOST:
        return _Line(_SLOTS[0], 0, "")  # nothing has this digest: whoever reads it is told that it is damaged
    return _Line(slot, int(count), digest)
