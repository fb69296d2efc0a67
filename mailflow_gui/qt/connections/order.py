"""Which connections the list shows, and in which order."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Literal, get_args

from mailflow_gui.qt.connections.rows import Shown
from mailflow_gui.qt.connections.standing import WORST_FIRST

Order = Literal["added", "name", "state", "worked"]
ORDERS: tuple[Order, ...] = get_args(Order)


def ordered(shown: Sequence[Shown], order: Order) -> list[Shown]:
    """In an order that a person chose; those that are equal stay as they were added."""
    if order == "name":
        return sorted(shown, key=lambda each: folded(each.account.name))
    if order == "state":
        return sorted(shown, key=lambda each: WORST_FIRST.index(each.standing.state))
    if order == "worked":
        return sorted(shown, key=lambda each: -(each.standing.worked or 0.0))
    return list(shown)


def found(shown: Sequence[Shown], search: str) -> list[Shown]:
    """Those in which every word of a search stands: in name, server, user, protocol, state, description or a flow's name."""
    words = folded(search).split()
    return [each for each in shown if all(word in _text(each) for word in words)]


def folded(text: str) -> str:
    """Text in which letter case and Unicode's spellings (full-width letters, half-width kana) don't count."""
    return unicodedata.normalize("NFKC", text).casefold()


def _text(shown: Shown) -> str:
    account, standing = shown.account, shown.standing
    parts = (account.name, account.host, account.username, account.protocol, account.description, standing.word)
    return folded("\n".join((*parts, *standing.flows)))
