"""How much work one rule may be for one mail. Counted in characters and calls, not in time: equal mails end alike on every machine.

Sizes of results are limited by themselves (:mod:`mailflow_gui.mapping.values`); this limits how often large ones are worked on, so
that chains, loops and lists of steps end within about a second.
"""

from __future__ import annotations

import threading

from mailflow_gui.mapping.values import MisfitError

LIMIT = 60_000_000
"""Units that one rule may use: about one for a character that is read or written."""

CALL = 80
"""Units of one call, however little it does."""


class _Spent(threading.local):
    units = 0
    seconds = 0.0


_spent = _Spent()


def begin() -> None:
    """A rule begins: it has its own budget."""
    _spent.units = 0
    _spent.seconds = 0.0


def charge(units: int) -> None:
    """Use up some of the rule's budget.

    :raises MappingError: there is none left.
    """
    _spent.units += units
    if _spent.units > LIMIT:
        raise MisfitError("mapping-too-much-work")


def charge_seconds(seconds: float, limit: float) -> None:
    """Use up processor time, where work can't be counted beforehand (patterns).

    :raises MappingError: the rule has used more than ``limit``.
    """
    _spent.seconds += seconds
    if _spent.seconds > limit:
        raise MisfitError("mapping-pattern-too-slow")
